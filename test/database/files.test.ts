import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, type Dialect, open } from '../../database/index.ts';
import { realServer } from '../clients/real-server.ts';

/** Files as tables. What files hold is written down here, what queries give is arithmetic over it. */
let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basalt-files-'));
  db = await open({ files: [folder] });
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

function put(path: string, content: string | Uint8Array): string {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, content);
  return full;
}
const putParquet = (path: string, columnData: ColumnSource[], rowGroupSize?: number[]): string =>
  put(
    path,
    new Uint8Array(
      parquetWriteBuffer({ columnData, ...(rowGroupSize === undefined ? {} : { rowGroupSize }) }),
    ),
  );
const rows = (sql: string, dialect: Dialect = 'standard') => db.query(sql, { dialect });
const values = async (sql: string, dialect: Dialect = 'standard') =>
  (await db.execute(sql, { dialect })).rows;
const failure = (sql: string, dialect: Dialect = 'standard') =>
  rows(sql, dialect).then(
    () => null,
    (error: { errorName: string }) => error.errorName,
  );

const ROWS = 150_000;
const NUMBERS = Array.from({ length: ROWS }, (_, i) => i);
const WIDE: ColumnSource[] = [
  { name: 'id', data: BigInt64Array.from(NUMBERS, BigInt), type: 'INT64', nullable: false },
  { name: 'word', data: NUMBERS.map((i) => `w${i % 10}`), type: 'STRING' },
  { name: 'text', data: NUMBERS.map((i) => (i % 3 === 0 ? null : `text ${i}`)), type: 'STRING' },
  { name: 'half', data: Float64Array.from(NUMBERS, (i) => i / 2), type: 'DOUBLE', nullable: false },
];

