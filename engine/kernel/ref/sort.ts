/** Twins of as/sort.ts: order-preserving u64 words. */

import type { Arena } from '../../memory/arena.ts';

const SIGN = 1n << 63n;
const U64 = (x: bigint): bigint => BigInt.asUintN(64, x);

export const sortKernels = ({ u8, u32, u64, i64, f64 }: Arena) => {
  const scratch = new DataView(new ArrayBuffer(8));
  const floatWord = (x: number): bigint => {
    if (Number.isNaN(x)) return U64(-1n);
    scratch.setFloat64(0, x === 0 ? 0 : x);
    const bits = scratch.getBigUint64(0);
    return bits >= SIGN ? U64(~bits) : bits | SIGN;
  };
  return {
    /** `flip`: 0n ascending, -1n descending. */
    order_i64(src: number, n: number, flip: bigint, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = U64(i64[src / 8 + i]) ^ SIGN ^ U64(flip);
    },
    order_u64(src: number, n: number, flip: bigint, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = u64[src / 8 + i] ^ U64(flip);
    },
    /** NaN is the largest, -0 equals 0. */
    order_f64(src: number, n: number, flip: bigint, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = floatWord(f64[src / 8 + i]) ^ U64(flip);
    },
    /** Eight bytes from `skip` on, big-endian, padded with zeros. */
    order_refs(refs: number, n: number, skip: number, flip: bigint, out: number): void {
      for (let i = 0; i < n; i++) {
        const at = u32[(refs >>> 2) + 2 * i];
        const length = u32[(refs >>> 2) + 2 * i + 1];
        let word = 0n;
        for (let k = skip; k < skip + 8; k++) word = (word << 8n) | (k < length ? BigInt(u8[at + k]) : 0n);
        u64[out / 8 + i] = word ^ U64(flip);
      }
    },
    /** Words <= bound, unsigned. */
    cmp_le_u64_vc(words: number, n: number, bound: bigint, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = u64[words / 8 + i] <= U64(bound) ? 1 : 0;
    },
    /** 8-byte words by u32 row numbers. */
    take_u64(table: number, rows: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = u64[table / 8 + u32[(rows >>> 2) + i]];
    },
  };
};
