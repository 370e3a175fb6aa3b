/** What storage tests stand on: an arena, kernels, a frame cache, and ways to put values in and read them back. */

import { type Kernels, loadKernels } from '../../../engine/kernel/load.ts';
import { Arena } from '../../../engine/memory/arena.ts';
import { FrameCache, FramePins } from '../../../engine/memory/frame-cache.ts';
import { Region } from '../../../engine/memory/region.ts';
import { APPEND } from '../../../engine/plan/row-policy.ts';
import type { PartReader } from '../../../engine/plan/source.ts';
import { type LogicalType, laneOf, type Value } from '../../../engine/type/type.ts';
import { type Chunk, slice, VECTOR_ROWS, type Vector } from '../../../engine/vector/vector.ts';
import type { CodecContext } from '../../../storage/codec/context.ts';
import { nodeCompressors } from '../../../storage/fs/node-compressors.ts';
import type { Batch } from '../../../storage/table/batch.ts';
import { BatchBuilder, type BatchValue } from '../../../storage/table/batch-builder.ts';
import type { ColumnDefinition, TableDefinition } from '../../../storage/table/definition.ts';

export const arena = Arena.create();
export const kernels: Kernels = loadKernels(arena);
export const frames = new FrameCache(arena);

/** Runs work whose stores may die without closing, and gives back what they held of the arena. */
export async function reclaiming<T>(work: () => Promise<T>): Promise<T> {
  const owners: number[] = [];
  const openOwner = arena.openOwner.bind(arena);
  arena.openOwner = (limitBytes) => {
    owners.push(openOwner(limitBytes));
    return owners[owners.length - 1];
  };
  try {
    return await work();
  } finally {
    arena.openOwner = openOwner;
    for (const owner of owners) arena.closeOwner(owner);
  }
}

export const newContext = (): CodecContext => ({
  arena,
  kernels,
  scratch: new Region(arena, arena.openOwner()),
  compressors: nodeCompressors,
});

export const column = (
  id: number,
  name: string,
  type: LogicalType,
  bitmap: ColumnDefinition['bitmap'] = 'auto',
  defaultValue: Value = null,
): ColumnDefinition => ({ id, name, type, default: defaultValue, bitmap });

export const table = (
  columns: readonly ColumnDefinition[],
  more: Partial<TableDefinition> = {},
): TableDefinition => ({
  id: 1,
  name: 't',
  columns,
  sortKey: [],
  timeColumn: null,
  partitionBy: null,
  policy: APPEND,
  compression: 'fast',
  options: null,
  ...more,
});

export type Rows = Record<string, readonly BatchValue[]>;

/** Batches of at most `batchRows` rows from columns of values. */
export function makeBatches(
  region: Region,
  definition: { readonly columns: readonly ColumnDefinition[] },
  values: Rows,
  batchRows = 65536,
): Batch[] {
  const rowCount = Object.values(values)[0].length;
  const batches: Batch[] = [];
  for (let start = 0; start < rowCount; start += batchRows) {
    const builder = new BatchBuilder(definition.columns);
    for (const { id, name } of definition.columns) {
      for (const value of values[name]?.slice(start, start + batchRows) ?? []) builder.append(id, value);
    }
    batches.push(builder.build(arena, region));
  }
  return batches;
}

/** Row i of a vector as a value. */
export function valueAt(v: Vector, i: number): Value {
  if (v.kind === 'const') return v.value;
  if (v.valid !== 0 && arena.u8[v.valid + i] === 0) return null;
  const text = (offsets: number, bytes: number, k: number): string =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      arena.u8.slice(bytes + arena.u32[(offsets >>> 2) + k], bytes + arena.u32[(offsets >>> 2) + k + 1]),
    );
  const unsigned = (): number =>
    v.width === 1
      ? arena.u8[v.data + i]
      : v.width === 2
        ? arena.u16[(v.data >>> 1) + i]
        : arena.u32[(v.data >>> 2) + i];
  switch (v.kind) {
    case 'int':
      return v.width === 8 ? arena.i64[(v.data >>> 3) + i] : v.base + BigInt(unsigned());
    case 'float':
      return v.width === 8 ? arena.f64[(v.data >>> 3) + i] : arena.f32[(v.data >>> 2) + i];
    case 'bool':
      return arena.u8[v.data + i] === 1;
    case 'dict': {
      const code = unsigned();
      return code === 0 || v.dictionary === null
        ? null
        : text(v.dictionary.offsets, v.dictionary.bytes, code);
    }
    case 'text':
      return text(v.data, v.bytes, i);
    case 'ref': {
      const at = arena.u32[(v.data >>> 2) + i * 2];
      return new TextDecoder().decode(arena.u8.slice(at, at + arena.u32[(v.data >>> 2) + i * 2 + 1]));
    }
  }
}

export function chunkValues(chunk: Chunk): Value[] {
  const values: Value[] = [];
  for (let start = 0; start < chunk.rows; start += VECTOR_ROWS) {
    const vector = slice(chunk, start, Math.min(VECTOR_ROWS, chunk.rows - start));
    for (let i = 0; i < vector.rows; i++) values.push(valueAt(vector, i));
  }
  return values;
}

/** All values of a column of a part. */
export function columnValues(reader: PartReader, columnId: number): Value[] {
  const pins = new FramePins(frames);
  const values: Value[] = [];
  for (let block = 0; block < reader.blockCount; block++) {
    for (const value of chunkValues(reader.chunk(block, columnId, pins))) values.push(value);
  }
  pins.release();
  return values;
}

/** A value as storage gives it back: integers as bigint. */
export const stored = (type: LogicalType, value: BatchValue): Value =>
  value === null
    ? null
    : laneOf(type) === 'i64'
      ? BigInt(value as bigint | number)
      : type.id === 'float32'
        ? Math.fround(value as number)
        : value;
