/**
 * Window functions over the machine metrics of the druid suite: places, neighbours, and aggregates over frames that are whole, growing and
 * sliding. Each answer is one row, so that computing it is what takes the time.
 */

import type { Query, Suite } from '../suite.ts';
import { metricsTable } from './druid.ts';

const BY_HOST = 'PARTITION BY host ORDER BY ts, requests, bytes_out';

const over = (value: string, from = 'metrics'): string =>
  `SELECT sum(v) AS v FROM (SELECT ${value} AS v FROM ${from}) AS w`;

const QUERIES: readonly Query[] = [
  { name: 'row number by host', sql: over(`row_number() OVER (${BY_HOST})`) },
  { name: 'rank of a text', sql: over('rank() OVER (PARTITION BY service ORDER BY status)') },
  {
    name: 'difference from the row before',
    sql: over(`bytes_out - lag(bytes_out) OVER (${BY_HOST})`),
    dialects: { chdb: over(`bytes_out - lagInFrame(toNullable(bytes_out)) OVER (${BY_HOST})`) },
  },
  { name: 'share of the service', sql: over('sum(requests) OVER (PARTITION BY service) - requests') },
  { name: 'running total by host', sql: over(`sum(requests) OVER (${BY_HOST}) % 1000`) },
  {
    name: 'running total of all',
    sql: over('sum(requests) OVER (ORDER BY ts, host, requests, bytes_out) % 1000'),
  },
  {
    name: 'sum of a hundred rows',
    sql: over(`sum(requests) OVER (${BY_HOST} ROWS BETWEEN 99 PRECEDING AND CURRENT ROW)`),
  },
  {
    name: 'largest of ten thousand rows',
    sql: over(
      'max(bytes_out) OVER (ORDER BY ts, host, requests, bytes_out ROWS BETWEEN 9999 PRECEDING AND CURRENT ROW)',
    ),
  },
  {
    name: 'sum of groups, running',
    sql: "SELECT service, h, sum(n) OVER (PARTITION BY service ORDER BY h) AS n FROM (SELECT service, date_trunc('hour', ts) AS h, count(*) AS n FROM metrics GROUP BY service, h) AS g ORDER BY service, h",
  },
  {
    name: 'last report of each host',
    sql: `SELECT count(*) AS n, sum(bytes_out) AS b FROM (SELECT bytes_out, row_number() OVER (PARTITION BY host ORDER BY ts DESC, requests, bytes_out) AS place FROM metrics) AS w WHERE place = 1`,
  },
];

export const window: Suite = {
  name: 'window',
  what: 'window functions over machine metrics, loaded from Parquet',
  prepare: async ({ rows, seed, folder }) => ({
    tables: [await metricsTable(rows, seed, folder)],
    queries: QUERIES,
  }),
};
