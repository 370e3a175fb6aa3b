/** What readers of columns are given, and what they are. */

import type { Chunk } from '../../vector/vector.ts';
import type { ReadContext } from '../builder.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import type { Inflaters } from './decompress.ts';

export type ParquetContext = ReadContext & { readonly inflaters: Inflaters; readonly memory: ChunkMemory };

/** A column of a row group; its dictionaries and where its pages lie are found out once. Chunks lie in `context.region`. */
export interface ColumnBlocks {
  /** Rows [from, from + rows), at most a block of them, in any order. */
  block(from: number, rows: number): Chunk;
  /** All rows, by blocks; instead of `block`, not after it. */
  all(): readonly Chunk[];
}
