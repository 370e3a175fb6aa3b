import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { type Random, SeededRandom } from '../../engine/base/random.ts';
import { SEED } from './run.ts';

/**
 * Random window functions over random rows, against DuckDB and ClickHouse. Every window's order ends with the row's number where
 * a function's value hangs on the order among equals. Small tables have all kinds of frames; a large one, frames of thousands of rows.
 *
 * A RANGE is judged by arithmetic in the standard dialect: DuckDB 1.5.6 loses peers of one with an offset, in one run of a hundred or when
 * another window of the same partitions sorts further (found here).
 */

type Target = 'standard' | 'clickhouse';

type Name = 'small' | 'large';
type TableRow = readonly [id: number, g: number | null, x: number, f: number | null, s: string | null];

const tables = new Map<Name, readonly TableRow[]>();
let ours: Database;
let duckdb: DuckDBConnection;
let clickhouse: Session;

const literal = (value: unknown): string =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value);

function rowsOf(random: Random, n: number): TableRow[] {
  return Array.from(
    { length: n },
    (_, id): TableRow => [
      id,
      random.below(5) === 0 ? null : random.below(7),
      random.below(40) - 20,
      random.below(11) === 0 ? null : (random.below(1000) - 500) / 8,
      random.below(9) === 0 ? null : `t${random.below(13)}`,
    ],
  );
}

beforeAll(async () => {
  ours = await open();
  duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  clickhouse = new Session();
  // Else ClickHouse 26.7 fails to find the column of count(nullable) OVER (...).
  clickhouse.query('SET optimize_functions_to_subcolumns = 0');
  const random = new SeededRandom(SEED);
  for (const [name, n] of [
    ['small', 200],
    ['large', 20_000],
  ] as const) {
    const rows = rowsOf(random, n);
    tables.set(name, rows);
    const values = rows.map((row) => `(${row.map(literal).join()})`).join();
    const create = `CREATE TABLE ${name} (id BIGINT NOT NULL, g BIGINT, x BIGINT NOT NULL, f DOUBLE, s VARCHAR)`;
    await ours.query(create);
    await ours.query(`INSERT INTO ${name} VALUES ${values}`);
    await duckdb.run(create);
    await duckdb.run(`INSERT INTO ${name} VALUES ${values}`);
    clickhouse.query(
      `CREATE TABLE ${name} (id Int64, g Nullable(Int64), x Int64, f Nullable(Float64), s Nullable(String)) ENGINE = Memory`,
    );
    clickhouse.query(`INSERT INTO ${name} VALUES ${values}`);
  }
});
afterAll(async () => {
  await ours?.close();
  duckdb?.closeSync();
  clickhouse?.cleanup();
});

const pick = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)];

