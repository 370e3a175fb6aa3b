/**
 * Aggregation without keys. Each block leaves one row of states tagged with its morsel number; the merge adds them
 * in morsel order, so that floating-point answers do not depend on how many threads shared the work. A row of states has
 * its own copies of strings. States that are large are one a thread, in a last row of their own.
 */

import type { AggregateCall } from '../../plan/expr.ts';
import type { TaskContext } from '../context.ts';
import { type Input, lazyInput, type Push } from '../input.ts';
import { KeptStrings } from '../keep-strings.ts';
import { bothValid, maskOf, validOf, wordsOf } from '../lane.ts';
import type { Aggregator } from './aggregator.ts';
import { type ArgumentEvaluators, compileArguments } from './arguments.ts';
import { AggregateStates } from './state.ts';

/** Rows of one batch at most. */
export const TOTAL_BATCH_ROWS = 32768;

const AFTER_ALL_MORSELS = Number.MAX_SAFE_INTEGER;

/** [morsel, address of the state words] per block, flat. */
export type TotalPartial = { readonly blocks: readonly number[] };

export class TotalSink {
  readonly #task: TaskContext;
  readonly #calls: readonly AggregateCall[];
  readonly #args: readonly ArgumentEvaluators[];
  readonly #states: AggregateStates;
  readonly #zeros: number;
  readonly #blocks: number[] = [];
  readonly #anyOrder: boolean;
  readonly #strings: KeptStrings;
  #dirty = false;

  /** @param anyOrder rows of a block come in no particular order: sums of floats must not depend on it. */
  constructor(task: TaskContext, calls: readonly AggregateCall[], anyOrder: boolean) {
    this.#task = task;
    this.#calls = calls;
    this.#anyOrder = anyOrder;
    this.#args = compileArguments(task, calls);
    this.#strings = new KeptStrings(task, task.heap);
    this.#states = new AggregateStates(task, task.heap, calls, false, 1);
    this.#states.begin(0, 1);
    this.#zeros = task.heap.allocZero(TOTAL_BATCH_ROWS * 4);
  }

  consume(input: Input): void {
    if (input.rows === 0) return;
    this.#dirty = true;
    this.#calls.forEach(({ fn }, i) => {
      const a = this.#states.aggregators[i];
      const states = this.#states.slice(this.#states.columns, i);
      const { values, filter } = this.#args[i];
      const vectors = values.map((evaluate) => evaluate(input));
      let valid = filter === null ? 0 : maskOf(this.#task, filter(input));
      const whole = this.#anyOrder && fn.endsWith('_f64') ? undefined : a.whole;
      if (whole?.(this.#task, vectors, input.rows, valid, states)) return;
      for (const v of vectors) valid = bothValid(this.#task, valid, validOf(this.#task, v), input.rows);
      a.update(
        this.#task,
        this.#zeros,
        vectors.map((v) => wordsOf(this.#task, v)),
        valid,
        input.rows,
        states,
        this.#states.heap,
      );
    });
  }

  /** Ends a morsel: its states are set aside, and what they refer to is let go of. */
  endMorsel(morsel: number): void {
    if (this.#dirty) this.#setAside(morsel);
    this.#task.dropStrings();
  }

  finish(): TotalPartial {
    if (this.#states.aggregators.some(({ running }) => running === true))
      this.#addRow(AFTER_ALL_MORSELS, (aggregator) => aggregator.running === true);
    return { blocks: this.#blocks };
  }

  #setAside(morsel: number): void {
    this.#states.aggregators.forEach(({ string }, i) => {
      if (string === true) this.#strings.keepHere(this.#states.slice(this.#states.columns, i)[0], 1);
    });
    this.#addRow(morsel, (aggregator) => aggregator.running !== true);
    this.#dirty = false;
  }

  /** A row of those states, which begin again; zeros for the others. */
  #addRow(morsel: number, belongs: (aggregator: Aggregator) => boolean): void {
    const { arena, heap } = this.#task;
    const row = heap.allocZero(this.#states.wordCount * 8 + 8);
    let c = 0;
    for (const aggregator of this.#states.aggregators) {
      const isIn = belongs(aggregator);
      for (const end = c + aggregator.words; c < end; c++) {
        if (!isIn) continue;
        const column = this.#states.columns[c];
        arena.u64[row / 8 + c] = arena.u64[column / 8];
        arena.u64[column / 8] = 0n;
      }
    }
    this.#blocks.push(morsel, row);
  }
}

/** Adds all blocks' states in morsel order and pushes the one row. */
export function mergeTotals(
  task: TaskContext,
  calls: readonly AggregateCall[],
  partials: readonly TotalPartial[],
  push: Push,
): void {
  const blocks: { morsel: number; row: number }[] = [];
  for (const { blocks: flat } of partials) {
    for (let i = 0; i < flat.length; i += 2) blocks.push({ morsel: flat[i], row: flat[i + 1] });
  }
  blocks.sort((a, b) => a.morsel - b.morsel);
  const states = new AggregateStates(task, task.heap, calls, false, 1);
  states.begin(0, 1);
  const gid = task.heap.allocZero(8);
  for (const { row } of blocks) {
    states.merge(
      gid,
      Array.from({ length: states.wordCount }, (_, c) => row + c * 8),
      1,
    );
  }
  push(
    lazyInput(1, (index) => states.aggregators[index].result(task, states.slice(states.columns, index), 1)),
  );
}
