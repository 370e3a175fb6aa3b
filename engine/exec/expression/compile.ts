/**
 * Compiles bound expressions into evaluators over vectors.
 *
 * Order of preference for a call: a vector form with kernels (vector-function.ts), else the implementation's
 * `evaluate` row by row (row-function.ts). Before either, a subtree that reads exactly one string column is run
 * once per distinct value when that column comes dictionary-encoded (over-dictionary.ts), and its comparison with a literal on
 * codes (compare-text.ts). What stands in several places is computed once a batch (once.ts).
 */

import { assert, BasaltError } from '../../base/error.ts';
import { implementation } from '../../function/registry.ts';
import { isDraw } from '../../plan/draw.ts';
import { type CallExpr, children, columnsOf, type Expr } from '../../plan/expr.ts';
import { isDeterministicCall } from '../../plan/rules/deterministic.ts';
import { laneOf } from '../../type/type.ts';
import { constVector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { caseEvaluator } from './case.ts';
import { compareText } from './compare-text.ts';
import type { Evaluator } from './evaluator.ts';
import { inEvaluator } from './in.ts';
import { lambdaFunction } from './map-elements.ts';
import { overDictionary } from './over-dictionary.ts';
import { rowFunction } from './row-function.ts';
import { vectorFunction } from './vector-function.ts';

export const compile = (expr: Expr, task: TaskContext): Evaluator =>
  task.once === null ? compileAnew(expr, task) : task.once.of(expr, () => compileAnew(expr, task));

function compileAnew(expr: Expr, task: TaskContext): Evaluator {
  const direct = compileDirect(expr, task);
  const column = soleStringColumn(expr);
  if (column === null) return direct;
  const tabulated = overDictionary(direct, column, laneOf(expr.type), task);
  return compareText(expr, tabulated, task) ?? tabulated;
}

function compileDirect(expr: Expr, task: TaskContext): Evaluator {
  switch (expr.kind) {
    case 'column':
      return (input) => input.column(expr.index);
    case 'outer':
      throw new BasaltError('LOGICAL_ERROR', 'A subquery was not unnested');
    case 'literal': {
      const lane = laneOf(expr.type);
      return (input) => constVector(lane, input.rows, expr.value);
    }
    case 'call':
      return callEvaluator(expr, task);
    case 'case':
      return caseEvaluator(expr, task, compile);
    case 'in':
      return inEvaluator(expr, task, compile);
  }
}

function callEvaluator(expr: CallExpr, task: TaskContext): Evaluator {
  if (isDraw(expr)) return drawn(expr, task);
  const row = implementation(expr.fn);
  const args = expr.args.map((a) => compile(a, task));
  const apply =
    lambdaFunction(expr, task, compile) ?? vectorFunction(expr, task) ?? rowFunction(row, expr, task);
  return (input) =>
    apply(
      args.map((a) => a(input)),
      input.rows,
    );
}

function drawn(expr: CallExpr, task: TaskContext): Evaluator {
  assert(task.draws !== null, 'what is kept is not drawn at random');
  return task.draws.of(expr);
}

/** The column of a deterministic expression that reads one string column and nothing else; null otherwise. */
function soleStringColumn(expr: Expr): number | null {
  if (expr.kind === 'column' || expr.kind === 'literal') return null;
  const columns = columnsOf(expr);
  if (columns.length !== 1) return null;
  return readsStringOnly(expr) ? columns[0] : null;
}

function readsStringOnly(expr: Expr): boolean {
  if (expr.kind === 'column') return laneOf(expr.type) === 'str';
  if (expr.kind === 'call' && !isDeterministicCall(expr)) return false;
  return children(expr).every(readsStringOnly);
}