/** A call and its window. */
function windowCall(random: Random, target: Target, isLarge: boolean): string {
  const partition = random.below(3) === 0 ? '' : `PARTITION BY ${pick(random, ['g', 's', 'x % 3', 'g, s'])} `;
  const direction = (): string => pick(random, ['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST']);
  const unique = `ORDER BY ${pick(random, [`x${direction()}, id`, `f${direction()}, id DESC`, `s${direction()}, x, id`, 'id'])}`;
  const peers = `ORDER BY ${pick(random, [`x${direction()}`, `g${direction()}`, `s${direction()}, x`])}`;
  const nulls = target === 'standard' ? pick(random, ['', '', ' IGNORE NULLS']) : '';
  const column = (): string => pick(random, ['x', 'f', 's', 'g']);
  const offset = random.below(4);
  switch (random.below(isLarge ? 3 : 6)) {
    case 0:
      return `${pick(random, ['row_number()', `ntile(${1 + random.below(9)})`])} OVER (${partition}${unique})`;
    case 1: {
      // Sums of floats are compared as texts: these are exact in any order.
      const call = pick(random, [
        'sum(x)',
        'sum(f)',
        'count(*)',
        'count(f)',
        'min(s)',
        'max(f)',
        'avg(x)',
        'min(x)',
        'count(DISTINCT s)',
        'sum(DISTINCT x)',
        'avg(DISTINCT f)',
        ...(target === 'standard'
          ? ['count(DISTINCT x) FILTER (WHERE g > 2)', 'median(x)']
          : ['uniqExact(s)', 'quantileExact(x)']),
      ]);
      const frame = isLarge
        ? pick(random, [
            '',
            ' ROWS BETWEEN 1000 PRECEDING AND 500 FOLLOWING',
            ' ROWS UNBOUNDED PRECEDING',
            ' ROWS BETWEEN 3 FOLLOWING AND UNBOUNDED FOLLOWING',
            ...(target === 'standard'
              ? [' ROWS BETWEEN 40 PRECEDING AND 30 FOLLOWING EXCLUDE CURRENT ROW']
              : []),
          ])
        : frameOf(random, target);
      return `${call} OVER (${partition}${unique}${frame})`;
    }
    case 2: {
      const call = pick(random, ['sum(x)', 'count(*)', 'max(x)']);
      const by = pick(random, ['x', 'x DESC']);
      const range = pick(random, [
        `RANGE BETWEEN ${offset} PRECEDING AND ${random.below(4)} FOLLOWING`,
        `RANGE BETWEEN ${offset} FOLLOWING AND UNBOUNDED FOLLOWING`,
        `RANGE BETWEEN UNBOUNDED PRECEDING AND ${offset} PRECEDING`,
        'RANGE BETWEEN CURRENT ROW AND CURRENT ROW',
      ]);
      return `${call} OVER (${partition}ORDER BY ${by} ${range})`;
    }
    case 3:
      if (target === 'standard' && random.below(2) === 0)
        return `${pick(random, ['sum(x)', 'count(DISTINCT s)', 'max(f)'])} OVER (${partition}${peers}${frameOf(random, target, ['GROUPS'])})`;
      return `${pick(random, ['rank()', 'dense_rank()', 'percent_rank()', 'cume_dist()'].slice(0, target === 'standard' ? 4 : 2))} OVER (${partition}${peers})`;
    case 4: {
      const fallback = pick(random, ['', ', 7']);
      const name =
        target === 'standard' ? pick(random, ['lag', 'lead']) : pick(random, ['lagInFrame', 'leadInFrame']);
      const frame = target === 'standard' ? '' : ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING';
      return `${name}(${pick(random, ['x', 'g'])}, ${offset}${fallback}${nulls}) OVER (${partition}${unique}${frame})`;
    }
    default: {
      if (target === 'clickhouse')
        return `${pick(random, [`first_value(${column()})`, `last_value(${column()})`])} OVER (${partition}${unique}${frameOf(random, target)})`;
      return `${pick(random, [`first_value(${column()}${nulls})`, `last_value(${column()}${nulls})`, `nth_value(${column()}, ${1 + offset}${nulls})`])} OVER (${partition}${unique}${frameOf(random, target)})`;
    }
  }
}

function frameOf(
  random: Random,
  target: Target,
  units = target === 'standard' ? ['ROWS', 'GROUPS'] : ['ROWS'],
): string {
  const unit = pick(random, units);
  const n = (): number => random.below(5);
  const frame = pick(random, [
    ` ${unit} UNBOUNDED PRECEDING`,
    ` ${unit} ${n()} PRECEDING`,
    ` ${unit} BETWEEN ${n()} PRECEDING AND ${n()} FOLLOWING`,
    ` ${unit} BETWEEN ${2 + n()} PRECEDING AND ${random.below(3)} PRECEDING`,
    ` ${unit} BETWEEN ${random.below(3)} FOLLOWING AND ${2 + n()} FOLLOWING`,
    ` ${unit} BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING`,
    ` ${unit} BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING`,
  ]);
  if (random.below(10) === 0) return '';
  if (target === 'clickhouse' || random.below(2) === 0) return frame;
  return `${frame} EXCLUDE ${pick(random, ['CURRENT ROW', 'GROUP', 'TIES', 'NO OTHERS'])}`;
}

const text = (value: unknown): string => {
  // ClickHouse writes NaN as null.
  if (value === null || value === undefined || Number.isNaN(value)) return 'NULL';
  const number = Number(value);
  return typeof value === 'string' && !/^-?[\d.]+(e-?\d+)?$/.test(value)
    ? value
    : String(Number(number.toPrecision(12)));
};
const lines = (rows: readonly (readonly unknown[])[]): string[] =>
  rows.map((row) => row.map(text).join(' | '));

const RANGED =
  /^(sum|count|max)\(.\) OVER \((?:PARTITION BY (.*) )?ORDER BY x( DESC)? RANGE BETWEEN (.*) AND (.*)\)$/;

const PARTITIONS: Readonly<Record<string, (row: TableRow) => string>> = {
  g: ([, g]) => `${g}`,
  s: ([, , , , s]) => `${s}`,
  'x % 3': ([, , x]) => `${x % 3}`,
  'g, s': ([, g, , , s]) => `${g} ${s}`,
};

/** How far a bound lies behind the current value. */
function distanceOf(bound: string): number {
  if (bound === 'CURRENT ROW') return 0;
  const [count, direction] = bound.split(' ');
  const size = count === 'UNBOUNDED' ? Number.POSITIVE_INFINITY : Number(count);
  return direction === 'PRECEDING' ? -size : size;
}

