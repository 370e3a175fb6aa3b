import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

/** COPY: what is in files afterwards, read by others, and that nothing else is; what of files is in tables. */
let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basalt-copy-'));
  db = await open({ files: [folder], exports: [folder] });
  await db.query('CREATE TABLE t (a BIGINT, s VARCHAR, d DATE)');
  await db.query(
    "INSERT INTO t VALUES (1, 'x', DATE '2024-01-01'), (2, 'a/b', DATE '2024-01-02'), (3, NULL, DATE '2024-01-01')",
  );
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

const text = (path: string): string => readFileSync(join(folder, path), 'utf8');
const files = (): string[] =>
  (
    readdirSync(folder, { recursive: true, withFileTypes: true }) as {
      parentPath: string;
      name: string;
      isFile(): boolean;
    }[]
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('COPY ... TO a file', () => {
  it('writes CSV with a line of names, or without', async () => {
    expect(await db.query("COPY t TO 'all.csv'")).toEqual([{ Count: 3 }]);
    expect(text('all.csv')).toBe('a,s,d\n1,x,2024-01-01\n2,a/b,2024-01-02\n3,,2024-01-01\n');
    await db.query(`COPY (SELECT 'a,b' AS "x,y", '' AS e, 'say "no"' AS q, [1, 2] AS l) TO 'quoted.csv'`);
    expect(text('quoted.csv')).toBe('"x,y",e,q,l\n"a,b","","say ""no""","[1,2]"\n');
    await db.query("COPY t (a) TO 'one.csv' (FORMAT csv, HEADER false)");
    expect(text('one.csv')).toBe('1\n2\n3\n');
  });

  it('writes a line of JSON for each row', async () => {
    await db.query(`COPY (SELECT a, s FROM t ORDER BY a DESC) TO '${folder}/x.json'`);
    const lines = text('x.json').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { a: 3, s: null },
      { a: 2, s: 'a/b' },
      { a: 1, s: 'x' },
    ]);
  });

  it.each(['uncompressed', 'snappy', 'zstd', 'gzip'])('writes Parquet, %s', async (codec) => {
    const { statistics } = await db.execute(
      `COPY (SELECT i, [i, NULL] AS v FROM generate_series(1, 200000) AS g(i)) TO 'x.parquet' WITH (COMPRESSION ${codec})`,
    );
    expect(statistics.rowsWritten).toBe(200000);
    const [row] = await db.query("SELECT count(*) AS n, sum(i) AS s, sum(v[1]) AS v FROM 'x.parquet'");
    expect(row).toEqual({ n: 200000, s: 20000100000, v: 20000100000 });
    if (codec === 'uncompressed' || codec === 'snappy') {
      const bytes = readFileSync(join(folder, 'x.parquet'));
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
      expect(await parquetReadObjects({ file, rowStart: 150000, rowEnd: 150001 })).toEqual([
        { i: 150001n, v: [150001n, null] },
      ]);
    }
  });

  it('takes the place of a file only when it is whole', async () => {
    writeFileSync(join(folder, 'x.csv'), 'before');
    await expect(
      db.query("COPY (SELECT 1 / CAST(a - 3 AS INTEGER), CAST(s AS INTEGER) FROM t) TO 'x.csv'"),
    ).rejects.toThrow();
    expect(text('x.csv')).toBe('before');
    expect(files()).toEqual(['x.csv']);
    await db.query("COPY (SELECT 1 AS one) TO 'x.csv'");
    expect(text('x.csv')).toBe('one\n1\n');
    expect(readdirSync(folder)).toEqual(['x.csv']);
  });

  it('has the columns when there are no rows', async () => {
    await db.query("COPY (SELECT * FROM t WHERE a > 10) TO 'none.parquet'");
    expect(await db.query("SELECT count(*) AS n, count(s) AS s FROM 'none.parquet'")).toEqual([
      { n: 0, s: 0 },
    ]);
  });
});

