/**
 * A data folder behind both doors until a signal comes.
 *
 * The doors answer before the sample table is loaded. SIGINT and SIGTERM stop accepting, drain, flush and exit 0; a
 * second signal exits at once.
 */

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { BasaltError, type Database, open } from '../../database/index.ts';
import { type RunningServer, startServer } from '../main.ts';
import { serveDatabase } from '../serve-database.ts';
import { removeServerAddress, writeServerAddress } from './address.ts';
import { whenOrphaned } from './npm-parent.ts';
import { rehearse } from './rehearse.ts';
import { lacksSample, loadSample, SAMPLE_TABLE } from './sample.ts';

export type ServeOptions = {
  data: string;
  host: string;
  port: number;
  clickhousePort: number;
  threads: number | undefined;
  /** Bytes. */
  memory: number | undefined;
  files: string[];
  export: string[];
  allowHost: string[];
  hostName: string[];
  sample: boolean;
};

export async function runServer(options: ServeOptions): Promise<void> {
  const folder = resolve(options.data);
  makeFolder(folder);
  const database = await open({
    path: folder,
    threads: options.threads,
    memoryLimitBytes: options.memory,
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
