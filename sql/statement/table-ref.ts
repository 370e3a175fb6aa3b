/** Names of tables in statements to what the catalog has under them. */

import type { TableName } from '../ast/statement.ts';
import { schemaOf } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import type { TableRef } from './bound.ts';

export function tableRef(name: TableName, mayBeMissing: boolean, session: Session): TableRef {
  const parts = name.schema === null ? [name.name] : [name.schema, name.name];
  const found = mayBeMissing ? session.findTable(parts) : session.table(parts, name);
  if (found !== undefined) return { id: found.id, schema: found.schema, name: found.name };
  return { id: null, schema: schemaNameOf(name, session), name: name.name.text };
}

const schemaNameOf = (name: TableName, session: Session): string =>
  name.schema === null ? session.context.schema : schemaOf(session.dialect, name.schema.text);

/** A name that a table is to get: `id` is null, whether there is such a table or not. */
export const newName = (name: TableName, session: Session): TableRef => {
  const schema = schemaNameOf(name, session);
  const known = session.context.catalog.schemas();
  if (name.schema !== null && !known.some((s) => session.same(schema, s)))
    throw session.error(
      'UNKNOWN_DATABASE',
      name.schema,
      `Unknown schema ${name.schema.text}`,
      session.didYouMean(name.schema.text, known),
    );
  return { id: null, schema, name: name.name.text };
};
