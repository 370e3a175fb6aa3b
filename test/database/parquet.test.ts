import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColumnSource } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, open, type RandomAccess } from '../../database/index.ts';
import { realServer } from '../clients/real-server.ts';
import { type WriteOptions, writeParquet } from '../format/parquet-file.ts';

/** Parquet files through the library and the ClickHouse door. */
const FILE: ColumnSource[] = [
  { name: 'id', data: [1, 2, 3], type: 'INT32' },
  { name: 'name', data: ['a', null, 'c'] },
  { name: 'price', data: [1.5, 2.5, null], type: 'DOUBLE' },
  { name: 'more', data: ['not', 'wanted', 'here'] },
];
const ROWS = [
  { id: 1, name: 'a', price: 1.5 },
  { id: 2, name: '', price: 2.5 },
  { id: 3, name: 'c', price: null },
];
const TABLE =
  'CREATE TABLE t (id UInt32, name String, price Nullable(Float64)) ENGINE = MergeTree ORDER BY id';
const INSERT = 'INSERT INTO t FORMAT Parquet';

async function* inPieces(file: Blob, bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += bytes)
    yield new Uint8Array(await file.slice(at, at + bytes).arrayBuffer());
}

describe('INSERT ... FORMAT Parquet', () => {
  let db: Database;
  beforeEach(async () => {
    db = await open();
    await db.query(TABLE, { dialect: 'clickhouse' });
  });
  afterEach(() => db.close());

  const insert = (data: RandomAccess | AsyncIterable<Uint8Array>, sql = INSERT, settings = {}) =>
    db.execute(sql, { dialect: 'clickhouse', data, settings });
  const rows = () => db.query('SELECT * FROM t ORDER BY id');

  it('reads a Blob, and leaves alone what the table does not have', async () => {
    const { statistics } = await insert(writeParquet(FILE));
    expect(statistics.rowsWritten).toBe(3);
    expect(await rows()).toEqual(ROWS);
  });

  it('reads whatever has a size and slices, and no more of it than it needs', async () => {
    const whole = writeParquet(FILE);
    const read: [number, number][] = [];
    const slice = (from: number, to: number) => {
      read.push([from, to]);
      return whole.slice(from, to);
    };
    await insert({ size: whole.size, slice } as RandomAccess);
    expect(await rows()).toEqual(ROWS);
    expect(read.every(([from, to]) => from >= 0 && from <= to && to <= whole.size)).toBe(true);
    const csv = new Blob(['9,nine\n']);
    await insert(
      { size: csv.size, slice: (from, to) => csv.slice(from, to) } as RandomAccess,
      'INSERT INTO t (id, name) FORMAT CSV',
    );
    expect((await rows()).at(-1)).toMatchObject({ id: 9, name: 'nine' });
  });

  it('reads an open file of any format, and leaves it open', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'basalt-open-'));
    const path = join(folder, 'rows');
    try {
      for (const [format, contents] of [
        ['Parquet', Buffer.from(await writeParquet(FILE).arrayBuffer())],
        ['CSVWithNames', Buffer.from('id,name\n9,nine\n10,ten')],
        ['JSONEachRow', Buffer.from('[{"id":11,"name":"eleven"},\n {"id":12}]')],
      ] as const) {
        writeFileSync(path, contents);
        const file = await openFile(path);
        await db.execute(`INSERT INTO t FORMAT ${format}`, { dialect: 'clickhouse', data: file });
        expect((await file.stat()).size).toBe(contents.length);
        await file.close();
      }
      expect((await rows()).slice(0, 3)).toEqual(ROWS);
      expect((await rows()).slice(3).map(({ id, name }) => [id, name])).toEqual([
        [9, 'nine'],
        [10, 'ten'],
        [11, 'eleven'],
        [12, ''],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads a file through openAsBlob, on the workers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'basalt-parquet-'));
    try {
      const n = 150_000;
      const numbers = Array.from({ length: n }, (_, i) => i);
      const file = writeParquet(
        [
          { name: 'id', data: numbers, type: 'INT32' },
          { name: 'name', data: numbers.map((i) => `name ${i % 5000}`) },
          { name: 'price', data: numbers.map((i) => (i % 3 === 0 ? null : i / 4)), type: 'DOUBLE' },
        ],
        { rowGroupSize: 40_000 },
      );
      const path = join(folder, 'f.parquet');
      writeFileSync(path, new Uint8Array(await file.arrayBuffer()));
      await insert(await openAsBlob(path));
      const [row] = await db.query(
        `SELECT count(*) AS n, sum(id) AS ids, count(DISTINCT name) AS names, count(price) AS prices, sum(price) AS total,
         sum(CASE WHEN name = concat('name ', CAST(id % 5000 AS VARCHAR)) THEN 1 ELSE 0 END) AS matching FROM t`,
      );
      const prices = numbers.filter((i) => i % 3 !== 0);
      expect(row).toEqual({
        n,
        ids: (n * (n - 1)) / 2,
        names: 5000,
        prices: prices.length,
        total: prices.reduce((sum, i) => sum + i / 4, 0),
        matching: n,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('collects a stream, up to a bound', async () => {
    const file = writeParquet(FILE);
    await insert(inPieces(file, 100));
    expect(await rows()).toEqual(ROWS);
    const large = writeParquet([{ name: 'name', data: Array.from({ length: 500 }, (_, i) => `name ${i}`) }]);
    const bounded = insert(inPieces(large, 100), INSERT, { max_inserted_file_bytes: 1024 });
    await expect(bounded).rejects.toThrow(/larger than 1024 bytes/);
  });

  it('takes the columns of the statement; others get their default, missing ones NULL or nothing', async () => {
    await insert(writeParquet(FILE), 'INSERT INTO t (id) FORMAT Parquet');
    await insert(writeParquet([{ name: 'id', data: [9], type: 'INT32' }]));
    const bare = { name: '', price: null };
    expect(await rows()).toEqual([1, 2, 3, 9].map((id) => ({ id, ...bare })));
    await expect(insert(writeParquet([{ name: 'ID', data: [1] }]))).rejects.toThrow(/none of the columns/);
  });

  it('gives a column that the file lacks its default, and leaves a NULL that is in it', async () => {
    await db.query('ALTER TABLE t ADD COLUMN stock Nullable(Int32) DEFAULT id * 10', {
      dialect: 'clickhouse',
    });
    await insert(writeParquet([{ name: 'id', data: [1], type: 'INT32' }]));
    await insert(
      writeParquet([
        { name: 'id', data: [2, 3], type: 'INT32' },
        { name: 'stock', data: [null, 7], type: 'INT32' },
      ]),
    );
    expect((await rows()).map(({ stock }) => stock)).toEqual([10, null, 7]);
  });

  it('inserts all or nothing, and gives its memory back', async () => {
    await insert(writeParquet(FILE));
    const before = db.status().memoryUsedBytes;
    const options: WriteOptions = { rowGroupSize: 2 };
    const file = writeParquet([{ name: 'id', data: [5, 6, 7, -8], type: 'INT32' }], options);
    await expect(insert(file)).rejects.toThrow(
      /Column id, row group 2, row 2 of it: -8 is not a value of type uint32/,
    );
    expect(await rows()).toEqual(ROWS);
    expect(db.status().memoryUsedBytes).toBe(before);
  });

  it('takes a file without rows', async () => {
    const { statistics } = await insert(writeParquet([{ name: 'id', data: [], type: 'INT32' }]));
    expect(statistics.rowsWritten).toBe(0);
  });

  it('happens once for a token', async () => {
    for (let i = 0; i < 2; i++)
      await insert(writeParquet(FILE), INSERT, { insert_deduplication_token: 'one' });
    expect(await rows()).toEqual(ROWS);
  });

  it('takes what FORMAT Parquet answers', async () => {
    await using server = await realServer();
    const query = "SELECT 7 AS id, 'seven' AS name, 0.5 AS price FORMAT Parquet";
    const response = await fetch(`${server.clickhouse}/?query=${encodeURIComponent(query)}`);
    expect(response.status).toBe(200);
    await insert(new Blob([await response.arrayBuffer()]));
    expect(await rows()).toEqual([{ id: 7, name: 'seven', price: 0.5 }]);
  });
});

describe('other formats', () => {
  it('come out of a Blob too', async () => {
    await using db = await open();
    await db.query('CREATE TABLE t (a INTEGER, b VARCHAR)');
    const data = new Blob(['1,x\n', '2,y\n']);
    await db.execute('INSERT INTO t FORMAT CSV', { data });
    await db.execute('INSERT INTO t FORMAT CSV\n3,z\n', { data });
    expect(await db.query('SELECT count(*) AS n, max(b) AS b FROM t')).toEqual([{ n: 5, b: 'z' }]);
  });
});

describe("ClickHouse's door", () => {
  it('takes a Parquet file as the body', async () => {
    await using server = await realServer();
    await server.db.query(TABLE, { dialect: 'clickhouse' });
    const url = `${server.clickhouse}/?query=${encodeURIComponent(INSERT)}`;
    const send = (body: Blob) => fetch(url, { method: 'POST', body });
    const answer = await send(writeParquet(FILE));
    expect(await answer.text()).toBe('');
    expect(await server.db.query('SELECT * FROM t ORDER BY id')).toEqual(ROWS);
    const refused = await send(new Blob(['PAR1 this is no file of that kind PAR1']));
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/The Parquet file cannot be read/);
  });
});
