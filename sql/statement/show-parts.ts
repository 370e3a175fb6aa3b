/**
 * ClickHouse's SHOW COLUMNS and SHOW INDEXES, in the columns that MySQL's clients read, and SHOW SETTINGS and SHOW FUNCTIONS, which are queries
 * over system tables.
 */

import { type ListedColumn, listedColumns, writtenIn } from '../../engine/function/listed-columns.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { columnTypeName } from '../../engine/type/dialect-name.ts';
import { NULL_TYPE, nullable, STRING, type, UINT64, type Value } from '../../engine/type/type.ts';
import type { ShowList, ShowOfTable } from '../ast/statement.ts';
import type { Parameter, TableInfo } from '../bind/context.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { parse } from '../parse/parser.ts';
import { matches, rowsOf } from './show.ts';

const OPTIONAL = nullable(STRING);
const U8 = type('uint8');

const tableOf = ({ table }: ShowOfTable, session: Session): TableInfo =>
  session.table(table.schema === null ? [table.name] : [table.schema, table.name], table);

export function showColumns(body: ShowOfTable, session: Session): Plan {
  const table = tableOf(body, session);
  const { sortKey = [] } = table;
  const rows = listedColumns(table)
    .filter((c) => matches(c.name, body.like))
    .map((c): [string, readonly Value[]] => {
      const shown = columnTypeName(c, 'clickhouse');
      const key = sortKey.includes(c.id) ? 'PRI SOR' : '';
      const plain = [c.name, shown, c.type.nullable ? 'YES' : 'NO', key, defaultOf(c), ''];
      return [c.name, body.full ? [...plain, null, c.comment ?? '', ''] : plain];
    });
  const names = ['field', 'type', 'null', 'key', 'default', 'extra'];
  const types = [STRING, STRING, STRING, STRING, OPTIONAL, STRING];
  return rowsOf(
    body.full ? [...names, 'collation', 'comment', 'privileges'] : names,
    rows.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
    body.full ? [...types, NULL_TYPE, STRING, STRING] : types,
  );
}

const defaultOf = ({ kind, expression }: ListedColumn): Value => (kind === '' ? null : expression);

/** An entry a row: indexes, by type and expression, and each column of the sort key. */
type Entry = {
  readonly name: string;
  readonly kind: string;
  readonly expression: string;
  readonly key: string;
};

export function showIndexes(body: ShowOfTable, session: Session): Plan {
  const table = tableOf(body, session);
  const { name, sortKey = [], indexes = [], keys: expressions = [] } = table;
  const nameOf = (id: number): string =>
    writtenIn(table, expressions.find((key) => key.id === id)?.text ?? [id]);
  const entries = indexes.map((index): Entry => {
    const text = writtenIn(table, index.text);
    const expression = index.terms.length > 1 && text.startsWith('(') ? text.slice(1, -1) : text;
    return { name: index.name, kind: index.kind.type.toUpperCase(), expression, key: '' };
  });
  const keys = sortKey.map(
    (id): Entry => ({ name: 'PRIMARY', kind: 'PRIMARY', expression: '', key: nameOf(id) }),
  );
  const rank = ({ kind, expression }: Entry): string => `${kind}\0${expression}`;
  const all = [...entries, ...keys]
    .filter((entry) => matches(entry.name, body.like))
    .sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
  return rowsOf(
    [
      ...[
        'table',
        'non_unique',
        'key_name',
        'seq_in_index',
        'pk_col',
        'collation',
        'cardinality',
        'sub_part',
      ],
      ...['packed', 'null', 'index_type', 'comment', 'index_comment', 'visible', 'expression'],
    ],
    all.map((entry) => {
      const inKey = entry.kind === 'PRIMARY';
      const place = inKey ? keys.indexOf(entry) + 1 : 1;
      return [
        ...[name, 1n, entry.name, BigInt(place), entry.key, inKey ? 'A' : null, 0n],
        ...[null, null, null, entry.kind, '', '', 'YES', entry.expression],
      ];
    }),
    [
      ...[STRING, U8, STRING, UINT64, STRING, OPTIONAL, U8],
      ...[NULL_TYPE, NULL_TYPE, NULL_TYPE, STRING, STRING, STRING, STRING, STRING],
    ],
  );
}

const LISTS = {
  'show settings': 'SELECT name, type, value FROM system.settings',
  'show functions': 'SELECT * FROM system.functions',
} as const;

export function showList({ kind, changed, like }: ShowList, session: Session): Plan {
  const conditions = [
    ...(changed ? ['changed'] : []),
    ...(like === null ? [] : [`name ${like.caseless ? 'ILIKE' : 'LIKE'} {pattern:String}`]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const text = `${LISTS[kind]}${where} ORDER BY name`;
  const { body } = parse(text, 'clickhouse');
  const parameters: Readonly<Record<string, Parameter>> = like === null ? {} : { pattern: like.text };
  const { schema } = session.context;
  const inner = session.inside(text, session.views, { dialect: 'clickhouse', schema, parameters });
  if (body.kind !== 'query') throw inner.error('LOGICAL_ERROR', { at: 0, end: 0 }, 'A list is a query');
  return inner.bindQuery(body.query, NO_WITH).plan;
}
