// Encoding: from staged columns (dense i64, f64, bytes) to the encodings of a stored block.
// `valid` is one byte a row or 0 when no row is NULL.

// Gives each NULL the value before it (the first ones: the first value), so that it costs no width and no run.
// Answers the number of NULLs.
export function fill_null_u64(data: usize, valid: usize, n: i32): i32 {
  let first = 0;
  while (first < n && load<u8>(valid + first) == 0) first++;
  let last = first < n ? load<u64>(data + (first << 3)) : 0;
  for (let i = 0; i < first; i++) store<u64>(data + (i << 3), last);
  let nulls = first;
  for (let i = first; i < n; i++) {
    if (load<u8>(valid + i) != 0) last = load<u64>(data + (i << 3));
    else {
      store<u64>(data + (i << 3), last);
      nulls++;
    }
  }
  return nulls;
}

// out: i64 min, max, number of runs, smallest and largest difference of neighbours (wrapping). n > 0.
export function stat_i64(src: usize, n: i32, out: usize): void {
  let last = load<i64>(src);
  let low = last;
  let high = last;
  let runs: i64 = 1;
  let lowDelta = i64.MAX_VALUE;
  let highDelta = i64.MIN_VALUE;
  for (let i = 1; i < n; i++) {
    const value = load<i64>(src + (i << 3));
    const delta = value - last;
    low = min(low, value);
    high = max(high, value);
    lowDelta = min(lowDelta, delta);
    highDelta = max(highDelta, delta);
    runs += <i64>(delta != 0);
    last = value;
  }
  store<i64>(out, low);
  store<i64>(out, high, 8);
  store<i64>(out, runs, 16);
  store<i64>(out, lowDelta, 24);
  store<i64>(out, highDelta, 32);
}

// out: f64 min and max, i64 number of runs of equal bits. NaN is above all numbers: it is the max where there is one, and the min of
// nothing else is +inf. n > 0.
export function stat_f64(src: usize, n: i32, out: usize): void {
  let last = load<u64>(src);
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  let hasNaN = 0;
  let runs: i64 = 1;
  for (let i = 0; i < n; i++) {
    const value = load<f64>(src + (i << 3));
    const bits = reinterpret<u64>(value);
    if (value < low) low = value;
    if (value > high) high = value;
    hasNaN |= <i32>(value != value);
    runs += <i64>(bits != last);
    last = bits;
  }
  store<f64>(out, low);
  store<f64>(out, hasNaN != 0 ? NaN : high, 8);
  store<i64>(out, runs, 16);
}

// Smallest and largest value of [start, start + count) rows as i64; for the zones of pages.
export function stat_range_i64(src: usize, n: i32, out: usize): void {
  let low = load<i64>(src);
  let high = low;
  for (let i = 1; i < n; i++) {
    const value = load<i64>(src + (i << 3));
    low = min(low, value);
    high = max(high, value);
  }
  store<i64>(out, low);
  store<i64>(out, high, 8);
}

// How many of n values equal one.
export function count_equal_i64(src: usize, n: i32, value: i64): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) count += <i32>(load<i64>(src + (i << 3)) == value);
  return count;
}

// data[i] - base in 1, 2 or 4 bytes.
export function narrow_i64_u8(src: usize, n: i32, base: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<u8>(out + i, <u8>(load<i64>(src + (i << 3)) - base));
}
export function narrow_i64_u16(src: usize, n: i32, base: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<u16>(out + (i << 1), <u16>(load<i64>(src + (i << 3)) - base));
}
export function narrow_i64_u32(src: usize, n: i32, base: i64, out: usize): void {
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), <u32>(load<i64>(src + (i << 3)) - base));
}
export function narrow_f64_f32(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<f32>(out + (i << 2), <f32>load<f64>(src + (i << 3)));
}

