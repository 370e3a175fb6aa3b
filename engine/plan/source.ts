/**
 * What the executor needs from a table, and nothing about where its bytes live (DESIGN.md D16).
 *
 * The coordinator holds a {@link Snapshot}: a fixed set of parts, kept alive until released. Each part is
 * plain data that any worker can open through the opener registered for its `kind` (segments by
 * `storage/segment`, memtable batches by `storage/table`); the {@link PartReader} it gets gives chunks in the
 * working format, pinned until it releases them.
 */

import type { KeyedRows } from '../keyed/keyed-rows.ts';
import type { Value } from '../type/type.ts';
import type { HiddenRows } from '../vector/hidden-rows.ts';
import type { Chunk, Vector } from '../vector/vector.ts';
import type { PathKind } from './path-read.ts';
import type { SkipIndex } from './skip-index.ts';

/** What is known of one column in one part or block without reading it. Bounds are inclusive; null = unknown. */
export type Zone = {
  readonly min: Value;
  readonly max: Value;
  readonly nullCount: number;
};

export type Part = {
  /** Which opener reads it. */
  readonly kind: string;
  /** Unique in the process for as long as the part lives; a worker caches its reader under it. */
  readonly key: string;
  /** Of the part in row numbers (engine/exec/row-number.ts) that mean something outside of their query. */
  readonly number?: number;
  /** Id of the segment that it is; absent: its rows are in no segment yet. */
  readonly segment?: number;
  /** Rows of its blocks, hidden ones among them. */
  readonly rows: number;
  /** Rows that nobody is to see; their values still count in zones. Absent: none. */
  readonly hidden?: HiddenRows;
  readonly blocks: number;
  /** Which partition of the table it belongs to, where the table has partitions. */
  readonly partition?: string;
  /** By column id; absent = unknown. */
  readonly zones: ReadonlyMap<number, Zone>;
  /** Those the part has, in the table's order. Absent: none. */
  readonly indexes?: readonly SkipIndex[];
  /** Structured-cloneable; only the opener looks inside. */
  readonly descriptor: unknown;
};

export interface Snapshot {
  readonly parts: readonly Part[];
  /** Rows to be seen. */
  readonly rows: number;
  /** The same rows as functions ask them by their key; absent: they have none. */
  readonly keyed?: KeyedRows;
  /** Lets go of files and memory; the parts must not be read any more. */
  release(): void;
}

/** Frames held by one morsel; released together. */
export interface Pins {
  add(slot: number, bytes: number): void;
  /** Memory of the reader's own instead of a frame: freed with the pins. */
  hold(memory: { readonly bytes: number; free(): void }): void;
  release(): void;
}

export interface PartReader {
  readonly rows: number;
  readonly blockCount: number;
  blockRows(block: number): number;
  /** Zone of a block's column; undefined when the part keeps none. */
  zone(block: number, columnId: number): Zone | undefined;
  /**
   * The column's values of the block. A column the part does not have comes back as a const vector of its
   * default. The chunk's addresses stay good until `pins.release()`; dictionaries until `close()`.
   */
  chunk(block: number, columnId: number, pins: Pins): Chunk;
  /** How many different values the column has, NULL apart; undefined where the part does not know. Rough: for the planner. */
  distinct?(columnId: number): number | undefined;
  /** Bounds of each VECTOR_ROWS rows of the block, where the part keeps them (sort key and time columns). */
  pageZones?(block: number, columnId: number): readonly Pick<Zone, 'min' | 'max'>[] | undefined;
  /** Codes of those of the strings that a column with a bitmap index has at all; undefined without such an index. */
  codes?(columnId: number, values: readonly string[]): readonly number[] | undefined;
  /**
   * Sets the mask byte of every row of the block whose dictionary code is one of `codes`, and answers how many
   * there are; undefined when the column has no bitmap index. Other mask bytes are left alone.
   */
  candidates?(block: number, columnId: number, codes: readonly number[], mask: number): number | undefined;
  /** What the part keeps of a path of a JSON column (json/path.ts); undefined when it keeps nothing. */
  path?(columnId: number, path: string): StoredPath | undefined;
  /** What the part has of an index of {@link Part.indexes}; undefined when it has nothing. */
  skipIndex?(indexId: number): SkipIndexReader | undefined;
  close(): void;
}

/** Values at a path of JSON as a column of their own: NULL where there is none, null, or one that does not fit. */
export type StoredPath = {
  /** The id under which this reader has the column. */
  readonly columnId: number;
  readonly kind: PathKind;
  /** Pages of a block, a bit for each VECTOR_ROWS rows, with a value that does not fit: only the documents know these. */
  unfit(block: number): number;
  /** The same of pages where null stands at the path. */
  nulls(block: number): number;
};

/** `count` 64-bit hashes at an address. */
export type HashList = { readonly address: number; readonly count: number };

/** What one part has of one index. Granules are numbered through the part. */
export interface SkipIndexReader {
  /** undefined: not known. */
  bounds(term: number, granule: number): Zone | undefined;
  /** Every value once, NULL among them. undefined: not known. */
  values(term: number, granule: number, pins: Pins): Vector | undefined;
  /** False: of every list, at least one hash is of no value. */
  hasHashes(term: number, granule: number, lists: readonly HashList[]): boolean;
}
