import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BasaltError } from '../../engine/base/error.ts';
import { startServer } from '../../server/main.ts';
import { batch, endless, FakeDatabase, report, type Started, start, stuck } from './fake.ts';

let server: Started;
beforeAll(async () => {
  server = await start({ maxRunningTasks: 1 });
});
afterAll(() => server.close());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(server.druid + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const sql = (body: unknown, headers?: Record<string, string>) => post('/druid/v2/sql', body, headers);

async function until<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (done(value)) return value;
  }
}

describe('SQL', () => {
  test.each([
    ['object', 'application/json', '[{"n":1,"s":"a"},{"n":2,"s":null}]\n'],
    ['array', 'application/json', '[[1,"a"],[2,null]]\n'],
    ['objectLines', 'text/plain', '{"n":1,"s":"a"}\n{"n":2,"s":null}\n\n'],
    ['arrayLines', 'text/plain', '[1,"a"]\n[2,null]\n\n'],
    ['csv', 'text/csv', '1,a\n2,\n\n'],
  ])('%s', async (resultFormat, type, expected) => {
    const response = await sql({ query: 'SELECT 1', resultFormat });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toBe(expected);
  });

  test('headers, context and parameters reach the database and come back', async () => {
    const response = await sql({
      query: 'SELECT ?',
      resultFormat: 'array',
      header: true,
      typesHeader: true,
      sqlTypesHeader: true,
      context: { sqlQueryId: 'my-id', sqlTimeZone: 'America/New_York', unknownKey: [1] },
      parameters: [
        { type: 'VARCHAR', value: 'x' },
        { type: 'BIGINT', value: '9007199254740993' },
        { type: 'TIMESTAMP', value: '2015-09-12 00:00:00' },
        { type: 'DOUBLE', value: 1.5 },
        { type: 'BOOLEAN', value: null },
      ],
    });
    expect(await response.json()).toEqual([
      ['n', 's'],
      ['LONG', 'STRING'],
      ['BIGINT', 'VARCHAR'],
      [1, 'a'],
      [2, null],
    ]);
    expect(response.headers.get('x-druid-sql-query-id')).toBe('my-id');
    expect(response.headers.get('x-druid-sql-header-included')).toBe('yes');
    expect(server.db.last.options).toMatchObject({
      dialect: 'druid',
      queryId: 'my-id',
      timeZone: 'America/New_York',
      params: ['x', 9007199254740993n, new Date('2015-09-12T00:00:00Z'), 1.5, null],
    });
  });

  test('SETs ahead of a query are keys of its context and beat those given with it', async () => {
    const response = await sql({
      query: `SET sqlTimeZone = 'America/New_York'; -- why\n/* ; */ SET "sqlQueryId" = 'it''s';\nSET timeout = 20; SELECT 1`,
      context: { sqlTimeZone: 'UTC', timeout: 1 },
    });
    expect(response.headers.get('x-druid-sql-query-id')).toBe("it's");
    // Positions of errors are those of the text that was sent.
    expect(server.db.last.sql.split('\n').map((line) => line.indexOf('SELECT'))).toEqual([
      -1,
      -1,
      'SET timeout = 20; '.length,
    ]);
    expect(server.db.last.options).toMatchObject({ timeZone: 'America/New_York' });
  });

  test('plain text and form bodies are bare SQL; a trailing slash is the same path', async () => {
    for (const [type, body] of [
      ['text/plain', 'SELECT 1 + 1'],
      ['application/x-www-form-urlencoded', 'SELECT+1+%2B+1'],
    ]) {
      expect((await post('/druid/v2/sql/', body, { 'content-type': type })).status).toBe(200);
      expect(server.db.last.sql).toBe('SELECT 1 + 1');
    }
  });

  test('sqlOuterLimit cuts the rows', async () => {
    const response = await sql({ query: 'SELECT 1', resultFormat: 'array', context: { sqlOuterLimit: 1 } });
    expect(await response.json()).toEqual([[1, 'a']]);
  });

  test('errors have the envelope, with line and column', async () => {
    server.db.on(
      'SELECT bad',
      new BasaltError('UNKNOWN_IDENTIFIER', 'Column bad not found', {
        position: { line: 1, column: 8, endLine: 1, endColumn: 10 },
      }),
    );
    const response = await sql({ query: 'SELECT bad' });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'druidException',
      errorCode: 'invalidInput',
      persona: 'USER',
      category: 'INVALID_INPUT',
      errorMessage: 'Column bad not found',
      context: { sourceType: 'sql', line: '1', column: '8', endLine: '1', endColumn: '10' },
    });
  });

  test.each([
    ['TIMEOUT_EXCEEDED', 504, 'Query timeout'],
    ['MEMORY_LIMIT_EXCEEDED', 400, 'Resource limit exceeded'],
    ['NOT_IMPLEMENTED', 501, 'Unsupported operation'],
    ['QUERY_WAS_CANCELLED', 500, 'Query cancelled'],
    ['TOO_MANY_SIMULTANEOUS_QUERIES', 429, 'Query capacity exceeded'],
  ] as const)('%s', async (name, status, legacy) => {
    server.db.on(name, new BasaltError(name, 'why'));
    const response = await sql({ query: name });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      error: legacy,
      errorCode: 'legacyQueryException',
      errorMessage: 'why',
    });
  });

  test.each([
    ['no JSON', '{', 'not JSON'],
    ['no query', {}, 'query:'],
    ['a wrong format', { query: 'x', resultFormat: 'xml' }, 'resultFormat:'],
    ['types without header', { query: 'x', typesHeader: true }, 'typesHeader'],
    [
      'a wrong parameter',
      { query: 'x', parameters: [{ type: 'BIGINT', value: 'x' }] },
      'parameters[0].value',
    ],
    ['a wrong zone', { query: 'x', context: { sqlTimeZone: 'Mars/Olympus' } }, 'Mars/Olympus'],
  ])('%s is a 400 that says so', async (_name, body, message) => {
    const response = await sql(body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { errorMessage: string }).errorMessage).toContain(message);
  });

  test('a body that is too large gets its error, not a broken connection', async () => {
    const response = await sql({ query: `SELECT '${'x'.repeat(17 << 20)}'` });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errorMessage: expect.stringContaining('larger than') });
  });

  test('a running query is cancelled by its id', async () => {
    server.db.on('SELECT stuck', { batches: stuck });
    const answer = sql({ query: 'SELECT stuck', context: { sqlQueryId: 'to-cancel' } });
    const cancel = () => fetch(`${server.druid}/druid/v2/sql/to-cancel`, { method: 'DELETE' });
    await until(cancel, (response) => response.status === 202);
    expect(await (await answer).json()).toMatchObject({ error: 'Query cancelled' });
    expect((await cancel()).status).toBe(404);
  });

  test('context.timeout ends a query that takes longer', async () => {
    const response = await sql({ query: 'SELECT stuck', context: { timeout: 20 } });
    expect(response.status).toBe(504);
  });

  test('a client that hangs up cancels its query', async () => {
    let cancelled = false;
    server.db.on('SELECT endless', {
      batches: async function* (options) {
        try {
          yield* endless(options);
        } finally {
          cancelled = true;
        }
      },
    });
    const abort = new AbortController();
    const response = await fetch(`${server.druid}/druid/v2/sql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'SELECT endless',
      signal: abort.signal,
    });
    await response.body!.getReader().read();
    abort.abort();
    await until(
      () => new Promise((resolve) => setImmediate(() => resolve(cancelled))),
      (done) => done === true,
    );
  });

  test('a failure before many bytes went out is still an error with a status', async () => {
    server.db.on('SELECT half', {
      batches: async function* () {
        yield batch([[1, 'a']]);
        throw new BasaltError('CORRUPTED_DATA', 'bad block');
      },
    });
    const response = await sql({ query: 'SELECT half', resultFormat: 'arrayLines' });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ errorMessage: 'bad block' });
  });

  test('a later one cuts the answer short', async () => {
    server.db.on('SELECT most', {
      batches: async function* () {
        yield batch(Array.from({ length: 1000 }, (_, n) => [n, 'y'.repeat(100)] as const));
        throw new BasaltError('CORRUPTED_DATA', 'bad block');
      },
    });
    const response = await sql({ query: 'SELECT most', resultFormat: 'arrayLines' });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });
});

describe('tasks', () => {
  const spec = (dataSource: string, changes: object = {}) => ({
    type: 'index_parallel',
    spec: {
      dataSchema: { dataSource, timestampSpec: { column: 't' }, dimensionsSpec: { dimensions: ['a'] } },
      ioConfig: {
        inputSource: {
          type: 'http',
          uris: ['http://h/x'],
          httpAuthenticationUsername: 'u',
          httpAuthenticationPassword: 'hunter2',
        },
        inputFormat: { type: 'json' },
      },
      ...changes,
    },
  });
  const get = async (path: string) =>
    (await fetch(`${server.druid}/druid/indexer/v1${path}`)).json() as Promise<never>;
  const submit = async (body: unknown) =>
    ((await (await post('/druid/indexer/v1/task', body)).json()) as { task: string }).task;

  test('a task runs to SUCCESS; status and report have the shapes of Druid', async () => {
    const id = await submit(spec('wiki'));
    expect(id).toMatch(/^index_parallel_wiki_[a-p]{8}_\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const { status } = await until(
      () => get(`/task/${encodeURIComponent(id)}/status`) as Promise<{ status: Record<string, unknown> }>,
      (value) => value.status['statusCode'] !== 'RUNNING',
    );
    expect(status).toMatchObject({
      id,
      groupId: id,
      type: 'index_parallel',
      statusCode: 'SUCCESS',
      status: 'SUCCESS',
      runnerStatusCode: 'NONE',
      dataSource: 'wiki',
      errorMsg: null,
      location: { host: '', port: -1, tlsPort: -1 },
    });
    const reports = (await get(`/task/${encodeURIComponent(id)}/reports`)) as Record<
      string,
      { payload: object }
    >;
    expect(reports['ingestionStatsAndErrors'].payload).toMatchObject({
      ingestionState: 'COMPLETED',
      rowStats: { buildSegments: { processed: 3, processedBytes: 30, thrownAway: 1, unparseable: 2 } },
      errorMsg: null,
    });
    expect(await get('/tasks?state=complete&datasource=wiki')).toMatchObject([{ id }]);
    expect(await get('/completeTasks')).toMatchObject([{ id }]);
    expect(JSON.stringify(await get(`/task/${encodeURIComponent(id)}`))).not.toContain('hunter2');
  });

  test('a failed task says why; a second one waits; shutdown ends them', async () => {
    server.db.ingestWith = (_spec, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const running = await submit(spec('one'));
    const waiting = await submit(spec('two'));
    expect(await get('/runningTasks')).toMatchObject([{ id: running }]);
    expect(await get('/waitingTasks')).toMatchObject([{ id: waiting }]);
    await post(`/druid/indexer/v1/task/${encodeURIComponent(waiting)}/shutdown`, '');
    await post(`/druid/indexer/v1/task/${encodeURIComponent(running)}/shutdown`, '');
    const { status } = await until(
      () =>
        get(`/task/${encodeURIComponent(running)}/status`) as Promise<{ status: Record<string, unknown> }>,
      (value) => value.status['statusCode'] !== 'RUNNING',
    );
    expect(status).toMatchObject({ statusCode: 'FAILED', errorMsg: 'Shutdown request from user' });
    server.db.ingestWith = () => Promise.resolve(report('d'));
  });

  test('a bad spec is a 400 naming the field, other bodies are refused, unknown ids are a 404', async () => {
    const bad = await post(
      '/druid/indexer/v1/task',
      spec('x', { dataSchema: { dataSource: 'x', timestampSpec: { column: 1 } } }),
    );
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({
      errorMessage: expect.stringContaining('spec.dataSchema.timestampSpec.column'),
    });
    expect((await post('/druid/indexer/v1/task', '{')).status).toBe(400);
    expect((await post('/druid/indexer/v1/task', 'x', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await fetch(`${server.druid}/druid/indexer/v1/task/none/status`)).status).toBe(404);
  });
});

describe('the node', () => {
  test('is at the database from the first request to close, with its tasks', async () => {
    const other = await start({ maxRunningTasks: 1, maxPendingTasks: 7 });
    const [node, ...more] = other.db.nodes;
    expect(more).toEqual([]);
    const port = Number(new URL(other.druid).port);
    expect(node).toMatchObject({ host: '127.0.0.1', port, version: '36.0.0' });
    expect(Object.fromEntries(node.properties)).toMatchObject({
      'druid.plaintextPort': String(port),
      'druid.indexer.queue.maxSize': '7',
    });
    other.db.ingestWith = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new BasaltError('QUERY_WAS_CANCELLED', 'gone')));
      });
    const tasks = `${other.druid}/druid/indexer/v1/task`;
    for (const dataSource of ['first', 'second']) {
      const body = JSON.stringify({
        type: 'index_parallel',
        spec: {
          dataSchema: { dataSource, timestampSpec: { column: 't' }, dimensionsSpec: { dimensions: ['a'] } },
          ioConfig: { inputSource: { type: 'inline', data: '' }, inputFormat: { type: 'json' } },
        },
      });
      await fetch(tasks, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }
    expect(node.tasks()).toMatchObject([
      { dataSource: 'second', status: 'RUNNING', runnerStatus: 'WAITING', durationMs: -1, errorText: null },
      { dataSource: 'first', status: 'RUNNING', runnerStatus: 'RUNNING', durationMs: -1, errorText: null },
    ]);
    await other.close();
    expect(other.db.nodes.size).toBe(0);
    expect(node.tasks()).toMatchObject([{ status: 'FAILED' }, { status: 'FAILED', runnerStatus: 'NONE' }]);
  });

  test('is not there without the door', async () => {
    const db = new FakeDatabase();
    const clickhouseOnly = await startServer(db, { druidPort: null, clickhousePort: 0 });
    expect(db.nodes.size).toBe(0);
    await clickhouseOnly.close();
  });
});

describe('metadata', () => {
  test.each([
    ['/status/health', true],
    ['/druid/v2/datasources', ['wikipedia']],
    ['/druid/v2/datasources/wikipedia', { dimensions: ['page'], metrics: ['score'] }],
    ['/druid/coordinator/v1/datasources', ['wikipedia']],
    ['/druid/coordinator/v1/loadstatus', { wikipedia: 100 }],
    ['/druid/v2/sql/engines', { engines: [{ name: 'native' }, { name: 'msq-task' }] }],
  ])('GET %s', async (path, expected) => {
    expect(await (await fetch(server.druid + path)).json()).toEqual(expected);
  });

  test('GET /status has a version and memory', async () => {
    expect(await (await fetch(`${server.druid}/status`)).json()).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      memory: { maxMemory: 4000, usedMemory: 1000 },
    });
  });

  test('an unknown path is a 404 in the envelope', async () => {
    const response = await fetch(`${server.druid}/nope`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ category: 'NOT_FOUND' });
  });

  test('GET /metrics counts queries', async () => {
    const text = await (await fetch(`${server.druid}/metrics`)).text();
    expect(text).toMatch(/basalt_queries_total\{door="druid",outcome="ok"\} \d+/);
    expect(text).toContain('basalt_queries_running 0');
  });
});

describe('retention rules', () => {
  const path = '/druid/coordinator/v1/rules';
  const get = async (rest: string): Promise<unknown> => (await fetch(server.druid + path + rest)).json();

  test('are set, listed, and remembered with who set them', async () => {
    const rules = [{ type: 'loadByPeriod', period: 'P1M', tieredReplicants: { _default_tier: 1 } }];
    const answer = await post(`${path}/wikipedia`, rules, {
      'x-druid-author': 'me',
      'x-druid-comment': 'shorter',
    });
    expect(answer.status).toBe(200);
    expect(await get('/wikipedia')).toEqual(rules);
    expect(await get('/wikipedia?full')).toMatchObject([...rules, { type: 'loadForever' }]);
    expect(await get('')).toMatchObject({ wikipedia: rules, _default: [{ type: 'loadForever' }] });
    const change = { key: 'wikipedia', type: 'rules', auditInfo: { author: 'me', comment: 'shorter' } };
    expect(await get('/wikipedia/history?count=1')).toMatchObject([change]);
    expect(await get('/history')).toMatchObject([change]);
  });

  test('that are wrong are refused', async () => {
    expect((await post(`${path}/wikipedia`, [{ type: 'loadSometimes' }])).status).toBe(400);
    expect((await post(`${path}/wikipedia`, 'no json')).status).toBe(400);
    expect((await fetch(`${server.druid + path}/history?count=none`)).status).toBe(400);
  });
});

describe('lookups', () => {
  const path = '/druid/coordinator/v1/lookups';
  const get = (rest: string) => fetch(server.druid + rest);
  const json = async (rest: string): Promise<unknown> => (await get(rest)).json();
  const drop = (rest: string) => fetch(server.druid + rest, { method: 'DELETE' });
  const spec = (version: string, map: Record<string, string>) => ({
    version,
    lookupExtractorFactory: { type: 'map', map, isOneToOne: false },
  });
  const codes = spec('v1', { DE: 'Germany', FR: 'France' });

  test('are set, listed, shown and taken away, in the shapes of Druid', async () => {
    const empty = await post(`${path}/config`, {});
    expect([empty.status, await empty.json()]).toEqual([202, {}]);
    expect(await json(`${path}/config`)).toEqual([]);
    expect(await json(`${path}/config?discover=true`)).toEqual(['__default']);
    const bulk = await post(`${path}/config`, { __default: { codes }, far: { away: spec('1', {}) } });
    expect([bulk.status, await bulk.json()]).toEqual([
      202,
      { __default: { codes }, far: { away: spec('1', {}) } },
    ]);
    expect((await post(`${path}/config/__default/more`, spec('1', { a: 'b' }))).status).toBe(202);

    expect(await json(`${path}/config`)).toEqual(['__default', 'far']);
    expect(await json(`${path}/config/all`)).toEqual({
      __default: { codes, more: spec('1', { a: 'b' }) },
      far: { away: spec('1', {}) },
    });
    expect(await json(`${path}/config/__default`)).toEqual(['codes', 'more']);
    expect(await json(`${path}/config/far?detailed=true`)).toEqual({ away: spec('1', {}) });
    expect(await json(`${path}/config/__default/codes`)).toEqual(codes);

    const loaded = { loaded: true };
    expect(await json(`${path}/status`)).toEqual({
      __default: { codes: loaded, more: loaded },
      far: { away: loaded },
    });
    expect(await json(`${path}/status/far`)).toEqual({ away: loaded });
    expect(await json(`${path}/status/__default/codes?detailed=true`)).toEqual({
      loaded: true,
      pendingNodes: [],
    });
    const nodes = (await json(`${path}/nodeStatus?detailed=false`)) as Record<
      string,
      Record<string, unknown>
    >;
    expect(Object.values(nodes['__default'])).toEqual([
      { current: { codes: 'v1', more: '1' }, toLoad: {}, toDrop: [] },
    ]);
    const [node] = Object.keys(nodes['__default']);
    expect(await json(`${path}/nodeStatus/__default/${node}`)).toMatchObject({ current: { codes } });
    expect(await json('/druid/listen/v1/lookups')).toMatchObject({ codes });
    expect(await json('/druid/listen/v1/lookups/codes')).toEqual(codes);

    const introspect = '/druid/v1/lookups/introspect/codes';
    expect(await json(introspect)).toEqual({ DE: 'Germany', FR: 'France' });
    expect(await json(`${introspect}/keys`)).toEqual(['DE', 'FR']);
    expect(await json(`${introspect}/values`)).toEqual(['Germany', 'France']);

    expect((await drop(`${path}/config/__default/codes`)).status).toBe(202);
    expect((await drop(`${path}/config/far`)).status).toBe(202);
    expect(await json(`${path}/config/all`)).toEqual({ __default: { more: spec('1', { a: 'b' }) } });
  });

  test('take newer versions only', async () => {
    await post(`${path}/config/__default/aging`, spec('v2', { a: '1' }));
    for (const version of ['v2', 'v10', ''])
      expect((await post(`${path}/config/__default/aging`, spec(version, {}))).status).toBe(400);
    expect((await post(`${path}/config/__default/aging`, spec('v3', { a: '2' }))).status).toBe(202);
    expect(await json('/druid/v1/lookups/introspect/aging')).toEqual({ a: '2' });
  });

  test.each([
    ['GET', '/config/nowhere', 404],
    ['GET', '/config/__default/none', 404],
    ['GET', '/config/__default/constructor', 404],
    ['GET', '/status/nowhere', 404],
    ['GET', '/status/__default/none', 404],
    ['GET', '/nodeStatus/__default/other:1', 404],
    ['DELETE', '/config/nowhere', 404],
    ['DELETE', '/config/__default/none', 404],
  ])('%s %s: %i', async (method, rest, status) => {
    expect((await fetch(server.druid + path + rest, { method })).status).toBe(status);
  });

  test('that are wrong are refused', async () => {
    expect((await post(`${path}/config`, 'no json')).status).toBe(400);
    expect((await post(`${path}/config/__default/x`, { version: '1' })).status).toBe(400);
    const cached = { version: '1', lookupExtractorFactory: { type: 'cachedNamespace' } };
    const answer = await post(`${path}/config/__default/x`, cached);
    expect(answer.status).toBe(501);
    expect(await answer.json()).toMatchObject({ errorMessage: expect.stringContaining('cachedNamespace') });
    expect((await get('/druid/v1/lookups/introspect/x')).status).toBe(404);
  });
});
