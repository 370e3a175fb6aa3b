/**
 * An outer column that must equal a column of the subquery is that column: of `i.a = outer.a AND i.b <> outer.a` the second
 * becomes `i.b <> i.a`, which says nothing about the outer query any more.
 */

import { laneOf } from '../../type/type.ts';
import { columnsOf, type Expr, type OuterExpr } from '../expr.ts';
import { filtered } from './join-on.ts';
import type { Loose } from './loose.ts';
import { bindOuter, readsOuter } from './outer.ts';

/** The subquery's own expressions that outer columns equal, by their numbers. */
export function anchorsOf(
  conditions: readonly Expr[],
  own: (id: number) => boolean,
): ReadonlyMap<number, { readonly expr: Expr; readonly condition: Expr }> {
  const anchors = new Map<number, { expr: Expr; condition: Expr }>();
  for (const condition of conditions) {
    const pair = anchorOf(condition, own);
    if (pair !== null && !anchors.has(pair.outer.id))
      anchors.set(pair.outer.id, { expr: pair.expr, condition });
  }
  return anchors;
}

export function anchored(loose: Loose, own: (id: number) => boolean): Loose {
  // Where no row is tied to an outer one, only the outer query knows the value.
  if (loose.oneRow) return loose;
  const anchors = anchorsOf(loose.conditions, own);
  const kept = new Set([...anchors.values()].map((a) => a.condition));
  const values = new Map([...anchors].map(([id, a]) => [id, a.expr]));
  const conditions = loose.conditions.map((c) => (kept.has(c) ? c : bindOuter(c, values)));
  return {
    ...loose,
    plan: filtered(
      loose.plan,
      conditions.filter((c) => !readsOuter(c, own)),
    ),
    conditions: conditions.filter((c) => readsOuter(c, own)),
    columns: loose.columns.map((c) => bindOuter(c, values)),
  };
}

function anchorOf(
  condition: Expr,
  own: (id: number) => boolean,
): { readonly outer: OuterExpr; readonly expr: Expr } | null {
  // Equal floats need not be the same one: 0 and -0.
  if (condition.kind !== 'call' || !/^eq_(i64|u64|str|bool)$/.test(condition.fn)) return null;
  const [a, b] = condition.args;
  const [outer, expr] = a.kind === 'outer' ? [a, b] : [b, a];
  if (outer.kind !== 'outer' || !own(outer.id)) return null;
  if (readsOuter(expr, own) || columnsOf(expr).length === 0) return null;
  // Rows whose own side is NULL are still there, and the outer column's type may not allow for them.
  if (expr.type.nullable && !outer.type.nullable) return null;
  return laneOf(expr.type) === laneOf(outer.type) ? { outer, expr } : null;
}
