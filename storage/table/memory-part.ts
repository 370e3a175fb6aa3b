/** Batches of the memtable as parts of a snapshot: one block each, its chunks in the arena for every thread. */

import { assert } from '../../engine/base/error.ts';
import type { Part, PartReader, Zone } from '../../engine/plan/source.ts';
import { laneOf } from '../../engine/type/type.ts';
import { type Chunk, chunk, constVector } from '../../engine/vector/vector.ts';
import type { MissingColumn } from '../segment/descriptor.ts';
import type { Batch } from './batch.ts';
import type { TableDefinition } from './definition.ts';

export const MEMORY_KIND = 'memory';

export type MemoryDescriptor = {
  readonly rows: number;
  readonly columns: readonly (readonly [number, Chunk])[];
  readonly defaults: readonly MissingColumn[];
};

/** @param key unique among parts. */
export function memoryPart(table: TableDefinition, batch: Batch, key: string): Part {
  const defaults = table.columns
    .filter(({ id }) => !batch.columns.has(id))
    .map(({ id, type, default: value }) => ({ id, lane: laneOf(type), value }));
  const descriptor: MemoryDescriptor = { rows: batch.rows, columns: [...batch.columns], defaults };
  return { kind: MEMORY_KIND, key, rows: batch.rows, blocks: 1, zones: new Map(), descriptor };
}

export class MemoryReader implements PartReader {
  readonly rows: number;
  readonly blockCount = 1;
  readonly #columns: ReadonlyMap<number, Chunk>;
  readonly #defaults: readonly MissingColumn[];

  constructor(descriptor: MemoryDescriptor) {
    this.rows = descriptor.rows;
    this.#columns = new Map(descriptor.columns);
    this.#defaults = descriptor.defaults;
  }

  blockRows(): number {
    return this.rows;
  }

  zone(): Zone | undefined {
    return undefined;
  }

  chunk(_block: number, columnId: number): Chunk {
    const found = this.#columns.get(columnId);
    if (found !== undefined) return found;
    const missing = this.#defaults.find(({ id }) => id === columnId);
    assert(missing !== undefined, `column ${columnId} is neither in the batch nor in the table`);
    return chunk(constVector(missing.lane, this.rows, missing.value));
  }

  close(): void {}
}
