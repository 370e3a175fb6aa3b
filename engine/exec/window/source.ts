/**
 * Window functions over sorted rows. A morsel is some ranges of the order and has the partitions that begin in them: what comes
 * before the first such row belongs to a morsel before, and the last partition is read to its end. Partitions are handled some
 * thousand rows at once, a large one by itself; memory is that of the largest.
 */

import type { Region } from '../../memory/region.ts';
import { type Lane, laneOf } from '../../type/type.ts';
import { VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { lazyInput, type Push } from '../input.ts';
import { vectorOfWords } from '../lane.ts';
import { type MergedRows, RunMerge } from '../sort/merge.ts';
import type { SortPartial } from '../sort/sink.ts';
import { type SortLayout, sortLayout } from '../sort/spec.ts';
import { overFrames } from './aggregate.ts';
import { Columns } from './columns.ts';
import { type Frames, framesOf } from './frames.ts';
import { ofFrame, shifted } from './pick.ts';
import { RANKS } from './rank.ts';
import type { CallResult } from './result.ts';
import { WindowRows } from './rows.ts';
import type { CallSpec, WindowSpec } from './spec.ts';
import { type Stretch, stretchOf } from './stretch.ts';

/** Ranges of a morsel: the one before is looked at as well. */
const RANGES = 4;
/** Rows gathered before whole partitions of them are handled. */
const STRETCH_ROWS = 16384;

export class WindowSource {
  readonly morsels: number;
  /** Strings of calls, and of rows that were on disk, go with the morsel. */
  readonly fleeting = true;
  readonly #task: TaskContext;
  readonly #spec: WindowSpec;
  readonly #layout: SortLayout;
  readonly #partitionColumns: number;
  readonly #merge: RunMerge | null;
  readonly #onDisk: boolean;
  readonly #rangesPerMorsel: number;

  constructor(task: TaskContext, spec: WindowSpec, partials: readonly SortPartial[]) {
    const runs = partials.flatMap((p) => p.runs);
    this.#task = task;
    this.#spec = spec;
    this.#layout = sortLayout(spec.sort);
    // A key that can be NULL is two columns.
    this.#partitionColumns = sortLayout({
      ...spec.sort,
      keys: spec.sort.keys.slice(0, spec.partitionKeys),
    }).kinds.length;
    this.#merge = runs.length === 0 ? null : new RunMerge(task, task.heap, this.#layout, runs);
    this.#onDisk = runs.some((run) => run.kind === 'disk');
    const ranges = this.#merge?.ranges ?? 0;
    // Without PARTITION BY there is one partition.
    this.#rangesPerMorsel = spec.partitionKeys === 0 ? ranges : RANGES;
    this.morsels = ranges === 0 ? 0 : Math.ceil(ranges / this.#rangesPerMorsel);
  }

  run(morsel: number, push: Push): void {
    const merge = this.#merge;
    if (merge === null) return;
    const first = morsel * this.#rangesPerMorsel;
    const end = Math.min(merge.ranges, first + this.#rangesPerMorsel);
    const rows = new WindowRows(this.#task, this.#layout, this.#partitionColumns, this.#onDisk);
    const work = this.#task.region();
    // Until a partition begins in this morsel, one row is kept for the next to be compared with.
    let begun = first === 0;
    let isDone = false;
    const take = (merged: MergedRows, range: number): boolean => {
      const before = rows.rows;
      rows.append(merged);
      if (!begun) {
        const start = range < first ? -1 : rows.nextPartition(before);
        rows.drop(start < 0 ? rows.rows - 1 : start);
        begun = start >= 0;
        isDone = !begun && range + 1 >= end;
      } else if (range >= end) {
        const start = rows.nextPartition(before);
        if (start < 0) return false;
        this.#handle(rows, start, work, push);
        isDone = true;
      }
      if (begun && !isDone && rows.rows >= STRETCH_ROWS && rows.lastPartition > 0) {
        this.#handle(rows, rows.lastPartition, work, push);
        rows.drop(rows.lastPartition);
      }
      return isDone;
    };
    try {
      merge.run(Math.max(0, first - 1), merge.ranges, () => true, take);
      if (begun && !isDone) this.#handle(rows, rows.rows, work, push);
    } finally {
      rows.free();
      work.free();
    }
  }

  /** The first `n` rows, which are whole partitions. */
  #handle(rows: WindowRows, n: number, work: Region, push: Push): void {
    if (n === 0) return;
    const { scratch } = this.#task;
    const mark = work.mark();
    const columns = new Columns(this.#task.arena, rows, this.#layout);
    const stretch = stretchOf(this.#task, work, rows.flags, n);
    const results = this.#spec.calls.map((call) => this.#result(call, stretch, columns, work));
    const { width, calls } = this.#spec;
    for (let from = 0; from < n; from += VECTOR_ROWS) {
      this.#task.check();
      const size = Math.min(VECTOR_ROWS, n - from);
      const vector = (lane: Lane, words: number, valid: number): Vector =>
        vectorOfWords(this.#task, lane, size, words + from * 8, valid === 0 ? 0 : valid + from);
      const batch = scratch.mark();
      push(
        lazyInput(size, (c) =>
          c < width
            ? vector(this.#layout.lanes[c], columns.words(c), columns.valid(c))
            : vector(laneOf(calls[c - width].type), results[c - width].words, results[c - width].valid),
        ),
      );
      scratch.reset(batch);
    }
    work.reset(mark);
  }

  #result(call: CallSpec, stretch: Stretch, columns: Columns, work: Region): CallResult {
    const { fn, args, frame } = call;
    const rank = RANKS[fn];
    if (rank !== undefined) return rank(work, stretch, args, columns);
    if (fn === 'lag' || fn === 'lead') return shifted(work, call, stretch, partitionsOf(stretch), columns);
    const frames = framesOf(this.#task, work, frame, stretch, columns);
    if (fn === 'lag_in_frame' || fn === 'lead_in_frame') return shifted(work, call, stretch, frames, columns);
    return call.aggregate === null
      ? ofFrame(work, call, stretch.rows, frames, columns)
      : overFrames(this.#task, work, call, stretch.rows, frames, columns);
  }
}

const partitionsOf = ({ partitionStart, partitionEnd }: Stretch): Frames => ({
  start: partitionStart,
  end: partitionEnd,
  hole: null,
});
