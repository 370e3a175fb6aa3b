/**
 * From a staged column of one block to its stored bytes and its entry.
 *
 * A staged column is dense and wide, in scratch memory, and may be changed under its NULLs: i64 (also codes),
 * f64, or one byte a row for booleans. The choice of encoding looks at the whole block (a stat kernel costs
 * less than guessing wrong); the byte compressor looks at a sample.
 */

import type { Value } from '../../engine/type/type.ts';
import type { BlockEntry, BlockKind } from './block.ts';
import { type Compressor, type Packed, packBytes } from './byte-codec.ts';
import { type CodecContext, SLACK_BYTES } from './context.ts';
import { decimalsOf } from './decimals.ts';
import { chooseEncoding, ENCODINGS } from './encoding.ts';
import { type BlockShape, bitLength } from './encoding-row.ts';
import { seriesOf } from './series.ts';
import { sparseOf } from './sparse.ts';

export type StagedBlock = {
  readonly kind: BlockKind;
  readonly rows: number;
  /** Address of rows values: 8 bytes each, 1 for bool. */
  readonly data: number;
  /** One byte a row, or 0; always 0 for dict (code 0 is NULL). */
  readonly valid: number;
  /** float: bytes a row to store, 4 for float32. */
  readonly floatWidth?: 4 | 8;
};

export type EncodedBlock = {
  /** All of the entry but where it lies. */
  readonly entry: Omit<BlockEntry, 'offset' | 'checksum'>;
  /** View of scratch memory or of a compressor's own. */
  readonly stored: Uint8Array;
};

const EMPTY = new Uint8Array(0);
const RANGE_LIMIT = 1n << 62n;

/** Encodes into scratch memory; the caller writes the bytes and resets the scratch. */
export function encodeBlock(context: CodecContext, block: StagedBlock, compressor: Compressor): EncodedBlock {
  return block.kind === 'bool'
    ? encodeBool(context, block, compressor)
    : encodeWide(context, block, compressor);
}

function encodeWide(context: CodecContext, block: StagedBlock, compressor: Compressor): EncodedBlock {
  const { kind, rows, data, valid } = block;
  const { kernels, scratch } = context;
  const nullCount =
    kind === 'dict'
      ? kernels.count_equal_i64(data, rows, 0n)
      : valid === 0
        ? 0
        : kernels.fill_null_u64(data, valid, rows);
  if (nullCount === rows) return constant(block, nullCount, 0n, null, null);
  const storesValidity = kind !== 'dict' && nullCount > 0;
  const found =
    kind === 'float'
      ? floatShape(context, block, storesValidity)
      : integerShape(context, block, storesValidity);
  const { min, max } = found;
  const shape = withSeries(context, block, found.shape);
  const { encoding, bytes } = chooseEncoding(shape);
  if (encoding === 'constant') return constant(block, nullCount, shape.base, min, max);
  const payloadBytes = bytes + (storesValidity ? Math.ceil(rows / 8) : 0);
  const out = scratch.alloc(payloadBytes + SLACK_BYTES);
  ENCODINGS[encoding].encode(context, shape, data, out);
  if (storesValidity) kernels.pack_bools(valid, rows, out + bytes);
  const packed = packBytes(context, out, payloadBytes, compressor);
  return {
    entry: {
      rows,
      storedBytes: packed.bytes.length,
      payloadBytes,
      codec: packed.codec,
      encoding,
      width: shape.width,
      bits: 0,
      runs: 0,
      base: shape.width === 8 || kind === 'float' ? 0n : shape.base,
      first: 0n,
      step: 0n,
      ...ENCODINGS[encoding].fields(shape),
      nullCount,
      min,
      max,
    },
    stored: packed.bytes,
  };
}

/** Looks for what neighbours say of each other, where that could be cheaper than what was found. */
function withSeries(context: CodecContext, { data, rows }: StagedBlock, shape: BlockShape): BlockShape {
  const { kind, width, decimals } = shape;
  const { encoding, cost } = chooseEncoding(shape);
  if (kind === 'dict' || width === 1 || encoding === 'constant' || cost < rows / 8) return shape;
  let values = decimals?.whole ?? data;
  if (kind === 'float' && width === 4) {
    values = context.scratch.alloc(rows * 8);
    context.kernels.float_bits_i64(data, rows, values);
  }
  return { ...shape, series: seriesOf(context, values, rows, cost) };
}