describe('a Parquet file', () => {
  it('is a table by its name', async () => {
    putParquet('t.parquet', [
      { name: 'id', data: [1, 2, 3], type: 'INT32' },
      { name: 'name', data: ['a', null, 'c'], type: 'STRING' },
    ]);
    expect(await rows("SELECT * FROM 't.parquet' ORDER BY id DESC")).toEqual([
      { id: 3, name: 'c' },
      { id: 2, name: null },
      { id: 1, name: 'a' },
    ]);
    expect(await rows("SELECT t.name FROM read_parquet('t.parquet') t WHERE t.id = 1")).toEqual([
      { name: 'a' },
    ]);
    expect(await rows("SELECT x FROM 't.parquet' AS f (x, y) WHERE y = 'c'")).toEqual([{ x: 3 }]);
    expect(await rows("SELECT count(*) AS n FROM file('t.parquet')", 'clickhouse')).toEqual([{ n: 3 }]);
    expect(await rows("DESCRIBE (SELECT * FROM 't.parquet')")).toHaveLength(2);
  });

  it.each([[ROWS], [70_000, 80_000], [1000, 66_536, 50_000, 32_464]])(
    'is read block by block, whatever its row groups (%s, ...)',
    async (...groups) => {
      putParquet('wide.parquet', WIDE, groups);
      const from = "FROM 'wide.parquet'";
      expect(await values(`SELECT count(*), sum(id), sum(half), count(text) ${from}`)).toEqual([
        [ROWS, (ROWS * (ROWS - 1)) / 2, (ROWS * (ROWS - 1)) / 4, 100_000],
      ]);
      expect(
        await values(
          `SELECT word, count(*), min(text) ${from} WHERE id >= 75000 GROUP BY word ORDER BY word LIMIT 2`,
        ),
      ).toEqual([
        ['w0', 7500, 'text 100000'],
        ['w1', 7500, 'text 100001'],
      ]);
      expect(await values(`SELECT id, text ${from} ORDER BY half DESC LIMIT 2`)).toEqual([
        [ROWS - 1, `text ${ROWS - 1}`],
        [ROWS - 2, 'text 149998'],
      ]);
      expect(await values(`SELECT count(DISTINCT text) ${from}`)).toEqual([[100_000]]);
      expect(await values(`SELECT count(*) ${from} a JOIN 'wide.parquet' b ON a.id = b.id + 1`)).toEqual([
        [ROWS - 1],
      ]);
    },
  );

  it.each([1, 2])(
    'has other strings in each row group, where others were before (%i threads)',
    async (threads) => {
      const [groups, each, distinct] = [7, 21_000, 300];
      const words = NUMBERS.slice(0, groups * each).map((i) => `g${Math.floor(i / each)}-${i % distinct}`);
      putParquet('words.parquet', [{ name: 'word', data: words, type: 'STRING' }], Array(groups).fill(each));
      const asked = async (columns: string, where = 'true'): Promise<unknown> => {
        const sql = `SELECT ${columns} FROM 'words.parquet' WHERE ${where}`;
        return (await db.execute(sql, { settings: { max_threads: threads } })).rows;
      };
      expect(await asked('count(*)', "word = 'g3-7'")).toEqual([[each / distinct]]);
      expect(await asked('count(*), min(word), max(word)', "upper(word) = 'G3-7'")).toEqual([
        [each / distinct, 'g3-7', 'g3-7'],
      ]);
      expect(await asked('count(*)', "word LIKE '%-17'")).toEqual([[(groups * each) / distinct]]);
      expect(await asked('count(*)', "word >= 'g4' AND word < 'g5'")).toEqual([[each]]);
      expect(await asked('count(DISTINCT word), count(DISTINCT upper(word)), min(word), max(word)')).toEqual([
        [groups * distinct, groups * distinct, 'g0-0', 'g6-99'],
      ]);
      const pairs = await values(
        "SELECT b.word, count(*) AS n FROM 'words.parquet' a JOIN 'words.parquet' b ON a.word = b.word GROUP BY b.word ORDER BY b.word",
      );
      expect(pairs).toEqual([...new Set(words)].sort().map((word) => [word, (each / distinct) ** 2]));
      expect(
        await values(
          "SELECT word, n FROM (SELECT word, row_number() OVER (ORDER BY word) AS n FROM 'words.parquet') WHERE n > 146998 ORDER BY n",
        ),
      ).toEqual([
        ['g6-99', 146_999],
        ['g6-99', 147_000],
      ]);
      const all = (await asked('word')) as string[][];
      expect(all.map(([word]) => word).sort()).toEqual([...words].sort());
    },
  );

  it('of many row groups and columns is read in little memory', async () => {
    const [groups, columns] = [30, 16];
    const data = NUMBERS.slice(0, groups * 1000);
    putParquet(
      'many.parquet',
      Array.from({ length: columns }, (_, c) => ({ name: `c${c}`, data, type: 'INT32' as const })),
      Array(groups).fill(1000),
    );
    const settings = { max_memory_usage: 256 << 20 };
    expect((await db.execute("SELECT * FROM 'many.parquet'", { settings })).rows).toHaveLength(data.length);
    await db.execute("CREATE TABLE many AS SELECT * FROM 'many.parquet'", { settings });
    expect(await values('SELECT sum(c0), sum(c15) FROM many')).toEqual([[449985000, 449985000]]);
  });

  it('answers bounds and counts from its footer, and leaves row groups out by them', async () => {
    putParquet('wide.parquet', WIDE, [50_000]);
    const { rows: answer, statistics } = await db.execute(
      "SELECT min(id), max(id), count(*) FROM 'wide.parquet'",
    );
    expect(answer).toEqual([[0, ROWS - 1, ROWS]]);
    expect(statistics.rowsRead).toBe(0);
    const plan = await values("EXPLAIN ANALYZE SELECT sum(half) FROM 'wide.parquet' WHERE id > 120000");
    expect(plan.flat().join('\n')).toContain('pruned by statistics: 2 of 3 parts');
  });

  it('goes into a table', async () => {
    putParquet('wide.parquet', WIDE, [50_000]);
    await db.query("CREATE TABLE t AS SELECT id, text FROM 'wide.parquet' WHERE id < 10");
    await db.query("INSERT INTO t SELECT id, text FROM 'wide.parquet' WHERE id BETWEEN 10 AND 19");
    expect(await values('SELECT count(*), count(text), max(id) FROM t')).toEqual([[20, 13, 19]]);
  });

  it('that is damaged or no Parquet is an error', async () => {
    put('not.parquet', 'PAR1 nothing of the kind');
    expect(await failure("SELECT * FROM 'not.parquet'")).toBe('CANNOT_PARSE_INPUT');
  });
});

