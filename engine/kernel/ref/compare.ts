/**
 * Twins of as/compare.ts: from values to masks of one byte a row (1 = true).
 * `op`: 0 eq, 1 ne, 2 lt, 3 le, 4 gt, 5 ge.
 */

import type { Arena } from '../../memory/arena.ts';

type Numbers = { readonly [index: number]: number | bigint };

/** NaN equals itself and is above every other number, as in sorting, grouping and joins. */
const rankOfNaN = (x: number | bigint): number => (Number.isNaN(x) ? 1 : 0);

function holds(op: number, a: number | bigint, b: number | bigint): boolean {
  if (rankOfNaN(a) + rankOfNaN(b) > 0) return holds(op, rankOfNaN(a), rankOfNaN(b));
  switch (op) {
    case 0:
      return a === b;
    case 1:
      return a !== b;
    case 2:
      return a < b;
    case 3:
      return a <= b;
    case 4:
      return a > b;
    default:
      return a >= b;
  }
}

export const compareKernels = ({ u8, u16, u32, i64, u64, f64 }: Arena) => {
  const range = (
    src: Numbers,
    at: number,
    n: number,
    lo: number | bigint,
    hi: number | bigint,
    invert: number,
    out: number,
  ) => {
    for (let i = 0; i < n; i++) u8[out + i] = (src[at + i] >= lo && src[at + i] <= hi ? 1 : 0) ^ invert;
  };
  const pairs = (src: Numbers, op: number, a: number, b: number, n: number, out: number) => {
    for (let i = 0; i < n; i++) u8[out + i] = holds(op, src[a + i], src[b + i]) ? 1 : 0;
  };
  const lookup = (
    src: { readonly [index: number]: number },
    at: number,
    n: number,
    table: number,
    out: number,
  ) => {
    for (let i = 0; i < n; i++) u8[out + i] = u8[table + src[at + i]];
  };
  const bits =
    (src: Numbers, bytes: number) =>
    (from: number, n: number, base: bigint, least: bigint, last: number, at: number, out: number): void => {
      for (let i = 0; i < n; i++) {
        const bit = BigInt.asUintN(64, base + BigInt(src[from / bytes + i]) - least);
        u8[out + i] = bit > BigInt(last >>> 0) ? 0 : (u8[at + Number(bit >> 3n)] >> Number(bit & 7n)) & 1;
      }
    };
  return {
    /** lo <= x <= hi, flipped when `invert` is 1; lo <= hi, both within the width. */
    cmp_range_u8_vc: (src: number, n: number, lo: number, hi: number, invert: number, out: number): void =>
      range(u8, src, n, lo, hi, invert, out),
    cmp_range_u16_vc: (src: number, n: number, lo: number, hi: number, invert: number, out: number): void =>
      range(u16, src >>> 1, n, lo, hi, invert, out),
    cmp_range_u32_vc: (src: number, n: number, lo: number, hi: number, invert: number, out: number): void =>
      range(u32, src >>> 2, n, lo >>> 0, hi >>> 0, invert, out),
    /** Signed; lo > hi is never true. */
    cmp_range_i64_vc: (src: number, n: number, lo: bigint, hi: bigint, invert: number, out: number): void =>
      range(i64, src / 8, n, lo, hi, invert, out),
    cmp_i64_vv: (op: number, a: number, b: number, n: number, out: number): void =>
      pairs(i64, op, a / 8, b / 8, n, out),
    cmp_u64_vv: (op: number, a: number, b: number, n: number, out: number): void =>
      pairs(u64, op, a / 8, b / 8, n, out),
    cmp_f64_vv: (op: number, a: number, b: number, n: number, out: number): void =>
      pairs(f64, op, a / 8, b / 8, n, out),
    cmp_u8_vv: (op: number, a: number, b: number, n: number, out: number): void =>
      pairs(u8, op, a, b, n, out),
    /** Looks every code up in a table of bytes. */
    lut_u8: (src: number, n: number, table: number, out: number): void => lookup(u8, src, n, table, out),
    lut_u16: (src: number, n: number, table: number, out: number): void =>
      lookup(u16, src >>> 1, n, table, out),
    lut_u32: (src: number, n: number, table: number, out: number): void =>
      lookup(u32, src >>> 2, n, table, out),
    /** Sets bit x - least of each value, but for those whose word at `nulls` is not 0. */
    set_bits_i64(src: number, nulls: number, n: number, least: bigint, to: number): void {
      for (let i = 0; i < n; i++) {
        if (nulls !== 0 && u64[nulls / 8 + i] !== 0n) continue;
        const bit = Number(i64[src / 8 + i] - least);
        u8[to + (bit >>> 3)] |= 1 << (bit & 7);
      }
    },
    /** Is base + x - least, modulo 2^64, the number of a bit that is set? `bits` has the bits 0 to `last`. */
    in_bits_u8: bits(u8, 1),
    in_bits_u16: bits(u16, 2),
    in_bits_u32: bits(u32, 4),
    in_bits_u64: bits(u64, 8),
  };
};
