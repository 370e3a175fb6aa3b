import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Random, SeededRandom } from '../../engine/base/random.ts';
import { SEED } from './run.ts';
import { type Column, type Target, Three } from './three.ts';

/**
 * Random aggregates over joins of large tables whose keys repeat with small ones whose keys do, too, some without a partner, some NULL,
 * against DuckDB and ClickHouse. Floats are multiples of a half, so that sums of them are the same in any order.
 */

const QUERIES = 200;
const LARGE = ['l0', 'l1'];
const SMALL = ['s0', 's1', 's2'];
const LARGE_ROWS = 80_000;

const column = (name: string, type: Column['type'], nullable = false): Column => ({ name, type, nullable });
const LARGE_COLUMNS: readonly Column[] = [
  column('k', 'BIGINT', true),
  column('d', 'INTEGER'),
  column('x', 'INTEGER', true),
  column('y', 'BIGINT'),
  column('f', 'DOUBLE'),
  column('t', 'VARCHAR', true),
];
const SMALL_COLUMNS: readonly Column[] = [
  column('id', 'BIGINT', true),
  column('e', 'INTEGER'),
  column('w', 'INTEGER', true),
  column('name', 'VARCHAR', true),
];

let three: Three;

const orNull = <T>(random: Random, value: T): T | null => (random.below(9) === 0 ? null : value);

beforeAll(async () => {
  three = await Three.open();
  const random = new SeededRandom(SEED);
  for (const name of LARGE) {
    const rows = Array.from({ length: LARGE_ROWS }, () => [
      orNull(random, random.below(300)),
      random.below(40),
      orNull(random, random.below(2001) - 1000),
      random.below(2_000_001) - 1_000_000,
      random.below(201) / 2 - 50,
      orNull(random, `t${random.below(12)}`),
    ]);
    await three.addTable(name, LARGE_COLUMNS, rows);
  }
  for (const [i, name] of SMALL.entries()) {
    const rows = Array.from({ length: 60 + 120 * i }, (_, n) => [
      orNull(random, Math.floor(n / (1 + i)) * (3 - i)),
      random.below(50),
      orNull(random, random.below(100) - 50),
      orNull(random, `n${random.below(20)}`),
    ]);
    await three.addTable(name, SMALL_COLUMNS, rows);
  }
}, 300_000);
afterAll(() => three?.close());

const pick = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)];
const chance = (random: Random, percent: number): boolean => random.below(100) < percent;

function aggregateOf(random: Random, target: Target, small: readonly string[]): string {
  const s = pick(random, small);
  const condition = pick(random, [
    'l.x > 0',
    "l.t = 't3'",
    'l.y < 5000',
    ...(chance(random, 10) ? [`${s}.w > 3`] : []),
  ]);
  const filtered = (name: string, arg: string): string =>
    target === 'clickhouse'
      ? `${name}If(${arg}${arg === '' ? '' : ', '}${condition})`
      : `${name}(${arg === '' ? '*' : arg}) FILTER (WHERE ${condition})`;
  return pick(random, [
    'count(*)',
    'count(l.x)',
    'sum(l.x)',
    'sum(l.y)',
    'sum(l.x)',
    'avg(l.x)',
    'min(l.x)',
    'max(l.y)',
    'min(l.t)',
    'max(l.f)',
    `max(${s}.name)`,
    `min(${s}.w)`,
    `sum(CASE WHEN l.t = 't1' THEN 1 WHEN l.x > 5 THEN l.d ELSE 0 END)`,
    ...(chance(random, 10)
      ? [`count(${s}.w)`, 'sum(l.f)', 'count(DISTINCT l.d)', `sum(${s}.w)`, 'sum(l.y + l.d)']
      : []),
    filtered('count', ''),
    filtered('sum', 'l.x'),
    filtered('max', 'l.y'),
  ]);
}

function queryOf(random: Random, target: Target): string {
  const joins = pick(random, [1, 1, 2, 3]);
  const small = ['a', 'b', 'c'].slice(0, joins);
  const existing: string[] = [];
  let from = `${pick(random, LARGE)} AS l`;
  if (chance(random, 15)) from = `${pick(random, SMALL)} AS z JOIN ${from} ON z.id = l.k`;
  for (const alias of small) {
    const on = pick(random, [
      `l.k = ${alias}.id`,
      `l.k = ${alias}.id`,
      `l.d = ${alias}.e`,
      `l.k = ${alias}.id AND l.d = ${alias}.e`,
      `l.k + 1 = ${alias}.id`,
      ...(existing.length > 0 ? [`${existing[0]}.e = ${alias}.e AND l.k = ${alias}.id`] : []),
      ...(target === 'standard' ? [`l.k = ${alias}.id AND l.d <> ${alias}.e`] : []),
    ]);
    from += ` ${pick(random, ['JOIN', 'JOIN', 'LEFT JOIN'])} ${pick(random, SMALL)} AS ${alias} ON ${on}`;
    existing.push(alias);
  }
  const where: string[] = [];
  if (chance(random, 30))
    where.push(pick(random, ['l.x > -500', "l.t <> 't5'", 'a.w IS NOT NULL', 'l.d <> a.e']));
  if (chance(random, 20))
    where.push(
      `l.d ${pick(random, ['IN', 'NOT IN'])} (SELECT e FROM ${pick(random, SMALL)} WHERE e > ${random.below(40)})`,
    );
  const keys = Array.from({ length: random.below(3) }, () =>
    pick(random, [
      `${pick(random, small)}.name`,
      `${pick(random, small)}.name`,
      `${pick(random, small)}.w`,
      'l.t',
      'l.d',
    ]),
  );
  const aggregates = Array.from({ length: 1 + random.below(4) }, () => aggregateOf(random, target, small));
  const shown = keys.map((key, i) => `${key} AS g${i}`);
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
  const values = aggregates.map((aggregate, i) => `${aggregate} AS v${i}`);
  return `SELECT ${[...shown, ...values].join(', ')} FROM ${from}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}${group}`;
}

/** Groups are made below the join, too. */
async function isEager(target: Target, sql: string): Promise<boolean> {
  const rows = await three.ours.query(`EXPLAIN ${sql}`, { dialect: target });
  const lines = rows.map((row) => String(Object.values(row)[0]));
  return lines.filter((line) => line.trimStart().startsWith('aggregate ')).length > 1;
}

describe.each(['standard', 'clickhouse'] as const)('aggregates over joins, %s', (target) => {
  it(`give the answers of the peer (seed ${SEED})`, { timeout: 600_000 }, async () => {
    const random = new SeededRandom(SEED);
    const differences: string[] = [];
    let eager = 0;
    for (let i = 0; i < QUERIES; i++) {
      const sql = queryOf(random, target);
      const expected = await three.theirs(target, sql);
      if (expected === null) continue;
      if (await isEager(target, sql)) eager++;
      const actual = await three.answer(target, sql).catch((error) => String(error));
      if (expected !== actual)
        differences.push(`${i}: ${sql}\n theirs: ${expected.slice(0, 300)}\n ours: ${actual.slice(0, 300)}`);
    }
    expect(differences.join('\n\n')).toBe('');
    expect(eager).toBeGreaterThan(QUERIES / 6);
  });
});
