/** Twins of as/parquet.ts: Parquet's encodings of values, from the bytes of a page to dense columns. */

import type { Arena } from '../../memory/arena.ts';

/** Bytes of a page, taken one by one; reading past its end throws {@link TooShort}. */
class Cursor {
  readonly #u8: Uint8Array;
  readonly #end: number;
  at: number;

  constructor(u8: Uint8Array, at: number, size: number) {
    this.#u8 = u8;
    this.at = at;
    this.#end = at + size;
  }

  get left(): number {
    return this.#end - this.at;
  }

  byte(): number {
    if (this.left < 1) throw new TooShort();
    return this.#u8[this.at++];
  }

  /** A little-endian integer. */
  little(bytes: number): number {
    let value = 0;
    for (let scale = 1, k = 0; k < bytes; k++, scale *= 256) value += this.byte() * scale;
    return value;
  }

  varint(maxBytes: number): bigint {
    let value = 0n;
    for (let k = 0; k < maxBytes; k++) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << BigInt(7 * k);
      if (byte < 128) return value;
    }
    throw new TooShort();
  }

  zigzag(): bigint {
    const word = BigInt.asUintN(64, this.varint(10));
    return (word >> 1n) ^ -(word & 1n);
  }

  /** `count` values of `bits` bits; `room` bytes are passed over, or as many as there are. */
  packed(count: number, bits: number, room: number): bigint[] {
    if (Math.ceil((count * bits) / 8) > this.left) throw new TooShort();
    const values = Array.from({ length: count }, (_, i) => {
      let value = 0n;
      for (let b = bits - 1; b >= 0; b--) {
        const at = i * bits + b;
        value = (value << 1n) | BigInt((this.#u8[this.at + (at >>> 3)] >> (at & 7)) & 1);
      }
      return value;
    });
    this.at += Math.min(room, this.left);
    return values;
  }
}

/** A page that ends before what it promised. Kernels answer with a number: this never leaves the file. */
class TooShort {}

const orMinusOne = (work: () => number): number => {
  try {
    return work();
  } catch (error) {
    if (error instanceof TooShort) return -1;
    throw error;
  }
};

export const parquetKernels = ({ u8, u32, i32, i64, u64 }: Arena) => {
  const view = new DataView(u8.buffer);
  const length = (ref: number): number => u32[(ref >>> 2) + 1];
  const address = (ref: number): number => u32[ref >>> 2];
  const putRef = (out: number, at: number, bytes: number): void => {
    u32[out >>> 2] = at;
    u32[(out >>> 2) + 1] = bytes;
  };

  /** Runs and bit-packed groups of a hybrid, as values and how often they come. */
  function* hybrid(
    cursor: Cursor,
    bits: number,
    n: number,
  ): Generator<readonly [value: number, count: number]> {
    for (let done = 0; done < n; ) {
      const header = Number(BigInt.asUintN(32, cursor.varint(5)));
      const wanted = n - done;
      if ((header & 1) === 1) {
        const groups = header >>> 1;
        const count = Math.min(groups * 8, wanted);
        for (const value of cursor.packed(count, bits, groups * bits)) yield [Number(value), 1];
        done += count;
      } else {
        const value = cursor.little((bits + 7) >> 3);
        const count = Math.min(header >>> 1, wanted);
        yield [value, count];
        done += count;
      }
    }
  }

  return {
    /** n codes of bits <= 32 bits; bytes taken, -1 when there are too few, -2 when a code is not below `limit`. */
    hybrid_u32(src: number, size: number, bits: number, n: number, limit: number, out: number): number {
      return orMinusOne(() => {
        const cursor = new Cursor(u8, src, size);
        let at = out >>> 2;
        let isOver = false;
        for (const [value, count] of hybrid(cursor, bits, n)) {
          u32.fill(value, at, at + count);
          at += count;
          if (count > 0 && value >= limit >>> 0) isOver = true;
        }
        return isOver || (n > 0 && limit === 0) ? -2 : cursor.at - src;
      });
    },
    /** n bits as one byte each; bytes taken or -1. */
    hybrid_bools(src: number, size: number, n: number, out: number): number {
      return orMinusOne(() => {
        const cursor = new Cursor(u8, src, size);
        let at = out;
        for (const [value, count] of hybrid(cursor, 1, n)) {
          if (value > 1) return -1;
          u8.fill(value, at, at + count);
          at += count;
        }
        return cursor.at - src;
      });
    },
    /** n delta-packed integers, sums wrapping in `width` bytes; bytes taken or -1. */
    delta_i64(src: number, size: number, n: number, width: number, out: number): number {
      return orMinusOne(() => {
        const cursor = new Cursor(u8, src, size);
        const [blockSize, minis, total] = [0, 1, 2].map(() => BigInt.asUintN(64, cursor.varint(10)));
        let value = BigInt.asIntN(width * 8, cursor.zigzag());
        const isSane = minis > 0n && minis <= 65536n && blockSize <= 0x1000000n && blockSize % minis === 0n;
        if (total !== BigInt(n) || !isSane) return -1;
        const perMini = Number(blockSize / minis);
        if (perMini === 0 || perMini % 8 !== 0) return -1;
        if (n === 0) return cursor.at - src;
        let at = out >>> 3;
        i64[at++] = value;
        for (let left = n - 1; left > 0; ) {
          const step = cursor.zigzag();
          if (Number(minis) > cursor.left) return -1;
          const widths = Array.from({ length: Number(minis) }, () => cursor.byte());
          for (const bits of widths) {
            if (left === 0) break;
            if (bits > 64) return -1;
            const count = Math.min(perMini, left);
            for (const delta of cursor.packed(count, bits, (perMini * bits) / 8)) {
              value = BigInt.asIntN(width * 8, value + step + delta);
              i64[at++] = value;
            }
            left -= count;
          }
        }
        return cursor.at - src;
      });
    },

    /** References to n byte arrays, each after its u32 length; bytes taken or -1. */
    plain_refs(src: number, size: number, n: number, out: number): number {
      const end = src + size;
      let at = src;
      for (let i = 0; i < n; i++) {
        if (end - at < 4) return -1;
        const bytes = view.getUint32(at, true);
        at += 4;
        if (bytes > end - at) return -1;
        putRef(out + i * 8, at, bytes);
        at += bytes;
      }
      return at - src;
    },
    fixed_refs(src: number, n: number, width: number, out: number): void {
      for (let i = 0; i < n; i++) putRef(out + i * 8, src + i * width, width);
    },
    /** References to n byte arrays one after another; bytes taken or -1. */
    length_refs(lengths: number, src: number, size: number, n: number, out: number): number {
      let at = src;
      for (let i = 0; i < n; i++) {
        const bytes = u64[(lengths >>> 3) + i];
        if (bytes > BigInt(src + size - at)) return -1;
        putRef(out + i * 8, at, Number(bytes));
        at += Number(bytes);
      }
      return at - src;
    },

    /** Bytes that n references point at, counted without wrapping. */
    text_bytes(refs: number, n: number): number {
      let total = 0;
      for (let i = 0; i < n; i++) total += length(refs + i * 8);
      return total;
    },
    /** Bytes of n front-coded strings, or -1. */
    front_bytes(prefixes: number, suffixes: number, n: number): number {
      let total = 0;
      let before = 0;
      for (let i = 0; i < n; i++) {
        const prefix = u64[(prefixes >>> 3) + i];
        if (prefix > BigInt(before)) return -1;
        before = Number(prefix) + length(suffixes + i * 8);
        total += before;
        if (total > 0x7fffffff) return -1;
      }
      return total;
    },
    /** Writes n front-coded strings one after another, and references to them. */
    front_refs(prefixes: number, suffixes: number, n: number, to: number, out: number): void {
      let before = to;
      for (let i = 0; i < n; i++) {
        const prefix = Number(u64[(prefixes >>> 3) + i]);
        const from = address(suffixes + i * 8);
        const bytes = length(suffixes + i * 8);
        u8.copyWithin(to, before, before + prefix);
        u8.copyWithin(to + prefix, from, from + bytes);
        putRef(out + i * 8, to, prefix + bytes);
        before = to;
        to += prefix + bytes;
      }
    },

    /** Byte b of all n values, then byte b + 1, back to values. */
    join_streams(src: number, n: number, width: number, out: number): void {
      for (let b = 0; b < width; b++)
        for (let i = 0; i < n; i++) u8[out + i * width + b] = u8[src + b * n + i];
    },
    widen_i32_i64(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) i64[(out >>> 3) + i] = BigInt(view.getInt32(src + i * 4, true));
    },
    /** Nanoseconds of a day and Julian days as ticks since 1970; the first that does not fit, or -1. */
    int96_ticks(
      src: number,
      n: number,
      ticksPerDay: bigint,
      nanosPerTick: bigint,
      maxDays: number,
      out: number,
    ): number {
      for (let i = 0; i < n; i++) {
        const nanos = view.getBigUint64(src + i * 12, true);
        const days = view.getInt32(src + i * 12 + 8, true) - 2440588;
        if (nanos > 86400000000000n || Math.abs(days) > maxDays) return i;
        i64[(out >>> 3) + i] = BigInt(days) * ticksPerDay + nanos / nanosPerTick;
      }
      return -1;
    },
    /** Big-endian integers of any length; the first that does not fit 64 bits, or -1. */
    big_endian_i64(refs: number, n: number, out: number): number {
      for (let i = 0; i < n; i++) {
        const from = address(refs + i * 8);
        const bytes = length(refs + i * 8);
        if (bytes === 0) return i;
        let value = 0n;
        for (let k = 0; k < bytes; k++) value = (value << 8n) | BigInt(u8[from + k]);
        value = BigInt.asIntN(bytes * 8, value);
        if (BigInt.asIntN(64, value) !== value) return i;
        i64[(out >>> 3) + i] = value;
      }
      return -1;
    },
    /** src[i] * factor; the first that does not fit, or -1. */
    scale_i64(src: number, n: number, factor: bigint, out: number): number {
      for (let i = 0; i < n; i++) {
        const value = i64[(src >>> 3) + i] * factor;
        if (BigInt.asIntN(64, value) !== value) return i;
        i64[(out >>> 3) + i] = value;
      }
      return -1;
    },

    /** Dense values to rows, NULL rows getting `fill`; values taken. */
    expand_u64(src: number, valid: number, n: number, fill: bigint, out: number): number {
      let at = src >>> 3;
      for (let i = 0; i < n; i++) i64[(out >>> 3) + i] = u8[valid + i] !== 0 ? i64[at++] : fill;
      return at - (src >>> 3);
    },
    expand_u32(src: number, valid: number, n: number, fill: number, out: number): number {
      let at = src >>> 2;
      for (let i = 0; i < n; i++) i32[(out >>> 2) + i] = u8[valid + i] !== 0 ? i32[at++] : fill;
      return at - (src >>> 2);
    },
    expand_u8(src: number, valid: number, n: number, fill: number, out: number): number {
      let at = src;
      for (let i = 0; i < n; i++) u8[out + i] = u8[valid + i] !== 0 ? u8[at++] : fill;
      return at - src;
    },
    /** Renumbers n codes so that only those in use remain, and keeps their references; answers how many, 0 counted. */
    compact_codes(codes: number, n: number, count: number, refs: number, map: number, kept: number): number {
      u32.fill(0, map >>> 2, (map >>> 2) + count);
      for (let i = 0; i < n; i++) u32[(map >>> 2) + u32[(codes >>> 2) + i]] = 1;
      u32[map >>> 2] = 0;
      u64[kept >>> 3] = u64[refs >>> 3];
      let used = 1;
      for (let c = 1; c < count; c++) {
        if (u32[(map >>> 2) + c] === 0) continue;
        u64[(kept >>> 3) + used] = u64[(refs >>> 3) + c];
        u32[(map >>> 2) + c] = used++;
      }
      for (let i = 0; i < n; i++) u32[(codes >>> 2) + i] = u32[(map >>> 2) + u32[(codes >>> 2) + i]];
      return used;
    },
  };
};
