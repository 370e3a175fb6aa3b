/**
 * What a row of the table of encodings is (encoding.ts), and what it is told of a block: its shape.
 */

import type { BlockEntry, BlockKind } from './block.ts';
import type { CodecContext } from './context.ts';

/** What stat kernels found in a block, and what follows from it. */
export type BlockShape = {
  readonly kind: BlockKind;
  readonly rows: number;
  /** Bytes a row in memory. */
  readonly width: number;
  /** Bits of the largest value less base; 64 when a base cannot be taken off (width 8). */
  readonly rangeBits: number;
  /** The largest value less base; of floats that are no decimals, of their bits as integers; of others 0. */
  readonly range: bigint;
  readonly base: bigint;
  readonly runs: number;
  /** Some but not all rows are NULL: validity must be stored, so the block cannot be constant. */
  readonly hasNulls: boolean;
  readonly deltaLow: bigint;
  /** Bits of the largest difference less `deltaLow`. */
  readonly deltaBits: number;
  readonly first: bigint;
  /** int of 4 or 8 bytes, bits of floats: what all values less base are multiples of; 1 elsewhere. */
  readonly unit: bigint;
  /** float of 8 bytes: the same values as integers; null when too many are none. */
  readonly decimals: Decimals | null;
  /** null: not looked for, since few values are neighbours of one like them. */
  readonly sparse: Sparse | null;
  /** Of integers; of floats those of their bits, or of their decimals. null: not looked for, since something is good enough. */
  readonly series: Series | null;
};

/** Nearly all rows have one value. */
export type Sparse = {
  /** Integers, codes, bits of floats. */
  readonly value: bigint;
  /** Address of u16 row numbers of the others. */
  readonly positions: number;
  readonly count: number;
};

/** What neighbours say of each other. Sizes are infinite where an encoding is hopeless. */
export type Series = {
  /** Address of an i64 a row: the values. */
  readonly values: number;
  readonly first: bigint;
  readonly localBytes: number;
  readonly localDeltaBytes: number;
  /** Address of rows - 1 differences; good where one of these sizes is finite. */
  readonly deltas: number;
  /** Address of rows - 2 differences of differences, their smallest, and bits of the largest less it. */
  readonly second: { readonly at: number; readonly low: bigint; readonly bits: number } | null;
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

export type Fields = Partial<Pick<BlockEntry, 'bits' | 'runs' | 'base' | 'first' | 'step'>>;

export type EncodingRow = {
  readonly price: number;
  /** Bytes it would store; null when it cannot. */
  readonly bytes: (shape: BlockShape) => number | null;
  /** What the entry says of it; what is left out is 0, and `base` what vectors add. */
  readonly fields: (shape: BlockShape) => Fields;
  /** Writes the data of `rows` 8-byte values at `src`. */
  readonly encode: (context: CodecContext, shape: BlockShape, src: number, out: number) => void;
  /** Whether `bytes` bytes at `src` can be read: whatever is wrong with them is found before a kernel runs. */
  readonly check: (context: CodecContext, entry: BlockEntry, src: number, bytes: number) => boolean;
  /** Writes `rows` values of `width` bytes at `out`. */
  readonly decode: (context: CodecContext, entry: BlockEntry, src: number, out: number) => void;
};

/** What kernels pack. */
export const MAX_BITS = 57;
export const pad8 = (bytes: number): number => (bytes + 7) & ~7;
export const bitBytes = (count: number, bits: number): number => Math.ceil((count * bits) / 8);
export const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);

/** Values of 8 bytes to `width` bytes. */
export function narrow(
  context: CodecContext,
  shape: BlockShape,
  src: number,
  count: number,
  out: number,
): void {
  const { kernels, arena } = context;
  if (shape.width === 1) kernels.narrow_i64_u8(src, count, shape.base, out);
  else if (shape.width === 2) kernels.narrow_i64_u16(src, count, shape.base, out);
  else if (shape.width === 8) arena.u8.copyWithin(out, src, src + count * 8);
  else if (shape.kind === 'float') kernels.narrow_f64_f32(src, count, out);
  else kernels.narrow_i64_u32(src, count, shape.base, out);
}
