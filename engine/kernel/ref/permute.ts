/** Twins of as/permute.ts: packed sort keys, a stable radix sort of (key, row), gathers by row order. */

import type { Arena } from '../../memory/arena.ts';

export const permuteKernels = (arena: Arena) => {
  const { u8, u32, f64, i64, u64 } = arena;

  return {
    /** keys[i] |= (src[i] - base) << shift */
    key_pack_i64(src: number, n: number, base: bigint, shift: number, keys: number): void {
      for (let i = 0; i < n; i++) {
        u64[(keys >>> 3) + i] |= BigInt.asUintN(64, (i64[(src >>> 3) + i] - base) << BigInt(shift));
      }
    },
    /** Floats as integers of the same order; NaN after all others. */
    key_of_f64(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const value = f64[(src >>> 3) + i];
        f64[(out >>> 3) + i] = value + 0;
        const bits = Number.isNaN(value) ? 0x7ff8000000000000n : i64[(out >>> 3) + i];
        i64[(out >>> 3) + i] = bits < 0n ? bits ^ 0x7fffffffffffffffn : bits;
      }
    },
    /** Puts NULL before everything: where not valid, the value becomes `low`. */
    key_null_i64(data: number, valid: number, n: number, low: bigint): void {
      for (let i = 0; i < n; i++) if (u8[valid + i] === 0) i64[(data >>> 3) + i] = low;
    },

    /** 1 when keys never fall. */
    key_sorted_u64(keys: number, n: number): number {
      for (let i = 1; i < n; i++) if (u64[(keys >>> 3) + i] < u64[(keys >>> 3) + i - 1]) return 0;
      return 1;
    },

    /** One stable pass by the key's byte at `shift`; 0 and nothing moved when all keys agree on it. */
    sort_pass_u64(
      keys: number,
      rows: number,
      n: number,
      shift: number,
      _counts: number,
      keysOut: number,
      rowsOut: number,
    ): number {
      const digit = (i: number): number => Number((u64[(keys >>> 3) + i] >> BigInt(shift)) & 255n);
      const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => digit(a) - digit(b));
      if (n > 0 && digit(order[0]) === digit(order[n - 1])) return 0;
      order.forEach((from, to) => {
        u64[(keysOut >>> 3) + to] = u64[(keys >>> 3) + from];
        u32[(rowsOut >>> 2) + to] = u32[(rows >>> 2) + from];
      });
      return 1;
    },

    /** Values of the rows (page << 16 | row) in order; `pages` is a table of page addresses. */
    gather_pages_u8(pages: number, rows: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const row = u32[(rows >>> 2) + i];
        u8[out + i] = u8[u32[(pages >>> 2) + (row >>> 16)] + (row & 0xffff)];
      }
    },
    gather_pages_u32(pages: number, rows: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const row = u32[(rows >>> 2) + i];
        u32[(out >>> 2) + i] = u32[(u32[(pages >>> 2) + (row >>> 16)] >>> 2) + (row & 0xffff)];
      }
    },
    gather_pages_u64(pages: number, rows: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const row = u32[(rows >>> 2) + i];
        u64[(out >>> 3) + i] = u64[(u32[(pages >>> 2) + (row >>> 16)] >>> 3) + (row & 0xffff)];
      }
    },

    /** Row numbers 0 to n - 1 of one page. */
    fill_rows_u32(page: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = ((page << 16) | i) >>> 0;
    },
  };
};
