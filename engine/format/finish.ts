/**
 * Dense 8-byte columns into vectors of the working format: integers as narrow as their span, floats as their type.
 * Shared by all readers. Vectors get exact-size copies in the caller's region; the dense rows may be used again.
 */

import { bfloat16 } from '../function/number-text.ts';
import { isFloat, type LogicalType } from '../type/type.ts';
import { constVector, floatVector, intVector, type Vector } from '../vector/vector.ts';
import type { ReadContext } from './builder.ts';

/** Copies bytes into the caller's region. */
export function keepBytes(
  { arena, region }: ReadContext,
  address: number,
  bytes: number,
  room = bytes,
): number {
  const to = region.alloc(Math.max(1, room));
  arena.u8.copyWithin(to, address, address + bytes);
  return to;
}

/** @param valid kept already, or 0; @param scratch 16 bytes */
export function finishInts(
  context: ReadContext,
  data: number,
  valid: number,
  rows: number,
  scratch: number,
): Vector {
  const { arena, kernels, region } = context;
  if (kernels.minmax_i64(data, valid, rows, scratch) === 0) return constVector('i64', rows, null);
  const low = arena.i64[scratch >>> 3];
  const high = arena.i64[(scratch >>> 3) + 1];
  if (low === high && valid === 0) return constVector('i64', rows, low);
  const span = high - low;
  if (span >= 1n << 32n) return intVector(rows, keepBytes(context, data, rows * 8), 8, 0n, valid);
  const width = span < 256n ? 1 : span < 65536n ? 2 : 4;
  const to = region.alloc(rows * width);
  if (width === 1) kernels.narrow_i64_u8(data, rows, low, to);
  else if (width === 2) kernels.narrow_i64_u16(data, rows, low, to);
  else kernels.narrow_i64_u32(data, rows, low, to);
  return intVector(rows, to, width, low, valid);
}

export function finishFloats(
  context: ReadContext,
  type: LogicalType,
  data: number,
  valid: number,
  rows: number,
): Vector {
  if (!isFloat(type) || type.id === 'float64') {
    return floatVector(rows, keepBytes(context, data, rows * 8), 8, valid);
  }
  if (type.id === 'bfloat16') {
    const { f64 } = context.arena;
    for (let i = data >>> 3; i < (data >>> 3) + rows; i++) f64[i] = bfloat16(f64[i]);
  }
  const to = context.region.alloc(rows * 4);
  context.kernels.narrow_f64_f32(data, rows, to);
  return floatVector(rows, to, 4, valid);
}

/** Codes of 4 bytes in the bytes that `count` entries need. */
export function finishCodes(
  context: ReadContext,
  codes: number,
  rows: number,
  count: number,
): { readonly data: number; readonly width: 1 | 2 | 4 } {
  const { kernels, region } = context;
  const width = count <= 256 ? 1 : count <= 65536 ? 2 : 4;
  if (width === 4) return { data: keepBytes(context, codes, rows * 4), width };
  const data = region.alloc(rows * width);
  if (width === 1) kernels.narrow_u32_u8(codes, rows, data);
  else kernels.narrow_u32_u16(codes, rows, data);
  return { data, width };
}
