/** DETACH, ATTACH and UNDROP: what a name means that nobody is to see any more, or again. */

import type { Attach, Detach, StatementBody, TableName } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { schemaOf } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import type { Bare, TableRef } from './bound.ts';
import { droppedDictionary } from './dictionary.ts';
import { knownSchema } from './known-schema.ts';
import { foundTable } from './table-ref.ts';
import { droppedTable, droppedView } from './view.ts';

/** What DROP of the same words would drop. */
const DETACHED: Readonly<
  Record<Detach['of'], (name: TableName, ifExists: boolean, session: Session) => TableRef>
> = {
  table: droppedTable,
  view: droppedView,
  dictionary: droppedDictionary,
};

export function bindDetach(
  { of, table, ifExists, permanently }: Detach,
  session: Session,
): Bare<'detachTable'> {
  if (foundTable(table, session)?.isTemporary === true)
    throw session.error(
      'SYNTAX_ERROR',
      table,
      'DETACH of temporary tables is not there',
      "DROP it: it is the session's own",
    );
  return { kind: 'detachTable', table: DETACHED[of](table, ifExists, session), permanently };
}

/** `tableId` null: it is attached already, and that is as well. */
export function bindAttach({ of, table, ifNotExists }: Attach, session: Session): Bare<'attachTable'> {
  const there = foundTable(table, session);
  if (there !== undefined) {
    if (ifNotExists) return { kind: 'attachTable', tableId: null };
    throw session.error(
      'TABLE_ALREADY_EXISTS',
      table,
      `${there.name} is attached already`,
      'Write IF NOT EXISTS if that is as well',
    );
  }
  const parts = tablePath(table);
  const found = session.detachedTable(parts);
  if (found === undefined) {
    const hint = 'SELECT * FROM system.detached_tables lists them';
    throw session.error(
      'CANNOT_GET_CREATE_TABLE_QUERY',
      table,
      `No detached table is called ${table.name.text}`,
      hint,
    );
  }
  if (found.isDictionary === (of === 'dictionary')) return { kind: 'attachTable', tableId: found.id };
  throw session.error(
    'INCORRECT_QUERY',
    table,
    found.isDictionary ? `${found.name} is a dictionary` : `${found.name} is not a dictionary`,
    `Write ATTACH ${found.isDictionary ? 'DICTIONARY' : 'TABLE'}`,
  );
}

/** The last one that was dropped under the name. */
export function bindUndrop(table: TableName, session: Session): Bare<'undropTable'> {
  const there = foundTable(table, session);
  const parts = tablePath(table);
  if (there !== undefined || session.detachedTable(parts) !== undefined)
    throw session.error(
      'TABLE_ALREADY_EXISTS',
      table,
      `Cannot undrop table, ${table.name.text} already exists`,
      'RENAME it first',
    );
  const schema = table.schema === null ? session.context.schema : knownSchema(table.schema, session);
  const dropped = session.context.catalog
    .droppedTables()
    .findLast((t) => t.schema === schema && t.name === table.name.text);
  if (dropped !== undefined) return { kind: 'undropTable', tableId: dropped.id };
  throw session.error(
    'UNKNOWN_TABLE',
    table,
    `No dropped table ${table.name.text} is kept`,
    'DROP without SYNC keeps tables for database_atomic_delay_before_drop_table_sec; system.dropped_tables lists them',
  );
}

type AboutDatabase = Extract<StatementBody, { kind: 'detach database' | 'attach database' }>;

export function bindAttachDatabase(
  body: AboutDatabase,
  session: Session,
): Bare<'detachSchema'> | Bare<'attachSchema'> {
  const { catalog } = session.context;
  const name = schemaOf(session.dialect, body.name.text);
  if (body.kind === 'detach database') {
    const isMissing = body.ifExists && !catalog.schemas().includes(name);
    return { kind: 'detachSchema', name: isMissing ? null : knownSchema(body.name, session) };
  }
  if (catalog.detachedSchemas().includes(name)) return { kind: 'attachSchema', name };
  if (!catalog.schemas().includes(name))
    throw session.error(
      'UNKNOWN_DATABASE',
      body.name,
      `No detached database is called ${body.name.text}`,
      session.didYouMean(body.name.text, catalog.detachedSchemas()) ?? 'CREATE DATABASE makes one',
    );
  if (body.ifNotExists) return { kind: 'attachSchema', name: null };
  throw session.error('DATABASE_ALREADY_EXISTS', body.name, `${body.name.text} is attached already`);
}