describe('many files', () => {
  const number = (value: number): ColumnSource[] => [{ name: 'v', data: [value], type: 'INT32' }];

  it('are one table by wildcards', async () => {
    putParquet('a/1.parquet', number(1));
    putParquet('a/2.parquet', number(2));
    putParquet('b/c/3.parquet', number(4));
    put('a/notes.txt', 'no table');
    const sum = async (path: string) => (await values(`SELECT sum(v) FROM read_parquet('${path}')`))[0][0];
    expect(await sum('a/*.parquet')).toBe(3);
    expect(await sum('**/*.parquet')).toBe(7);
    expect(await sum('a/{2,3}.parquet')).toBe(2);
    expect(await sum('*/?.parquet')).toBe(3);
    expect(await sum(join(folder, 'b', '**', '*.parquet'))).toBe(4);
    expect((await values("SELECT sum(v) FROM read_parquet(['a/1.parquet', 'b/c/3.parquet'])"))[0][0]).toBe(5);
  });

  it('have the columns of their folders, which prune files before they are opened', async () => {
    putParquet('year=2023/kind=a/x.parquet', number(1));
    putParquet('year=2024/kind=a/x.parquet', number(2));
    putParquet('year=2024/kind=b%20c/x.parquet', number(4));
    put('year=2025/kind=__HIVE_DEFAULT_PARTITION__/x.parquet', 'nobody opens this');
    const from = "FROM read_parquet('**/*.parquet', hive_partitioning = true)";
    expect(await values(`SELECT year, kind, v ${from} WHERE year <= 2024 ORDER BY v`)).toEqual([
      [2023, 'a', 1],
      [2024, 'a', 2],
      [2024, 'b c', 4],
    ]);
    expect(await values(`SELECT sum(v) ${from} WHERE year = 2024 AND kind = 'a'`)).toEqual([[2]]);
    const plan = await values(`EXPLAIN ANALYZE SELECT sum(v) ${from} WHERE year = 2023`);
    expect(plan.flat().join('\n')).toContain('pruned by partition: 3 of 4 partitions');
    expect(
      await failure("SELECT year FROM read_parquet('year=2024/**/*.parquet', hive_partitioning = false)"),
    ).toBe('UNKNOWN_IDENTIFIER');
    expect(await failure(`SELECT sum(v) ${from}`)).toBe('CANNOT_PARSE_INPUT');
  });

  it('must have the columns of the first, or are united by name', async () => {
    putParquet('1.parquet', [...number(1), { name: 'only', data: ['here'], type: 'STRING' }]);
    putParquet('2.parquet', number(2));
    expect(await failure("SELECT * FROM read_parquet('*.parquet')")).toBe('INCORRECT_DATA');
    expect(await values("SELECT v FROM read_parquet('*.parquet') ORDER BY v")).toEqual([[1], [2]]);
    expect(
      await values("SELECT v, only FROM read_parquet('*.parquet', union_by_name = true) ORDER BY v"),
    ).toEqual([
      [1, 'here'],
      [2, null],
    ]);
    putParquet('3.parquet', [{ name: 'v', data: ['text'], type: 'STRING' }]);
    expect(await failure("SELECT v FROM read_parquet('*.parquet', union_by_name = true)")).toBe(
      'INCORRECT_DATA',
    );
  });
});