describe('COPY ... TO folders', () => {
  it('has the values of columns in the names of folders, which are columns again', async () => {
    await db.query("COPY t TO 'by' (FORMAT parquet, PARTITION_BY (d, s))");
    expect(files()).toEqual([
      'by/d=2024-01-01/s=__HIVE_DEFAULT_PARTITION__/data_0.parquet',
      'by/d=2024-01-01/s=x/data_0.parquet',
      'by/d=2024-01-02/s=a%2Fb/data_0.parquet',
    ]);
    expect(await db.query("SELECT a, s, d FROM 'by/*/*/*.parquet' ORDER BY a")).toEqual([
      { a: 1, s: 'x', d: '2024-01-01' },
      { a: 2, s: 'a/b', d: '2024-01-02' },
      { a: 3, s: null, d: '2024-01-01' },
    ]);
  });

  it('of many rows has each row once', async () => {
    await db.query(
      "COPY (SELECT i, i % 7 AS k FROM generate_series(1, 100000) AS g(i)) TO 'k' (FORMAT parquet, PARTITION_BY k)",
    );
    expect(files()).toHaveLength(7);
    expect(
      await db.query(
        "SELECT k, count(*) AS n, sum(i % 7 - k) AS off FROM 'k/*/*.parquet' GROUP BY k ORDER BY k LIMIT 2",
      ),
    ).toEqual([
      { k: 0, n: 14285, off: 0 },
      { k: 1, n: 14286, off: 0 },
    ]);
  });

  it('is refused where something is already, and for all columns', async () => {
    mkdirSync(join(folder, 'by'));
    writeFileSync(join(folder, 'by', 'x'), '');
    await expect(db.query("COPY t TO 'by' (FORMAT csv, PARTITION_BY (a))")).rejects.toMatchObject({
      errorName: 'FILE_ALREADY_EXISTS',
    });
    await expect(db.query("COPY t (a) TO 'c' (FORMAT csv, PARTITION_BY (a))")).rejects.toThrow(/All columns/);
    expect(readdirSync(folder)).toEqual(['by']);
  });
});

describe('COPY ... FROM a file', () => {
  const ROWS = [
    { a: 1, s: 'x', d: '2024-01-01' },
    { a: 2, s: null, d: null },
  ];
  const copied = async (statement: string): Promise<unknown> => {
    await db.query('CREATE TABLE u (a BIGINT NOT NULL, s VARCHAR, d DATE)');
    const { statistics } = await db.execute(statement);
    expect(statistics.rowsWritten).toBe(2);
    return db.query('SELECT a, s, CAST(d AS VARCHAR) AS d FROM u ORDER BY a');
  };

  it.each([
    ['x.csv', '1,x,2024-01-01\n2,,\n', ''],
    ['x.csv', 'a,s,d\n1,x,2024-01-01\n2,,\n', '(HEADER)'],
    ['x.csv', 'a,s,d\n1,x,2024-01-01\n2,,\n', ''],
    ['x.txt', '1;x;2024-01-01\n2;;\n', "WITH (FORMAT csv, DELIMITER ';', HEADER false)"],
    ['x.json', '{"d":"2024-01-01","a":1,"s":"x"}\n{"a":2}\n', ''],
  ])('reads %s as the types of the table: %j %s', async (name, content, options) => {
    writeFileSync(join(folder, name), content);
    expect(await copied(`COPY u FROM '${name}' ${options}`)).toEqual(ROWS);
  });

  it('reads the columns that are named, others get their defaults', async () => {
    writeFileSync(join(folder, 'x.csv'), '2024-01-01,1\n2024-01-02,2\n');
    expect(await copied("COPY u (d, a) FROM 'x.csv'")).toEqual([
      { a: 1, s: null, d: '2024-01-01' },
      { a: 2, s: null, d: '2024-01-02' },
    ]);
  });

  it('reads Parquet, its columns in order', async () => {
    await db.query("COPY (SELECT a AS x, s AS y, d AS z FROM t WHERE a < 3) TO 'x.parquet'");
    expect(await copied("COPY u FROM 'x.parquet'")).toEqual([
      { a: 1, s: 'x', d: '2024-01-01' },
      { a: 2, s: 'a/b', d: '2024-01-02' },
    ]);
    await expect(db.query("COPY u (a) FROM 'x.parquet'")).rejects.toThrow(/3 columns for 1/);
  });

  it('inserts nothing of a file with a value that is none of the type', async () => {
    writeFileSync(join(folder, 'x.csv'), '1,x,2024-01-01\n2,y,never\n');
    await expect(db.query("COPY t FROM 'x.csv'")).rejects.toThrow(/never/);
    writeFileSync(join(folder, 'y.csv'), ',x,2024-01-01\n');
    await db.query('CREATE TABLE u (a BIGINT NOT NULL, s VARCHAR, d DATE)');
    await expect(db.query("COPY u FROM 'y.csv'")).rejects.toMatchObject({ errorName: 'CANNOT_INSERT_NULL' });
    expect(await db.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 3 }]);
  });
});

