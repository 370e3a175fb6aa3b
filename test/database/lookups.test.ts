import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BasaltError, type Database, open } from '../../database/index.ts';

const druid = async (db: Database, sql: string): Promise<unknown[][]> =>
  (await db.execute(sql, { dialect: 'druid' })).rows as unknown[][];

const failure = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    const { errorName, message } = BasaltError.from(error);
    return `${errorName}: ${message}`;
  }
};

const spec = (version: string, map: unknown, type = 'map') => ({
  version,
  lookupExtractorFactory: { type, map },
});

/** What Druid's MapLookupExtractor and RegisteredLookupExtractionFn (35.0.1) give of these. */
const CODES = { DE: 'Germany', FR: 'France', '1': 'one', n: null, '': 'nothing' };

async function filled(path?: string): Promise<Database> {
  const db = await open(path === undefined ? {} : { path });
  await db.lookups.set({ __default: { codes: spec('v1', CODES) }, other: { far: spec('1', { a: 'b' }) } });
  return db;
}

describe('LOOKUP', () => {
  it('gives the value of a key, NULL or another text where there is none', async () => {
    await using db = await filled();
    const rows = await druid(
      db,
      `SELECT LOOKUP(x, 'codes'), LOOKUP(x, 'codes', '?'), LOOKUP(x, 'codes', NULL)
       FROM (VALUES ('DE'), ('xx'), ('n'), (''), (NULL)) AS t(x)`,
    );
    expect(rows).toEqual([
      ['Germany', 'Germany', 'Germany'],
      [null, '?', null],
      [null, '?', null],
      ['nothing', 'nothing', 'nothing'],
      [null, '?', null],
    ]);
    expect(await druid(db, "SELECT LOOKUP(1, 'codes'), LOOKUP(CAST(NULL AS BIGINT), 'codes', '-')")).toEqual([
      ['one', '-'],
    ]);
  });

  it('groups, filters and joins over a table of many rows', async () => {
    await using db = await filled();
    await db.query(
      "CREATE TABLE t AS SELECT CASE WHEN range % 3 = 0 THEN 'DE' WHEN range % 3 = 1 THEN 'FR' ELSE 'x' || range END AS x FROM range(30000)",
    );
    expect(
      await druid(db, "SELECT LOOKUP(x, 'codes', '-') AS c, COUNT(*) FROM t GROUP BY 1 ORDER BY 1"),
    ).toEqual([
      ['-', 10000],
      ['France', 10000],
      ['Germany', 10000],
    ]);
    expect(await druid(db, "SELECT COUNT(*) FROM t WHERE LOOKUP(x, 'codes') = 'France'")).toEqual([[10000]]);
    expect(
      await druid(
        db,
        'SELECT c.v, COUNT(*) FROM t JOIN lookup.codes AS c ON t.x = c.k GROUP BY 1 ORDER BY 1',
      ),
    ).toEqual([
      ['France', 10000],
      ['Germany', 10000],
    ]);
  });

  it('knows the lookups of this moment, in statements that were prepared and in views', async () => {
    await using db = await filled();
    const prepared = await db.prepare("SELECT LOOKUP('DE', 'codes') AS c", { dialect: 'druid' });
    expect(await prepared.query()).toEqual([{ c: 'Germany' }]);
    await db.lookups.set({ __default: { codes: spec('v2', { DE: 'Deutschland' }) } });
    expect(await prepared.query()).toEqual([{ c: 'Deutschland' }]);
    expect(await druid(db, 'SELECT * FROM lookup.codes')).toEqual([['DE', 'Deutschland']]);
    await db.lookups.drop('__default', 'codes');
    expect(await failure(prepared.query())).toMatch(/^BAD_ARGUMENTS: Lookup \[codes\] not found/);
  });

  it('refuses what it does not know', async () => {
    await using db = await filled();
    expect(await failure(druid(db, "SELECT LOOKUP('a', 'far')"))).toMatch(
      /^BAD_ARGUMENTS: Lookup \[far\] not found/,
    );
    expect(await failure(druid(db, 'SELECT * FROM lookup.far'))).toMatch(
      /^UNKNOWN_TABLE: There is no lookup far/,
    );
    expect(await failure(druid(db, "SELECT LOOKUP('a', x) FROM (VALUES ('codes')) AS t(x)"))).toMatch(
      /^ILLEGAL_TYPE_OF_ARGUMENT/,
    );
    expect(await failure(db.query("SELECT LOOKUP('DE', 'codes')"))).toMatch(/^UNKNOWN_FUNCTION/);
  });
});