// data[i] - base in bits <= 57 bits each; writes ceil(n * bits / 8) bytes and up to 7 bytes of zeros behind.
export function pack_bits_i64(src: usize, n: i32, base: i64, bits: i32, out: usize): void {
  let word: u64 = 0;
  let filled = 0;
  for (let i = 0; i < n; i++) {
    word |= <u64>(load<i64>(src + (i << 3)) - base) << filled;
    filled += bits;
    store<u64>(out, word);
    const whole = filled >> 3;
    out += whole;
    filled &= 7;
    word = whole == 8 ? 0 : word >> (whole << 3);
  }
}
// The n - 1 differences of neighbours, each minus step, in bits <= 57 bits.
export function pack_delta_i64(src: usize, n: i32, step: i64, bits: i32, out: usize): void {
  let word: u64 = 0;
  let filled = 0;
  let last = load<i64>(src);
  for (let i = 1; i < n; i++) {
    const value = load<i64>(src + (i << 3));
    word |= <u64>(value - last - step) << filled;
    last = value;
    filled += bits;
    store<u64>(out, word);
    const whole = filled >> 3;
    out += whole;
    filled &= 7;
    word = whole == 8 ? 0 : word >> (whole << 3);
  }
}

// The greatest number that all data[i] - base (unsigned) are multiples of; 0 when all are base.
export function unit_i64(src: usize, n: i32, base: i64): i64 {
  let unit: u64 = 0;
  for (let i = 0; i < n; i++) {
    let a = <u64>(load<i64>(src + (i << 3)) - base);
    if (unit != 0 && a % unit == 0) continue;
    while (a != 0) {
      const rest = unit % a;
      unit = a;
      a = rest;
    }
    if (unit == 1) break;
  }
  return <i64>unit;
}
// (data[i] - base) / unit, unsigned; unit divides all of them.
export function divide_i64(src: usize, n: i32, base: i64, unit: i64, out: usize): void {
  for (let i = 0; i < n; i++)
    store<u64>(out + (i << 3), <u64>(load<i64>(src + (i << 3)) - base) / <u64>unit);
}

// Floats as integers over a power of ten: whole[i] / scale is data[i], bit by bit. Rows for which there is no such integer (below 2^51)
// get the integer before theirs (the first ones: the first), and stand in `positions`, u16 each; answers their number. n <= 65536.
export function whole_of_f64(src: usize, n: i32, scale: f64, whole: usize, positions: usize): i32 {
  let misfits = 0;
  let last: i64 = 0;
  for (let i = 0; i < n; i++) {
    const value = load<f64>(src + (i << 3));
    const scaled = nearest(value * scale);
    // By way of the integer, which has no -0.
    const integer = abs(scaled) < 2251799813685248.0 ? <i64>scaled : 0;
    if (reinterpret<u64>(<f64>integer / scale) == reinterpret<u64>(value)) {
      last = integer;
      // The first of them goes before those that came without one.
      if (misfits == i) for (let k = 0; k < i; k++) store<i64>(whole + (k << 3), last);
    } else store<u16>(positions + (misfits++ << 1), <u16>i);
    store<i64>(whole + (i << 3), last);
  }
  return misfits;
}

// Runs of equal 8-byte values: u16 length minus one and u64 value of each; answers their number. n <= 65536.
export function collect_runs_u64(src: usize, n: i32, lengths: usize, values: usize): i32 {
  let runs = 0;
  let start = 0;
  let value = load<u64>(src);
  for (let i = 1; i <= n; i++) {
    if (i < n && load<u64>(src + (i << 3)) == value) continue;
    store<u16>(lengths + (runs << 1), <u16>(i - start - 1));
    store<u64>(values + (runs << 3), value);
    runs++;
    start = i;
    if (i < n) value = load<u64>(src + (i << 3));
  }
  return runs;
}

// One byte a row (0 or 1) to bits; ceil(n / 8) bytes. Answers the number of ones.
export function pack_bools(src: usize, n: i32, out: usize): i32 {
  let ones = 0;
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const bits = i8x16.bitmask(i8x16.ne(v128.load(src + i), i8x16.splat(0)));
    ones += popcnt(bits);
    store<u16>(out + (i >> 3), <u16>bits);
  }
  for (; i < n; i += 8) {
    let bits = 0;
    const stop = min(8, n - i);
    for (let k = 0; k < stop; k++) bits |= <i32>(load<u8>(src + i + k) != 0) << k;
    ones += popcnt(bits);
    store<u8>(out + (i >> 3), <u8>bits);
  }
  return ones;
}

