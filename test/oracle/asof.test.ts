import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { type Random, SeededRandom } from '../../engine/base/random.ts';
import { answerText } from './compare.ts';
import { SEED } from './run.ts';

/**
 * Random ASOF joins against DuckDB and ClickHouse. No key has two rows of one time on the right side, so there is one answer; answers are
 * sums of products, which a row with another partner would change.
 */

type Target = 'standard' | 'clickhouse';

const QUERIES = 80;
const LEFT_ROWS = 3000;
const RIGHT_ROWS = 2000;

let ours: Database;
let duckdb: DuckDBConnection;
let clickhouse: Session;

/** Of DuckDB alone. RIGHT and FULL take no further conditions there. */
const ITS_KINDS = ['ASOF RIGHT JOIN', 'ASOF FULL JOIN', 'ASOF SEMI JOIN', 'ASOF ANTI JOIN'];

const pick = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)];

/** `u` is unique, `k` has a dozen values, `s` is a text of them; `f` is a fraction. */
function rowsOf(random: Random, rows: number): string {
  const numbers = Array.from({ length: rows }, (_, i) => i * 3);
  for (let i = rows - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
  }
  return numbers
    .map((u) => {
      const k = random.below(9) === 0 ? null : random.below(12);
      return `(${u + random.below(3)},${k ?? 'NULL'},${k === null ? 'NULL' : `'s${k % 5}'`},${(u - 900) / 4},${random.below(9)})`;
    })
    .join();
}

beforeAll(async () => {
  ours = await open();
  duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  clickhouse = new Session();
  const random = new SeededRandom(SEED);
  for (const [name, rows] of [['l', LEFT_ROWS] as const, ['r', RIGHT_ROWS] as const]) {
    const create = `CREATE TABLE ${name} (u BIGINT NOT NULL, k BIGINT, s VARCHAR, f DOUBLE NOT NULL, v BIGINT NOT NULL)`;
    const insert = `INSERT INTO ${name} VALUES ${rowsOf(random, rows)}`;
    await ours.query(create);
    await ours.query(insert);
    await duckdb.run(create);
    await duckdb.run(insert);
    clickhouse.query(
      `CREATE TABLE ${name} (u Int64, k Nullable(Int64), s Nullable(String), f Float64, v Int64) ENGINE = Memory`,
    );
    clickhouse.query(insert);
  }
});
afterAll(async () => {
  await ours?.close();
  duckdb?.closeSync();
  clickhouse?.cleanup();
});

function queryOf(random: Random, target: Target): string {
  const kinds = ['ASOF JOIN', 'ASOF LEFT JOIN', ...(target === 'standard' ? ITS_KINDS : [])];
  const kind = pick(random, kinds);
  const equalities = pick(random, [['k'], ['s'], ['k', 's']]).map((c) => `l.${c} = r.${c}`);
  const op = pick(random, ['>=', '>', '<=', '<']);
  const by = pick(random, [`l.u ${op} r.u`, `l.f ${op} r.f`, `r.u ${op} l.u + ${random.below(50)}`]);
  const on = [...equalities, by];
  const isBare = /RIGHT|FULL/.test(kind);
  if (!isBare && random.below(3) === 0) on.push(pick(random, ['r.v < 7', 'r.u > 1000', 'r.s IS NOT NULL']));
  if (!isBare && random.below(4) === 0) on.push(pick(random, ['l.v > 2', 'l.u < 6000']));
  if (/SEMI|ANTI/.test(kind))
    return `SELECT count(*), sum(u * 7 + v), min(f), max(s) FROM l ${kind} r ON ${on.join(' AND ')}`;
  const where =
    random.below(2) === 0
      ? ''
      : ` WHERE ${pick(random, ['r.v < 5', 'l.v <> 3', 'l.v + r.v > 6', 'r.u < 4000', 'l.k > 4'])}`;
  return `SELECT count(*), count(r.u), sum(l.u * 7 + r.u * (l.v + 1)), sum(r.v * l.u), min(r.f), max(r.s) FROM l ${kind} r ON ${on.join(' AND ')}${where}`;
}

/** Whole numbers come as text from some. */
const textOf = (rows: readonly (readonly unknown[])[]): string =>
  answerText(
    rows.map((row) =>
      row.map((cell) => (typeof cell === 'string' && /^-?\d+$/.test(cell) ? BigInt(cell) : cell)),
    ),
    false,
  );

const THEIRS: Readonly<Record<Target, (sql: string) => Promise<string>>> = {
  standard: async (sql) => textOf((await duckdb.runAndReadAll(sql)).getRows()),
  clickhouse: async (sql) =>
    textOf(
      clickhouse
        .query(`${sql} SETTINGS join_use_nulls = 1`, 'JSONCompactEachRow')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown[]),
    ),
};

describe.each(Object.entries(THEIRS) as [Target, (sql: string) => Promise<string>][])(
  'ASOF joins, %s',
  (dialect, theirs) => {
    it(`gives the answers of the peer (seed ${SEED})`, { timeout: 300_000 }, async () => {
      const random = new SeededRandom(SEED);
      const differences: string[] = [];
      for (let i = 0; i < QUERIES; i++) {
        const sql = queryOf(random, dialect);
        const settings = { join_use_nulls: 1 };
        const { rows } = await ours.execute(sql, { dialect, int64: 'string', settings });
        const [expected, actual] = [await theirs(sql), textOf(rows)];
        if (expected !== actual) differences.push(`${i}: ${sql}\n theirs: ${expected}\n ours: ${actual}`);
      }
      expect(differences.join('\n\n')).toBe('');
    });
  },
);
