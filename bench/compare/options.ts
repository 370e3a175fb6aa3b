/** The flags of `npm run bench -- SUITE`: the same for every suite, with defaults of the suite's own. */

import { parseArgs } from 'node:util';
import type { EngineName } from './suite.ts';

export type Options = {
  /** Rows of the largest table; kernels: values of an array. */
  readonly rows: number;
  readonly seed: number;
  readonly threads: number;
  /** GiB that Basalt's process may take; null = what the bench gives it. */
  readonly memory: number | null;
  readonly peers: readonly EngineName[];
  /** Warm runs, of which the median counts. */
  readonly runs: number;
  /** Runs in a new process without page cache. */
  readonly cold: number;
  /** Names of the queries or cases to measure; null = all. */
  readonly queries: readonly string[] | null;
  /** Keeps tables that the run before has loaded. */
  readonly reuse: boolean;
  readonly json: string | null;
  readonly html: string | null;
};

const PEERS: readonly EngineName[] = ['duckdb', 'chdb'];

export type Defaults = Partial<Pick<Options, 'rows' | 'runs' | 'cold'>>;

/** The suite's name, and what makes the options of the suite's defaults. */
export function readFlags(args: readonly string[]): {
  suite: string | undefined;
  options: (defaults: Defaults) => Options;
} {
  const { values: flags, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rows: { type: 'string' },
      seed: { type: 'string', default: '1' },
      threads: { type: 'string', default: '2' },
      memory: { type: 'string' },
      peers: { type: 'string', default: 'duckdb,chdb' },
      runs: { type: 'string' },
      cold: { type: 'string' },
      queries: { type: 'string' },
      reuse: { type: 'boolean', default: false },
      json: { type: 'string' },
      html: { type: 'string' },
    },
  });
  return {
    suite: positionals[0],
    options: ({ rows = 10_000_000, runs = 15, cold = 1 }) => ({
      rows: Number(flags.rows ?? rows),
      seed: Number(flags.seed),
      threads: Number(flags.threads),
      memory: flags.memory === undefined ? null : Number(flags.memory),
      peers: flags.peers
        .split(',')
        .filter((name) => name !== '')
        .map(peerNamed),
      runs: Number(flags.runs ?? runs),
      cold: Number(flags.cold ?? cold),
      queries: flags.queries?.split(',') ?? null,
      reuse: flags.reuse,
      json: flags.json ?? null,
      html: flags.html ?? null,
    }),
  };
}

function peerNamed(name: string): EngineName {
  const peer = PEERS.find((p) => p === name);
  if (peer === undefined) throw new Error(`--peers are ${PEERS.join(' and ')}, not ${name}`);
  return peer;
}

/** Whether `--queries` asks for one of a suite's names, which must hold all that it names. */
export function chosen(queries: Options['queries'], names: readonly string[]): (name: string) => boolean {
  const unknown = queries?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--queries are ${names.join(', ')}, not ${unknown}`);
  return (name) => queries?.includes(name) ?? true;
}
