/**
 * Dashboard queries as Druid's users ask them: time series, top lists and groups with filters, over Wikipedia-like edits and
 * over machine metrics, the latter with and without rollup by the hour.
 */

import { once as event } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { wikipediaNdjson } from '../../../datasets/wikipedia.ts';
import { once, writeParquet } from '../data/generate.ts';
import type { ColumnType, Query, Suite, Table } from '../suite.ts';

const column = (name: string, type: ColumnType) => ({ name, type });

const WIKI: Table['columns'] = [
  column('ts', 'timestamp'),
  ...['channel', 'cityName', 'comment', 'countryName', 'namespace', 'page', 'regionName', 'user_name'].map(
    (c) => column(c, 'text'),
  ),
  ...['isAnonymous', 'isMinor', 'isNew', 'isRobot'].map((c) => column(c, 'bool')),
  ...['added', 'deleted', 'delta'].map((c) => column(c, 'int64')),
];
const WIKI_QUERY = `SELECT CAST("time" AS TIMESTAMP) AS ts, channel, coalesce(cityName, '') AS cityName, comment,
  coalesce(countryName, '') AS countryName, namespace, page, coalesce(regionName, '') AS regionName, "user" AS user_name,
  isAnonymous, isMinor, isNew, isRobot, added, deleted, delta`;

const METRICS: Table['columns'] = [
  column('ts', 'timestamp'),
  ...['host', 'service', 'region', 'status'].map((c) => column(c, 'text')),
  ...['requests', 'errors', 'bytes_out'].map((c) => column(c, 'int64')),
  ...['cpu', 'latency_ms'].map((c) => column(c, 'float64')),
];
/** A thousand hosts of twenty services report every ten seconds or so, for a week, in order of time. */
const metricsQuery = (rows: number, seed: number): string => {
  const unit = (name: string): string => `((hash(hash(${seed}, i, '${name}')) >> 11) / 9007199254740992.0)`;
  const host = `CAST(hash(hash(${seed}, i, 'host')) % 1000 AS BIGINT)`;
  return `SELECT TIMESTAMP '2026-01-05 00:00:00' + to_milliseconds(CAST(i * ${(7 * 86400000) / rows} AS BIGINT)) AS ts,
    'host-' || ${host} AS host, 'service-' || ${host} % 20 AS service,
    ['eu-west', 'eu-east', 'us-west', 'us-east', 'asia'][1 + ${host} % 5] AS region,
    CASE WHEN ${unit('status')} < 0.97 THEN 'ok' WHEN ${unit('status')} < 0.99 THEN 'slow' ELSE 'failing' END AS status,
    CAST(1 + floor(200 * pow(${unit('requests')}, 3)) AS BIGINT) AS requests,
    CASE WHEN ${unit('errors')} < 0.05 THEN CAST(floor(10 * ${unit('error count')}) AS BIGINT) ELSE 0 END AS errors,
    CAST(floor(1e6 * pow(${unit('bytes')}, 2)) AS BIGINT) AS bytes_out,
    round(100 * pow(${unit('cpu')}, 1.5), 1) AS cpu, round(5 + 500 * pow(${unit('latency')}, 4), 2) AS latency_ms
    FROM range(${rows}) AS r(i)`;
};

export async function metricsTable(rows: number, seed: number, folder: string): Promise<Table> {
  const file = await once(join(folder, `metrics-${rows}-${seed}.parquet`), (part) =>
    writeParquet(part, metricsQuery(rows, seed)),
  );
  return { name: 'metrics', columns: METRICS, orderBy: ['ts'], file, format: 'parquet' };
}

const HOURLY = `SELECT date_trunc('hour', ts) AS ts, host, service, region, status, count(*) AS n, sum(requests) AS requests,
  sum(errors) AS errors, sum(bytes_out) AS bytes_out, sum(cpu) AS cpu, max(latency_ms) AS latency_max FROM metrics GROUP BY 1, 2, 3, 4, 5`;

const day = (column: string, from: number, to: number): string =>
  `${column} >= '2026-01-0${from} 00:00:00' AND ${column} < '2026-01-0${to} 00:00:00'`;

