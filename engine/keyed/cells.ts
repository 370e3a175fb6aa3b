/**
 * Cells of one width that grow without moving: blocks of VECTOR_ROWS cells, found through a directory of their addresses. A cell's address
 * so is two reads away on every thread, and a block of cells is a vector as it lies.
 *
 * A directory that is full is written anew, so addresses of cells stay, and that of the directory is good once nothing is added any more.
 */

import type { Arena } from '../memory/arena.ts';
import type { Region } from '../memory/region.ts';
import { VECTOR_ROWS } from '../vector/vector.ts';

export const BLOCK_SHIFT = Math.log2(VECTOR_ROWS);
export const BLOCK_MASK = VECTOR_ROWS - 1;
const FIRST_CAPACITY = 16;

/** Address of cell `row`. */
export const cellAt = ({ u32 }: Arena, directory: number, width: number, row: number): number =>
  u32[(directory >>> 2) + (row >>> BLOCK_SHIFT)] + (row & BLOCK_MASK) * width;

export class Cells {
  readonly #region: Region;
  readonly #width: number;
  #capacity = 0;
  #blocks = 0;
  directory = 0;

  constructor(region: Region, width: number) {
    this.#region = region;
    this.#width = width;
  }

  at(row: number): number {
    return cellAt(this.#region.arena, this.directory, this.#width, row);
  }

  /** Makes cells up to `count`, all zero. */
  reserve(count: number): void {
    while (this.#blocks * VECTOR_ROWS < count) this.#addBlock();
  }

  #addBlock(): void {
    const { u32 } = this.#region.arena;
    if (this.#blocks === this.#capacity) {
      this.#capacity = Math.max(FIRST_CAPACITY, this.#capacity * 2);
      const grown = this.#region.alloc(this.#capacity * 4);
      u32.copyWithin(grown >>> 2, this.directory >>> 2, (this.directory >>> 2) + this.#blocks);
      this.directory = grown;
    }
    u32[(this.directory >>> 2) + this.#blocks] = this.#region.allocZero(VECTOR_ROWS * this.#width);
    this.#blocks++;
  }
}
