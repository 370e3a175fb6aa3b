import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Random, SeededRandom } from '../../engine/base/random.ts';
import { SEED } from './run.ts';
import { type Column, type Target, Three } from './three.ts';

/**
 * Random joins of three to six tables, inner, left, semi and anti, written in an order that nobody would choose, with NULLs among the
 * keys, against DuckDB and ClickHouse. Answers are sums of products of columns, which a row joined wrongly would change.
 */

const QUERIES = 120;
/** Large enough that an order is worth changing, and each of another size. */
const TABLES = [30, 150, 400, 900, 2000, 5000].map((rows, i) => ({ name: `t${i}`, rows }));
const STRINGS = 40;

let three: Three;

/** `id` is unique; `a` and `b` are ids of some table, `a` sometimes of none; `v` is small. */
function rowsOf(random: Random, rows: number): unknown[][] {
  return Array.from({ length: rows }, (_, id) => [
    id,
    random.below(6) === 0 ? null : random.below(rows),
    random.below(Math.ceil(rows / 2)),
    random.below(8) === 0 ? null : `s${random.below(STRINGS)}`,
    random.below(21) - 10,
  ]);
}

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'BIGINT', nullable: false },
  { name: 'a', type: 'BIGINT', nullable: true },
  { name: 'b', type: 'BIGINT', nullable: false },
  { name: 's', type: 'VARCHAR', nullable: true },
  { name: 'v', type: 'BIGINT', nullable: false },
];

beforeAll(async () => {
  three = await Three.open();
  const random = new SeededRandom(SEED);
  for (const { name, rows } of TABLES) await three.addTable(name, COLUMNS, rowsOf(random, rows));
});
afterAll(() => three?.close());

const pick = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)];
const chance = (random: Random, percent: number): boolean => random.below(100) < percent;
const table = (random: Random): string => pick(random, TABLES).name;

/** An equality that gives each row of one side few partners. */
const equality = (random: Random, fresh: string, known: string): string =>
  pick(random, [
    `${fresh}.id = ${known}.a`,
    `${fresh}.id = ${known}.b`,
    `${known}.id = ${fresh}.a`,
    `${known}.id = ${fresh}.b`,
    `${known}.id = ${fresh}.id`,
    `${known}.a = ${fresh}.a`,
    `${known}.id = ${fresh}.a AND ${known}.v = ${fresh}.v`,
    `${known}.b = ${fresh}.id + 1`,
  ]);

function condition(random: Random, aliases: readonly string[]): string {
  const [x, y] = [pick(random, aliases), pick(random, aliases)];
  return pick(random, [
    `${x}.v > ${random.below(10) - 8}`,
    `${x}.s = 's${random.below(STRINGS)}'`,
    `${x}.s <> ${y}.s`,
    `${x}.v <> ${y}.v`,
    `${x}.v + ${y}.v > ${random.below(10) - 10}`,
    `${x}.a IS NOT NULL`,
    `(${x}.v = ${random.below(5)} OR ${y}.v < ${random.below(5)})`,
    `(${x}.v < 0 AND ${y}.v > 2 OR ${x}.v > 3 AND ${y}.v < 8)`,
    `${x}.b < ${random.below(2000)}`,
    `${x}.id = ${y}.b`,
  ]);
}

/** Of one row of `alias`: whether there are others. */
function existence(random: Random, alias: string, target: Target): string {
  const other = table(random);
  const column = pick(random, ['id', 'a', 'b']);
  const where = ` WHERE e.v ${pick(random, ['<', '>'])} ${random.below(8) - 4}`;
  if (target === 'clickhouse' || chance(random, 40))
    return `${alias}.b ${chance(random, 30) ? 'NOT IN' : 'IN'} (SELECT ${column === 'a' ? 'b' : column} FROM ${other} AS e${where})`;
  const residual = pick(random, ['', ` AND e.v <> ${alias}.v`, ` AND e.v > 3`]);
  return `${chance(random, 40) ? 'NOT ' : ''}EXISTS (SELECT 1 FROM ${other} AS e WHERE e.${column} = ${alias}.${pick(random, ['id', 'a', 'b'])}${residual})`;
}

function queryOf(random: Random, target: Target): string {
  const count = 3 + random.below(4);
  const aliases = ['r0'];
  const listed = chance(random, 40);
  let from = `${table(random)} AS r0`;
  const where: string[] = [];
  const visible = new Set(aliases);
  for (let i = 1; i < count; i++) {
    const fresh = `r${i}`;
    const known = pick(random, [...visible]);
    const on = equality(random, fresh, known);
    if (listed) {
      from += `, ${table(random)} AS ${fresh}`;
      where.push(on);
    } else {
      const extra = chance(random, 20) ? ` AND ${fresh}.v > ${random.below(10) - 8}` : '';
      const kinds = ['JOIN', 'JOIN', 'JOIN', 'LEFT JOIN', 'LEFT JOIN'];
      if (target === 'clickhouse') kinds.push('LEFT SEMI JOIN', 'LEFT ANTI JOIN');
      const kind = pick(random, kinds);
      from += ` ${kind} ${table(random)} AS ${fresh} ON ${on}${extra}`;
      if (kind.includes('SEMI') || kind.includes('ANTI')) continue;
    }
    aliases.push(fresh);
    visible.add(fresh);
  }
  for (let n = random.below(3); n > 0; n--) where.push(condition(random, aliases));
  if (chance(random, 40)) where.push(existence(random, pick(random, aliases), target));
  const sums = aliases.map((alias) => `sum(${alias}.v), count(${alias}.a), sum(${alias}.id)`);
  const products = aliases.slice(1).map((alias, i) => `sum(${alias}.v * ${aliases[i]}.v)`);
  const key = chance(random, 40) ? `${pick(random, aliases)}.${pick(random, ['s', 'v'])}` : null;
  const select = [...(key === null ? [] : [key]), 'count(*)', ...sums, ...products].join(', ');
  return `SELECT ${select} FROM ${from}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}${key === null ? '' : ` GROUP BY ${key}`}`;
}

describe.each(['standard', 'clickhouse'] as const)('joins in any order, %s', (target) => {
  it(`gives the answers of the peer (seed ${SEED})`, { timeout: 300_000 }, async () => {
    const random = new SeededRandom(SEED);
    const differences: string[] = [];
    let compared = 0;
    for (let i = 0; i < QUERIES; i++) {
      const sql = queryOf(random, target);
      const expected = await three.theirs(target, sql);
      if (expected === null) continue;
      compared++;
      const actual = await three.answer(target, sql);
      if (expected !== actual)
        differences.push(`${i}: ${sql}\n theirs: ${expected.slice(0, 300)}\n ours: ${actual.slice(0, 300)}`);
    }
    expect(differences.join('\n\n')).toBe('');
    expect(compared).toBeGreaterThan(QUERIES * 0.95);
  });
});
