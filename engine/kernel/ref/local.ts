/** Twins of as/local.ts: series of differences, and stretches of 1,024 values with a base and bits of their own. */

import type { Arena } from '../../memory/arena.ts';

const STRETCH = 1024;
const MAX_BITS = 57;

const pad8 = (bytes: number): number => (bytes + 7) & ~7;
/** Wider ones are stored as they are. */
const bitsOf = (range: bigint): number => {
  const bits = range === 0n ? 0 : range.toString(2).length;
  return bits > MAX_BITS ? 64 : bits;
};
const rangeOf = (values: BigInt64Array): readonly [low: bigint, bits: number] => {
  const sorted = values.slice().sort();
  return [sorted[0], bitsOf(sorted[sorted.length - 1] - sorted[0])];
};

export const localKernels = (arena: Arena) => {
  const { u8, u16, u32, f64, i64, u64 } = arena;
  const valuesAt = (src: number, n: number): BigInt64Array => i64.subarray(src >>> 3, (src >>> 3) + n);
  const stretchesOf = (values: BigInt64Array): BigInt64Array[] =>
    Array.from({ length: Math.ceil(values.length / STRETCH) }, (_, k) =>
      values.subarray(k * STRETCH, (k + 1) * STRETCH),
    );
  const headBytes = (stretches: number): number => stretches * 8 + pad8(stretches);

  return {
    /** out[i] = data[i + 1] - data[i], wrapping; n - 1 of them. */
    deltas_i64(src: number, n: number, out: number): void {
      const values = valuesAt(src, n).slice();
      for (let i = 0; i + 1 < n; i++) i64[(out >>> 3) + i] = values[i + 1] - values[i];
    },
    /** n values in place: data[0] = first, data[i] = data[i - 1] + data[i], wrapping. */
    running_i64(data: number, n: number, first: bigint): void {
      const values = valuesAt(data, n);
      values[0] = first;
      for (let i = 1; i < n; i++) values[i] += values[i - 1];
    },

    /** The rows that n runs have, of u16 lengths minus one. */
    rows_of_runs: (lengths: number, n: number): bigint =>
      BigInt(u16.subarray(lengths >>> 1, (lengths >>> 1) + n).reduce((sum, value) => sum + value, n)),
    /** Whether n u16 numbers are all below a limit. */
    below_u16: (src: number, n: number, limit: number): number =>
      Number(u16.subarray(src >>> 1, (src >>> 1) + n).every((value) => value < limit)),

    /** The bytes that pack_local_i64 writes. */
    local_bytes_i64: (src: number, n: number): number =>
      stretchesOf(valuesAt(src, n)).reduce(
        (sum, stretch) => sum + Math.ceil((stretch.length * rangeOf(stretch)[1]) / 8),
        headBytes(Math.ceil(n / STRETCH)),
      ),
    /**
     * i64 smallest value of each stretch, u8 bits of each (padding to 8), then its values less the smallest, in whole bytes. Up to 7
     * bytes of zeros behind.
     */
    pack_local_i64(src: number, n: number, out: number): number {
      const stretches = stretchesOf(valuesAt(src, n));
      let stream = out + headBytes(stretches.length);
      u8.fill(0, out, stream);
      stretches.forEach((stretch, k) => {
        const [low, bits] = rangeOf(stretch);
        i64[(out >>> 3) + k] = low;
        u8[out + stretches.length * 8 + k] = bits;
        let word = 0n;
        let filled = 0;
        for (const value of stretch) {
          word |= (value - low) << BigInt(filled);
          for (filled += bits; filled >= 8; filled -= 8, word >>= 8n) u8[stream++] = Number(word & 255n);
        }
        if (filled > 0) u8[stream++] = Number(word);
      });
      return stream - out;
    },
    /** Whether `bytes` is what n values in stretches take, by the bits they say. */
    check_local(src: number, bytes: number, n: number): number {
      const stretches = Math.ceil(n / STRETCH);
      let all = headBytes(stretches);
      if (all > bytes) return 0;
      for (let k = 0; k < stretches; k++) {
        const bits = u8[src + stretches * 8 + k];
        if (bits > MAX_BITS && bits !== 64) return 0;
        all += Math.ceil((Math.min(STRETCH, n - k * STRETCH) * bits) / 8);
      }
      return Number(all === bytes);
    },
    unpack_local_i64(src: number, n: number, out: number): void {
      const stretches = Math.ceil(n / STRETCH);
      let stream = src + headBytes(stretches);
      for (let k = 0; k < stretches; k++) {
        const low = i64[(src >>> 3) + k];
        const bits = u8[src + stretches * 8 + k];
        const count = Math.min(STRETCH, n - k * STRETCH);
        let word = 0n;
        let held = 0;
        let at = stream;
        for (let i = 0; i < count; i++) {
          for (; held < bits; held += 8) word |= BigInt(u8[at++]) << BigInt(held);
          i64[(out >>> 3) + k * STRETCH + i] = low + (word & ((1n << BigInt(bits)) - 1n));
          word >>= BigInt(bits);
          held -= bits;
        }
        stream += Math.ceil((count * bits) / 8);
      }
    },

    /** The value that most of n > 0 values are, if more than half are one; else any. */
    majority_u64(src: number, n: number): bigint {
      let value = i64[src >>> 3];
      let votes = 0;
      for (const other of valuesAt(src, n)) {
        if (votes === 0) value = other;
        votes += other === value ? 1 : -1;
      }
      return value;
    },
    /** Where values are not `value`: u16 row numbers; answers how many. */
    positions_unlike_u64(src: number, n: number, value: bigint, out: number): number {
      let count = 0;
      for (let i = 0; i < n; i++)
        if (u64[(src >>> 3) + i] !== BigInt.asUintN(64, value)) u16[(out >>> 1) + count++] = i;
      return count;
    },
    /** out[positions[k]] = values[k]; u16 positions below the rows there are. */
    scatter_u8(positions: number, values: number, n: number, out: number): void {
      for (let k = 0; k < n; k++) u8[out + u16[(positions >>> 1) + k]] = u8[values + k];
    },
    scatter_u16(positions: number, values: number, n: number, out: number): void {
      for (let k = 0; k < n; k++) u16[(out >>> 1) + u16[(positions >>> 1) + k]] = u16[(values >>> 1) + k];
    },
    scatter_u32(positions: number, values: number, n: number, out: number): void {
      for (let k = 0; k < n; k++) u32[(out >>> 2) + u16[(positions >>> 1) + k]] = u32[(values >>> 2) + k];
    },
    /** The bits of 64-bit floats as 32-bit ones, as integers. */
    float_bits_i64(src: number, n: number, out: number): void {
      const view = new DataView(new ArrayBuffer(4));
      for (let i = 0; i < n; i++) {
        view.setFloat32(0, f64[(src >>> 3) + i]);
        i64[(out >>> 3) + i] = BigInt(view.getUint32(0));
      }
    },
  };
};
