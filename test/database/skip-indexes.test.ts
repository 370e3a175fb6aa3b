/** Data-skipping indexes from outside: what a query does not read because of them, and what becomes of them. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, inspectFile, open, type QueryProfile } from '../../database/index.ts';

const BLOCK = 65536;
const PAGE = 8192;
const ROWS = 400_000;
const BLOCKS = Math.ceil(ROWS / BLOCK);
const PAGES = Math.ceil(ROWS / PAGE);
const path = mkdtempSync(join(tmpdir(), 'basalt-skip-'));
let db: Database;

const run = (sql: string) => db.execute(sql, { dialect: 'clickhouse' });
const values = async (sql: string): Promise<unknown[]> => (await run(sql)).rows.map((row) => row[0]);

/** Pages that were read, and those that each index removed. */
async function read(
  sql: string,
): Promise<{ profile: QueryProfile; pages: number; removed: Record<string, number> }> {
  const { profile } = await db.execute(sql, { dialect: 'clickhouse', settings: { log_profile: true } });
  if (profile === null || profile.root === null) throw new TypeError(`${sql} has no profile`);
  const removed: Record<string, number> = {};
  const visit = (node: NonNullable<QueryProfile['root']>): void => {
    for (const step of node.pruning) if (step.removed > 0) removed[step.step] = step.removed;
    node.inputs.forEach(visit);
  };
  visit(profile.root);
  return { profile, pages: Math.ceil(profile.rowsRead / PAGE), removed };
}

beforeAll(async () => {
  db = await open({ path });
  await run(
    'CREATE TABLE t (k Int64, url String, n Int64, INDEX by_url url TYPE bloom_filter(0.001), INDEX by_n n * 2 TYPE set(0) GRANULARITY 8, INDEX tokens url TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 2) ENGINE = MergeTree ORDER BY k',
  );
  // Near-unique texts in no order.
  await run(
    `INSERT INTO t SELECT number, concat('https://host/', toString(number * 2654435761 % 1000000007), '/x'), intDiv(number, 100000) FROM numbers(${ROWS})`,
  );
  await run('OPTIMIZE TABLE t FINAL');
});

afterAll(async () => {
  await db.close();
  rmSync(path, { recursive: true, force: true });
});

const urlOf = (k: number): string => `https://host/${String((BigInt(k) * 2654435761n) % 1000000007n)}/x`;

describe('a text index', () => {
  beforeAll(async () => {
    await run(
      'CREATE TABLE words (k Int64, s String, g String, INDEX i s TYPE text(tokenizer = splitByNonAlpha), INDEX n g TYPE text(tokenizer = ngrams(4))) ENGINE = MergeTree ORDER BY k',
    );
    const text = "concat('word', toString(number), ' of-', toString(number % 5))";
    await run(`INSERT INTO words SELECT number, ${text}, ${text} FROM numbers(${ROWS})`);
    await run('OPTIMIZE TABLE words FINAL');
  });
  afterAll(() => run('DROP TABLE words'));

  it.each([
    ["hasAllTokens(s, 'word123456')", 'i', [123_456]],
    ["hasAnyTokens(s, ['word7', 'word399999', 'nowhere'])", 'i', [7, 399_999]],
    ["hasToken(s, 'word200000')", 'i', [200_000]],
    ["g LIKE '%rd123456 %'", 'n', [123_456]],
  ])('leaves out pages without the tokens: %s', async (condition, index, rows) => {
    const sql = `SELECT k FROM words WHERE ${condition} ORDER BY k`;
    expect(await values(sql)).toEqual(rows);
    const { removed, pages } = await read(sql);
    expect(removed[`skip index ${index}`]).toBeGreaterThan(0);
    expect(pages).toBeLessThan(PAGES / 4);
  });
});

