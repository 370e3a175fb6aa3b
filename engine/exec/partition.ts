/**
 * Rows of 8-byte words spread over 256 partitions by a byte of their hash, the top one first (DESIGN.md D6).
 *
 * A partition is a list of chunks; a chunk is columns of words, one after the other, `capacity` words each. Chunks
 * start small and double up to MAX_ROWS, so that few groups cost little and many do not cost many chunks.
 * The finished lists are plain numbers that any thread can read.
 */

import type { Region } from '../memory/region.ts';
import type { TaskContext } from './context.ts';

export const PARTITIONS = 256;
const FIRST_ROWS = 64;
const MAX_ROWS = 8192;
/** How far a level shifts hashes: partitions of one partition go by the byte below. */
const shiftOf = (level: number): number => 56 - 8 * level;

/** [partition, address, rows, capacity] of every chunk, in order of writing. */
export type PartitionedRows = { readonly columns: number; readonly chunks: Uint32Array };

/** A chunk as its reader sees it. */
export type RowChunk = { readonly address: number; readonly rows: number; readonly capacity: number };

export class PartitionWriter {
  readonly #task: TaskContext;
  readonly #region: Region;
  readonly #columns: number;
  readonly #shift: number;
  readonly #address = new Uint32Array(PARTITIONS);
  readonly #rows = new Uint32Array(PARTITIONS);
  readonly #capacity = new Uint32Array(PARTITIONS);
  readonly #closed: number[] = [];
  readonly #counts: number;
  readonly #cursors: number;
  readonly #parts: number;
  #total = 0;

  /** @param level 0, or one more than that of the partition whose rows it takes */
  constructor(task: TaskContext, region: Region, columns: number, batchRows: number, level = 0) {
    this.#shift = shiftOf(level);
    this.#task = task;
    this.#region = region;
    this.#columns = columns;
    this.#counts = region.alloc(PARTITIONS * 4);
    this.#cursors = region.alloc(PARTITIONS * 4);
    this.#parts = region.alloc(batchRows);
  }

  get rows(): number {
    return this.#total;
  }

  /** Appends n rows; `columns` are addresses of dense words. A partition may get a chunk of its own for them. */
  append(hashes: number, columns: readonly number[], n: number): void {
    const { kernels, arena } = this.#task;
    arena.u32.fill(0, this.#counts / 4, this.#counts / 4 + PARTITIONS);
    kernels.partition_of(hashes, n, this.#shift, this.#parts, this.#counts);
    for (let p = 0; p < PARTITIONS; p++) {
      const count = arena.u32[this.#counts / 4 + p];
      if (count > 0 && this.#rows[p] + count > this.#capacity[p]) this.#open(p, count);
    }
    columns.forEach((column, c) => {
      const at = this.#cursors / 4;
      for (let p = 0; p < PARTITIONS; p++) {
        arena.u32[at + p] = this.#address[p] + (c * this.#capacity[p] + this.#rows[p]) * 8;
      }
      kernels.scatter_u64(column, this.#parts, n, this.#cursors);
    });
    for (let p = 0; p < PARTITIONS; p++) this.#rows[p] += arena.u32[this.#counts / 4 + p];
    this.#total += n;
  }

  finish(): PartitionedRows {
    for (let p = 0; p < PARTITIONS; p++) this.#close(p);
    return { columns: this.#columns, chunks: Uint32Array.from(this.#closed) };
  }

  #open(p: number, atLeast: number): void {
    const capacity = Math.max(atLeast, Math.min(MAX_ROWS, Math.max(FIRST_ROWS, this.#capacity[p] * 2)));
    this.#close(p);
    this.#capacity[p] = capacity;
    this.#address[p] = this.#region.alloc(capacity * this.#columns * 8);
    this.#rows[p] = 0;
  }

  #close(p: number): void {
    if (this.#rows[p] > 0) this.#closed.push(p, this.#address[p], this.#rows[p], this.#capacity[p]);
    this.#rows[p] = 0;
  }
}

/** Chunks by partition. */
export function chunksByPartition(rows: PartitionedRows): RowChunk[][] {
  const lists: RowChunk[][] = Array.from({ length: PARTITIONS }, () => []);
  for (let i = 0; i < rows.chunks.length; i += 4) {
    lists[rows.chunks[i]].push({
      address: rows.chunks[i + 1],
      rows: rows.chunks[i + 2],
      capacity: rows.chunks[i + 3],
    });
  }
  return lists;
}

export const chunkColumn = (chunk: RowChunk, column: number): number =>
  chunk.address + column * chunk.capacity * 8;
