import { Session } from 'chdb';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { bag, type Difference, describeDifference } from './compare.ts';
import { isKnown } from './known.ts';
import { COLUMNS, QueryGenerator, randomRows } from './query-generator.ts';

/** Random ClickHouse SQL against chdb, which is ClickHouse in-process. A failure prints the seed and the statement. */
const SEED = Number(process.env['BASALT_ORACLE_SEED'] ?? 1);
const QUERIES = Number(process.env['BASALT_ORACLE_QUERIES'] ?? 2500);
const ROWS = 300;

const literal = (value: unknown): string => {
  if (value === null) return 'NULL';
  if (value instanceof Date) return `'${value.toISOString().replace('T', ' ').slice(0, 23)}'`;
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return String(value);
};

it(`answers ${QUERIES} random queries as ClickHouse does`, async () => {
  const random = new SeededRandom(SEED);
  const session = new Session();
  await using db = await open();
  const columns = COLUMNS.map((c) => `${c.name} ${c.clickhouse}`).join(', ');
  const create = `CREATE TABLE t (${columns}) ENGINE = MergeTree ORDER BY id`;
  session.query('CREATE DATABASE oracle ENGINE = Memory');
  session.query('USE oracle');
  session.query(create);
  await db.query(create, { dialect: 'clickhouse' });
  const rows = randomRows(random, ROWS);
  const insert = `INSERT INTO t VALUES ${rows.map((row) => `(${row.map(literal).join(', ')})`).join(', ')}`;
  session.query(insert);
  await db.query(insert, { dialect: 'clickhouse' });

  const generator = new QueryGenerator(random);
  const differences: Difference[] = [];
  let compared = 0;
  for (let index = 0; index < QUERIES; index++) {
    const { clickhouse: sql } = generator.query().sql;
    if (isKnown('chdb', sql)) continue;
    const theirs = await answer(async () => parseRows(String(session.query(sql, 'JSONCompactEachRow'))));
    const ours = await answer(
      async () =>
        (await db.execute(sql, { dialect: 'clickhouse', int64: 'bigint', timestamp: 'string' })).rows,
    );
    if (theirs === ours || (theirs.startsWith('error') && ours.startsWith('error')))
      compared += theirs.startsWith('error') ? 0 : 1;
    else differences.push({ seed: SEED, index, sql, ours, theirs });
  }
  session.cleanup();
  expect(differences.slice(0, 20).map(describeDifference).join('\n\n')).toBe('');
  expect(compared).toBeGreaterThan(QUERIES * 0.9);
});

const parseRows = (text: string): unknown[][] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown[]);

async function answer(run: () => Promise<readonly (readonly unknown[])[]>): Promise<string> {
  try {
    return bag(await run()).join('\n');
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}