describe('a query', () => {
  it('reads the pages that have the text, and few others', async () => {
    let pages = 0;
    let blocks = 0;
    for (let i = 0; i < 20; i++) {
      const k = (i * 19_997) % ROWS;
      const found = await read(`SELECT k FROM t WHERE url = '${urlOf(k)}'`);
      pages += found.pages;
      blocks += found.profile.blocksRead;
      expect(found.profile.blocksRead + found.profile.blocksPruned).toBe(BLOCKS);
    }
    // One page each, and one in a thousand of the others by chance, twice over.
    expect(pages).toBeGreaterThanOrEqual(20);
    expect(pages).toBeLessThanOrEqual(20 + Math.ceil(20 * PAGES * 0.002) + 2);
    expect(blocks).toBeLessThanOrEqual(20 + Math.ceil(20 * PAGES * 0.002) + 2);
    expect(await values(`SELECT k FROM t WHERE url = '${urlOf(123_456)}'`)).toEqual([123_456]);
  });

  it('reads nothing where no granule can have it', async () => {
    const none = await read('SELECT count() FROM t WHERE n * 2 = 7 OR n * 2 > 100');
    expect(none).toMatchObject({ pages: 0, removed: { 'skip index by_n': PAGES } });
    expect(none.profile).toMatchObject({ rowsRead: 0, bytesRead: 0, blocksRead: 0, blocksPruned: BLOCKS });
  });

  it('uses tokens that are certainly whole', async () => {
    const token = urlOf(77_777).split('/')[3];
    const whole = await read(`SELECT k FROM t WHERE url LIKE '%/${token}/%'`);
    expect(whole.removed['skip index tokens']).toBeGreaterThan(PAGES / 2);
    const cut = await read(`SELECT k FROM t WHERE url LIKE '%${token}%'`);
    expect(cut.removed).toEqual({ filter: ROWS - 1 });
    expect(await values(`SELECT k FROM t WHERE hasToken(url, '${token}')`)).toEqual([77_777]);
  });

  it('must use, and must not use, what settings say', async () => {
    const sql = `SELECT k FROM t WHERE url = '${urlOf(5)}'`;
    expect(await values(`${sql} SETTINGS force_data_skipping_indices = '\`by_url\`, tokens'`)).toEqual([5]);
    await expect(run(`${sql} SETTINGS force_data_skipping_indices = 'by_n'`)).rejects.toMatchObject({
      errorName: 'INDEX_NOT_USED',
    });
    const off = await read(`${sql} SETTINGS use_skip_indexes = 0`);
    expect(off.pages).toBe(PAGES);
    const without = await read(`${sql} SETTINGS ignore_data_skipping_indices = 'by_url'`);
    expect(without.removed).not.toHaveProperty('skip index by_url');
    expect(without.removed['skip index tokens']).toBeGreaterThan(0);
  });

  it('is told of indexes by EXPLAIN ANALYZE', async () => {
    const { rows } = await run(`EXPLAIN ANALYZE SELECT k FROM t WHERE url = '${urlOf(9)}'`);
    expect(rows.map(String).join('\n')).toContain('skip index by_url');
  });
});

