/**
 * What becomes of each of a run of rows in order, a byte a row:
 *
 *   out    the row is left out
 *   row    it is a row of the output
 *   fold   it goes into the row before it
 *
 * Rows of equal key are neighbours: first they are marked `row` and `fold`, then a policy decides over them.
 *
 * Memory: a byte a row, a piece of 64 KiB for each block.
 */

import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';

export const FATE = { out: 0, row: 1, fold: 2 } as const;
export type Fate = (typeof FATE)[keyof typeof FATE];

export class RowFates {
  readonly rowCount: number;
  readonly #arena: Arena;
  readonly #blocks: readonly number[];

  /** Every row is a row of the output until it is said otherwise. */
  constructor(region: Region, rowCount: number) {
    this.rowCount = rowCount;
    this.#arena = region.arena;
    const blocks = Array.from({ length: Math.ceil(rowCount / BLOCK_ROWS) }, () => region.alloc(BLOCK_ROWS));
    for (const block of blocks) this.#arena.fill(block, BLOCK_ROWS, FATE.row);
    this.#blocks = blocks;
  }

  /** Address of the fates of the rows from block * 65,536 on. */
  block(block: number): number {
    return this.#blocks[block];
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  blockRows(block: number): number {
    return Math.min(BLOCK_ROWS, this.rowCount - block * BLOCK_ROWS);
  }

  /** Address of one row's fate. */
  at(row: number): number {
    return this.#blocks[Math.floor(row / BLOCK_ROWS)] + (row % BLOCK_ROWS);
  }

  set(row: number, fate: Fate): void {
    this.#arena.u8[this.at(row)] = fate;
  }

  get(row: number): Fate {
    return this.#arena.u8[this.at(row)] as Fate;
  }

  /** Rows of the output. */
  countRows(): number {
    const { u8 } = this.#arena;
    let count = 0;
    this.#blocks.forEach((start, block) => {
      const end = start + this.blockRows(block);
      for (let at = start; at < end; at++) if (u8[at] === FATE.row) count++;
    });
    return count;
  }
}
