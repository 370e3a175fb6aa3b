import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { LOOK_MS } from '../../database/retention/keeper.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/** What a start changes of tables that were detached, and what does not go on by itself in between. */
const HOUR_MS = 3_600_000;

let fs: MemoryFileSystem;
let clock: ManualClock;
let db: Database;

const open = (): Promise<Database> => openOn(fs, '/detach', {}, { clock, timer: clock });
const rows = async (sql: string): Promise<unknown[][]> =>
  [...(await db.execute(sql, { dialect: 'clickhouse', int64: 'string' })).rows].map((row) => [...row]);
const restart = async (): Promise<void> => {
  await db.close();
  db = await open();
};
const detached = (): Promise<unknown[][]> =>
  rows('SELECT database, table, is_permanently FROM system.detached_tables ORDER BY table');

/** Lets work that was begun by the clock go on for as long as it makes steps. */
async function turn(ms: number): Promise<void> {
  clock.advance(ms);
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(async () => {
  fs = new MemoryFileSystem();
  clock = new ManualClock(Date.UTC(2024, 0, 1));
  db = await open();
  await rows('CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a');
  await rows('INSERT INTO t VALUES (1), (2)');
});
afterEach(() => db.close());

describe('a detached table', () => {
  it('is back at the next start, with its rows', async () => {
    await rows('DETACH TABLE t');
    expect(await detached()).toEqual([['default', 't', 0]]);
    await expect(rows('SELECT * FROM t')).rejects.toMatchObject({
      errorName: 'UNKNOWN_TABLE',
      hint: 'It is detached: ATTACH TABLE t',
    });
    await restart();
    expect(await detached()).toEqual([]);
    expect(await rows('SELECT a FROM t ORDER BY a')).toEqual([[1], [2]]);
  });

  it('stays detached over starts where that was permanent', async () => {
    await rows('DETACH TABLE t PERMANENTLY');
    await restart();
    await restart();
    expect(await detached()).toEqual([['default', 't', 1]]);
    await rows('ATTACH TABLE t');
    await restart();
    expect(await rows('SELECT a FROM t ORDER BY a')).toEqual([[1], [2]]);
  });

  it('can become permanently detached only as one that is seen', async () => {
    await rows('DETACH TABLE t');
    await expect(rows('DETACH TABLE t PERMANENTLY')).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });
  });

  it('takes no rows from the library either', async () => {
    await rows('DETACH TABLE t');
    await expect(db.insert('t', [{ a: 3 }])).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });
    expect(db.tables()).toEqual([]);
    await rows('ATTACH TABLE t');
    await db.insert('t', [{ a: 3 }]);
    expect(await rows('SELECT count() FROM t')).toEqual([['3']]);
  });

  it('is asked anew by statements that were bound before', async () => {
    const count = 'SELECT count() FROM t';
    expect(await rows(count)).toEqual([['2']]);
    await rows('DETACH TABLE t');
    await expect(rows(count)).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });
    await rows('ATTACH TABLE t');
    expect(await rows(count)).toEqual([['2']]);
  });

  it('keeps rows whose time has come until it is seen again', async () => {
    await rows(
      'CREATE TABLE old (k Int32, d DateTime) ENGINE = MergeTree ORDER BY k TTL d + INTERVAL 1 HOUR SETTINGS merge_with_ttl_timeout = 1',
    );
    await rows("INSERT INTO old VALUES (1, '2024-01-01 00:00:00')");
    await db.fork().then((copy) => copy.close());
    await rows('DETACH TABLE old PERMANENTLY');
    for (let look = 0; look < 5; look++) await turn(HOUR_MS + LOOK_MS);
    await rows('ALTER TABLE t ADD COLUMN b Int32');
    const parts = "SELECT sum(rows) FROM system.parts WHERE table = 'old' AND active";
    expect(await rows(parts)).toEqual([['0']]);
    await rows('ATTACH TABLE old');
    expect(await rows(parts)).toEqual([['1']]);
    for (let look = 0; look < 50 && (await rows(parts))[0][0] !== '0'; look++) await turn(HOUR_MS + LOOK_MS);
    expect(await rows(parts)).toEqual([['0']]);
  });
});

