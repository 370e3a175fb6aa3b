/**
 * Keys of rows spread over all runs of a sort, in order: what cuts the result into ranges of about equal size, each of
 * which one thread can make without the others.
 *
 * The rows' order is total: among equal keys the earlier run comes first, then the earlier row. So a key that a
 * million rows share is cut as well. A splitter is the number of a fence.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { KeyTable, sortOrder } from './order.ts';
import type { SortedRun } from './run.ts';
import type { SortLayout } from './spec.ts';

/** Rows between two fences of a run in memory; a run on disk has one per block. */
const FENCE_ROWS = 512;

export class FenceTable {
  readonly count: number;
  readonly #task: TaskContext;
  readonly #keys: KeyTable;
  /** The fences of one run, for the search among them. */
  readonly #some: KeyTable;
  readonly #columns: readonly number[];
  /** First fence of each run, and the end. */
  readonly #firstOfRun: readonly number[];
  /** u32 per fence: its run, and its row there. */
  readonly #runs: number;
  readonly #rows: number;
  /** u32 fence numbers in order. */
  readonly #order: number;

  constructor(task: TaskContext, region: Region, layout: SortLayout, runs: readonly SortedRun[]) {
    const { arena, scratch } = task;
    const first = [0];
    for (const run of runs) {
      const fences = run.kind === 'memory' ? Math.ceil(run.rows / FENCE_ROWS) : run.blocks.length;
      first.push(first[first.length - 1] + fences);
    }
    this.#task = task;
    this.#firstOfRun = first;
    this.count = first[first.length - 1];
    this.#runs = region.alloc(this.count * 4);
    this.#rows = region.alloc(this.count * 4);
    this.#order = region.alloc(this.count * 4);
    this.#columns = layout.kinds.map(() => region.alloc(this.count * 8));
    for (const [r, run] of runs.entries()) this.#gather(layout, run, r);
    this.#keys = new KeyTable(task, region, layout.kinds).point(this.#columns);
    this.#some = new KeyTable(task, region, layout.kinds);
    const mark = scratch.mark();
    const order = sortOrder(task, this.#keys, this.#columns, layout.kinds, this.count);
    arena.u8.copyWithin(this.#order, order, order + this.count * 4);
    scratch.reset(mark);
    this.#keys.point(this.#columns);
  }

  /** The fence at a place of the order, as a splitter. */
  splitter(place: number): number {
    return this.#task.arena.u32[(this.#order >>> 2) + place];
  }

  /** How many of the n sorted rows behind `keys`, rows of run `run` from `firstRow` on, come before the splitter. */
  rowsBelow(keys: KeyTable, n: number, run: number, splitter: number, firstRow = 0): number {
    const { arena, kernels } = this.#task;
    const other = arena.u32[(this.#runs >>> 2) + splitter];
    if (other === run) {
      return Math.max(0, Math.min(n, arena.u32[(this.#rows >>> 2) + splitter] - firstRow));
    }
    return kernels.rows_below(
      keys.columns,
      keys.kinds,
      keys.width,
      n,
      this.#keys.columns,
      splitter,
      run < other ? 1 : 0,
    );
  }

  /** How many fences of the run come before the splitter. */
  fencesBelow(run: number, splitter: number): number {
    const first = this.#firstOfRun[run];
    const count = this.#firstOfRun[run + 1] - first;
    const other = this.#task.arena.u32[(this.#runs >>> 2) + splitter];
    if (other === run) return splitter - first;
    this.#some.point(this.#columns.map((address) => address + first * 8));
    return this.rowsBelow(this.#some, count, run, splitter);
  }

  #gather(layout: SortLayout, run: SortedRun, r: number): void {
    const { u32 } = this.#task.arena;
    const first = this.#firstOfRun[r];
    for (let fence = first; fence < this.#firstOfRun[r + 1]; fence++) {
      const row = run.kind === 'memory' ? (fence - first) * FENCE_ROWS : run.blocks[fence - first].firstRow;
      u32[(this.#runs >>> 2) + fence] = r;
      u32[(this.#rows >>> 2) + fence] = row;
      this.#columns.forEach((column, k) => {
        const from =
          run.kind === 'memory'
            ? run.columns[layout.firstKey + k] + row * 8
            : run.blocks[fence - first].fence + k * 8;
        u32[(column >>> 2) + 2 * fence] = u32[from >>> 2];
        u32[(column >>> 2) + 2 * fence + 1] = u32[(from >>> 2) + 1];
      });
    }
  }
}
