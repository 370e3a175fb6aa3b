/** What is asked of the server: the same three things by each door, and how the answers are seen to be right. */

import { gateNdjson } from '../../../datasets/gate.ts';
import { type Connections, succeeded } from './connection.ts';
import type { ServerProcess } from './server.ts';

export const INSERT_ROWS = 1000;
/** Tables that cases insert into; the other has the generated rows. */
export const INSERTED = 'inserted';
export const INGESTED = 'ingested';
const TASK_POLL_MS = 2;

export type Case = {
  readonly name: string;
  readonly door: 'ClickHouse' | 'Druid';
  /** One request and its whole answer; the k-th differs from others. Throws when it fails. */
  readonly ask: (connections: Connections, k: number) => Promise<void>;
  readonly rowsAnAnswer: number;
};

/** @param times values of the sort key that rows of the table have */
export function casesOf(server: ServerProcess, times: readonly string[], seed: number): readonly Case[] {
  const rows = Buffer.concat([...gateNdjson(INSERT_ROWS, seed + 1)]);
  // Druid's dialect calls the column a table is sorted by __time; ClickHouse's TIMESTAMP literals have whole seconds.
  const names = { ClickHouse: ['ts', ''], Druid: ['__time', 'TIMESTAMP '] } as const;
  const point = (door: Case['door'], k: number): string => {
    const [column, type] = names[door];
    return `SELECT url, price FROM t WHERE ${column} = ${type}'${times[k % times.length]}'`;
  };
  const day = (door: Case['door'], k: number): string => {
    const [column, type] = names[door];
    const midnight = (days: number): string =>
      `${type}'${new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10)} 00:00:00'`;
    return `SELECT country, count(*) AS n, sum(price) AS price FROM t WHERE ${column} >= ${midnight(k % 30)} AND ${column} < ${midnight((k % 30) + 1)} GROUP BY country ORDER BY n DESC LIMIT 10`;
  };
  const clickhouse = async (connections: Connections, sql: string): Promise<void> =>
    notEmpty(
      await succeeded(connections.send('POST', server.clickhouse, `${sql} FORMAT JSONCompactEachRow`)),
    );
  const druid = async (connections: Connections, sql: string): Promise<void> => {
    const url = new URL('/druid/v2/sql', server.druid);
    const body = JSON.stringify({ query: sql, resultFormat: 'array' });
    notEmpty(await succeeded(connections.send('POST', url, body, 'application/json')));
  };
  const insert = new URL(
    `/?query=${encodeURIComponent(`INSERT INTO ${INSERTED} FORMAT JSONEachRow`)}`,
    server.clickhouse,
  );
  const spec = taskSpec(rows.toString());
  return [
    {
      name: 'point query',
      door: 'ClickHouse',
      ask: (c, k) => clickhouse(c, point('ClickHouse', k)),
      rowsAnAnswer: 1,
    },
    {
      name: 'point query',
      door: 'Druid',
      ask: (c, k) => druid(c, point('Druid', k)),
      rowsAnAnswer: 1,
    },
    {
      name: 'top 10 of a day',
      door: 'ClickHouse',
      ask: (c, k) => clickhouse(c, day('ClickHouse', k)),
      rowsAnAnswer: 10,
    },
    { name: 'top 10 of a day', door: 'Druid', ask: (c, k) => druid(c, day('Druid', k)), rowsAnAnswer: 10 },
    {
      name: 'insert of 1,000 rows',
      door: 'ClickHouse',
      ask: async (c) => void (await succeeded(c.send('POST', insert, rows))),
      rowsAnAnswer: INSERT_ROWS,
    },
    {
      name: 'task of 1,000 rows',
      door: 'Druid',
      ask: (c) => runTask(c, server.druid, spec),
      rowsAnAnswer: INSERT_ROWS,
    },
  ];
}

function notEmpty(text: string): void {
  if (text.trim() === '' || text.trim() === '[]') throw new Error('an answer without rows');
}

/** Druid's door inserts by tasks: sent, then asked about until it has succeeded. */
async function runTask(connections: Connections, door: URL, spec: string): Promise<void> {
  const url = new URL('/druid/indexer/v1/task', door);
  const made = await succeeded(connections.send('POST', url, spec, 'application/json'));
  const { task } = JSON.parse(made) as { task: string };
  for (;;) {
    const status = await succeeded(
      connections.send('GET', new URL(`/druid/indexer/v1/task/${task}/status`, door), ''),
    );
    if (status.includes('"SUCCESS"')) return;
    if (status.includes('"FAILED"')) throw new Error(status.slice(0, 300));
    await new Promise((resolve) => setTimeout(resolve, TASK_POLL_MS));
  }
}

const taskSpec = (data: string): string =>
  JSON.stringify({
    type: 'index_parallel',
    spec: {
      dataSchema: {
        dataSource: INGESTED,
        timestampSpec: { column: 'ts', format: 'auto' },
        dimensionsSpec: {
          dimensions: [
            ...['flag', 'width', 'user_id'].map((name) => ({ type: 'long', name })),
            ...['country', 'url', 'title'],
            { type: 'double', name: 'price' },
          ],
        },
        granularitySpec: { segmentGranularity: 'month', queryGranularity: 'none', rollup: false },
      },
      ioConfig: {
        type: 'index_parallel',
        inputSource: { type: 'inline', data },
        inputFormat: { type: 'json' },
        appendToExisting: true,
      },
      tuningConfig: { type: 'index_parallel' },
    },
  });
