import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BasaltError, type Database } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { nextSlot } from '../../database/refresh/refresh-time.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/** Materialized views that are made anew while a test turns the clock. 2024-05-06 was a Monday. */
const START_MS = Date.UTC(2024, 4, 6, 7, 30);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let fs: MemoryFileSystem;
let clock: ManualClock;
let db: Database;

const openAgain = (): Promise<Database> => openOn(fs, '/refresh', {}, { clock, timer: clock });
const rows = async (sql: string): Promise<unknown[][]> =>
  (await db.execute(sql, { dialect: 'clickhouse', int64: 'string', timestamp: 'string' })).rows.map((r) => [
    ...r,
  ]);
const run = async (...statements: readonly string[]): Promise<void> => {
  for (const sql of statements) await rows(sql);
};
const failure = async (sql: string): Promise<string> => {
  try {
    await run(sql);
    return 'none';
  } catch (error) {
    return BasaltError.from(error).errorName;
  }
};
const held = async (view = 'v'): Promise<unknown[]> =>
  (await rows(`SELECT a FROM ${view} ORDER BY a`)).flat();
const status = async (columns: string): Promise<unknown[]> =>
  (await rows(`SELECT ${columns} FROM system.view_refreshes`))[0];

/** Turns the clock, and waits for what that began. */
async function turn(ms: number): Promise<void> {
  clock.advance(ms);
  await rows('SYSTEM WAIT VIEW v').catch(() => {});
}

beforeEach(async () => {
  fs = new MemoryFileSystem();
  clock = new ManualClock(START_MS);
  db = await openAgain();
  await run('CREATE TABLE s (a Int32) ENGINE = MergeTree ORDER BY a', 'INSERT INTO s VALUES (1), (2)');
});
afterEach(() => db.close());

const view = (refresh: string, rest = 'ENGINE = MergeTree ORDER BY a'): string =>
  `CREATE MATERIALIZED VIEW v REFRESH ${refresh} ${rest} AS SELECT a FROM s`;

