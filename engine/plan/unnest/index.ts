/**
 * Joins a subquery to the query around it. What the subquery reads of that query stands in its plan as outer columns, numbered
 * by whoever bound it; afterwards none of them is left.
 */

import { bool } from '../../function/call.ts';
import type { Expr } from '../expr.ts';
import type { Plan } from '../node.ts';
import { domainOf } from './domain.ts';
import { filtered, joinOn } from './join-on.ts';
import type { Loose } from './loose.ts';
import { anyOuter, behind, bindOuter, readsOuter } from './outer.ts';
import { Unnester } from './unnest.ts';

export { readsOuter } from './outer.ts';
export const readsAnyOuter = (expr: Expr): boolean => readsOuter(expr, anyOuter);

/** What each outer column of a subquery is, over the columns of the plan around it. */
export type OuterColumns = ReadonlyMap<number, Expr>;

/** The rows of `plan` for which the subquery has a row, or for which it has none. */
export function existsJoin(kind: 'semi' | 'anti', plan: Plan, subquery: Plan, outer: OuterColumns): Plan {
  const loose = loosened(plan, withoutOrder(subquery), outer);
  if (loose.oneRow) return kind === 'semi' ? plan : filtered(plan, [bool(false)]);
  return joinOn(kind, plan, loose.plan, conditionsOver(plan, loose, outer));
}

/** A plan with the columns of subqueries of one row behind its own, and what those columns are. */
export type ScalarJoin = { readonly plan: Plan; readonly columns: readonly Expr[] };

/** @param subquery gives one row whatever it reads: see {@link givesOneRow} */
export function scalarJoin(plan: Plan, subquery: Plan, outer: OuterColumns): ScalarJoin {
  const loose = loosened(plan, subquery, outer);
  const tied = loose.conditions.length > 0;
  const width = plan.schema.length;
  const columns = loose.columns.map((c) => bindOuter(behind(c, width, tied), outer));
  if (loose.plan.schema.length === 0) return { plan, columns };
  const conditions = conditionsOver(plan, loose, outer);
  return { plan: joinOn(tied ? 'left' : 'inner', plan, loose.plan, conditions), columns };
}

/** Totals, one row of constants, and what is computed from them. */
export function givesOneRow(plan: Plan): boolean {
  switch (plan.kind) {
    case 'project':
      return givesOneRow(plan.input);
    case 'aggregate':
      return plan.keys.length === 0;
    case 'values':
      return plan.rows.length === 1;
    default:
      return false;
  }
}

function loosened(plan: Plan, subquery: Plan, outer: OuterColumns): Loose {
  let domain: Plan | null = null;
  return new Unnester({
    ids: [...outer.keys()],
    domain: () => (domain ??= domainOf(plan, [...outer.values()])),
  }).loosen(subquery);
}

const conditionsOver = (plan: Plan, loose: Loose, outer: OuterColumns): readonly Expr[] =>
  loose.conditions.map((c) => bindOuter(behind(c, plan.schema.length, false), outer));

/** Whether there is a row at all depends on no order, and on no limit but 0. */
function withoutOrder(plan: Plan): Plan {
  if ((plan.kind === 'sort' || plan.kind === 'limit') && plan.offset === 0 && plan.limit !== 0)
    return withoutOrder(plan.input);
  if (plan.kind === 'project') return withoutOrder(plan.input);
  return plan;
}
