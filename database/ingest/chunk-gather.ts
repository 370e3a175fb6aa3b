/**
 * Picks rows out of chunks: the rows of one time bucket out of a batch that spans several.
 * The picked chunk keeps the encoding and shares the dictionary; rows keep their order.
 */

import { assert } from '../../engine/base/error.ts';
import type { Region } from '../../engine/memory/region.ts';
import {
  type Chunk,
  chunk,
  pagedChunk,
  textVector,
  VECTOR_ROWS,
  type Vector,
} from '../../engine/vector/vector.ts';

/** The chunk with only the given rows, ascending. */
export function gatherChunk(region: Region, source: Chunk, rows: Uint32Array): Chunk {
  if (source.pages !== null) return gatherPages(region, source.pages, rows);
  const vector = source.whole;
  assert(vector !== null, 'a chunk has pages or a vector');
  if (vector.kind === 'const') return chunk({ ...vector, rows: rows.length });
  const { arena } = region;
  const { width } = vector;
  const data = region.alloc(Math.max(1, rows.length * width));
  const lane = width === 1 ? arena.u8 : width === 2 ? arena.u16 : arena.u32;
  if (width === 8) {
    const from = vector.data >>> 3;
    for (let i = 0; i < rows.length; i++) arena.f64[(data >>> 3) + i] = arena.f64[from + rows[i]];
  } else {
    const from = vector.data / width;
    const to = data / width;
    for (let i = 0; i < rows.length; i++) lane[to + i] = lane[from + rows[i]];
  }
  return chunk({ ...vector, rows: rows.length, data, valid: gatherValid(region, vector, rows) });
}

function gatherValid(region: Region, vector: Vector, rows: Uint32Array): number {
  if (vector.valid === 0) return 0;
  const { u8 } = region.arena;
  const valid = region.alloc(rows.length);
  for (let i = 0; i < rows.length; i++) u8[valid + i] = u8[vector.valid + rows[i]];
  return valid;
}

function gatherPages(region: Region, pages: readonly Vector[], rows: Uint32Array): Chunk {
  const { u8, u32 } = region.arena;
  const hasNulls = pages.some((page) => page.valid !== 0);
  const picked: Vector[] = [];
  for (let first = 0; first < rows.length; first += VECTOR_ROWS) {
    const count = Math.min(VECTOR_ROWS, rows.length - first);
    const offsets = region.alloc((count + 1) * 4);
    const valid = hasNulls ? region.alloc(count) : 0;
    let size = 0;
    u32[offsets >>> 2] = 0;
    for (let i = 0; i < count; i++) {
      const page = pages[Math.floor(rows[first + i] / VECTOR_ROWS)];
      const at = (page.data >>> 2) + (rows[first + i] % VECTOR_ROWS);
      size += u32[at + 1] - u32[at];
      u32[(offsets >>> 2) + i + 1] = size;
    }
    const bytes = region.alloc(size + 16);
    for (let i = 0; i < count; i++) {
      const row = rows[first + i];
      const page = pages[Math.floor(row / VECTOR_ROWS)];
      const at = (page.data >>> 2) + (row % VECTOR_ROWS);
      const to = bytes + u32[(offsets >>> 2) + i];
      u8.copyWithin(to, page.bytes + u32[at], page.bytes + u32[at + 1]);
      if (hasNulls) u8[valid + i] = page.valid === 0 ? 1 : u8[page.valid + (row % VECTOR_ROWS)];
    }
    picked.push(textVector(count, offsets, bytes, valid));
  }
  return pagedChunk(rows.length, picked);
}
