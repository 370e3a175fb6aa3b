/**
 * Expressions that several places of a stage share (plan/shared-terms.ts) are computed once a batch: the first place that comes to a batch
 * makes the vector, the others find it. Where a filter left some of a batch's rows and the expression was computed for all of them,
 * the rows are taken from that; never the other way round, so nothing is computed for a row that no place asked about.
 */

import type { Expr } from '../../plan/expr.ts';
import type { SharedTerms } from '../../plan/shared-terms.ts';
import type { Vector } from '../../vector/vector.ts';
import type { Input } from '../input.ts';
import type { Evaluator } from './evaluator.ts';

/** The shared expressions of one task. */
export class OnceEvaluators {
  readonly #terms: SharedTerms;
  readonly #made = new Map<number, Evaluator>();

  constructor(terms: SharedTerms) {
    this.#terms = terms;
  }

  /** The evaluator of all places that share this one, made by the first of them. */
  of(expr: Expr, make: () => Evaluator): Evaluator {
    const term = this.#terms.get(expr);
    if (term === undefined) return make();
    let evaluate = this.#made.get(term);
    if (evaluate === undefined) {
      evaluate = once(make());
      this.#made.set(term, evaluate);
    }
    return evaluate;
  }
}

/** A batch's vectors live as long as the batch, and so does what was made of them. */
function once(evaluate: Evaluator): Evaluator {
  const made = new WeakMap<Input, Vector>();
  const find = (input: Input): Vector | undefined => {
    const own = made.get(input);
    if (own !== undefined || input.narrowed === undefined) return own;
    const all = find(input.narrowed.from);
    return all === undefined ? undefined : input.narrowed.take(all);
  };
  return (input) => {
    const vector = find(input) ?? evaluate(input);
    made.set(input, vector);
    return vector;
  };
}
