/**
 * The last step of ORDER BY: all threads' runs in one order, offset and limit applied, passed on in batches. A morsel
 * is a stretch of the order, so threads share the work, and morsel numbers tell how their results follow each other.
 */

import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { lazyInput, type Push } from '../input.ts';
import { vectorOfWords } from '../lane.ts';
import { type MergedRows, RunMerge } from './merge.ts';
import type { SortPartial } from './sink.ts';
import { type SortLayout, type SortSpec, sortLayout } from './spec.ts';

/** Ranges in a row, when runs are on disk: each morsel begins by loading a block of every run. */
const DISK_RANGES = 4;

export class SortedSource {
  readonly morsels: number;
  /** Rows from disk are only in memory while they pass. */
  readonly fleeting: boolean;
  readonly #task: TaskContext;
  readonly #layout: SortLayout;
  readonly #merge: RunMerge | null;
  readonly #rangesPerMorsel: number;
  readonly #firstRow: number;
  readonly #endRow: number;

  constructor(task: TaskContext, spec: SortSpec, partials: readonly SortPartial[]) {
    const runs = partials.flatMap((p) => p.runs);
    this.#task = task;
    this.#layout = sortLayout(spec);
    this.#merge = runs.length === 0 ? null : new RunMerge(task, task.heap, this.#layout, runs);
    this.fleeting = runs.some((run) => run.kind === 'disk');
    this.#rangesPerMorsel = this.fleeting ? DISK_RANGES : 1;
    this.#firstRow = spec.offset;
    this.#endRow = spec.limit === null ? Number.POSITIVE_INFINITY : spec.offset + spec.limit;
    this.morsels = this.#merge === null ? 0 : Math.ceil(this.#merge.ranges / this.#rangesPerMorsel);
  }

  run(morsel: number, push: Push): void {
    const merge = this.#merge;
    if (merge === null) return;
    const from = morsel * this.#rangesPerMorsel;
    merge.run(
      from,
      Math.min(merge.ranges, from + this.#rangesPerMorsel),
      (first, end) => end > this.#firstRow && first < this.#endRow,
      (merged) => this.#emit(merged, push),
    );
  }

  #emit(merged: MergedRows, push: Push): void {
    const { scratch } = this.#task;
    const begin = Math.max(0, this.#firstRow - merged.firstRow);
    const end = Math.min(merged.rows, this.#endRow - merged.firstRow);
    for (let from = begin; from < end; from += VECTOR_ROWS) {
      this.#task.check();
      const mark = scratch.mark();
      const rows = Math.min(VECTOR_ROWS, end - from);
      push(
        lazyInput(rows, (c) => {
          const valid = this.#layout.valid[c];
          return vectorOfWords(
            this.#task,
            this.#layout.lanes[c],
            rows,
            merged.take(c, from, rows),
            valid < 0 ? 0 : merged.take(valid, from, rows),
          );
        }),
      );
      scratch.reset(mark);
    }
  }
}
