/** Twins of as/arith.ts. `op`: 0 add, 1 subtract, 2 multiply, 3 divide (f64 only). */

import type { Arena } from '../../memory/arena.ts';

export const arithKernels = ({ u8, f64, i64, u64 }: Arena) => ({
  /** Answers 1 if any valid row overflowed; results are wrapped. */
  arith_i64_vv(op: number, a: number, b: number, valid: number, n: number, out: number): number {
    let bad = 0;
    for (let i = 0; i < n; i++) {
      const x = i64[a / 8 + i];
      const y = i64[b / 8 + i];
      const exact = op === 0 ? x + y : op === 1 ? x - y : x * y;
      const wrapped = BigInt.asIntN(64, exact);
      if (wrapped !== exact && (valid === 0 || u8[valid + i] !== 0)) bad = 1;
      i64[out / 8 + i] = wrapped;
    }
    return bad;
  },
  /** The same of 128 bits in two words; `aHigh`, `bHigh` = 0: values of 64 bits with a sign. */
  arith_i128_vv(
    op: number,
    aLow: number,
    aHigh: number,
    bLow: number,
    bHigh: number,
    valid: number,
    n: number,
    outLow: number,
    outHigh: number,
  ): number {
    const wide = (low: number, high: number, i: number): bigint =>
      high === 0 ? i64[low / 8 + i] : (i64[high / 8 + i] << 64n) + u64[low / 8 + i];
    let bad = 0;
    for (let i = 0; i < n; i++) {
      const [x, y] = [wide(aLow, aHigh, i), wide(bLow, bHigh, i)];
      const exact = op === 0 ? x + y : op === 1 ? x - y : x * y;
      if (BigInt.asIntN(128, exact) !== exact && (valid === 0 || u8[valid + i] !== 0)) bad = 1;
      u64[outLow / 8 + i] = exact;
      i64[outHigh / 8 + i] = BigInt.asIntN(128, exact) >> 64n;
    }
    return bad;
  },
  /** Answers 1 if any valid row is not between -limit and limit, both outside. */
  beyond_i128(
    lows: number,
    highs: number,
    valid: number,
    n: number,
    limitLow: bigint,
    limitHigh: bigint,
  ): number {
    const limit = (BigInt.asUintN(64, limitHigh) << 64n) + BigInt.asUintN(64, limitLow);
    for (let i = 0; i < n; i++) {
      const value = (i64[highs / 8 + i] << 64n) + u64[lows / 8 + i];
      if ((value >= limit || value <= -limit) && (valid === 0 || u8[valid + i] !== 0)) return 1;
    }
    return 0;
  },
  arith_f64_vv(op: number, a: number, b: number, n: number, out: number): void {
    for (let i = 0; i < n; i++) {
      const x = f64[a / 8 + i];
      const y = f64[b / 8 + i];
      f64[out / 8 + i] = op === 0 ? x + y : op === 1 ? x - y : op === 2 ? x * y : x / y;
    }
  },
  /** Quotients cut off towards zero, or with `remainder` 1 what is left; `by` is not 0 or -1. */
  divide_i64_vc(src: number, n: number, by: bigint, remainder: number, out: number): void {
    for (let i = 0; i < n; i++) {
      const x = i64[src / 8 + i];
      i64[out / 8 + i] = remainder === 1 ? x % by : x / by;
    }
  },
  /** Largest origin + k * width at or before each value. */
  floor_i64_vc(src: number, n: number, width: bigint, origin: bigint, out: number): void {
    for (let i = 0; i < n; i++) {
      const x = i64[src / 8 + i];
      const r = BigInt.asIntN(64, x - origin) % width;
      i64[out / 8 + i] = x - (r < 0n ? r + width : r);
    }
  },
  floor_div_i64_vc(src: number, n: number, width: bigint, out: number): void {
    for (let i = 0; i < n; i++) {
      const x = i64[src / 8 + i];
      const q = x / width;
      i64[out / 8 + i] = q * width > x ? q - 1n : q;
    }
  },
  cycle_i64_vc(src: number, n: number, shift: bigint, count: number, out: number): void {
    const cycle = BigInt(count);
    for (let i = 0; i < n; i++) {
      i64[out / 8 + i] = (((i64[src / 8 + i] + shift) % cycle) + cycle) % cycle;
    }
  },
  mask_and(a: number, b: number, n: number, out: number): void {
    for (let i = 0; i < n; i++) u8[out + i] = u8[a + i] & u8[b + i];
  },
  mask_or(a: number, b: number, n: number, out: number): void {
    for (let i = 0; i < n; i++) u8[out + i] = u8[a + i] | u8[b + i];
  },
  mask_not(a: number, n: number, out: number): void {
    for (let i = 0; i < n; i++) u8[out + i] = u8[a + i] ^ 1;
  },
  /** Three-valued AND; a validity address of 0 means no NULLs. */
  logic_and(a: number, va: number, b: number, vb: number, n: number, out: number, valid: number): void {
    for (let i = 0; i < n; i++) {
      const x = u8[a + i];
      const y = u8[b + i];
      const p = va === 0 ? 1 : u8[va + i];
      const q = vb === 0 ? 1 : u8[vb + i];
      u8[out + i] = x & y & p & q;
      u8[valid + i] = (p & q) | (p & (x ^ 1)) | (q & (y ^ 1));
    }
  },
  /** Three-valued OR. */
  logic_or(a: number, va: number, b: number, vb: number, n: number, out: number, valid: number): void {
    for (let i = 0; i < n; i++) {
      const x = u8[a + i];
      const y = u8[b + i];
      const p = va === 0 ? 1 : u8[va + i];
      const q = vb === 0 ? 1 : u8[vb + i];
      u8[out + i] = (x & p) | (y & q);
      u8[valid + i] = (p & q) | (p & x) | (q & y);
    }
  },
});
