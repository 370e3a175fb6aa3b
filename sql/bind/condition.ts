/**
 * The conditions of WHERE, HAVING and inner joins: plain ones become a filter, tests by subqueries joins, and what subqueries are
 * part of is filtered when they have been joined.
 */

import { allOf, conjuncts } from '../../engine/function/call.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { ExpressionBinder } from './expression.ts';
import { subqueriesIn } from './placeholder.ts';
import { filter } from './plan.ts';
import type { Lift, Subqueries } from './subquery.ts';
import { bindTest, type SubqueryTest } from './subquery-test.ts';

export type Conditions = {
  readonly plain: readonly { readonly expr: Expr; readonly where: Span }[];
  readonly tests: readonly SubqueryTest[];
};

export const NO_CONDITIONS: Conditions = { plain: [], tests: [] };

const conjunctsOf = (node: Expression): readonly Expression[] =>
  node.kind === 'logic' && node.op === 'and' ? node.operands.flatMap(conjunctsOf) : [node];

export function bindConditions(
  nodes: readonly Expression[],
  subqueries: Subqueries,
  binder: ExpressionBinder,
): Conditions {
  const plain: { expr: Expr; where: Span }[] = [];
  const tests: SubqueryTest[] = [];
  for (const node of nodes.flatMap(conjunctsOf)) {
    const test = bindTest(node, subqueries, binder);
    if (test !== null) tests.push(test);
    else for (const expr of conjuncts(binder.condition(node))) plain.push({ expr, where: node });
  }
  return { plain, tests };
}

/** Places all subqueries of the block, and keeps the rows for which all conditions are true. */
export function restrict(plan: Plan, conditions: Conditions, subqueries: Subqueries, lift: Lift): Plan {
  const lifted = conditions.plain.map(({ expr, where }) => lift(expr, where));
  const isPlain = (expr: Expr): boolean => subqueriesIn(expr).length === 0;
  const tests = (wanted: boolean, over: Plan): Plan =>
    conditions.tests
      .filter((t) => t.reads.every(isPlain) === wanted)
      .reduce((input, test) => test.apply(input, lift), over);
  // What needs no subquery's value comes first: it decides how many rows the others see.
  const early = tests(true, filter(plan, allOf(lifted.filter(isPlain))));
  const placed = subqueries.place(early, lift);
  const late = lifted.filter((e) => !isPlain(e)).map((e) => subqueries.settle(e));
  return filter(tests(false, placed), allOf(late));
}
