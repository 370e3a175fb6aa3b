/**
 * Twins of as/rows.ts: rows in the order of several key columns; rows on their way between memory and spill files.
 * `columns` points at `width` u32 addresses of key columns, `kinds` at one byte each (0 = unsigned word, 1 = string
 * reference ascending, 2 = descending); `order` is u32 row numbers.
 */

import type { Arena } from '../../memory/arena.ts';
import { orderOfRowsIn } from './order.ts';

const GROUP = 16;
/** Strings up to this long are copied eight bytes at a time. */
const SHORT_BYTES = 64;

export const rowKernels = (arena: Arena) => {
  const { u8, u32, u64 } = arena;
  const orderOfRows = orderOfRowsIn(arena);

  const sortSlice = (
    columns: number,
    kinds: number,
    width: number,
    from: number,
    n: number,
    out: number,
  ): void => {
    const rows = Array.from(u32.subarray(from >>> 2, (from >>> 2) + n));
    rows.sort((a, b) => orderOfRows(columns, a, columns, b, kinds, width));
    rows.forEach((row, i) => {
      u32[(out >>> 2) + i] = row;
    });
  };

  return {
    /** 1 when rows never fall. */
    rows_sorted(columns: number, kinds: number, width: number, order: number, n: number): number {
      for (let i = 1; i < n; i++) {
        const a = u32[(order >>> 2) + i - 1];
        if (orderOfRows(columns, a, columns, u32[(order >>> 2) + i], kinds, width) > 0) return 0;
      }
      return 1;
    },
    /** Sorts each group of 16 neighbours; stable. */
    rows_sort_groups(columns: number, kinds: number, width: number, order: number, n: number): void {
      for (let start = 0; start < n; start += GROUP) {
        const at = order + start * 4;
        sortSlice(columns, kinds, width, at, Math.min(GROUP, n - start), at);
      }
    },
    /** One pass of a stable merge sort: sorted groups of `group` rows become groups of 2 * group at `out`. */
    rows_sort_merge(
      columns: number,
      kinds: number,
      width: number,
      src: number,
      n: number,
      group: number,
      out: number,
    ): void {
      for (let start = 0; start < n; start += 2 * group) {
        sortSlice(columns, kinds, width, src + start * 4, Math.min(2 * group, n - start), out + start * 4);
      }
    },
    /** How many of n sorted rows come before row `row` of `others`; with `inclusive` 1, equal ones too. */
    rows_below(
      columns: number,
      kinds: number,
      width: number,
      n: number,
      others: number,
      row: number,
      inclusive: number,
    ): number {
      let below = 0;
      while (below < n && orderOfRows(columns, below, others, row, kinds, width) < inclusive) below++;
      return below;
    },
    /** Bits in which words differ from the first one. */
    differing_u64(words: number, n: number): bigint {
      let bits = 0n;
      for (let i = 1; i < n; i++) bits |= u64[words / 8 + i] ^ u64[words / 8];
      return BigInt.asIntN(64, bits);
    },
    /** Bytes that all strings begin with alike; references of 0 (NULL) are passed over. */
    refs_common(refs: number, n: number): number {
      let common = -1;
      let first = 0;
      for (let i = 0; i < n; i++) {
        const at = u32[(refs >>> 2) + 2 * i];
        const length = u32[(refs >>> 2) + 2 * i + 1];
        if (at === 0 && length === 0) continue;
        if (common < 0) {
          first = at;
          common = length;
        }
        let k = 0;
        while (k < Math.min(common, length) && u8[first + k] === u8[at + k]) k++;
        common = k;
      }
      return Math.max(0, common);
    },
    /** Like refs_copy, but references of 0 (NULL) stay; may write up to 7 bytes more than the strings have. */
    refs_keep(refs: number, n: number, to: number, out: number): void {
      let at = to;
      for (let i = 0; i < n; i++) {
        const from = u32[(refs >>> 2) + 2 * i];
        const length = u32[(refs >>> 2) + 2 * i + 1];
        const bytes = length > SHORT_BYTES ? length : Math.ceil(length / 8) * 8;
        u8.copyWithin(at, from, from + bytes);
        const zero = from === 0 && length === 0;
        u64[out / 8 + i] = zero ? 0n : (BigInt(length) << 32n) | BigInt(at);
        at += length;
      }
    },
    /** Moves references along with their bytes, by `add` modulo 2^32; references of 0 (NULL) stay. */
    refs_move(refs: number, n: number, add: number): void {
      for (let i = 0; i < n; i++) if (u64[refs / 8 + i] !== 0n) u32[(refs >>> 2) + 2 * i] += add;
    },
    /** u32 numbers by u32 row numbers. */
    take_u32(table: number, rows: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = u32[(table >>> 2) + u32[(rows >>> 2) + i]];
    },
  };
};
