/** Twins of as/select.ts: from masks of one byte a row to row numbers. */

import type { Arena } from '../../memory/arena.ts';

export const selectKernels = ({ u8, u16 }: Arena) => ({
  /** Number of ones among n mask bytes (each 0 or 1). */
  mask_count(mask: number, n: number): number {
    let count = 0;
    for (let i = 0; i < n; i++) count += u8[mask + i];
    return count;
  },

  /** Row numbers (u16) of the ones among n <= 65536 mask bytes, ascending; answers how many. */
  mask_select(mask: number, n: number, out: number): number {
    let count = 0;
    for (let i = 0; i < n; i++) if (u8[mask + i] !== 0) u16[(out >>> 1) + count++] = i;
    return count;
  },
});
