import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Database,
  type OperatorProfile,
  open,
  type PruningStep,
  type QueryProfile,
} from '../../database/index.ts';

/**
 * Where a query's rows went. Expected numbers follow from the data: BLOCKS blocks of 65,536 rows in the order of `id`,
 * pages of 8,192 rows, three partitions by `p` in the second table.
 */
const BLOCK = 65_536;
const PAGE = 8_192;
const BLOCKS = 8;
const ROWS = BLOCKS * BLOCK;
const clickhouse = { dialect: 'clickhouse' } as const;

let db: Database;

beforeAll(async () => {
  db = await open({ threads: 2 });
  await db.query('CREATE TABLE t (id Int64, k Int64, s String) ENGINE = MergeTree ORDER BY id', clickhouse);
  await db.query(
    `INSERT INTO t SELECT number, number % 1000, concat('s', toString(intDiv(number, ${BLOCK}))) FROM numbers(${ROWS})`,
    clickhouse,
  );
  await db.query(
    'CREATE TABLE cut (p Int64, v Int64) ENGINE = MergeTree PARTITION BY p ORDER BY v',
    clickhouse,
  );
  for (const v of [0, 1000]) {
    await db.query(`INSERT INTO cut SELECT number % 3, ${v} + number FROM numbers(300)`, clickhouse);
    await db.query('OPTIMIZE TABLE cut', clickhouse);
  }
});
afterAll(() => db.close());

async function profileOf(sql: string): Promise<QueryProfile & { readonly root: OperatorProfile }> {
  const { profile } = await db.execute(sql, { settings: { log_profile: true } });
  if (profile === null || profile.root === null) throw new TypeError(`${sql} has no profile`);
  return { ...profile, root: profile.root };
}

const operators = (root: OperatorProfile): OperatorProfile[] => [root, ...root.inputs.flatMap(operators)];
const named = (profile: { readonly root: OperatorProfile }, name: string): OperatorProfile => {
  const found = operators(profile.root).find((o) => o.name === name);
  if (found === undefined) throw new TypeError(`no operator ${name}`);
  return found;
};
const shape = ({ name, inputs }: OperatorProfile): string =>
  inputs.length === 0 ? name : `${name}(${inputs.map(shape).join(', ')})`;
const removed = ({ pruning }: OperatorProfile): Partial<Record<PruningStep['step'], number>> =>
  Object.fromEntries(pruning.filter((p) => p.removed > 0).map((p) => [p.step, p.removed]));

