/** What a call gives for the rows of a stretch: a word a row, and which of them are not NULL. */

import type { Region } from '../../memory/region.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { AggregateStates } from '../aggregate/state.ts';
import type { TaskContext } from '../context.ts';
import { KeptStrings } from '../keep-strings.ts';
import { validOf, wordsOf } from '../lane.ts';

/** Addresses; `valid` is 0 when no row is NULL. */
export type CallResult = { readonly words: number; readonly valid: number };

export const wholeNumbers = (region: Region, rows: number, at: (row: number) => number): CallResult => {
  const words = region.allocZero(rows * 8);
  const { u32 } = region.arena;
  for (let row = 0; row < rows; row++) u32[(words >>> 2) + row * 2] = at(row);
  return { words, valid: 0 };
};

export const floats = (region: Region, rows: number, at: (row: number) => number): CallResult => {
  const words = region.alloc(rows * 8);
  const { f64 } = region.arena;
  for (let row = 0; row < rows; row++) f64[words / 8 + row] = at(row);
  return { words, valid: 0 };
};

/** The results of an aggregate's states, a frame each. */
export class FrameResults {
  readonly #task: TaskContext;
  readonly #region: Region;
  readonly #strings: KeptStrings;
  /** Addresses. */
  readonly #words: number;
  readonly #present: number;
  #anyNull = false;

  constructor(task: TaskContext, region: Region, frames: number) {
    this.#task = task;
    this.#region = region;
    this.#strings = new KeptStrings(task, region);
    this.#words = region.alloc(frames * 8 + 8);
    this.#present = region.alloc(frames + 16);
  }

  /** The first n states are those of n frames from `first` on. */
  take(states: AggregateStates, first: number, n: number): void {
    for (let from = 0; from < n; from += VECTOR_ROWS)
      this.#take(states, from, first + from, Math.min(VECTOR_ROWS, n - from));
  }

  /** @param ofRow address: the frame of each row */
  byRow(ofRow: number, rows: number): CallResult {
    const { kernels } = this.#task;
    const words = this.#region.alloc(rows * 8 + 8);
    kernels.take_u64_by_u32(this.#words, ofRow, rows, words);
    if (!this.#anyNull) return { words, valid: 0 };
    const valid = this.#region.alloc(rows + 16);
    kernels.take_u8_by_u32(this.#present, ofRow, rows, valid);
    return { words, valid };
  }

  #take(
    { aggregators: [aggregator], columns }: AggregateStates,
    from: number,
    frame: number,
    n: number,
  ): void {
    const { arena, scratch } = this.#task;
    this.#task.check();
    const mark = scratch.mark();
    const v = aggregator.result(
      this.#task,
      columns.map((column) => column + from * 8),
      n,
    );
    const own = wordsOf(this.#task, v);
    // Texts that were made for the result go with its batch; taken over from an argument they stay.
    const isMade = v.lane === 'str' && aggregator.string !== true;
    const words = isMade ? this.#strings.keep(own, n) : own;
    arena.u8.copyWithin(this.#words + frame * 8, words, words + n * 8);
    const valid = validOf(this.#task, v);
    if (valid === 0) arena.fill(this.#present + frame, n, 1);
    else {
      arena.u8.copyWithin(this.#present + frame, valid, valid + n);
      this.#anyNull = true;
    }
    scratch.reset(mark);
  }
}
