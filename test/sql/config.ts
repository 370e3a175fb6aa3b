/**
 * The configurations golden files run under. Each must give the same answers; what differs is the way there.
 */

import { type Database, open } from '../../database/index.ts';
import { type OpenParts, openOn } from '../../database/open-on.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { FaultFileSystem } from '../../storage/fs/fault.ts';
import { hasPolicy, MemoryFileSystem, type PartitionFunction } from '../../storage/index.ts';
import { openAt, wholeDisk } from '../crash/power-cut.ts';

export type GoldenSession = {
  /** The database the next statement runs in. */
  database(): Promise<Database>;
  close(): Promise<void>;
  /** Settings of every statement. */
  readonly settings?: Readonly<Record<string, boolean | number>>;
};

function once(start: () => Promise<Database>): GoldenSession {
  let opened: Promise<Database> | null = null;
  return {
    database: () => {
      opened ??= start();
      return opened;
    },
    close: async () => (await opened)?.close(),
  };
}

/** Closes and opens again before every statement: everything must come back from files. */
function restarting(): GoldenSession {
  const fs = new MemoryFileSystem();
  let opened: Database | null = null;
  return {
    async database() {
      await opened?.close();
      opened = await openOn(fs, '/golden');
      return opened;
    },
    close: async () => opened?.close(),
  };
}

/** Never closed: a power cut before every statement, so that rows are in the log alone and the next process finds no more. */
function cutOff(): GoldenSession {
  const random = new SeededRandom(1);
  let fs = wholeDisk();
  let opened: Database | null = null;
  return {
    async database() {
      const abandoned = opened;
      if (abandoned !== null) fs = new FaultFileSystem({ random }, fs.afterCrash());
      // Its disk is gone.
      await abandoned?.close().catch(() => {});
      opened = await openAt(fs);
      return opened;
    },
    close: async () => opened?.close(),
  };
}

const TINY_ROWS = 3;

const tinyPartitions: PartitionFunction = (batch) => ({
  values: Array.from({ length: Math.ceil(batch.rows / TINY_ROWS) }, (_, i) => [BigInt(i)]),
  ofRow: Uint32Array.from({ length: batch.rows }, (_, row) => Math.floor(row / TINY_ROWS)),
});

/** Every insert becomes segments of three rows at once: many parts, many dictionaries, blocks that end everywhere. */
const TINY: OpenParts = {
  settings: { flushRows: 1 },
  // A partition key of the table's own stays: statements name its partitions. Where rows of equal key are one,
  // partitions are part of the answer.
  partitionOf: (table) => (table.partitionBy === null && !hasPolicy(table) ? tinyPartitions : undefined),
};

export const CONFIGS: Readonly<Record<string, () => GoldenSession>> = {
  default: () => once(() => open()),
  'restart between statements': restarting,
  'power cut between statements': cutOff,
  'tiny blocks': () => once(() => openOn(new MemoryFileSystem(), '/golden', {}, TINY)),
  // A byte is too much for every sort, join and GROUP BY: all of them go through files, block by block.
  'forced spill': () => ({
    ...once(() => openOn(new MemoryFileSystem(), '/golden', {}, TINY)),
    settings: {
      max_bytes_before_external_sort: 1,
      max_bytes_before_external_join: 1,
      max_bytes_before_external_group_by: 1,
    },
  }),
  'reference kernels': () => once(() => open({ kernels: 'reference' })),
  'one thread': () => ({ ...once(() => open()), settings: { max_threads: 1 } }),
  'no plan rules': () => ({
    ...once(() => open()),
    settings: { query_plan_enable_optimizations: false },
  }),
};