describe('lookups', () => {
  it('are tables of INFORMATION_SCHEMA at Druid', async () => {
    await using db = await filled();
    const of = (table: string) =>
      druid(db, `SELECT * FROM INFORMATION_SCHEMA.${table} WHERE TABLE_SCHEMA = 'lookup'`);
    expect(await of('TABLES')).toEqual([['druid', 'lookup', 'codes', 'TABLE', 'YES', 'YES']]);
    expect(await of('COLUMNS')).toEqual([
      ['druid', 'lookup', 'codes', 'k', 1, null, 'NO', 'VARCHAR', 12],
      ['druid', 'lookup', 'codes', 'v', 2, null, 'YES', 'VARCHAR', 12],
    ]);
    expect(await druid(db, 'SELECT SCHEMA_NAME FROM INFORMATION_SCHEMA.SCHEMATA')).toContainEqual(['lookup']);
    expect(await druid(db, 'SELECT lookup.codes.v FROM lookup.codes ORDER BY lookup.codes.k')).toHaveLength(
      5,
    );
  });

  it('are there after a restart, whatever their keys are', async () => {
    const path = mkdtempSync(join(tmpdir(), 'basalt-lookups-'));
    const odd = { $i: 'no number', $f: 'NaN', ['__proto__']: 'p', 'a/b%': 'ü€', constructor: 'c' };
    try {
      const first = await filled(path);
      await first.lookups.set({ __default: { 'odd/%name': spec('1', odd) } });
      const before = first.lookups.all();
      await first.close();
      await using again = await open({ path });
      expect(again.lookups.all()).toEqual(before);
      expect(
        Object.entries(again.lookups.all()['__default']['odd/%name'].lookupExtractorFactory.map),
      ).toEqual(Object.entries(odd));
      expect(
        await druid(again, `SELECT LOOKUP('constructor', 'odd/%name'), LOOKUP('toString', 'codes')`),
      ).toEqual([['c', null]]);
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  it('of all that are set at once, or none; others stay', async () => {
    await using db = await filled();
    await db.lookups.set({});
    const mixed = { __default: { more: spec('1', {}), codes: spec('v1', {}) } };
    expect(await failure(db.lookups.set(mixed))).toMatch(
      /^BAD_ARGUMENTS: The lookup __default\/codes has the version v1/,
    );
    expect(Object.keys(db.lookups.all()['__default'])).toEqual(['codes']);
    await db.lookups.set({ __default: { more: spec('1', { a: 1, b: true }) } });
    expect(await druid(db, 'SELECT * FROM lookup.more ORDER BY k')).toEqual([
      ['a', '1'],
      ['b', 'true'],
    ]);
    // Two at once: one of them is not newer any more.
    const same = await Promise.allSettled(
      [1, 2].map(() => db.lookups.set({ __default: { more: spec('2', {}) } })),
    );
    expect(same.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await db.lookups.drop('__default', 'none')).toBe(false);
    expect(await db.lookups.drop('other', null)).toBe(true);
    expect(Object.keys(db.lookups.all())).toEqual(['__default']);
  });

  it.each([
    [{ __default: { c: spec('1', {}, 'cachedNamespace') } }, /^NOT_IMPLEMENTED: .*cachedNamespace/],
    [{ __default: { c: spec('1', null) } }, /^INVALID_SPEC: __default\.c\.lookupExtractorFactory\.map/],
    [
      { __default: { c: spec('1', { a: [] }) } },
      /^INVALID_SPEC: __default\.c\.lookupExtractorFactory\.map\.a/,
    ],
    [{ __default: { c: { lookupExtractorFactory: {} } } }, /^INVALID_SPEC: __default\.c\.version/],
    [{ __default: { c: { version: '1' } } }, /^INVALID_SPEC: __default\.c\.lookupExtractorFactory/],
    [{ __default: { '': spec('1', {}) } }, /^INVALID_SPEC/],
    [{ __default: [] }, /^INVALID_SPEC: __default/],
    [null, /^INVALID_SPEC: lookups/],
  ])('%j is refused', async (given, error) => {
    await using db = await open();
    expect(await failure(db.lookups.set(given))).toMatch(error);
    expect(db.lookups.all()).toEqual({});
  });
});
