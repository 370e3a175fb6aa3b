import { describe, expect, it } from 'vitest';
import { type Database, type Dialect, open } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

const rows = async (db: Database, sql: string, dialect: Dialect = 'standard'): Promise<unknown[][]> =>
  (await db.execute(sql, { dialect, timestamp: 'string' })).rows as unknown[][];

async function world(): Promise<Database> {
  const db = await open();
  await db.execute(
    "CREATE TABLE t AS SELECT i AS a, i % 3 AS b, 'x' || i AS s FROM generate_series(0, 99) AS g(i)",
  );
  return db;
}

/** Views beside the golden files: what they say when something is wrong, and who sees them as what. */
describe('views', () => {
  it('are read in the dialect they were written in, from any other', async () => {
    await using db = await world();
    // Division is integer in none, and in Druid only; the first value of a range has a name in each.
    await db.execute('CREATE VIEW d AS SELECT a, a / 2 AS half FROM druid.t', { dialect: 'druid' });
    await db.execute('CREATE VIEW c AS SELECT a, intDiv(a, 2) AS half, a = 5 AS five FROM default.t', {
      dialect: 'clickhouse',
    });
    for (const dialect of ['standard', 'druid', 'clickhouse'] as const) {
      expect(await rows(db, 'SELECT half FROM d WHERE a = 5', dialect)).toEqual([[2]]);
      expect(await rows(db, 'SELECT half, five FROM c WHERE a = 5', dialect)).toEqual([[2, 1]]);
    }
  });

  it('leave nothing of themselves in the plan: filters reach the table', async () => {
    await using db = await world();
    await db.execute('CREATE VIEW v AS SELECT a + 1 AS c, b FROM t');
    await db.execute('CREATE VIEW w AS SELECT c, b FROM v WHERE b = 1');
    const plan = async (sql: string): Promise<unknown[][]> => rows(db, `EXPLAIN ${sql}`);
    expect(await plan('SELECT c FROM w WHERE c > 5')).toEqual(
      await plan(
        'SELECT c FROM (SELECT c, b FROM (SELECT a + 1 AS c, b FROM t) AS v WHERE b = 1) AS w WHERE c > 5',
      ),
    );
  });

  it('name themselves and what is missing', async () => {
    await using db = await world();
    await db.execute('CREATE VIEW v AS SELECT a FROM t');
    await db.execute('CREATE VIEW w AS SELECT a FROM v');
    await db.execute('DROP TABLE t');
    await expect(rows(db, 'SELECT * FROM w')).rejects.toThrow('View w: View v: Unknown table t');
    await expect(rows(db, 'SELECT 1 AS one, * FROM w')).rejects.toMatchObject({
      position: { line: 1, column: 25 },
    });
    expect(await rows(db, 'SELECT table_name FROM information_schema.views ORDER BY 1')).toEqual([
      ['v'],
      ['w'],
    ]);
  });

  it('are read again when they or their tables change', async () => {
    await using db = await world();
    await db.execute('CREATE VIEW v AS SELECT count(*) AS n FROM t');
    expect(await rows(db, 'SELECT n FROM v')).toEqual([[100]]);
    await db.execute('INSERT INTO t (a) VALUES (1000)');
    expect(await rows(db, 'SELECT n FROM v')).toEqual([[101]]);
    await db.execute('CREATE OR REPLACE VIEW v AS SELECT max(a) AS n FROM t');
    expect(await rows(db, 'SELECT n FROM v')).toEqual([[1000]]);
  });

  it('are no tables to those who count rows or bring them', async () => {
    await using db = await world();
    await db.execute('CREATE VIEW v AS SELECT a FROM t');
    expect(db.tables().map(({ name }) => name)).toEqual(['t']);
    expect((await db.describeTables()).map(({ name }) => name)).toEqual(['t']);
    await expect(db.insert('v', [{ a: 1 }])).rejects.toMatchObject({ errorName: 'NOT_IMPLEMENTED' });
    await expect(
      db.execute('INSERT INTO v FORMAT JSONEachRow {"a":1}', { dialect: 'clickhouse' }),
    ).rejects.toThrow('INSERT of the view v');
    const kinds = 'SELECT table_name, table_type FROM information_schema.tables ORDER BY 1';
    expect(await rows(db, kinds)).toEqual([
      ['t', 'BASE TABLE'],
      ['v', 'VIEW'],
    ]);
    const parts = "SELECT count() FROM system.parts WHERE table = 'v'";
    expect(await rows(db, parts, 'clickhouse')).toEqual([[0]]);
  });

  const SHOWN: readonly (readonly [Dialect, string])[] = [
    ['standard', 'CREATE VIEW v AS SELECT a, s FROM t WHERE a > 90'],
    ['standard', 'CREATE VIEW v("x ""y") AS SELECT a, s FROM t WHERE a > 90'],
    ['druid', "CREATE VIEW v AS SELECT a, U&'\\0041' AS s FROM t WHERE a > 90"],
    [
      'clickhouse',
      "CREATE VIEW v (a UInt64, s String COMMENT 'it') COMMENT 'is' AS SELECT s, a FROM t WHERE a > 90",
    ],
    ['clickhouse', 'CREATE VIEW v (x, y) AS SELECT a, s FROM t WHERE a > 90'],
    ['clickhouse', 'CREATE VIEW v AS SELECT a, s FROM t WHERE a > {n:UInt8}'],
  ];
  it.each(SHOWN)('show the statement that makes them: %s, %s', async (dialect, sql) => {
    await using db = await world();
    const picture = async (): Promise<unknown> => {
      const [[shown]] = await rows(db, 'SHOW CREATE VIEW v', dialect);
      const from = sql.includes('{n') ? 'v(n = 90)' : 'v';
      return [
        shown,
        await rows(db, `SELECT * FROM ${from} ORDER BY 1`, dialect),
        await rows(db, 'DESCRIBE v'),
      ];
    };
    await db.execute(sql, { dialect });
    const before = await picture();
    const [text] = before as [string];
    await db.execute('DROP VIEW v');
    await db.execute(text, { dialect });
    expect(await picture()).toEqual(before);
  });

  it('come back with the folder, parameters and all', async () => {
    const fs = new MemoryFileSystem();
    const first = await openOn(fs, '/v');
    await first.execute('CREATE VIEW p AS SELECT number FROM numbers(10) WHERE number > {m:UInt8}', {
      dialect: 'clickhouse',
    });
    await first.close();
    const again = await openOn(fs, '/v');
    expect(await rows(again, 'SELECT sum(number) FROM p(m = 7)', 'clickhouse')).toEqual([[17]]);
    await again.close();
  });

  it('end in an error where they are deep themselves', async () => {
    await using db = await world();
    await db.execute('CREATE VIEW v0 AS SELECT 1 AS a');
    const all = (async () => {
      for (let i = 1; i < 64; i++)
        await db.execute(
          `CREATE VIEW v${i} AS SELECT ${'('.repeat(350)}a${'+0)'.repeat(350)} AS a FROM v${i - 1}`,
        );
      await db.execute('CREATE MACRO f(x) AS x');
      await db.execute(`CREATE MACRO g(x) AS ${'('.repeat(90)}f(x)${'+1)'.repeat(90)}`);
      await db.execute(`CREATE OR REPLACE MACRO f(x) AS ${'('.repeat(90)}g(x)${'+1)'.repeat(90)}`);
      await db.execute('SELECT f(1)');
    })();
    await expect(all).rejects.toMatchObject({ errorName: 'TOO_DEEP' });
  });

  it('do not go deeper than 64', async () => {
    await using db = await world();
    await db.execute('CREATE VIEW v0 AS SELECT 1 AS one');
    for (let i = 1; i < 64; i++) await db.execute(`CREATE VIEW v${i} AS SELECT one FROM v${i - 1}`);
    expect(await rows(db, 'SELECT * FROM v63')).toEqual([[1]]);
    await db.execute('CREATE VIEW v64 AS SELECT one FROM v63');
    await expect(rows(db, 'SELECT * FROM v64')).rejects.toMatchObject({ errorName: 'TOO_DEEP' });
  });

  it('go along when their schema gets another name, and go on feeding its tables', async () => {
    await using db = await open();
    const run = (sql: string, schema = 'one') => db.execute(sql, { dialect: 'clickhouse', schema });
    await run('CREATE DATABASE one', 'default');
    await run('CREATE TABLE t (a Int32) ENGINE = MergeTree ORDER BY a');
    await run('CREATE TABLE u (a Int32) ENGINE = MergeTree ORDER BY a');
    await run('CREATE VIEW v AS SELECT a * 2 AS b FROM u');
    await run('CREATE MATERIALIZED VIEW to_u TO u AS SELECT a + 1 AS a FROM t');
    await run('CREATE MATERIALIZED VIEW own ENGINE = MergeTree ORDER BY a AS SELECT a FROM t');
    await run('RENAME DATABASE one TO two', 'default');
    const text = async (name: string) =>
      (await rows(db, `SHOW CREATE TABLE two.${name}`, 'clickhouse'))[0][0];
    expect(await text('t')).toMatch(/^CREATE TABLE two\.t\n/);
    expect(await text('v')).toMatch(/^CREATE VIEW two\.v\b/);
    expect(await text('to_u')).toMatch(/^CREATE MATERIALIZED VIEW two\.to_u TO two\.u\b/);
    await run('INSERT INTO two.t VALUES (5), (6)', 'default');
    expect(await rows(db, 'SELECT * FROM two.u ORDER BY a')).toEqual([[6], [7]]);
    expect(await rows(db, 'SELECT * FROM two.v ORDER BY b')).toEqual([[12], [14]]);
    expect(await rows(db, 'SELECT * FROM two.own ORDER BY a')).toEqual([[5], [6]]);
    await run('TRUNCATE DATABASE two', 'default');
    expect(await rows(db, 'SHOW TABLES FROM two', 'clickhouse')).toEqual([]);
  });

  it('that are materialized are fed by ingestion specs and by REPLACE, all or nothing', async () => {
    await using db = await open();
    const spec = (data: string, append = true) => ({
      type: 'index_parallel',
      spec: {
        dataSchema: {
          dataSource: 'events',
          timestampSpec: { column: 't', format: 'iso' },
          dimensionsSpec: { dimensions: ['page', 'kinds', { type: 'long', name: 'n' }] },
          granularitySpec: { segmentGranularity: 'day', queryGranularity: 'none', rollup: false },
        },
        ioConfig: {
          type: 'index_parallel',
          inputSource: { type: 'inline', data },
          inputFormat: { type: 'json' },
          appendToExisting: append,
        },
      },
    });
    const row = (page: string, n: number, kinds: unknown = 'k') =>
      JSON.stringify({ t: '2024-01-01T00:00:00Z', page, n, kinds });
    const run = (sql: string) => db.execute(sql, { dialect: 'clickhouse' });
    await db.ingest(spec(row('old', 1)));
    await run('CREATE TABLE pages (page String, n Int64) ENGINE = SummingMergeTree ORDER BY page');
    await run(
      "CREATE MATERIALIZED VIEW v TO pages AS SELECT ifNull(page, '') AS page, ifNull(intDiv(12, n), 0) AS n FROM events",
    );
    await db.ingest(spec([row('a', 3), row('b', 4), row('a', 6)].join('\n')));
    const pages = () => rows(db, 'SELECT page, sum(n) FROM pages GROUP BY page ORDER BY page', 'clickhouse');
    expect(await pages()).toEqual([
      ['a', 6],
      ['b', 3],
    ]);
    await expect(db.ingest(spec(row('c', 0)))).rejects.toThrow(/While pushing to view v/);
    expect(await rows(db, "SELECT count() FROM events WHERE page = 'c'", 'clickhouse')).toEqual([[0]]);
    await db.execute(
      "REPLACE INTO events OVERWRITE ALL SELECT TIME_PARSE('2024-01-01') AS __time, 'z' AS page, 'k' AS kinds, CAST(2 AS BIGINT) AS n FROM (VALUES (1)) AS v(x) PARTITIONED BY DAY",
      { dialect: 'druid' },
    );
    expect(await pages()).toEqual([
      ['a', 6],
      ['b', 3],
      ['z', 6],
    ]);
    // A view takes a dimension for texts until the table says otherwise.
    await expect(db.ingest(spec(row('d', 1, ['k', 'l'])))).rejects.toMatchObject({
      errorName: 'INCOMPATIBLE_COLUMNS',
    });
    await db.ingest(spec(row('d', 1, ['k', 'l'])));
    expect(await rows(db, "SELECT sum(n) FROM pages WHERE page = 'd'", 'clickhouse')).toEqual([[12]]);
  });
});
