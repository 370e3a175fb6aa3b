import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { druidSql, realServer, runTask, type TestServer } from './real-server.ts';

/**
 * Druid's own sample, a day of Wikipedia edits, by spec to SQL answers. The facts are those of the published file
 * (Druid's tests use the same sums).
 */
const FOLDER = process.env['BASALT_TEST_DATA'] ?? '';
const FILE = 'wikiticker-2015-09-12-sampled.json.gz';
const present = FOLDER !== '' && existsSync(join(FOLDER, FILE));
if (!present)
  console.warn(`SKIPPED: the wikiticker tests need BASALT_TEST_DATA to name a folder with ${FILE}`);

const STRINGS =
  'channel cityName comment countryIsoCode countryName isAnonymous isMinor isNew isRobot isUnpatrolled metroCode namespace page regionIsoCode regionName user'.split(
    ' ',
  );

const spec = (
  dataSource: string,
  more: {
    dimensions?: readonly unknown[];
    rollup?: boolean;
    query?: string;
    metrics?: readonly unknown[];
  } = {},
) => ({
  type: 'index_parallel',
  spec: {
    dataSchema: {
      dataSource,
      timestampSpec: { column: 'time', format: 'iso' },
      dimensionsSpec: {
        dimensions: more.dimensions ?? [
          ...STRINGS,
          ...['delta', 'added', 'deleted'].map((name) => ({ name, type: 'long' })),
        ],
      },
      ...(more.metrics === undefined ? {} : { metricsSpec: more.metrics }),
      granularitySpec: {
        type: 'uniform',
        segmentGranularity: 'day',
        queryGranularity: more.query ?? 'none',
        rollup: more.rollup ?? false,
      },
    },
    ioConfig: {
      type: 'index_parallel',
      inputSource: { type: 'local', baseDir: FOLDER, filter: 'wikiticker*.json.gz' },
      inputFormat: { type: 'json' },
      appendToExisting: false,
    },
    tuningConfig: { type: 'index_parallel', maxNumConcurrentSubTasks: 2, unknownKey: true },
  },
});

