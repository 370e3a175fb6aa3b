/** Expressions that give the same for the same row, however often and wherever they are computed. */

import { implementation } from '../../function/registry.ts';
import { type CallExpr, children, type Expr } from '../expr.ts';
import { appliedLambda } from '../lambda.ts';

export const isDeterministic = (expr: Expr): boolean =>
  (expr.kind !== 'call' || isDeterministicCall(expr)) && children(expr).every(isDeterministic);

/** The function itself, and the lambda it applies; arguments apart. */
export function isDeterministicCall(call: CallExpr): boolean {
  if (!implementation(call.fn).deterministic) return false;
  const applied = appliedLambda(call);
  return applied === null || isDeterministic(applied.body);
}
