/**
 * The encodings of a block's data, one row each. A new encoding is one more row (and a name in block.ts).
 *
 *   constant  nothing; the value is in the entry
 *   plain     rows values of `width` bytes: integers less base, floats, codes          -- frame bytes as they are
 *   packed    integers less base, `bits` bits each, little-endian bit stream
 *   scaled    integers less base, divided by what all of them are multiples of, `bits` bits each
 *   decimal   floats as integers over a power of ten, `bits` bits each (padding to 8); then u16 positions of those that are none
 *             (padding to 8), and these as they are
 *   delta     differences of neighbours less step, `bits` bits each (rows - 1 of them)
 *   delta2    the first difference (8 bytes), then differences of differences less step, `bits` bits each (rows - 2 of them)
 *   local     of each 1,024 values the smallest and its bits, then the values less it                 -- series.ts
 *   local-delta    the rows - 1 differences of neighbours, as local has values
 *   local-decimal  decimal, with its integers as local-delta has them
 *   sparse    u16 positions of rows (padding to 8), the value of all others, and theirs, of `width` bytes each   -- sparse.ts
 *   runs      u16 length - 1 of each run, padding to 8, then a value of `width` bytes of each
 *   bits      one bit a row                                                            -- bool only
 *
 * Floats that are no decimals are integers here, too: packed, scaled and the series take their bits.
 *
 * All but `bits` encode from dense 8-byte values (integers, codes, or the bit patterns of floats). `price` is
 * what a stored byte of the encoding counts when encodings are compared: slower decoding must save more.
 */

import type { BlockEncoding } from './block.ts';
import { SLACK_BYTES } from './context.ts';
import {
  type BlockShape,
  bitBytes,
  bitLength,
  type EncodingRow,
  MAX_BITS,
  narrow,
  pad8,
} from './encoding-row.ts';
import { DELTA2, LOCAL, LOCAL_DECIMAL, LOCAL_DELTA } from './series.ts';
import { SPARSE } from './sparse.ts';

/** Integers, codes, and floats that are no decimals as the integers of their bits. */
const isInteger = ({ kind, width, decimals }: BlockShape): boolean =>
  kind !== 'float' || (width === 8 && decimals === null);

/** Bits of the largest value less base in units. */
const unitBits = ({ unit, range }: BlockShape): number => bitLength(range / unit);

