/**
 * Sorted runs as one order, a range of it at a time.
 *
 * The result is cut into ranges by fences (fence-table.ts). A range takes its rows from every run, a slice of each, and
 * sorts them again: that is a radix sort of a few ten thousand rows in the cache, cheaper than comparing the heads
 * of all runs row by row, and the same for any kind of key. Only the rows of a range need to be in memory.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { FenceTable } from './fence-table.ts';
import { KeyTable, sortOrder } from './order.ts';
import type { SortedRun } from './run.ts';
import { type RunCursor, runCursor, type Slice } from './run-cursor.ts';
import type { SortLayout } from './spec.ts';

/** Rows of one range, if their columns stay within RANGE_BYTES. */
const RANGE_ROWS = 65536;
const RANGE_BYTES = 8 << 20;
const MIN_RANGE_ROWS = 2048;

/** The rows of one range in order. Good until the call that got them returns. */
export type MergedRows = {
  readonly rows: number;
  /** Rows of the whole order before these. */
  readonly firstRow: number;
  /** Rows [from, from + n) of run column c, in scratch. */
  take(c: number, from: number, n: number): number;
};

export class RunMerge {
  readonly ranges: number;
  readonly #task: TaskContext;
  readonly #layout: SortLayout;
  readonly #runs: readonly SortedRun[];
  readonly #fences: FenceTable;
  readonly #fencesPerRange: number;
  readonly #keys: KeyTable;

  /** @param region what the merge itself keeps goes there */
  constructor(task: TaskContext, region: Region, layout: SortLayout, runs: readonly SortedRun[]) {
    this.#task = task;
    this.#layout = layout;
    this.#runs = runs;
    this.#fences = new FenceTable(task, region, layout, runs);
    this.#keys = new KeyTable(task, region, layout.kinds);
    const rows = runs.reduce((sum, run) => sum + run.rows, 0);
    const wanted = Math.max(MIN_RANGE_ROWS, Math.min(RANGE_ROWS, RANGE_BYTES / Math.max(1, layout.rowBytes)));
    const perFence = rows / Math.max(1, this.#fences.count);
    // A slice may be up to a fence's rows longer than the fences tell: with many runs, ranges must be longer too.
    this.#fencesPerRange = Math.max(1, Math.round(wanted / Math.max(1, perFence)), runs.length >> 1);
    this.ranges = Math.ceil(this.#fences.count / this.#fencesPerRange);
  }

  /**
   * Merges ranges [from, to), or until `use`, which is told the range's number, answers true. A range that `wants` refuses, given its first row and the first row
   * after it, is passed over.
   */
  run(
    from: number,
    to: number,
    wants: (firstRow: number, endRow: number) => boolean,
    use: (merged: MergedRows, range: number) => unknown,
  ): void {
    const { scratch } = this.#task;
    const mark = scratch.mark();
    const cursors = this.#runs.map((run, r) => runCursor(this.#task, this.#layout, this.#fences, r, run));
    try {
      if (from > 0) for (const cursor of cursors) cursor.advance(this.#splitter(from));
      for (let range = from; range < to && !this.#range(cursors, range, wants, use); range++);
    } finally {
      for (const cursor of cursors) {
        cursor.advance(null);
        cursor.release();
      }
      scratch.reset(mark);
    }
  }

  #splitter(range: number): number {
    return this.#fences.splitter(range * this.#fencesPerRange);
  }

  #range(
    cursors: readonly RunCursor[],
    range: number,
    wants: (firstRow: number, endRow: number) => boolean,
    use: (merged: MergedRows, range: number) => unknown,
  ): boolean {
    let isDone = false;
    this.#task.check();
    const end = range + 1 < this.ranges ? this.#splitter(range + 1) : null;
    const from = cursors.map((cursor) => cursor.position);
    const firstRow = placeOf(cursors);
    for (const cursor of cursors) cursor.advance(end);
    const endRow = placeOf(cursors);
    if (endRow > firstRow && wants(firstRow, endRow)) {
      const { scratch } = this.#task;
      const mark = scratch.mark();
      const slices = cursors.flatMap((cursor, r) => cursor.slices(from[r]));
      isDone = use(this.#merged(slices, firstRow, endRow - firstRow), range) === true;
      scratch.reset(mark);
    }
    for (const cursor of cursors) cursor.release();
    return isDone;
  }

  #merged(slices: readonly Slice[], firstRow: number, rows: number): MergedRows {
    const { arena, kernels, scratch } = this.#task;
    const { shape } = this.#layout;
    const pages = shape.map((_, c) => {
      const table = scratch.alloc(slices.length * 4);
      slices.forEach((slice, s) => {
        arena.u32[(table >>> 2) + s] = slice.columns[c];
      });
      return table;
    });
    const numbers = this.#order(slices, rows);
    return {
      rows,
      firstRow,
      take: (c, from, n) => {
        const { width } = shape[c];
        const out = scratch.alloc(n * width);
        if (width === 8) kernels.gather_pages_u64(pages[c], numbers + from * 4, n, out);
        else kernels.gather_pages_u8(pages[c], numbers + from * 4, n, out);
        return out;
      },
    };
  }

  /** Row numbers (slice << 16 | row) in order. */
  #order(slices: readonly Slice[], rows: number): number {
    const { arena, kernels, scratch } = this.#task;
    const { firstKey, kinds } = this.#layout;
    const sorted = scratch.alloc(rows * 4);
    const mark = scratch.mark();
    const numbers = slices.length === 1 ? sorted : scratch.alloc(rows * 4);
    let at = numbers;
    slices.forEach((slice, s) => {
      kernels.fill_rows_u32(s, slice.rows, at);
      at += slice.rows * 4;
    });
    if (slices.length > 1) {
      const columns = kinds.map((_, k) => {
        const column = scratch.alloc(rows * 8);
        let to = column;
        for (const slice of slices) {
          const from = slice.columns[firstKey + k];
          arena.u8.copyWithin(to, from, from + slice.rows * 8);
          to += slice.rows * 8;
        }
        return column;
      });
      const order = sortOrder(this.#task, this.#keys, columns, kinds, rows);
      kernels.take_u32(numbers, order, rows, sorted);
    }
    scratch.reset(mark);
    return sorted;
  }
}

const placeOf = (cursors: readonly RunCursor[]): number =>
  cursors.reduce((sum, cursor) => sum + cursor.position, 0);
