/**
 * Rows spread over 256 partitions by eight bits of their hash, the upper ones first (DESIGN.md D6).
 *
 * A partition is a list of chunks (row-layout.ts). Chunks start small and double up to MAX_ROWS, so that few groups cost
 * little and many do not cost many chunks. A batch is first put in the order of its partitions, so that each column is
 * written in runs. The finished lists are plain numbers that any thread can read.
 */

import type { Region } from '../memory/region.ts';
import type { TaskContext } from './context.ts';
import type { RowChunk, RowLayout } from './row-layout.ts';

export const PARTITIONS = 256;
const FIRST_ROWS = 64;
const MAX_ROWS = 8192;
/** Columns of a chunk must begin at whole words, whatever their widths. */
const ROW_STEP = 8;
/** How far a level shifts hashes: partitions of one partition go by the byte below. */
const shiftOf = (level: number): number => 24 - 8 * level;

/** [partition, address, rows, capacity] of every chunk, in order of writing. */
export type PartitionedRows = { readonly rows: number; readonly chunks: Uint32Array };

export class PartitionWriter {
  readonly #task: TaskContext;
  readonly #region: Region;
  readonly #layout: RowLayout;
  readonly #shift: number;
  readonly #closed: number[] = [];
  /** u32 per partition: address, rows and capacity of the chunk under way; rows of the batch. */
  readonly #addresses: number;
  readonly #rows: number;
  readonly #capacities: number;
  readonly #counts: number;
  /** u32 numbers of partitions. */
  readonly #full: number;
  /** u16 row numbers of the batch. */
  readonly #order: number;
  #total = 0;

  /**
   * @param batchRows most rows of a batch
   * @param level 0, or one more than that of the partition whose rows it takes
   */
  constructor(task: TaskContext, region: Region, layout: RowLayout, batchRows: number, level = 0) {
    this.#shift = shiftOf(level);
    this.#task = task;
    this.#region = region;
    this.#layout = layout;
    const list = (): number => region.allocZero(PARTITIONS * 4);
    this.#addresses = list();
    this.#rows = list();
    this.#capacities = list();
    this.#counts = list();
    this.#full = list();
    this.#order = region.alloc(batchRows * 2);
  }

  get rows(): number {
    return this.#total;
  }

  /** Appends n rows; `words` are addresses of dense words, a column each. A partition may get a chunk of its own for them. */
  append(hashes: number, words: readonly number[], n: number): void {
    const { kernels, arena } = this.#task;
    kernels.partition_order(hashes, n, this.#shift, this.#counts, this.#order);
    const full = kernels.partition_full(this.#counts, this.#rows, this.#capacities, this.#full);
    for (let i = 0; i < full; i++) {
      const p = arena.u32[this.#full / 4 + i];
      this.#open(p, arena.u32[this.#counts / 4 + p]);
    }
    words.forEach((word, c) => {
      this.#appendColumn(word, c);
    });
    if (this.#layout.hashed) {
      const before = this.#layout.before[this.#layout.words];
      kernels.partition_append_hash(
        hashes,
        this.#order,
        this.#counts,
        this.#addresses,
        this.#rows,
        this.#capacities,
        before,
      );
    }
    kernels.partition_advance(this.#counts, this.#rows);
    this.#total += n;
  }

  finish(): PartitionedRows {
    for (let p = 0; p < PARTITIONS; p++) this.#close(p);
    return { rows: this.#total, chunks: Uint32Array.from(this.#closed) };
  }

  #appendColumn(words: number, c: number): void {
    const { kernels } = this.#task;
    const { width, base } = this.#layout.columns[c];
    const before = this.#layout.before[c];
    const to = [this.#order, this.#counts, this.#addresses, this.#rows, this.#capacities, before] as const;
    if (width === 8) kernels.partition_append_u64(words, ...to);
    else if (width === 4) kernels.partition_append_u32(words, base, ...to);
    else if (width === 2) kernels.partition_append_u16(words, base, ...to);
    else kernels.partition_append_u8(words, base, ...to);
  }

  #open(p: number, atLeast: number): void {
    const { u32 } = this.#task.arena;
    this.#close(p);
    const doubled = Math.min(MAX_ROWS, Math.max(FIRST_ROWS, u32[this.#capacities / 4 + p] * 2));
    const capacity = Math.ceil(Math.max(atLeast, doubled) / ROW_STEP) * ROW_STEP;
    u32[this.#capacities / 4 + p] = capacity;
    u32[this.#addresses / 4 + p] = this.#region.alloc(capacity * this.#layout.rowBytes);
  }

  #close(p: number): void {
    const { u32 } = this.#task.arena;
    const rows = u32[this.#rows / 4 + p];
    if (rows > 0) this.#closed.push(p, u32[this.#addresses / 4 + p], rows, u32[this.#capacities / 4 + p]);
    u32[this.#rows / 4 + p] = 0;
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
