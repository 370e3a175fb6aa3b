/**
 * An outer join whose missing rows a condition above drops again is a simpler join: `a.x > b.y` is never true where `b` is
 * missing. An inner join can filter the scan of its left side, and conditions may go into both of its sides.
 */

import { implementation } from '../../function/registry.ts';
import type { Expr } from '../expr.ts';
import type { JoinPlan, JoinType } from '../node.ts';

/** What is left of a join when rows without a left partner, or without a right one, are dropped. */
const WITHOUT: Readonly<Partial<Record<JoinType, { readonly left: JoinType; readonly right: JoinType }>>> = {
  left: { left: 'left', right: 'inner' },
  right: { left: 'inner', right: 'right' },
  full: { left: 'left', right: 'right' },
};

/** @param conditions over the join's columns, all of which must hold above it */
export function outerToInner(plan: JoinPlan, conditions: readonly Expr[]): JoinPlan {
  // Missing columns that are defaults instead of NULL may satisfy any condition.
  if (plan.defaultIfUnmatched || plan.leftKeys.length === 0) return plan;
  const width = plan.left.schema.length;
  let { join } = plan;
  if (conditions.some((c) => isNullWith(c, (i) => i >= width))) join = WITHOUT[join]?.right ?? join;
  if (conditions.some((c) => isNullWith(c, (i) => i < width))) join = WITHOUT[join]?.left ?? join;
  return join === plan.join ? plan : { ...plan, join };
}

/** Whether the expression is sure to be NULL where all these columns are. */
function isNullWith(expr: Expr, missing: (column: number) => boolean): boolean {
  if (expr.kind === 'column') return missing(expr.index);
  if (expr.kind === 'in') return isNullWith(expr.arg, missing);
  return (
    expr.kind === 'call' &&
    implementation(expr.fn).nulls === 'propagate' &&
    expr.args.some((arg) => isNullWith(arg, missing))
  );
}
