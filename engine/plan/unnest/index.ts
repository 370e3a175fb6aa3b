/**
 * Joins a subquery to the query around it. What the subquery reads of that query stands in its plan as outer columns, numbered
 * by whoever bound it; afterwards none of them is left.
 */

import { bool } from '../../function/call.ts';
import { nullable } from '../../type/type.ts';
import { column, type Expr } from '../expr.ts';
import type { Plan } from '../node.ts';
import { substitute } from '../rules/substitute.ts';
import { domainOf } from './domain.ts';
import { filtered, joinOn } from './join-on.ts';
import { allColumns, type Loose, withColumns } from './loose.ts';
import { anyOuter, behind, bindOuter, readsOuter } from './outer.ts';
import { Unnester } from './unnest.ts';

export { readsOuter } from './outer.ts';
export const readsAnyOuter = (expr: Expr): boolean => readsOuter(expr, anyOuter);

/** What each outer column of a subquery is, over the columns of the plan around it. */
export type OuterColumns = ReadonlyMap<number, Expr>;

/** The rows of `plan` for which the subquery has a row, or for which it has none. */
export function existsJoin(kind: 'semi' | 'anti', plan: Plan, subquery: Plan, outer: OuterColumns): Plan {
  const loose = unnesterOf(plan, outer).loosen(withoutOrder(subquery));
  if (loose.oneRow) return kind === 'semi' ? plan : filtered(plan, [bool(false)]);
  return joinOn(kind, plan, loose.plan, conditionsOver(plan, loose, outer));
}

/** A plan with the columns of subqueries of one row behind its own, and what those columns are. */
export type ScalarJoin = { readonly plan: Plan; readonly columns: readonly Expr[] };

/** @param subquery gives one row whatever it reads: see {@link givesOneRow} */
export function scalarJoin(plan: Plan, subquery: Plan, outer: OuterColumns): ScalarJoin {
  return joinOneRow(plan, unnesterOf(plan, outer).loosen(subquery), outer);
}

function joinOneRow(plan: Plan, loose: Loose, outer: OuterColumns): ScalarJoin {
  const tied = loose.conditions.length > 0;
  const width = plan.schema.length;
  const columns = loose.columns.map((c) => bindOuter(behind(c, width, tied), outer));
  if (loose.plan.schema.length === 0) return { plan, columns };
  const conditions = conditionsOver(plan, loose, outer);
  return { plan: joinOn(tied ? 'left' : 'inner', plan, loose.plan, conditions), columns };
}

/**
 * The rows of `plan`, each with the subquery's for it (LATERAL).
 *
 * @param on what else must hold, over the plan's columns, then the subquery's; a left join keeps rows that have none
 */
export function lateralJoin(
  kind: 'inner' | 'left',
  plan: Plan,
  subquery: Plan,
  outer: OuterColumns,
  on: readonly Expr[],
): ScalarJoin {
  const unnester = unnesterOf(plan, outer);
  const loose = unnester.loosen(subquery);
  const over = (columns: readonly Expr[]): readonly Expr[] =>
    on.map((c) => substitute(c, [...allColumns(plan), ...columns]));
  if (loose.oneRow && (kind === 'inner' || on.length === 0)) {
    const joined = joinOneRow(plan, loose, outer);
    return { ...joined, plan: filtered(joined.plan, over(joined.columns)) };
  }
  const width = plan.schema.length;
  if (kind === 'inner') {
    const columns = loose.columns.map((c) => bindOuter(behind(c, width, false), outer));
    return {
      plan: joinOn(kind, plan, loose.plan, [...conditionsOver(plan, loose, outer), ...over(columns)]),
      columns,
    };
  }
  // What a missing row's columns are computed from is missing, too: they are computed before.
  const right = unnester.standing(loose);
  const places = right.columns.map((c, i) => column(width + right.plan.schema.length + i, c.type));
  const joined = joinOn(kind, plan, withColumns(right.plan, right.columns), [
    ...conditionsOver(plan, right, outer),
    ...over(places),
  ]);
  return { plan: joined, columns: places.map((c) => ({ ...c, type: nullable(c.type) })) };
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

function unnesterOf(plan: Plan, outer: OuterColumns): Unnester {
  let domain: Plan | null = null;
  return new Unnester({
    ids: [...outer.keys()],
    domain: () => (domain ??= domainOf(plan, [...outer.values()])),
  });
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
