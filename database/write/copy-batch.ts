/**
 * Copies of batches inside the arena: a reader's memory goes with its range, a writer keeps rows until a segment is
 * full. Layouts stay as they are; only bytes move.
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
  const data = copyBytes(arena, region, v.data, v.rows * v.width);
  const dictionary = v.dictionary === null ? null : copyDictionary(arena, region, v.dictionary);
  return { ...v, data, valid, dictionary };
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
