// Aggregate updates. Ungrouped kernels add into one state word; grouped ones (`_g`) into word gids[i] of a state
// column. State words are 8 bytes. `valid` may be 0: all rows count. Sums report overflow, results are wrapped.
import { order_of_refs } from "./bytes";

export function sum_u8(src: usize, n: i32, out: usize): void {
  let total: u64 = 0;
  let i = 0;
  let lanes = i64x2.splat(0);
  while (i + 16 <= n) {
    // 128 rounds of two u8 pairs keep a u16 lane below 65536.
    let small = i16x8.splat(0);
    const stop = min(n - 15, i + 16 * 128);
    for (; i < stop; i += 16) small = i16x8.add(small, i16x8.extadd_pairwise_i8x16_u(v128.load(src + i)));
    const wide = i32x4.extadd_pairwise_i16x8_u(small);
    lanes = i64x2.add(lanes, i64x2.add(i64x2.extend_low_i32x4_u(wide), i64x2.extend_high_i32x4_u(wide)));
  }
  total = i64x2.extract_lane(lanes, 0) + i64x2.extract_lane(lanes, 1);
  for (; i < n; i++) total += load<u8>(src + i);
  store<u64>(out, load<u64>(out) + total);
}

export function sum_u16(src: usize, n: i32, out: usize): void {
  let total: u64 = 0;
  let i = 0;
  let lanes = i64x2.splat(0);
  while (i + 8 <= n) {
    let wide = i32x4.splat(0);
    const stop = min(n - 7, i + 8 * 32768);
    for (; i < stop; i += 8) wide = i32x4.add(wide, i32x4.extadd_pairwise_i16x8_u(v128.load(src + (i << 1))));
    lanes = i64x2.add(lanes, i64x2.add(i64x2.extend_low_i32x4_u(wide), i64x2.extend_high_i32x4_u(wide)));
  }
  total = i64x2.extract_lane(lanes, 0) + i64x2.extract_lane(lanes, 1);
  for (; i < n; i++) total += load<u16>(src + (i << 1));
  store<u64>(out, load<u64>(out) + total);
}

export function sum_u32(src: usize, n: i32, out: usize): void {
  let a = i64x2.splat(0), b = i64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const x = v128.load(src + (i << 2));
    a = i64x2.add(a, i64x2.extend_low_i32x4_u(x));
    b = i64x2.add(b, i64x2.extend_high_i32x4_u(x));
  }
  a = i64x2.add(a, b);
  let total = i64x2.extract_lane(a, 0) + i64x2.extract_lane(a, 1);
  for (; i < n; i++) total += load<u32>(src + (i << 2));
  store<u64>(out, load<u64>(out) + total);
}

// @ts-ignore: decorator
@inline
function take(valid: usize, i: i32): bool {
  return valid == 0 || load<u8>(valid + i) != 0;
}

export function sum_i64(src: usize, valid: usize, n: i32, out: usize): i32 {
  let sum = load<i64>(out), bad: i64 = 0;
  for (let i = 0; i < n; i++) {
    const x = take(valid, i) ? load<i64>(src + (i << 3)) : 0;
    const r = sum + x;
    bad |= (sum ^ r) & (x ^ r);
    sum = r;
  }
  store<i64>(out, sum);
  return <i32>(bad < 0);
}

// Four running sums, combined in a fixed order, so that an answer depends only on the rows and their order.
export function sum_f64(src: usize, valid: usize, n: i32, out: usize): void {
  let i = 0;
  let total: f64 = 0;
  if (valid == 0) {
    let a = f64x2.splat(0), b = f64x2.splat(0);
    for (; i + 4 <= n; i += 4) {
      a = f64x2.add(a, v128.load(src + (i << 3)));
      b = f64x2.add(b, v128.load(src + (i << 3) + 16));
    }
    a = f64x2.add(a, b);
    total = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  }
  for (; i < n; i++) if (take(valid, i)) total += load<f64>(src + (i << 3));
  store<f64>(out, load<f64>(out) + total);
}

