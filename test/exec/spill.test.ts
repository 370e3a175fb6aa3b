import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, type Dialect, open } from '../../database/index.ts';
import { sharedRuntime } from '../../database/runtime.ts';
import { systemClock } from '../../engine/base/clock.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import type { EngineContext } from '../../engine/exec/context.ts';
import { Executor } from '../../engine/exec/executor.ts';
import { loadKernels } from '../../engine/kernel/load.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { FrameCache } from '../../engine/memory/frame-cache.ts';
import { column } from '../../engine/plan/expr.ts';
import type { AggregatePlan, JoinPlan, Plan, RangePlan, SortPlan } from '../../engine/plan/node.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import { type FaultCode, FaultFileSystem } from '../../storage/fs/fault.ts';
import { SpillFolder } from '../../storage/fs/spill-folder.ts';
import { MemoryFileSystem } from '../../storage/index.ts';
import { effort } from '../effort.ts';

/**
 * Sorts, joins and groups through files: the same answers as in memory, bounds that hold, and nothing left behind however the
 * query ends.
 */
const ROWS = effort(300_000, 120_000);
/** So many times the size of what is held in memory, however many rows there are. */
const EXTERNAL = {
  max_bytes_before_external_sort: 7 * ROWS,
  max_bytes_before_external_join: 3.5 * ROWS,
  max_bytes_before_external_group_by: 3.5 * ROWS,
};

/** Of hundreds of thousands of rows: `toEqual`, which can say where they differ, takes ten times as long to find that they do not. */
function expectSame(actual: readonly unknown[], expected: readonly unknown[]): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

