/** Names of tables in statements to what the catalog has under them. */

import type { BasaltError } from '../../engine/base/error.ts';
import type { Span } from '../ast/expression.ts';
import type { TableName } from '../ast/statement.ts';
import { schemaOf, type TableInfo } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import { isDictionary, isView, targetOf } from '../bind/view.ts';
import type { TableRef } from './bound.ts';
import { knownSchema } from './known-schema.ts';

export function tableRef(name: TableName, mayBeMissing: boolean, session: Session): TableRef {
  const parts = name.schema === null ? [name.name] : [name.schema, name.name];
  const found = mayBeMissing ? session.findTable(parts) : session.table(parts, name);
  if (found !== undefined)
    return {
      id: found.id,
      schema: found.schema,
      name: found.name,
      isView: isView(found),
      isDictionary: isDictionary(found),
    };
  return {
    id: null,
    schema: schemaNameOf(name, session),
    name: name.name.text,
    isView: false,
    isDictionary: false,
  };
}

/** The same of what must have rows of its own. */
export function rowsRef(name: TableName, what: string, mayBeMissing: boolean, session: Session): TableRef {
  const found = tableRef(name, mayBeMissing, session);
  if (!found.isView) return found;
  const parts = name.schema === null ? [name.name] : [name.schema, name.name];
  const target = what === 'ALTER TABLE' ? undefined : targetOf(session.table(parts, name), session);
  if (target !== undefined)
    return { ...found, id: target.id, schema: target.schema, name: target.name, isView: false };
  throw noRows(found, what, name, session);
}

/** The table of a name, which must have rows of its own. */
export function tableOfRows(name: TableName, what: string, session: Session): TableInfo {
  const found = session.table(name.schema === null ? [name.name] : [name.schema, name.name], name);
  if (!isView(found)) return found;
  const target = targetOf(found, session);
  if (target !== undefined) return target;
  throw noRows(found, what, name, session);
}

const noRows = (found: TableInfo | TableRef, what: string, where: Span, session: Session): BasaltError =>
  ('isDictionary' in found ? found.isDictionary : isDictionary(found))
    ? session.refuse(where, `${what} of the dictionary ${found.name}`, 'Change what its source reads')
    : session.refuse(where, `${what} of the view ${found.name}`, 'Change the tables that it reads');

const schemaNameOf = (name: TableName, session: Session): string =>
  name.schema === null ? session.context.schema : schemaOf(session.dialect, name.schema.text);

/** A name that a table is to get: `id` is null, whether there is such a table or not. */
export const newName = ({ schema, name }: TableName, session: Session): TableRef => ({
  id: null,
  schema: schema === null ? session.context.schema : knownSchema(schema, session),
  name: name.text,
  isView: false,
  isDictionary: false,
});
