/** Columns of aggregate states, made of the bytes of each. */

import type { Region } from '../../engine/memory/region.ts';
import { packedLength, writePackedBytes } from '../../engine/type/packed.ts';
import { type Chunk, pagedChunk, textVector, VECTOR_ROWS, type Vector } from '../../engine/vector/vector.ts';

/** Kernels read strings in pieces of this size. */
const SLACK_BYTES = 16;

/** @param bytesOf no bytes: a state that has seen nothing */
export function stateChunk(region: Region, rows: number, bytesOf: (row: number) => Uint8Array): Chunk {
  const { u8, u32 } = region.arena;
  const pages: Vector[] = [];
  for (let first = 0; first < rows; first += VECTOR_ROWS) {
    const count = Math.min(VECTOR_ROWS, rows - first);
    const states = Array.from({ length: count }, (_, i) => bytesOf(first + i));
    const offsets = region.alloc((count + 1) * 4);
    let size = 0;
    u32[offsets >>> 2] = 0;
    for (const [i, { length }] of states.entries()) {
      size += packedLength(length);
      u32[(offsets >>> 2) + i + 1] = size;
    }
    const text = region.alloc(size + SLACK_BYTES);
    for (const [i, bytes] of states.entries()) writePackedBytes(bytes, u8, text + u32[(offsets >>> 2) + i]);
    pages.push(textVector(count, offsets, text, 0));
  }
  return pagedChunk(rows, pages);
}
