/**
 * What the statements of one client share: the schema that names without one are looked up in, settings, parameters, and temporary tables.
 *
 * Temporary tables are ordinary tables in a schema that no name reaches but through their session, so engines, mutations, memory and
 * merges are those of all tables. They go when the session ends, and the next start drops those of a process that was killed.
 */

import type { Parameter } from '../../sql/index.ts';
import { MAIN_SCHEMA } from '../catalog/table-options.ts';
import { Settings } from '../setting/setting.ts';

export class Session {
  schema = MAIN_SCHEMA;
  settings = Settings.of({});
  /** Of `SET param_name = value`: what `{name:Type}` means where a request does not give it. */
  parameters: Readonly<Record<string, Parameter>> = {};
  /** null: it ends with its statement, and has no tables of its own. */
  readonly temporarySchema: string | null;

  constructor(temporarySchema: string | null) {
    this.temporarySchema = temporarySchema;
  }
}
