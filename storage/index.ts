/**
 * The public door of storage: tables that survive power loss, made of columns that compute in place.
 *
 * Everything above imports from here; everything below this folder is `engine`. What is not exported here is
 * nobody else's business.
 */

export { APPEND, type CombineRule, hasPolicy, type RowPolicy } from '../engine/plan/row-policy.ts';
export type { Compression } from './codec/byte-codec.ts';
export type { Compressors } from './codec/compressors.ts';
export type { CodecContext } from './codec/context.ts';
export type { FinalRows } from './final/final-rows.ts';
export { copyStore } from './fs/copy-store.ts';
export {
  type FileSystem,
  joinPath,
  type ReadableDescriptor,
  type ReadableFile,
  removeQuietly,
  type WritableFile,
} from './fs/file-system.ts';
export { MemoryFileSystem } from './fs/memory.ts';
export { nodeCompressors } from './fs/node-compressors.ts';
export { nodeInflaters } from './fs/node-inflaters.ts';
export { openDescriptor } from './fs/open-descriptor.ts';
export { type ProcessIdentity, type ProcessTable, systemProcesses } from './fs/process.ts';
export { RealFileSystem } from './fs/real.ts';
export { SpillFolder } from './fs/spill-folder.ts';
export { UnsyncedFileSystem } from './fs/unsynced.ts';
export type { DetachedSegment } from './manifest/state.ts';
export type { MergeJob } from './merge/merge-job.ts';
export type { MergeStatus } from './merge/merger.ts';
export { DEFAULT_MERGE_POLICY, type MergePolicy } from './merge/pick.ts';
export {
  DEFAULT_SCHEDULER_SETTINGS,
  Scheduler,
  type SchedulerSettings,
} from './merge/scheduler.ts';
export { openPart } from './open-part.ts';
export type { Damage, SegmentCheck } from './repair/checker.ts';
export { inspectSegment } from './repair/inspect.ts';
export {
  DEFAULT_SCRUB_SETTINGS,
  Scrubber,
  type ScrubSettings,
} from './repair/scrubber.ts';
export { buildSegment, MAX_BUILD_ROWS } from './segment/build.ts';
export { SEGMENT_KIND, type SegmentDescriptor } from './segment/descriptor.ts';
export { FooterCache } from './segment/footer-cache.ts';
export { type ColumnStatistics, liveRowsOf, type SegmentChoice, type SegmentMeta } from './segment/meta.ts';
export { SegmentReader } from './segment/reader.ts';
export { LocalSegmentBuilder, type MergeInput, type SegmentBuilder } from './segment/segment-builder.ts';
export { type BuiltSegment, type SegmentTarget, writeTarget } from './segment/target.ts';
export { Store } from './store.ts';
export {
  type CatalogChange,
  DEFAULT_STORE_SETTINGS,
  type InsertResult,
  type NewTable,
  type PublishOptions,
  type StoreOptions,
  type StoreSettings,
} from './store-options.ts';
export { cleared, pinned } from './table/adopt.ts';
export type { TableChange } from './table/alter.ts';
export { type Batch, checkBatch } from './table/batch.ts';
export { BatchBuilder, type BatchValue } from './table/batch-builder.ts';
export {
  type ColumnDefinition,
  columnOf,
  layoutOf,
  nextColumnId,
  type TableDefinition,
} from './table/definition.ts';
export type { Interval } from './table/interval.ts';
export { MEMORY_KIND, type MemoryDescriptor } from './table/memory-part.ts';
export type { Mutation } from './table/mutation.ts';
export {
  type PartitionFunction,
  type Partitioning,
  type PartitionValue,
  partitionBatches,
  partitionKey,
} from './table/partition.ts';
export type { Transfer } from './table/segment-mover.ts';
