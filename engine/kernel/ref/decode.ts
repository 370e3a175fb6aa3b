/** Twins of as/decode.ts: from the encodings of a stored block to the working format. */

import type { Arena } from '../../memory/arena.ts';

export const decodeKernels = (arena: Arena) => {
  const { u8, u16, u32, i64, u64, f64 } = arena;

  /** Value `index` of a little-endian bit stream, read byte by byte. */
  const bitsAt = (src: number, index: number, bits: number): bigint => {
    const at = index * bits;
    let word = 0n;
    for (let k = 8; k >= 0; k--) word = (word << 8n) | BigInt(u8[src + Math.floor(at / 8) + k]);
    return (word >> BigInt(at % 8)) & ((1n << BigInt(bits)) - 1n);
  };

  const sums = function* (src: number, n: number, bits: number, step: bigint, first: bigint) {
    let value = first;
    yield value;
    for (let i = 1; i < n; i++) yield (value += step + bitsAt(src, i - 1, bits));
  };

  const offsets = (length: (i: number) => number, n: number, out: number): number => {
    let at = 0;
    u32[out >> 2] = 0;
    for (let i = 0; i < n; i++) u32[(out >> 2) + i + 1] = at += length(i);
    return at;
  };

  return {
    /** n values of bits <= 7 bits each. */
    unpack_bits_u8(src: number, n: number, bits: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = Number(bitsAt(src, i, bits));
    },
    /** n values of bits <= 16 bits each. */
    unpack_bits_u16(src: number, n: number, bits: number, out: number): void {
      for (let i = 0; i < n; i++) u16[(out >> 1) + i] = Number(bitsAt(src, i, bits));
    },
    /** n values of bits <= 32 bits each. */
    unpack_bits_u32(src: number, n: number, bits: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = Number(bitsAt(src, i, bits));
    },
    /** n values of bits <= 57 bits each, plus base. */
    unpack_bits_i64(src: number, n: number, bits: number, base: bigint, out: number): void {
      for (let i = 0; i < n; i++) i64[(out >>> 3) + i] = bitsAt(src, i, bits) + base;
    },

    /** out[0] = first, out[i] = out[i - 1] + step + packed delta i - 1. */
    unpack_delta_u16(src: number, n: number, bits: number, step: bigint, first: bigint, out: number): void {
      let i = out >>> 1;
      for (const value of sums(src, n, bits, step, first)) u16[i++] = Number(BigInt.asUintN(16, value));
    },
    unpack_delta_u32(src: number, n: number, bits: number, step: bigint, first: bigint, out: number): void {
      let i = out >>> 2;
      for (const value of sums(src, n, bits, step, first)) u32[i++] = Number(BigInt.asUintN(32, value));
    },
    unpack_delta_i64(src: number, n: number, bits: number, step: bigint, first: bigint, out: number): void {
      let i = out >>> 3;
      for (const value of sums(src, n, bits, step, first)) i64[i++] = value;
    },

    /** In place: data[i] * unit + base. */
    apply_unit_i64(data: number, n: number, unit: bigint, base: bigint): void {
      for (let i = 0; i < n; i++)
        i64[(data >>> 3) + i] = BigInt.asIntN(64, i64[(data >>> 3) + i] * unit + base);
    },
    apply_unit_u32(data: number, n: number, unit: number): void {
      for (let i = 0; i < n; i++) u32[(data >>> 2) + i] = Math.imul(u32[(data >>> 2) + i], unit);
    },
    /** In place: 64-bit integers to floats, divided by `scale`. */
    fraction_of_i64(data: number, n: number, scale: number): void {
      for (let i = 0; i < n; i++) f64[(data >>> 3) + i] = Number(i64[(data >>> 3) + i]) / scale;
    },
    /** out[positions[k]] = values[k], 8 bytes each; u16 positions. */
    scatter_u64(positions: number, values: number, n: number, out: number): void {
      for (let k = 0; k < n; k++) u64[(out >>> 3) + u16[(positions >>> 1) + k]] = u64[(values >>> 3) + k];
    },

    /** Runs: u16 lengths minus one, and a value of the output's width for each. */
    expand_runs_u8(lengths: number, values: number, runs: number, out: number): void {
      for (let r = 0; r < runs; r++) u8.fill(u8[values + r], out, (out += u16[(lengths >>> 1) + r] + 1));
    },
    expand_runs_u16(lengths: number, values: number, runs: number, out: number): void {
      let at = out >>> 1;
      for (let r = 0; r < runs; r++)
        u16.fill(u16[(values >>> 1) + r], at, (at += u16[(lengths >>> 1) + r] + 1));
    },
    expand_runs_u32(lengths: number, values: number, runs: number, out: number): void {
      let at = out >>> 2;
      for (let r = 0; r < runs; r++)
        u32.fill(u32[(values >>> 2) + r], at, (at += u16[(lengths >>> 1) + r] + 1));
    },
    expand_runs_u64(lengths: number, values: number, runs: number, out: number): void {
      let at = out >>> 3;
      for (let r = 0; r < runs; r++)
        u64.fill(u64[(values >>> 3) + r], at, (at += u16[(lengths >>> 1) + r] + 1));
    },

    /** Bits to one byte each. */
    unpack_bools(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = (u8[src + (i >> 3)] >> (i & 7)) & 1;
    },

    /** Lengths to n + 1 offsets from 0; answers the last one. */
    offsets_of_lengths_u8: (src: number, n: number, out: number): number =>
      offsets((i) => u8[src + i], n, out),
    offsets_of_lengths_u16: (src: number, n: number, out: number): number =>
      offsets((i) => u16[(src >>> 1) + i], n, out),
    offsets_of_lengths_u32: (src: number, n: number, out: number): number =>
      offsets((i) => u32[(src >>> 2) + i], n, out),

    /** A raw LZ4 block of n bytes; answers the bytes written, or -1 when it is malformed or does not fit `size`. */
    decode_lz4(src: number, n: number, out: number, size: number): number {
      const end = src + n;
      const start = out;
      const limit = out + size;
      while (src < end) {
        const token = u8[src++];
        let literals = token >> 4;
        if (literals === 15) {
          let more: number;
          do {
            if (src >= end) return -1;
            literals += more = u8[src++];
          } while (more === 255);
        }
        if (literals > end - src || literals > limit - out) return -1;
        u8.copyWithin(out, src, src + literals);
        src += literals;
        out += literals;
        if (src === end) break;
        if (src + 2 > end) return -1;
        const distance = u8[src] | (u8[src + 1] << 8);
        src += 2;
        if (distance === 0 || distance > out - start) return -1;
        let length = token & 15;
        if (length === 15) {
          let more: number;
          do {
            if (src >= end) return -1;
            length += more = u8[src++];
          } while (more === 255);
        }
        length += 4;
        if (length > limit - out) return -1;
        for (let k = 0; k < length; k++, out++) u8[out] = u8[out - distance];
      }
      return out - start;
    },

    /** Sets the mask byte of each u16 position. */
    mask_set_positions(positions: number, n: number, mask: number): void {
      for (let i = 0; i < n; i++) u8[mask + u16[(positions >>> 1) + i]] = 1;
    },
    /** Sets the mask byte of each one among n bits. */
    mask_set_bits(bits: number, n: number, mask: number): void {
      for (let i = 0; i < n; i++) if (((u8[bits + (i >> 3)] >> (i & 7)) & 1) !== 0) u8[mask + i] = 1;
    },
  };
};
