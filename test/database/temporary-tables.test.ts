import { describe, expect, it } from 'vitest';
import { type Database, type Dialect, open, type QueryOptions } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

const rows = async (
  db: Database,
  sql: string,
  dialect: Dialect = 'clickhouse',
  options: QueryOptions = {},
): Promise<unknown[][]> =>
  (await db.execute(sql, { dialect, timestamp: 'string', ...options })).rows as unknown[][];

/** Answers that ClickHouse has, too, were taken from chdb 26.7, those of the standard dialect from DuckDB 1.5. */
describe('temporary tables', () => {
  it('hide a table of the same name, which its schema still reaches', async () => {
    await using db = await open();
    await rows(db, 'CREATE TABLE t (a UInt8, s String) ENGINE = MergeTree ORDER BY a');
    await rows(db, "INSERT INTO t VALUES (1, 'perm')");
    await rows(db, 'CREATE TEMPORARY TABLE t (a UInt8, s String)');
    await rows(db, 'INSERT INTO t FORMAT JSONEachRow {"a":2,"s":"temp"} {"a":3,"s":"temp"}');
    expect(await rows(db, 'SELECT * FROM t ORDER BY a')).toEqual([
      [2, 'temp'],
      [3, 'temp'],
    ]);
    expect(await rows(db, 'SELECT * FROM default.t')).toEqual([[1, 'perm']]);
    expect(await rows(db, 'SELECT t.a, p.s FROM t JOIN default.t AS p ON p.a = t.a - 1')).toEqual([
      [2, 'perm'],
    ]);
    await rows(db, 'DROP TABLE t');
    expect(await rows(db, 'SELECT * FROM t')).toEqual([[1, 'perm']]);
  });

  it('are made, shown, emptied and dropped by their own statements', async () => {
    await using db = await open();
    await rows(db, 'CREATE TEMPORARY TABLE q AS SELECT number AS n FROM numbers(3)');
    expect(await rows(db, 'SELECT sum(n) FROM q')).toEqual([[3]]);
    expect(await rows(db, 'SHOW CREATE TEMPORARY TABLE q')).toEqual([
      ['CREATE TEMPORARY TABLE q\n(\n  n UInt64\n)\nENGINE = Memory'],
    ]);
    expect(await rows(db, 'SHOW TEMPORARY TABLES')).toEqual([['q']]);
    expect(await rows(db, 'SHOW TABLES')).toEqual([]);
    expect(await rows(db, 'EXISTS TEMPORARY TABLE q')).toEqual([[1]]);
    expect(
      await rows(db, "SELECT database, engine, is_temporary, total_rows FROM system.tables WHERE name = 'q'"),
    ).toEqual([['', 'Memory', 1, 3]]);
    await expect(rows(db, 'CREATE TEMPORARY TABLE q (a UInt8)')).rejects.toMatchObject({
      errorName: 'TABLE_ALREADY_EXISTS',
    });
    await rows(db, 'CREATE TEMPORARY TABLE IF NOT EXISTS q (a UInt8)');
    await rows(db, 'TRUNCATE TEMPORARY TABLE q');
    expect(await rows(db, 'SELECT count() FROM q')).toEqual([[0]]);
    await rows(db, 'CREATE OR REPLACE TEMPORARY TABLE q (a UInt8)');
    expect(await rows(db, 'SELECT * FROM q')).toEqual([]);
    await rows(db, 'DROP TEMPORARY TABLE q');
    expect(await rows(db, 'EXISTS TEMPORARY TABLE q')).toEqual([[0]]);
    await rows(db, 'DROP TEMPORARY TABLE IF EXISTS q');
    await expect(rows(db, 'DROP TEMPORARY TABLE q')).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });
  });

  it('change as other tables do', async () => {
    await using db = await open();
    await rows(db, 'CREATE TEMPORARY TABLE q (a UInt8, b String) ENGINE = ReplacingMergeTree ORDER BY a');
    await rows(db, "INSERT INTO q VALUES (1, 'x'), (2, 'y')");
    await rows(db, "INSERT INTO q VALUES (1, 'z')");
    expect(await rows(db, 'SELECT * FROM q FINAL ORDER BY a')).toEqual([
      [1, 'z'],
      [2, 'y'],
    ]);
    await rows(db, "ALTER TABLE q UPDATE b = 'w' WHERE a = 2");
    await rows(db, 'DELETE FROM q WHERE a = 1');
    await rows(db, 'ALTER TABLE q ADD COLUMN c Int8 DEFAULT 5');
    expect(await rows(db, 'SELECT * FROM q FINAL')).toEqual([[2, 'w', 5]]);
    await rows(db, 'RENAME TABLE q TO r');
    expect(await rows(db, 'SHOW TEMPORARY TABLES')).toEqual([['r']]);
    await expect(rows(db, 'RENAME TABLE r TO default.r')).rejects.toThrow('r is temporary');
    await db.insert('r', [{ a: 7, b: 'lib', c: 1 }]);
    expect(await rows(db, 'SELECT b FROM r WHERE a = 7')).toEqual([['lib']]);
    expect(db.tables()).toEqual([]);
  });

  it('have the words of DuckDB in the standard dialect', async () => {
    await using db = await open();
    const sql = (text: string): Promise<unknown[][]> => rows(db, text, 'standard');
    await sql('CREATE TEMP TABLE s AS SELECT 42 AS x');
    await sql('CREATE OR REPLACE TEMPORARY TABLE s AS SELECT 43 AS x');
    expect(await sql('SELECT * FROM S')).toEqual([[43]]);
    expect(await sql('SHOW TABLES')).toEqual([['s']]);
    expect(await sql('SELECT table_catalog, table_type FROM information_schema.tables')).toEqual([
      ['temp', 'LOCAL TEMPORARY'],
    ]);
    await sql('CREATE TEMP VIEW w AS SELECT x + 1 AS y FROM s');
    expect(await sql('SELECT y FROM w')).toEqual([[44]]);
    expect(await sql('UPDATE s SET x = 7 RETURNING x')).toEqual([[7]]);
    await sql('DROP VIEW w');
    expect(await rows(db, 'SELECT x FROM s', 'druid')).toEqual([[7]]);
    await expect(sql('CREATE TEMP SEQUENCE q')).rejects.toMatchObject({ errorName: 'NOT_IMPLEMENTED' });
    // No word of the language is lost by it.
    expect(await sql('SELECT temp FROM (SELECT 1 AS temp) AS temp')).toEqual([[1]]);
  });

  it('are not seen by what outlives them', async () => {
    await using db = await open();
    await rows(db, 'CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a');
    await rows(db, 'INSERT INTO t VALUES (1)');
    await rows(db, 'CREATE TEMPORARY TABLE t (a UInt8)');
    await rows(db, 'CREATE VIEW v AS SELECT a FROM t');
    expect(await rows(db, 'SELECT * FROM v')).toEqual([[1]]);
    await rows(db, 'CREATE TEMPORARY TABLE own (a UInt8)');
    await expect(rows(db, 'CREATE VIEW w AS SELECT a FROM own')).rejects.toMatchObject({
      errorName: 'UNKNOWN_TABLE',
    });
    await expect(rows(db, 'EXCHANGE TABLES t AND default.t')).rejects.toMatchObject({
      errorName: 'NOT_IMPLEMENTED',
    });
    await expect(rows(db, 'CREATE TEMPORARY TABLE default.x (a UInt8)')).rejects.toThrow(
      'Temporary tables cannot be inside a database',
    );
  });

  it('do not survive a restart, after a clean end or another', async () => {
    for (const isClean of [true, false]) {
      const fs = new MemoryFileSystem();
      const first = await openOn(fs, '/d');
      await rows(first, 'CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a');
      await rows(first, 'CREATE TEMPORARY TABLE t AS SELECT 1 AS a');
      await rows(first, 'CREATE TEMPORARY TABLE own AS SELECT 1 AS a');
      // A copy of the folder is what a process that was killed leaves.
      if (isClean) await first.close();
      const next = isClean ? await openOn(fs, '/d') : await first.fork();
      expect(await rows(next, 'SHOW TEMPORARY TABLES')).toEqual([]);
      expect(await rows(next, 'SELECT count() FROM t')).toEqual([[0]]);
      expect(next.tables().map(({ name }) => name)).toEqual(['t']);
      await next.close();
      await first.close();
    }
  });
});

