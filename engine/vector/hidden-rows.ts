/**
 * Rows of a part that are there but not to be seen: deleted ones, or those that a newer row takes the place of.
 *
 * Plain data that any thread can use. In the arena lies a table of two u32 for each block: the address of its bitmap (one
 * bit a row, least significant first, 1 = hidden; 0 = no row is hidden) and how many rows of it are hidden. Only blocks with
 * hidden rows have a bitmap. Whoever made it keeps the memory for as long as the part is read.
 */

import { assert } from '../base/error.ts';
import type { Kernels } from '../kernel/load.ts';
import type { Arena } from '../memory/arena.ts';
import type { Region } from '../memory/region.ts';
import { BLOCK_ROWS } from './vector.ts';

/** Bytes of a block's bitmap. */
export const HIDDEN_BYTES = BLOCK_ROWS / 8;

export type HiddenRows = {
  /** How many rows are hidden; at least one. */
  readonly rows: number;
  /** Address of the table. */
  readonly blocks: number;
};

/** Rows of `part` that are to be seen. */
export const liveRows = (part: { readonly rows: number; readonly hidden?: HiddenRows }): number =>
  part.rows - (part.hidden?.rows ?? 0);

export const hiddenInBlock = ({ u32 }: Arena, { blocks }: HiddenRows, block: number): number =>
  u32[(blocks >>> 2) + block * 2 + 1];

/** Address of the block's bitmap; 0 = no row of it is hidden. */
export const hiddenBits = ({ u32 }: Arena, { blocks }: HiddenRows, block: number): number =>
  u32[(blocks >>> 2) + block * 2];

/**
 * One byte a row for the rows [from, from + rows) of the block, 1 = to be seen; 0 when all of them are.
 * @param from a multiple of 8.
 */
export function liveMask(
  kernels: Kernels,
  region: Region,
  hidden: HiddenRows,
  block: number,
  from: number,
  rows: number,
): number {
  const bits = hiddenBits(region.arena, hidden, block);
  if (bits === 0) return 0;
  const mask = region.allocZero(rows);
  kernels.mask_set_bits(bits + from / 8, rows, mask);
  if (kernels.mask_count(mask, rows) === 0) return 0;
  kernels.mask_not(mask, rows, mask);
  return mask;
}

/** Collects hidden rows, in any order; a row may come more than once. */
export class HiddenRowsBuilder {
  readonly #region: Region;
  readonly #blockCount: number;
  readonly #table: number;
  #rows = 0;

  /** @param region holds the result: 8 KiB for each block with hidden rows. */
  constructor(region: Region, blockCount: number) {
    this.#region = region;
    this.#blockCount = blockCount;
    this.#table = region.allocZero(blockCount * 8);
  }

  get rows(): number {
    return this.#rows;
  }

  hide(block: number, row: number): void {
    const { u8, u32 } = this.#region.arena;
    const bits = this.#bitsOf(block) + (row >> 3);
    const bit = 1 << (row & 7);
    if ((u8[bits] & bit) !== 0) return;
    u8[bits] |= bit;
    u32[(this.#table >>> 2) + block * 2 + 1]++;
    this.#rows++;
  }

  /** Hides rows of a block of which none is hidden yet. @param rows how many bits are set. */
  hideBits(block: number, bits: Uint8Array, rows: number): void {
    const { u8, u32 } = this.#region.arena;
    u8.set(bits, this.#bitsOf(block));
    u32[(this.#table >>> 2) + block * 2 + 1] = rows;
    this.#rows += rows;
  }

  /** Hides what is hidden elsewhere, too; only into a builder that has nothing yet. */
  copy(hidden: HiddenRows): void {
    assert(this.#rows === 0, 'hidden rows are copied first');
    const { arena } = this.#region;
    for (let block = 0; block < this.#blockCount; block++) {
      const from = hiddenBits(arena, hidden, block);
      if (from === 0) continue;
      arena.u8.copyWithin(this.#bitsOf(block), from, from + HIDDEN_BYTES);
      arena.u32[(this.#table >>> 2) + block * 2 + 1] = hiddenInBlock(arena, hidden, block);
    }
    this.#rows = hidden.rows;
  }

  /** null: none are hidden. */
  finish(): HiddenRows | null {
    return this.#rows === 0 ? null : { rows: this.#rows, blocks: this.#table };
  }

  #bitsOf(block: number): number {
    assert(block >= 0 && block < this.#blockCount, `block ${block} of ${this.#blockCount}`);
    const { u32 } = this.#region.arena;
    const at = (this.#table >>> 2) + block * 2;
    if (u32[at] === 0) u32[at] = this.#region.allocZero(HIDDEN_BYTES);
    return u32[at];
  }
}