describe('what COPY refuses', () => {
  it.each([
    ["COPY t TO 'x.csv' (FORMAT xml)", 'BAD_ARGUMENTS', /one of: parquet/],
    ["COPY t TO 'x'", 'BAD_ARGUMENTS', /which format/],
    ["COPY t TO 'x.csv' (QUOTE 'x')", 'BAD_ARGUMENTS', /no option QUOTE/],
    ["COPY t TO 'x.csv' (COMPRESSION zstd)", 'BAD_ARGUMENTS', /belongs to the format parquet/],
    ["COPY t TO 'x.csv' (PARTITION_BY (nope))", 'NO_SUCH_COLUMN_IN_TABLE', /no column nope/],
    ["COPY t FROM 'x.csv'", 'FILE_DOESNT_EXIST', /x.csv/],
    ["COPY t FROM 'x'", 'BAD_ARGUMENTS', /which format it has/],
    ["COPY t (a, nope) FROM 'x.csv'", 'NO_SUCH_COLUMN_IN_TABLE', /nope/],
    ["COPY t FROM 'x.csv' (PARTITION_BY (a))", 'BAD_ARGUMENTS', /FROM has no option/],
    ["COPY t FROM 'x.parquet' (DELIMITER ';')", 'BAD_ARGUMENTS', /belong to the format csv/],
    ["COPY t FROM '/etc/x.csv'", 'PATH_ACCESS_DENIED', /not below/],
    ["COPY (SELECT 1) FROM 'x.csv'", 'SYNTAX_ERROR', /takes a table/],
    ["COPY nope TO 'x.csv'", 'UNKNOWN_TABLE', /nope/],
    ["COPY t TO '../x.csv'", 'PATH_ACCESS_DENIED', /not below/],
    ["COPY t TO '/etc/x.csv'", 'PATH_ACCESS_DENIED', /not below/],
    ["COPY t TO 'missing/x.csv'", 'CANNOT_READ', /missing/],
  ])('%s', async (sql, errorName, message) => {
    const error = await db.query(sql).then(
      () => null,
      (e: unknown) => e as { errorName: string; message: string },
    );
    expect(error).toMatchObject({ errorName });
    expect(error?.message).toMatch(message);
    expect(files()).toEqual([]);
  });

  it('a way out by a link', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'basalt-outside-'));
    symlinkSync(outside, join(folder, 'link'));
    await expect(db.query("COPY t TO 'link/x.csv'")).rejects.toMatchObject({
      errorName: 'PATH_ACCESS_DENIED',
    });
    symlinkSync(join(outside, 'target'), join(folder, 'x.csv'));
    await db.query("COPY (SELECT 1 AS a) TO 'x.csv'");
    expect(existsSync(join(outside, 'target'))).toBe(false);
    rmSync(outside, { recursive: true });
  });

  it('whoever may only read, and a database that writes nowhere', async () => {
    await expect(db.query("COPY t TO 'x.csv'", { readonly: true })).rejects.toMatchObject({
      errorName: 'READONLY',
    });
    await using closed = await open({ exports: [] });
    await expect(closed.query("COPY (SELECT 1 AS a) TO 'x.csv'")).rejects.toMatchObject({
      errorName: 'PATH_ACCESS_DENIED',
    });
  });
});
