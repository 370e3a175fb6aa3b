/** Random ORDER BY ... WITH FILL of one to three keys over random rows, against ClickHouse: rows in order. */

import { Session } from 'chdb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { type Random, SeededRandom } from '../../engine/base/random.ts';
import { SEED } from './run.ts';

const QUERIES = 600;

let ours: Database;
const peer = new Session();

beforeAll(async () => {
  ours = await open();
});
afterAll(async () => {
  await ours?.close();
  peer.cleanup();
});

const cell = (value: unknown): string =>
  value instanceof Date ? value.toISOString().slice(0, 10) : String(value);

const pick = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)];

/** Columns that can be filled, as an expression over small numbers and the values of bounds. */
const KEYS = [
  { name: 'a', bound: String, step: String },
  { name: 'b', bound: String, step: String },
  { name: 'f', bound: (n: number) => `${n}.5`, step: (n: number) => `${n / 2}` },
  {
    name: 'd',
    bound: (n: number) => `toDate('2024-01-01') + ${n}`,
    step: (n: number) => `INTERVAL ${n} DAY`,
  },
] as const;

function fillOf(random: Random, { name, bound, step }: (typeof KEYS)[number]): string {
  const isDescending = random.below(3) === 0;
  const sign = isDescending ? -1 : 1;
  const [low, high] = [random.below(5), 5 + random.below(6)];
  const [from, to] = isDescending ? [high, low] : [low, high];
  const staleness = random.below(4) === 0;
  return [
    `${name}${isDescending ? ' DESC' : ''} WITH FILL`,
    ...(staleness || random.below(2) === 0 ? [] : [`FROM ${bound(from)}`]),
    ...(random.below(2) === 0 ? [] : [`TO ${bound(to)}`]),
    ...(random.below(3) === 0 ? [] : [`STEP ${step(sign * (1 + random.below(3)))}`]),
    ...(staleness ? [`STALENESS ${step(sign * (1 + random.below(5)))}`] : []),
  ].join(' ');
}

function queryOf(random: Random): string {
  const rows = new Map<string, string>();
  for (let n = random.below(8); n >= 0; n--) {
    const [g, a, b] = [random.below(2), random.below(9), random.below(6)];
    rows.set(`${g} ${a} ${b}`, `(${g}, ${a}, ${b}, ${a} + 0.5, toDate('2024-01-01') + ${b}, 'r${n}')`);
  }
  const keys = [...KEYS];
  const filled = Array.from(
    { length: 1 + random.below(3) },
    () => keys.splice(random.below(keys.length), 1)[0],
  );
  const order = filled.map((key) => fillOf(random, key));
  if (random.below(3) === 0) order.unshift('g');
  else if (random.below(4) === 0) order.splice(random.below(order.length + 1), 0, 'g');
  const interpolate = pick(random, ['', '', " INTERPOLATE (s AS s || '+')", ' INTERPOLATE (s)']);
  const settings = pick(random, ['', '', ' SETTINGS use_with_fill_by_sorting_prefix = 0']);
  const values = `values('g UInt8, a Int32, b Int16, f Float64, d Date, s String', ${[...rows.values()].join(', ')})`;
  // Rows that are equal in all that is sorted by come in any order.
  const names = [...(order.some((key) => key === 'g') ? ['g'] : []), ...filled.map(({ name }) => name)];
  return `SELECT ${names.join(', ')}, min(s) AS s FROM ${values} GROUP BY ${names.join(', ')} ORDER BY ${order.join(', ')}${interpolate} LIMIT 500${settings}`;
}

it('WITH FILL gives the rows that ClickHouse gives', async () => {
  const random = new SeededRandom(SEED);
  let compared = 0;
  for (let i = 0; i < QUERIES; i++) {
    const sql = queryOf(random);
    let theirs: string;
    try {
      theirs = String(peer.query(sql, 'TabSeparated'));
    } catch (error) {
      theirs = `error: ${error instanceof Error ? error.message : String(error)}`;
    }
    const mine = await ours
      .execute(sql, { dialect: 'clickhouse' })
      .then(({ rows }) => rows.map((row) => `${row.map(cell).join('\t')}\n`).join(''))
      .catch((error: unknown) => `error: ${String(error)}`);
    if (theirs.startsWith('error: ') && mine.startsWith('error: ')) continue;
    compared++;
    expect(mine === theirs ? 'same' : { sql, mine, theirs }).toBe('same');
  }
  expect(compared).toBeGreaterThan(QUERIES / 2);
});