export const ENCODINGS: Record<Exclude<BlockEncoding, 'bits'>, EncodingRow> = {
  constant: {
    price: 1,
    bytes: (shape) => (shape.runs === 1 && !shape.hasNulls ? 0 : null),
    fields: () => ({}),
    encode: () => {},
    check: (_, __, ___, bytes) => bytes === 0,
    decode: () => {},
  },

  plain: {
    price: 1,
    bytes: (shape) => shape.rows * shape.width,
    fields: () => ({}),
    encode: (context, shape, src, out) => narrow(context, shape, src, shape.rows, out),
    check: (_, { rows, width }, __, bytes) => bytes === rows * width,
    decode: ({ arena }, entry, src, out) => {
      if (src !== out) arena.u8.copyWithin(out, src, src + entry.rows * entry.width);
    },
  },

  packed: {
    price: 1.25,
    bytes: (shape) =>
      isInteger(shape) && shape.rangeBits <= MAX_BITS && shape.rangeBits < shape.width * 8
        ? bitBytes(shape.rows, shape.rangeBits)
        : null,
    fields: ({ rangeBits, base }) => ({ bits: rangeBits, base }),
    encode: ({ kernels }, { rows, base, rangeBits }, src, out) =>
      kernels.pack_bits_i64(src, rows, base, rangeBits, out),
    check: (_, { rows, bits, width }, __, bytes) =>
      bits <= Math.min(MAX_BITS, width * 8) && bytes === bitBytes(rows, bits),
    decode: ({ kernels }, { rows, bits, width, base }, src, out) => {
      if (width === 1) kernels.unpack_bits_u8(src, rows, bits, out);
      else if (width === 2) kernels.unpack_bits_u16(src, rows, bits, out);
      else if (width === 4) kernels.unpack_bits_u32(src, rows, bits, out);
      else kernels.unpack_bits_i64(src, rows, bits, base, out);
    },
  },

  scaled: {
    price: 1.3,
    bytes: (shape) =>
      shape.unit > 1n && unitBits(shape) <= MAX_BITS ? bitBytes(shape.rows, unitBits(shape)) : null,
    fields: (shape) => ({ bits: unitBits(shape), base: shape.base, step: shape.unit }),
    encode: (context, shape, src, out) => {
      const { kernels, scratch } = context;
      const mark = scratch.mark();
      const divided = scratch.alloc(shape.rows * 8);
      kernels.divide_i64(src, shape.rows, shape.base, shape.unit, divided);
      kernels.pack_bits_i64(divided, shape.rows, 0n, unitBits(shape), out);
      scratch.reset(mark);
    },
    check: (_, { rows, bits, width }, __, bytes) =>
      width >= 4 && bits <= Math.min(MAX_BITS, width * 8) && bytes === bitBytes(rows, bits),
    decode: ({ kernels }, { rows, bits, width, base, step }, src, out) => {
      if (width === 4) {
        kernels.unpack_bits_u32(src, rows, bits, out);
        kernels.apply_unit_u32(out, rows, Number(step));
      } else {
        kernels.unpack_bits_i64(src, rows, bits, 0n, out);
        kernels.apply_unit_i64(out, rows, step, base);
      }
    },
  },

  decimal: {
    price: 1.3,
    bytes: ({ rows, decimals }) =>
      decimals === null || decimals.bits > MAX_BITS
        ? null
        : pad8(bitBytes(rows, decimals.bits)) + pad8(decimals.misfits * 2) + decimals.misfits * 8,
    fields: ({ decimals }) =>
      decimals === null
        ? {}
        : { bits: decimals.bits, runs: decimals.misfits, base: decimals.low, step: BigInt(decimals.digits) },
    encode: ({ kernels, arena }, { rows, decimals }, src, out) => {
      if (decimals === null) return;
      const { whole, low, bits, positions, misfits } = decimals;
      kernels.pack_bits_i64(whole, rows, low, bits, out);
      const to = out + pad8(bitBytes(rows, bits));
      arena.u8.copyWithin(to, positions, positions + misfits * 2);
      kernels.gather_u64(src, positions, misfits, to + pad8(misfits * 2));
    },
    check: ({ kernels }, { rows, bits, runs, width, step }, src, bytes) => {
      const packed = pad8(bitBytes(rows, bits));
      return (
        width === 8 &&
        bits <= MAX_BITS &&
        step >= 0n &&
        bytes === packed + pad8(runs * 2) + runs * 8 &&
        kernels.below_u16(src + packed, runs, rows) === 1
      );
    },
    decode: ({ kernels }, { rows, bits, base, runs, step }, src, out) => {
      kernels.unpack_bits_i64(src, rows, bits, base, out);
      kernels.fraction_of_i64(out, rows, 10 ** Number(step));
      const positions = src + pad8(bitBytes(rows, bits));
      kernels.scatter_u64(positions, positions + pad8(runs * 2), runs, out);
    },
  },

  delta: {
    price: 1.25,
    bytes: (shape) =>
      shape.kind === 'int' && shape.width > 1 && shape.deltaBits <= MAX_BITS
        ? bitBytes(shape.rows - 1, shape.deltaBits)
        : null,
    fields: ({ deltaBits, deltaLow, width, first, base }) => ({
      bits: deltaBits,
      step: deltaLow,
      first: width === 8 ? first : first - base,
    }),
    encode: ({ kernels }, { rows, deltaLow, deltaBits }, src, out) =>
      kernels.pack_delta_i64(src, rows, deltaLow, deltaBits, out),
    check: (_, { rows, bits, width }, __, bytes) =>
      rows > 0 && width >= 2 && bits <= MAX_BITS && bytes === bitBytes(rows - 1, bits),
    decode: ({ kernels }, { rows, bits, width, step, first }, src, out) => {
      if (width === 2) kernels.unpack_delta_u16(src, rows, bits, step, first, out);
      else if (width === 4) kernels.unpack_delta_u32(src, rows, bits, step, first, out);
      else kernels.unpack_delta_i64(src, rows, bits, step, first, out);
    },
  },

  delta2: DELTA2,
  local: LOCAL,
  'local-delta': LOCAL_DELTA,
  'local-decimal': LOCAL_DECIMAL,
  sparse: SPARSE,

  runs: {
    price: 1.1,
    bytes: (shape) => (shape.runs <= shape.rows / 4 ? pad8(shape.runs * 2) + shape.runs * shape.width : null),
    fields: ({ runs }) => ({ runs }),
    encode: (context, shape, src, out) => {
      const mark = context.scratch.mark();
      const values = context.scratch.alloc(shape.runs * 8 + SLACK_BYTES);
      const runs = context.kernels.collect_runs_u64(src, shape.rows, out, values);
      narrow(context, shape, values, runs, out + pad8(runs * 2));
      context.scratch.reset(mark);
    },
    check: ({ kernels }, { rows, runs, width }, src, bytes) =>
      bytes === pad8(runs * 2) + runs * width && kernels.rows_of_runs(src, runs) === BigInt(rows),
    decode: ({ kernels }, { runs, width }, src, out) => {
      const values = src + pad8(runs * 2);
      if (width === 1) kernels.expand_runs_u8(src, values, runs, out);
      else if (width === 2) kernels.expand_runs_u16(src, values, runs, out);
      else if (width === 4) kernels.expand_runs_u32(src, values, runs, out);
      else kernels.expand_runs_u64(src, values, runs, out);
    },
  },
};

type Choice = {
  readonly encoding: Exclude<BlockEncoding, 'bits'>;
  readonly bytes: number;
  /** Bytes times price. */
  readonly cost: number;
};

/** The cheapest encoding for this shape, and the bytes its data takes. */
export function chooseEncoding(shape: BlockShape): Choice {
  const plain = shape.rows * shape.width;
  let best: Choice = { encoding: 'plain', bytes: plain, cost: plain * ENCODINGS.plain.price };
  for (const [encoding, row] of Object.entries(ENCODINGS) as [Choice['encoding'], EncodingRow][]) {
    const bytes = row.bytes(shape);
    if (bytes === null || bytes * row.price >= best.cost) continue;
    best = { encoding, bytes, cost: bytes * row.price };
  }
  return best;
}
