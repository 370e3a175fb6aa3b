/** Helpers of the format tests: text into the arena, batches out as plain JavaScript values. */

import type { ReadColumn, ReadJob, ReadResult, RowBatch } from '../../engine/format/column.ts';
import { readRange } from '../../engine/format/read.ts';
import { type Kernels, loadKernels } from '../../engine/kernel/load.ts';
import { referenceKernels } from '../../engine/kernel/ref/index.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Value } from '../../engine/type/type.ts';
import type { Chunk, Vector } from '../../engine/vector/vector.ts';

export const arena = Arena.create();
export const kernels = loadKernels(arena);
export const twins: Kernels = referenceKernels(arena);

const decoder = new TextDecoder();

/** Value of one row of a vector. */
export function valueAt(vector: Vector, row: number): Value {
  const { u8, u16, u32, f32, f64, i64 } = arena;
  const code = (): number =>
    vector.width === 1
      ? u8[vector.data + row]
      : vector.width === 2
        ? u16[(vector.data >>> 1) + row]
        : u32[(vector.data >>> 2) + row];
  const text = (offsets: number, bytes: number, i: number): string =>
    decoder.decode(u8.slice(bytes + u32[(offsets >>> 2) + i], bytes + u32[(offsets >>> 2) + i + 1]));
  if (vector.kind === 'const') return vector.value;
  if (vector.valid !== 0 && u8[vector.valid + row] === 0) return null;
  switch (vector.kind) {
    case 'int':
      return vector.width === 8 ? i64[(vector.data >>> 3) + row] : vector.base + BigInt(code());
    case 'float':
      return vector.width === 8 ? f64[(vector.data >>> 3) + row] : f32[(vector.data >>> 2) + row];
    case 'bool':
      return u8[vector.data + row] === 1;
    case 'dict': {
      const dictionary = vector.dictionary!;
      return code() === 0 ? null : text(dictionary.offsets, dictionary.bytes, code());
    }
    default:
      return text(vector.data, vector.bytes, row);
  }
}

export function chunkValues(chunk: Chunk): Value[] {
  const vectors = chunk.pages ?? [chunk.whole!];
  return vectors.flatMap((vector) => Array.from({ length: vector.rows }, (_, row) => valueAt(vector, row)));
}

export const columnValues = (batches: readonly RowBatch[], id: number): Value[] =>
  batches.flatMap((batch) => chunkValues(batch.columns.get(id)!));

export type Read = ReadResult & { readonly values: Value[][] };

/** Reads a text; `values` holds one array per column. */
export function readText(
  text: string | Uint8Array,
  columns: readonly ReadColumn[],
  options: Partial<ReadJob> = {},
  use: Kernels = kernels,
): Read {
  const owner = arena.openOwner();
  const region = new Region(arena, owner);
  try {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const address = region.alloc(bytes.length + 64);
    arena.u8.set(bytes, address);
    const result = readRange(
      { arena, kernels: use, region },
      {
        format: { kind: 'json', shape: 'object' },
        columns,
        address,
        bytes: bytes.length,
        misfit: 'row',
        maxBadRows: 10,
        ...options,
      },
    );
    return { ...result, values: columns.map((column) => columnValues(result.batches, column.id)) };
  } finally {
    region.free();
    arena.closeOwner(owner);
  }
}
