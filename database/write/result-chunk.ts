/** Result columns back into the arena as chunks, for INSERT ... SELECT and CREATE TABLE AS. */

import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { ResultColumn } from '../../engine/vector/batch.ts';
import {
  boolVector,
  type Chunk,
  chunk,
  floatVector,
  intVector,
  pagedChunk,
  textVector,
  VECTOR_ROWS,
} from '../../engine/vector/vector.ts';

export function resultChunk(arena: Arena, region: Region, column: ResultColumn, rows: number): Chunk {
  const valid = column.valid === null ? 0 : copyIn(arena, region, column.valid);
  switch (column.lane) {
    case 'i64':
      return chunk(intVector(rows, copyIn(arena, region, bytesOf(column.values)), 8, 0n, valid));
    case 'f64':
      return chunk(floatVector(rows, copyIn(arena, region, bytesOf(column.values)), 8, valid));
    case 'bool':
      return chunk(boolVector(rows, copyIn(arena, region, column.values), valid));
    case 'str': {
      const bytes = copyIn(arena, region, column.bytes);
      const pages = [];
      for (let from = 0; from < rows; from += VECTOR_ROWS) {
        const n = Math.min(VECTOR_ROWS, rows - from);
        const start = column.offsets[from];
        const offsets = region.alloc((n + 1) * 4);
        for (let i = 0; i <= n; i++) arena.u32[(offsets >>> 2) + i] = column.offsets[from + i] - start;
        pages.push(textVector(n, offsets, bytes + start, valid === 0 ? 0 : valid + from));
      }
      return pagedChunk(rows, pages);
    }
  }
}

const bytesOf = (values: BigInt64Array | Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function copyIn({ u8 }: Arena, region: Region, bytes: Uint8Array): number {
  const address = region.alloc(Math.max(1, bytes.length));
  u8.set(bytes, address);
  return address;
}