describe('named sessions', () => {
  const a: QueryOptions = { session: { id: 'a' } };

  it('have tables, settings and a schema of their own', async () => {
    await using db = await open();
    await rows(db, 'CREATE TEMPORARY TABLE k (a UInt8)', 'clickhouse', a);
    await rows(db, 'INSERT INTO k VALUES (1)', 'clickhouse', a);
    await rows(db, 'SET max_threads = 1', 'clickhouse', a);
    await rows(db, 'USE system', 'clickhouse', a);
    const setting = "SELECT value FROM system.settings WHERE name = 'max_threads'";
    expect(await rows(db, 'SELECT (SELECT count() FROM one), a FROM k', 'clickhouse', a)).toEqual([[1, 1]]);
    expect(await rows(db, setting, 'clickhouse', a)).toEqual([['1']]);
    const others: QueryOptions[] = [{}, { isolated: true }, { session: { id: 'b' } }];
    for (const other of others) {
      await expect(rows(db, 'SELECT * FROM k', 'clickhouse', other)).rejects.toMatchObject({
        errorName: 'UNKNOWN_TABLE',
      });
      expect(await rows(db, setting, 'clickhouse', other)).toEqual([['0']]);
      expect(await rows(db, 'SELECT count() FROM system.tables', 'clickhouse', other)).toEqual([[0]]);
    }
  });

  it('are what a temporary table needs', async () => {
    await using db = await open();
    await expect(
      rows(db, 'CREATE TEMPORARY TABLE k (a UInt8)', 'clickhouse', { isolated: true }),
    ).rejects.toMatchObject({ errorName: 'BAD_ARGUMENTS', hint: expect.stringContaining('session_id') });
  });

  it('end by their last statement, or when none comes for their timeout', async () => {
    const timer = new ManualClock();
    await using db = await openOn(new MemoryFileSystem(), '/d', {}, { timer });
    const begin = (): Promise<unknown> =>
      rows(db, 'CREATE OR REPLACE TEMPORARY TABLE k AS SELECT 1 AS a', 'clickhouse', a);
    const gone = { errorName: 'SESSION_NOT_FOUND' };
    const look = (): Promise<unknown> =>
      rows(db, 'SELECT * FROM k', 'clickhouse', { session: { id: 'a', mustExist: true } });
    await expect(look()).rejects.toMatchObject(gone);
    await begin();
    expect(await look()).toEqual([[1]]);
    await rows(db, 'SELECT 1', 'clickhouse', { session: { id: 'a', ends: true } });
    await expect(look()).rejects.toMatchObject(gone);
    await begin();
    timer.advance(60_000);
    await expect(look()).rejects.toMatchObject(gone);
    await rows(db, 'SELECT 1', 'clickhouse', a);
    await expect(look()).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });
  });

  it('take one statement at a time, and wait for at most an hour', async () => {
    await using db = await open();
    const running = await db.run('SELECT number FROM numbers(10)', { dialect: 'clickhouse', ...a });
    await expect(rows(db, 'SELECT 1', 'clickhouse', a)).rejects.toMatchObject({
      errorName: 'SESSION_IS_LOCKED',
    });
    for await (const _ of running.batches);
    expect(await rows(db, 'SELECT 1', 'clickhouse', a)).toEqual([[1]]);
    await expect(rows(db, 'SELECT nothing', 'clickhouse', a)).rejects.toThrow();
    expect(await rows(db, 'SELECT 1', 'clickhouse', a)).toEqual([[1]]);
    await expect(
      rows(db, 'SELECT 1', 'clickhouse', { session: { id: 'a', timeoutMs: 3_600_001 } }),
    ).rejects.toMatchObject({ errorName: 'INVALID_SESSION_TIMEOUT' });
  });
});
