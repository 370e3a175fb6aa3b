import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { druidSql, realServer, type TestServer } from './real-server.ts';

const FOLDER = process.env['BASALT_TEST_DATA'] ?? '';
const FILE = 'wikiticker-2015-09-12-sampled.json.gz';
const present = FOLDER !== '' && existsSync(join(FOLDER, FILE));
if (!present) console.warn(`SKIPPED: wikiticker by SQL needs BASALT_TEST_DATA to name a folder with ${FILE}`);

let server: TestServer;
beforeAll(async () => {
  server = await realServer({ files: present ? [FOLDER] : [] });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const post = (path: string, body: unknown) =>
  fetch(server.druid + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const get = async (path: string) =>
  (await (await fetch(`${server.druid}/druid/indexer/v1/${path}`)).json()) as Record<string, never>;

/** Runs a statement as a task to its end. */
async function task(query: string, context: Record<string, unknown> = {}) {
  const response = await post('/druid/v2/sql/task', { query, context });
  expect(response.status).toBe(202);
  const { taskId, state } = (await response.json()) as { taskId: string; state: string };
  expect(state).toMatch(/^(RUNNING|SUCCESS)$/);
  for (;;) {
    const { status } = await get(`task/${taskId}/status`);
    if (status['statusCode'] !== 'RUNNING')
      return { id: taskId, status, report: await get(`task/${taskId}/reports`) };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const inline = (lines: readonly unknown[], columns: string): string => {
  const data = lines.map((line) => JSON.stringify(line)).join('\n');
  return `TABLE(EXTERN('${JSON.stringify({ type: 'inline', data })}', '{"type":"json"}')) EXTEND (${columns})`;
};

describe('POST /druid/v2/sql/task', () => {
  it('inserts, and tells of it as ingestion tasks do', async () => {
    const rows = [1, 2, 3].map((n) => ({ t: `2020-01-0${n}`, n }));
    const { id, status, report } = await task(
      `INSERT INTO t SELECT TIME_PARSE(t) AS __time, n FROM ${inline(rows, 't VARCHAR, n BIGINT')} PARTITIONED BY DAY`,
      { sqlQueryId: 'mine', maxNumTasks: 3, unknownKey: [1] },
    );
    expect(id).toBe('query-mine');
    expect(status).toMatchObject({
      id,
      type: 'query_controller',
      dataSource: 't',
      statusCode: 'SUCCESS',
      runnerStatusCode: 'NONE',
      errorMsg: null,
    });
    expect(report).toMatchObject({
      multiStageQuery: {
        type: 'multiStageQuery',
        taskId: id,
        payload: { status: { status: 'SUCCESS' }, counters: { 0: { 0: { output: { rows: [3] } } } } },
      },
    });
    expect(await druidSql(server.druid, 'SELECT SUM(n) AS n FROM t')).toEqual([{ n: 6 }]);
    expect(await get('tasks?type=query_controller&state=complete')).toMatchObject([{ id }]);
  });

  it('is in the tables of sys, with the server that ran it', async () => {
    const address = new URL(server.druid).host;
    expect(await druidSql(server.druid, 'SELECT server, server_type, is_leader FROM sys.servers')).toEqual([
      { server: address, server_type: 'historical', is_leader: null },
    ]);
    const tasks =
      "SELECT datasource, status, runner_status, location, error_msg FROM sys.tasks WHERE task_id = 'query-mine'";
    expect(await druidSql(server.druid, tasks)).toEqual([
      { datasource: 't', status: 'SUCCESS', runner_status: 'NONE', location: null, error_msg: null },
    ]);
    const segments = `SELECT "start", server FROM sys.segments JOIN sys.server_segments USING (segment_id)
      WHERE datasource = 't' ORDER BY 1`;
    expect(await druidSql(server.druid, segments)).toEqual(
      [1, 2, 3].map((day) => ({ start: `2020-01-0${day}T00:00:00.000Z`, server: address })),
    );
    const port = 'SELECT "value" FROM sys.server_properties WHERE property = \'druid.plaintextPort\'';
    expect(await druidSql(server.druid, port)).toEqual([{ value: address.split(':')[1] }]);
  });

  it('takes what the context says', async () => {
    const rows = inline([{ n: 1 }], 'n BIGINT');
    const query = `INSERT INTO e SELECT n FROM ${rows} WHERE n = 2 PARTITIONED BY ALL`;
    const { status, report } = await task(query, { failOnEmptyInsert: true });
    expect(status).toMatchObject({
      statusCode: 'FAILED',
      errorMsg: expect.stringContaining('No rows to insert'),
    });
    expect(report).toMatchObject({
      multiStageQuery: {
        payload: { status: { status: 'FAILED', errorReport: { error: { errorCode: 'INCORRECT_DATA' } } } },
      },
    });
    const rolled = `REPLACE INTO r OVERWRITE ALL SELECT n, COUNT(*) AS c FROM ${inline([{ n: 1 }, { n: 1 }], 'n BIGINT')}
      GROUP BY 1 PARTITIONED BY ALL`;
    for (const _ of [1, 2]) await task(rolled, { finalizeAggregations: false });
    expect(await druidSql(server.druid, 'SELECT * FROM r')).toEqual([
      { __time: '1970-01-01T00:00:00.000Z', n: 1, c: 2 },
    ]);
  });

  it('refuses at once what it cannot run, and shows no password', async () => {
    for (const query of [
      'SELECT 1',
      'INSERT INTO nothing SELECT 1 AS x',
      `INSERT INTO t SELECT 1 AS n FROM ${inline([], 'n BIGINT')} PARTITIONED BY DAY`,
    ]) {
      const response = await post('/druid/v2/sql/task', { query });
      expect(response.status, query).toBeGreaterThanOrEqual(400);
      expect(response.status, query).toBeLessThanOrEqual(501);
    }
    const source = '{"type":"inline","data":"{}","httpAuthenticationPassword":"open sesame"}';
    const { id } = await task(
      `INSERT INTO p SELECT n FROM TABLE(EXTERN('${source}', '{"type":"json"}')) (n BIGINT) PARTITIONED BY ALL`,
    );
    expect(JSON.stringify(await get(`task/${id}`))).not.toContain('sesame');
    const log = await server.db.query('SELECT query FROM system.query_log');
    expect(JSON.stringify(log)).toContain('INSERT INTO p');
    expect(JSON.stringify(log)).not.toContain('sesame');
  });

  it('does the same at /druid/v2/sql, when it answers', async () => {
    const rows = inline([{ n: 4 }, { n: 5 }], 'n BIGINT');
    const response = await post('/druid/v2/sql', {
      query: `INSERT INTO s SELECT n FROM ${rows} PARTITIONED BY ALL`,
    });
    expect(response.status).toBe(200);
    expect(await druidSql(server.druid, 'SELECT SUM(n) AS n FROM s')).toEqual([{ n: 9 }]);
  });
});

describe.runIf(present)('wikiticker by SQL', () => {
  const FROM = `TABLE(EXTERN('${JSON.stringify({ type: 'local', baseDir: FOLDER, filter: FILE })}', '{"type":"json"}'))
    EXTEND ("time" VARCHAR, channel VARCHAR, "user" VARCHAR, page VARCHAR, countryName VARCHAR, added BIGINT, deleted BIGINT, delta BIGINT)`;

  it('has the known sums', async () => {
    const { status } = await task(
      `REPLACE INTO wikiticker OVERWRITE ALL SELECT TIME_PARSE("time") AS __time, channel, "user", page, countryName, added, deleted, delta
       FROM ${FROM} PARTITIONED BY DAY CLUSTERED BY channel`,
    );
    expect(status).toMatchObject({ statusCode: 'SUCCESS' });
    const sums = `SELECT COUNT(*) AS n, SUM(added) AS added, SUM(deleted) AS deleted, SUM(delta) AS delta,
      COUNT(DISTINCT channel) AS channels, COUNT(DISTINCT "user") AS users, COUNT(DISTINCT page) AS pages,
      SUM(delta) FILTER (WHERE countryName IS NULL) AS nowhere, MIN(__time) AS a, MAX(__time) AS z FROM wikiticker`;
    // Facts of the published file, as in wikiticker.test.ts.
    const facts = {
      n: 39244,
      added: 9385573,
      deleted: 394298,
      delta: 8991275,
      channels: 51,
      users: 10531,
      pages: 35143,
      nowhere: 8414700,
      a: '2015-09-12T00:46:58.771Z',
      z: '2015-09-12T23:59:59.200Z',
    };
    expect(await druidSql(server.druid, sums)).toEqual([facts]);
  });

  it('keeps the sums when it is rolled up, and when the day is replaced', async () => {
    const rolled = `SELECT TIME_FLOOR(TIME_PARSE("time"), 'PT1H') AS __time, channel, COUNT(*) AS "count", SUM(added) AS added,
      APPROX_COUNT_DISTINCT_DS_HLL("user") AS users FROM ${FROM} GROUP BY 1, 2 PARTITIONED BY HOUR`;
    const context = { finalizeAggregations: false };
    await task(`INSERT INTO hourly ${rolled}`, context);
    const { status } = await task(
      `REPLACE INTO hourly OVERWRITE WHERE __time >= TIMESTAMP '2015-09-12' AND __time < TIMESTAMP '2015-09-13' ${rolled}`,
      context,
    );
    expect(status).toMatchObject({ statusCode: 'SUCCESS' });
    const [row] = (await druidSql(
      server.druid,
      'SELECT SUM("count") AS n, SUM(added) AS added, APPROX_COUNT_DISTINCT_DS_HLL(users) AS users FROM hourly',
    )) as { n: number; added: number; users: number }[];
    expect(row).toMatchObject({ n: 39244, added: 9385573 });
    // 2^12 registers: a standard error of 1.6 %, six of which is 10 %.
    expect(Math.abs(row.users - 10531)).toBeLessThan(1054);
  });
});
