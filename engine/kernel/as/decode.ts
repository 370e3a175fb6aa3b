// Decoding: from the encodings of a stored block to the working format.
// Bit streams are little-endian, value i at bit i * bits; up to 8 bytes behind the stream are read, not used.

// @ts-ignore: decorator
@inline
function bits_at(src: usize, index: u64, bits: i32, mask: u64): u64 {
  const at = index * bits;
  return (load<u64>(src + <usize>(at >> 3)) >> (at & 7)) & mask;
}

// n values of bits <= 57 bits each.
export function unpack_bits_u8(src: usize, n: i32, bits: i32, out: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    // Eight values of at most 7 bits fill `bits` whole bytes: one load serves them all.
    const word = load<u64>(src);
    let lanes: u64 = 0;
    for (let k = 0; k < 8; k++) lanes |= ((word >> (k * bits)) & mask) << (k << 3);
    store<u64>(out + i, lanes);
    src += bits;
  }
  for (let k: u64 = 0; i < n; i++, k++) store<u8>(out + i, <u8>bits_at(src, k, bits, mask));
}
export function unpack_bits_u16(src: usize, n: i32, bits: i32, out: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <u64>i * bits;
    // Four values of at most 14 bits fit 57 bits; wider ones are loaded in pairs.
    const p = src + <usize>(at >> 3);
    const shift = at & 7;
    if (bits <= 14) {
      const word = load<u64>(p) >> shift;
      store<u64>(
        out + (i << 1),
        (word & mask) | (((word >> bits) & mask) << 16) | (((word >> (bits * 2)) & mask) << 32) | (((word >> (bits * 3)) & mask) << 48),
      );
    } else {
      const low = load<u64>(p) >> shift;
      const at2 = at + bits * 2;
      const high = load<u64>(src + <usize>(at2 >> 3)) >> (at2 & 7);
      store<u64>(
        out + (i << 1),
        (low & mask) | (((low >> bits) & mask) << 16) | ((high & mask) << 32) | (((high >> bits) & mask) << 48),
      );
    }
  }
  for (; i < n; i++) store<u16>(out + (i << 1), <u16>bits_at(src, i, bits, mask));
}
export function unpack_bits_u32(src: usize, n: i32, bits: i32, out: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  for (let i = 0; i < n; i++) store<u32>(out + (i << 2), <u32>bits_at(src, i, bits, mask));
}
export function unpack_bits_i64(src: usize, n: i32, bits: i32, base: i64, out: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  for (let i = 0; i < n; i++) store<i64>(out + (i << 3), <i64>bits_at(src, i, bits, mask) + base);
}

// Running sums: out[0] = first, out[i] = out[i - 1] + step + (packed delta i - 1); n values from n - 1 deltas.
export function unpack_delta_u16(src: usize, n: i32, bits: i32, step: i64, first: i64, out: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  let value = first;
  store<u16>(out, <u16>value);
  for (let i = 1; i < n; i++) {
    value += step + <i64>bits_at(src, i - 1, bits, mask);
    store<u16>(out + (i << 1), <u16>value);
  }
}
export function unpack_delta_u32(src: usize, n: i32, bits: i32, step: i64, first: i64, out: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  let value = first;
  store<u32>(out, <u32>value);
  for (let i = 1; i < n; i++) {
    value += step + <i64>bits_at(src, i - 1, bits, mask);
    store<u32>(out + (i << 2), <u32>value);
  }
}
export function unpack_delta_i64(src: usize, n: i32, bits: i32, step: i64, first: i64, out: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  let value = first;
  store<i64>(out, value);
  for (let i = 1; i < n; i++) {
    value += step + <i64>bits_at(src, i - 1, bits, mask);
    store<i64>(out + (i << 3), value);
  }
}

// In place: data[i] * unit + base.
export function apply_unit_i64(data: usize, n: i32, unit: i64, base: i64): void {
  for (let i = 0; i < n; i++) store<i64>(data + (i << 3), load<i64>(data + (i << 3)) * unit + base);
}
export function apply_unit_u32(data: usize, n: i32, unit: u32): void {
  for (let i = 0; i < n; i++) store<u32>(data + (i << 2), load<u32>(data + (i << 2)) * unit);
}
// In place: 64-bit integers to floats, divided by `scale`.
export function fraction_of_i64(data: usize, n: i32, scale: f64): void {
  for (let i = 0; i < n; i++) store<f64>(data + (i << 3), <f64>load<i64>(data + (i << 3)) / scale);
}
// out[positions[k]] = values[k], 8 bytes each; u16 positions below the rows there are.
export function scatter_u64(positions: usize, values: usize, n: i32, out: usize): void {
  for (let k = 0; k < n; k++)
    store<u64>(out + (<usize>load<u16>(positions + (k << 1)) << 3), load<u64>(values + (k << 3)));
}

