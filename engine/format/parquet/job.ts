/** What a thread is told and gives back when it decodes columns: plain data that travels between threads. */

import type { Chunk } from '../../vector/vector.ts';
import type { ReadColumn } from '../column.ts';
import type { Leaf } from './leaf.ts';
import type { Shape } from './shape.ts';

/** One column chunk whose bytes lie in the arena, with 64 readable bytes behind them. */
export type ChunkBytes = {
  readonly leaf: Leaf;
  readonly codec: string;
  readonly address: number;
  readonly bytes: number;
};

/** A column in one row group. */
export type ColumnJob = {
  readonly column: ReadColumn;
  readonly shape: Shape;
  /** By leaf of the shape. */
  readonly chunks: readonly ChunkBytes[];
  /** From 1. */
  readonly rowGroup: number;
  readonly rows: number;
};

/** The column as one chunk for each 65,536 rows of the row group; the last may be shorter. */
export type DecodedColumn = { readonly id: number; readonly chunks: readonly Chunk[] };
