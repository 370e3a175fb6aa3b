/**
 * Builds chunks in the working format from JavaScript arrays; for rows that were computed rather than parsed.
 * Everything is allocated in the region given and belongs to its owner.
 */

import type { Region } from '../../engine/memory/region.ts';
import {
  type Chunk,
  chunk,
  constVector,
  dictVector,
  floatVector,
  intVector,
} from '../../engine/vector/vector.ts';
import type { Numeric } from './chunk-read.ts';

const encoder = new TextEncoder();

function validBytes(region: Region, values: readonly (Numeric | string)[]): number {
  if (!values.includes(null)) return 0;
  const valid = region.alloc(values.length);
  const { u8 } = region.arena;
  for (let i = 0; i < values.length; i++) u8[valid + i] = values[i] === null ? 0 : 1;
  return valid;
}

/** An integer column of up to 65,536 values. */
export function intChunk(region: Region, values: readonly Numeric[]): Chunk {
  const rows = values.length;
  let low: number | bigint | null = null;
  let high: number | bigint | null = null;
  for (const value of values) {
    if (value === null) continue;
    if (low === null || value < low) low = value;
    if (high === null || value > high) high = value;
  }
  if (low === null || high === null) return chunk(constVector('i64', rows, null));
  const base = BigInt(low);
  const span = BigInt(high) - base;
  const valid = validBytes(region, values);
  if (span === 0n && valid === 0) return chunk(constVector('i64', rows, base));
  const { u8, u16, u32, i64 } = region.arena;
  if (span >= 1n << 32n || typeof low !== 'number' || typeof high !== 'number') {
    const data = region.alloc(rows * 8);
    for (let i = 0; i < rows; i++) i64[(data >>> 3) + i] = BigInt(values[i] ?? 0);
    return chunk(intVector(rows, data, 8, 0n, valid));
  }
  const width = span < 256n ? 1 : span < 65536n ? 2 : 4;
  const data = region.alloc(rows * width);
  const at = data / width;
  const to = width === 1 ? u8 : width === 2 ? u16 : u32;
  for (let i = 0; i < rows; i++) to[at + i] = ((values[i] ?? low) as number) - low;
  return chunk(intVector(rows, data, width, base, valid));
}

export function floatChunk(region: Region, values: readonly Numeric[], width: 4 | 8): Chunk {
  const rows = values.length;
  const data = region.alloc(rows * width);
  const to = width === 8 ? region.arena.f64 : region.arena.f32;
  for (let i = 0; i < rows; i++) to[data / width + i] = Number(values[i] ?? 0);
  return chunk(floatVector(rows, data, width, validBytes(region, values)));
}

/** A string column as codes into a dictionary of the values that occur. */
export function stringChunk(region: Region, values: readonly (string | null)[]): Chunk {
  const rows = values.length;
  const codes = new Map<string, number>();
  const rowCodes = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const value = values[i];
    if (value === null) continue;
    let code = codes.get(value);
    if (code === undefined) {
      code = codes.size + 1;
      codes.set(value, code);
    }
    rowCodes[i] = code;
  }
  if (codes.size === 0) return chunk(constVector('str', rows, null));
  const bytes = encoder.encode([...codes.keys()].join(''));
  const count = codes.size + 1;
  const { u8, u16, u32 } = region.arena;
  const offsets = region.alloc((count + 1) * 4);
  const at = region.alloc(bytes.length + 16);
  u8.set(bytes, at);
  u32[offsets >>> 2] = 0;
  u32[(offsets >>> 2) + 1] = 0;
  let used = 0;
  for (const [text, code] of codes) {
    used += encodedBytes(text);
    u32[(offsets >>> 2) + code + 1] = used;
  }
  const width = count <= 256 ? 1 : count <= 65536 ? 2 : 4;
  const data = region.alloc(rows * width);
  (width === 1 ? u8 : width === 2 ? u16 : u32).set(rowCodes, data / width);
  return chunk(dictVector(rows, data, width, { count, offsets, bytes: at, sorted: false }));
}

/** UTF-8 size of a well-formed string. */
function encodedBytes(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) size += 1;
    else if (c < 0x800) size += 2;
    else if (c >= 0xd800 && c < 0xdc00) {
      size += 4;
      i++;
    } else size += 3;
  }
  return size;
}
