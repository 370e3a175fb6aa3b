import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { describeDifference } from './compare.ts';
import { duckdbCell } from './duckdb-cell.ts';
import { COLUMNS, randomRows } from './query-generator.ts';
import { compareQueries, QUERIES, ROWS, SEED } from './run.ts';

/** Random standard SQL against DuckDB. A failure prints the seed and the statement. */

const literal = (value: unknown, type: string): string => {
  if (value === null) return 'NULL';
  if (value instanceof Date) return `TIMESTAMP '${value.toISOString().replace('T', ' ').slice(0, 23)}'`;
  if (type === 'INTERVAL') return `INTERVAL '${String(value)} hours'`;
  if (type === 'DATE') return `DATE '${String(value)}'`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return type === 'DOUBLE' ? `CAST(${value} AS DOUBLE)` : String(value);
};

it(`answers ${QUERIES} random queries as DuckDB does`, async () => {
  const random = new SeededRandom(SEED);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const duckdb = await instance.connect();
  await using db = await open();
  const columns = COLUMNS.map((c) => `${c.name} ${c.standard}`).join(', ');
  await duckdb.run(`CREATE TABLE t (${columns})`);
  await db.query(`CREATE TABLE t (${columns})`);
  const rows = randomRows(random, ROWS);
  const values = rows
    .map((row) => `(${row.map((v, i) => literal(v, COLUMNS[i].standard)).join(', ')})`)
    .join(', ');
  await duckdb.run(`INSERT INTO t VALUES ${values}`);
  await db.query(`INSERT INTO t VALUES ${values}`);

  const result = await compareQueries(
    'duckdb',
    'standard',
    random,
    async (sql) => (await duckdb.runAndReadAll(sql)).getRows().map((row) => row.map(duckdbCell)),
    async (sql) => (await db.execute(sql, { int64: 'bigint' })).rows,
  );
  duckdb.closeSync();
  expect(result.differences.slice(0, 20).map(describeDifference).join('\n\n')).toBe('');
  expect(result.compared).toBeGreaterThan(QUERIES * 0.8);
});