export function agg_count_g(gids: usize, valid: usize, n: i32, counts: usize): void {
  if (valid == 0) {
    for (let i = 0; i < n; i++) {
      const p = counts + (<usize>load<u32>(gids + (i << 2)) << 3);
      store<i64>(p, load<i64>(p) + 1);
    }
    return;
  }
  for (let i = 0; i < n; i++) {
    const p = counts + (<usize>load<u32>(gids + (i << 2)) << 3);
    store<i64>(p, load<i64>(p) + <i64>load<u8>(valid + i));
  }
}

export function agg_sum_i64_g(gids: usize, src: usize, valid: usize, n: i32, sums: usize): i32 {
  let bad: i64 = 0;
  for (let i = 0; i < n; i++) {
    const p = sums + (<usize>load<u32>(gids + (i << 2)) << 3);
    const x = take(valid, i) ? load<i64>(src + (i << 3)) : 0;
    const s = load<i64>(p), r = s + x;
    bad |= (s ^ r) & (x ^ r);
    store<i64>(p, r);
  }
  return <i32>(bad < 0);
}

// Sums of 64-bit integers that cannot overflow for 2^32 rows: upper and lower halves are summed apart. The lower ones are
// unsigned; the upper ones have the sign if `signed` is 1. Value = high * 2^32 + low.
export function agg_sum_halves_g(signed: i32, gids: usize, src: usize, valid: usize, n: i32, lows: usize, highs: usize): void {
  for (let i = 0; i < n; i++) {
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    const x = take(valid, i) ? load<i64>(src + (i << 3)) : 0;
    store<u64>(lows + g, load<u64>(lows + g) + <u64>(<u32>x));
    store<i64>(highs + g, load<i64>(highs + g) + (signed ? x >> 32 : <i64>(<u64>x >> 32)));
  }
}

// Sums of 128 bits in two words. `highs` = 0: values of 64 bits with a sign, of which so many as would overflow do not
// exist. Overflow is that of signed sums.
export function agg_sum_i128_g(gids: usize, lows: usize, highs: usize, valid: usize, n: i32, sumLows: usize, sumHighs: usize): i32 {
  let bad: i64 = 0;
  if (highs == 0) {
    for (let i = 0; i < n; i++) {
      const g = <usize>load<u32>(gids + (i << 2)) << 3;
      const x = take(valid, i) ? load<u64>(lows + (i << 3)) : 0;
      const low = load<u64>(sumLows + g) + x;
      store<u64>(sumLows + g, low);
      // The carry and the sign make nothing of the upper word but where a sum passes zero or 2^64.
      const more = (<i64>x >> 63) + <i64>(low < x);
      if (more != 0) store<i64>(sumHighs + g, load<i64>(sumHighs + g) + more);
    }
    return 0;
  }
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    const x = load<u64>(lows + (i << 3)), y = load<i64>(highs + (i << 3));
    const low = load<u64>(sumLows + g) + x, high = load<i64>(sumHighs + g);
    const sum = high + y + <i64>(low < x);
    bad |= (high ^ sum) & (y ^ sum);
    store<u64>(sumLows + g, low);
    store<i64>(sumHighs + g, sum);
  }
  return <i32>(bad < 0);
}

// Sums of 256 bits in four words. Values lie in columns of `stride` bytes, lowest words first.
export function agg_sum_i256_g(gids: usize, src: usize, stride: usize, valid: usize, n: i32, sums0: usize, sums1: usize, sums2: usize, sums3: usize): i32 {
  let bad: i64 = 0;
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    let from = src + (i << 3);
    let carry = add_word(sums0 + g, load<u64>(from), 0);
    carry = add_word(sums1 + g, load<u64>((from += stride)), carry);
    carry = add_word(sums2 + g, load<u64>((from += stride)), carry);
    const x = load<i64>(from + stride), high = load<i64>(sums3 + g);
    add_word(sums3 + g, x, carry);
    const sum = load<i64>(sums3 + g);
    bad |= (high ^ sum) & (x ^ sum);
  }
  return <i32>(bad < 0);
}
// @ts-ignore: decorator
@inline
function add_word(to: usize, x: u64, carry: u64): u64 {
  const sum = load<u64>(to) + x, all = sum + carry;
  store<u64>(to, all);
  return <u64>(sum < x) | <u64>(all < carry);
}

