import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { druidSql, realServer, runTask, type TestServer } from './real-server.ts';

/** Multi-value strings and arrays over HTTP: how they are written, in each result format. */
let server: TestServer;

beforeAll(async () => {
  server = await realServer();
  const { status } = await runTask(server.druid, {
    type: 'index_parallel',
    spec: {
      dataSchema: {
        dataSource: 't',
        timestampSpec: { column: 't', format: 'iso' },
        dimensionsSpec: { dimensions: ['tags'] },
        granularitySpec: { rollup: false },
      },
      ioConfig: {
        type: 'index_parallel',
        inputSource: {
          type: 'inline',
          data: '{"t":"2020-01-01","tags":["a","b\\"c"]}\n{"t":"2020-01-02","tags":"d"}\n{"t":"2020-01-03"}',
        },
        inputFormat: { type: 'json' },
      },
    },
  });
  expect(status).toMatchObject({ statusCode: 'SUCCESS' });
});
afterAll(() => server[Symbol.asyncDispose]());

const QUERY = 'SELECT tags, MV_TO_ARRAY(tags) AS list FROM t ORDER BY __time';
const text = async (resultFormat: string): Promise<string> => {
  const response = await fetch(`${server.druid}/druid/v2/sql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: QUERY, resultFormat }),
  });
  return response.text();
};

describe('multi-value strings over HTTP', () => {
  test('are texts of JSON, as arrays are', async () => {
    expect(await druidSql(server.druid, QUERY, { resultFormat: 'array' })).toEqual([
      ['["a","b\\"c"]', '["a","b\\"c"]'],
      ['d', '["d"]'],
      [null, null],
    ]);
    expect(await text('csv')).toBe('"[""a"",""b\\""c""]","[""a"",""b\\""c""]"\nd,"[""d""]"\n,\n\n');
  });

  test.each([false, 'false'])('sqlStringifyArrays: %s', async (sqlStringifyArrays) => {
    const context = { sqlStringifyArrays };
    expect(await druidSql(server.druid, QUERY, { resultFormat: 'array', context })).toEqual([
      [
        ['a', 'b"c'],
        ['a', 'b"c'],
      ],
      ['d', ['d']],
      [null, null],
    ]);
    expect(await druidSql(server.druid, QUERY, { resultFormat: 'object', context })).toEqual([
      { tags: ['a', 'b"c'], list: ['a', 'b"c'] },
      { tags: 'd', list: ['d'] },
      { tags: null, list: null },
    ]);
  });

  test('the header says VARCHAR', async () => {
    const header = { header: true, typesHeader: true, sqlTypesHeader: true };
    const [, types, sqlTypes] = (await druidSql(server.druid, QUERY, {
      ...header,
      resultFormat: 'array',
    })) as string[][];
    expect(types).toEqual(['STRING', 'ARRAY<STRING>']);
    expect(sqlTypes).toEqual(['VARCHAR', 'ARRAY']);
  });

  test('a context value that is none', async () => {
    expect(await druidSql(server.druid, QUERY, { context: { sqlStringifyArrays: 'no' } })).toMatchObject({
      errorMessage: expect.stringContaining('sqlStringifyArrays'),
    });
  });
});
