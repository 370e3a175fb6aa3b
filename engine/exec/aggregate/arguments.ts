/** Arguments of aggregates for batches: compiled once, then dense words, and which rows count. */

import type { AggregateCall } from '../../plan/expr.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import type { Input } from '../input.ts';
import { bothValid, maskOf, validOf, wordsOf } from '../lane.ts';
import type { AggregateArguments } from './state.ts';

/** Compiled arguments and filter of one aggregate. */
export type ArgumentEvaluators = { readonly values: readonly Evaluator[]; readonly filter: Evaluator | null };

export function compileArguments(
  task: TaskContext,
  calls: readonly AggregateCall[],
): readonly ArgumentEvaluators[] {
  return calls.map((c) => ({
    values: c.args.map((a) => compile(a, task)),
    filter: c.filter === null ? null : compile(c.filter, task),
  }));
}

/** Arguments as dense words; a row counts when no argument is NULL and the filter is true. */
export function evaluateArguments(
  task: TaskContext,
  args: readonly ArgumentEvaluators[],
  input: Input,
): AggregateArguments[] {
  return args.map(({ values, filter }) => {
    let valid = filter === null ? 0 : maskOf(task, filter(input));
    const words = values.map((evaluate) => {
      const v = evaluate(input);
      valid = bothValid(task, valid, validOf(task, v), input.rows);
      return wordsOf(task, v);
    });
    return { words, valid };
  });
}