/** What a call with a RANGE over x is, by definition. */
function ranged(call: string, rows: readonly TableRow[]): (readonly [id: number, value: number | null])[] {
  const [, name, partition, descending, first, last] = RANGED.exec(call)!;
  const keyOf = partition === undefined ? () => '' : PARTITIONS[partition];
  const sign = descending === undefined ? 1 : -1;
  const [from, to] = [first, last].map(distanceOf);
  /** By partition, how many rows have a value. */
  const counts = new Map<string, Map<number, number>>();
  for (const row of rows) {
    const of = counts.get(keyOf(row)) ?? new Map<number, number>();
    counts.set(keyOf(row), of.set(row[2], (of.get(row[2]) ?? 0) + 1));
  }
  return rows.map((row) => {
    const within = [...counts.get(keyOf(row))!].filter(([x]) => {
      const distance = sign * (x - row[2]);
      return distance >= from && distance <= to;
    });
    const sum = (of: (x: number, count: number) => number) =>
      within.reduce((all, [x, n]) => all + of(x, n), 0);
    if (name === 'count') return [row[0], sum((_, n) => n)];
    if (within.length === 0) return [row[0], null];
    return [row[0], name === 'sum' ? sum((x, n) => x * n) : Math.max(...within.map(([x]) => x))];
  });
}

async function theirAnswer(target: Target, sql: string): Promise<readonly (readonly unknown[])[]> {
  if (target === 'standard') return (await duckdb.runAndReadAll(sql)).getRows();
  return String(clickhouse.query(sql, 'JSONCompactEachRow'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown[]);
}

async function compare(target: Target, table: Name, seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const drawn = Array.from({ length: 1 + random.below(3) }, () =>
    windowCall(random, target, table === 'large'),
  );
  const byValue = target === 'standard' ? drawn.find((call) => call.includes('RANGE')) : undefined;
  const calls = byValue === undefined ? drawn : [byValue];
  const isFiltered = random.below(4) === 0;
  const sql = `SELECT id, ${calls.map((call, i) => `${call} AS c${i}`).join(', ')} FROM ${table}${isFiltered ? ' WHERE x <> 3' : ''} ORDER BY id`;
  const mine = lines((await ours.execute(sql, { dialect: target })).rows);
  const rows = tables.get(table)!.filter(([, , x]) => !isFiltered || x !== 3);
  const theirs = lines(byValue === undefined ? await theirAnswer(target, sql) : ranged(byValue, rows));
  const at = mine.findIndex((line, i) => line !== theirs[i]);
  expect(
    at < 0 && mine.length === theirs.length ? 'same' : { sql, at, ours: mine[at], theirs: theirs[at] },
  ).toBe('same');
}

describe.each(['standard', 'clickhouse'] as const)('window functions in %s', (target) => {
  it('over small tables are those of the peer', async () => {
    for (let i = 0; i < 400; i++) await compare(target, 'small', SEED * 100_000 + i);
  });

  it('over large partitions are those of the peer', async () => {
    for (let i = 0; i < 30; i++) await compare(target, 'large', SEED * 100_000 + 50_000 + i);
  });
});

/** Partitions of all sizes, over several stretches of the order: few that threads hand on, and many that they share. */
it.each(['1', 'i % 3', 'i % 1000', 'i // 7', 'CASE WHEN i < 300000 THEN 0 ELSE i END'])(
  'half a million rows by %s are those of DuckDB',
  async (key) => {
    const rows = `SELECT i AS id, ${key} AS p, (i * 7919) % 10007 AS x FROM generate_series(1, 500000) AS g(i)`;
    const sql = `SELECT count(*), sum(n * x), sum(s % 1009), sum(l), max(r), sum(f % 1013) FROM (
      SELECT x, row_number() OVER w AS n, sum(x) OVER w AS s, x - lag(x, 1, 0) OVER w AS l, rank() OVER (PARTITION BY p ORDER BY x) AS r,
        sum(x) OVER (PARTITION BY p ORDER BY x, id ROWS BETWEEN 20 PRECEDING AND 3 FOLLOWING) AS f
      FROM (${rows}) AS t WINDOW w AS (PARTITION BY p ORDER BY x, id)) AS q`;
    const mine = (await ours.execute(sql, { int64: 'string' })).rows;
    const theirs = (await duckdb.runAndReadAll(sql)).getRows();
    const exact = (answer: readonly (readonly unknown[])[]) => answer.map((row) => row.map(String));
    expect(exact(mine)).toEqual(exact(theirs));
  },
);
