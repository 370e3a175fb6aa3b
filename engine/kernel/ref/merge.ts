/**
 * Twins of as/merge.ts: the order of the rows of sorted inputs, one byte a row (the number of the input that comes
 * next), and columns in that order. An input of merge_order is three u32: key columns, next row, first row that is not
 * there.
 */

import type { Arena } from '../../memory/arena.ts';
import { orderOfRowsIn } from './order.ts';
import { compareRefs } from './string.ts';

export const mergeKernels = (arena: Arena) => {
  const { u8, u32, u64 } = arena;
  const orderOfRows = orderOfRowsIn(arena);

  return {
    /** Inputs of the next rows; answers how many, fewer than n when an input has no row left. */
    merge_order(
      inputs: number,
      count: number,
      kinds: number,
      width: number,
      _heap: number,
      n: number,
      out: number,
    ): number {
      const at = (input: number): number => (inputs >>> 2) + input * 3;
      let done = 0;
      while (done < n) {
        let first = -1;
        for (let i = 0; i < count; i++) {
          const [columns, row, end] = u32.subarray(at(i), at(i) + 3);
          if (row === end) continue;
          if (first < 0) first = i;
          else if (orderOfRows(columns, row, u32[at(first)], u32[at(first) + 1], kinds, width) < 0) first = i;
        }
        if (first < 0) break;
        u8[out + done++] = first;
        if (++u32[at(first) + 1] === u32[at(first) + 2]) break;
      }
      return done;
    },

    /** Takes rows off what each input has left; answers how many there are before an input without any. */
    merge_span(order: number, n: number, left: number): number {
      for (let i = 0; i < n; i++) {
        const word = (left >>> 2) + u8[order + i];
        if (u32[word] === 0) return i;
        u32[word]--;
      }
      return n;
    },

    /** Values of the next n rows; moves the inputs' heads on. */
    merge_take_u8(order: number, n: number, heads: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = u8[u32[(heads >>> 2) + u8[order + i]]++];
    },
    merge_take_u64(order: number, n: number, heads: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const word = (heads >>> 2) + u8[order + i];
        u64[(out >>> 3) + i] = u64[u32[word] >>> 3];
        u32[word] += 8;
      }
    },

    /** Distinct strings of entries in order, appended to `out`; answers the new count. */
    merge_distinct_refs(
      order: number,
      n: number,
      heads: number,
      maps: number,
      out: number,
      count: number,
    ): number {
      for (let i = 0; i < n; i++) {
        const input = u8[order + i];
        const ref = u64[u32[(heads >>> 2) + input] >>> 3];
        if (count === 1 || compareRefs(arena, u64[(out >>> 3) + count - 1], ref) !== 0) {
          u64[(out >>> 3) + count++] = ref;
        }
        u32[u32[(maps >>> 2) + input] >>> 2] = count - 1;
        u32[(heads >>> 2) + input] += 8;
        u32[(maps >>> 2) + input] += 4;
      }
      return count;
    },
  };
};
