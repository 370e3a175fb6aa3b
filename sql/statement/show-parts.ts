/**
 * ClickHouse's SHOW COLUMNS and SHOW INDEXES, in the columns that MySQL's clients read, and its lists (SHOW SETTINGS, SHOW PROCESSLIST and their like),
 * which are queries over system tables.
 */

import { type ListedColumn, listedColumns, writtenIn } from '../../engine/function/listed-columns.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { NULL_TYPE, nullable, STRING, type, UINT64, type Value } from '../../engine/type/type.ts';
import type { ListName, Pattern, ShowList, ShowOfTable } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import type { Parameter, TableInfo } from '../bind/context.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { parse } from '../parse/parser.ts';
import { matches, rowsOf } from './show.ts';

const OPTIONAL = nullable(STRING);
const U8 = type('uint8');

const tableOf = ({ table }: ShowOfTable, session: Session): TableInfo =>
  session.table(tablePath(table), table);

export function showColumns(body: ShowOfTable, session: Session): Plan {
  const table = tableOf(body, session);
  const { sortKey = [] } = table;
  const rows = listedColumns(table)
    .filter((c) => matches(c.name, body.like))
    .map((c): [string, readonly Value[]] => {
      const shown = dialectTypeName(c.type, 'clickhouse');
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

type ListRow = {
  readonly select: string;
  /** Of a table whose rows these are not all. */
  readonly where?: string;
  /** What a pattern is about; a list without it takes none. */
  readonly name?: string;
  readonly order?: string;
};

const SETTINGS = { select: 'SELECT name, type, value FROM system.settings', name: 'name', order: 'name' };

const LISTS: Readonly<Record<ListName, ListRow>> = {
  settings: SETTINGS,
  'changed settings': { ...SETTINGS, where: 'changed' },
  setting: { select: 'SELECT value FROM system.settings', name: 'name' },
  functions: { select: 'SELECT * FROM system.functions', name: 'name', order: 'name' },
  processlist: { select: 'SELECT * FROM system.processes', order: 'elapsed DESC' },
  merges: {
    select: `SELECT table, database,
        if(m.progress > 0, round(m.elapsed * (1 - m.progress) / m.progress, 2), NULL) AS estimate_complete,
        round(m.elapsed, 2) AS elapsed, round(m.progress * 100, 2) AS progress, is_mutation,
        formatReadableSize(total_size_bytes_compressed) AS size_compressed,
        formatReadableSize(m.memory_usage) AS memory_usage
      FROM system.merges AS m`,
    name: 'table',
    order: 'm.elapsed DESC',
  },
  engines: { select: 'SELECT * FROM system.table_engines', order: 'name' },
  clusters: { select: 'SELECT DISTINCT cluster FROM system.clusters', name: 'cluster', order: 'cluster' },
  users: { select: 'SELECT name FROM system.users', order: 'name' },
  roles: { select: 'SELECT name FROM system.roles', order: 'name' },
  grants: { select: "SELECT 'GRANT ALL ON *.* TO default' AS GRANTS" },
};

export function showList({ list, like }: ShowList, session: Session): Plan {
  const { select, where, name, order } = LISTS[list];
  const conditions = [
    ...(where === undefined ? [] : [where]),
    ...(like === null || name === undefined ? [] : [`${name} ${operator(list, like)} {pattern:String}`]),
  ];
  const only = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const text = `${select}${only}${order === undefined ? '' : ` ORDER BY ${order}`}`;
  const { body } = parse(text, 'clickhouse');
  const parameters: Readonly<Record<string, Parameter>> = like === null ? {} : { pattern: like.text };
  const { schema } = session.context;
  const inner = session.inside(text, session.views, { dialect: 'clickhouse', schema, parameters });
  if (body.kind !== 'query') throw inner.error('LOGICAL_ERROR', { at: 0, end: 0 }, 'A list is a query');
  return inner.bindQuery(body.query, NO_WITH).plan;
}

const operator = (list: ListName, { negated, caseless }: Pattern): string =>
  list === 'setting' ? '=' : `${negated ? 'NOT ' : ''}${caseless ? 'ILIKE' : 'LIKE'}`;
