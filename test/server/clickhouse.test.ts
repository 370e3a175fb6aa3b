import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BasaltError } from '../../engine/base/error.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import { splitInsert } from '../../server/clickhouse/insert-split.ts';
import { batch, endless, type Started, start, streamOf } from './fake.ts';

let server: Started;
beforeAll(async () => {
  server = await start();
});
afterAll(() => server.close());

const ask = (params: Record<string, string>, init: RequestInit = {}) =>
  fetch(`${server.ch}/?${new URLSearchParams(params)}`, init);

let inserted = '';

/** No batches; takes the data of an insert in. */
async function* taking(data: AsyncIterable<Uint8Array> | undefined): AsyncGenerator<ResultBatch> {
  inserted = await collect(data);
  yield* [];
}

async function collect(data: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of data ?? []) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('answers', () => {
  test('TabSeparated by default, with the headers clients read', async () => {
    const response = await ask({ query: 'SELECT 1', query_id: 'q1' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('1\ta\n2\t\\N\n');
    const { headers } = response;
    expect(headers.get('content-type')).toBe('text/tab-separated-values; charset=UTF-8');
    expect(headers.get('x-clickhouse-query-id')).toBe('q1');
    expect(headers.get('x-clickhouse-format')).toBe('TabSeparated');
    expect(headers.get('x-clickhouse-timezone')).toBe('UTC');
    expect(headers.get('x-clickhouse-exception-tag')).toMatch(/^[a-z0-9]{16}$/);
    expect(JSON.parse(headers.get('x-clickhouse-summary')!)).toMatchObject({
      read_rows: '10',
      read_bytes: '100',
      result_rows: '2',
    });
    expect(server.db.last.options).toMatchObject({ dialect: 'clickhouse', readonly: true, queryId: 'q1' });
  });

  test('FORMAT beats header, header beats default_format', async () => {
    server.db.on('SELECT 1 FORMAT CSV', { format: 'CSV' });
    const header = { 'x-clickhouse-format': 'JSONCompactEachRow' };
    expect(await (await ask({ query: 'SELECT 1', default_format: 'CSV' })).text()).toBe('1,"a"\n2,\\N\n');
    expect(await (await ask({ query: 'SELECT 1', default_format: 'CSV' }, { headers: header })).text()).toBe(
      '[1, "a"]\n[2, null]\n',
    );
    expect(await (await ask({ query: 'SELECT 1 FORMAT CSV' }, { headers: header })).text()).toBe(
      '1,"a"\n2,\\N\n',
    );
    const unknown = await ask({ query: 'SELECT 1', default_format: 'Nope' });
    expect([unknown.status, unknown.headers.get('x-clickhouse-exception-code')]).toEqual([404, '73']);
  });

  test('query and body are joined by a line end; parameters, settings and database go to the database', async () => {
    const response = await ask(
      {
        query: 'SELECT {x:String}',
        param_x: 'a\\tb',
        param_y: '\\N',
        database: 'd',
        max_threads: '2',
        wait_end_of_query: '1',
        session_id: 's',
        session_timeout: '90',
        session_check: '1',
      },
      { method: 'POST', body: '-- end' },
    );
    expect(response.status).toBe(200);
    expect(server.db.last.sql).toBe('SELECT {x:String}\n-- end');
    expect(server.db.last.options).toMatchObject({
      params: { x: 'a\tb', y: null },
      settings: { max_threads: '2' },
      schema: 'd',
      session: { id: 's', timeoutMs: 90_000, mustExist: true, ends: false },
      readonly: false,
    });
  });

  test('statements without rows have no format', async () => {
    server.db.on('CREATE TABLE t (a Int8)', { kind: 'done', written: 3 });
    const response = await ask({}, { method: 'POST', body: 'CREATE TABLE t (a Int8)' });
    expect(await response.text()).toBe('');
    expect(response.headers.has('x-clickhouse-format')).toBe(false);
    expect(JSON.parse(response.headers.get('x-clickhouse-summary')!).written_rows).toBe('3');
  });

  test('HEAD / and GET / and /ping answer Ok', async () => {
    for (const path of ['/', '/ping']) expect(await (await fetch(server.ch + path)).text()).toBe('Ok.\n');
    expect((await fetch(`${server.ch}/?query=SELECT+1`, { method: 'HEAD' })).status).toBe(200);
  });

  test('compressed by Accept-Encoding, unless told not to', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const response = await ask({ query: 'SELECT 1' }, { headers });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(await response.text()).toBe('1\ta\n2\t\\N\n');
    expect(
      (await ask({ query: 'SELECT 1', enable_http_compression: '0' }, { headers })).headers.has(
        'content-encoding',
      ),
    ).toBe(false);
    expect(gunzipSync(gzipSync('x')).toString()).toBe('x');
  });
});

describe('errors', () => {
  test('before the first row: status, code header and a line of text', async () => {
    server.db.on(
      'SELEC',
      new BasaltError('SYNTAX_ERROR', "Syntax error: failed at position 1 ('SELEC')", {
        position: { line: 1, column: 1 },
      }),
    );
    const response = await ask({ query: 'SELEC' });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-clickhouse-exception-code')).toBe('62');
    expect(await response.text()).toMatch(
      /^Code: 62\. DB::Exception: Syntax error: failed at position 1 .*\. \(SYNTAX_ERROR\) \(version .*\)\n$/,
    );
  });

  test('a hint that asks ends with its question mark', async () => {
    server.db.on(
      'SELCT 1',
      new BasaltError('SYNTAX_ERROR', 'Syntax error: failed at position 1', { hint: 'Did you mean SELECT?' }),
    );
    expect(await (await ask({ query: 'SELCT 1' })).text()).toContain(
      'failed at position 1. Did you mean SELECT? (SYNTAX_ERROR)',
    );
  });

  test.each([
    ['UNKNOWN_TABLE', 404, '60'],
    ['UNKNOWN_SETTING', 404, '115'],
    ['TIMEOUT_EXCEEDED', 408, '159'],
    ['NOT_IMPLEMENTED', 501, '48'],
    ['MEMORY_LIMIT_EXCEEDED', 500, '241'],
    ['TOO_MANY_PARTS', 503, '252'],
  ] as const)('%s', async (name, status, code) => {
    server.db.on(name, new BasaltError(name, 'why'));
    const response = await ask({ query: name });
    expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([status, code]);
  });

  test('after the first rows: a framed exception, and the connection breaks off', async () => {
    server.db.on('SELECT late', {
      batches: async function* () {
        for (let i = 0; i < 20; i++)
          yield batch(Array.from({ length: 1000 }, (_, n) => [n, 'y'.repeat(100)] as const));
        throw new BasaltError('CORRUPTED_DATA', 'bad block');
      },
    });
    const response = await ask({ query: 'SELECT late', enable_http_compression: '0' });
    expect(response.status).toBe(200);
    const tag = response.headers.get('x-clickhouse-exception-tag');
    let text = '';
    await expect(
      (async () => {
        for await (const piece of response.body!) text += Buffer.from(piece).toString();
      })(),
    ).rejects.toThrow();
    expect(text).toContain(
      `\r\n__exception__\r\n${tag}\r\nCode: 246. DB::Exception: bad block. (CORRUPTED_DATA)`,
    );
    const message = /\r\n(Code: 246[^\n]*\n)(\d+) /.exec(text)!;
    expect(Number(message[2])).toBe(message[1].length);

    const buffered = await ask({ query: 'SELECT late', wait_end_of_query: '1' });
    expect(buffered.status).toBe(500);
  });

  test('an empty query, a query that is too large, unknown block compression', async () => {
    expect((await ask({}, { method: 'POST' })).status).toBe(400);
    expect((await ask({ query: 'SELECT 1', compress: '1' })).status).toBe(501);
    const small = await start({ maxQueryBytes: 1000 });
    try {
      const response = await fetch(`${small.ch}/`, { method: 'POST', body: `SELECT ${'1'.repeat(5000)}` });
      expect(response.status).toBe(413);
    } finally {
      await small.close();
    }
  });
});

describe('inserts', () => {
  const SQL = 'INSERT INTO t (a, b) FORMAT JSONEachRow';
  const data = '{"a":1}\n{"a":2}\n';
  beforeAll(() => {
    server.db.on(SQL, {
      kind: 'done',
      written: 2,
      batches: (options) => taking(streamOf(options)),
    });
  });

  test.each([
    ['SQL in the URL, data in the body', { query: SQL }, data, {}],
    ['all in the body', {}, `${SQL}\n${data}`, {}],
    ['SQL partly in the body', { query: 'INSERT INTO t (a, b)' }, `FORMAT JSONEachRow\n${data}`, {}],
    ['gzip', { query: SQL }, gzipSync(data), { 'content-encoding': 'gzip' }],
    ['zstd', { query: SQL }, zstdCompressSync(data), { 'content-encoding': 'zstd' }],
  ] as [string, Record<string, string>, string | Uint8Array<ArrayBuffer>, Record<string, string>][])(
    '%s',
    async (_name, params, body, headers) => {
      inserted = '';
      if (params['query'] === 'INSERT INTO t (a, b)') {
        server.db.on('INSERT INTO t (a, b)\nFORMAT JSONEachRow', {
          kind: 'done',
          written: 2,
          batches: (options) => taking(streamOf(options)),
        });
      }
      const response = await ask(params, { method: 'POST', body, headers });
      expect(response.status, await response.text()).toBe(200);
      expect(inserted).toBe(data);
      expect(JSON.parse(response.headers.get('x-clickhouse-summary')!).written_rows).toBe('2');
    },
  );

  test.each([
    ['plain', 'INSERT INTO refused FORMAT CSV', {}],
    ['compressed', 'INSERT INTO refused FORMAT CSV', { 'content-encoding': 'gzip' }],
  ] as [string, string, Record<string, string>][])(
    'a long %s body that is refused early still gets its error',
    async (_name, query, headers) => {
      server.db.on(query, {
        kind: 'done',
        batches: async function* (options) {
          for await (const _piece of streamOf(options) ?? [])
            throw new BasaltError('CANNOT_PARSE_INPUT', 'bad first row');
          yield* [];
        },
      });
      const text = Buffer.from(
        Array.from({ length: 2000000 }, (_, i) => `${(i * 7919) % 1000003}\n`).join(''),
      );
      const body = headers['content-encoding'] === undefined ? text : gzipSync(text);
      const response = await ask({ query }, { method: 'POST', body, headers });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('bad first row');
    },
  );

  test('a broken compressed body is an error', async () => {
    const response = await ask(
      { query: SQL },
      { method: 'POST', body: 'not gzip', headers: { 'content-encoding': 'gzip' } },
    );
    expect(response.status).toBe(400);
  });
});

describe('splitting an insert from its data', () => {
  const split = (text: string, whole = true) => {
    const { kind, dataStart } = splitInsert(new TextEncoder().encode(text), whole);
    return kind === 'insert' ? text.slice(dataStart) : kind;
  };

  test.each([
    ['INSERT INTO t FORMAT CSV\n1,2\n', '1,2\n'],
    ['insert into `format` (x) /* FORMAT a */ Format  CSV \r\n"a', '"a'],
    ['-- c\nINSERT INTO t SETTINGS a = 1 FORMAT TSV\n\n', '\n'],
    ['INSERT INTO t SETTINGS s = \'FORMAT x\' FORMAT JSONEachRow {"a":1}', '{"a":1}'],
    ["INSERT INTO t VALUES (1, 'FORMAT CSV\n1')", 'other'],
    ['INSERT INTO t FORMAT Values (1)', 'other'],
    ['INSERT INTO t SELECT 1 FORMAT CSV', 'other'],
    ['SELECT 1 FORMAT CSV', 'other'],
    [
      "INSERT INTO t SELECT a FROM input('a Int8, format String') WHERE 'FORMAT x' != '' FORMAT CSV\n1,2",
      '1,2',
    ],
    ["INSERT INTO t WITH 1 AS x SELECT a FROM input ('a Int8') SETTINGS b = 1 FORMAT TSV 1\t2", '1\t2'],
    ['INSERT INTO t SELECT input, (1) FROM s FORMAT CSV', 'other'],
    ['INSERT INTO format FORMAT CSV\nx', 'x'],
    ["INSERT INTO FUNCTION null('a String, FORMAT x') (a) FORMAT CSV\nx", 'x'],
  ])('%j', (text, expected) => {
    expect(split(text)).toBe(expected);
  });

  test('is not decided before the words are complete', () => {
    expect(split('INSERT INTO t FOR', false)).toBe('unknown');
    expect(split('INSERT INTO t FORMAT CS', false)).toBe('unknown');
    expect(split('INS', false)).toBe('unknown');
    expect(split('SELECT ', false)).toBe('other');
  });
});

describe('@clickhouse/client', () => {
  test('query, insert, command and ping work unmodified', async () => {
    const client = createClient({ url: server.ch });
    try {
      expect(await client.ping()).toMatchObject({ success: true });
      server.db.on('SELECT n, s FROM t \nFORMAT JSON', { format: 'JSON' });
      server.db.on('SELECT n, s FROM t\nFORMAT JSON', { format: 'JSON' });
      const result = await client.query({
        query: 'SELECT n, s FROM t',
        format: 'JSON',
        query_params: { x: 1 },
      });
      expect((await result.json()).data).toEqual([
        { n: 1, s: 'a' },
        { n: 2, s: null },
      ]);
      inserted = '';
      server.db.on('INSERT INTO t FORMAT JSONEachRow', {
        kind: 'done',
        written: 2,
        batches: (options) => taking(streamOf(options)),
      });
      await client.insert({ table: 't', values: [{ a: 1 }, { a: 2 }], format: 'JSONEachRow' });
      expect(inserted).toBe('{"a":1}\n{"a":2}\n');
      server.db.on('DROP TABLE t', { kind: 'done' });
      await client.command({ query: 'DROP TABLE t' });
      server.db.on('SELECT x\nFORMAT JSON', new BasaltError('UNKNOWN_TABLE', 'no such table'));
      server.db.on('SELECT x \nFORMAT JSON', new BasaltError('UNKNOWN_TABLE', 'no such table'));
      await expect(client.query({ query: 'SELECT x' })).rejects.toMatchObject({
        code: '60',
        type: 'UNKNOWN_TABLE',
      });
    } finally {
      await client.close();
    }
  });

  test('a stream that is left early cancels the query', async () => {
    let ended = false;
    server.db.on('SELECT endless FORMAT CSV', {
      format: 'CSV',
      batches: async function* (options) {
        try {
          yield* endless(options);
        } finally {
          ended = true;
        }
      },
    });
    const abort = new AbortController();
    const response = await ask({ query: 'SELECT endless FORMAT CSV' }, { signal: abort.signal });
    await response.body!.getReader().read();
    abort.abort();
    while (!ended) await new Promise((resolve) => setImmediate(resolve));
  });
});