describe('external tables', () => {
  it('are views over files, with the columns that they name', async () => {
    put('y=1/f.csv', 'a,b\n1,x\n2,y\n');
    put('y=2/f.csv', 'a,b\n3,z\n');
    await db.query(
      "CREATE EXTERNAL TABLE plain OPTIONS (format = 'CSV', uris = ['y=*/f.csv'], skip_leading_rows = 1, hive_partition_uri_prefix = '.')",
    );
    expect(await values('SELECT a, b, y FROM plain ORDER BY a')).toEqual([
      [1, 'x', 1],
      [2, 'y', 1],
      [3, 'z', 2],
    ]);
    await db.query(
      "CREATE OR REPLACE EXTERNAL TABLE plain (n DOUBLE, t VARCHAR) WITH PARTITION COLUMNS (y VARCHAR) OPTIONS (format = 'CSV', uris = ['y=*/f.csv'], skip_leading_rows = 1, description = 'of pages')",
    );
    expect(await rows("SELECT * FROM plain WHERE y = '2'")).toEqual([{ n: 3, t: 'z', y: '2' }]);
    put('lines.jsonl', '{"k":1}\n{"k":2}\n');
    await db.query(
      "CREATE EXTERNAL TABLE lines OPTIONS (format = 'NEWLINE_DELIMITED_JSON', uris = ['lines.jsonl'])",
    );
    expect(await values('SELECT sum(k) FROM lines')).toEqual([[3]]);
    putParquet('p.parquet', [{ name: 'id', data: [1, 2, 3], type: 'INT32' }]);
    await db.query("CREATE EXTERNAL TABLE p OPTIONS (format = 'PARQUET', uris = ['p.parquet'])");
    expect(await values('SELECT count(*), max(id) FROM p')).toEqual([[3, 3]]);
    await db.query('DROP EXTERNAL TABLE p');
    await db.query('DROP EXTERNAL TABLE IF EXISTS p, lines');
    expect(await failure('SELECT * FROM lines')).toBe('UNKNOWN_TABLE');
  });

  it('that are not said right are refused', async () => {
    put('a.csv', 'a\n1\n');
    const of = (options: string): Promise<string | null> =>
      failure(`CREATE EXTERNAL TABLE t OPTIONS (${options})`);
    expect(await of("format = 'CSV'")).toBe('SYNTAX_ERROR');
    expect(await of("uris = ['a.csv']")).toBe('SYNTAX_ERROR');
    expect(await of("format = 'AVRO', uris = ['a.csv']")).toBe('SYNTAX_ERROR');
    expect(await of("format = 'CSV', uris = ['a.csv'], quote = '|'")).toBe('NOT_IMPLEMENTED');
    expect(await of("format = 'CSV', uris = ['a.csv'], skip_leading_rows = 2")).toBe('SYNTAX_ERROR');
    expect(await of("format = 'CSV', uris = ['/etc/passwd']")).toBe('PATH_ACCESS_DENIED');
    expect(
      await failure("CREATE EXTERNAL TABLE t OPTIONS (format = 'CSV', uris = ['a.csv'])", 'clickhouse'),
    ).toBe('NOT_IMPLEMENTED');
  });
});

