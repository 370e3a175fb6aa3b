/** Twins of as/encode.ts: from staged columns to the encodings of a stored block. */

import type { Arena } from '../../memory/arena.ts';

/** To the nearest integer, halves to even, as WebAssembly rounds. */
function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

export const encodeKernels = (arena: Arena) => {
  const { u8, u16, u32, f32, f64, i64, u64 } = arena;

  const packBits = (values: Iterable<bigint>, bits: number, out: number): void => {
    let word = 0n;
    let filled = 0;
    for (const value of values) {
      word |= value << BigInt(filled);
      for (filled += bits; filled >= 8; filled -= 8, word >>= 8n) u8[out++] = Number(word & 255n);
    }
    for (let k = 0; k < 8; k++, word >>= 8n) u8[out++] = Number(word & 255n);
  };

  const lengthBytes = (rest: number, out: number): number => {
    for (; rest >= 255; rest -= 255) u8[out++] = 255;
    u8[out++] = rest;
    return out;
  };

  return {
    /** Gives each NULL the value before it (the first ones: the first value); answers the number of NULLs. */
    fill_null_u64(data: number, valid: number, n: number): number {
      const at = data >>> 3;
      let first = 0;
      while (first < n && u8[valid + first] === 0) first++;
      let last = first < n ? u64[at + first] : 0n;
      let nulls = 0;
      for (let i = 0; i < n; i++) {
        if (u8[valid + i] !== 0) last = u64[at + i];
        else {
          u64[at + i] = last;
          nulls++;
        }
      }
      return nulls;
    },

    /** out: i64 min, max, runs, smallest and largest difference of neighbours (wrapping). n > 0. */
    stat_i64(src: number, n: number, out: number): void {
      const at = src >>> 3;
      let [low, high, runs] = [i64[at], i64[at], 1n];
      let [lowDelta, highDelta] = [(1n << 63n) - 1n, -(1n << 63n)];
      for (let i = 1; i < n; i++) {
        const value = i64[at + i];
        const delta = BigInt.asIntN(64, value - i64[at + i - 1]);
        if (value < low) low = value;
        if (value > high) high = value;
        if (delta < lowDelta) lowDelta = delta;
        if (delta > highDelta) highDelta = delta;
        if (delta !== 0n) runs++;
      }
      i64.set([low, high, runs, lowDelta, highDelta], out >>> 3);
    },

    /** out: f64 min and max, where NaN is above all numbers and no min, i64 number of runs of equal bits. n > 0. */
    stat_f64(src: number, n: number, out: number): void {
      const at = src >>> 3;
      let [low, high, runs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1n];
      for (let i = 0; i < n; i++) {
        const value = f64[at + i];
        if (value < low) low = value;
        if (value > high || Number.isNaN(value)) high = value;
        if (i > 0 && u64[at + i] !== u64[at + i - 1]) runs++;
      }
      f64[out >>> 3] = low;
      f64[(out >>> 3) + 1] = high;
      i64[(out >>> 3) + 2] = runs;
    },

    /** out: i64 min and max of n > 0 values. */
    stat_range_i64(src: number, n: number, out: number): void {
      const sorted = i64.slice(src >>> 3, (src >>> 3) + n).sort();
      i64[out >>> 3] = sorted[0];
      i64[(out >>> 3) + 1] = sorted[n - 1];
    },

    /** How many of n values equal one. */
    count_equal_i64: (src: number, n: number, value: bigint): number =>
      i64.subarray(src >>> 3, (src >>> 3) + n).reduce((count, v) => count + Number(v === value), 0),

    /** data[i] - base in 1, 2 or 4 bytes. */
    narrow_i64_u8(src: number, n: number, base: bigint, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = Number(BigInt.asUintN(8, i64[(src >>> 3) + i] - base));
    },
    narrow_i64_u16(src: number, n: number, base: bigint, out: number): void {
      for (let i = 0; i < n; i++)
        u16[(out >>> 1) + i] = Number(BigInt.asUintN(16, i64[(src >>> 3) + i] - base));
    },
    narrow_i64_u32(src: number, n: number, base: bigint, out: number): void {
      for (let i = 0; i < n; i++)
        u32[(out >>> 2) + i] = Number(BigInt.asUintN(32, i64[(src >>> 3) + i] - base));
    },
    narrow_f64_f32(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) f32[(out >>> 2) + i] = f64[(src >>> 3) + i];
    },

    /** data[i] - base in bits <= 57 bits each; writes up to 8 bytes of zeros behind the stream. */
    pack_bits_i64(src: number, n: number, base: bigint, bits: number, out: number): void {
      const values = i64.subarray(src >>> 3, (src >>> 3) + n);
      packBits(
        values.map((v) => BigInt.asUintN(64, v - base)),
        bits,
        out,
      );
    },
    /** The n - 1 differences of neighbours, each minus step, in bits <= 57 bits. */
    pack_delta_i64(src: number, n: number, step: bigint, bits: number, out: number): void {
      const values = i64.subarray(src >>> 3, (src >>> 3) + n);
      const deltas = Array.from({ length: n - 1 }, (_, i) =>
        BigInt.asUintN(64, values[i + 1] - values[i] - step),
      );
      packBits(deltas, bits, out);
    },

    /** The greatest number that all data[i] - base (unsigned) are multiples of; 0 when all are base. */
    unit_i64(src: number, n: number, base: bigint): bigint {
      let unit = 0n;
      for (const value of i64.subarray(src >>> 3, (src >>> 3) + n)) {
        let [a, b] = [unit, BigInt.asUintN(64, value - base)];
        while (b !== 0n) [a, b] = [b, a % b];
        unit = a;
      }
      return BigInt.asIntN(64, unit);
    },
    /** (data[i] - base) / unit, unsigned; unit divides all of them. */
    divide_i64(src: number, n: number, base: bigint, unit: bigint, out: number): void {
      for (let i = 0; i < n; i++)
        u64[(out >>> 3) + i] = BigInt.asUintN(64, i64[(src >>> 3) + i] - base) / BigInt.asUintN(64, unit);
    },

    /**
     * Floats as integers over a power of ten: whole[i] / scale is data[i], bit by bit. Rows for which there is no such integer
     * (below 2^51) get the integer before theirs (the first ones: the first), and stand in `positions`; answers their number.
     */
    whole_of_f64(src: number, n: number, scale: number, whole: number, positions: number): number {
      const fits = Array.from(f64.subarray(src >>> 3, (src >>> 3) + n), (value) => {
        const scaled = roundEven(value * scale);
        // By way of the integer, which has no -0.
        const integer = Math.abs(scaled) < 2 ** 51 ? BigInt(scaled) : 0n;
        return Object.is(Number(integer) / scale, value) ? integer : null;
      });
      let last = fits.find((integer) => integer !== null) ?? 0n;
      let misfits = 0;
      fits.forEach((integer, i) => {
        if (integer === null) u16[(positions >>> 1) + misfits++] = i;
        last = integer ?? last;
        i64[(whole >>> 3) + i] = last;
      });
      return misfits;
    },

    /** Runs of equal 8-byte values: u16 length minus one and u64 value of each; answers their number. */
    collect_runs_u64(src: number, n: number, lengths: number, values: number): number {
      const at = src >>> 3;
      let runs = 0;
      for (let start = 0; start < n; ) {
        let end = start + 1;
        while (end < n && u64[at + end] === u64[at + start]) end++;
        u16[(lengths >>> 1) + runs] = end - start - 1;
        u64[(values >>> 3) + runs] = u64[at + start];
        runs++;
        start = end;
      }
      return runs;
    },

    /** One byte a row (0 or 1) to bits; answers the number of ones. */
    pack_bools(src: number, n: number, out: number): number {
      let ones = 0;
      for (let i = 0; i < n; i += 8) {
        let bits = 0;
        for (let k = 0; k < 8 && i + k < n; k++) {
          if (u8[src + i + k] === 0) continue;
          bits |= 1 << k;
          ones++;
        }
        u8[out + (i >> 3)] = bits;
      }
      return ones;
    },

    /** Lengths of n references as i64. */
    refs_lengths_i64(refs: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) i64[(out >>> 3) + i] = BigInt(u32[(refs >>> 2) + i * 2 + 1]);
    },
    /** The bytes of n references, one after another; answers their number. */
    refs_concat(refs: number, n: number, out: number): number {
      let at = out;
      for (let i = 0; i < n; i++) {
        const from = u32[(refs >>> 2) + i * 2];
        const length = u32[(refs >>> 2) + i * 2 + 1];
        u8.copyWithin(at, from, from + length);
        at += length;
      }
      return at - out;
    },
    /** References of NULL rows become empty; answers the number of NULLs. */
    clear_null_refs(refs: number, valid: number, n: number): number {
      let nulls = 0;
      for (let i = 0; i < n; i++) {
        if (u8[valid + i] !== 0) continue;
        u64[(refs >>> 3) + i] = 0n;
        nulls++;
      }
      return nulls;
    },

    /**
     * An LZ4 block of n bytes; `out` has room for n + n / 255 + 32, `table` for 8192 u32. This twin writes
     * literals only: a valid block of the same contents, not the same bytes.
     */
    encode_lz4(src: number, n: number, _table: number, out: number): number {
      const start = out;
      u8[out++] = Math.min(n, 15) << 4;
      if (n >= 15) out = lengthBytes(n - 15, out);
      u8.copyWithin(out, src, src + n);
      return out + n - start;
    },
  };
};
