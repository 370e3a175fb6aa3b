import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, inspectFile, open } from '../../database/index.ts';

/** What CODEC(...) does to the bytes of segments, and that it stays with its column. */

const clickhouse = { dialect: 'clickhouse' } as const;
let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basalt-codec-'));
  db = await open({ path: folder });
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

/** Rows of texts and floats that every compressor makes smaller; inserted into both halves, merged into one segment. */
async function fill(table: string, columns: readonly string[]): Promise<void> {
  for (const half of [0, 1]) {
    const key = `number * 2 + ${half}`;
    const text = `concat('stone ', toString((${key}) * 7919), ' basalt ', toString(number % 977))`;
    const values = [key, ...columns.map(() => text)];
    await db.query(`INSERT INTO ${table} SELECT ${values.join(', ')} FROM numbers(50000)`, clickhouse);
  }
  await merge(table);
}

const merge = (table: string): Promise<unknown> => db.query(`OPTIMIZE TABLE ${table} FINAL`, clickhouse);

/** How each column of the table's one segment is stored, `text, symbols, zstd`, by column. */
function encodings(table: string): Record<string, string> {
  const files = readdirSync(join(folder, 'segment')).map((name) =>
    inspectFile(join(folder, 'segment', name)),
  );
  const found = files.filter((file) => file.table === table);
  const last = found.reduce((a, b) => (a.segmentId > b.segmentId ? a : b));
  return Object.fromEntries(last.columns.map(({ name, encodings: all }) => [name, all[0][0]]));
}

const checksum = async (table: string): Promise<unknown> =>
  (
    await db.query(
      `SELECT count() AS n, sum(k) AS total, sum(length(a)) AS l, min(a) AS low, max(a) AS high FROM ${table} WHERE k >= 0`,
      clickhouse,
    )
  )[0];

const createText = async (table: string): Promise<string> =>
  String(Object.values((await db.query(`SHOW CREATE TABLE ${table}`, clickhouse))[0])[0]);

describe('the codec of a column', () => {
  it('says what its texts go through', async () => {
    await db.query(
      `CREATE TABLE t (k Int64, a String CODEC(NONE), b String CODEC(LZ4), c String CODEC(ZSTD(6)), d String CODEC(Default), e String)
       ENGINE = MergeTree ORDER BY k`,
      clickhouse,
    );
    await fill('t', ['a', 'b', 'c', 'd', 'e']);
    const { a, b, c, d, e } = encodings('t');
    expect(a).toBe('text');
    expect(b).toMatch(/symbols|lz4/);
    expect(c).toMatch(/zstd/);
    expect([b, b]).toEqual([d, e]);
  });

  it('is the table’s where it has none', async () => {
    await db.query(
      `CREATE TABLE t (k Int64, a String, b String CODEC(LZ4), c String CODEC(Default))
       ENGINE = MergeTree ORDER BY k SETTINGS default_compression_codec = 'ZSTD(3)'`,
      clickhouse,
    );
    expect(await createText('t')).toContain("SETTINGS default_compression_codec = 'ZSTD(3)'");
    await fill('t', ['a', 'b', 'c']);
    const { a, b, c } = encodings('t');
    expect([a, c]).toEqual([expect.stringMatching(/zstd/), expect.stringMatching(/zstd/)]);
    expect(b).not.toMatch(/zstd/);
    await db.query('CREATE TABLE l AS t', clickhouse);
    await fill('l', ['a', 'b', 'c']);
    expect(encodings('l')).toEqual(encodings('t'));
  });

  it('is the next merge’s once it was changed, and outlives a restart', async () => {
    await db.query(
      'CREATE TABLE t (k Int64, a String CODEC(ZSTD(3))) ENGINE = MergeTree ORDER BY k',
      clickhouse,
    );
    await fill('t', ['a']);
    const before = await checksum('t');
    const text = encodings('t');
    expect(text['a']).toMatch(/zstd/);
    await db.query('ALTER TABLE t MODIFY COLUMN a CODEC(NONE)', clickhouse);
    // Segments that are there keep what they have.
    expect(encodings('t')).toEqual(text);
    await db.close();
    db = await open({ path: folder });
    expect(await createText('t')).toContain('a String CODEC(NONE)');
    await db.query(`INSERT INTO t SELECT -1 - number, toString(number) FROM numbers(10)`, clickhouse);
    await merge('t');
    expect(encodings('t')['a']).toBe('text');
    expect(await checksum('t')).toEqual(before);
    await db.query('ALTER TABLE t MODIFY COLUMN a REMOVE CODEC', clickhouse);
    expect(await createText('t')).not.toContain('CODEC');
  });

  it('goes with its table and its column', async () => {
    await db.query(
      "CREATE TABLE t (k Int64, a String CODEC(Delta(2), ZSTD(3)), n Int32 CODEC(T64('bit'))) ENGINE = MergeTree ORDER BY k",
      clickhouse,
    );
    await db.query('CREATE TABLE o (k Int64, a String, n Int32) ENGINE = MergeTree ORDER BY k', clickhouse);
    await db.query('ALTER TABLE t RENAME COLUMN a TO b', clickhouse);
    await db.query('ALTER TABLE t MODIFY COLUMN n Nullable(String)', clickhouse);
    await db.query('EXCHANGE TABLES t AND o', clickhouse);
    const text = await createText('o');
    expect(text).toContain('b String CODEC(Delta(2), ZSTD(3))');
    expect(text).toContain("n Nullable(String) CODEC(T64('bit'))");
    expect(await createText('t')).not.toContain('CODEC');
  });

  it('is what an indexSpec said when a task made it', async () => {
    const ingest = (columns: readonly string[], dimensionCompression: string): Promise<unknown> =>
      db.ingest({
        type: 'index_parallel',
        spec: {
          dataSchema: {
            dataSource: 'events',
            timestampSpec: { column: 'ts', format: 'millis' },
            dimensionsSpec: { dimensions: [...columns, { type: 'long', name: 'size' }] },
            granularitySpec: { rollup: false },
          },
          ioConfig: {
            inputSource: { type: 'inline', data: JSON.stringify({ ts: 1, page: '/', user: 'x', size: 2 }) },
            inputFormat: { type: 'json' },
            appendToExisting: true,
          },
          tuningConfig: {
            type: 'index_parallel',
            indexSpec: { dimensionCompression, metricCompression: 'none' },
          },
        },
      });
    await ingest(['page'], 'zstd');
    await ingest(['page', 'user'], 'lz4');
    const codecs = await db.query(
      "SELECT name, compression_codec AS codec FROM system.columns WHERE table = 'events' ORDER BY name",
      clickhouse,
    );
    expect(Object.fromEntries(codecs.map(({ name, codec }) => [name, codec]))).toEqual({
      __time: 'CODEC(NONE)',
      page: 'CODEC(ZSTD(3))',
      size: 'CODEC(NONE)',
      user: 'CODEC(LZ4)',
    });
  });

  it('is read again as it is shown', async () => {
    await db.query(
      `CREATE TABLE t (k Int64 CODEC(DoubleDelta, LZ4HC(4)), f Float32 CODEC(Gorilla, ZSTD(2)), g Float64 CODEC(FPC(5)), a String CODEC(NONE))
       ENGINE = MergeTree ORDER BY (k) SETTINGS default_compression_codec = 'LZ4HC(9)'`,
      clickhouse,
    );
    const text = await createText('t');
    await db.query('DROP TABLE t', clickhouse);
    await db.query(text, clickhouse);
    expect(await createText('t')).toBe(text);
  });
});
