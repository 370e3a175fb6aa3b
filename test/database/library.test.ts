import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecordBatch, Table, tableFromArrays } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BasaltError, type Database, open } from '../../database/index.ts';

/** The library as an application uses it. */
describe('the library', () => {
  let db: Database;

  beforeEach(async () => {
    db = await open();
    await db.query(
      'CREATE TABLE t (a INTEGER, b VARCHAR, c DOUBLE, d BOOLEAN, at TIMESTAMP, n BIGINT NOT NULL)',
    );
  });
  afterEach(() => db.close());

  const ROWS = [
    { a: 1, b: 'x', c: 1.5, d: true, at: new Date('2026-01-01T00:00:00.123Z'), n: 10 },
    { a: null, b: null, c: null, d: null, at: null, n: 20 },
  ];

  it('refuses a number of threads that is none', async () => {
    for (const threads of [0, -1, 1.5, Number.NaN])
      await expect(open({ threads })).rejects.toThrow(`threads is ${threads}`);
  });

  it('takes rows as objects and gives them back', async () => {
    expect(await db.insert('t', ROWS)).toEqual({ rows: 2 });
    expect(await db.query('SELECT * FROM t ORDER BY n')).toEqual(ROWS);
  });

  it('takes arrays, in the order of the table or of the columns named', async () => {
    await db.insert('t', [[1, 'x', 1, true, null, 1]]);
    await db.insert('t', [[2, 'y']], { columns: ['n', 'b'] });
    expect(await db.query('SELECT n, b, a FROM t ORDER BY n')).toEqual([
      { n: 1, b: 'x', a: 1 },
      { n: 2, b: 'y', a: null },
    ]);
  });

  it('takes columns, Arrow tables and streams', async () => {
    await db.insert('t', { n: [1, 2], b: ['p', 'q'] });
    await db.insert('t', tableFromArrays({ n: Int32Array.of(3, 4), b: ['r', 's'] }));
    await db.insert(
      't',
      (async function* () {
        yield { n: 5, b: 't' };
        yield { n: 6, b: 'u' };
      })(),
    );
    expect(await db.query('SELECT count(*) AS c, sum(n) AS s, min(b) AS lo, max(b) AS hi FROM t')).toEqual([
      { c: 6, s: 21, lo: 'p', hi: 'u' },
    ]);
  });

  it('inserts all or nothing, and says which value does not fit', async () => {
    const insert = db.insert('t', [{ n: 1 }, { n: 2, a: 'no number' }]);
    await expect(insert).rejects.toThrow(/Row 2, column a/);
    await expect(db.insert('t', [{ n: null }])).rejects.toThrow(/n/);
    expect(await db.query('SELECT count(*) AS c FROM t')).toEqual([{ c: 0 }]);
  });

  it('inserts a batch with the same token once', async () => {
    expect(await db.insert('t', [{ n: 1 }], { token: 'one' })).toEqual({ rows: 1 });
    expect(await db.insert('t', [{ n: 1 }], { token: 'one' })).toEqual({ rows: 0 });
    expect(await db.query('SELECT count(*) AS c FROM t')).toEqual([{ c: 1 }]);
  });

  it('executes to columns, rows and statistics', async () => {
    await db.insert('t', ROWS);
    const { columns, rows, statistics } = await db.execute('SELECT a, b, n FROM t ORDER BY n');
    expect(columns.map((c) => c.name)).toEqual(['a', 'b', 'n']);
    expect(columns.map((c) => c.type)).toEqual(['INTEGER', 'VARCHAR', 'BIGINT']);
    expect(rows).toEqual([
      [1, 'x', 10],
      [null, null, 20],
    ]);
    expect(statistics.rowsRead).toBe(2);
  });

  it('binds parameters of every form', async () => {
    await db.insert('t', ROWS);
    expect(await db.query('SELECT n FROM t WHERE a = ? AND b = ?', { params: [1, 'x'] })).toEqual([
      { n: 10 },
    ]);
    expect(await db.query('SELECT n FROM t WHERE n = $1 OR n = $1 + 10', { params: [10] })).toHaveLength(2);
    expect(await db.query('SELECT n FROM t WHERE at = :at', { params: { at: ROWS[0].at } })).toEqual([
      { n: 10 },
    ]);
    await expect(db.query('SELECT ?')).rejects.toMatchObject({ errorName: 'UNKNOWN_QUERY_PARAMETER' });
  });

  it('prepares a statement once and runs it often', async () => {
    await db.insert('t', ROWS);
    const statement = await db.prepare('SELECT count(*) AS c FROM t WHERE n >= ?');
    expect(await statement.query([15])).toEqual([{ c: 1 }]);
    expect(await statement.query([5])).toEqual([{ c: 2 }]);
    await expect(db.prepare('SELEC 1')).rejects.toMatchObject({
      errorName: 'SYNTAX_ERROR',
      position: { line: 1, column: 1 },
    });
  });

  it('gives 64-bit integers as numbers, bigints or strings, and never rounds', async () => {
    const big = 9007199254740993n;
    await db.insert('t', [{ n: big }]);
    await expect(db.query('SELECT n FROM t')).rejects.toMatchObject({ errorName: 'LOSSY_INTEGER' });
    expect(await db.query('SELECT n FROM t', { int64: 'bigint' })).toEqual([{ n: big }]);
    expect(await db.query('SELECT n FROM t', { int64: 'string' })).toEqual([{ n: String(big) }]);
  });

  it('takes and gives integers of 128 bits as those of 64, and Arrow as texts', async () => {
    const [least, most] = [-(2n ** 127n), 2n ** 128n - 1n];
    await db.execute('CREATE TABLE w (h HUGEINT, u UHUGEINT, l HUGEINT[])');
    await db.insert('w', [
      { h: least, u: String(most), l: [5, least, null] },
      { h: null, u: 7, l: null },
    ]);
    const all = 'SELECT h, u, l FROM w ORDER BY h';
    await expect(db.query(all)).rejects.toMatchObject({ errorName: 'LOSSY_INTEGER' });
    expect(await db.query(all, { int64: 'bigint' })).toEqual([
      { h: least, u: most, l: [5n, least, null] },
      { h: null, u: 7n, l: null },
    ]);
    expect(await db.query(all, { int64: 'string' })).toMatchObject([
      { h: String(least), u: String(most), l: ['5', String(least), null] },
      { h: null, u: '7', l: null },
    ]);
    expect(await db.query('SELECT u AS n FROM w WHERE u = ?', { params: [7] })).toEqual([{ n: 7 }]);
    const sum = { params: [2n ** 100n], int64: 'bigint' } as const;
    expect(await db.query('SELECT ? + 1 AS n', sum)).toEqual([{ n: 2n ** 100n + 1n }]);
    await expect(db.insert('w', [{ h: 2n ** 127n }])).rejects.toThrow(/Row 1, column h/);
    const batches: RecordBatch[] = [];
    for await (const batch of db.stream('SELECT h, u FROM w ORDER BY h')) batches.push(batch as RecordBatch);
    const rows = new Table(batches).toArray().map((row) => row.toJSON());
    expect(rows).toEqual([
      { h: String(least), u: String(most) },
      { h: null, u: '7' },
    ]);
  });

  it('streams Arrow record batches', async () => {
    await db.insert('t', ROWS);
    const batches: RecordBatch[] = [];
    for await (const batch of db.stream('SELECT a, b, c, d, at, n FROM t ORDER BY n'))
      batches.push(batch as RecordBatch);
    const table = new Table(batches);
    expect(table.numRows).toBe(2);
    const [first, second] = table.toArray().map((row) => row.toJSON());
    expect(first).toMatchObject({ a: 1, b: 'x', c: 1.5, d: true, n: 10n });
    expect(Number(first['at'])).toBe(ROWS[0].at?.getTime());
    expect(second).toEqual({ a: null, b: null, c: null, d: null, at: null, n: 20n });
    expect(String(table.schema.fields.map((f) => f.type))).toContain('Int32');
  });

  it('forks: an isolated copy that shares what does not change', async () => {
    await db.insert('t', ROWS);
    await using fork = await db.fork();
    await fork.insert('t', [{ n: 30 }]);
    await fork.query('CREATE TABLE only_here (a INTEGER)');
    await db.insert('t', [{ n: 40 }, { n: 50 }]);
    expect(await fork.query('SELECT count(*) AS c, max(n) AS m FROM t')).toEqual([{ c: 3, m: 30 }]);
    expect(await db.query('SELECT count(*) AS c, max(n) AS m FROM t')).toEqual([{ c: 4, m: 50 }]);
    await expect(db.query('SELECT * FROM only_here')).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });
  });

  it('ingests a spec', async () => {
    const report = await db.ingest({
      type: 'index_parallel',
      spec: {
        dataSchema: {
          dataSource: 'events',
          timestampSpec: { column: 'ts', format: 'auto' },
          dimensionsSpec: { dimensions: ['page'] },
          metricsSpec: [
            { type: 'count', name: 'rows' },
            { type: 'longSum', name: 'ms', fieldName: 'ms' },
          ],
          granularitySpec: { segmentGranularity: 'day', queryGranularity: 'hour', rollup: true },
        },
        ioConfig: {
          inputSource: {
            type: 'inline',
            data: '{"ts":"2026-01-01T01:10:00Z","page":"/","ms":5}\n{"ts":"2026-01-01T01:50:00Z","page":"/","ms":7}\nnot json\n{"ts":"2026-01-02T00:00:00Z","page":"/","ms":1}\n',
          },
          inputFormat: { type: 'json' },
        },
        tuningConfig: { maxSavedParseExceptions: 10 },
      },
    });
    expect(report.rowStats).toMatchObject({ processed: 3, unparseable: 1 });
    expect(report.unparseableEvents).toMatchObject([{ line: 3, input: 'not json' }]);
    expect(await db.query('SELECT __time, page, "rows", ms FROM events ORDER BY __time')).toEqual([
      { __time: new Date('2026-01-01T01:00:00Z'), page: '/', rows: 2, ms: 12 },
      { __time: new Date('2026-01-02T00:00:00Z'), page: '/', rows: 1, ms: 1 },
    ]);
  });

  it('refuses what it does not know, with a place and a hint', async () => {
    const failure = await db.query('SELECT a,\n  bb FROM t').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BasaltError);
    expect(failure).toMatchObject({ errorName: 'UNKNOWN_IDENTIFIER', position: { line: 2, column: 3 } });
    await expect(db.query('SELECT 1', { settings: { no_such_setting: 1 } })).rejects.toMatchObject({
      errorName: 'UNKNOWN_SETTING',
    });
    await expect(db.query('DROP TABLE t', { readonly: true })).rejects.toMatchObject({
      errorName: 'READONLY',
    });
  });

  it('keeps SET and USE for later statements, except for isolated ones', async () => {
    await db.query('CREATE SCHEMA other');
    await db.query('USE other');
    await db.query('CREATE TABLE here (a INTEGER)');
    expect(await db.query('SELECT count(*) AS c FROM here')).toEqual([{ c: 0 }]);
    await expect(db.query('SELECT * FROM here', { isolated: true })).rejects.toMatchObject({
      errorName: 'UNKNOWN_TABLE',
    });
    await db.query('USE main', { isolated: true });
    expect(await db.query('SELECT count(*) AS c FROM here')).toEqual([{ c: 0 }]);
    await db.query('SET max_result_rows = 1');
    await expect(db.query('SELECT 1 AS a UNION ALL SELECT 2')).rejects.toMatchObject({
      errorName: 'LIMIT_EXCEEDED',
    });
    expect(await db.query('SELECT 1 AS a UNION ALL SELECT 2', { isolated: true })).toHaveLength(2);
  });

  it.each(['standard', 'druid', 'clickhouse'] as const)(
    'looks for names in its schema alone: %s',
    async (dialect) => {
      const one = { dialect, schema: 'one' } as const;
      await db.query('CREATE SCHEMA IF NOT EXISTS one');
      await db.query('CREATE TABLE IF NOT EXISTS one.far (a INTEGER)');
      await db.query('CREATE TABLE IF NOT EXISTS near (a INTEGER)');
      expect(await db.query('SELECT count(*) AS c FROM far', one)).toEqual([{ c: 0 }]);
      await expect(db.query('SELECT * FROM near', one)).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });
      await expect(db.query('SELECT * FROM far', { dialect })).rejects.toMatchObject({
        errorName: 'UNKNOWN_TABLE',
      });
    },
  );

  it("keeps parameters that ClickHouse's SET gives, under those of the request", async () => {
    const ask = (params?: Record<string, unknown>) =>
      db.query('SELECT {a:UInt8} AS a, {s:String} AS s', {
        dialect: 'clickhouse',
        ...(params === undefined ? {} : { params }),
      });
    await db.query("SET param_a = 5, param_s = 'it''s'", { dialect: 'clickhouse' });
    expect(await ask()).toEqual([{ a: 5, s: "it's" }]);
    expect(await ask({ a: 6 })).toEqual([{ a: 6, s: "it's" }]);
    await expect(
      db.query('SELECT {a:UInt8}', { dialect: 'clickhouse', isolated: true }),
    ).rejects.toMatchObject({ errorName: 'UNKNOWN_QUERY_PARAMETER' });
  });

  it('reads a table over and over with loop, as far as a LIMIT wants', async () => {
    await db.query('CREATE TABLE rounds (a INTEGER)');
    await db.query('INSERT INTO rounds VALUES (1), (2)');
    for (const rounds of ['loop(rounds)', "loop('default', 'rounds')"])
      expect(
        await db.query(`SELECT count() AS n, sum(a) AS s FROM (SELECT a FROM ${rounds} LIMIT 50)`, {
          dialect: 'clickhouse',
        }),
      ).toEqual([{ n: 50, s: 75 }]);
  });

  it('is over after close', async () => {
    const other = await open();
    await other.close();
    await other.close();
    await expect(other.query('SELECT 1')).rejects.toMatchObject({ errorName: 'DATABASE_CLOSED' });
  });
});

