/** What the catalog keeps of a table in `TableDefinition.options`, and how names and defaults become the store's. */

import type { LogicalType, Value } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { ViewInfo } from '../../sql/index.ts';
import type { TableDefinition } from '../../storage/index.ts';

export const MAIN_SCHEMA = 'main';

/** What `TableDefinition.options` holds. */
export type TableOptions = {
  readonly schema: string;
  readonly name: string;
  readonly engine: string | null;
  /** As written, without those that name a replica. */
  readonly engineArguments: string;
  readonly comment: string | null;
  /** The partition key as written; absent: none. */
  readonly partitionText?: string;
  /** Of a view, which is a table without rows: one list of names, one record for all that happens to them. */
  readonly view?: ViewInfo;
};

export const optionsOf = (table: TableDefinition): TableOptions => table.options as TableOptions;

export const isView = (table: TableDefinition): boolean => optionsOf(table).view !== undefined;

/** The store's one flat list: a table outside of the default schema is `schema.name`. */
export const storedName = (schema: string, name: string): string =>
  schema === MAIN_SCHEMA ? name : `${schema}.${name}`;

/** Value of a column in rows that do not give it. */
export const defaultOf = (type: LogicalType, given: Value): Value =>
  given !== null || type.nullable ? given : zeroOf(type);
