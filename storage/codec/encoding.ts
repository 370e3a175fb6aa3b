/**
 * The encodings of a block's data, one row each. A new encoding is one more row (and a name in block.ts).
 *
 *   constant  nothing; the value is in the entry
 *   plain     rows values of `width` bytes: integers less base, floats, codes          -- frame bytes as they are
 *   packed    integers less base, `bits` bits each, little-endian bit stream
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
  readonly base: bigint;
  readonly runs: number;
  /** Some but not all rows are NULL: validity must be stored, so the block cannot be constant. */
  readonly hasNulls: boolean;
  readonly deltaLow: bigint;
  /** Bits of the largest difference less `deltaLow`. */
  readonly deltaBits: number;
  readonly first: bigint;
};

type EncodingRow = {
  readonly price: number;
  /** Bytes it would store; null when it cannot. */
  readonly bytes: (shape: BlockShape) => number | null;
  /** Writes the data of `rows` 8-byte values at `src`. */
  readonly encode: (context: CodecContext, shape: BlockShape, src: number, out: number) => void;
  /** Writes `rows` values of `width` bytes at `out`. */
  readonly decode: (context: CodecContext, entry: BlockEntry, src: number, out: number) => void;
};

const MAX_BITS = 57;
const pad8 = (bytes: number): number => (bytes + 7) & ~7;
const bitBytes = (count: number, bits: number): number => Math.ceil((count * bits) / 8);
const isInteger = (shape: BlockShape): boolean => shape.kind === 'int' || shape.kind === 'dict';

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
    encode: () => {},
    decode: () => {},
  },

  plain: {
    price: 1,
    bytes: (shape) => shape.rows * shape.width,
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
    encode: ({ kernels }, { rows, base, rangeBits }, src, out) =>
      kernels.pack_bits_i64(src, rows, base, rangeBits, out),
    decode: ({ kernels }, { rows, bits, width, base }, src, out) => {
      if (width === 1) kernels.unpack_bits_u8(src, rows, bits, out);
      else if (width === 2) kernels.unpack_bits_u16(src, rows, bits, out);
      else if (width === 4) kernels.unpack_bits_u32(src, rows, bits, out);
      else kernels.unpack_bits_i64(src, rows, bits, base, out);
    },
  },

  delta: {
    price: 1.35,
    bytes: (shape) =>
      shape.kind === 'int' && shape.width > 1 && shape.deltaBits <= MAX_BITS
        ? bitBytes(shape.rows - 1, shape.deltaBits)
        : null,
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
