/**
 * `basalt serve`: a data folder behind both doors until a signal comes.
 *
 * The doors answer before the sample table is loaded. SIGINT and SIGTERM stop accepting, drain, flush and exit 0; a
 * second signal exits at once.
 */

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { BasaltError, type Database, open } from '../../database/index.ts';
import { type RunningServer, startServer } from '../main.ts';
import { serveDatabase } from '../serve-database.ts';
import { removeServerAddress, writeServerAddress } from './address.ts';
import { whenOrphaned } from './npm-parent.ts';
import { rehearse } from './rehearse.ts';
import { lacksSample, loadSample, SAMPLE_TABLE } from './sample.ts';

type Options = {
  data: string;
  host: string;
  port: number;
  clickhousePort: number;
  threads?: number;
  memory?: number;
  files: string[];
  export: string[];
  allowHost: string[];
  hostName: string[];
  sample: boolean;
};

const MAX_THREADS = 1024;
const MIN_MEMORY_BYTES = 256 << 20;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

const collect = (value: string, all: string[]): string[] => [...all, value];

function port(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= 65535) return number;
  throw new BasaltError('BAD_ARGUMENTS', `${value} is no port`, {
    hint: 'Give a number from 0 (any free port) to 65535',
  });
}

function threads(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= MAX_THREADS) return number;
  throw new BasaltError('BAD_ARGUMENTS', `${value} is no number of threads`, {
    hint: `Give a number from 1 to ${MAX_THREADS}`,
  });
}

/** Bytes; K, M and G are powers of 1024, with or without B or iB behind them. */
function size(value: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(value.trim());
  const bytes = match === null ? 0 : Number(match[1]) * UNITS[match[2].toUpperCase()];
  if (bytes >= MIN_MEMORY_BYTES) return Math.floor(bytes);
  throw new BasaltError('BAD_ARGUMENTS', `${value} is no size of at least 256M`, {
    hint: 'Give a number of bytes, or one with K, M or G behind it: 2G',
  });
}

const fromEnvironment = (name: string, otherwise: string): string => process.env[name] ?? otherwise;

export function addServe(program: Command): void {
  program
    .command('serve')
    .description("serve a data folder: Druid's API and ClickHouse's HTTP interface")
    .option('--data <folder>', 'data folder (BASALT_DATA)', fromEnvironment('BASALT_DATA', './data'))
    .option(
      '--host <address>',
      'address to listen on; other than loopback needs BASALT_PASSWORD',
      '127.0.0.1',
    )
    .option(
      '--port <port>',
      'port of the Druid API (BASALT_PORT)',
      port,
      port(fromEnvironment('BASALT_PORT', '8888')),
    )
    .option(
      '--clickhouse-port <port>',
      'port of the ClickHouse HTTP interface (BASALT_CLICKHOUSE_PORT)',
      port,
      port(fromEnvironment('BASALT_CLICKHOUSE_PORT', '8123')),
    )
    .option('--threads <n>', 'worker threads (BASALT_THREADS); default the cores', threads)
    .option(
      '--memory <size>',
      'what the process may take, such as 2G (BASALT_MEMORY); default 80 % of the machine, at most about 3.8G',
      size,
    )
    .option('--files <folder>', 'folder below which local input sources may read (repeatable)', collect, [])
    .option('--export <folder>', 'folder below which COPY ... TO may write (repeatable)', collect, [])
    .option('--allow-host <host>', 'host that http input sources may read (repeatable)', collect, [])
    .option(
      '--host-name <name>',
      'name under which clients may reach the server, besides its address (repeatable)',
      collect,
      [],
    )
    .option('--no-sample', 'do not load the sample table into an empty folder')
    .action(serve);
}

/** An environment variable that is not set, or empty, says nothing. */
const fromText = (name: string, read: (value: string) => number): number | undefined =>
  process.env[name] ? read(process.env[name]) : undefined;

async function serve(options: Options): Promise<void> {
  const folder = resolve(options.data);
  makeFolder(folder);
  const database = await open({
    path: folder,
    threads: options.threads ?? fromText('BASALT_THREADS', threads),
    memoryLimitBytes: options.memory ?? fromText('BASALT_MEMORY', size),
    files: options.files,
    exports: options.export,
    allowHosts: options.allowHost,
    warm: true,
  });
  let server: RunningServer;
  try {
    await rehearse(database);
    server = await startServer(serveDatabase(database), {
      host: options.host,
      druidPort: options.port,
      clickhousePort: options.clickhousePort,
      hostNames: options.hostName,
      password: process.env['BASALT_PASSWORD'] ?? null,
    });
  } catch (error) {
    await database.close();
    throw error;
  }
  const { druid, clickhouse } = server.addresses;
  if (clickhouse !== null) writeServerAddress(folder, clickhouse.url);
  const stopping = stopOnSignal(database, server, folder);
  console.log(
    `Basalt serves ${folder}\n  Druid API        ${druid?.url}\n  ClickHouse HTTP  ${clickhouse?.url}`,
  );
  if (options.sample && (await lacksSample(database))) await loadQuietly(database, stopping);
  if (!stopping.aborted) printExamples(database, druid?.url ?? '', clickhouse?.url ?? '');
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new BasaltError(
      'CANNOT_WRITE',
      `Cannot make the data folder ${folder}: ${(error as Error).message}`,
      {
        hint: 'Choose another with --data',
      },
    );
  }
}

function stopOnSignal(database: Database, server: RunningServer, folder: string): AbortSignal {
  const controller = new AbortController();
  const stop = async (): Promise<void> => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    try {
      await server.close();
      await database.close();
      removeServerAddress(folder);
      process.exit(0);
    } catch (error) {
      console.error(`basalt: ${BasaltError.from(error).text}`);
      process.exit(1);
    }
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  whenOrphaned(() => void stop());
  return controller.signal;
}

/** A signal while the sample loads is no failure. */
async function loadQuietly(database: Database, stopping: AbortSignal): Promise<void> {
  try {
    await loadSample(database, stopping);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}

function printExamples(database: Database, druid: string, clickhouse: string): void {
  const table = database.tables().find((t) => t.name === SAMPLE_TABLE)?.name ?? database.tables()[0]?.name;
  if (table === undefined) return;
  console.log(
    `Try\n` +
      `  curl -s ${druid}/druid/v2/sql -H 'Content-Type: application/json' -d '{"query":"SELECT COUNT(*) AS n FROM ${table}"}'\n` +
      `  curl -s '${clickhouse}/?query=SELECT+count()+FROM+${table}'`,
  );
}
