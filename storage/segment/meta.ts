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
  /**
   * The column's id in the file, where it is another one (the segment came from another table). null: the column is not
   * in the file, or not any more; all rows have the value `min`.
   */
  readonly stored?: number | null;
};

/** An index that the segment has. */
export type IndexMeta = {
  readonly id: number;
  /** Its id in the file, where that is another one (the segment came from another table). */
  readonly stored?: number;
  /** Bytes in the file, and what they are unpacked. */
  readonly bytes: number;
  readonly plainBytes: number;
};

/** Rows of a segment that are hidden, kept in a file of their own (overlay.ts). */
export type OverlayMeta = {
  /** Counts the overlays the segment has had; part of the file's name. */
  readonly number: number;
  /** How many rows are hidden: some, but not all. */
  readonly rows: number;
  readonly fileBytes: number;
  readonly checksum: bigint;
};

export type SegmentMeta = {
  /** Unique in the data folder; also the file's name. */
  readonly id: number;
  /** What the file's checksums are made with: of the table and id it was written for, wherever it is now. */
  readonly identity: bigint;
  /**
   * Place in the order of insertion among the table's segments; memtable rows are newer than all. A merged segment has
   * that of its newest input. 0 until it is published.
   */
  readonly age: number;
  /** Rows in the file, hidden ones among them. */
  readonly rows: number;
  readonly blocks: number;
  readonly fileBytes: number;
  readonly footerOffset: number;
  readonly footerBytes: number;
  readonly footerChecksum: bigint;
  /** Frames it can have in memory: one slot each. */
  readonly slotCount: number;
  readonly partition: readonly Value[];
  /** Of the columns that the segment has something of its own for, over all rows in the file; others have their defaults. */
  readonly columns: readonly ColumnStatistics[];
  /** Those of the table's that queries may use; the file may have more. Absent: none. */
  readonly indexes?: readonly IndexMeta[];
  /** Absent: no row is hidden. */
  readonly overlay?: OverlayMeta;
  /** Merges between its rows' inserts and it; absent: 0. */
  readonly level?: number;
  /** When it became part of a table, milliseconds since the epoch. */
  readonly publishedMs?: number;
};

/** Which segments a statement means. */
export type SegmentChoice = (segment: SegmentMeta) => boolean;

/** Goes into every checksum of the file, so that no other segment's bytes pass for this one's. */
export const segmentIdentity = (tableId: number, segmentId: number): bigint =>
  (BigInt(tableId) << 40n) | BigInt(segmentId);

export const segmentFileName = (segmentId: number): string => `${segmentId}.seg`;

export const overlayFileName = (segmentId: number, number: number): string => `${segmentId}.${number}.del`;

/** Names of all files of a segment, as they would be under another id. */
export const segmentFiles = ({ overlay }: SegmentMeta, id: number): string[] => [
  segmentFileName(id),
  ...(overlay === undefined ? [] : [overlayFileName(id, overlay.number)]),
];

/** Rows to be seen. */
export const liveRowsOf = ({ rows, overlay }: SegmentMeta): number => rows - (overlay?.rows ?? 0);

/** The same rows are to be seen in both. */
export const isSameState = (a: SegmentMeta, b: SegmentMeta): boolean =>
  a.id === b.id && a.overlay?.number === b.overlay?.number;

/** Folder inside the data folder where segment files lie. */
export const SEGMENT_FOLDER = 'segment';

/** Where segments lie that were taken out of their table (DETACH), and copies that were kept (FREEZE). */
export const DETACHED_FOLDER = 'detached';
export const SHADOW_FOLDER = 'shadow';
