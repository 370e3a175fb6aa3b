// Parquet's encodings of values: from the bytes of a page to dense columns. Pages lie at any address; answers below zero
// mean that the page lies about itself. Up to 8 bytes behind a page are read, not used.

// @ts-ignore: decorator
@inline
function bits_of(src: usize, index: u64, bits: u32, mask: u64): u64 {
  const at = index * bits;
  return (load<u64>(src + <usize>(at >> 3)) >> (at & 7)) & mask;
}

// The hybrid of runs and bit packing: n codes of bits <= 32 bits each as u32. Answers the bytes taken; -1 when they do
// not hold n codes; -2 when a code is not below `limit`.
export function hybrid_u32(src: usize, size: i32, bits: i32, n: i32, limit: u32, out: usize): i32 {
  const start = src;
  const end = src + size;
  const valueBytes = <usize>((bits + 7) >> 3);
  const mask = ((<u64>1) << bits) - 1;
  const stop = out + (<usize>n << 2);
  let highest: u32 = 0;
  while (out < stop) {
    let header: u32 = 0;
    let shift = 0;
    for (let more = true; more; shift += 7) {
      if (src >= end || shift > 28) return -1;
      const byte = <u32>load<u8>(src++);
      header |= (byte & 127) << shift;
      more = byte > 127;
    }
    const wanted = <u64>(stop - out) >> 2;
    if (header & 1) {
      const count = min<u64>(<u64>(header >> 1) << 3, wanted);
      if ((count * bits + 7) >> 3 > <u64>(end - src)) return -1;
      let i: u64 = 0;
      if (bits <= 7) {
        for (; i + 8 <= count; i += 8) {
          const word = load<u64>(src + <usize>(i >> 3) * bits);
          for (let k: u64 = 0; k < 8; k++) {
            const code = <u32>((word >> (k * bits)) & mask);
            highest = max(highest, code);
            store<u32>(out + (<usize>(i + k) << 2), code);
          }
        }
      } else if (bits <= 14) {
        for (; i + 4 <= count; i += 4) {
          const at = i * bits;
          const word = load<u64>(src + <usize>(at >> 3)) >> (at & 7);
          for (let k: u64 = 0; k < 4; k++) {
            const code = <u32>((word >> (k * bits)) & mask);
            highest = max(highest, code);
            store<u32>(out + (<usize>(i + k) << 2), code);
          }
        }
      }
      for (; i < count; i++) {
        const code = <u32>bits_of(src, i, bits, mask);
        highest = max(highest, code);
        store<u32>(out + (<usize>i << 2), code);
      }
      out += <usize>count << 2;
      src += <usize>min<u64>(<u64>(header >> 1) * bits, <u64>(end - src));
    } else {
      if (valueBytes > <usize>(end - src)) return -1;
      const value = <u32>(load<u64>(src) & (((<u64>1) << (valueBytes << 3)) - 1));
      src += valueBytes;
      const count = min<u64>(<u64>(header >> 1), wanted);
      if (count > 0) highest = max(highest, value);
      const lanes = i32x4.splat(value);
      const to = out + (<usize>count << 2);
      for (; out + 16 <= to; out += 16) v128.store(out, lanes);
      for (; out < to; out += 4) store<u32>(out, value);
    }
  }
  return n > 0 && highest >= limit ? -2 : <i32>(src - start);
}

