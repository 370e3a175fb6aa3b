import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, type OperatorProfile, open } from '../../database/index.ts';

/**
 * How far what a join knows of its right side reaches. `t` has every k from 0 to 999 equally often, `few` two of them, and one that
 * nobody has; `second` is like `t`, but with each k once.
 */
const ROWS = 100_000;
const PER_KEY = ROWS / 1000;

let db: Database;

beforeAll(async () => {
  db = await open({ threads: 2 });
  const clickhouse = { dialect: 'clickhouse' } as const;
  for (const [name, rows] of [
    ['t', ROWS],
    ['second', 1000],
  ] as const) {
    await db.query(
      `CREATE TABLE ${name} (id Int64, k Int64, v Int64) ENGINE = MergeTree ORDER BY id`,
      clickhouse,
    );
    await db.query(
      `INSERT INTO ${name} SELECT number, number % 1000, intDiv(number, 1000) FROM numbers(${rows})`,
      clickhouse,
    );
  }
  await db.query('CREATE TABLE few (k BIGINT NOT NULL)');
  await db.query('INSERT INTO few VALUES (5), (7), (5000)');
});
afterAll(() => db.close());

type Case = {
  readonly through: string;
  readonly sql: string;
  readonly rows: readonly (readonly unknown[])[];
  /** Rows that the scans of a table give, together. */
  readonly scanned: Readonly<Record<string, number>>;
};

const CASES: readonly Case[] = [
  {
    through: 'groups, which go as a whole',
    sql: 'SELECT k, n FROM (SELECT k, count(*) AS n FROM t GROUP BY k) AS q JOIN few USING (k) ORDER BY k',
    rows: [
      [5, PER_KEY],
      [7, PER_KEY],
    ],
    scanned: { t: 2 * PER_KEY },
  },
  {
    through: 'a union',
    sql: 'SELECT count(*) FROM (SELECT k FROM t UNION ALL SELECT k FROM second) AS q JOIN few ON q.k = few.k',
    rows: [[2 * PER_KEY + 2]],
    scanned: { t: 2 * PER_KEY, second: 2 },
  },
  {
    through: 'windows over partitions, which go as a whole',
    sql: 'SELECT max(n) FROM (SELECT k, row_number() OVER (PARTITION BY k ORDER BY id) AS n FROM t) AS q JOIN few ON q.k = few.k',
    rows: [[PER_KEY]],
    scanned: { t: 2 * PER_KEY },
  },
  {
    through: 'an equality, to the right side of a left join',
    sql: 'SELECT count(*), count(b.k) FROM t AS a LEFT JOIN second AS b ON a.k = b.k AND b.v > 0 JOIN few ON a.k = few.k',
    rows: [[2 * PER_KEY, 0]],
    scanned: { t: 2 * PER_KEY, second: 0 },
  },
  {
    through: 'no LIMIT: other rows would come in the place of those left out',
    sql: 'SELECT count(*) FROM (SELECT k FROM t ORDER BY id LIMIT 1000) AS q JOIN few ON q.k = few.k',
    rows: [[2]],
    scanned: { t: ROWS },
  },
  {
    through: 'no window over all rows',
    sql: 'SELECT max(n) FROM (SELECT k, row_number() OVER (ORDER BY id) AS n FROM t) AS q JOIN few ON q.k = few.k',
    rows: [[ROWS - 1000 + 8]],
    scanned: { t: ROWS },
  },
  {
    through: 'no full join, whose rows without a partner come out',
    sql: 'SELECT count(*) FROM (SELECT second.k AS k FROM t FULL JOIN second ON t.id = second.id) AS q JOIN few ON q.k = few.k',
    rows: [[2]],
    scanned: { t: ROWS, second: 1000 },
  },
];

const operators = (root: OperatorProfile): OperatorProfile[] => [root, ...root.inputs.flatMap(operators)];

describe('the keys of a join filter scans', () => {
  it.each(CASES.map((c) => [c.through, c] as const))('through %s', async (_, { sql, rows, scanned }) => {
    const { rows: answer, profile } = await db.execute(sql, { settings: { log_profile: true } });
    expect(answer).toEqual(rows);
    if (profile?.root == null) throw new TypeError('no profile');
    const scans = operators(profile.root).filter(({ name }) => name === 'scan');
    for (const [table, expected] of Object.entries(scanned)) {
      const own = scans.filter(({ detail }) => detail.startsWith(`${table} `));
      expect([table, own.reduce((sum, { rowsOut }) => sum + rowsOut, 0)]).toEqual([table, expected]);
    }
  });
});

/**
 * `wide` has more keys than one table serves, far apart: every third of those of `many`, whose other rows are left out by its scan, but for
 * the few that a Bloom filter takes for others. `k` is NULL in every tenth row, `s` is the key as text.
 */
describe('many keys filter scans, too', () => {
  const MANY = 400_000;
  const STEP = 1_000_003;
  const RIGHT = 100_000;
  /** Rows of `many` with a partner: their number is below 3 * RIGHT, a multiple of three, and none of ten. */
  const partners = Array.from({ length: RIGHT }, (_, i) => i * 3).filter((i) => i % 10 !== 0);

  beforeAll(async () => {
    const clickhouse = { dialect: 'clickhouse' } as const;
    for (const name of ['many', 'wide'])
      await db.query(
        `CREATE TABLE ${name} (k Nullable(Int64), s String, v Int64) ENGINE = MergeTree ORDER BY v`,
        clickhouse,
      );
    await db.query(
      `INSERT INTO many SELECT if(number % 10 = 0, NULL, number * ${STEP}), toString(number), number FROM numbers(${MANY})`,
      clickhouse,
    );
    await db.query(
      `INSERT INTO wide SELECT number * 3 * ${STEP}, toString(number * 3), number FROM numbers(${RIGHT})`,
      clickhouse,
    );
    await db.query("INSERT INTO wide SELECT NULL, 'none', 0 FROM numbers(10)", clickhouse);
  });

  it.each([
    ['by one key', 'SELECT count(*), sum(m.v) FROM many AS m JOIN wide AS w ON m.k = w.k', partners.length],
    [
      'by texts',
      'SELECT count(*), sum(m.v) FROM many AS m JOIN wide AS w ON m.s = w.s WHERE m.k IS NOT NULL',
      partners.length,
    ],
    [
      'by both',
      'SELECT count(*), sum(m.v) FROM many AS m JOIN wide AS w ON m.s = w.s AND m.k = w.k',
      partners.length,
    ],
    ['of a semi join', 'SELECT count(*), sum(v) FROM many WHERE k IN (SELECT k FROM wide)', partners.length],
    [
      'through groups and a union',
      `SELECT count(*), sum(q.k) / ${STEP} FROM (SELECT k, max(v) AS n FROM (SELECT k, v FROM many UNION ALL SELECT k, v FROM many) AS u GROUP BY k) AS q JOIN wide AS w ON q.k = w.k`,
      partners.length * 2,
    ],
  ] as const)('%s', async (_, sql, least) => {
    const { rows, profile } = await db.execute(sql, { settings: { log_profile: true } });
    expect(rows).toEqual([[partners.length, partners.reduce((sum, i) => sum + i, 0)]]);
    if (profile?.root == null) throw new TypeError('no profile');
    const scanned = operators(profile.root)
      .filter(({ name, detail }) => name === 'scan' && detail.startsWith('many '))
      .reduce((sum, { rowsOut }) => sum + rowsOut, 0);
    expect(scanned).toBeGreaterThanOrEqual(least);
    expect(scanned).toBeLessThan(least * 1.2);
  });
});