function integerShape(
  context: CodecContext,
  { kind, rows, data }: StagedBlock,
  hasNulls: boolean,
): { shape: BlockShape; min: bigint; max: bigint } {
  const { arena, kernels, scratch } = context;
  const out = scratch.alloc(40);
  kernels.stat_i64(data, rows, out);
  const [min, max, runs, deltaLow, deltaHigh] = arena.i64.subarray(out >>> 3, (out >>> 3) + 5);
  const base = kind === 'dict' && runs > 1n ? 0n : min;
  const range = max - base;
  const narrowBits = bitLength(range);
  const width = narrowBits <= 8 ? 1 : narrowBits <= 16 ? 2 : narrowBits <= 32 ? 4 : 8;
  // Differences wrap when the range does; then they say nothing.
  const deltaBits = rows > 1 && range < RANGE_LIMIT ? bitLength(deltaHigh - deltaLow) : 64;
  const first = arena.i64[data >>> 3];
  // A range of fewer bits is packed about as well as it is.
  const unit =
    kind === 'int' && narrowBits > 16 ? BigInt.asUintN(64, kernels.unit_i64(data, rows, base)) : 1n;
  return {
    shape: {
      kind,
      rows,
      width,
      rangeBits: narrowBits,
      range: BigInt.asUintN(64, range),
      base,
      unit,
      decimals: null,
      sparse: sparseOf(context, data, rows, Number(runs)),
      series: null,
      runs: Number(runs),
      hasNulls,
      deltaLow,
      deltaBits,
      first,
    },
    min,
    max,
  };
}

function floatShape(
  context: CodecContext,
  { rows, data, floatWidth }: StagedBlock,
  hasNulls: boolean,
): { shape: BlockShape; min: Value; max: Value } {
  const { arena, kernels, scratch } = context;
  const out = scratch.alloc(40);
  kernels.stat_f64(data, rows, out);
  const min = arena.f64[out >>> 3];
  const max = arena.f64[(out >>> 3) + 1];
  const runs = Number(arena.i64[(out >>> 3) + 2]);
  const width = floatWidth ?? 8;
  const decimals = width === 4 ? null : decimalsOf(context, data, rows);
  kernels.stat_range_i64(data, rows, out);
  const [low, high] = arena.i64.subarray(out >>> 3, (out >>> 3) + 2);
  const asIntegers = decimals === null && width === 8;
  const range = asIntegers ? high - low : 0n;
  return {
    shape: {
      kind: 'float',
      rows,
      width,
      rangeBits: asIntegers ? bitLength(range) : 64,
      range,
      base: low,
      unit: asIntegers ? BigInt.asUintN(64, kernels.unit_i64(data, rows, low)) : 1n,
      decimals,
      sparse: sparseOf(context, data, rows, runs),
      series: null,
      runs,
      hasNulls,
      deltaLow: 0n,
      deltaBits: 64,
      first: low,
    },
    min,
    max,
  };
}

function encodeBool(context: CodecContext, block: StagedBlock, compressor: Compressor): EncodedBlock {
  const { rows, data, valid } = block;
  const { arena, kernels, scratch } = context;
  const bitsBytes = Math.ceil(rows / 8);
  const out = scratch.alloc(bitsBytes * 2 + SLACK_BYTES);
  const validCount = valid === 0 ? rows : kernels.pack_bools(valid, rows, out + bitsBytes);
  const nullCount = rows - validCount;
  if (nullCount === rows) return constant(block, rows, 0n, null, null);
  if (valid !== 0) for (let i = 0; i < rows; i++) arena.u8[data + i] &= arena.u8[valid + i];
  const ones = kernels.pack_bools(data, rows, out);
  const min = ones === validCount;
  const max = ones > 0;
  if (nullCount === 0 && min === max) return constant(block, 0, max ? 1n : 0n, min, max);
  const size = bitsBytes + (nullCount > 0 ? bitsBytes : 0);
  const packed: Packed = packBytes(context, out, size, compressor);
  return {
    entry: {
      rows,
      storedBytes: packed.bytes.length,
      payloadBytes: size,
      codec: packed.codec,
      encoding: 'bits',
      width: 1,
      bits: 0,
      runs: 0,
      base: 0n,
      first: 0n,
      step: 0n,
      nullCount,
      min,
      max,
    },
    stored: packed.bytes,
  };
}

function constant(block: StagedBlock, nullCount: number, base: bigint, min: Value, max: Value): EncodedBlock {
  return {
    entry: {
      rows: block.rows,
      storedBytes: 0,
      payloadBytes: 0,
      codec: 'none',
      encoding: 'constant',
      width: 0,
      bits: 0,
      runs: 0,
      base,
      first: 0n,
      step: 0n,
      nullCount,
      min,
      max,
    },
    stored: EMPTY,
  };
}
