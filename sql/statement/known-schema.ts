/** Names of schemas to what the catalog has under them. */

import type { Identifier } from '../ast/expression.ts';
import { schemaOf } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';

/** @throws UNKNOWN_DATABASE */
export function knownSchema(name: Identifier, session: Session): string {
  const schema = schemaOf(session.dialect, name.text);
  const known = session.context.catalog.schemas();
  const found = known.find((s) => session.same(schema, s));
  if (found !== undefined) return found;
  throw session.error('UNKNOWN_DATABASE', name, `Unknown schema ${name.text}`, session.schemaHint(name.text));
}
