/**
 * What the manifest keeps of a segment: enough to prune it, to make its descriptor, and to prove its footer,
 * without opening the file.
 */

import type { Value } from '../../engine/type/type.ts';

export type ColumnStatistics = {
  readonly id: number;
  /** Inclusive bounds of the lane's values; null = unknown, or all NULL. Unsigned 64-bit: only below 2^63. */
  readonly min: Value;
  readonly max: Value;
  readonly nullCount: number;
};

export type SegmentMeta = {
  /** Unique in the data folder; also the file's name. */
  readonly id: number;
  readonly rows: number;
  readonly blocks: number;
  readonly fileBytes: number;
  readonly footerOffset: number;
  readonly footerBytes: number;
  readonly footerChecksum: bigint;
  /** Frames it can have in memory: one slot each. */
  readonly slotCount: number;
  readonly partition: readonly Value[];
  readonly columns: readonly ColumnStatistics[];
};

/** Goes into every checksum of the file, so that no other segment's bytes pass for this one's. */
export const segmentIdentity = (tableId: number, segmentId: number): bigint =>
  (BigInt(tableId) << 40n) | BigInt(segmentId);

export const segmentFileName = (segmentId: number): string => `${segmentId}.seg`;

/** Folder inside the data folder where segment files lie. */
export const SEGMENT_FOLDER = 'segment';
