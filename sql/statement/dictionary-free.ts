/** Definitions of tables ask no dictionary: its values change, and what was sorted, cut, indexed or checked by them would not. */

import { asksKeyedRows } from '../../engine/function/scalar/keyed.ts';
import type { CallExpr } from '../../engine/plan/expr.ts';
import { appliedLambda } from '../../engine/plan/lambda.ts';
import type { Span } from '../ast/expression.ts';
import type { Session } from '../bind/session.ts';

/** @param definition bound, with expressions anywhere in it */
export function dictionaryFree<T>(definition: T, where: Span, session: Session): T {
  if (!asksAny(definition)) return definition;
  throw session.refuse(
    where,
    'A dictionary in the definition of a table',
    'Its values change: ask it in a query, or INSERT ... SELECT what it gives',
  );
}

function asksAny(node: unknown): boolean {
  if (node === null || typeof node !== 'object') return false;
  if ('kind' in node && node.kind === 'call' && 'fn' in node) {
    const call = node as CallExpr;
    if (asksKeyedRows(call.fn) || asksAny(appliedLambda(call)?.body)) return true;
  }
  return Object.values(node).some(asksAny);
}
