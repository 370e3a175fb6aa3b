import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Progress, QueryOptions, Row } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { normalized, normalizedHash } from '../../database/system/normalized-hash.ts';
import { QueryLog, type QueryLogEntry } from '../../database/system/query-log.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/** Statements seen from outside: while they run, when they have ended, and made to end. Time is turned by hand. */
const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const clickhouse = { dialect: 'clickhouse' } as const;

let clock: ManualClock;
let db: Database;

beforeEach(async () => {
  clock = new ManualClock(START_MS);
  db = await openOn(new MemoryFileSystem(), '/log', { threads: 2 }, { clock, timer: clock });
});
afterEach(() => db.close());

const log = (columns: string, where = '1 = 1'): Promise<Row[]> =>
  db.query(`SELECT ${columns} FROM system.query_log WHERE ${where}`, { settings: { log_queries: false } });

/** Resolves when the statement of an id is listed. */
async function listed(queryId: string): Promise<Row> {
  for (;;) {
    const [row] = await db.query(`SELECT * FROM system.processes WHERE query_id = '${queryId}'`);
    if (row !== undefined) return row;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const ENDLESS = 'SELECT sum(number) FROM numbers(1000000000000)';

describe('system.query_log', () => {
  it('says how many bytes went to temporary files', async () => {
    const sql = 'SELECT number FROM numbers(300000) ORDER BY number % 1000, number';
    const settings = { max_bytes_before_external_sort: 1 << 20 };
    const { statistics } = await db.execute(sql, { ...clickhouse, settings, queryId: 'spilling' });
    await db.query('SELECT 1', { queryId: 'small' });
    expect(statistics.spilledBytes).toBeGreaterThanOrEqual(300000 * 8);
    expect(await log('query_id, spilled_bytes')).toEqual([
      { query_id: 'spilling', spilled_bytes: statistics.spilledBytes },
      { query_id: 'small', spilled_bytes: 0 },
    ]);
  });

  it('has a row of every statement that ended, with what it took', async () => {
    await db.query('CREATE TABLE t (a BIGINT)');
    await db.query('INSERT INTO t VALUES (1), (2), (3)');
    await db.query('SELECT a FROM t WHERE a > 1', { queryId: 'mine', user: 'eve', interface: 'http' });
    expect(await log('type, query_kind, query, read_rows, written_rows, result_rows')).toEqual(
      [
        ['Create', 'CREATE TABLE t (a BIGINT)', 0, 0, 0],
        ['Insert', 'INSERT INTO t VALUES (1), (2), (3)', 0, 3, 0],
        ['Select', 'SELECT a FROM t WHERE a > 1', 3, 0, 2],
      ].map(([query_kind, query, read_rows, written_rows, result_rows]) => ({
        type: 'QueryFinish',
        query_kind,
        query,
        read_rows,
        written_rows,
        result_rows,
      })),
    );
    expect(
      await log(
        'query_id, user, initial_user, interface, current_database, event_date, event_time, event_time_microseconds, query_start_time, exception_code, is_initial_query',
        "query_id = 'mine'",
      ),
    ).toEqual([
      {
        query_id: 'mine',
        user: 'eve',
        initial_user: 'eve',
        interface: 2,
        current_database: 'default',
        event_date: new Date('2026-01-02T00:00:00Z'),
        event_time: new Date('2026-01-02T03:04:05Z'),
        event_time_microseconds: new Date(START_MS),
        query_start_time: new Date('2026-01-02T03:04:05Z'),
        exception_code: 0,
        is_initial_query: 1,
      },
    ]);
  });

  it('tells failures before the start from failures while processing', async () => {
    await expect(db.query('SELEC 1')).rejects.toThrow();
    await expect(db.query('SELECT nope')).rejects.toThrow();
    await expect(
      db.query('SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) AS v(x)'),
    ).rejects.toThrow();
    const rows = await log('type, exception_code, exception, query_kind');
    expect(rows.map((r) => [r['type'], r['exception_code'], r['query_kind']])).toEqual([
      ['ExceptionBeforeStart', 62, ''],
      ['ExceptionBeforeStart', 47, ''],
      ['ExceptionWhileProcessing', 407, 'Select'],
    ]);
    expect(rows[0]['exception']).toContain('SELECT?');
  });

  it('keeps durations by the clock, and leaves out what it is told to', async () => {
    const run = await db.run('SELECT 1');
    clock.advance(1500);
    for await (const _ of run.batches);
    expect(await log('query_duration_ms')).toEqual([{ query_duration_ms: 1500 }]);
    await db.query('SELECT 2', { settings: { log_queries: false } });
    await db.query('SELECT 3', { settings: { log_queries_min_query_duration_ms: 10 } });
    await expect(
      db.query('SELECT nope', { settings: { log_queries_min_query_duration_ms: 10 } }),
    ).rejects.toThrow();
    await db.query('SELECT 4', { settings: { log_comment: 'hello', log_queries_cut_to_length: 6 } });
    expect(await log('query, log_comment')).toEqual([
      { query: 'SELECT 1', log_comment: '' },
      { query: 'SELECT nope', log_comment: '' },
      { query: 'SELECT', log_comment: 'hello' },
    ]);
  });

  it('keeps no rows of an INSERT', async () => {
    await db.query('CREATE TABLE t (a BIGINT)');
    await db.query('INSERT INTO t FORMAT CSV\n1\n2\n', clickhouse);
    const [row] = await log('query, written_rows', "query_kind = 'Insert'");
    expect(String(row['query']).trim()).toBe('INSERT INTO t FORMAT CSV');
    expect(row['written_rows']).toBe(2);
  });

  it('is bounded in number: the oldest leave', async () => {
    for (let i = 0; i < 5; i++) await db.query(`SELECT ${i}`, { settings: { query_log_max_entries: 3 } });
    expect(await log('query')).toEqual([{ query: 'SELECT 2' }, { query: 'SELECT 3' }, { query: 'SELECT 4' }]);
    await db.query('SELECT 5', { settings: { query_log_max_bytes: 0 } });
    expect(await log('query')).toEqual([]);
  });

  it('is bounded in bytes, whatever comes', () => {
    const queries = new QueryLog();
    const entry = (query: string) => ({ query, comment: '', error: null }) as unknown as QueryLogEntry;
    const kept: string[] = [];
    for (let i = 0; i < 5000; i++) {
      const text = `${i}`.padEnd((i * 7919) % 3000, 'x');
      queries.add(entry(text), 1000, 400_000);
      kept.push(text);
      const listed = queries.list().map(({ query }) => query);
      expect(listed).toEqual(kept.slice(kept.length - listed.length));
      expect(listed.length).toBeLessThanOrEqual(1000);
      expect(listed.reduce((sum, query) => sum + 2 * query.length, 0)).toBeLessThanOrEqual(400_000);
      expect(listed.length).toBeGreaterThan(Math.min(i, 50));
    }
  });

  it('gives queries that differ in constants only one hash', () => {
    expect(normalized("SELECT a1,  'x''y' -- so\n FROM t2 WHERE b IN (1, 2, 3.5e4)")).toBe(
      'SELECT a1, ? FROM t2 WHERE b IN (?)',
    );
    expect(normalizedHash('SELECT 1')).toBe(normalizedHash('SELECT  22'));
    expect(normalizedHash('SELECT a')).not.toBe(normalizedHash('SELECT b'));
  });
});

describe('a statement that runs', () => {
  const rejected = (options: QueryOptions = {}, sql = ENDLESS): Promise<unknown> =>
    db.query(sql, { ...clickhouse, ...options }).then(
      () => 'ended',
      (error: unknown) => error,
    );

  it('is listed in system.processes, with how far it is, and ends by KILL QUERY', async () => {
    const run = rejected({ queryId: 'long', user: 'eve' });
    let row = await listed('long');
    while (row['read_rows'] === 0) row = await listed('long');
    clock.advance(2500);
    row = await listed('long');
    expect(row).toMatchObject({
      query_id: 'long',
      user: 'eve',
      query: ENDLESS,
      total_rows_approx: 1e12,
      elapsed: 2.5,
      is_cancelled: 0,
      interface: 6,
    });
    expect(row['read_rows']).toBeGreaterThan(0);
    expect(row['memory_usage']).toBeGreaterThan(0);
    expect(row['peak_memory_usage']).toBeGreaterThanOrEqual(row['memory_usage'] as number);
    await db.query("KILL QUERY WHERE query_id = 'long' SYNC", clickhouse);
    expect(await db.query("SELECT * FROM system.processes WHERE query_id = 'long'")).toEqual([]);
    expect(await run).toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    expect(await log('type, exception_code', "query_id = 'long'")).toEqual([
      { type: 'ExceptionWhileProcessing', exception_code: 394 },
    ]);
  });

  it('is killed by whatever is true of it, but not by itself', async () => {
    const runs = [rejected({ queryId: 'one', user: 'eve' }), rejected({ queryId: 'two', user: 'eve' })];
    await listed('one');
    await listed('two');
    const kill = (rest: string) => db.query(`KILL QUERY WHERE ${rest}`, { ...clickhouse, queryId: 'killer' });
    expect(await kill("user = 'nobody'")).toEqual([]);
    expect(await kill("query_id = 'killer' SYNC")).toEqual([]);
    expect(await kill("user = 'eve' AND query_id LIKE '%o' TEST")).toEqual([
      { kill_status: 'unknown_status', query_id: 'two', user: 'eve', query: ENDLESS },
    ]);
    await listed('two');
    clock.advance(5000);
    const killed = await kill('elapsed > 1 AND memory_usage >= 0 SYNC');
    expect(killed.map(({ query_id, kill_status }) => [query_id, kill_status]).sort()).toEqual([
      ['one', 'finished'],
      ['two', 'finished'],
    ]);
    for (const run of runs) expect(await run).toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    await expect(kill('nonsense = 1')).rejects.toMatchObject({ errorName: 'UNKNOWN_IDENTIFIER' });
  });

  it('ends by max_execution_time, by the clock of the database', async () => {
    const run = rejected({ queryId: 'long', settings: { max_execution_time: 7 } });
    await listed('long');
    clock.advance(6999);
    await listed('long');
    clock.advance(1);
    expect(await run).toMatchObject({ errorName: 'TIMEOUT_EXCEEDED' });
    expect(await log('exception_code', "query_id = 'long'")).toEqual([{ exception_code: 159 }]);
  });

  it('ends although nobody reads its result, and leaves nothing behind', async () => {
    const unread = await db.run('SELECT number FROM numbers(1000000000)', {
      ...clickhouse,
      queryId: 'unread',
    });
    const stalled = await db.run('SELECT number FROM numbers(1000000000)', {
      ...clickhouse,
      queryId: 'stalled',
    });
    const reader = stalled.batches[Symbol.asyncIterator]();
    expect((await reader.next()).done).toBe(false);
    for (const id of ['unread', 'stalled'])
      await db.query(`KILL QUERY WHERE query_id = '${id}' SYNC`, clickhouse);
    expect(await db.query('SELECT count(*) AS n FROM system.processes')).toEqual([{ n: 1 }]);
    await expect(reader.next()).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    await expect(async () => {
      for await (const _ of unread.batches);
    }).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    expect(stalled.statistics().memoryBytes).toBe(0);
  });

  it('tells its progress at intervals, and at its end what it was', async () => {
    const told: Progress[] = [];
    const run = await db.run('SELECT number FROM numbers(3000000)', {
      ...clickhouse,
      onProgress: (progress) => told.push(progress),
    });
    expect(told).toEqual([]);
    let rows = 0;
    for await (const batch of run.batches) {
      rows += batch.rows;
      clock.advance(40);
    }
    expect(rows).toBe(3_000_000);
    const last = told[told.length - 1];
    expect(last).toEqual({
      elapsedMs: run.statistics().elapsedMs,
      rowsRead: 3_000_000,
      bytesRead: 24_000_000,
      rowsToRead: 3_000_000,
    });
    const times = told.slice(0, -1).map(({ elapsedMs }) => elapsedMs);
    expect(times).toEqual(times.map((_, i) => 100 * (i + 1)));
    const reads = told.map(({ rowsRead }) => rowsRead);
    expect(reads).toEqual(reads.toSorted((a, b) => a - b));
    clock.advance(1000);
    expect(told[told.length - 1]).toBe(last);
  });
});
