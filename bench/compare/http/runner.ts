/**
 * `http`: requests a second and their latency by both doors of the shipped command, over loopback, kept alive.
 *
 * Client and server share the machine, so figures compare Basalt with itself only. A run is one second of as many requests as there
 * are connections at a time; requests a second are the median of runs, latencies those of all.
 */

import { createReadStream, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { clickhouseTable } from '../engine/basalt.ts';
import { chosen } from '../options.ts';
import { type Figure, report } from '../report/table.ts';
import { OUT, type Runner } from '../runner/runner.ts';
import { median, quantile } from '../score.ts';
import { gate } from '../suite/gate.ts';
import type { Table } from '../suite.ts';
import { type Case, casesOf, INGESTED, INSERT_ROWS, INSERTED } from './cases.ts';
import { Connections, succeeded } from './connection.ts';
import { ServerProcess } from './server.ts';

const CONNECTIONS = [1, 8];
const RUN_MS = 1000;
const WARM_MS = 500;

export const http: Runner = {
  name: 'http',
  what: 'the server over loopback: point queries, small aggregations and inserts by both doors',
  needs: ['package'],
  defaults: { rows: 1_000_000, runs: 5 },
  async run(options) {
    const { rows, seed, runs } = options;
    const { tables } = await gate.prepare({ rows, seed, folder: OUT });
    const folder = join(OUT, 'work-http');
    rmSync(folder, { recursive: true, force: true });
    const server = await ServerProcess.start(folder);
    try {
      await load(server, tables[0]);
      const all = casesOf(server, await someTimes(server, rows), seed);
      const wanted = chosen(
        options.queries,
        all.map((c) => c.name),
      );
      const cases = all.filter((c) => wanted(c.name));
      const lines: Figure[][] = [];
      const acknowledged = { ClickHouse: 0, Druid: 0 };
      for (const asked of cases)
        for (const count of CONNECTIONS) {
          const { times, rates, answered, error } = await measure(asked, count, runs);
          if (asked.rowsAnAnswer === INSERT_ROWS) acknowledged[asked.door] += answered;
          lines.push([
            asked.name,
            asked.door,
            count,
            median(rates),
            quantile(times, 0.5),
            quantile(times, 0.99),
            median(rates) * asked.rowsAnAnswer,
            error,
          ]);
          process.stderr.write(`${asked.name} (${asked.door}, ${count}) `);
        }
      process.stderr.write('\n');
      const right =
        (await countOf(server, INSERTED)) === acknowledged.ClickHouse * INSERT_ROWS &&
        (await countOf(server, INGESTED)) === acknowledged.Druid * INSERT_ROWS;
      report(
        {
          suite: 'http',
          what: http.what,
          conditions: `${rows} rows, seed ${seed}, ${runs} runs of ${RUN_MS} ms; server's peak RSS ${(server.peakRssBytes() / 1e6).toFixed(0)} MB; acknowledged rows ${right ? 'are there' : 'ARE NOT ALL THERE'}`,
          columns: [
            { name: 'request' },
            { name: 'door' },
            { name: 'connections', decimals: 0 },
            { name: 'requests/s', decimals: 0 },
            { name: 'p50, ms', decimals: 2 },
            { name: 'p99, ms', decimals: 2 },
            { name: 'rows/s', decimals: 0 },
            { name: 'remark' },
          ],
          lines,
        },
        options,
      );
      return right;
    } finally {
      await server.stop();
    }
  },
};

type Measured = {
  /** Milliseconds of the runs' requests. */
  readonly times: number[];
  /** Requests a second of each run. */
  readonly rates: number[];
  /** How many requests were answered, those of the warm-up too. */
  readonly answered: number;
  /** What ended the case early. */
  readonly error: string;
};

async function measure(asked: Case, count: number, runs: number): Promise<Measured> {
  const connections = new Connections(count);
  let sent = 0;
  let answered = 0;
  let error = '';
  const round = async (ms: number, times: number[]): Promise<number> => {
    const start = performance.now();
    const before = answered;
    const one = async (): Promise<void> => {
      while (performance.now() - start < ms && error === '') {
        const asking = performance.now();
        await asked.ask(connections, sent++);
        answered++;
        times.push(performance.now() - asking);
      }
    };
    const fail = (reason: Error): string => (error = reason.message.slice(0, 160));
    await Promise.all(Array.from({ length: count }, () => one().catch(fail)));
    return ((answered - before) * 1000) / (performance.now() - start);
  };
  const times: number[] = [];
  const rates: number[] = [];
  await round(WARM_MS, []);
  for (let run = 0; run < runs && error === ''; run++) rates.push(await round(RUN_MS, times));
  connections.close();
  return { times, rates, answered, error };
}

async function load(server: ServerProcess, table: Table): Promise<void> {
  for (const name of [table.name, INSERTED]) await statement(server, clickhouseTable({ ...table, name }));
  const url = new URL(
    `/?query=${encodeURIComponent(`INSERT INTO ${table.name} FORMAT JSONEachRow`)}`,
    server.clickhouse,
  );
  await new Promise<void>((resolve, reject) => {
    const sent = request(url, { method: 'POST' }, (reply) => {
      reply.resume();
      reply.on('end', () =>
        reply.statusCode === 200 ? resolve() : reject(new Error(`loading: HTTP ${reply.statusCode}`)),
      );
    });
    sent.on('error', reject);
    createReadStream(table.file, { highWaterMark: 1 << 20 }).pipe(sent);
  });
}

async function statement(server: ServerProcess, sql: string): Promise<string> {
  const connections = new Connections(1);
  try {
    return await succeeded(connections.send('POST', server.clickhouse, sql));
  } finally {
    connections.close();
  }
}

/** A thousand sort keys that rows have, spread over the table. */
const someTimes = async (server: ServerProcess, rows: number): Promise<string[]> =>
  (
    await statement(
      server,
      `SELECT ts FROM t WHERE width % ${Math.max(1, Math.floor(rows / 1000))} = 0 LIMIT 1000 FORMAT TabSeparated`,
    )
  )
    .trim()
    .split('\n');

const countOf = async (server: ServerProcess, table: string): Promise<number> =>
  Number(
    await statement(server, `SELECT count() FROM ${table} FORMAT TabSeparated`).catch((error: Error) =>
      error.message.includes('UNKNOWN_TABLE') ? '0' : Promise.reject(error),
    ),
  );
