/**
 * Expressions over batches outside of any query: what a writer of indexes computes of a table's columns. Values come dense,
 * in memory that is good until the next batch.
 */

import { type Clock, systemClock } from '../../base/clock.ts';
import { BasaltError } from '../../base/error.ts';
import type { Kernels } from '../../kernel/load.ts';
import type { Arena } from '../../memory/arena.ts';
import type { Frames } from '../../memory/frame-cache.ts';
import { Region } from '../../memory/region.ts';
import { columnsOf, type Expr } from '../../plan/expr.ts';
import type { Vector } from '../../vector/vector.ts';
import { TaskContext } from '../context.ts';
import { CONTROL_SIZE, Control } from '../control.ts';
import { lazyInput } from '../input.ts';
import { validOf, wordsOf } from '../lane.ts';
import { compile } from './compile.ts';
import type { Evaluator } from './evaluator.ts';

/** Classes of errors that come from values, not from reading them. */
const OF_VALUES: ReadonlySet<string> = new Set(['query', 'data']);

/** What it works with; `owner` pays for the memory. */
export type TermKit = {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly frames: Frames;
  readonly owner: number;
  readonly clock?: Clock;
};

export type TermValues = {
  readonly rows: number;
  /** Address of 8 bytes a row: integers, floats without -0 and with one NaN, booleans as 0 and 1, references to strings. */
  readonly words: number;
  /** Address of one byte a row, 1 = value; 0: no row is NULL. */
  readonly valid: number;
};

export class TermEvaluator {
  readonly #control: Region;
  readonly #task: TaskContext;
  readonly #evaluators: readonly Evaluator[];
  readonly #columns: readonly number[];

  constructor({ arena, kernels, frames, owner, clock = systemClock }: TermKit, terms: readonly Expr[]) {
    this.#control = new Region(arena, owner, 1);
    const control = new Control(arena, this.#control.allocZero(CONTROL_SIZE));
    this.#task = new TaskContext({ arena, kernels, frames, clock, openers: new Map() }, control, owner);
    this.#evaluators = terms.map((term) => compile(term, this.#task));
    this.#columns = columnsOf(...terms);
  }

  /** Calls `use` with the values of each term; null: they cannot be computed of some row. */
  evaluate(
    rows: number,
    column: (index: number) => Vector,
    use: (term: number, values: TermValues | null) => void,
  ): void {
    const { scratch } = this.#task;
    const mark = scratch.mark();
    const input = lazyInput(rows, column);
    // What reading fails with is no fault of an expression.
    for (const index of this.#columns) input.column(index);
    this.#evaluators.forEach((evaluator, i) => {
      use(
        i,
        this.#values(() => evaluator(input)),
      );
    });
    scratch.reset(mark);
  }

  close(): void {
    this.#task.close();
    this.#task.heap.free();
    this.#task.scratch.free();
    this.#control.free();
  }

  #values(evaluate: () => Vector): TermValues | null {
    try {
      const vector = evaluate();
      const { rows } = vector;
      const words = this.#wordsOf(vector);
      return { rows, words, valid: validOf(this.#task, vector) };
    } catch (error) {
      if (!(error instanceof BasaltError) || !OF_VALUES.has(error.row.class)) throw error;
      return null;
    }
  }

  #wordsOf(vector: Vector): number {
    const { kernels, scratch } = this.#task;
    const words = wordsOf(this.#task, vector);
    if (vector.lane !== 'f64') return words;
    const normal = scratch.alloc(vector.rows * 8);
    kernels.normal_f64(words, vector.rows, normal);
    return normal;
  }
}