// The sum of n values of 64 bits, with a sign, added to the two words at `out`.
export function sum_i128(src: usize, n: i32, out: usize): void {
  let lows: u64 = 0, highs: i64 = 0;
  for (let i = 0; i < n; i++) {
    const x = load<i64>(src + (i << 3));
    lows += <u64>(<u32>x);
    highs += x >> 32;
  }
  const low = <u64>(highs << 32) + lows;
  const sum = load<u64>(out) + low;
  store<i64>(out + 8, load<i64>(out + 8) + (highs >> 32) + <i64>(low < lows) + <i64>(sum < low));
  store<u64>(out, sum);
}

// Packed integers (type/packed.ts) of 64 bits times `words` as columns of words, lowest first, and back. The highest bit of
// those with a sign is turned over, by `sign`. What is NULL gives nothing, or is anything.
export function unpack_words(refs: usize, valid: usize, n: i32, words: i32, sign: u64, out: usize): void {
  const chars = ((words << 6) + 6) / 7;
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const from = <usize>load<u32>(refs + (i << 3));
    // From the last character on: the bits of one go into one word or two.
    let word: u64 = 0, bits: u64 = 0, left = words;
    let to = out + (i << 3);
    for (let c = chars - 1; c >= 0; c--) {
      const x = <u64>load<u8>(from + c);
      word |= x << bits;
      bits += 7;
      if (bits < 64) continue;
      bits -= 64;
      store<u64>(to, --left == 0 ? word ^ sign : word);
      to += n << 3;
      word = x >> (7 - bits);
    }
  }
}

// `highs` = 0: values of 64 bits with a sign. Writes n texts of 19 characters to `text`, and references to them.
export function pack_i128(lows: usize, highs: usize, n: i32, sign: u64, text: usize, refs: usize): void {
  for (let i = 0; i < n; i++) {
    let low = load<u64>(lows + (i << 3));
    let high = (highs != 0 ? load<u64>(highs + (i << 3)) : <u64>(<i64>low >> 63)) ^ sign;
    const to = text + i * 19;
    for (let c = 18; c >= 0; c--) {
      store<u8>(to + c, <u8>(low & 0x7f));
      low = (low >> 7) | (high << 57);
      high >>= 7;
    }
    store<u32>(refs + (i << 3), <u32>to);
    store<u32>(refs + (i << 3) + 4, 19);
  }
}

// Sums of floats keep what rounding lost (Knuth's TwoSum, Neumaier's sum): value = high + low. Twice the precision makes
// the answer the same in whatever order threads bring the rows.
// @ts-ignore: decorator
@inline
function add_exactly(highs: usize, lows: usize, x: f64): void {
  const s = load<f64>(highs), t = s + x, y = t - s;
  store<f64>(highs, t);
  store<f64>(lows, load<f64>(lows) + ((s - (t - y)) + (x - y)));
}
export function agg_sum_f64_g(gids: usize, src: usize, valid: usize, n: i32, highs: usize, lows: usize): void {
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    add_exactly(highs + g, lows + g, load<f64>(src + (i << 3)));
  }
}
export function agg_sum_merge_f64_g(gids: usize, srcHighs: usize, srcLows: usize, n: i32, highs: usize, lows: usize): void {
  for (let i = 0; i < n; i++) {
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    add_exactly(highs + g, lows + g, load<f64>(srcHighs + (i << 3)));
    store<f64>(lows + g, load<f64>(lows + g) + load<f64>(srcLows + (i << 3)));
  }
}
// high + low; an infinite or undefined sum has no use for its low part.
export function sum_of_parts_f64(highs: usize, lows: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    const high = load<f64>(highs + (i << 3));
    store<f64>(out + (i << 3), high - high == 0 ? high + load<f64>(lows + (i << 3)) : high);
  }
}

