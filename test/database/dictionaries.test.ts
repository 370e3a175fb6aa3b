import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BasaltError, type Database, open } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

const rows = async (db: Database, sql: string): Promise<unknown[][]> =>
  (await db.execute(sql, { dialect: 'clickhouse', int64: 'string' })).rows as unknown[][];
const run = async (db: Database, ...statements: readonly string[]): Promise<void> => {
  for (const sql of statements) await rows(db, sql);
};
const failure = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    return BasaltError.from(error).errorName;
  }
};

const TABLE = 'CREATE TABLE codes (id UInt64, name String) ENGINE = MergeTree ORDER BY id';
const dictionary = (lifetime: string, source = "CLICKHOUSE(TABLE 'codes')", layout = 'HASHED()'): string =>
  `CREATE DICTIONARY code (id UInt64, name String) PRIMARY KEY id SOURCE(${source}) LAYOUT(${layout}) ${lifetime}`;
const ASK = "SELECT dictGet('code', 'name', 1)";
const STATUS = 'SELECT toString(status), element_count, error_count, last_exception FROM system.dictionaries';

describe('a dictionary', () => {
  it('is loaded at the first use, and not before', async () => {
    await using db = await open();
    await run(db, TABLE, dictionary('LIFETIME(0)'));
    expect(await rows(db, STATUS)).toEqual([['NOT_LOADED', '0', '0', '']]);
    await run(db, "INSERT INTO codes VALUES (1, 'one'), (2, 'two')");
    expect(await rows(db, ASK)).toEqual([['one']]);
    expect(await rows(db, STATUS)).toEqual([['LOADED', '2', '0', '']]);
  });

  it('keeps its rows until its lifetime has passed', async () => {
    const clock = new ManualClock(1_000_000);
    await using db = await openOn(new MemoryFileSystem(), '/d', {}, { clock, timer: clock });
    await run(db, TABLE, dictionary('LIFETIME(MIN 10 MAX 10)'), "INSERT INTO codes VALUES (1, 'one')");
    expect(await rows(db, ASK)).toEqual([['one']]);
    await run(db, 'TRUNCATE TABLE codes', "INSERT INTO codes VALUES (1, 'uno')");
    clock.advance(9_999);
    expect(await rows(db, ASK)).toEqual([['one']]);
    clock.advance(1);
    expect(await rows(db, ASK)).toEqual([['uno']]);
  });

  it('of lifetime 0 is loaded anew only when it is told to', async () => {
    const clock = new ManualClock(1_000_000);
    await using db = await openOn(new MemoryFileSystem(), '/d', {}, { clock, timer: clock });
    await run(db, TABLE, dictionary('LIFETIME(0)'), "INSERT INTO codes VALUES (1, 'one')", ASK);
    await run(db, 'TRUNCATE TABLE codes', "INSERT INTO codes VALUES (1, 'uno')");
    clock.advance(1e9);
    expect(await rows(db, ASK)).toEqual([['one']]);
    await run(db, 'SYSTEM RELOAD DICTIONARIES');
    expect(await rows(db, ASK)).toEqual([['uno']]);
  });

  it('keeps its rows where loading them anew fails, and says why', async () => {
    const clock = new ManualClock(1_000_000);
    await using db = await openOn(new MemoryFileSystem(), '/d', {}, { clock, timer: clock });
    await run(db, TABLE, dictionary('LIFETIME(10)'), "INSERT INTO codes VALUES (1, 'one')", ASK);
    await run(db, 'DROP TABLE codes');
    clock.advance(10_000);
    expect(await rows(db, ASK)).toEqual([['one']]);
    const [[status, count, errors, said]] = await rows(db, STATUS);
    expect([status, count, errors]).toEqual(['LOADED', '1', '1']);
    expect(said).toMatch(/^Code: 60\. DB::Exception: .*codes.*\(UNKNOWN_TABLE\)$/);
    // It is tried again after a while, not at every use.
    await run(db, ASK);
    expect(await rows(db, 'SELECT error_count FROM system.dictionaries')).toEqual([['1']]);
    expect(await failure(rows(db, 'SYSTEM RELOAD DICTIONARY code'))).toBe('UNKNOWN_TABLE');
    await run(db, TABLE, "INSERT INTO codes VALUES (1, 'uno')", 'SYSTEM RELOAD DICTIONARY code');
    expect(await rows(db, ASK)).toEqual([['uno']]);
    expect(await rows(db, STATUS)).toEqual([['LOADED', '1', '2', '']]);
  });

  it('that cannot be loaded is an error, and none once it can', async () => {
    await using db = await open();
    await run(db, dictionary('LIFETIME(0)'));
    expect(await failure(rows(db, ASK))).toBe('UNKNOWN_TABLE');
    expect(await rows(db, 'SELECT toString(status) FROM system.dictionaries')).toEqual([['FAILED']]);
    await run(db, TABLE, "INSERT INTO codes VALUES (1, 'one')");
    expect(await rows(db, ASK)).toEqual([['one']]);
  });

  it('of the layout DIRECT has what its source has', async () => {
    await using db = await open();
    await run(db, TABLE, dictionary('', "CLICKHOUSE(TABLE 'codes')", 'DIRECT()'));
    expect(await rows(db, ASK)).toEqual([['']]);
    await run(db, "INSERT INTO codes VALUES (1, 'one')");
    expect(await rows(db, ASK)).toEqual([['one']]);
    expect(await rows(db, STATUS)).toEqual([['LOADED', '0', '0', '']]);
  });

  it('is there after a restart', async () => {
    const path = mkdtempSync(join(tmpdir(), 'basalt-'));
    try {
      {
        await using db = await open({ path });
        await run(db, TABLE, dictionary('LIFETIME(0)'), "INSERT INTO codes VALUES (1, 'one')");
      }
      await using db = await open({ path });
      expect(await rows(db, ASK)).toEqual([['one']]);
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  it('is a table in every dialect', async () => {
    await using db = await open();
    await run(db, TABLE, dictionary('LIFETIME(0)'), "INSERT INTO codes VALUES (1, 'one'), (2, 'two')");
    for (const dialect of ['standard', 'druid', 'clickhouse'] as const)
      expect(await db.query('SELECT name FROM code WHERE id = 2', { dialect })).toEqual([{ name: 'two' }]);
    expect(
      await db.query('SELECT c.name, d.name AS n FROM codes c JOIN code d ON c.id = d.id ORDER BY 1'),
    ).toHaveLength(2);
  });

  it('of many keys is found by all threads', async () => {
    await using db = await open();
    await run(
      db,
      TABLE,
      'INSERT INTO codes SELECT number * 7, toString(number) FROM numbers(300000)',
      dictionary('LIFETIME(0)'),
    );
    // Each key has its row, keys between have none.
    expect(
      await rows(
        db,
        `SELECT count(), countIf(dictGet('code', 'name', id) = name), countIf(dictHas('code', id + 1)) FROM codes`,
      ),
    ).toEqual([['300000', '300000', '0']]);
    expect(await rows(db, 'SELECT count(), sum(id) FROM code')).toEqual([
      ['300000', String((7 * 299999 * 300000) / 2)],
    ]);
  });

  it('gives its memory back when it is loaded anew, dropped, or its database closed', async () => {
    await using other = await open();
    const used = (): number => other.status().memoryUsedBytes;
    const db = await open();
    await run(db, TABLE, dictionary('LIFETIME(0)'));
    await run(db, 'INSERT INTO codes SELECT number, toString(number) FROM numbers(100000)');
    const load = 'SYSTEM RELOAD DICTIONARY code';
    const before = used();
    await run(db, load);
    const loaded = used();
    const [[bytes]] = await rows(db, 'SELECT bytes_allocated FROM system.dictionaries');
    expect(Number(bytes)).toBeGreaterThan(100_000 * 20);
    expect(loaded - before).toBeGreaterThanOrEqual(Number(bytes));
    await run(db, load, load, load);
    expect(used()).toBeLessThan(loaded + Number(bytes));
    await run(db, 'DROP DICTIONARY code');
    expect(used()).toBeLessThan(loaded - Number(bytes) + 2 ** 20);
    await run(db, dictionary('LIFETIME(0)'), load);
    await db.close();
    expect(used()).toBeLessThanOrEqual(before);
  });

  it('is loaded once, whoever asks at the same time', async () => {
    await using db = await open();
    await run(db, TABLE, dictionary('LIFETIME(0)'));
    await run(db, "INSERT INTO codes SELECT number, 'n' FROM numbers(50000)");
    const answers = await Promise.all(Array.from({ length: 8 }, () => rows(db, ASK)));
    expect(answers).toEqual(Array.from({ length: 8 }, () => [['n']]));
    expect(await rows(db, 'SELECT query_count, error_count FROM system.dictionaries')).toEqual([['8', '0']]);
  });

  it('whose rows take more than a query may hold is not loaded', async () => {
    await using db = await open();
    await run(
      db,
      TABLE,
      'INSERT INTO codes SELECT number, toString(number) FROM numbers(200000)',
      `${dictionary('LIFETIME(0)')} SETTINGS(max_memory_usage = 1000000)`,
    );
    expect(await failure(rows(db, ASK))).toBe('MEMORY_LIMIT_EXCEEDED');
  });

  it('refuses settings that there are none of', async () => {
    await using db = await open();
    expect(await failure(rows(db, `${dictionary('LIFETIME(0)')} SETTINGS(nope = 1)`))).toBe(
      'UNKNOWN_SETTING',
    );
  });
});

describe('a dictionary over a file', () => {
  it('reads below folders that may be read, and nowhere else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'basalt-'));
    try {
      const path = join(folder, 'codes.csv');
      writeFileSync(path, '1,one\n2,two\n');
      const source = `FILE(PATH '${path}' FORMAT 'CSV')`;
      await using db = await open({ files: [folder] });
      await run(db, dictionary('LIFETIME(0)', source));
      expect(await rows(db, ASK)).toEqual([['one']]);
      await using closed = await open({ files: [] });
      await run(closed, dictionary('LIFETIME(0)', source));
      expect(await failure(rows(closed, ASK))).toBe('PATH_ACCESS_DENIED');
      await run(
        closed,
        'DROP DICTIONARY code',
        dictionary('LIFETIME(0)', "HTTP(URL 'http://10.0.0.1/x' FORMAT 'CSV')"),
      );
      expect(await failure(rows(closed, ASK))).toBe('PATH_ACCESS_DENIED');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
