/**
 * EXISTS, IN and their negations as conditions of their own: semi and anti joins, which keep the rows for which the test is true.
 */

import { anyOf, apply, bool } from '../../engine/function/call.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { existsJoin } from '../../engine/plan/unnest/index.ts';
import { BOOL } from '../../engine/type/type.ts';
import type { Expression, ExpressionOf } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { ExpressionBinder } from './expression.ts';
import { filter } from './plan.ts';
import { isNull, isUnknown, matching, mayBeUnknown, membershipOf } from './quantified.ts';
import { type Lift, Subqueries, type Subquery } from './subquery.ts';
import { withTable } from './table-membership.ts';

/** A test that was bound, to be joined to a plan when that is known. */
export type SubqueryTest = {
  /** What it reads of the block. */
  readonly reads: readonly Expr[];
  readonly apply: (plan: Plan, lift: Lift) => Plan;
};

/** The condition as such a test; null when it is none. */
export function bindTest(
  node: Expression,
  subqueries: Subqueries,
  binder: ExpressionBinder,
): SubqueryTest | null {
  const { negated, test } = withoutNot(node);
  if (test.kind === 'exists') {
    const subquery = subqueries.bind(test.query, binder);
    return joining(negated ? 'anti' : 'semi', subquery, subquery.plan, test, subqueries);
  }
  const asked = membershipIn(test, binder);
  if (asked === null) return null;
  return asked.negated === negated
    ? inTest(asked, test, subqueries, binder)
    : notInTest(asked, test, subqueries, binder);
}

function withoutNot(node: Expression): { readonly negated: boolean; readonly test: Expression } {
  if (node.kind !== 'unary' || node.op !== 'not') return { negated: false, test: node };
  const inner = withoutNot(node.operand);
  return { ...inner, negated: !inner.negated };
}

type Asked = { readonly operand: Expression; readonly query: Query; readonly negated: boolean };

/** `x IN (...)`, also as `x = ANY (...)`, and `x NOT IN (...)` as `x <> ALL (...)`. */
function membershipIn(node: Expression, binder: ExpressionBinder): Asked | null {
  if (node.kind === 'in') {
    const { operand, query, negated } = withTable(node, binder);
    return query === null ? null : { operand, query, negated };
  }
  if (node.kind !== 'binary' || node.right.kind !== 'quantified') return null;
  const { quantifier, query } = node.right as ExpressionOf<'quantified'>;
  if (node.op === '=' && quantifier === 'any') return { operand: node.left, query, negated: false };
  if (node.op === '<>' && quantifier === 'all') return { operand: node.left, query, negated: true };
  return null;
}

function joining(
  kind: 'semi' | 'anti',
  { around }: Subquery,
  plan: Plan,
  where: Expression,
  subqueries: Subqueries,
): SubqueryTest {
  return {
    reads: [...around.columns.values()],
    apply: (input, lift) =>
      subqueries.joined(where, () =>
        existsJoin(kind, input, plan, subqueries.outer(around.columns, lift, where)),
      ),
  };
}

function inTest(
  { operand, query }: Asked,
  where: Expression,
  subqueries: Subqueries,
  binder: ExpressionBinder,
): SubqueryTest {
  const membership = membershipOf(operand, query, where, subqueries, binder);
  return joining('semi', membership.subquery, matching(membership), where, subqueries);
}

/** True only where no equality is true or unknown. */
function notInTest(
  { operand, query }: Asked,
  where: Expression,
  subqueries: Subqueries,
  binder: ExpressionBinder,
): SubqueryTest {
  const { session } = binder;
  const membership = membershipOf(operand, query, where, subqueries, binder);
  const { subquery, pairs } = membership;
  const anti = joining('anti', subquery, matching(membership), where, subqueries);
  const [{ left, right }] = pairs;
  // ClickHouse: NULL is in no set, and not outside of one either; NULLs of the set are left out.
  if (session.dialect === 'clickhouse')
    return pairs.length === 1
      ? andThen(anti, (plan, lift) => filter(plan, not(subqueries.settle(lift(isNull(left), where)))))
      : anti;
  if (!mayBeUnknown(membership)) return anti;
  if (pairs.length > 1) return joining('anti', subquery, matching(membership, true), where, subqueries);
  return andThen(anti, (plan, lift) => {
    const counts = new Subqueries(session);
    const unknown = isUnknown(left, subquery, right, where, counts);
    const placed = counts.place(plan, (e) => subqueries.settle(lift(e, where)));
    return filter(placed, not(counts.settle(subqueries.settle(lift(unknown, where)))));
  });
}

const not = (condition: Expr): Expr => apply('not', [anyOf([condition, bool(false)])], BOOL);

const andThen = (test: SubqueryTest, then: (plan: Plan, lift: Lift) => Plan): SubqueryTest => ({
  ...test,
  apply: (plan, lift) => then(test.apply(plan, lift), lift),
});