// Order used by MIN, MAX and ORDER BY: NaN is the largest number, -0 equals 0.
// @ts-ignore: decorator
@inline
function less_f64(a: f64, b: f64): bool {
  return a < b || (b != b && a == a);
}

// MIN and MAX keep (value, count): a state whose count is 0 takes the first value it sees.
// @ts-ignore: decorator
@inline
function best_g<T>(largest: bool, gids: usize, src: usize, valid: usize, n: i32, values: usize, counts: usize): void {
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    const x = load<T>(src + (i << 3)), best = load<T>(values + g), seen = load<i64>(counts + g);
    let better: bool;
    if (isFloat<T>()) better = largest ? less_f64(<f64>best, <f64>x) : less_f64(<f64>x, <f64>best);
    else better = largest ? best < x : x < best;
    if (seen == 0 || better) store<T>(values + g, x);
    store<i64>(counts + g, seen + 1);
  }
}
export function agg_min_i64_g(gids: usize, src: usize, valid: usize, n: i32, values: usize, counts: usize): void { best_g<i64>(false, gids, src, valid, n, values, counts); }
export function agg_max_i64_g(gids: usize, src: usize, valid: usize, n: i32, values: usize, counts: usize): void { best_g<i64>(true, gids, src, valid, n, values, counts); }
export function agg_min_u64_g(gids: usize, src: usize, valid: usize, n: i32, values: usize, counts: usize): void { best_g<u64>(false, gids, src, valid, n, values, counts); }
export function agg_max_u64_g(gids: usize, src: usize, valid: usize, n: i32, values: usize, counts: usize): void { best_g<u64>(true, gids, src, valid, n, values, counts); }
export function agg_min_f64_g(gids: usize, src: usize, valid: usize, n: i32, values: usize, counts: usize): void { best_g<f64>(false, gids, src, valid, n, values, counts); }
export function agg_max_f64_g(gids: usize, src: usize, valid: usize, n: i32, values: usize, counts: usize): void { best_g<f64>(true, gids, src, valid, n, values, counts); }

// @ts-ignore: decorator
@inline
function best_str_g(largest: bool, gids: usize, refs: usize, valid: usize, n: i32, values: usize, counts: usize): void {
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    const x = load<u64>(refs + (i << 3)), seen = load<i64>(counts + g);
    if (seen == 0) store<u64>(values + g, x);
    else {
      const order = order_of_refs(x, load<u64>(values + g));
      if (largest ? order > 0 : order < 0) store<u64>(values + g, x);
    }
    store<i64>(counts + g, seen + 1);
  }
}
export function agg_min_str_g(gids: usize, refs: usize, valid: usize, n: i32, values: usize, counts: usize): void { best_str_g(false, gids, refs, valid, n, values, counts); }
export function agg_max_str_g(gids: usize, refs: usize, valid: usize, n: i32, values: usize, counts: usize): void { best_str_g(true, gids, refs, valid, n, values, counts); }

// ANY: the first valid value, of any lane.
export function agg_any_g(gids: usize, src: usize, valid: usize, n: i32, values: usize, counts: usize): void {
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    const seen = load<i64>(counts + g);
    if (seen == 0) store<u64>(values + g, load<u64>(src + (i << 3)));
    store<i64>(counts + g, seen + 1);
  }
}

// The value that goes with the smallest (largest = 0) or largest order; the first of equals stays.
export function agg_pick_g(largest: i32, gids: usize, src: usize, orders: usize, valid: usize, n: i32, values: usize, bests: usize, counts: usize): void {
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    const order = load<i64>(orders + (i << 3)), best = load<i64>(bests + g), seen = load<i64>(counts + g);
    if (seen == 0 || (largest ? order > best : order < best)) {
      store<u64>(values + g, load<u64>(src + (i << 3)));
      store<i64>(bests + g, order);
    }
    store<i64>(counts + g, seen + 1);
  }
}

