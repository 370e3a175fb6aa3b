/**
 * Functions that stand before OVER only. Aggregates stand there, too. `fn` is the plan's name (plan/window.ts); arguments left out
 * are literals.
 */

import { FLOAT64, INT64, type LogicalType, nullable, type } from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import type { Dialect, FunctionRow, Literal, Resolve, ResolveContext } from '../row.ts';

const count = ({ dialect }: ResolveContext): LogicalType =>
  dialect === 'clickhouse' ? type('uint64') : INT64;
const ONE: Literal = { value: 1n, type: INT64 };

const place =
  (fn: string, result: (context: ResolveContext) => LogicalType): Resolve =>
  (args, context) =>
    args.length === 0 ? { fn, casts: [], type: result(context) } : undefined;

/** Value [, number [, value where there is none]]. In ClickHouse that is the type's zero where it takes no NULL. */
const value =
  (fn: string, least: number, most: number): Resolve =>
  (args, { dialect }) => {
    if (args.length < least || args.length > most) return undefined;
    const [{ type: own }] = args;
    const other = args[2]?.type;
    const isClickhouse = dialect === 'clickhouse' && own.id !== 'null';
    const mayBeNull = !isClickhouse || own.nullable || other?.nullable === true;
    const result = mayBeNull ? nullable(own) : own;
    const zero: Literal = { value: mayBeNull ? null : zeroOf(own), type: result };
    return {
      fn,
      casts: [result, INT64, result].slice(0, args.length),
      type: result,
      extra: [ONE, zero].slice(Math.max(0, args.length - 1)),
    };
  };

const ALL: readonly Dialect[] = ['standard', 'druid', 'clickhouse'];

type Row = readonly [
  names: string,
  resolve: Resolve,
  syntax: string,
  doc: string,
  sql: string,
  result: string,
  clickhouse?: string,
];

/** Names of all dialects; further ones of ClickHouse at the end. */
const ROWS: readonly Row[] = [
  [
    'row_number',
    place('row_number', count),
    'row_number()',
    'Counts the rows of the partition.',
    'SELECT row_number() OVER ()',
    '1',
  ],
  [
    'rank',
    place('rank', count),
    'rank()',
    'Place of the row, with gaps behind equal ones.',
    'SELECT rank() OVER ()',
    '1',
  ],
  [
    'dense_rank',
    place('dense_rank', count),
    'dense_rank()',
    'Place of the row, without gaps.',
    'SELECT dense_rank() OVER ()',
    '1',
    'denseRank',
  ],
  [
    'percent_rank',
    place('percent_rank', () => FLOAT64),
    'percent_rank()',
    'Rows before the row and its equals, of all other rows.',
    'SELECT percent_rank() OVER ()',
    '0',
    'percentRank',
  ],
  [
    'cume_dist',
    place('cume_dist', () => FLOAT64),
    'cume_dist()',
    'Rows up to the row and its equals, of all rows.',
    'SELECT cume_dist() OVER ()',
    '1',
  ],
  [
    'ntile',
    (args, context) =>
      args.length === 1 ? { fn: 'ntile', casts: [INT64], type: count(context) } : undefined,
    'ntile(buckets)',
    'Number of the bucket, when the partition is cut into as many of equal size.',
    'SELECT ntile(2) OVER ()',
    '1',
  ],
  [
    'lag',
    value('lag', 1, 3),
    'lag(value [, rows [, default]])',
    'The value so many rows before in the partition.',
    'SELECT lag(5, 1, 7) OVER ()',
    '7',
  ],
  [
    'lead',
    value('lead', 1, 3),
    'lead(value [, rows [, default]])',
    'The value so many rows behind in the partition.',
    'SELECT lead(5, 1, 7) OVER ()',
    '7',
  ],
  [
    'first_value',
    value('first_value', 1, 1),
    'first_value(value)',
    'The value of the first row of the frame.',
    'SELECT first_value(5) OVER ()',
    '5',
  ],
  [
    'last_value',
    value('last_value', 1, 1),
    'last_value(value)',
    'The value of the last row of the frame.',
    'SELECT last_value(5) OVER ()',
    '5',
  ],
  [
    'nth_value',
    value('nth_value', 2, 2),
    'nth_value(value, n)',
    'The value of the n-th row of the frame, from 1.',
    'SELECT nth_value(5, 1) OVER ()',
    '5',
  ],
];

const CLICKHOUSE_ROWS: readonly Row[] = [
  [
    'lagInFrame',
    value('lag_in_frame', 1, 3),
    'lagInFrame(value [, rows [, default]])',
    'The value so many rows before in the frame.',
    'SELECT lagInFrame(5, 1, 7) OVER ()',
    '7',
  ],
  [
    'leadInFrame',
    value('lead_in_frame', 1, 3),
    'leadInFrame(value [, rows [, default]])',
    'The value so many rows behind in the frame.',
    'SELECT leadInFrame(5, 1, 7) OVER ()',
    '7',
  ],
];

const rowOf = (
  [name, resolve, syntax, doc, sql, result, clickhouse]: Row,
  dialects: readonly Dialect[],
): FunctionRow => ({
  names: Object.fromEntries(
    dialects.map((dialect) => [
      dialect,
      dialect === 'clickhouse' && clickhouse !== undefined ? [name, clickhouse] : [name],
    ]),
  ),
  kind: 'window',
  resolve,
  syntax,
  doc,
  example: { sql, result },
});

export const WINDOW_FUNCTIONS: readonly FunctionRow[] = [
  ...ROWS.map((row) => rowOf(row, ALL)),
  ...CLICKHOUSE_ROWS.map((row) => rowOf(row, ['clickhouse'])),
];
