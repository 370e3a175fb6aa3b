/**
 * The types of compiled expressions.
 *
 * An evaluator turns a batch of at most VECTOR_ROWS rows into one vector. What it returns may point into the
 * batch's columns or the task's scratch region: it is good until the scratch is reset.
 */

import type { CallExpr, Expr } from '../../plan/expr.ts';
import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';

export type Evaluator = (input: Input) => Vector;

/** Compiles an expression; handed to the forms that have expressions inside, so that they need not know the compiler. */
export type Compile = (expr: Expr, task: TaskContext) => Evaluator;

/** A function over whole vectors; all arguments have the same number of rows. */
export type VectorFunction = (args: readonly Vector[], rows: number) => Vector;

/**
 * Makes the vector form of a call, or answers undefined when this call (its literals, its types) has none and the
 * row-by-row form must do.
 */
export type VectorFunctionFactory = (call: CallExpr, task: TaskContext) => VectorFunction | undefined;