describe('a dropped table', () => {
  const DROP = 'DROP TABLE t SETTINGS database_atomic_delay_before_drop_table_sec = 480';
  const kept = (): Promise<unknown[][]> =>
    rows('SELECT database, table, toUnixTimestamp(table_dropped_time) FROM system.dropped_tables');
  const untilSeconds = Date.UTC(2024, 0, 1) / 1000 + 480;

  it('comes back with its rows, its indexes and its projections, over starts', async () => {
    await rows('ALTER TABLE t ADD PROJECTION p (SELECT a, count() GROUP BY a)');
    await rows('INSERT INTO t VALUES (3)');
    await rows(DROP);
    expect(await kept()).toEqual([['default', 't', untilSeconds]]);
    await restart();
    expect(await kept()).toEqual([['default', 't', untilSeconds]]);
    expect(await rows('EXISTS TABLE t')).toEqual([[0]]);
    await rows('UNDROP TABLE t');
    await restart();
    expect(await rows('SELECT a, count() FROM t GROUP BY a ORDER BY a')).toEqual([
      [1, '1'],
      [2, '1'],
      [3, '1'],
    ]);
    expect(await rows("SELECT name FROM system.projections WHERE table = 't'")).toEqual([['p']]);
    expect(await kept()).toEqual([]);
  });

  it('is gone at the first look after its time', async () => {
    await rows(DROP);
    await turn(LOOK_MS);
    expect(await kept()).toHaveLength(1);
    for (let look = 0; look < 9; look++) await turn(LOOK_MS);
    expect(await kept()).toEqual([]);
    await expect(rows('UNDROP TABLE t')).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });
    await restart();
    expect(await kept()).toEqual([]);
  });

  it('goes with its database', async () => {
    await rows('CREATE DATABASE side');
    await rows('CREATE TABLE side.a (x Int32) ENGINE = MergeTree ORDER BY x');
    await rows('DROP TABLE side.a SETTINGS database_atomic_delay_before_drop_table_sec = 480');
    await rows('RENAME DATABASE side TO other');
    expect((await kept()).map(([database]) => database)).toEqual(['other']);
    await rows('DROP DATABASE other');
    expect(await kept()).toEqual([]);
  });
});

describe('a detached database', () => {
  beforeEach(async () => {
    await rows('CREATE DATABASE side');
    await rows('CREATE TABLE side.a (x Int32) ENGINE = MergeTree ORDER BY x');
    await rows('CREATE TABLE side.b (x Int32) ENGINE = MergeTree ORDER BY x');
    await rows('INSERT INTO side.a VALUES (1)');
  });

  it('is not there, and nothing else can have its name', async () => {
    await rows('DETACH DATABASE side');
    expect(await rows('EXISTS DATABASE side')).toEqual([[0]]);
    expect(await detached()).toEqual([]);
    await expect(rows('SELECT * FROM side.a')).rejects.toMatchObject({
      errorName: 'UNKNOWN_DATABASE',
      hint: 'It is detached: ATTACH DATABASE side',
    });
    for (const statement of ['CREATE DATABASE side', 'CREATE DATABASE IF NOT EXISTS side'])
      await expect(rows(statement)).rejects.toMatchObject({ errorName: 'DATABASE_ALREADY_EXISTS' });
    await expect(rows('DROP DATABASE side')).rejects.toMatchObject({
      errorName: 'UNKNOWN_DATABASE',
      hint: 'It is detached: ATTACH DATABASE side',
    });
    await rows('CREATE DATABASE other');
    await expect(rows('RENAME DATABASE other TO side')).rejects.toMatchObject({
      errorName: 'DATABASE_ALREADY_EXISTS',
    });
  });

  it('is back at the next start, without what is detached permanently', async () => {
    await rows('DETACH TABLE side.a');
    await rows('DETACH TABLE side.b PERMANENTLY');
    await rows('DETACH DATABASE side');
    await restart();
    expect(await rows('SELECT x FROM side.a')).toEqual([[1]]);
    expect(await detached()).toEqual([['side', 'b', 1]]);
  });

  it('is back when it is attached, with what was detached until the next start', async () => {
    await rows('DETACH TABLE side.a');
    await rows('DETACH TABLE t');
    await rows('DETACH DATABASE side');
    await rows('ATTACH DATABASE side');
    expect(await rows('SELECT x FROM side.a')).toEqual([[1]]);
    expect(await detached()).toEqual([['default', 't', 0]]);
  });

  it('keeps the default one', async () => {
    await expect(rows('DETACH DATABASE default')).rejects.toMatchObject({ errorName: 'NOT_IMPLEMENTED' });
  });
});