describe('nested values and their like', () => {
  it('go in and come out as JavaScript has them', async () => {
    await using db = await open();
    await db.execute(
      "CREATE TABLE t (id INTEGER, a BIGINT[], s STRUCT(x INTEGER, y VARCHAR), m MAP(VARCHAR, DOUBLE), d DECIMAL(30, 2), u UUID, e ENUM('p', 'q'), w TIMESTAMP[])",
    );
    const when = new Date('2024-05-06T07:08:09Z');
    const uuid = '61f0c404-5cb3-11e7-907b-a6006ad3dba0';
    await db.insert('t', [
      {
        id: 1,
        a: [1, 2n],
        s: { x: 1, y: 'q' },
        m: new Map([['k', 1.5]]),
        d: 1.25,
        u: uuid,
        e: 'p',
        w: [when],
      },
      { id: 2, a: [], s: [3, 'z'], m: { z: 2 }, d: '12345678901234567890.5', e: 'q' },
    ]);
    expect(await db.query('SELECT * FROM t ORDER BY id')).toEqual([
      {
        id: 1,
        a: [1, 2],
        s: { x: 1, y: 'q' },
        m: new Map([['k', 1.5]]),
        d: '1.25',
        u: uuid,
        e: 'p',
        w: [when],
      },
      {
        id: 2,
        a: [],
        s: { x: 3, y: 'z' },
        m: new Map([['z', 2]]),
        d: '12345678901234567890.50',
        u: null,
        e: 'q',
        w: null,
      },
    ]);
  });

  it('64-bit integers inside follow the option, and are an error beyond 2^53 without it', async () => {
    await using db = await open();
    const sql = 'SELECT [9007199254740993] AS a';
    await expect(db.query(sql)).rejects.toThrow(/Column a: 9007199254740993/);
    expect(await db.query(sql, { int64: 'bigint' })).toEqual([{ a: [9007199254740993n] }]);
    expect(await db.query(sql, { int64: 'string' })).toEqual([{ a: ['9007199254740993'] }]);
  });

  it('a wrong value is an error that names row and column', async () => {
    await using db = await open();
    await db.execute('CREATE TABLE t (a INTEGER[])');
    await expect(db.insert('t', [{ a: [1] }, { a: ['x'] }])).rejects.toThrow(/Row 2, column a/);
    expect(await db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
  });
});

describe('a database in a folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'basalt-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is there again after closing', async () => {
    {
      await using db = await open({ path: folder });
      await db.query('CREATE TABLE t (a INTEGER)');
      await db.insert('t', [{ a: 1 }, { a: 2 }]);
    }
    await using db = await open({ path: folder });
    expect(await db.query('SELECT sum(a) AS s FROM t')).toEqual([{ s: 3 }]);
  });

  it('belongs to one opener at a time', async () => {
    await using db = await open({ path: folder });
    await expect(open({ path: folder })).rejects.toMatchObject({ errorName: 'FOLDER_LOCKED' });
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('forks into memory', async () => {
    await using db = await open({ path: folder });
    await db.query('CREATE TABLE t (a INTEGER)');
    await db.insert('t', [{ a: 1 }]);
    await using fork = await db.fork();
    await fork.query('TRUNCATE TABLE t');
    expect(await fork.query('SELECT count(*) AS c FROM t')).toEqual([{ c: 0 }]);
    expect(await db.query('SELECT count(*) AS c FROM t')).toEqual([{ c: 1 }]);
  });

  it('keeps acknowledged rows with the weaker durability too', async () => {
    {
      await using db = await open({ path: folder, durability: 'os' });
      await db.query('CREATE TABLE t (a INTEGER)');
      await db.insert('t', [{ a: 7 }]);
    }
    await using db = await open({ path: folder });
    expect(await db.query('SELECT a FROM t')).toEqual([{ a: 7 }]);
  });
});
