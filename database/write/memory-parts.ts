/** Batches as parts in memory: what is parsed of files before a query begins, up to what the query may hold, and rows on their way in. */

import { Region } from '../../engine/memory/region.ts';
import type { Part, Snapshot } from '../../engine/plan/source.ts';
import { type LogicalType, laneOf, type Value } from '../../engine/type/type.ts';
import { type Chunk, chunk, constVector } from '../../engine/vector/vector.ts';
import { type Batch, MEMORY_KIND, type MemoryDescriptor } from '../../storage/index.ts';
import type { SnapshotOptions } from '../file/file-table.ts';
import { partKey } from '../file/prune-files.ts';
import { copyBatch } from './copy-batch.ts';

/** The parts that `fill` puts, in memory that is given back with the snapshot, or when it fails. */
export async function memorySnapshot(
  options: SnapshotOptions,
  fill: (put: (part: Part) => void, region: Region) => Promise<void>,
): Promise<Snapshot> {
  const { arena } = options.runtime.engine;
  const owner = arena.openOwner(options.memoryLimitBytes);
  const parts: Part[] = [];
  try {
    await fill((part) => parts.push(part), new Region(arena, owner));
  } catch (error) {
    arena.closeOwner(owner);
    throw error;
  }
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return { parts, rows, release: () => arena.closeOwner(owner) };
}

/** A batch as a part; columns that it has not are one value in all of its rows. */
export function memoryPart<C extends { readonly id: number; readonly type: LogicalType }>(
  batch: Batch,
  region: Region,
  columns: readonly C[],
  missing: (column: C) => Value,
): Part {
  const { rows, columns: read } = copyBatch(region.arena, region, batch);
  const all: [number, Chunk][] = [...read];
  for (const column of columns)
    if (!read.has(column.id))
      all.push([column.id, chunk(constVector(laneOf(column.type), rows, missing(column)))]);
  const descriptor: MemoryDescriptor = { rows, columns: all, defaults: [] };
  return { kind: MEMORY_KIND, key: partKey(), rows, blocks: 1, zones: new Map(), descriptor };
}