// Welford's update of (count, mean, sum of squared distances).
export function agg_var_f64_g(gids: usize, src: usize, valid: usize, n: i32, counts: usize, means: usize, squares: usize): void {
  for (let i = 0; i < n; i++) {
    if (!take(valid, i)) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    const x = load<f64>(src + (i << 3)), count = load<i64>(counts + g) + 1, mean = load<f64>(means + g);
    const delta = x - mean, next = mean + delta / <f64>count;
    store<i64>(counts + g, count);
    store<f64>(means + g, next);
    store<f64>(squares + g, load<f64>(squares + g) + delta * (x - next));
  }
}

// Chan's merge of n such states into others.
export function agg_var_merge_g(gids: usize, srcCounts: usize, srcMeans: usize, srcSquares: usize, n: i32, counts: usize, means: usize, squares: usize): void {
  for (let i = 0; i < n; i++) {
    const nb = load<i64>(srcCounts + (i << 3));
    if (nb == 0) continue;
    const g = <usize>load<u32>(gids + (i << 2)) << 3;
    const na = load<i64>(counts + g), total = na + nb;
    const mean = load<f64>(means + g), delta = load<f64>(srcMeans + (i << 3)) - mean;
    store<i64>(counts + g, total);
    store<f64>(means + g, mean + delta * <f64>nb / <f64>total);
    store<f64>(squares + g, load<f64>(squares + g) + load<f64>(srcSquares + (i << 3)) + delta * delta * <f64>na * <f64>nb / <f64>total);
  }
}

// 1 where a count is not 0.
export function valid_of_counts(counts: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<i64>(counts + (i << 3)) != 0));
}

// Smallest and largest of n >= 1 values, as two i64 words at `out`.
// @ts-ignore: decorator
@inline
function ends<T>(src: usize, n: i32, out: usize): void {
  let lo = load<T>(src), hi = lo;
  for (let i = 1; i < n; i++) {
    const x = load<T>(src + i * <i32>sizeof<T>());
    lo = x < lo ? x : lo;
    hi = x > hi ? x : hi;
  }
  store<i64>(out, <i64>lo);
  store<i64>(out + 8, <i64>hi);
}
export function ends_u8(src: usize, n: i32, out: usize): void {
  let lo = i8x16.splat(-1), hi = i8x16.splat(0);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const x = v128.load(src + i);
    lo = i8x16.min_u(lo, x);
    hi = i8x16.max_u(hi, x);
  }
  ends_tail<u8>(src, i, n, lo, hi, out);
}
export function ends_u16(src: usize, n: i32, out: usize): void {
  let lo = i16x8.splat(-1), hi = i16x8.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const x = v128.load(src + (i << 1));
    lo = i16x8.min_u(lo, x);
    hi = i16x8.max_u(hi, x);
  }
  ends_tail<u16>(src, i, n, lo, hi, out);
}
export function ends_u32(src: usize, n: i32, out: usize): void {
  let lo = i32x4.splat(-1), hi = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const x = v128.load(src + (i << 2));
    lo = i32x4.min_u(lo, x);
    hi = i32x4.max_u(hi, x);
  }
  ends_tail<u32>(src, i, n, lo, hi, out);
}
export function ends_i64(src: usize, n: i32, out: usize): void { ends<i64>(src, n, out); }

// Lanes of the two running vectors, spilled to `out` (16 bytes) one after the other, then the rows left.
// @ts-ignore: decorator
@inline
function ends_tail<T>(src: usize, from: i32, n: i32, lo: v128, hi: v128, out: usize): void {
  const lanes: usize = 16 / sizeof<T>();
  v128.store(out, lo);
  let least = load<T>(out);
  for (let k: usize = 1; k < lanes; k++) least = min(least, load<T>(out + k * sizeof<T>()));
  v128.store(out, hi);
  let most = load<T>(out);
  for (let k: usize = 1; k < lanes; k++) most = max(most, load<T>(out + k * sizeof<T>()));
  for (let i = from; i < n; i++) {
    const x = load<T>(src + i * <i32>sizeof<T>());
    least = min(least, x);
    most = max(most, x);
  }
  store<i64>(out, <i64>least);
  store<i64>(out + 8, <i64>most);
}
