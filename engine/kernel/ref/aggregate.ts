/**
 * Twins of as/aggregate.ts. Ungrouped kernels add into one 8-byte state word; grouped ones (`_g`) into word
 * gids[i] of a state column. `valid` may be 0: all rows count. Sums report overflow, results are wrapped.
 */

import type { Arena } from '../../memory/arena.ts';
import { textOfRef } from '../../memory/text.ts';
import { PackedReader, packUnsigned } from '../../type/packed.ts';
import { compareRefs } from './string.ts';

const lessF64 = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));

export const aggregateKernels = (arena: Arena) => {
  const { u8, u16, u32, i64, u64, f64 } = arena;
  const take = (valid: number, i: number): boolean => valid === 0 || u8[valid + i] !== 0;
  const gid = (gids: number, i: number): number => u32[(gids >>> 2) + i];
  const sumNarrow = (src: { readonly [index: number]: number }, at: number, n: number, out: number) => {
    let total = 0;
    for (let i = 0; i < n; i++) total += src[at + i];
    u64[out / 8] += BigInt(total);
  };
  const ends = (src: { readonly [index: number]: number | bigint }, at: number, n: number, out: number) => {
    let lo = src[at];
    let hi = lo;
    for (let i = 1; i < n; i++) {
      if (src[at + i] < lo) lo = src[at + i];
      if (src[at + i] > hi) hi = src[at + i];
    }
    i64[out / 8] = BigInt(lo);
    i64[out / 8 + 1] = BigInt(hi);
  };
  const addExactly = (high: number, low: number, x: number) => {
    const s = f64[high];
    const t = s + x;
    const y = t - s;
    f64[high] = t;
    f64[low] += s - (t - y) + (x - y);
  };
  /** An update that keeps, per group, the first value that `better` never replaced, and how many were seen. */
  const best =
    <T extends bigint | number>(lanes: { [index: number]: T }, better: (x: T, best: T) => boolean) =>
    (gids: number, src: number, valid: number, n: number, values: number, counts: number): void => {
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const g = gid(gids, i);
        const x = lanes[src / 8 + i];
        if (i64[counts / 8 + g] === 0n || better(x, lanes[values / 8 + g])) lanes[values / 8 + g] = x;
        i64[counts / 8 + g]++;
      }
    };
  return {
    sum_u8: (src: number, n: number, out: number): void => sumNarrow(u8, src, n, out),
    sum_u16: (src: number, n: number, out: number): void => sumNarrow(u16, src >>> 1, n, out),
    sum_u32: (src: number, n: number, out: number): void => sumNarrow(u32, src >>> 2, n, out),
    /** Smallest and largest of n >= 1 values, as two i64 words at `out`. */
    ends_u8: (src: number, n: number, out: number): void => ends(u8, src, n, out),
    ends_u16: (src: number, n: number, out: number): void => ends(u16, src >>> 1, n, out),
    ends_u32: (src: number, n: number, out: number): void => ends(u32, src >>> 2, n, out),
    ends_i64: (src: number, n: number, out: number): void => ends(i64, src / 8, n, out),
    /** Answers 1 on overflow. */
    sum_i64(src: number, valid: number, n: number, out: number): number {
      let bad = 0;
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const exact = i64[out / 8] + i64[src / 8 + i];
        const wrapped = BigInt.asIntN(64, exact);
        if (wrapped !== exact) bad = 1;
        i64[out / 8] = wrapped;
      }
      return bad;
    },
    /** Four running sums in a fixed order when nothing is NULL, one otherwise. */
    sum_f64(src: number, valid: number, n: number, out: number): void {
      let i = 0;
      let total = 0;
      if (valid === 0) {
        const part = [0, 0, 0, 0];
        for (; i + 4 <= n; i += 4) for (let k = 0; k < 4; k++) part[k] += f64[src / 8 + i + k];
        total = part[0] + part[2] + (part[1] + part[3]);
      }
      for (; i < n; i++) if (take(valid, i)) total += f64[src / 8 + i];
      f64[out / 8] += total;
    },
    agg_count_g(gids: number, valid: number, n: number, counts: number): void {
      for (let i = 0; i < n; i++) if (take(valid, i)) i64[counts / 8 + gid(gids, i)]++;
    },
    /** Answers 1 on overflow. */
    agg_sum_i64_g(gids: number, src: number, valid: number, n: number, sums: number): number {
      let bad = 0;
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const at = sums / 8 + gid(gids, i);
        const exact = i64[at] + i64[src / 8 + i];
        const wrapped = BigInt.asIntN(64, exact);
        if (wrapped !== exact) bad = 1;
        i64[at] = wrapped;
      }
      return bad;
    },
    /** Upper and lower halves apart, so that nothing overflows: value = high * 2^32 + low. */
    agg_sum_halves_g(
      signed: number,
      gids: number,
      src: number,
      valid: number,
      n: number,
      lows: number,
      highs: number,
    ): void {
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const g = gid(gids, i);
        const x = i64[src / 8 + i];
        u64[lows / 8 + g] += x & 0xffffffffn;
        i64[highs / 8 + g] += (signed !== 0 ? x : BigInt.asUintN(64, x)) >> 32n;
      }
    },
    /** Sums of 128 bits in two words; `highs` = 0: values of 64 bits with a sign. Answers 1 on overflow of signed sums. */
    agg_sum_i128_g(
      gids: number,
      lows: number,
      highs: number,
      valid: number,
      n: number,
      sumLows: number,
      sumHighs: number,
    ): number {
      let bad = 0;
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const g = gid(gids, i);
        const value = highs === 0 ? i64[lows / 8 + i] : (i64[highs / 8 + i] << 64n) + u64[lows / 8 + i];
        const exact = (i64[sumHighs / 8 + g] << 64n) + u64[sumLows / 8 + g] + value;
        if (BigInt.asIntN(128, exact) !== exact) bad = 1;
        u64[sumLows / 8 + g] = exact;
        i64[sumHighs / 8 + g] = exact >> 64n;
      }
      return bad;
    },
    /** Values lie in columns of `stride` bytes, lowest words first. Answers 1 on overflow of signed sums. */
    agg_sum_i256_g(
      gids: number,
      src: number,
      stride: number,
      valid: number,
      n: number,
      ...sums: readonly [number, number, number, number]
    ): number {
      let bad = 0;
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const g = gid(gids, i);
        let exact = 0n;
        for (let w = 3; w >= 0; w--) {
          const words = w === 3 ? i64 : u64;
          exact = (exact << 64n) + words[sums[w] / 8 + g] + words[(src + w * stride) / 8 + i];
        }
        if (BigInt.asIntN(256, exact) !== exact) bad = 1;
        sums.forEach((column, w) => {
          u64[column / 8 + g] = exact >> BigInt(64 * w);
        });
      }
      return bad;
    },
    /** The sum of values with a sign, added to the two words at `out`. */
    sum_i128(src: number, n: number, out: number): void {
      let sum = (i64[out / 8 + 1] << 64n) + u64[out / 8];
      for (let i = 0; i < n; i++) sum += i64[src / 8 + i];
      u64[out / 8] = sum;
      i64[out / 8 + 1] = sum >> 64n;
    },
    /** Packed integers (type/packed.ts) as columns of words, lowest first; the highest word of each is turned over by `sign`. */
    unpack_words(refs: number, valid: number, n: number, words: number, sign: bigint, out: number): void {
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const value = new PackedReader(textOfRef(arena, refs + 8 * i)).unsigned(64 * words);
        for (let w = 0; w < words; w++)
          u64[out / 8 + w * n + i] = (value >> BigInt(64 * w)) ^ (w === words - 1 ? sign : 0n);
      }
    },
    /** Integers of two words as packed ones and references to them; `highs` = 0: of 64 bits with a sign. */
    pack_i128(lows: number, highs: number, n: number, sign: bigint, text: number, refs: number): void {
      for (let i = 0; i < n; i++) {
        const high = (highs === 0 ? i64[lows / 8 + i] >> 63n : i64[highs / 8 + i]) ^ sign;
        const packed = packUnsigned((BigInt.asUintN(64, high) << 64n) + u64[lows / 8 + i], 128);
        for (let c = 0; c < packed.length; c++) u8[text + packed.length * i + c] = packed.charCodeAt(c);
        u32[(refs >>> 2) + 2 * i] = text + packed.length * i;
        u32[(refs >>> 2) + 2 * i + 1] = packed.length;
      }
    },
    /** Keeps what rounding lost in `lows`: value = high + low (Knuth's TwoSum). */
    agg_sum_f64_g(gids: number, src: number, valid: number, n: number, highs: number, lows: number): void {
      for (let i = 0; i < n; i++) {
        if (take(valid, i)) addExactly(highs / 8 + gid(gids, i), lows / 8 + gid(gids, i), f64[src / 8 + i]);
      }
    },
    agg_sum_merge_f64_g(
      gids: number,
      srcHighs: number,
      srcLows: number,
      n: number,
      highs: number,
      lows: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const g = gid(gids, i);
        addExactly(highs / 8 + g, lows / 8 + g, f64[srcHighs / 8 + i]);
        f64[lows / 8 + g] += f64[srcLows / 8 + i];
      }
    },
    /** high + low; an infinite or undefined sum has no use for its low part. */
    sum_of_parts_f64(highs: number, lows: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const high = f64[highs / 8 + i];
        f64[out / 8 + i] = Number.isFinite(high) ? high + f64[lows / 8 + i] : high;
      }
    },
    agg_min_i64_g: best(i64, (x, b) => x < b),
    agg_max_i64_g: best(i64, (x, b) => x > b),
    agg_min_u64_g: best(u64, (x, b) => x < b),
    agg_max_u64_g: best(u64, (x, b) => x > b),
    /** NaN is the largest number. */
    agg_min_f64_g: best(f64, lessF64),
    agg_max_f64_g: best(f64, (x, b) => lessF64(b, x)),
    agg_min_str_g: best(u64, (x, b) => compareRefs(arena, x, b) < 0),
    agg_max_str_g: best(u64, (x, b) => compareRefs(arena, x, b) > 0),
    /** The first valid value, of any lane. */
    agg_any_g: best(u64, () => false),
    /** The value that goes with the smallest (largest = 0) or largest order; the first of equals stays. */
    agg_pick_g(
      largest: number,
      gids: number,
      src: number,
      orders: number,
      valid: number,
      n: number,
      values: number,
      bests: number,
      counts: number,
    ): void {
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const g = gid(gids, i);
        const order = i64[orders / 8 + i];
        const seen = i64[bests / 8 + g];
        if (i64[counts / 8 + g] === 0n || (largest !== 0 ? order > seen : order < seen)) {
          u64[values / 8 + g] = u64[src / 8 + i];
          i64[bests / 8 + g] = order;
        }
        i64[counts / 8 + g]++;
      }
    },
    /** Welford's update of (count, mean, sum of squared distances). */
    agg_var_f64_g(
      gids: number,
      src: number,
      valid: number,
      n: number,
      counts: number,
      means: number,
      squares: number,
    ): void {
      for (let i = 0; i < n; i++) {
        if (!take(valid, i)) continue;
        const g = gid(gids, i);
        const x = f64[src / 8 + i];
        const count = ++i64[counts / 8 + g];
        const delta = x - f64[means / 8 + g];
        f64[means / 8 + g] += delta / Number(count);
        f64[squares / 8 + g] += delta * (x - f64[means / 8 + g]);
      }
    },
    /** Chan's merge of n such states into others. */
    agg_var_merge_g(
      gids: number,
      srcCounts: number,
      srcMeans: number,
      srcSquares: number,
      n: number,
      counts: number,
      means: number,
      squares: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const nb = Number(i64[srcCounts / 8 + i]);
        if (nb === 0) continue;
        const g = gid(gids, i);
        const na = Number(i64[counts / 8 + g]);
        const total = na + nb;
        const delta = f64[srcMeans / 8 + i] - f64[means / 8 + g];
        i64[counts / 8 + g] = BigInt(total);
        f64[means / 8 + g] += (delta * nb) / total;
        f64[squares / 8 + g] += f64[srcSquares / 8 + i] + (delta * delta * na * nb) / total;
      }
    },
    /** 1 where a count is not 0. */
    valid_of_counts(counts: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = i64[counts / 8 + i] !== 0n ? 1 : 0;
    },
  };
};
