/** The dictionaries whose rows functions of a plan ask for by key, wherever such a call stands: also in the body of a lambda. */

import { asksKeyedRows } from '../../engine/function/scalar/keyed.ts';
import { children, type Expr } from '../../engine/plan/expr.ts';
import { exprsOf } from '../../engine/plan/exprs-of.ts';
import { appliedLambda } from '../../engine/plan/lambda.ts';
import { inputsOf, type Plan } from '../../engine/plan/node.ts';

export function askedDictionaries(plan: Plan, found = new Set<number>()): ReadonlySet<number> {
  for (const expr of exprsOf(plan)) noteAsked(expr, found);
  for (const input of inputsOf(plan)) askedDictionaries(input, found);
  return found;
}

function noteAsked(expr: Expr, found: Set<number>): void {
  for (const child of children(expr)) noteAsked(child, found);
  if (expr.kind !== 'call') return;
  const [table] = expr.args;
  if (asksKeyedRows(expr.fn) && table.kind === 'literal') found.add(Number(table.value));
  const lambda = appliedLambda(expr);
  if (lambda !== null) noteAsked(lambda.body, found);
}