describe.runIf(present)('wikiticker', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await realServer({ files: [FOLDER] });
    const { status, report } = await runTask(server.druid, spec('wikiticker'));
    expect(status).toMatchObject({ statusCode: 'SUCCESS', dataSource: 'wikiticker' });
    expect(report).toMatchObject({
      ingestionStatsAndErrors: {
        payload: { rowStats: { buildSegments: { processed: 39244, unparseable: 0, thrownAway: 0 } } },
      },
    });
  });

  afterAll(() => server?.[Symbol.asyncDispose]());

  const FACTS = {
    n: 39244,
    added: 9385573,
    deleted: 394298,
    delta: 8991275,
    channels: 51,
    users: 10531,
    pages: 35143,
  };
  const SQL = `SELECT COUNT(*) AS n, SUM(added) AS added, SUM(deleted) AS deleted, SUM(delta) AS delta,
    COUNT(DISTINCT channel) AS channels, COUNT(DISTINCT "user") AS users, COUNT(DISTINCT page) AS pages FROM wikiticker`;

  it('has the known sums at the Druid door', async () => {
    expect(await druidSql(server.druid, SQL)).toEqual([FACTS]);
  });

  it('has the known first and last instant', async () => {
    expect(await druidSql(server.druid, 'SELECT MIN(__time) AS a, MAX(__time) AS b FROM wikiticker')).toEqual(
      [{ a: '2015-09-12T00:46:58.771Z', b: '2015-09-12T23:59:59.200Z' }],
    );
  });

  it('has moments and days in the zone of the connection', async () => {
    const [row] = (await druidSql(
      server.druid,
      `SELECT MIN(__time) AS first, FLOOR(MIN(__time) TO DAY) AS floored, EXTRACT(HOUR FROM MIN(__time)) AS h,
         CAST(MIN(__time) AS DATE) AS d, CAST(MIN(__time) AS VARCHAR) AS v FROM wikiticker`,
      { context: { sqlTimeZone: 'America/Los_Angeles' } },
    )) as unknown[];
    expect(row).toEqual({
      first: '2015-09-11T17:46:58.771-07:00',
      floored: '2015-09-11T00:00:00.000-07:00',
      h: 17,
      d: '2015-09-11T00:00:00.000-07:00',
      v: '2015-09-11 17:46:58.771',
    });
  });

  it('has the known sum where the country is unknown', async () => {
    expect(
      await druidSql(server.druid, 'SELECT SUM(delta) AS d FROM wikiticker WHERE countryName IS NULL'),
    ).toEqual([{ d: 8414700 }]);
  });

  it('gives the same answers at the ClickHouse door and in the library', async () => {
    const url = new URL(server.clickhouse);
    url.searchParams.set('default_format', 'JSONEachRow');
    const response = await fetch(url, { method: 'POST', body: SQL.replaceAll('COUNT(*)', 'count()') });
    expect(JSON.parse(await response.text())).toEqual(FACTS);
    expect(await server.db.query(SQL)).toEqual([FACTS]);
  });

  it('groups by hour as a sum over hours tells', async () => {
    const hours = (await druidSql(
      server.druid,
      "SELECT TIME_FLOOR(__time, 'PT1H') AS t, COUNT(*) AS n FROM wikiticker GROUP BY 1 ORDER BY 1",
    )) as { t: string; n: number }[];
    expect(hours).toHaveLength(24);
    expect(hours[0].t).toBe('2015-09-12T00:00:00.000Z');
    expect(hours.reduce((sum, h) => sum + h.n, 0)).toBe(39244);
  });

  it('keeps the sums and shrinks the rows with hourly rollup', async () => {
    const { status, report } = await runTask(
      server.druid,
      spec('rolled', {
        rollup: true,
        query: 'hour',
        dimensions: ['channel', 'countryName', 'isRobot'],
        metrics: [
          { type: 'count', name: 'count' },
          { type: 'longSum', name: 'added', fieldName: 'added' },
          { type: 'longSum', name: 'deleted', fieldName: 'deleted' },
          { type: 'longSum', name: 'delta', fieldName: 'delta' },
          { type: 'HLLSketchBuild', name: 'users', fieldName: 'user', lgK: 14 },
          { type: 'thetaSketch', name: 'theta_users', fieldName: 'user' },
          { type: 'quantilesDoublesSketch', name: 'added_quantiles', fieldName: 'added' },
          { type: 'stringLast', name: 'last_page', fieldName: 'page' },
        ],
      }),
    );
    expect(status['statusCode']).toBe('SUCCESS');
    expect(report).toBeDefined();
    const [row] = (await druidSql(
      server.druid,
      'SELECT COUNT(*) AS stored, SUM("count") AS n, SUM(added) AS added, SUM(deleted) AS deleted, SUM(delta) AS delta FROM rolled',
    )) as Record<string, number>[];
    expect(row).toMatchObject({ n: 39244, added: 9385573, deleted: 394298, delta: 8991275 });
    expect(row['stored']).toBeLessThan(39244 / 4);
    const [sketches] = (await druidSql(
      server.druid,
      'SELECT APPROX_COUNT_DISTINCT_DS_HLL(users, 14) AS users, THETA_SKETCH_ESTIMATE(DS_THETA(theta_users)) AS theta, APPROX_QUANTILE_DS(added_quantiles, 0.9) AS q, LATEST(last_page) AS page FROM rolled',
    )) as Record<string, number>[];
    // Five standard errors of 2^14 registers; fewer users than hashes are counted exactly.
    expect(Math.abs(sketches['users'] / FACTS.users - 1)).toBeLessThan((5 * 1.04) / 128);
    expect(sketches['theta']).toBe(FACTS.users);
    const [raw] = (await druidSql(
      server.druid,
      `SELECT DS_HLL("user", 14) AS h, SUM(CASE WHEN added <= ${sketches['q']} THEN 1 ELSE 0 END) AS below, SUM(CASE WHEN added < ${sketches['q']} THEN 1 ELSE 0 END) AS less, LATEST(page) AS page FROM wikiticker`,
    )) as Record<string, never>[];
    expect(await druidSql(server.druid, 'SELECT DS_HLL(users, 14) AS h FROM rolled')).toEqual([
      { h: raw['h'] },
    ]);
    // Three times the usual error of a rank for k = 128.
    expect(raw['below'] / FACTS.n).toBeGreaterThan(0.9 - 0.051);
    expect(raw['less'] / FACTS.n).toBeLessThan(0.9 + 0.051);
    expect(sketches['page']).toBe(raw['page']);
  });

  it('replaces the day when the spec runs again, and adds to it when appending', async () => {
    await runTask(server.druid, spec('wikiticker'));
    expect(await druidSql(server.druid, 'SELECT COUNT(*) AS n FROM wikiticker')).toEqual([{ n: 39244 }]);
    const again = spec('wikiticker');
    again.spec.ioConfig.appendToExisting = true;
    await runTask(server.druid, again);
    expect(await druidSql(server.druid, 'SELECT COUNT(*) AS n FROM wikiticker')).toEqual([{ n: 78488 }]);
  });
});
