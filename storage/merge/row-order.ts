/**
 * The order of a merge's rows: for each row of the output, in one byte, the number of the input it comes from. Inputs
 * are read from front to back, so that is all a column needs to be merged without the others.
 *
 * Where some rows are left out or folded into others, a second byte a row says so (policy/row-fates.ts).
 *
 * Memory: one byte a row for as long as the merge lasts, a piece of 64 KiB for each block of the output.
 */

import type { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import type { RowFates } from '../policy/row-fates.ts';

/** A byte numbers them. */
export const MOST_INPUTS = 256;

export class RowOrder {
  readonly rowCount: number;
  /** What becomes of each row; null: all of them are rows of the output. */
  fates: RowFates | null = null;
  readonly #region: Region;
  readonly #blocks: number[] = [];

  constructor(region: Region, rowCount: number) {
    this.#region = region;
    this.rowCount = rowCount;
  }

  /** Rows of the output. */
  get outputRows(): number {
    return this.fates?.countRows() ?? this.rowCount;
  }

  get blockCount(): number {
    return Math.ceil(this.rowCount / BLOCK_ROWS);
  }

  blockRows(block: number): number {
    return Math.min(BLOCK_ROWS, this.rowCount - block * BLOCK_ROWS);
  }

  /** Address of the block's bytes; made on first use. */
  block(block: number): number {
    this.#blocks[block] ??= this.#region.alloc(BLOCK_ROWS);
    return this.#blocks[block];
  }
}