describe('a refreshable materialized view', () => {
  it('has what its query gave when it was made, and what it gives at each full hour', async () => {
    await run(view('EVERY 1 HOUR'), 'SYSTEM WAIT VIEW v');
    expect(await held()).toEqual([1, 2]);
    await run('INSERT INTO s VALUES (3)');
    await turn(29 * MINUTE_MS);
    expect(await held()).toEqual([1, 2]);
    expect(await status('toString(next_refresh_time), toString(last_success_time), status')).toEqual([
      '2024-05-06 08:00:00',
      '2024-05-06 07:30:00',
      'Scheduled',
    ]);
    await turn(MINUTE_MS);
    expect(await held()).toEqual([1, 2, 3]);
    expect(await status('toString(next_refresh_time), read_rows, written_rows')).toEqual([
      '2024-05-06 09:00:00',
      '3',
      '3',
    ]);
  });

  it('AFTER counts from the end of the last refresh', async () => {
    await run(view('AFTER 45 MINUTE'), 'SYSTEM WAIT VIEW v', 'TRUNCATE TABLE s');
    await turn(44 * MINUTE_MS);
    expect(await held()).toEqual([1, 2]);
    await turn(MINUTE_MS);
    expect(await held()).toEqual([]);
  });

  it('APPEND adds rows, TO a table that is there', async () => {
    await run('CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a', 'INSERT INTO t VALUES (0)');
    await run(view('AFTER 1 HOUR APPEND TO t', ''), 'SYSTEM WAIT VIEW v');
    await turn(HOUR_MS);
    expect(await held('t')).toEqual([0, 1, 1, 2, 2]);
  });

  it('without APPEND takes the place of the rows of that table', async () => {
    await run('CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a', 'INSERT INTO t VALUES (0)');
    await run(view('AFTER 1 HOUR TO t', ''), 'SYSTEM WAIT VIEW v');
    expect(await held('t')).toEqual([1, 2]);
  });

  it('EMPTY waits for the first time that it is due', async () => {
    await run(view('EVERY 1 DAY OFFSET 2 HOUR', 'ENGINE = MergeTree ORDER BY a EMPTY'), 'SYSTEM WAIT VIEW v');
    expect(await held()).toEqual([]);
    expect(await status('toString(next_refresh_time), last_success_time')).toEqual([
      '2024-05-07 02:00:00',
      null,
    ]);
    await db.close();
    db = await openAgain();
    await turn(18 * HOUR_MS + 30 * MINUTE_MS);
    expect(await held()).toEqual([1, 2]);
  });

  it('is refreshed when it is told to', async () => {
    await run(view('EVERY 1 WEEK'), 'SYSTEM WAIT VIEW v', 'INSERT INTO s VALUES (3)');
    await run('SYSTEM REFRESH VIEW v', 'SYSTEM WAIT VIEW v');
    expect(await held()).toEqual([1, 2, 3]);
    expect(await status('toString(next_refresh_time)')).toEqual(['2024-05-13 00:00:00']);
  });

  it('keeps its rows where the query fails, tries again a little later, and says why', async () => {
    await run(view('EVERY 1 HOUR SETTINGS refresh_retries = 1, refresh_retry_initial_backoff_ms = 1000'));
    await run('SYSTEM WAIT VIEW v', 'RENAME TABLE s TO other');
    clock.advance(30 * MINUTE_MS);
    expect(await failure('SYSTEM WAIT VIEW v')).toBe('REFRESH_FAILED');
    expect(await held()).toEqual([1, 2]);
    const [exception, retry, next] = await status('exception, retry, toString(next_refresh_time)');
    expect([exception, retry, next]).toEqual([
      expect.stringMatching(/^Unknown table.*'s'/),
      '1',
      '2024-05-06 08:00:01',
    ]);
    await turn(1000);
    // No more retries: the next hour counts.
    expect(await status('retry, toString(next_refresh_time)')).toEqual(['0', '2024-05-06 09:00:00']);
    await run('RENAME TABLE other TO s', 'INSERT INTO s VALUES (3)');
    await turn(HOUR_MS);
    expect(await held()).toEqual([1, 2, 3]);
    expect(await status('exception')).toEqual(['']);
  });

  it('goes on after a restart with what the manifest has, and makes up for what it missed', async () => {
    await run(view('EVERY 1 HOUR'), 'SYSTEM WAIT VIEW v', 'INSERT INTO s VALUES (3)');
    await db.close();
    db = await openAgain();
    await run('SYSTEM WAIT VIEW v');
    expect(await held()).toEqual([1, 2]);
    await db.close();
    clock.advance(30 * MINUTE_MS);
    db = await openAgain();
    await run('SYSTEM WAIT VIEW v');
    expect(await held()).toEqual([1, 2, 3]);
  });

  it('waits for the views it depends on', async () => {
    await run(view('EVERY 1 HOUR'), 'SYSTEM WAIT VIEW v');
    await run(
      'CREATE MATERIALIZED VIEW w REFRESH EVERY 1 HOUR DEPENDS ON v ENGINE = MergeTree ORDER BY a AS SELECT a FROM v',
      'SYSTEM WAIT VIEW w',
      'SYSTEM STOP VIEW v',
      'INSERT INTO s VALUES (3)',
    );
    clock.advance(30 * MINUTE_MS);
    expect(await rows('SELECT view, status FROM system.view_refreshes ORDER BY view')).toEqual([
      ['v', 'Disabled'],
      ['w', 'WaitingForDependencies'],
    ]);
    await run('SYSTEM START VIEW v', 'SYSTEM WAIT VIEW v', 'SYSTEM WAIT VIEW w');
    expect(await held('w')).toEqual([1, 2, 3]);
  });

  it('that was stopped is not refreshed by itself', async () => {
    await run(view('EVERY 1 HOUR'), 'SYSTEM WAIT VIEW v', 'SYSTEM STOP VIEWS', 'INSERT INTO s VALUES (3)');
    await turn(10 * HOUR_MS);
    expect(await held()).toEqual([1, 2]);
    await run('SYSTEM START VIEWS', 'SYSTEM WAIT VIEW v');
    expect(await held()).toEqual([1, 2, 3]);
  });

  it('is refreshed once at a time', async () => {
    await run(view('AFTER 1 HOUR APPEND'), 'SYSTEM WAIT VIEW v');
    await Promise.all(Array.from({ length: 5 }, () => rows('SYSTEM REFRESH VIEW v')));
    await run('SYSTEM WAIT VIEW v');
    const [[count]] = await rows('SELECT count() FROM v');
    // Each refresh that ran added its two rows; those told to begin while one ran are that one.
    expect(Number(count) % 2).toBe(0);
    expect(Number(count)).toBeLessThan(2 + 5 * 2);
  });

  it('takes another schedule and another query', async () => {
    await run(view('EVERY 1 HOUR'), 'SYSTEM WAIT VIEW v');
    await run(
      'ALTER TABLE v MODIFY REFRESH AFTER 5 MINUTE',
      'ALTER TABLE v MODIFY QUERY SELECT a + 10 AS a FROM s',
    );
    await turn(5 * MINUTE_MS);
    expect(await held()).toEqual([11, 12]);
    expect(await rows('SHOW CREATE TABLE v')).toEqual([[expect.stringContaining('REFRESH AFTER 5 MINUTE')]]);
    expect(await failure('ALTER TABLE v MODIFY REFRESH EVERY 1 DAY APPEND')).toBe('NOT_IMPLEMENTED');
  });

  it('is not fed by inserts, and leaves nothing when it is dropped', async () => {
    await run(view('EVERY 1 HOUR'), 'SYSTEM WAIT VIEW v', 'INSERT INTO s VALUES (3)');
    expect(await held()).toEqual([1, 2]);
    await run('DROP VIEW v');
    expect(await rows('SELECT * FROM system.view_refreshes')).toEqual([]);
    clock.advance(10 * HOUR_MS);
    expect(await failure('SYSTEM REFRESH VIEW v')).toBe('BAD_ARGUMENTS');
  });
});

describe('the times of REFRESH EVERY', () => {
  const none = { months: 0, seconds: 0 };
  it.each([
    ['1 hour', { months: 0, seconds: 3600 }, none, '2024-05-06T08:00'],
    ['1 day at 2', { months: 0, seconds: 86_400 }, { months: 0, seconds: 7200 }, '2024-05-07T02:00'],
    ['1 week, which begins on Monday', { months: 0, seconds: 604_800 }, none, '2024-05-13T00:00'],
    ['1 month', { months: 1, seconds: 0 }, none, '2024-06-01T00:00'],
    [
      '1 month from its 6th at 7:30',
      { months: 1, seconds: 0 },
      { months: 0, seconds: 5 * 86_400 + 27_000 },
      '2024-06-06T07:30',
    ],
    ['1 quarter', { months: 3, seconds: 0 }, none, '2024-07-01T00:00'],
    ['1 year', { months: 12, seconds: 0 }, none, '2025-01-01T00:00'],
  ])('every %s', (_, period, offset, expected) => {
    expect(new Date(nextSlot({ period, offset }, START_MS)).toISOString().slice(0, 16)).toBe(expected);
  });
});
