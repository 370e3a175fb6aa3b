/** Twins of as/widen.ts: from narrow or selected storage to dense lanes of 8 bytes or references. */

import type { Arena } from '../../memory/arena.ts';

type Numbers = { readonly [index: number]: number };

export const widenKernels = ({ u8, u16, u32, f32, f64, i64, u64 }: Arena) => {
  const widen = (src: Numbers, at: number, n: number, base: bigint, out: number) => {
    for (let i = 0; i < n; i++) i64[out / 8 + i] = BigInt(src[at + i]) + base;
  };
  const take = (codes: Numbers, at: number, table: number, n: number, out: number) => {
    for (let i = 0; i < n; i++) u64[out / 8 + i] = u64[table / 8 + codes[at + i]];
  };
  const take32 = (codes: Numbers, at: number, table: number, n: number, out: number) => {
    for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = u32[(table >>> 2) + codes[at + i]];
  };
  const valid = (codes: Numbers, at: number, n: number, out: number) => {
    for (let i = 0; i < n; i++) u8[out + i] = codes[at + i] !== 0 ? 1 : 0;
  };
  const ref = (address: number, length: number): bigint => (BigInt(length) << 32n) | BigInt(address >>> 0);
  return {
    widen_u8_i64: (src: number, n: number, base: bigint, out: number): void => widen(u8, src, n, base, out),
    widen_u16_i64: (src: number, n: number, base: bigint, out: number): void =>
      widen(u16, src >>> 1, n, base, out),
    widen_u32_i64: (src: number, n: number, base: bigint, out: number): void =>
      widen(u32, src >>> 2, n, base, out),
    widen_f32_f64(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) f64[out / 8 + i] = f32[(src >>> 2) + i];
    },
    widen_i64_f64(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) f64[out / 8 + i] = Number(i64[src / 8 + i]);
    },
    fill_u64(n: number, value: bigint, out: number): void {
      i64.fill(value, out / 8, out / 8 + n);
    },
    /** start, start + step, ... (wrapping). */
    series_i64(n: number, start: bigint, step: bigint, out: number): void {
      for (let i = 0; i < n; i++) i64[out / 8 + i] = start + step * BigInt(i);
    },
    /** Gathers by u16 row numbers at `sel`. */
    gather_u8(src: number, sel: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = u8[src + u16[(sel >>> 1) + i]];
    },
    gather_u16(src: number, sel: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u16[(out >>> 1) + i] = u16[(src >>> 1) + u16[(sel >>> 1) + i]];
    },
    gather_u32(src: number, sel: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = u32[(src >>> 2) + u16[(sel >>> 1) + i]];
    },
    gather_u64(src: number, sel: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = u64[src / 8 + u16[(sel >>> 1) + i]];
    },
    /** Entries of an 8-byte table by code. */
    take_u64_by_u8: (table: number, codes: number, n: number, out: number): void =>
      take(u8, codes, table, n, out),
    take_u64_by_u16: (table: number, codes: number, n: number, out: number): void =>
      take(u16, codes >>> 1, table, n, out),
    take_u64_by_u32: (table: number, codes: number, n: number, out: number): void =>
      take(u32, codes >>> 2, table, n, out),
    /** Entries of a 4-byte table by code. */
    take_u32_by_u8: (table: number, codes: number, n: number, out: number): void =>
      take32(u8, codes, table, n, out),
    take_u32_by_u16: (table: number, codes: number, n: number, out: number): void =>
      take32(u16, codes >>> 1, table, n, out),
    take_u8_by_u32(table: number, rows: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = u8[table + u32[(rows >>> 2) + i]];
    },
    /** References (address | length << 32) to the n entries of an offsets array. */
    refs_of_offsets(offsets: number, bytes: number, n: number, out: number): void {
      const o = offsets >>> 2;
      for (let i = 0; i < n; i++) u64[out / 8 + i] = ref(bytes + u32[o + i], u32[o + i + 1] - u32[o + i]);
    },
    refs_of_selected(offsets: number, bytes: number, sel: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const o = (offsets >>> 2) + u16[(sel >>> 1) + i];
        u64[out / 8 + i] = ref(bytes + u32[o], u32[o + 1] - u32[o]);
      }
    },
    /** Bytes that n references point at. */
    refs_bytes(refs: number, n: number): number {
      let total = 0;
      for (let i = 0; i < n; i++) total += u32[(refs >>> 2) + 2 * i + 1];
      return total;
    },
    /** Copies what n references point at to `to`, one after another; `out` gets references to the copies. */
    refs_copy(refs: number, n: number, to: number, out: number): void {
      let at = to;
      for (let i = 0; i < n; i++) {
        const from = u32[(refs >>> 2) + 2 * i];
        const length = u32[(refs >>> 2) + 2 * i + 1];
        u8.copyWithin(at, from, from + length);
        u64[out / 8 + i] = ref(at, length);
        at += length;
      }
    },
    /** n + 1 offsets from 0, and the bytes, of n references. */
    refs_to_text(refs: number, n: number, offsets: number, bytes: number): void {
      let at = 0;
      u32[offsets >>> 2] = 0;
      for (let i = 0; i < n; i++) {
        const from = u32[(refs >>> 2) + 2 * i];
        const length = u32[(refs >>> 2) + 2 * i + 1];
        u8.copyWithin(bytes + at, from, from + length);
        at += length;
        u32[(offsets >>> 2) + i + 1] = at;
      }
    },
    /** 1 where the code is not 0. */
    valid_of_u8: (codes: number, n: number, out: number): void => valid(u8, codes, n, out),
    valid_of_u16: (codes: number, n: number, out: number): void => valid(u16, codes >>> 1, n, out),
    valid_of_u32: (codes: number, n: number, out: number): void => valid(u32, codes >>> 2, n, out),
  };
};