// Lengths of n references as i64; a NULL's is 0.
export function refs_lengths_i64(refs: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<i64>(out + (i << 3), <i64>load<u32>(refs + (i << 3) + 4));
}
// The bytes of n references, one after another; answers their number.
export function refs_concat(refs: usize, n: i32, out: usize): u32 {
  let at = out;
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (i << 3));
    const length = <usize>(ref >> 32);
    memory.copy(at, <usize>(<u32>ref), length);
    at += length;
  }
  return <u32>(at - out);
}
// References of NULL rows become empty.
export function clear_null_refs(refs: usize, valid: usize, n: i32): i32 {
  let nulls = 0;
  for (let i = 0; i < n; i++) {
    if (load<u8>(valid + i) != 0) continue;
    store<u64>(refs + (i << 3), 0);
    nulls++;
  }
  return nulls;
}

// An LZ4 block of n bytes (greedy, one probe; after the LZ4 block format description). `table`: 8192 u32, any
// contents. `out` must have room for n + n / 255 + 32 bytes, and up to 15 bytes behind `src` are read. Answers the bytes written.
export function encode_lz4(src: usize, n: i32, table: usize, out: usize): i32 {
  const start = out;
  const end = src + n;
  let anchor = src;
  if (n >= 13) {
    memory.fill(table, 0, 8192 << 2);
    const matchLimit = end - 12;
    const last = end - 5;
    let at = src + 1;
    let misses: u32 = 1 << 6;
    while (at < matchLimit) {
      const word = load<u32>(at);
      const slot = lz4_slot(table, load<u64>(at));
      const candidate = src + load<u32>(slot);
      store<u32>(slot, <u32>(at - src));
      if (at - candidate > 65535 || candidate >= at || load<u32>(candidate) != word) {
        at += misses++ >> 6;
        continue;
      }
      misses = 1 << 6;
      let from = candidate;
      while (at > anchor && from > src && load<u8>(at - 1) == load<u8>(from - 1)) {
        at--;
        from--;
      }
      let stop = at + 4;
      const distance = at - from;
      while (stop + 8 <= last) {
        const difference = load<u64>(stop) ^ load<u64>(stop - distance);
        if (difference != 0) {
          stop += <usize>(ctz(difference) >> 3);
          break;
        }
        stop += 8;
      }
      if (stop + 8 > last) while (stop < last && load<u8>(stop) == load<u8>(stop - distance)) stop++;
      out = put_sequence(anchor, <u32>(at - anchor), <u32>distance, <u32>(stop - at), out);
      at = stop;
      anchor = stop;
      // What the match has passed over is found again by its end.
      if (at < matchLimit) store<u32>(lz4_slot(table, load<u64>(at - 2)), <u32>(at - 2 - src));
    }
  }
  return <i32>(put_sequence(anchor, <u32>(end - anchor), 0, 0, out) - start);
}

// @ts-ignore: decorator
@inline
function lz4_slot(table: usize, bytes: u64): usize {
  return table + <usize>((((bytes << 24) * 889523592379) >> 51) << 2);
}

// @ts-ignore: decorator
@inline
function put_length(rest: u32, out: usize): usize {
  while (rest >= 255) {
    store<u8>(out++, 255);
    rest -= 255;
  }
  store<u8>(out++, <u8>rest);
  return out;
}

function put_sequence(literals: usize, count: u32, distance: u32, length: u32, out: usize): usize {
  const matched = length == 0 ? 0 : length - 4;
  store<u8>(out++, <u8>((min<u32>(count, 15) << 4) | min<u32>(matched, 15)));
  if (count >= 15) out = put_length(count - 15, out);
  // Most are short: whole vectors, some of which reach behind the literals.
  if (count <= 64) for (let i: usize = 0; i < <usize>count; i += 16) v128.store(out + i, v128.load(literals + i));
  else memory.copy(out, literals, count);
  out += count;
  if (length == 0) return out;
  store<u16>(out, <u16>distance);
  out += 2;
  return matched >= 15 ? put_length(matched - 15, out) : out;
}
