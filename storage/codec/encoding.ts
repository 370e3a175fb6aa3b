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
 *   runs      u16 length - 1 of each run, padding to 8, then a value of `width` bytes of each
 *   bits      one bit a row                                                            -- bool only
 *
 * All but `bits` encode from dense 8-byte values (integers, codes, or the bit patterns of floats). `price` is
 * what a stored byte of the encoding counts when encodings are compared: slower decoding must save more.
 */

import type { BlockEncoding, BlockEntry, BlockKind } from './block.ts';
import { type CodecContext, SLACK_BYTES } from './context.ts';

/** What stat kernels found in a block, and what follows from it. */
export type BlockShape = {
  readonly kind: BlockKind;
  readonly rows: number;
  /** Bytes a row in memory. */
  readonly width: number;
  /** Bits of the largest value less base; 64 when a base cannot be taken off (width 8). */
  readonly rangeBits: number;
  /** The largest value less base; of floats 0. */
  readonly range: bigint;
  readonly base: bigint;
  readonly runs: number;
  /** Some but not all rows are NULL: validity must be stored, so the block cannot be constant. */
  readonly hasNulls: boolean;
  readonly deltaLow: bigint;
  /** Bits of the largest difference less `deltaLow`. */
  readonly deltaBits: number;
  readonly first: bigint;
  /** int of 4 or 8 bytes: what all values less base are multiples of; 1 elsewhere. */
  readonly unit: bigint;
  /** float of 8 bytes: the same values as integers; null when too many are none. */
  readonly decimals: Decimals | null;
};

/** Floats as integers: whole / 10^digits; those that are none stand in `positions`. */
export type Decimals = {
  readonly digits: number;
  /** Address of an i64 a row. */
  readonly whole: number;
  readonly low: bigint;
  /** Bits of the largest less `low`. */
  readonly bits: number;
  /** Address of u16 row numbers. */
  readonly positions: number;
  readonly misfits: number;
};

type Fields = Partial<Pick<BlockEntry, 'bits' | 'runs' | 'base' | 'first' | 'step'>>;

type EncodingRow = {
  readonly price: number;
  /** Bytes it would store; null when it cannot. */
  readonly bytes: (shape: BlockShape) => number | null;
  /** What the entry says of it; what is left out is 0, and `base` what vectors add. */
  readonly fields: (shape: BlockShape) => Fields;
  /** Writes the data of `rows` 8-byte values at `src`. */
  readonly encode: (context: CodecContext, shape: BlockShape, src: number, out: number) => void;
  /** Writes `rows` values of `width` bytes at `out`. */
  readonly decode: (context: CodecContext, entry: BlockEntry, src: number, out: number) => void;
};

const MAX_BITS = 57;
const pad8 = (bytes: number): number => (bytes + 7) & ~7;
const bitBytes = (count: number, bits: number): number => Math.ceil((count * bits) / 8);
const isInteger = (shape: BlockShape): boolean => shape.kind === 'int' || shape.kind === 'dict';

/** Bits of the largest value less base in units. */
const unitBits = ({ unit, range }: BlockShape): number => bitLength(range / unit);

export const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);

/** Values of 8 bytes to `width` bytes. */
function narrow(context: CodecContext, shape: BlockShape, src: number, count: number, out: number): void {
  const { kernels, arena } = context;
  if (shape.width === 1) kernels.narrow_i64_u8(src, count, shape.base, out);
  else if (shape.width === 2) kernels.narrow_i64_u16(src, count, shape.base, out);
  else if (shape.width === 8) arena.u8.copyWithin(out, src, src + count * 8);
  else if (shape.kind === 'float') kernels.narrow_f64_f32(src, count, out);
  else kernels.narrow_i64_u32(src, count, shape.base, out);
}

export const ENCODINGS: Record<Exclude<BlockEncoding, 'bits'>, EncodingRow> = {
  constant: {
    price: 1,
    bytes: (shape) => (shape.runs === 1 && !shape.hasNulls ? 0 : null),
    fields: () => ({}),
    encode: () => {},
    decode: () => {},
  },

  plain: {
    price: 1,
    bytes: (shape) => shape.rows * shape.width,
    fields: () => ({}),
    encode: (context, shape, src, out) => narrow(context, shape, src, shape.rows, out),
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
    decode: ({ kernels }, { rows, bits, base, runs, step }, src, out) => {
      kernels.unpack_bits_i64(src, rows, bits, base, out);
      kernels.fraction_of_i64(out, rows, 10 ** Number(step));
      const positions = src + pad8(bitBytes(rows, bits));
      kernels.scatter_u64(positions, positions + pad8(runs * 2), runs, out);
    },
  },

  delta: {
    price: 1.35,
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
    decode: ({ kernels }, { rows, bits, width, step, first }, src, out) => {
      if (width === 2) kernels.unpack_delta_u16(src, rows, bits, step, first, out);
      else if (width === 4) kernels.unpack_delta_u32(src, rows, bits, step, first, out);
      else kernels.unpack_delta_i64(src, rows, bits, step, first, out);
    },
  },

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
    decode: ({ kernels }, { runs, width }, src, out) => {
      const values = src + pad8(runs * 2);
      if (width === 1) kernels.expand_runs_u8(src, values, runs, out);
      else if (width === 2) kernels.expand_runs_u16(src, values, runs, out);
      else if (width === 4) kernels.expand_runs_u32(src, values, runs, out);
      else kernels.expand_runs_u64(src, values, runs, out);
    },
  },
};

type Choice = { readonly encoding: Exclude<BlockEncoding, 'bits'>; readonly bytes: number };

/** The cheapest encoding for this shape, and the bytes its data takes. */
export function chooseEncoding(shape: BlockShape): Choice {
  let best: Choice = { encoding: 'plain', bytes: shape.rows * shape.width };
  let bestCost = best.bytes * ENCODINGS.plain.price;
  for (const [encoding, row] of Object.entries(ENCODINGS) as [Choice['encoding'], EncodingRow][]) {
    const bytes = row.bytes(shape);
    if (bytes === null || bytes * row.price >= bestCost) continue;
    best = { encoding, bytes };
    bestCost = bytes * row.price;
  }
  return best;
}