// The same hybrid of single bits, as one byte (0 or 1) each: definition levels and booleans.
export function hybrid_bools(src: usize, size: i32, n: i32, out: usize): i32 {
  const start = src;
  const end = src + size;
  const stop = out + n;
  while (out < stop) {
    let header: u32 = 0;
    let shift = 0;
    for (let more = true; more; shift += 7) {
      if (src >= end || shift > 28) return -1;
      const byte = <u32>load<u8>(src++);
      header |= (byte & 127) << shift;
      more = byte > 127;
    }
    if (header & 1) {
      const count = min<u64>(<u64>(header >> 1) << 3, <u64>(stop - out));
      if ((count + 7) >> 3 > <u64>(end - src)) return -1;
      let i: u64 = 0;
      for (; i + 8 <= count; i += 8) {
        const b = <u64>load<u8>(src + <usize>(i >> 3));
        const spread = (b * 0x0101010101010101) & 0x8040201008040201;
        store<u64>(out + <usize>i, ((spread + 0x00406070787c7e7f) >> 7) & 0x0101010101010101);
      }
      for (; i < count; i++) store<u8>(out + <usize>i, (load<u8>(src + <usize>(i >> 3)) >> <u8>(i & 7)) & 1);
      out += <usize>count;
      src += <usize>min<u64>(<u64>(header >> 1), <u64>(end - src));
    } else {
      if (src >= end) return -1;
      const value = load<u8>(src++);
      if (value > 1) return -1;
      const count = <usize>min<u64>(<u64>(header >> 1), <u64>(stop - out));
      memory.fill(out, value, count);
      out += count;
    }
  }
  return <i32>(src - start);
}

// Delta packing: n integers as i64, sums wrapping in `width` (4 or 8) bytes. Answers the bytes taken, or -1.
export function delta_i64(src: usize, size: i32, n: i32, width: i32, out: usize): i32 {
  const start = src;
  const end = src + size;
  const head: usize = 4;
  // Block size, miniblocks in a block, number of values, first value.
  let blockSize: u64 = 0;
  let minis: u64 = 0;
  let total: u64 = 0;
  let first: u64 = 0;
  for (let field: usize = 0; field < head; field++) {
    let word: u64 = 0;
    let shift = 0;
    for (let more = true; more; shift += 7) {
      if (src >= end || shift > 63) return -1;
      const byte = <u64>load<u8>(src++);
      word |= (byte & 127) << shift;
      more = byte > 127;
    }
    if (field == 0) blockSize = word;
    else if (field == 1) minis = word;
    else if (field == 2) total = word;
    else first = word;
  }
  if (total != <u64>n || minis == 0 || minis > 65536 || blockSize > 0x1000000 || blockSize % minis != 0) return -1;
  const perMini = blockSize / minis;
  if (perMini == 0 || (perMini & 7) != 0) return -1;
  if (n == 0) return <i32>(src - start);
  let value = <i64>(first >> 1) ^ -(<i64>(first & 1));
  if (width == 4) value = <i64>(<i32>value);
  store<i64>(out, value);
  let done: u64 = 1;
  while (done < total) {
    let word: u64 = 0;
    let shift = 0;
    for (let more = true; more; shift += 7) {
      if (src >= end || shift > 63) return -1;
      const byte = <u64>load<u8>(src++);
      word |= (byte & 127) << shift;
      more = byte > 127;
    }
    const step = <i64>(word >> 1) ^ -(<i64>(word & 1));
    const widths = src;
    if (minis > <u64>(end - src)) return -1;
    src += <usize>minis;
    for (let mini: usize = 0; mini < <usize>minis && done < total; mini++) {
      const bits = <u64>load<u8>(widths + mini);
      if (bits > 64) return -1;
      const count = min<u64>(perMini, total - done);
      if ((count * bits + 7) >> 3 > <u64>(end - src)) return -1;
      const mask = bits == 64 ? <u64>-1 : ((<u64>1) << bits) - 1;
      for (let i: u64 = 0; i < count; i++) {
        const at = i * bits;
        const p = src + <usize>(at >> 3);
        let delta = load<u64>(p) >> (at & 7);
        if (bits > 57 && (at & 7) != 0) delta |= <u64>load<u8>(p, 8) << (64 - (at & 7));
        value += step + <i64>(delta & mask);
        if (width == 4) value = <i64>(<i32>value);
        store<i64>(out + (<usize>(done + i) << 3), value);
      }
      done += count;
      src += <usize>min<u64>((perMini * bits) >> 3, <u64>(end - src));
    }
  }
  return <i32>(src - start);
}

