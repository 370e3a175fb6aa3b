import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { bag, type Difference, describeDifference } from './compare.ts';
import { isKnown } from './known.ts';
import { COLUMNS, QueryGenerator, randomRows } from './query-generator.ts';

/** Random standard SQL against DuckDB. A failure prints the seed and the statement. */
const SEED = Number(process.env['BASALT_ORACLE_SEED'] ?? 1);
const QUERIES = Number(process.env['BASALT_ORACLE_QUERIES'] ?? 2500);
const ROWS = 300;

const literal = (value: unknown, type: string): string => {
  if (value === null) return 'NULL';
  if (value instanceof Date) return `TIMESTAMP '${value.toISOString().replace('T', ' ').slice(0, 23)}'`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return type === 'DOUBLE' ? `CAST(${value} AS DOUBLE)` : String(value);
};

const micros = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'micros' in value
    ? new Date(Number((value as { micros: bigint }).micros) / 1000)
    : value;

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

  const generator = new QueryGenerator(random);
  const differences: Difference[] = [];
  let compared = 0;
  for (let index = 0; index < QUERIES; index++) {
    const { standard: sql } = generator.query().sql;
    if (isKnown('duckdb', sql)) continue;
    const theirs = await answer(async () => {
      const reader = await duckdb.runAndReadAll(sql);
      return reader.getRows().map((row) => row.map(micros));
    });
    const ours = await answer(async () => (await db.execute(sql, { int64: 'bigint' })).rows);
    // Both refusing is agreement; the texts of errors are not compared.
    if (theirs === ours || (theirs.startsWith('error') && ours.startsWith('error')))
      compared += theirs.startsWith('error') ? 0 : 1;
    else differences.push({ seed: SEED, index, sql, ours, theirs });
  }
  duckdb.closeSync();
  expect(differences.slice(0, 20).map(describeDifference).join('\n\n')).toBe('');
  expect(compared).toBeGreaterThan(QUERIES * 0.9);
});

async function answer(run: () => Promise<readonly (readonly unknown[])[]>): Promise<string> {
  try {
    return bag(await run()).join('\n');
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}
