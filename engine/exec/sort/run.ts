/**
 * Sorted runs: what a thread's share of a sort becomes, in memory or in a spill file, as plain data for other threads.
 *
 * A run in memory is contiguous columns of at most RUN_ROWS rows, so that sorting it stays in the cache and no column
 * is larger than 512 KiB. A run on disk has any number of rows, in blocks; the key of each block's first row stays in
 * memory, with its string bytes, so that a merge finds its place without reading.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { KeyTable, sortOrder } from './order.ts';
import type { SortLayout } from './spec.ts';

export const RUN_ROWS = 65536;
const FIRST_ROWS = 256;

export type MemoryRun = {
  readonly kind: 'memory';
  readonly rows: number;
  readonly columns: readonly number[];
};
export type DiskRun = {
  readonly kind: 'disk';
  readonly rows: number;
  readonly file: string;
  readonly blocks: readonly DiskBlock[];
};
export type DiskBlock = {
  readonly offset: number;
  readonly bytes: number;
  readonly rows: number;
  /** Rows of the run before it. */
  readonly firstRow: number;
  /** Address of the key words of its first row. */
  readonly fence: number;
};
export type SortedRun = MemoryRun | DiskRun;

/** Rows on their way to a run, in order of arrival. */
export class RunBuffer {
  readonly #task: TaskContext;
  readonly #layout: SortLayout;
  readonly #keys: KeyTable;
  #region: Region;
  /** Empty: the place to grow into. */
  #nextRegion: Region;
  #columns: number[] = [];
  #capacity = 0;
  #rows = 0;

  constructor(task: TaskContext, layout: SortLayout) {
    this.#task = task;
    this.#layout = layout;
    this.#keys = new KeyTable(task, task.heap, layout.kinds);
    this.#region = task.region();
    this.#nextRegion = task.region();
  }

  get rows(): number {
    return this.#rows;
  }

  get columns(): readonly number[] {
    return this.#columns;
  }

  /** Appends rows given as run columns. */
  append(columns: readonly number[], rows: number): void {
    const { arena } = this.#task;
    this.#reserve(this.#rows + rows);
    this.#layout.shape.forEach(({ width }, c) => {
      arena.u8.copyWithin(this.#columns[c] + this.#rows * width, columns[c], columns[c] + rows * width);
    });
    this.#rows += rows;
  }

  /** Address of the u32 row numbers in order, in scratch. */
  order(): number {
    const { firstKey, kinds } = this.#layout;
    return sortOrder(this.#task, this.#keys, this.#columns.slice(firstKey), kinds, this.#rows);
  }

  /** The rows sorted, as runs of RUN_ROWS in `region`; the buffer is empty then. */
  sortedRuns(region: Region): MemoryRun[] {
    const { scratch } = this.#task;
    const mark = scratch.mark();
    const order = this.order();
    const runs: MemoryRun[] = [];
    for (let from = 0; from < this.#rows; from += RUN_ROWS) {
      const rows = Math.min(RUN_ROWS, this.#rows - from);
      const at = order + from * 4;
      const columns = this.#layout.shape.map(({ width }, c) =>
        takeColumn(this.#task, region, width, this.#columns[c], at, rows),
      );
      runs.push({ kind: 'memory', rows, columns });
    }
    scratch.reset(mark);
    this.#rows = 0;
    return runs;
  }

  /** Keeps only the first n rows of the order. */
  keepFirst(n: number): void {
    const { arena, scratch } = this.#task;
    const mark = scratch.mark();
    const order = this.order();
    this.#layout.shape.forEach(({ width }, c) => {
      const each = scratch.mark();
      const kept = takeColumn(this.#task, scratch, width, this.#columns[c], order, n);
      arena.u8.copyWithin(this.#columns[c], kept, kept + n * width);
      scratch.reset(each);
    });
    scratch.reset(mark);
    this.#rows = n;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    let capacity = Math.max(FIRST_ROWS, this.#capacity);
    while (capacity < rows) capacity *= 2;
    const { arena } = this.#task;
    const region = this.#nextRegion;
    this.#columns = this.#layout.shape.map(({ width }, c) => {
      const to = region.alloc(capacity * width);
      const from = this.#columns[c];
      if (from !== undefined) arena.u8.copyWithin(to, from, from + this.#rows * width);
      return to;
    });
    this.#region.free();
    this.#nextRegion = this.#region;
    this.#region = region;
    this.#capacity = capacity;
  }
}

function takeColumn(
  { kernels }: TaskContext,
  region: Region,
  width: number,
  column: number,
  order: number,
  n: number,
): number {
  const out = region.alloc(n * width);
  if (width === 8) kernels.take_u64(column, order, n, out);
  else kernels.take_u8_by_u32(column, order, n, out);
  return out;
}
