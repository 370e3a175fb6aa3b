/**
 * Damaged bodies at Druid's door: SQL requests and ingestion specs, as documents with wrong values and as broken JSON.
 * A task that starts must end, whole or not at all.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BasaltError } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { realServer, type TestServer } from '../clients/real-server.ts';
import { createTables, WORDS } from './corpus.ts';
import { mutate, mutateJson } from './mutate.ts';
import { type Failure, judge, report, type Verdict, verdictOfDruid } from './verdict.ts';

const FIRST_SEED = Number(process.env['BASALT_FUZZ_SEED'] ?? 0);
const SQL_MUTATIONS = Number(process.env['BASALT_FUZZ_RUNS'] ?? 600);
const SPEC_MUTATIONS = Number(process.env['BASALT_FUZZ_RUNS'] ?? 650);

const SQL_BODY = {
  query:
    'SELECT channel, SUM(added) AS s, MAX(__time) FROM druid_edits WHERE added > ? AND page <> ? GROUP BY 1 ORDER BY 2',
  resultFormat: 'array',
  header: true,
  typesHeader: true,
  sqlTypesHeader: true,
  parameters: [
    { type: 'BIGINT', value: 3 },
    { type: 'VARCHAR', value: 'p1' },
  ],
  context: { sqlQueryId: 'fuzz', timeout: 5000, sqlTimeZone: 'UTC', useApproximateCountDistinct: false },
};

const ROWS = [
  '{"t":"2015-09-12T00:00:01Z","channel":"#en","added":10,"ratio":0.5}',
  '{"t":"2015-09-12T01:00:00Z","channel":null,"added":"5"}',
  '{"t":1442018818771,"channel":["a","b"],"added":2.5,"nested":{"x":1}}',
  'no json',
].join('\n');

const SPEC = {
  type: 'index_parallel',
  spec: {
    dataSchema: {
      dataSource: 'made',
      timestampSpec: { column: 't', format: 'auto', missingValue: '2000-01-01' },
      dimensionsSpec: {
        dimensions: ['channel', { type: 'double', name: 'ratio' }],
        dimensionExclusions: ['nested'],
      },
      metricsSpec: [
        { type: 'count', name: 'n' },
        { type: 'longSum', name: 'added', fieldName: 'added' },
        { type: 'doubleMax', name: 'top', fieldName: 'added' },
      ],
      granularitySpec: {
        type: 'uniform',
        segmentGranularity: 'day',
        queryGranularity: { type: 'period', period: 'PT1H', timeZone: 'UTC' },
        rollup: true,
        intervals: ['2000-01-01/2020-01-01'],
      },
      transformSpec: { transforms: [], filter: null },
    },
    ioConfig: {
      type: 'index_parallel',
      inputSource: { type: 'inline', data: ROWS },
      inputFormat: { type: 'json', flattenSpec: { useFieldDiscovery: true, fields: [] } },
      appendToExisting: false,
      dropExisting: false,
    },
    tuningConfig: {
      type: 'index_parallel',
      maxParseExceptions: 10,
      maxSavedParseExceptions: 2,
      maxRowsPerSegment: 1000,
    },
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await realServer();
  await createTables(server.db);
});
afterAll(() => server[Symbol.asyncDispose]());

/** A document with wrong values; one in four is broken as text. */
function damaged(document: unknown, random: SeededRandom): string {
  const text = JSON.stringify(mutateJson(document, random)) ?? '';
  return random.below(4) === 0 ? mutate(text, random, WORDS) : text;
}

async function failuresOf(
  mutations: number,
  document: unknown,
  answer: (body: string) => Promise<Verdict>,
): Promise<string> {
  const failures: Failure[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + mutations; seed++) {
    const text = damaged(document, new SeededRandom(seed));
    const verdict = await judge(() => answer(text));
    if (verdict !== null) failures.push({ seed, text, verdict });
  }
  return report(failures);
}

const post = async (path: string, body: string): Promise<{ status: number; body: string }> => {
  const response = await fetch(`${server.druid}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  return { status: response.status, body: await response.text() };
};

describe('Druid', () => {
  test('undamaged bodies are answered', async () => {
    expect(await post('/druid/v2/sql', JSON.stringify(SQL_BODY))).toMatchObject({ status: 200 });
    const report = await server.db.ingest(SPEC);
    expect(report.rowStats).toMatchObject({ processed: 3, unparseable: 1 });
  });

  test.each(['a\0b', 'a\nb', '\u{1f980}'])(
    'a query id that no header can hold is answered: %j',
    async (sqlQueryId) => {
      const body = JSON.stringify({ query: 'SELECT 1 AS n', context: { sqlQueryId } });
      expect(await post('/druid/v2/sql', body)).toEqual({ status: 200, body: '[{"n":1}]\n' });
      const url = `${server.clickhouse}/?query=SELECT+1&query_id=${encodeURIComponent(sqlQueryId)}`;
      expect(await (await fetch(url)).text()).toBe('1\n');
    },
  );

  test(`${SQL_MUTATIONS} damaged SQL requests`, async () => {
    const found = await failuresOf(SQL_MUTATIONS, SQL_BODY, async (text) => {
      const { status, body } = await post('/druid/v2/sql', text);
      return verdictOfDruid(status, body);
    });
    expect(found).toBe('');
  }, 120_000);

  test(`${SPEC_MUTATIONS} damaged specs, to the end of their tasks`, async () => {
    const found = await failuresOf(SPEC_MUTATIONS, SPEC, async (text) => {
      const { status, body } = await post('/druid/indexer/v1/task', text);
      if (status !== 200) return verdictOfTask(status, body);
      const { task } = JSON.parse(body) as { task: string };
      return endOf(task);
    });
    expect(found).toBe('');
  }, 120_000);
});

/** The indexer says errors as `{ error }`, with the status 4xx. */
function verdictOfTask(status: number, body: string): Verdict {
  if (verdictOfDruid(status, body) === null) return null;
  const isRefusal = status >= 400 && status < 500 && /"error"\s*:\s*"/.test(body);
  return isRefusal ? null : `status ${status}: ${body}`;
}

async function endOf(task: string): Promise<Verdict> {
  for (;;) {
    const response = await fetch(`${server.druid}/druid/indexer/v1/task/${encodeURIComponent(task)}/status`);
    const { status } = (await response.json()) as { status: { statusCode: string; errorMsg: string | null } };
    if (status.statusCode === 'SUCCESS') return null;
    // What went wrong in a task is a typed error's text; ours begin with the words of BasaltError.from and assert.
    if (status.statusCode === 'FAILED')
      return isOurs(status.errorMsg ?? '') ? `task failed: ${status.errorMsg}` : null;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const UNFORESEEN = BasaltError.from(new Error('')).message.trim();
const isOurs = (message: string): boolean =>
  message.includes(UNFORESEEN) || message.includes('Invariant broken');