describe('the profile of a query', () => {
  it('is a tree of operators with the rows each took and made', async () => {
    const profile = await profileOf(
      'SELECT k, count(*) AS n FROM t WHERE k < 10 GROUP BY k ORDER BY n DESC, k LIMIT 3',
    );
    const kept = Array.from({ length: ROWS }, (_, id) => id % 1000).filter((k) => k < 10).length;
    expect(shape(profile.root)).toMatch(/^result\((project\()?sort\((project\()?aggregate\(scan\)+$/);
    expect(named(profile, 'scan')).toMatchObject({ rowsIn: ROWS, rowsOut: kept });
    expect(named(profile, 'aggregate')).toMatchObject({ rowsIn: kept, rowsOut: 10 });
    expect(named(profile, 'sort')).toMatchObject({ rowsIn: 10, rowsOut: 3 });
    expect(profile.root).toMatchObject({ name: 'result', rowsIn: 3 });
    expect(profile).toMatchObject({ rowsRead: ROWS, spilledBytes: 0 });
    expect(profile.peakMemoryBytes).toBeGreaterThan(0);
    expect(named(profile, 'scan').batches).toBeGreaterThanOrEqual(ROWS / PAGE);
    for (const { busyMs, bytes } of operators(profile.root)) {
      expect(busyMs).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeGreaterThanOrEqual(0);
    }
  });

  it('has both sides of a join, its unmatched rows, and the rows it spared the scan', async () => {
    const two = '(SELECT 7 AS id UNION ALL SELECT -1) AS r';
    const inner = await profileOf(`SELECT count(*) FROM t JOIN ${two} ON t.id = r.id`);
    expect(named(inner, 'inner join')).toMatchObject({ rowsIn: 1, rowsOut: 1 });
    expect(named(inner, 'build')).toMatchObject({ rowsIn: 2, rowsOut: 2 });
    expect(named(inner, 'union all')).toMatchObject({ rowsIn: 2, rowsOut: 2 });
    // Keys from -1 to 7: one page of one block, all but one row of which are not among them.
    expect(removed(named(inner, 'scan'))).toEqual({
      'block zones': BLOCKS - 1,
      'page zones': BLOCK / PAGE - 1,
      'join filter': PAGE - 1,
    });
    const left = await profileOf(`SELECT count(*) FROM t LEFT JOIN ${two} ON t.id = r.id`);
    expect(named(left, 'left join')).toMatchObject({ rowsIn: ROWS, rowsOut: ROWS });
    expect(removed(named(left, 'scan'))).toEqual({});
    const none = await profileOf(
      'SELECT count(*) FROM t JOIN (SELECT id FROM t WHERE k < -1) AS r ON t.id = r.id',
    );
    const scans = operators(none.root).filter(({ name }) => name === 'scan');
    expect(scans.map(({ rowsIn, rowsOut }) => [rowsIn, rowsOut])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const full = await profileOf(
      'SELECT t.id FROM (SELECT id FROM t WHERE id < 5) AS t FULL JOIN (SELECT 3 AS id UNION ALL SELECT -1) AS r ON t.id = r.id',
    );
    expect(named(full, 'full join')).toMatchObject({ rowsIn: 5, rowsOut: 6 });
    expect(named(full, 'unmatched rows')).toMatchObject({ rowsOut: 1 });
    expect(full.root.rowsIn).toBe(6);
  });

  it('tells an operator once, however many pipes go through it', async () => {
    const union = await profileOf(
      'SELECT id + 1 AS x FROM (SELECT id FROM t WHERE k = 1 UNION ALL SELECT id FROM t WHERE k = 2) AS u WHERE id < 60000',
    );
    expect(shape(union.root)).toMatch(/^result\((project\(|filter\()*union all\(.*scan.*, .*scan\)+$/);
    expect(union.root).toMatchObject({ rowsIn: 120 });
    expect(named(union, 'union all')).toMatchObject({ rowsOut: 120 });
    const joined = await profileOf(
      'SELECT a.k, b.s FROM t AS a FULL JOIN t AS b ON a.id = b.id JOIN cut ON a.k = cut.v ORDER BY a.k',
    );
    expect(operators(joined.root).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['sort', 'inner join', 'full join']),
    );
    expect(operators(joined.root).filter(({ name }) => name === 'sort')).toHaveLength(1);
    expect(operators(joined.root).filter(({ name }) => name === 'full join')).toHaveLength(1);
    expect(named(joined, 'sort').rowsIn).toBe(joined.root.rowsIn);
  });

  it('shows what went through files', async () => {
    const profiled = async (sql: string, settings: Record<string, number>): Promise<QueryProfile> => {
      const { profile, statistics } = await db.execute(sql, { settings: { log_profile: true, ...settings } });
      if (profile === null || profile.root === null) throw new TypeError(`${sql} has no profile`);
      expect(profile.spilledBytes).toBeGreaterThan(0);
      expect(statistics.spilledBytes).toBe(profile.spilledBytes);
      return profile;
    };
    const sort = await profiled('SELECT k, id FROM t ORDER BY k, id', {
      max_bytes_before_external_sort: 1 << 20,
    });
    // Two columns and two keys.
    expect(sort.spilledBytes).toBeGreaterThan(ROWS * 16);
    expect(sort.root?.rowsIn).toBe(ROWS);
    const join = await profiled('SELECT count(*) FROM t AS a JOIN t AS b ON a.id = b.id', {
      max_bytes_before_external_join: 1 << 20,
    });
    const { root } = join;
    if (root === null) throw new TypeError('no tree');
    expect(named({ root }, 'inner join')).toMatchObject({ rowsIn: ROWS, rowsOut: ROWS });
    expect(named({ root }, 'spilled partitions')).toMatchObject({ rowsOut: ROWS });
    expect(named({ root }, 'build')).toMatchObject({ rowsIn: ROWS });
    const text = await db.execute('EXPLAIN ANALYZE SELECT k, id FROM t ORDER BY k, id', {
      settings: { max_bytes_before_external_sort: 1 << 20 },
    });
    expect(String(text.rows[1])).toMatch(/; spilled \d+\.\d MiB$/);
  });

  it('says how many blocks, pages and rows each step of pruning removed', async () => {
    // Rows [2 B, 2 B + 100): one block, one page of it.
    const scan = named(
      await profileOf(`SELECT k FROM t WHERE id >= ${2 * BLOCK} AND id < ${2 * BLOCK + 100}`),
      'scan',
    );
    expect(removed(scan)).toEqual({
      'block zones': BLOCKS - 1,
      'page zones': BLOCK / PAGE - 1,
      filter: PAGE - 100,
    });
    expect(scan).toMatchObject({ rowsIn: PAGE, rowsOut: 100 });
    const steps = scan.pruning.filter(({ unit }) => unit !== 'rows').reduce((sum, { rows }) => sum + rows, 0);
    expect(steps + scan.rowsIn).toBe(ROWS);
  });

  it('asks the zones of integers without a sign, too', async () => {
    // 4.5 blocks below 2^63, 3.5 above. Segments sort words with a sign: what is above comes first, and block 3 has some of both.
    const first = 2n ** 63n - BigInt(4.5 * BLOCK);
    await db.query('CREATE TABLE words (u UInt64) ENGINE = MergeTree ORDER BY u', clickhouse);
    await db.query(`INSERT INTO words SELECT toUInt64(${first}) + number FROM numbers(${ROWS})`, clickhouse);
    await db.query('OPTIMIZE TABLE words', clickhouse);
    const count = async (condition: string) => {
      const sql = `SELECT count() FROM words WHERE ${condition} SETTINGS log_profile = 1`;
      const { profile, rows } = await db.execute(sql, clickhouse);
      if (profile?.root == null) throw new TypeError(`${sql} has no profile`);
      return [Number(rows[0][0]), removed(named({ root: profile.root }, 'scan'))['block zones'] ?? 0];
    };
    const low = first + 7n;
    const high = first + BigInt(6 * BLOCK);
    expect(await count(`u = ${low}`)).toEqual([1, 7]);
    expect(await count(`u < ${low}`)).toEqual([7, 7]);
    expect(await count(`u >= ${high}`)).toEqual([2 * BLOCK, 5]);
    expect(await count(`u IN (${high}, ${high + 1n})`)).toEqual([2, 6]);
    expect(await count(`u = toUInt64(${high}) + bitNot(toUInt64(0)) + 2`)).toEqual([1, 6]);
    expect(await count(`u = ${low} OR u = ${high}`)).toEqual([2, 1]);
  });

  it('says how many partitions and parts were not even opened', async () => {
    const one = named(await profileOf('SELECT sum(v) FROM cut WHERE p = 1'), 'scan');
    expect(removed(one)).toEqual({ partition: 2 });
    expect(one.rowsOut).toBe(200);
    expect(one.pruning.find(({ step }) => step === 'partition')).toMatchObject({ of: 3, rows: 400 });
    const late = named(await profileOf('SELECT sum(p) FROM cut WHERE v >= 1000'), 'scan');
    expect(removed(late)).toMatchObject({ statistics: 3 });
    expect(late.pruning.find(({ step }) => step === 'statistics')).toMatchObject({ of: 6, rows: 300 });
    const none = await profileOf('SELECT count(*) FROM cut WHERE v > 5000');
    expect(removed(named(none, 'scan'))).toEqual({ partition: 3 });
    expect(none.rowsRead).toBe(0);
  });

  it('has its totals always, its tree only when asked for', async () => {
    // A total takes four pages at once, but not where some of them are left out.
    const rowsRead = PAGE;
    const { profile, statistics } = await db.execute('SELECT sum(k) FROM t WHERE id < 10');
    expect(profile).toMatchObject({
      root: null,
      stages: 2,
      rowsRead,
      blocksRead: 1,
      blocksPruned: BLOCKS - 1,
    });
    expect(statistics).toMatchObject({ rowsRead, rowsToRead: ROWS, resultRows: 1, spilledBytes: 0 });
    expect((await db.execute('CREATE TABLE IF NOT EXISTS x (a INTEGER)')).profile).toBeNull();
  });

  it('holds the most memory a query ever had', async () => {
    const { statistics } = await db.execute(
      'SELECT count(*) FROM (SELECT id, count(*) AS n FROM t GROUP BY id) AS g',
    );
    // Every group is at least a key, a count and a hash.
    expect(statistics.peakMemoryBytes).toBeGreaterThan(ROWS * 3 * 8);
    expect(statistics.memoryBytes).toBe(0);
  });
});

describe('EXPLAIN ANALYZE', () => {
  const lines = async (sql: string, dialect: 'standard' | 'clickhouse' | 'druid'): Promise<string[]> => {
    const { columns, rows } = await db.execute(sql, { dialect });
    expect(columns.map(({ name }) => name)).toEqual(['explain']);
    return rows.map(([line]) => String(line));
  };
  const sql = `EXPLAIN ANALYZE SELECT k % 2 AS odd, count(*) AS n FROM t WHERE id < 100 GROUP BY k % 2 ORDER BY odd`;

  it.each(['standard', 'clickhouse', 'druid'] as const)(
    'prints one line an operator in the %s dialect',
    async (dialect) => {
      const text = await lines(sql, dialect);
      expect(text[0]).toMatch(/^2 rows in \d+\.\d\d ms on \d threads?, 3 stages$/);
      expect(text[1]).toMatch(
        new RegExp(`^read ${PAGE} rows of \\S+ KiB; peak memory \\S+ \\w+; spilled 0 B$`),
      );
      expect(text[2]).toBe('');
      const tree = text.slice(3);
      expect(tree.find((line) => line.includes('sort by'))).toMatch(/ \[2 -> 2 rows, 1 batch, .* ms\]$/);
      expect(tree.find((line) => line.includes('aggregate by'))).toMatch(
        / \[100 -> 2 rows, 1 batch, .* ms\]$/,
      );
      const scan = tree.findIndex((line) => /^\s*scan t /.test(line));
      expect(tree[scan]).toMatch(new RegExp(` \\[${PAGE} -> 100 rows, 1 batch, .* ms\\]$`));
      expect(tree.slice(scan + 1).map((line) => line.trim())).toEqual([
        `pruned by block zones: 7 of 8 blocks (${ROWS - BLOCK} rows)`,
        `pruned by page zones: 7 of 8 pages (${BLOCK - PAGE} rows)`,
        `pruned by filter: ${PAGE - 100} of ${PAGE} rows`,
      ]);
      const depth = (line: string): number => line.length - line.trimStart().length;
      expect(tree.filter((line) => !line.includes('pruned')).map(depth)).toEqual(
        tree.filter((line) => !line.includes('pruned')).map((_, i) => 2 * i),
      );
    },
  );

  it('runs the query to its end, and gives its profile and statistics', async () => {
    const { profile, statistics } = await db.execute('EXPLAIN ANALYZE SELECT * FROM t');
    expect(profile?.root?.rowsIn).toBe(ROWS);
    expect(statistics.rowsRead).toBe(ROWS);
    await expect(
      db.query('EXPLAIN ANALYZE SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) AS v(x)'),
    ).rejects.toMatchObject({ errorName: 'DECIMAL_OVERFLOW' });
  });

  it('is not needed to see about how many rows each operator will give', async () => {
    const about = async (sql: string): Promise<string[]> =>
      (await lines(`EXPLAIN ${sql}`, 'standard')).map((line) => {
        const [, name, rows] = /^ *(\w+).* \[about (\d+) rows?\]$/.exec(line) ?? [line, line, 'unknown'];
        return `${name} ${rows}`;
      });
    // k is 0 to 999; s has a dictionary of as many strings as there are blocks; id is 0 to ROWS - 1.
    expect(await about('SELECT id FROM t WHERE k = 7')).toEqual(['project 524', 'scan 524']);
    expect(await about(`SELECT id FROM t WHERE id >= ${ROWS / 4} AND id < ${ROWS / 2}`)).toEqual([
      'scan 131000',
    ]);
    expect(await about("SELECT id FROM t WHERE s IN ('s1', 's2')")).toEqual([
      'project 131000',
      'scan 131000',
    ]);
    expect(await about('SELECT k, s, count(*) FROM t GROUP BY k, s')).toEqual([
      'project 8000',
      'aggregate 8000',
      'scan 524000',
    ]);
    expect(await about('SELECT k FROM t ORDER BY id LIMIT 10')).toEqual([
      'project 10',
      'sort 10',
      'project 524000',
      'scan 524000',
    ]);
    // Each of the 600 rows of cut has three values of p, of a thousand that k has.
    expect(await about('SELECT t.id FROM cut JOIN t ON t.k = cut.p')).toEqual([
      'project 315000',
      'inner 315000',
      'scan 524000',
      'scan 600',
    ]);
    expect(await about('SELECT n FROM (VALUES (1), (2)) AS v(n)')).toEqual(['project 2', 'values 2']);
  });

  it('is apart from plain EXPLAIN and EXPLAIN PLAN FOR', async () => {
    expect((await lines('EXPLAIN SELECT k FROM t WHERE id < 5', 'standard')).join()).toMatch(/scan t \(/);
    const { columns } = await db.execute('EXPLAIN PLAN FOR SELECT k FROM t', { dialect: 'druid' });
    expect(columns.map(({ name }) => name)).toEqual(['PLAN', 'RESOURCES', 'ATTRIBUTES']);
  });
});
