/** Names of tables in statements to what the catalog has under them. */

import type { BasaltError } from '../../engine/base/error.ts';
import type { Span } from '../ast/expression.ts';
import type { TableName } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { schemaOf, type TableInfo, type Through } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import { destinationOf } from '../bind/through.ts';
import { isDictionary, isView, targetOf } from '../bind/view.ts';
import type { TableRef } from './bound.ts';
import { knownSchema } from './known-schema.ts';

/** The table that a name means, if there is one. */
export const foundTable = (name: TableName, session: Session): TableInfo | undefined =>
  name.isTemporary ? session.temporaryTable(name.name) : session.findTable(tablePath(name));

export function tableRef(name: TableName, mayBeMissing: boolean, session: Session): TableRef {
  const found = mayBeMissing ? foundTable(name, session) : knownTable(name, session);
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

function knownTable(name: TableName, session: Session): TableInfo {
  if (!name.isTemporary) return session.table(tablePath(name), name);
  const found = session.temporaryTable(name.name);
  if (found !== undefined) return found;
  throw session.error(
    'UNKNOWN_TABLE',
    name,
    `The session has no temporary table ${name.name.text}`,
    session.didYouMean(
      name.name.text,
      (session.context.temporary ?? []).map((t) => t.name),
    ),
  );
}

/** The same of what must have rows of its own. */
export function rowsRef(name: TableName, what: string, mayBeMissing: boolean, session: Session): TableRef {
  const found = tableRef(name, mayBeMissing, session);
  const through = found.id === null ? undefined : knownTable(name, session).through;
  // Its rows are where they go to already.
  if (through?.kind === 'table' && what === 'OPTIMIZE') return { ...found, id: null };
  if (through?.kind === 'own file' && what === 'TRUNCATE') return found;
  if (through !== undefined) throw noRows(found, what, name, session, through.kind);
  if (!found.isView) return found;
  const parts = tablePath(name);
  const target = what === 'ALTER TABLE' ? undefined : targetOf(session.table(parts, name), session);
  if (target !== undefined)
    return { ...found, id: target.id, schema: target.schema, name: target.name, isView: false };
  throw noRows(found, what, name, session);
}

/** The table of a name, which must have rows of its own. */
export function tableOfRows(name: TableName, what: string, session: Session): TableInfo {
  const found = session.table(tablePath(name), name);
  const { through, engine, policy } = found;
  if (engine === 'Join' && policy?.kind !== 'append' && (what === 'UPDATE' || what === 'DELETE'))
    throw session.refuse(
      name,
      `${what} of ${found.name}, in which rows that came later would show,`,
      'TRUNCATE it, and INSERT the rows that stay',
    );
  if (through?.kind === 'table' && what === 'INSERT') return destinationOf(found, through, name, session);
  if (through !== undefined)
    throw noRows({ name: found.name, isView: false, isDictionary: false }, what, name, session, through.kind);
  if (!isView(found)) return found;
  const target = targetOf(found, session);
  if (target !== undefined) return target;
  throw noRows({ name: found.name, isView: true, isDictionary: isDictionary(found) }, what, name, session);
}

const HINTS: Readonly<Record<Through['kind'], string>> = {
  table: 'Change the tables that it reads',
  alike: 'Change the tables that it reads',
  random: 'Its rows are made up',
  file: 'COPY ... TO writes files, in the standard dialect',
  'own file': 'INSERT appends to its file, and TRUNCATE empties it',
};

const noRows = (
  { name, isView: view, isDictionary: asked }: Pick<TableRef, 'name' | 'isView' | 'isDictionary'>,
  what: string,
  where: Span,
  session: Session,
  reads?: Through['kind'],
): BasaltError =>
  asked
    ? session.refuse(where, `${what} of the dictionary ${name}`, 'Change what its source reads')
    : session.refuse(
        where,
        view ? `${what} of the view ${name}` : `${what} of ${name}, which has no rows of its own,`,
        HINTS[reads ?? 'table'],
      );

const schemaNameOf = (name: TableName, session: Session): string =>
  name.schema === null ? session.context.schema : schemaOf(session.dialect, name.schema.text);

/** The name that a table gets in the place of the one it has; a temporary one stays in its session. */
export function nextName(found: TableInfo | undefined, to: TableName, session: Session): TableRef {
  if (found?.isTemporary !== true) return newName(to, session);
  if (to.schema === null) return { ...newName(to, session), schema: found.schema };
  throw session.error(
    'BAD_ARGUMENTS',
    to,
    `${found.name} is temporary: it cannot be inside a database`,
    'Leave the schema out',
  );
}

/** A name that a table is to get: `id` is null, whether there is such a table or not. */
export const newName = ({ schema, name }: TableName, session: Session): TableRef => ({
  id: null,
  schema: schema === null ? session.context.schema : knownSchema(schema, session),
  name: name.text,
  isView: false,
  isDictionary: false,
});