// Runs: u16 lengths minus one, and a value of the output's width for each.
export function expand_runs_u8(lengths: usize, values: usize, runs: i32, out: usize): void {
  for (let r = 0; r < runs; r++) {
    const length = <usize>load<u16>(lengths + (r << 1)) + 1;
    memory.fill(out, load<u8>(values + r), length);
    out += length;
  }
}
export function expand_runs_u16(lengths: usize, values: usize, runs: i32, out: usize): void {
  for (let r = 0; r < runs; r++) {
    const end = out + ((<usize>load<u16>(lengths + (r << 1)) + 1) << 1);
    const value = load<u16>(values + (r << 1));
    const lanes = i16x8.splat(value);
    for (; out + 16 <= end; out += 16) v128.store(out, lanes);
    for (; out < end; out += 2) store<u16>(out, value);
  }
}
export function expand_runs_u32(lengths: usize, values: usize, runs: i32, out: usize): void {
  for (let r = 0; r < runs; r++) {
    const end = out + ((<usize>load<u16>(lengths + (r << 1)) + 1) << 2);
    const value = load<u32>(values + (r << 2));
    const lanes = i32x4.splat(value);
    for (; out + 16 <= end; out += 16) v128.store(out, lanes);
    for (; out < end; out += 4) store<u32>(out, value);
  }
}
export function expand_runs_u64(lengths: usize, values: usize, runs: i32, out: usize): void {
  for (let r = 0; r < runs; r++) {
    const end = out + ((<usize>load<u16>(lengths + (r << 1)) + 1) << 3);
    const value = load<u64>(values + (r << 3));
    const lanes = i64x2.splat(value);
    for (; out + 16 <= end; out += 16) v128.store(out, lanes);
    for (; out < end; out += 8) store<u64>(out, value);
  }
}

// Bits to one byte each: validity and booleans.
export function unpack_bools(src: usize, n: i32, out: usize): void {
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const b = <u64>load<u8>(src + (i >> 3));
    // Each byte of the product holds the byte b; keep bit k of byte k, then bring it down to 0 or 1.
    const spread = (b * 0x0101010101010101) & 0x8040201008040201;
    store<u64>(out + i, ((spread + 0x00406070787c7e7f) >> 7) & 0x0101010101010101);
  }
  for (; i < n; i++) store<u8>(out + i, <u8>((<u32>load<u8>(src + (i >> 3)) >> (i & 7)) & 1));
}

// Lengths to n + 1 offsets from 0; answers the last one.
export function offsets_of_lengths_u8(src: usize, n: i32, out: usize): u32 {
  let at: u32 = 0;
  store<u32>(out, 0);
  for (let i = 0; i < n; i++) {
    at += load<u8>(src + i);
    store<u32>(out + (i << 2) + 4, at);
  }
  return at;
}
export function offsets_of_lengths_u16(src: usize, n: i32, out: usize): u32 {
  let at: u32 = 0;
  store<u32>(out, 0);
  for (let i = 0; i < n; i++) {
    at += load<u16>(src + (i << 1));
    store<u32>(out + (i << 2) + 4, at);
  }
  return at;
}
export function offsets_of_lengths_u32(src: usize, n: i32, out: usize): u32 {
  let at: u32 = 0;
  store<u32>(out, 0);
  for (let i = 0; i < n; i++) {
    at += load<u32>(src + (i << 2));
    store<u32>(out + (i << 2) + 4, at);
  }
  return at;
}

// A raw LZ4 block of n bytes; answers the bytes written, or -1 when it is malformed or does not fit `size`.
export function decode_lz4(src: usize, n: i32, out: usize, size: i32): i32 {
  const end = src + n;
  const start = out;
  const limit = out + size;
  while (src < end) {
    const token = <u32>load<u8>(src++);
    let literals = token >> 4;
    if (literals == 15) {
      let more: u32;
      do {
        if (src >= end) return -1;
        more = load<u8>(src++);
        literals += more;
      } while (more == 255);
    }
    if (literals > <u32>(end - src) || literals > <u32>(limit - out)) return -1;
    if (literals <= 64 && src + 64 <= end && out + 64 <= limit) {
      for (let k: usize = 0; k < literals; k += 16) v128.store(out + k, v128.load(src + k));
    } else memory.copy(out, src, literals);
    src += literals;
    out += literals;
    if (src == end) break;
    if (src + 2 > end) return -1;
    const distance = <usize>load<u16>(src);
    src += 2;
    if (distance == 0 || distance > out - start) return -1;
    let length = token & 15;
    if (length == 15) {
      let more: u32;
      do {
        if (src >= end) return -1;
        more = load<u8>(src++);
        length += more;
      } while (more == 255);
    }
    length += 4;
    if (length > <u32>(limit - out)) return -1;
    const from = out - distance;
    if (distance >= 16 && out + length + 16 <= limit) {
      for (let k: usize = 0; k < length; k += 16) v128.store(out + k, v128.load(from + k));
    } else if (distance >= 8 && out + length + 8 <= limit) {
      for (let k: usize = 0; k < length; k += 8) store<u64>(out + k, load<u64>(from + k));
    } else {
      for (let k: usize = 0; k < length; k++) store<u8>(out + k, load<u8>(from + k));
    }
    out += length;
  }
  return <i32>(out - start);
}

// Containers of a Roaring bitmap into a mask of one byte a row: a sorted array, a bit set, runs.
export function mask_set_positions(positions: usize, n: i32, mask: usize): void {
  for (let i = 0; i < n; i++) store<u8>(mask + load<u16>(positions + (i << 1)), 1);
}
export function mask_set_bits(bits: usize, n: i32, mask: usize): void {
  for (let i = 0; i < n; i++) {
    if ((<u32>load<u8>(bits + (i >> 3)) >> (i & 7)) & 1) store<u8>(mask + i, 1);
  }
}