describe('queries through files, on worker threads', () => {
  let folder: string;
  let db: Database;
  const clickhouse = { dialect: 'clickhouse' } as const;
  const spilled = (): string[] => readdirSync(join(folder, 'tmp'));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'basalt-test-'));
    db = await open({ path: folder, threads: 2 });
    await db.query('CREATE TABLE t (id BIGINT NOT NULL, k BIGINT, s VARCHAR, one BIGINT NOT NULL)');
    await db.query(
      `INSERT INTO t SELECT number, if(number % 10 = 0, NULL, (number * 7919) % ${ROWS}),
         if(number % 7 = 0, NULL, concat('some text that is long ', toString((number * 31) % ${ROWS}))), 1
       FROM numbers(${ROWS})`,
      clickhouse,
    );
  });

  afterAll(async () => {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const both = async (sql: string, settings = EXTERNAL, dialect: Dialect = 'clickhouse') => {
    const { rows: inMemory } = await db.execute(sql, { dialect });
    const { rows: throughFiles, statistics } = await db.execute(sql, { dialect, settings });
    expect(statistics.spilledBytes).toBeGreaterThan(0);
    return { inMemory, throughFiles };
  };

  it.each([
    'SELECT id, k FROM t ORDER BY k, id',
    'SELECT s, id FROM t ORDER BY s DESC NULLS FIRST, id DESC',
    `SELECT one, id FROM t ORDER BY one, id DESC LIMIT 30000 OFFSET ${ROWS * 0.9}`,
    'SELECT id, row_number() OVER (PARTITION BY k % 1000 ORDER BY s, id) AS n, max(s) OVER (PARTITION BY k % 1000 ORDER BY id ROWS 5 PRECEDING) AS m FROM t ORDER BY id',
    'SELECT id, sum(one) OVER (ORDER BY s DESC, id) AS n, lagInFrame(s) OVER (ORDER BY s DESC, id) AS l FROM t ORDER BY id',
    `SELECT s, count() AS n FROM (SELECT s, id FROM t ORDER BY s, id LIMIT ${ROWS * 0.8}) GROUP BY s ORDER BY n DESC, s LIMIT 50`,
  ])('%s', async (sql) => {
    const { inMemory, throughFiles } = await both(sql);
    expectSame(throughFiles, inMemory);
    expect(spilled()).toEqual([]);
  });

  it.each(['IN', 'NOT IN'])('rows that are kept, %s', async (op) => {
    const sql = `SELECT count(), sum(id), max(s), count(k) FROM (SELECT * FROM t WHERE id < 40000) a
      WHERE id * 3 ${op} (SELECT assumeNotNull(k) FROM t WHERE one > 0)`;
    const { inMemory, throughFiles } = await both(sql);
    expectSame(throughFiles, inMemory);
    const asWritten = await db.execute(sql, {
      ...clickhouse,
      settings: { query_plan_enable_optimizations: 0 },
    });
    expect(asWritten.rows).toEqual(inMemory);
    const explained = await db.execute(`EXPLAIN ${sql}`, clickhouse);
    expect(explained.rows.join('\n')).toContain(op === 'IN' ? 'right semi join' : 'right anti join');
    expect(spilled()).toEqual([]);
  });

  it.each([
    'a ASOF JOIN t b ON a.k % 1000 = b.id % 1000 AND a.id >= b.k',
    'a ASOF LEFT JOIN t b ON a.k % 1000 = b.id % 1000 AND a.id < b.k',
    'a ASOF LEFT JOIN t b ON a.id > b.k',
    'a ANY LEFT JOIN t b ON a.k = b.id % 100000',
    'a ANY JOIN t b ON a.k % 70000 = b.id % 100000',
    'a ANY RIGHT JOIN t b ON a.k % 70000 = b.id % 100000',
  ])('%s', async (joined) => {
    const { inMemory, throughFiles } = await both(
      `SELECT count(), sum(a.id), sum(b.id * 3 + a.k % 7), min(a.s), max(b.s), count(b.k), count(b.s) FROM t ${joined}`,
    );
    expectSame(throughFiles, inMemory);
    expect(spilled()).toEqual([]);
  });

  it.each(['ASOF RIGHT JOIN', 'ASOF FULL JOIN'])('%s', async (kind) => {
    const { inMemory, throughFiles } = await both(
      `SELECT count(*), sum(a.id), sum(b.id * 3 + a.k % 7), min(a.s), max(b.s), count(b.k), count(b.s)
       FROM (SELECT * FROM t WHERE id % 3 = 0) a ${kind} t b ON a.k % 1000 = b.id % 1000 AND a.id >= b.k`,
      EXTERNAL,
      'standard',
    );
    expect(throughFiles).toEqual(inMemory);
    expect(spilled()).toEqual([]);
  });

  it.each(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'])('%s', async (kind) => {
    const { inMemory, throughFiles } = await both(
      `SELECT count(), sum(a.id), sum(b.id), min(a.s), max(b.s), count(a.k), count(b.s)
       FROM t a ${kind} (SELECT id, k, s FROM t WHERE id % 3 = 0) b ON a.k = b.id AND a.id <> b.id`,
    );
    expectSame(throughFiles, inMemory);
    expect(spilled()).toEqual([]);
  });

  it.each(['IN', 'NOT IN'])('%s', async (op) => {
    const { inMemory, throughFiles } = await both(
      `SELECT count(), sum(id) FROM t WHERE s ${op} (SELECT s FROM t WHERE id % 2 = 0 AND s IS NOT NULL)`,
    );
    expectSame(throughFiles, inMemory);
  });

  it('joins rows that all have one key', async () => {
    const sql = 'SELECT count() AS n FROM t a JOIN (SELECT one FROM t LIMIT 40) b ON a.one = b.one';
    const settings = { ...EXTERNAL, max_bytes_before_external_join: 1 };
    const { inMemory, throughFiles } = await both(sql, settings);
    expect(inMemory).toEqual([[ROWS * 40]]);
    expectSame(throughFiles, inMemory);
  });

  it.each([
    // Rows that are not grouped before the merge, since there are as many groups as rows.
    `SELECT id % ${ROWS - 7} AS g, count() AS n, sum(k) AS x, min(s) AS a, max(s) AS b FROM t GROUP BY g ORDER BY g`,
    'SELECT s, count() AS n, sum(id) AS x, avg(k) AS m FROM t GROUP BY s ORDER BY s',
    // States of groups that come again and again, in an order that empties the thread's table.
    'SELECT (id * 7919) % 40009 AS g, s IS NULL AS z, count() AS n, min(s) AS a, max(s) AS b, sum(id / 3.0) AS x FROM t GROUP BY g, z ORDER BY g, z',
    // Few groups, small codes, all kinds of states with strings; strings that functions make.
    `SELECT id % 5 AS g, min(s) AS a, max(concat(s, '!')) AS b, any(if(s IS NULL, NULL, 'same')) AS c, argMin(s, id) AS d, argMax(concat('x', s), id) AS e
     FROM t GROUP BY g ORDER BY g`,
    "SELECT concat(substring(s, 1, 24), '...') AS g, count() AS n, countIf(k > 10) AS c, min(upper(s)) AS a FROM t GROUP BY g ORDER BY g",
    // Several states in a group, many groups of few and few groups of many.
    `SELECT id % 10007 AS g, sumForEach([id, k, 1]) AS a, maxForEach([s, 'm']) AS b, maxMap([id % 3], [s]) AS c, sumResample(0, 100, 30)(id, k) AS d, anyArgMin(s, id) AS e
     FROM t WHERE id < 60000 GROUP BY g ORDER BY g`,
    'SELECT id % 7 AS g, uniqExactForEach([id, k]) AS a, minMap([id % 1000], [id]) AS b, arraySort(groupUniqArrayArgMax(k, id % 100)) AS c FROM t WHERE id < 60000 GROUP BY g ORDER BY g',
    'SELECT count(DISTINCT s) AS a, count(DISTINCT k) AS b, count() AS n FROM t',
    'SELECT id % 1000 AS g, count(DISTINCT s) AS a, count(DISTINCT k) AS b FROM t GROUP BY g ORDER BY g',
    `SELECT DISTINCT s, k FROM t ORDER BY s, k LIMIT 1000 OFFSET ${ROWS * 0.9}`,
    // Groups of groups, of sorted rows, of unions, of joins: strings come from files, batch by batch.
    'SELECT a, count() AS n, max(g) AS m FROM (SELECT s AS g, min(s) AS a FROM t GROUP BY s) GROUP BY a ORDER BY n DESC, a LIMIT 1000',
    'SELECT s, count() AS n FROM (SELECT s FROM t WHERE k > 5 UNION ALL SELECT upper(s) FROM t) GROUP BY s ORDER BY s LIMIT 5000',
    'SELECT a.s AS g, max(b.s) AS m, count() AS n FROM t a JOIN t b ON a.id = b.k GROUP BY g ORDER BY g LIMIT 5000',
  ])('%s', async (sql) => {
    const { inMemory, throughFiles } = await both(sql);
    expectSame(throughFiles, inMemory);
    expect(spilled()).toEqual([]);
  });

  it('groups any number of rows within its memory', async () => {
    const groups = 10 * ROWS;
    const all = groups + 100_000;
    const memory = effort(64, 32) << 20;
    const sql = `SELECT count() AS groups, sum(n) AS n, sum(g) AS g, min(a) AS a, max(b) AS b FROM (
        SELECT (number * 7919) % ${groups} AS g, count() AS n, min(number) AS a, max(number) AS b
        FROM numbers(${all}) GROUP BY g)`;
    const settings = { max_memory_usage: memory };
    const { rows, statistics } = await db.execute(sql, { ...clickhouse, settings });
    expect(rows).toEqual([[groups, all, (groups * (groups - 1)) / 2, 0, all - 1]]);
    expect(statistics.spilledBytes).toBeGreaterThan(0);
    expect(statistics.peakMemoryBytes).toBeLessThanOrEqual(memory);
    const never = { ...settings, max_bytes_ratio_before_external_group_by: 0 };
    await expect(db.execute(sql, { ...clickhouse, settings: never })).rejects.toMatchObject({
      errorName: 'MEMORY_LIMIT_EXCEEDED',
    });
    expect(spilled()).toEqual([]);
  });

  it('sorts any number of rows within its memory, in runs that are merged more than once', async () => {
    // A permutation of the numbers below a prime, in runs of a few thousand rows: hundreds of them.
    const rows = 1_000_003;
    const sql = `SELECT (number * 7919) % ${rows} AS a, number AS b FROM numbers(${rows}) ORDER BY a`;
    const settings = { max_bytes_before_external_sort: 1 << 19 };
    const run = await db.run(sql, { ...clickhouse, settings });
    let next = 0n;
    for await (const { rows: count, columns } of run.batches) {
      const [a, b] = columns.map((c) => (c.lane === 'i64' ? c.values : []));
      for (let i = 0; i < count; i++, next++)
        if (a[i] !== next || (b[i] * 7919n) % BigInt(rows) !== next)
          expect([a[i], (b[i] * 7919n) % BigInt(rows)]).toEqual([next, next]);
    }
    expect(next).toBe(BigInt(rows));
    const { peakMemoryBytes, spilledBytes } = run.statistics();
    expect(spilledBytes).toBeGreaterThan(2 * rows * 16);
    expect(peakMemoryBytes).toBeLessThan(40 << 20);
    expect(spilled()).toEqual([]);
  });

  it('splits partitions that are too large, again and again', async () => {
    // Three million groups in 256 partitions are more than the fewest that are kept of one.
    const sql = `SELECT count() AS groups, sum(n) AS n, sum(x) AS x FROM (
        SELECT g, count() AS n, sum(number) AS x FROM (SELECT number, (number * 7919) % 3000017 AS g FROM numbers(6000034)) GROUP BY g)`;
    const settings = { max_bytes_before_external_group_by: 1 << 20 };
    const { rows, statistics } = await db.execute(sql, { ...clickhouse, settings });
    expect(rows).toEqual([[3_000_017, 6_000_034, (6_000_034 * 6_000_033) / 2]]);
    // A thread's partitions on their way, the groups of one, and what they are split into.
    expect(statistics.peakMemoryBytes).toBeLessThan(32 << 20);
    expect(spilled()).toEqual([]);
  });

  it('keeps within its memory when one block makes many rows, and strings of each', async () => {
    const sql = `SELECT count() AS groups, sum(n) AS n FROM (
        SELECT concat(a.s, '|', toString(b.id)) AS g, count() AS n
        FROM (SELECT one, s FROM t WHERE id % 7 <> 0 LIMIT 1000) a JOIN (SELECT one, id FROM t LIMIT 600) b ON a.one = b.one
        GROUP BY g)`;
    const settings = { max_memory_usage: 24 << 20 };
    const { rows, statistics } = await db.execute(sql, { ...clickhouse, settings });
    expect(rows).toEqual([[600_000, 600_000]]);
    expect(statistics.spilledBytes).toBeGreaterThan(600_000 * 30);
  });

  it('sorts by itself through files when half of its memory is used', async () => {
    const sql = 'SELECT s, id, k FROM t ORDER BY s, id';
    const { rows } = await db.execute(sql, { settings: { max_memory_usage: 40 << 20 } });
    expect(rows).toHaveLength(ROWS);
    await expect(
      db.execute(sql, {
        settings: { max_memory_usage: 20 << 20, max_bytes_ratio_before_external_sort: 0 },
      }),
    ).rejects.toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
  });

  it('writes no more than it may', async () => {
    const settings = { ...EXTERNAL, max_temporary_data_on_disk_size_for_query: 1 << 20 };
    for (const sql of [
      'SELECT s, id FROM t ORDER BY s',
      'SELECT count() FROM t a JOIN t b ON a.id = b.id',
      'SELECT s, id, count() FROM t GROUP BY s, id',
    ]) {
      await expect(db.execute(sql, { ...clickhouse, settings })).rejects.toMatchObject({
        errorName: 'LIMIT_EXCEEDED',
      });
    }
    expect(spilled()).toEqual([]);
  });

  it('leaves nothing when it is stopped or left', async () => {
    const controller = new AbortController();
    const sql = 'SELECT s, id FROM t ORDER BY s, id';
    const stopped = db.execute(sql, { settings: EXTERNAL, signal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    await stopped.catch((error: unknown) => {
      expect(error).toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    });
    const left = await db.run(sql, { settings: EXTERNAL });
    for await (const batch of left.batches) if (batch.rows > 0) break;
    expect(spilled()).toEqual([]);
  });

  it('sweeps away what a killed process left', async () => {
    const other = mkdtempSync(join(tmpdir(), 'basalt-test-'));
    await mkdir(join(other, 'tmp'));
    writeFileSync(join(other, 'tmp', 'query-1-0'), 'left behind');
    const opened = await open({ path: other });
    expect(readdirSync(join(other, 'tmp'))).toEqual([]);
    await opened.close();
    rmSync(other, { recursive: true, force: true });
  });

  it('gives all memory back', async () => {
    const { arena, frames } = sharedRuntime({ kernels: 'compiled' }).engine;
    const held = (): number => {
      for (let i = 0; i < 3; i++) frames.evict(Number.POSITIVE_INFINITY);
      return arena.usedBytes;
    };
    const sql =
      'SELECT a.s, max(b.id) AS m FROM t a LEFT JOIN t b ON a.k = b.id GROUP BY a.s, a.id ORDER BY a.s, m';
    await db.execute(sql, { settings: EXTERNAL });
    const before = held();
    await db.execute(sql, { settings: EXTERNAL });
    expect(held()).toBeLessThanOrEqual(before);
  });
});

describe('faults of spill files', () => {
  const INT: LogicalType = { id: 'int64', nullable: false };
  const range = (count: number): RangePlan => ({
    kind: 'range',
    start: 0n,
    step: 1n,
    count,
    schema: [{ name: 'n', type: INT }],
  });
  const sort: SortPlan = {
    kind: 'sort',
    input: range(20_000),
    keys: [{ expr: column(0, INT), descending: true, nullsFirst: false }],
    limit: null,
    offset: 10,
    schema: range(1).schema,
  };
  const joined: JoinPlan = {
    kind: 'join',
    join: 'full',
    left: range(9_000),
    right: range(12_000),
    leftKeys: [column(0, INT)],
    rightKeys: [column(0, INT)],
    residual: null,
    nullSafe: false,
    defaultIfUnmatched: false,
    schema: [...range(1).schema, ...range(1).schema],
  };
  const grouped: AggregatePlan = {
    kind: 'aggregate',
    input: range(30_000),
    keys: [column(0, INT)],
    aggregates: [{ fn: 'count_star', args: [], distinct: false, filter: null, type: INT }],
    schema: [...range(1).schema, { name: 'count', type: INT }],
  };
  const arena = Arena.create();
  const kernels = loadKernels(arena);
  const frames = new FrameCache(arena);
  const always = { ownBytes: 1, queryBytes: 0 };
  const limits = { sort: always, join: always, group: always, fileBytes: 0 };

  async function run(plan: Plan, fs: FaultFileSystem): Promise<number> {
    const engine: EngineContext = {
      arena,
      kernels,
      frames,
      openers: new Map(),
      clock: systemClock,
      openSpill: (folder) => new SpillFolder(fs, folder),
    };
    const executor = new Executor(engine, () => null);
    let rows = 0;
    for await (const batch of executor.run(plan, new Map(), { spill: { folder: '/spill', limits } }).batches)
      rows += batch.rows;
    return rows;
  }

  it.each([
    ['sort', sort, 19_990],
    ['join', joined, 12_000],
    ['GROUP BY', grouped, 30_000],
  ] as const)('a %s fails cleanly at any call', async (_, plan, rows) => {
    const random = new SeededRandom(1);
    const whole = new FaultFileSystem({ random });
    expect(await run(plan, whole)).toBe(rows);
    expect(whole.calls).toBeGreaterThan(10);
    const used = arena.usedBytes;
    const codes: readonly FaultCode[] = ['ENOSPC', 'EIO', 'SHORT_WRITE', 'EMFILE'];
    const step = Math.max(1, Math.floor(whole.calls / 60));
    for (let failAt = 1; failAt <= whole.calls; failAt += step) {
      const disk = new MemoryFileSystem();
      const fs = new FaultFileSystem({ random, failAt, failCode: codes[failAt % codes.length] }, disk);
      const outcome = await run(plan, fs).catch((error: unknown) => error);
      // A file that could not be removed is swept away at the next start: the query itself was over.
      if (typeof outcome === 'number') expect(outcome).toBe(rows);
      else {
        expect(outcome).toMatchObject({ errorName: expect.stringMatching(/^CANNOT_(READ|WRITE)$/) });
        expect([...disk.files.keys()]).toEqual([]);
      }
      expect(arena.usedBytes).toBe(used);
    }
  });
});
