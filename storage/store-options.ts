/** What a store is opened with, and what its calls take and give. */

import type { Clock } from '../engine/base/clock.ts';
import type { Random } from '../engine/base/random.ts';
import type { Timer } from '../engine/base/timer.ts';
import type { Kernels } from '../engine/kernel/load.ts';
import type { Arena } from '../engine/memory/arena.ts';
import type { FrameCache } from '../engine/memory/frame-cache.ts';
import type { Compressors } from './codec/compressors.ts';
import type { FileSystem } from './fs/file-system.ts';
import type { ProcessTable } from './fs/process.ts';
import { DEFAULT_MERGE_POLICY, type MergePolicy } from './merge/pick.ts';
import type { SegmentMeta } from './segment/meta.ts';
import type { SegmentBuilder } from './segment/segment-builder.ts';
import type { TableDefinition } from './table/definition.ts';
import type { Interval } from './table/interval.ts';
import type { PartitionFunction } from './table/partition.ts';

export type StoreSettings = {
  /** Inserts whose WAL record would be larger go straight into segments. */
  readonly maxWalInsertBytes: number;
  /** A memtable is flushed when it has this many rows or bytes, or rows this old. */
  readonly flushRows: number;
  readonly flushBytes: number;
  readonly flushAgeMs: number;
  /** Segments of one partition at which inserts slow down, and are refused; 0: no limit. A table may say otherwise. */
  readonly partsToDelayInsert: number;
  readonly partsToThrowInsert: number;
  /** Segments of one table, in all partitions, at which inserts are refused. */
  readonly maxSegments: number;
  /** Size at which the WAL begins its next file. */
  readonly walFileBytes: number;
  /** Edits the manifest takes at least before it begins a new file with a checkpoint. */
  readonly manifestEditBytes: number;
  readonly merge: MergePolicy;
};

export const DEFAULT_STORE_SETTINGS: StoreSettings = {
  maxWalInsertBytes: 4 << 20,
  flushRows: 1 << 19,
  flushBytes: 64 << 20,
  flushAgeMs: 60_000,
  partsToDelayInsert: 300,
  partsToThrowInsert: 1000,
  maxSegments: 100_000,
  walFileBytes: 64 << 20,
  manifestEditBytes: 256 << 10,
  merge: DEFAULT_MERGE_POLICY,
};

export type StoreOptions = {
  readonly fs: FileSystem;
  readonly dir: string;
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly frames: FrameCache;
  readonly clock: Clock;
  readonly random: Random;
  readonly compressors: Compressors;
  readonly processes: ProcessTable;
  /** How a table's rows are cut into partitions; null: one partition. */
  readonly partitionOf?: (table: TableDefinition) => PartitionFunction | null;
  /** Runs flushes and merges elsewhere; default: on this thread. */
  readonly builder?: SegmentBuilder;
  /** By what inserts that are slowed down wait; default: a timer that keeps the process alive. */
  readonly insertTimer?: Timer;
  readonly settings?: Partial<StoreSettings>;
};

export type NewTable = Omit<TableDefinition, 'id'>;

/** Tables that come, go and change their names together. `options` are what `TableDefinition.options` becomes. */
export type CatalogChange = {
  readonly create?: readonly NewTable[];
  readonly rename?: readonly { readonly tableId: number; readonly name: string; readonly options: unknown }[];
  readonly drop?: readonly number[];
  /** Values of the same record, by key; null forgets one. */
  readonly values?: readonly (readonly [string, unknown])[];
};

export type InsertResult = {
  /** False: an insert with this token was acknowledged before. */
  readonly inserted: boolean;
  readonly rows: number;
};

export type PublishOptions = {
  readonly token?: string;
  /** `layoutOf` the definition that the segments were written for: of another one they are refused. */
  readonly layout?: number;
  /** Segments the new ones take the place of. */
  readonly replaces?: (segment: SegmentMeta) => boolean;
  /** The same by time: segments that lie in one of these intervals; one that is only partly inside is refused. */
  readonly replaceIntervals?: readonly Interval[];
  /** Further edits of the same record: stream offsets and the like, by key. */
  readonly values?: readonly (readonly [string, unknown])[];
};
