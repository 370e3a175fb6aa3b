/**
 * Copies of batches inside the arena: a reader's memory goes with its range, a writer keeps rows until a segment is
 * full. Layouts stay as they are; only bytes move. Nothing of a copy lies in the original's memory: references to strings
 * refer to copies of them.
 */

import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { Chunk, Dictionary, Vector } from '../../engine/vector/vector.ts';
import type { Batch } from '../../storage/index.ts';

export function copyBatch(arena: Arena, region: Region, batch: Batch): Batch {
  const columns = new Map<number, Chunk>();
  for (const [id, source] of batch.columns) columns.set(id, copyChunk(arena, region, source));
  return { rows: batch.rows, columns };
}

/** Arena bytes a batch holds; what limits are counted in. */
export function batchBytes(arena: Arena, batch: Batch): number {
  let bytes = 0;
  for (const { whole, pages } of batch.columns.values()) {
    for (const v of whole === null ? (pages ?? []) : [whole]) bytes += vectorBytes(arena, v);
  }
  return bytes;
}

function vectorBytes({ u32 }: Arena, v: Vector): number {
  const data = v.rows * v.width + (v.valid === 0 ? 0 : v.rows);
  if (v.kind === 'text') return data + u32[(v.data >>> 2) + v.rows] - u32[v.data >>> 2];
  if (v.kind === 'ref') return data + referredBytes(u32, v);
  return (
    data +
    (v.dictionary === null
      ? 0
      : v.dictionary.count * 4 + u32[(v.dictionary.offsets >>> 2) + v.dictionary.count])
  );
}

function copyChunk(arena: Arena, region: Region, source: Chunk): Chunk {
  const copy = (v: Vector): Vector => copyVector(arena, region, v);
  return {
    rows: source.rows,
    whole: source.whole === null ? null : copy(source.whole),
    pages: source.pages === null ? null : source.pages.map(copy),
  };
}

function copyVector(arena: Arena, region: Region, v: Vector): Vector {
  if (v.kind === 'const') return v;
  const valid = v.valid === 0 ? 0 : copyBytes(arena, region, v.valid, v.rows);
  if (v.kind === 'text') {
    const from = arena.u32[v.data >>> 2];
    const size = arena.u32[(v.data >>> 2) + v.rows] - from;
    const data = region.alloc((v.rows + 1) * 4);
    for (let i = 0; i <= v.rows; i++) arena.u32[(data >>> 2) + i] = arena.u32[(v.data >>> 2) + i] - from;
    return { ...v, data, bytes: copyBytes(arena, region, v.bytes + from, size), valid };
  }
  if (v.kind === 'ref') return { ...v, data: copyStrings(arena, region, v), valid };
  const data = copyBytes(arena, region, v.data, v.rows * v.width);
  const dictionary = v.dictionary === null ? null : copyDictionary(arena, region, v.dictionary);
  return { ...v, data, valid, dictionary };
}

/** Bytes of all strings that a vector of references (address and length, 4 bytes each) refers to. */
function referredBytes(u32: Uint32Array, v: Vector): number {
  let bytes = 0;
  for (let at = (v.data >>> 2) + 1, end = at + v.rows * 2; at < end; at += 2) bytes += u32[at];
  return bytes;
}

/** References to copies of the strings. */
function copyStrings({ u8, u32 }: Arena, region: Region, v: Vector): number {
  const refs = region.alloc(Math.max(1, v.rows) * 8);
  let to = region.alloc(Math.max(1, referredBytes(u32, v)));
  for (let i = 0; i < v.rows * 2; i += 2) {
    const [from, bytes] = [u32[(v.data >>> 2) + i], u32[(v.data >>> 2) + i + 1]];
    u8.copyWithin(to, from, from + bytes);
    u32[(refs >>> 2) + i] = to;
    u32[(refs >>> 2) + i + 1] = bytes;
    to += bytes;
  }
  return refs;
}

function copyDictionary(arena: Arena, region: Region, d: Dictionary): Dictionary {
  const size = arena.u32[(d.offsets >>> 2) + d.count];
  return {
    ...d,
    offsets: copyBytes(arena, region, d.offsets, (d.count + 1) * 4),
    bytes: copyBytes(arena, region, d.bytes, size),
  };
}

function copyBytes({ u8 }: Arena, region: Region, from: number, bytes: number): number {
  const to = region.alloc(Math.max(1, bytes));
  u8.copyWithin(to, from, from + bytes);
  return to;
}