// References to n byte arrays, each after its u32 length. Answers the bytes taken, or -1.
export function plain_refs(src: usize, size: i32, n: i32, out: usize): i32 {
  const start = src;
  const end = src + size;
  for (let i = 0; i < n; i++) {
    if (end - src < 4) return -1;
    const length = <u64>load<u32>(src);
    src += 4;
    if (length > <u64>(end - src)) return -1;
    store<u64>(out + (<usize>i << 3), (length << 32) | <u64>src);
    src += <usize>length;
  }
  return <i32>(src - start);
}
// References to n arrays of `width` bytes each.
export function fixed_refs(src: usize, n: i32, width: i32, out: usize): void {
  for (let i = 0; i < n; i++) {
    store<u64>(out + (<usize>i << 3), (<u64>width << 32) | <u64>(src + <usize>i * width));
  }
}
// References to n byte arrays one after another, of the i64 lengths given. Answers the bytes taken, or -1.
export function length_refs(lengths: usize, src: usize, size: i32, n: i32, out: usize): i32 {
  const start = src;
  const end = src + size;
  for (let i = 0; i < n; i++) {
    const length = load<u64>(lengths + (<usize>i << 3));
    if (length > <u64>(end - src)) return -1;
    store<u64>(out + (<usize>i << 3), (length << 32) | <u64>src);
    src += <usize>length;
  }
  return <i32>(src - start);
}

// Bytes that n references point at, counted without wrapping: a damaged file can make them many.
export function text_bytes(refs: usize, n: i32): f64 {
  let total: u64 = 0;
  for (let i = 0; i < n; i++) total += <u64>load<u32>(refs + (<usize>i << 3), 4);
  return <f64>total;
}

// Front coding: each string is so many bytes of the one before it (i64 prefixes), then a suffix (references).
// Bytes of all n strings; -1 when a prefix is longer than the string before it, or all are 2 GiB and more.
export function front_bytes(prefixes: usize, suffixes: usize, n: i32): i32 {
  let total: u64 = 0;
  let before: u64 = 0;
  for (let i = 0; i < n; i++) {
    const prefix = load<u64>(prefixes + (<usize>i << 3));
    if (prefix > before) return -1;
    before = prefix + <u64>load<u32>(suffixes + (<usize>i << 3), 4);
    total += before;
    if (total > 0x7fffffff) return -1;
  }
  return <i32>total;
}
// Writes the n strings one after another to `to`, and references to them.
export function front_refs(prefixes: usize, suffixes: usize, n: i32, to: usize, out: usize): void {
  let before = to;
  for (let i = 0; i < n; i++) {
    const prefix = <usize>load<u64>(prefixes + (<usize>i << 3));
    const suffix = load<u64>(suffixes + (<usize>i << 3));
    const length = <usize>(suffix >> 32);
    memory.copy(to, before, prefix);
    memory.copy(to + prefix, <usize>(<u32>suffix), length);
    store<u64>(out + (<usize>i << 3), (<u64>(prefix + length) << 32) | <u64>to);
    before = to;
    to += prefix + length;
  }
}

// Stream splitting: byte b of all n values, then byte b + 1; back to values of `width` bytes.
export function join_streams(src: usize, n: i32, width: i32, out: usize): void {
  for (let b = 0; b < width; b++) {
    const stream = src + <usize>b * n;
    const to = out + b;
    for (let i = 0; i < n; i++) store<u8>(to + <usize>i * width, load<u8>(stream + i));
  }
}

export function widen_i32_i64(src: usize, n: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<i64>(out + (<usize>i << 3), <i64>load<i32>(src + (<usize>i << 2)));
}

