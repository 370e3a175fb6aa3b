/** What a thread is told and gives back when it decodes column chunks: plain data that travels between threads. */

import type { Chunk } from '../../vector/vector.ts';
import type { ReadColumn } from '../column.ts';
import type { Leaf } from './leaf.ts';

/** One column chunk whose bytes lie in the arena, with 64 readable bytes behind them. */
export type ChunkJob = {
  readonly leaf: Leaf;
  readonly column: ReadColumn;
  readonly codec: string;
  /** From 1. */
  readonly rowGroup: number;
  readonly rows: number;
  readonly address: number;
  readonly bytes: number;
};

/** The column as one chunk for each 65,536 rows of the row group; the last may be shorter. */
export type DecodedColumn = { readonly id: number; readonly chunks: readonly Chunk[] };
