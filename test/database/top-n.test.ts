import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, type OperatorProfile, open } from '../../database/index.ts';

/**
 * A top-N and the blocks that its scan passes over. `t` has three segments of four blocks: `id` ascends through all of them, `back` descends,
 * `tie` has one value a segment, `v` is `id` but NULL in every third row. Rows of `id` above SHOWN were deleted.
 */
const BLOCK = 65_536;
const SEGMENT = 4 * BLOCK;
const ROWS = 3 * SEGMENT;
const DELETED = 100;
const SHOWN = ROWS - DELETED;
const BLOCKS = 12;
/** The blocks of a segment: of a tie all of them are asked. */
const FEW = 4;

let db: Database;
const clickhouse = { dialect: 'clickhouse' } as const;

beforeAll(async () => {
  db = await open({ threads: 2 });
  await db.query(
    'CREATE TABLE t (id Int64, back Int32, tie Int64, v Nullable(Int64), s String) ENGINE = MergeTree ORDER BY id',
    clickhouse,
  );
  for (const segment of [1, 2, 0])
    await db.query(
      `INSERT INTO t SELECT number + ${segment * SEGMENT} AS i, toInt32(-i), ${segment}, if(i % 3 = 0, NULL, i), toString(i) FROM numbers(${SEGMENT})`,
      clickhouse,
    );
  await db.query(`DELETE FROM t WHERE id >= ${SHOWN}`);
  await db.query('CREATE TABLE u (id BIGINT NOT NULL, w BIGINT)');
  await db.query(`INSERT INTO u SELECT number * 2, number FROM numbers(${ROWS / 2})`, clickhouse);
});
afterAll(() => db.close());

const operators = (root: OperatorProfile): OperatorProfile[] => [root, ...root.inputs.flatMap(operators)];
const from = (first: number, count: number, step: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i * step);
const last = SHOWN - 1;
/** The last numbers that pass, from the end. */
const lastOf = (count: number, passes: (i: number) => boolean): number[] =>
  from(last, 1000, -1).filter(passes).slice(0, count);

type Case = readonly [string, string, readonly (readonly unknown[])[], 'few' | 'all'];
const column = (values: readonly unknown[]): unknown[][] => values.map((value) => [value]);

const CASES: readonly Case[] = [
  ['ascending', 'SELECT id FROM t ORDER BY id LIMIT 5', column(from(0, 5, 1)), 'few'],
  ['descending', 'SELECT id FROM t ORDER BY id DESC LIMIT 5', column(from(last, 5, -1)), 'few'],
  [
    'a column against the order of the table',
    'SELECT back FROM t ORDER BY back LIMIT 5',
    column(from(-last, 5, 1)),
    'few',
  ],
  [
    'with an offset',
    'SELECT id FROM t ORDER BY id DESC LIMIT 5 OFFSET 1000',
    column(from(last - 1000, 5, -1)),
    'few',
  ],
  [
    'columns that are fetched late',
    'SELECT s FROM t ORDER BY id DESC LIMIT 2',
    column([`${last}`, `${last - 1}`]),
    'few',
  ],
  [
    'NULLs last',
    'SELECT v FROM t ORDER BY v DESC NULLS LAST LIMIT 4',
    column(lastOf(4, (i) => i % 3 !== 0)),
    'few',
  ],
  [
    'NULLs first, which bounds do not tell',
    'SELECT v FROM t ORDER BY v DESC NULLS FIRST LIMIT 2',
    column([null, null]),
    'all',
  ],
  [
    'behind a filter',
    "SELECT id FROM t WHERE s LIKE '%7' ORDER BY id DESC LIMIT 3",
    column(lastOf(3, (i) => i % 10 === 7)),
    'few',
  ],
  [
    'ties, which the next key decides',
    'SELECT tie, id FROM t ORDER BY tie DESC, id LIMIT 2',
    [
      [2, 2 * SEGMENT],
      [2, 2 * SEGMENT + 1],
    ],
    'few',
  ],
  [
    'through a projection',
    'SELECT x FROM (SELECT id AS x, back + 1 AS y FROM t) AS q WHERE y <> 0 ORDER BY x DESC LIMIT 2',
    column([last, last - 1]),
    'few',
  ],
  [
    'an expression, of which nothing is known',
    'SELECT id + 1 FROM t ORDER BY 1 LIMIT 2',
    column([1, 2]),
    'all',
  ],
];

const JOINS: readonly Case[] = [
  [
    'an inner join',
    'SELECT t.id, w FROM t JOIN u ON t.id = u.id ORDER BY t.id DESC LIMIT 2',
    lastOf(2, (i) => i % 2 === 0).map((i) => [i, i / 2]),
    'few',
  ],
  [
    'a left join',
    'SELECT t.id, w FROM t LEFT JOIN u ON t.id = u.id AND w < 10 ORDER BY t.id LIMIT 3',
    [
      [0, 0],
      [1, null],
      [2, 1],
    ],
    'few',
  ],
  [
    'no full join: what it drops would come without a partner',
    `SELECT t.id, u.id FROM t FULL JOIN u ON t.id = u.id ORDER BY t.id DESC NULLS LAST, u.id LIMIT 1`,
    [[last, null]],
    'all',
  ],
];

describe('a top-N passes over blocks', () => {
  it.each([...CASES, ...JOINS])('%s', async (_, sql, rows, blocks) => {
    expect((await db.execute(sql)).rows).toEqual(rows);
    // How many blocks several threads begin before they know what they refuse is theirs.
    const { rows: answer, profile } = await db.execute(sql, {
      settings: { log_profile: true, max_threads: 1 },
    });
    expect(answer).toEqual(rows);
    if (profile?.root == null) throw new TypeError('no profile');
    const scan = operators(profile.root).find(
      ({ name, detail }) => name === 'scan' && detail.startsWith('t '),
    );
    const pruned = scan?.pruning.find(({ step }) => step === 'block zones');
    const read = BLOCKS - (pruned?.removed ?? 0);
    if (blocks === 'few') expect(read).toBeLessThanOrEqual(FEW);
    else expect(read).toBe(BLOCKS);
  });
});
