/** `basalt serve`: its flags. The other commands need nothing of a server, so that is loaded when it is to run. */

import type { Command } from 'commander';
import { BasaltError } from '../../database/index.ts';
import type { ServeOptions } from './run-server.ts';

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
    .action(async (options: ServeOptions) => {
      const { runServer } = await import('./run-server.ts');
      await runServer({
        ...options,
        threads: options.threads ?? fromText('BASALT_THREADS', threads),
        memory: options.memory ?? fromText('BASALT_MEMORY', size),
      });
    });
}

/** An environment variable that is not set, or empty, says nothing. */
const fromText = (name: string, read: (value: string) => number): number | undefined =>
  process.env[name] ? read(process.env[name]) : undefined;
