/**
 * Batches between operators: rows and columns that are made only when somebody reads them.
 *
 * Laziness is what makes late materialization fall out by itself: a filter passes on a narrowed input, and only
 * the columns that something after it reads are ever gathered.
 */

import type { Vector } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { gatherRows } from './lane.ts';

/** A batch of at most VECTOR_ROWS rows. Its columns are good until the task's scratch is reset. */
export type Input = {
  readonly rows: number;
  column(index: number): Vector;
  /**
   * A column that is made of others: for the rows of `of`, of which the others are read. undefined: it is there already, or is none of
   * these. So what costs much is done for the rows that are left.
   */
  readonly computed?: (index: number, of: Input) => Vector | undefined;
  /** The batch that these are some rows of: what was made of all of its rows need not be made again of these. */
  readonly narrowed?: Narrowing;
};

export type Narrowing = { readonly from: Input; readonly take: (all: Vector) => Vector };

/** Takes a batch; what a sink wants to keep it copies before it returns. */
export type Push = (input: Input) => void;

/** An input whose columns are made by `make` once each. */
export function lazyInput(
  rows: number,
  make: (index: number) => Vector,
  computed?: Input['computed'],
): Input {
  const columns: Vector[] = [];
  return {
    rows,
    ...(computed === undefined ? {} : { computed }),
    column(index) {
      columns[index] ??= make(index);
      return columns[index];
    },
  };
}

export const vectorsInput = (rows: number, vectors: readonly Vector[]): Input => ({
  rows,
  column: (index) => vectors[index],
});

/** Rows of an input whose mask byte is 1, `n` of them; their numbers are only worked out when a column is read. */
export function maskedInput(
  task: TaskContext,
  input: Input,
  mask: number,
  n = task.kernels.mask_count(mask, input.rows),
): Input {
  if (n === input.rows) return input;
  let sel = 0;
  return narrowed(input, n, (all) => {
    if (sel === 0) {
      sel = task.scratch.alloc(input.rows * 2);
      task.kernels.mask_select(mask, input.rows, sel);
    }
    return gatherRows(task, all, sel, n);
  });
}

/** Rows sel[0..n) (u16, ascending) of an input. */
export function narrowInput(task: TaskContext, input: Input, sel: number, n: number): Input {
  if (n === input.rows) return input;
  return narrowed(input, n, (all) => gatherRows(task, all, sel, n));
}

/** Some rows of an input; columns that it would compute are computed of these. */
function narrowed(from: Input, rows: number, take: Narrowing['take']): Input {
  const { computed } = from;
  const some: Input = {
    ...lazyInput(rows, (index) => computed?.(index, some) ?? take(from.column(index)), computed),
    narrowed: { from, take },
  };
  return some;
}