describe('an index', () => {
  const of = (k: number): string => `SELECT k FROM t WHERE url = '${urlOf(k)}'`;

  it('has its sizes in system.data_skipping_indices, and in the file', async () => {
    const { rows } = await run(
      "SELECT name, data_compressed_bytes, data_uncompressed_bytes FROM system.data_skipping_indices WHERE table = 't'",
    );
    const [byUrl, byN] = rows;
    // 14.4 bits a value at one in a thousand.
    expect(Number(byUrl[2]) / ROWS).toBeCloseTo(14.4 / 8, 1);
    expect(Number(byUrl[1])).toBeLessThanOrEqual(Number(byUrl[2]));
    expect(Number(byN[1])).toBeGreaterThan(0);
    const [file] = readdirSync(join(path, 'segment')).filter((name) => name.endsWith('.seg'));
    const found = inspectFile(join(path, 'segment', file));
    expect(found.indexes.map(({ name, form, granules }) => [name, form, granules])).toEqual([
      ['by_url', 'filter', PAGES],
      ['by_n', 'values', BLOCKS],
      ['tokens', 'filter', Math.ceil(PAGES / 2)],
    ]);
    expect((await run('CHECK TABLE t')).rows).toEqual([[expect.any(String), 1, '']]);
  });

  it('is there after a restart, and in merges', async () => {
    await db.close();
    db = await open({ path });
    expect((await read(of(1000))).removed['skip index by_url']).toBeGreaterThan(PAGES - 4);
    await run("INSERT INTO t VALUES (-1, 'new', 1)");
    await run('ALTER TABLE t DELETE WHERE k = 7');
    await run('OPTIMIZE TABLE t FINAL');
    expect((await read(of(1000))).removed['skip index by_url']).toBeGreaterThan(PAGES - 4);
    expect(await values("SELECT k FROM t WHERE url = 'new'")).toEqual([-1]);
    expect(await values(of(7))).toEqual([]);
  });

  it('that is new is of segments to come, until it is materialized; one that is cleared is of none', async () => {
    await run('ALTER TABLE t ADD INDEX hosts substring(url, 14, 4) TYPE set(0) GRANULARITY 8');
    const sql = "SELECT k FROM t WHERE substring(url, 14, 4) = 'none'";
    expect((await read(sql)).pages).toBe(PAGES);
    await run('ALTER TABLE t MATERIALIZE INDEX hosts');
    expect(await read(sql)).toMatchObject({ pages: 0, removed: { 'skip index hosts': PAGES } });
    await run('ALTER TABLE t CLEAR INDEX hosts');
    expect((await read(sql)).pages).toBe(PAGES);
    await run('ALTER TABLE t MATERIALIZE INDEX hosts');
    expect((await read(sql)).pages).toBe(0);
    await run('ALTER TABLE t RENAME COLUMN url TO address');
    expect((await read(sql.replace('url', 'address'))).pages).toBe(0);
    await run('ALTER TABLE t RENAME COLUMN address TO url, DROP INDEX hosts');
    expect((await read(sql)).pages).toBe(PAGES);
  });

  it('goes with segments to tables that have the same', async () => {
    await run('CREATE TABLE same AS t');
    await run('ALTER TABLE same DROP INDEX by_url, ADD INDEX again url TYPE bloom_filter(0.001)');
    await run('ALTER TABLE t MOVE PARTITION tuple() TO TABLE same');
    const sql = `${of(1000).replace('FROM t', 'FROM same')} SETTINGS ignore_data_skipping_indices = 'tokens'`;
    expect((await read(sql)).removed['skip index again']).toBeGreaterThan(PAGES - 4);
    await run('ALTER TABLE same DETACH PARTITION tuple()');
    await run('ALTER TABLE same ATTACH PARTITION tuple()');
    expect((await read(sql)).removed['skip index again']).toBeGreaterThan(PAGES - 4);
    await run('ALTER TABLE t REPLACE PARTITION tuple() FROM same');
    expect((await read(of(1000))).removed['skip index by_url']).toBeGreaterThan(PAGES - 4);
    expect(await values(`SELECT count() FROM t`)).toEqual([ROWS]);
    expect(await values(of(1000))).toEqual([1000]);
  });

  it('does not outlive the values it is of', async () => {
    await run('ALTER TABLE same CLEAR COLUMN url');
    expect(await values("SELECT count() FROM same WHERE url = ''")).toEqual([ROWS]);
    expect(await values(of(1000).replace('FROM t', 'FROM same'))).toEqual([]);
    await run('DROP TABLE same');
  });

  it('follows a column to a wider type, or holds it', async () => {
    await run(
      'CREATE TABLE w (a Int32, s String, INDEX i a TYPE bloom_filter, INDEX j lower(s) TYPE minmax) ENGINE = MergeTree ORDER BY tuple()',
    );
    await run('INSERT INTO w SELECT number, toString(number) FROM numbers(10000)');
    await run('OPTIMIZE TABLE w FINAL');
    await run('ALTER TABLE w MODIFY COLUMN a Int64');
    expect(await values("SELECT s FROM w WHERE a = 9999 SETTINGS force_data_skipping_indices = 'i'")).toEqual(
      ['9999'],
    );
    expect((await read('SELECT s FROM w WHERE a = 99999')).pages).toBe(0);
    await expect(run('ALTER TABLE w MODIFY COLUMN a String')).rejects.toMatchObject({
      errorName: 'ALTER_OF_COLUMN_IS_FORBIDDEN',
    });
    await expect(run('ALTER TABLE w MODIFY COLUMN s Nullable(String)')).rejects.toMatchObject({
      errorName: 'ALTER_OF_COLUMN_IS_FORBIDDEN',
    });
    await run('DROP TABLE w');
  });

  it('does not know granules in which it cannot be computed', async () => {
    await run(
      'CREATE TABLE d (a Int32, b Int32, INDEX i intDiv(a, b) TYPE bloom_filter) ENGINE = MergeTree ORDER BY tuple()',
    );
    await run('INSERT INTO d SELECT number, if(number = 5, 0, 1) FROM numbers(20000)');
    await run('OPTIMIZE TABLE d FINAL');
    expect(await values('SELECT a FROM d WHERE b > 0 AND intDiv(a, b) = 7')).toEqual([7]);
    expect((await read('SELECT a FROM d WHERE b > 0 AND intDiv(a, b) = -7')).removed['skip index i']).toBe(2);
    await run('DROP TABLE d');
  });
});
