/**
 * A place in a sorted run that only moves forward, and the rows passed on the way.
 *
 * Rows of a run on disk are loaded block by block; a block stays until the cursor has left it and `release` is called.
 * A place is found by comparing keys with a splitter: of rows that equal it, those of earlier runs come before it.
 */

import { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { readRows } from '../spill/block.ts';
import type { FenceTable } from './fence-table.ts';
import { KeyTable } from './order.ts';
import type { DiskBlock, DiskRun, MemoryRun, SortedRun } from './run.ts';
import type { SortLayout } from './spec.ts';

/** Neighbouring rows of one run: addresses of their columns. */
export type Slice = { readonly columns: readonly number[]; readonly rows: number };

/** Made in scratch: for the time of one merge. */
export interface RunCursor {
  /** Rows of the run before the cursor. */
  readonly position: number;
  /** Moves to the splitter, or to the end. */
  advance(splitter: number | null): void;
  /** The rows from row `from` to the cursor. They stay until the next `release`. */
  slices(from: number): Slice[];
  /** Lets go of rows before the cursor. */
  release(): void;
}

export function runCursor(
  task: TaskContext,
  layout: SortLayout,
  fences: FenceTable,
  index: number,
  run: SortedRun,
): RunCursor {
  return run.kind === 'memory'
    ? new MemoryCursor(task, layout, fences, index, run)
    : new DiskCursor(task, layout, fences, index, run);
}

const sliceOf = (layout: SortLayout, columns: readonly number[], from: number, to: number): Slice => ({
  columns: columns.map((address, c) => address + from * layout.shape[c].width),
  rows: to - from,
});

class MemoryCursor implements RunCursor {
  position = 0;
  readonly #layout: SortLayout;
  readonly #fences: FenceTable;
  readonly #index: number;
  readonly #run: MemoryRun;
  readonly #keys: KeyTable;

  constructor(task: TaskContext, layout: SortLayout, fences: FenceTable, index: number, run: MemoryRun) {
    this.#layout = layout;
    this.#fences = fences;
    this.#index = index;
    this.#run = run;
    this.#keys = new KeyTable(task, task.scratch, layout.kinds).point(run.columns.slice(layout.firstKey));
  }

  advance(splitter: number | null): void {
    const { rows } = this.#run;
    this.position =
      splitter === null ? rows : this.#fences.rowsBelow(this.#keys, rows, this.#index, splitter);
  }

  slices(from: number): Slice[] {
    if (this.position === from) return [];
    return [sliceOf(this.#layout, this.#run.columns, from, this.position)];
  }

  release(): void {}
}

class DiskCursor implements RunCursor {
  position = 0;
  readonly #task: TaskContext;
  readonly #layout: SortLayout;
  readonly #fences: FenceTable;
  readonly #index: number;
  readonly #run: DiskRun;
  readonly #keys: KeyTable;
  readonly #loaded = new Map<number, { readonly region: Region; readonly columns: readonly number[] }>();

  constructor(task: TaskContext, layout: SortLayout, fences: FenceTable, index: number, run: DiskRun) {
    this.#task = task;
    this.#layout = layout;
    this.#fences = fences;
    this.#index = index;
    this.#run = run;
    this.#keys = new KeyTable(task, task.scratch, layout.kinds);
  }

  advance(splitter: number | null): void {
    if (splitter === null) {
      this.position = this.#run.rows;
      return;
    }
    const below = this.#fences.fencesBelow(this.#index, splitter);
    if (below === 0) return;
    const block: DiskBlock = this.#run.blocks[below - 1];
    const keys = this.#keys.point(this.#columns(below - 1).slice(this.#layout.firstKey));
    const rows = this.#fences.rowsBelow(keys, block.rows, this.#index, splitter, block.firstRow);
    this.position = Math.max(this.position, block.firstRow + rows);
  }

  slices(from: number): Slice[] {
    const slices: Slice[] = [];
    for (let b = this.#blockOf(from); b < this.#run.blocks.length; b++) {
      const block = this.#run.blocks[b];
      if (block.firstRow >= this.position) break;
      const first = Math.max(0, from - block.firstRow);
      const end = Math.min(block.rows, this.position - block.firstRow);
      if (first < end) slices.push(sliceOf(this.#layout, this.#columns(b), first, end));
    }
    return slices;
  }

  release(): void {
    const current = this.#blockOf(this.position);
    for (const [b, { region }] of this.#loaded) {
      if (b >= current && this.position < this.#run.rows) continue;
      region.free();
      this.#loaded.delete(b);
    }
  }

  /** The block that has row `row`; the last one for the end. */
  #blockOf(row: number): number {
    const { blocks } = this.#run;
    let lo = 0;
    let hi = blocks.length - 1;
    while (lo < hi) {
      const middle = (lo + hi + 1) >> 1;
      if (blocks[middle].firstRow <= row) lo = middle;
      else hi = middle - 1;
    }
    return lo;
  }

  #columns(b: number): readonly number[] {
    let loaded = this.#loaded.get(b);
    if (loaded === undefined) {
      this.#task.check();
      const region = new Region(this.#task.arena, this.#task.heap.owner, 1);
      const columns = readRows(this.#task, region, this.#run.file, this.#layout.shape, this.#run.blocks[b]);
      loaded = { region, columns };
      this.#loaded.set(b, loaded);
    }
    return loaded.columns;
  }
}
