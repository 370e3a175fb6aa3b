import { Session } from 'chdb';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { describeDifference } from './compare.ts';
import { COLUMNS, randomRows } from './query-generator.ts';
import { compareQueries, QUERIES, ROWS, SEED } from './run.ts';

/** Random ClickHouse SQL against chdb, which is ClickHouse in-process. A failure prints the seed and the statement. */

const literal = (value: unknown): string => {
  if (value === null) return 'NULL';
  if (value instanceof Date) return `'${value.toISOString().replace('T', ' ').slice(0, 23)}'`;
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return String(value);
};

/** Integers that are no numbers of JavaScript. */
const exactly = (_: string, value: unknown, { source = '' }: { source?: string }): unknown =>
  typeof value === 'number' && /^-?\d{16,}$/.test(source) ? BigInt(source) : value;

const parseRows = (text: string): unknown[][] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line, exactly as never) as unknown[]);

it(`answers ${QUERIES} random queries as ClickHouse does`, async () => {
  const random = new SeededRandom(SEED);
  const session = new Session();
  await using db = await open();
  const columns = COLUMNS.map((c) => `${c.name} ${c.clickhouse}`).join(', ');
  const create = `CREATE TABLE t (${columns}) ENGINE = MergeTree ORDER BY id`;
  session.query('CREATE DATABASE oracle ENGINE = Memory');
  session.query('USE oracle');
  session.query('SET output_format_json_quote_denormals = 1');
  // min(x + 1) as min(x) + 1 is wrong where there are no rows.
  session.query('SET optimize_arithmetic_operations_in_aggregate_functions = 0');
  // count(DISTINCT k) of rows grouped by k as count() is wrong where k is NULL.
  session.query('SET optimize_uniq_to_count = 0');
  // sum(if(b, 0, x)) as sumIf(x, NOT b) leaves rows out whose b is NULL.
  session.query('SET optimize_rewrite_aggregate_function_with_if = 0');
  session.query(create);
  await db.query(create, { dialect: 'clickhouse' });
  const rows = randomRows(random, ROWS);
  const insert = `INSERT INTO t VALUES ${rows.map((row) => `(${row.map(literal).join(', ')})`).join(', ')}`;
  session.query(insert);
  await db.query(insert, { dialect: 'clickhouse' });

  const options = { dialect: 'clickhouse', int64: 'bigint', timestamp: 'string' } as const;
  const result = await compareQueries(
    'chdb',
    'clickhouse',
    random,
    async (sql) => parseRows(String(session.query(sql, 'JSONCompactEachRow'))),
    async (sql) => (await db.execute(sql, options)).rows,
  );
  session.cleanup();
  expect(result.differences.slice(0, 20).map(describeDifference).join('\n\n')).toBe('');
  expect(result.compared).toBeGreaterThan(QUERIES * 0.8);
});