describe('text files', () => {
  it('are tables of what is found in them', async () => {
    put('t.csv', 'id,name,x\n1,"a, b",0.5\n2,,1.5\n');
    put('t.tsv', 'id\tname\n1\ta\n');
    put('t.json', '{"id": 1, "name": "a"}\n{"id": 2, "more": true}\n');
    put('array.json', '[{"id": 1},\n {"id": 2}]');
    put('bare.csv', '1,a\n2,b\n');
    put('zipped.csv.gz', gzipSync('id\n1\n2\n'));
    expect(await values("SELECT * FROM 't.csv' ORDER BY id")).toEqual([
      [1, 'a, b', 0.5],
      [2, null, 1.5],
    ]);
    expect(await rows("SELECT * FROM 't.tsv'")).toEqual([{ id: 1, name: 'a' }]);
    expect(await rows("SELECT * FROM read_json('t.json') ORDER BY id")).toEqual([
      { id: 1, name: 'a', more: null },
      { id: 2, name: null, more: true },
    ]);
    expect(await values("SELECT sum(id) FROM 'array.json'")).toEqual([[3]]);
    expect(await values("SELECT c1, c2 FROM read_csv('bare.csv') ORDER BY c1")).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(await values("SELECT count(*), sum(id) FROM 'zipped.csv.gz'")).toEqual([[2, 3]]);
    expect(await values("SELECT count(*) FROM 't.csv'")).toEqual([[2]]);
  });

  it('are read as the statement says', async () => {
    put('t.csv', '1;2024-01-02 03:04:05;x\n2;2024-01-02 03:04:06;y\n');
    expect(
      await values("SELECT c3 FROM read_csv('t.csv', delim = ';', header = false) WHERE c1 = 2"),
    ).toEqual([['y']]);
    put('u.csv', '1,2024-01-02 03:04:05,x\n');
    const typed = "SELECT toHour(at), name FROM file('u.csv', 'CSV', 'id UInt32, at DateTime, name String')";
    expect(await values(typed, 'clickhouse')).toEqual([[3, 'x']]);
  });

  it('with a row that does not fit are an error that says where', async () => {
    put('t.json', '{"id": 1}\n{"id": "x"}\n');
    put('t.csv', `id\n${'1\n'.repeat(600_000)}x\n`);
    expect(await values("SELECT id FROM 't.json' ORDER BY id")).toEqual([['1'], ['x']]);
    const failed = rows("SELECT count(*) FROM 't.csv'");
    await expect(failed).rejects.toThrow(/t\.csv: .*line 600002: x/);
  });

  it('have the columns of their folders, too, and are united by name', async () => {
    put('day=1/t.csv', 'a,b\n1,2\n');
    put('day=2/t.csv', 'b,a,c\n3,4,5\n');
    const from = "FROM read_csv('day=*/t.csv', union_by_name = true)";
    expect(await values(`SELECT day, a, b, c ${from} ORDER BY day`)).toEqual([
      [1, 1, 2, null],
      [2, 4, 3, 5],
    ]);
    expect(await values(`SELECT a ${from} WHERE day = 2`)).toEqual([[4]]);
    expect(await values("SELECT a, b FROM 'day=*/t.csv' ORDER BY a")).toEqual([
      [1, 2],
      [4, 3],
    ]);
  });
});

describe('SELECT ... FORMAT Parquet', () => {
  it('is a file over the ClickHouse door, which reads it again', async () => {
    await using server = await realServer();
    const ask = (body: string) => fetch(server.clickhouse, { method: 'POST', body });
    const response = await ask(
      'SELECT number AS id, if(number % 2 = 0, NULL, toString(number)) AS s, toDecimal64(number, 2) AS d FROM numbers(200000) FORMAT Parquet',
    );
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    put('written.parquet', new Uint8Array(await response.arrayBuffer()));
    expect(await values("SELECT count(*), sum(id), count(s) FROM 'written.parquet'")).toEqual([
      [200_000, 19_999_900_000, 100_000],
    ]);
    expect(await values("SELECT id, s, d FROM 'written.parquet' WHERE id = 150001")).toEqual([
      [150_001, '150001', '150001.00'],
    ]);
    const twice = await ask('SELECT 1 AS a, 2 AS a FORMAT Parquet');
    expect(await twice.text()).toContain('the same name');
  });
});

describe('what may be read', () => {
  it('lies below the allowed folders, after links are resolved', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'basalt-outside-'));
    try {
      writeFileSync(join(outside, 'secret.csv'), 'a\n1\n');
      symlinkSync(join(outside, 'secret.csv'), join(folder, 'link.csv'));
      symlinkSync(outside, join(folder, 'way'));
      for (const path of [
        join(outside, 'secret.csv'),
        'link.csv',
        'way/secret.csv',
        '../*.csv',
        '/etc/*',
        join(outside, '*.csv'),
        'li*.csv',
      ])
        expect([path, await failure(`SELECT * FROM read_csv('${path}')`)]).toEqual([
          path,
          'PATH_ACCESS_DENIED',
        ]);
      expect(await failure(`SELECT * FROM '${join(outside, 'nothing.csv')}'`)).toBe('PATH_ACCESS_DENIED');
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('is nothing when no folder is allowed', async () => {
    const closed = await open({ files: [] });
    const failed = closed.query("SELECT * FROM 't.csv'");
    await expect(failed).rejects.toMatchObject({ errorName: 'PATH_ACCESS_DENIED' });
    await closed.close();
  });

  it('is said clearly otherwise', async () => {
    put('t.unknown', 'x');
    expect(await failure("SELECT * FROM 'nothing.csv'")).toBe('FILE_DOESNT_EXIST');
    expect(await failure("SELECT * FROM read_parquet('no/*.parquet')")).toBe('FILE_DOESNT_EXIST');
    expect(await failure("SELECT * FROM 'no*.parquet'")).toBe('FILE_DOESNT_EXIST');
    expect(await failure("SELECT * FROM 't.unknown'")).toBe('UNKNOWN_FORMAT');
    expect(await failure("SELECT * FROM read_csv('a.csv', nonsense = 1)")).toBe('BAD_ARGUMENTS');
    expect(await failure('SELECT * FROM read_csv()')).toBe('BAD_ARGUMENTS');
    expect(
      await failure("SELECT * FROM file('a.csv', 'CSV', 'a Int64) ENGINE = Null --')", 'clickhouse'),
    ).not.toBe(null);
    expect(await failure("SELECT * FROM file('a.csv', 'Nonsense')", 'clickhouse')).toBe('FILE_DOESNT_EXIST');
    expect(await failure("INSERT INTO 't.csv' VALUES (1)")).toBe('SYNTAX_ERROR');
  });
});