// Nanoseconds of a day (u64) and a Julian day (i32) as ticks since 1970. Answers the first row that is more than
// `maxDays` away or has no such time of day, or -1.
export function int96_ticks(src: usize, n: i32, ticksPerDay: i64, nanosPerTick: i64, maxDays: i32, out: usize): i32 {
  for (let i = 0; i < n; i++, src += 12) {
    const nanos = load<u64>(src);
    const days = <i64>load<i32>(src, 8) - 2440588;
    if (nanos > 86400000000000 || days > <i64>maxDays || days < -(<i64>maxDays)) return i;
    store<i64>(out + (<usize>i << 3), days * ticksPerDay + <i64>nanos / nanosPerTick);
  }
  return -1;
}

// Big-endian two's complement integers of any length as i64. Answers the first that does not fit, or -1.
export function big_endian_i64(refs: usize, n: i32, out: usize): i32 {
  for (let i = 0; i < n; i++) {
    const ref = load<u64>(refs + (<usize>i << 3));
    let at = <usize>(<u32>ref);
    const end = at + <usize>(ref >> 32);
    if (at == end) return i;
    const sign = <u8>(<i8>load<u8>(at) >> 7);
    while (end - at > 8) if (load<u8>(at++) != sign) return i;
    let value: u64 = sign == 0 ? 0 : -1;
    for (; at < end; at++) value = (value << 8) | <u64>load<u8>(at);
    if (<u8>(<i64>value >> 63) != sign) return i;
    store<u64>(out + (<usize>i << 3), value);
  }
  return -1;
}

// src[i] * factor. Answers the first that does not fit, or -1. factor > 0.
export function scale_i64(src: usize, n: i32, factor: i64, out: usize): i32 {
  const high = i64.MAX_VALUE / factor;
  const low = i64.MIN_VALUE / factor;
  for (let i = 0; i < n; i++) {
    const value = load<i64>(src + (<usize>i << 3));
    if (value > high || value < low) return i;
    store<i64>(out + (<usize>i << 3), value * factor);
  }
  return -1;
}

// Dense values to rows: NULL rows get `fill`. Answers the values taken; one behind them may be read.
// @ts-ignore: decorator
@inline
function expand<T>(src: usize, valid: usize, n: i32, fill: T, out: usize): i32 {
  let at = src;
  for (let i = 0; i < n; i++) {
    const present = <usize>load<u8>(valid + i);
    store<T>(out + <usize>i * sizeof<T>(), select(load<T>(at), fill, present != 0));
    at += present * sizeof<T>();
  }
  return <i32>((at - src) / sizeof<T>());
}
export function expand_u64(src: usize, valid: usize, n: i32, fill: i64, out: usize): i32 { return expand<i64>(src, valid, n, fill, out); }
export function expand_u32(src: usize, valid: usize, n: i32, fill: i32, out: usize): i32 { return expand<i32>(src, valid, n, fill, out); }
export function expand_u8(src: usize, valid: usize, n: i32, fill: i32, out: usize): i32 { return expand<u8>(src, valid, n, <u8>fill, out); }

// Renumbers n codes below `count` so that only those in use remain, in their order; 0 stays 0. `map` is room for count u32;
// `kept` gets the reference of each that remains. Answers how many there are, 0 counted.
export function compact_codes(codes: usize, n: i32, count: i32, refs: usize, map: usize, kept: usize): i32 {
  memory.fill(map, 0, <usize>count << 2);
  for (let i = 0; i < n; i++) store<u32>(map + (<usize>load<u32>(codes + (<usize>i << 2)) << 2), 1);
  store<u32>(map, 0);
  store<u64>(kept, load<u64>(refs));
  let used: u32 = 1;
  for (let c = 1; c < count; c++) {
    if (load<u32>(map + (<usize>c << 2)) == 0) continue;
    store<u64>(kept + (<usize>used << 3), load<u64>(refs + (<usize>c << 3)));
    store<u32>(map + (<usize>c << 2), used++);
  }
  for (let i = 0; i < n; i++) {
    const p = codes + (<usize>i << 2);
    store<u32>(p, load<u32>(map + (<usize>load<u32>(p) << 2)));
  }
  return used;
}
