/** RENAME TABLE and EXCHANGE TABLES: which tables get which names. */

import type { ExchangeTables, RenameTables } from '../ast/alter.ts';
import type { TableName } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';
import type { Bare, TableRef } from './bound.ts';
import { foundTable, newName, nextName, tableRef } from './table-ref.ts';
import { checkedKind } from './view.ts';

/** Pairs are done one after the other: a table may be named by what it is called by then. */
export function bindRename(body: RenameTables, session: Session): Bare<'renameTables'> {
  refuseDruid(body.pairs[0].from, session);
  const pairs: { readonly from: TableRef; readonly to: TableRef }[] = [];
  const key = ({ schema, name }: TableRef): string => `${schema}.${name}`;
  for (const { from, to } of body.pairs) {
    const target = nextName(foundTable(from, session), to, session);
    const written = newName(from, session);
    const before = pairs.findLast((pair) => key(pair.to) === key(written));
    const source =
      before === undefined
        ? tableRef(from, body.ifExists, session)
        : { ...before.from, schema: before.to.schema, name: before.to.name };
    if (body.only !== null) checkedKind(source, body.only, from, session);
    if (source.id !== null) pairs.push({ from: source, to: target });
  }
  return { kind: 'renameTables', pairs };
}

export function bindExchange(body: ExchangeTables, session: Session): Bare<'exchangeTables'> {
  refuseDruid(body.left, session);
  for (const name of [body.left, body.right])
    if (foundTable(name, session)?.isTemporary === true)
      throw session.refuse(name, 'EXCHANGE TABLES of a temporary table', 'RENAME it');
  return {
    kind: 'exchangeTables',
    left: tableRef(body.left, false, session),
    right: tableRef(body.right, false, session),
  };
}

/** Druid's SQL has no such statements. */
export function refuseDruid(where: TableName, session: Session): void {
  if (session.dialect === 'druid')
    throw session.refuse(
      where,
      'Changing tables in the Druid dialect',
      'Use the standard or the ClickHouse dialect',
    );
}