describe('an address', () => {
  let server: Server;
  let host: string;
  let asked: string[];
  let remote: Database;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/moved.csv') response.writeHead(302, { location: '/t.csv' }).end();
      else if (request.url === '/t.csv') response.end('id,name\n1,one\n2,two\n');
      else if (request.url === '/t.json.gz') response.end(gzipSync('{"id":3,"name":"three"}\n'));
      else if (request.url === '/answer?of=4') response.end('4\tfour\n');
      else response.writeHead(404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    remote = await open({ files: [folder], allowHosts: [host] });
  });
  afterEach(async () => {
    await remote.close();
    server.close();
  });
  const read = (sql: string, dialect: Dialect = 'clickhouse') => remote.query(sql, { dialect });

  it('is a table', async () => {
    const table = [
      { id: 1, name: 'one' },
      { id: 2, name: 'two' },
    ];
    expect(await read(`SELECT * FROM url('http://${host}/t.csv')`)).toEqual(table);
    expect(await read(`SELECT * FROM url('http://${host}/t.csv', CSVWithNames)`)).toEqual(table);
    expect(await read(`SELECT * FROM read_csv('http://${host}/t.csv')`, 'standard')).toEqual(table);
    expect(await read(`SELECT * FROM 'http://${host}/t.csv'`, 'standard')).toEqual(table);
    expect(await read(`SELECT name FROM url('http://${host}/t.json.gz')`)).toEqual([{ name: 'three' }]);
  });

  it('is asked once where its columns are given', async () => {
    const sql = `SELECT name FROM url('http://${host}/answer?of=4', 'TSV', 'id Int8, name String')`;
    expect(await read(sql)).toEqual([{ name: 'four' }]);
    expect(asked).toEqual(['/answer?of=4']);
  });

  it('is read where its host is listed only, and nowhere else than it says', async () => {
    const denied = { errorName: 'PATH_ACCESS_DENIED' };
    await expect(db.query(`SELECT * FROM read_csv('http://${host}/t.csv')`)).rejects.toMatchObject(denied);
    await expect(read(`SELECT * FROM url('http://example.com/t.csv')`)).rejects.toMatchObject(denied);
    await expect(read(`SELECT * FROM url('http://${host}/moved.csv')`)).rejects.toThrow(/redirect|302/i);
    await expect(read(`SELECT * FROM url('http://${host}/none.csv')`)).rejects.toThrow(/404/);
    const wrong = { errorName: 'BAD_ARGUMENTS' };
    await expect(read(`SELECT * FROM url('t.csv')`)).rejects.toMatchObject(wrong);
    await expect(read(`SELECT * FROM file('http://${host}/t.csv')`)).rejects.toMatchObject(wrong);
    const parquet = read(`SELECT * FROM url('http://${host}/t.parquet')`);
    await expect(parquet).rejects.toMatchObject({ errorName: 'NOT_IMPLEMENTED' });
  });
});