const QUERIES: readonly Query[] = [
  {
    name: 'edits per hour',
    sql: "SELECT date_trunc('hour', ts) AS h, count(*) AS edits, sum(added) AS added FROM wiki GROUP BY h ORDER BY h",
  },
  {
    name: 'edits per minute of a channel',
    sql: "SELECT date_trunc('minute', ts) AS m, count(*) AS edits, sum(delta) AS delta FROM wiki WHERE channel = '#en.wikipedia' GROUP BY m ORDER BY m LIMIT 1000",
  },
  {
    name: 'top channels',
    sql: 'SELECT channel, count(*) AS edits FROM wiki GROUP BY channel ORDER BY edits DESC, channel LIMIT 10',
  },
  {
    name: 'top pages by added',
    sql: 'SELECT page, sum(added) AS added FROM wiki GROUP BY page ORDER BY added DESC, page LIMIT 10',
  },
  {
    name: 'top pages of people in a country',
    sql: "SELECT page, count(*) AS edits FROM wiki WHERE countryName = 'United States' AND NOT isRobot GROUP BY page ORDER BY edits DESC, page LIMIT 10",
  },
  {
    name: 'channel by robot',
    sql: 'SELECT channel, isRobot, count(*) AS edits, sum(added) AS added, sum(deleted) AS deleted FROM wiki GROUP BY channel, isRobot ORDER BY edits DESC, channel, isRobot LIMIT 50',
  },
  { name: 'users', sql: 'SELECT count(DISTINCT user_name) FROM wiki' },
  {
    name: 'users per channel',
    sql: 'SELECT channel, count(DISTINCT user_name) AS users, count(*) AS edits FROM wiki GROUP BY channel ORDER BY users DESC, channel LIMIT 20',
  },
  {
    name: 'cities of a country, per hour',
    sql: "SELECT date_trunc('hour', ts) AS h, cityName, count(*) AS edits FROM wiki WHERE countryName IN ('France', 'Italy', 'Germany') AND cityName <> '' GROUP BY h, cityName ORDER BY h, edits DESC, cityName LIMIT 500",
  },
  {
    name: 'comments with a word',
    sql: "SELECT count(*), sum(added) FROM wiki WHERE comment LIKE '%revision%'",
  },
  {
    name: 'mean cpu per hour of a service',
    sql: "SELECT date_trunc('hour', ts) AS h, avg(cpu) AS cpu, max(latency_ms) AS worst FROM metrics WHERE service = 'service-7' GROUP BY h ORDER BY h",
  },
  {
    name: 'last day per minute',
    sql: `SELECT date_trunc('minute', ts) AS m, sum(requests) AS requests, sum(errors) AS errors FROM metrics WHERE ${day('ts', 9, 10).replace('2026-01-010', '2026-01-10')} GROUP BY m ORDER BY m`,
  },
  {
    name: 'hosts by errors',
    sql: 'SELECT host, sum(errors) AS errors, sum(requests) AS requests FROM metrics GROUP BY host ORDER BY errors DESC, host LIMIT 10',
  },
  {
    name: 'services by region',
    sql: 'SELECT service, region, sum(requests) AS requests, avg(latency_ms) AS latency FROM metrics GROUP BY service, region ORDER BY service, region',
  },
  {
    name: 'failing hosts of two days',
    sql: `SELECT host, count(*) AS n, max(latency_ms) AS worst FROM metrics WHERE status = 'failing' AND ${day('ts', 6, 8)} GROUP BY host ORDER BY n DESC, host LIMIT 20`,
  },
  {
    name: 'busy and slow',
    sql: 'SELECT count(*), avg(cpu) FROM metrics WHERE cpu > 90 AND latency_ms > 300',
  },
  { name: 'totals', sql: 'SELECT sum(requests), sum(errors), sum(bytes_out), avg(cpu) FROM metrics' },
  {
    name: 'rollup: per hour',
    sql: 'SELECT ts, sum(n) AS n, sum(requests) AS requests, sum(errors) AS errors FROM metrics_hourly GROUP BY ts ORDER BY ts',
  },
  {
    name: 'rollup: hosts by errors',
    sql: 'SELECT host, sum(errors) AS errors FROM metrics_hourly GROUP BY host ORDER BY errors DESC, host LIMIT 10',
  },
  {
    name: 'rollup: mean cpu of a service',
    sql: "SELECT ts, sum(cpu) / sum(n) AS cpu, max(latency_max) AS worst FROM metrics_hourly WHERE service = 'service-7' GROUP BY ts ORDER BY ts",
  },
];

export const druid: Suite = {
  name: 'druid',
  what: 'dashboard queries over edits and metrics, with and without rollup, loaded from Parquet',
  async prepare({ rows, seed, folder }) {
    const wiki = await once(join(folder, `wiki-${rows}-${seed}.parquet`), async (part) => {
      const json = `${part}.ndjson`;
      const out = createWriteStream(json);
      const days = 7;
      for (const chunk of wikipediaNdjson({ rows, seed, days }))
        if (!out.write(chunk)) await event(out, 'drain');
      out.end();
      await event(out, 'finish');
      await writeParquet(part, `${WIKI_QUERY} FROM read_json('${json}', format = 'newline_delimited')`);
      rmSync(json);
    });
    return {
      tables: [
        { name: 'wiki', columns: WIKI, orderBy: ['ts'], file: wiki, format: 'parquet' },
        await metricsTable(rows, seed, folder),
      ],
      derived: [
        {
          sql: `CREATE TABLE metrics_hourly AS ${HOURLY}`,
          dialects: {
            chdb: `CREATE TABLE metrics_hourly ENGINE = MergeTree ORDER BY (ts, host) AS ${HOURLY}`,
          },
        },
      ],
      queries: QUERIES,
    };
  },
};
