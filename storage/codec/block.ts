/**
 * A stored block: up to 65,536 rows of one column, in the encoding that was cheapest for them.
 *
 * payload := data validity?            -- `payloadBytes` in all, then through the byte codec
 * data    := by encoding, see encoding.ts
 * validity:= one bit a row, 1 = value  -- only if some but not all rows are NULL, and the column is not `dict`
 *
 * In memory (a frame) it becomes:
 * frame   := rows values of `width` bytes, padding to 16, validity as one byte a row (if stored)
 *
 * The entry describing the block lies in the footer. `min` and `max` are i64 (codes for `dict`), f64 or null.
 */

import type { Value } from '../../engine/type/type.ts';
import { BYTE_CODECS, type ByteCodec } from './byte-codec.ts';
import type { ByteReader, ByteWriter } from './byte-io.ts';

export type BlockKind = 'int' | 'float' | 'bool' | 'dict';

export const BLOCK_ENCODINGS = [
  'constant',
  'plain',
  'packed',
  'delta',
  'runs',
  'bits',
  'scaled',
  'decimal',
  'delta2',
  'local',
  'local-delta',
  'local-decimal',
  'sparse',
] as const;
export type BlockEncoding = (typeof BLOCK_ENCODINGS)[number];

export type BlockEntry = {
  readonly rows: number;
  readonly offset: number;
  readonly storedBytes: number;
  readonly payloadBytes: number;
  readonly codec: ByteCodec;
  readonly encoding: BlockEncoding;
  /** Bytes a row in memory; 0 when constant. */
  readonly width: number;
  /** packed, delta, delta2, scaled, decimal: bits a value. */
  readonly bits: number;
  /** runs: their number. decimal, local-decimal: values that are stored as they are. sparse: rows that are not as most are. */
  readonly runs: number;
  /** Added to what is stored; the value itself when constant. For floats: the bits of the constant; decimal: the smallest integer. */
  readonly base: bigint;
  /** delta: first value less base. delta2, local-delta, local-decimal: first value. */
  readonly first: bigint;
  /**
   * delta, delta2: what is added to each stored difference. scaled: what stored values are multiplied by. decimal, local-decimal: digits
   * behind the point.
   */
  readonly step: bigint;
  readonly nullCount: number;
  readonly min: Value;
  readonly max: Value;
  readonly checksum: bigint;
};

export const align16 = (bytes: number): number => (bytes + 15) & ~15;

/** True when the block stores (and its frame holds) validity. */
export const hasValidity = (kind: BlockKind, entry: BlockEntry): boolean =>
  kind !== 'dict' && entry.nullCount > 0 && entry.nullCount < entry.rows;

/** Size of the block's frame. */
export const frameBytes = (kind: BlockKind, entry: BlockEntry): number =>
  align16(entry.rows * entry.width) + (hasValidity(kind, entry) ? entry.rows : 0);

/**
 * entry := rows:uint offset:uint storedBytes:uint payloadBytes:uint codec:u8 encoding:u8 width:u8
 *          bits:u8 runs:uint base:int first:int step:int nullCount:uint min:value max:value checksum:u64
 */
export function writeBlockEntry(out: ByteWriter, e: BlockEntry): void {
  out.uint(e.rows).uint(e.offset).uint(e.storedBytes).uint(e.payloadBytes);
  out.u8(BYTE_CODECS.indexOf(e.codec)).u8(BLOCK_ENCODINGS.indexOf(e.encoding)).u8(e.width);
  out.u8(e.bits).uint(e.runs).int(e.base).int(e.first).int(e.step);
  out.uint(e.nullCount).value(e.min).value(e.max).u64(e.checksum);
}

export function readBlockEntry(from: ByteReader): BlockEntry {
  return {
    rows: from.uint(),
    offset: from.uint(),
    storedBytes: from.uint(),
    payloadBytes: from.uint(),
    codec: from.nameOf(BYTE_CODECS, from.u8()),
    encoding: from.nameOf(BLOCK_ENCODINGS, from.u8()),
    width: from.u8(),
    bits: from.u8(),
    runs: from.uint(),
    base: from.int(),
    first: from.int(),
    step: from.int(),
    nullCount: from.uint(),
    min: from.value(),
    max: from.value(),
    checksum: from.u64(),
  };
}
