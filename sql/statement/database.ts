/** Statements about databases. */

import type { Identifier } from '../ast/expression.ts';
import type { StatementBody } from '../ast/statement.ts';
import { schemaOf } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import { isDictionary, isView } from '../bind/view.ts';
import type { BoundStatement, Output, TableRef } from './bound.ts';
import { knownSchema } from './known-schema.ts';
import { matches } from './show.ts';

type Bare<T> = T extends unknown ? Omit<T, keyof Output> : never;
type Kind =
  | 'create database'
  | 'drop database'
  | 'rename database'
  | 'comment database'
  | 'truncate database';
type AboutDatabase = Extract<StatementBody, { kind: Kind }>;

export function bindDatabase(body: AboutDatabase, session: Session): Bare<BoundStatement> {
  const schema = (name: Identifier): string => schemaOf(session.dialect, name.text);
  switch (body.kind) {
    case 'create database': {
      const { ifNotExists, comment } = body;
      return { kind: 'createSchema', name: schema(body.name), ifNotExists, comment };
    }
    case 'drop database': {
      const { ifExists, onlyEmpty } = body;
      return { kind: 'dropSchema', name: schema(body.name), ifExists, onlyEmpty };
    }
    case 'rename database':
      return { kind: 'renameSchema', from: knownSchema(body.from, session), to: schema(body.to) };
    case 'comment database':
      return { kind: 'commentSchema', name: knownSchema(body.name, session), text: body.text };
    case 'truncate database': {
      const isThere = session.context.catalog.schemas().includes(schema(body.name));
      const tables =
        !isThere && body.ifExists ? [] : tablesIn(knownSchema(body.name, session), body, session);
      return body.drops
        ? { kind: 'dropTable', tables, ifExists: true, sync: false }
        : { kind: 'truncateTables', tables: tables.filter((table) => !table.isView) };
    }
  }
}

const tablesIn = (
  schema: string,
  { like }: Extract<AboutDatabase, { kind: 'truncate database' }>,
  session: Session,
): TableRef[] =>
  session.context.catalog
    .tables()
    .filter((table) => table.schema === schema && matches(table.name, like))
    .map((table) => ({
      id: table.id,
      schema,
      name: table.name,
      isView: isView(table),
      isDictionary: isDictionary(table),
    }));
