/**
 * `x IN (SELECT ...)`, `x < ANY (SELECT ...)` and `x < ALL (SELECT ...)` as values: true, false, or unknown.
 *
 * SQL: a comparison with NULL is unknown, and ANY is an OR over all rows, ALL an AND. So over no rows ANY is false and ALL is
 * true, whatever x is. ClickHouse leaves NULLs of the set out, and its IN asks nothing else of a NULL than that it is NULL.
 */

import { allOf, anyOf, apply, bool, comparable, int, nullOf } from '../../engine/function/call.ts';
import { commonType, laneSuffix } from '../../engine/function/cast.ts';
import { column, type Expr } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { BOOL, nullable } from '../../engine/type/type.ts';
import type { BinaryOperator, Expression, ExpressionOf, Span } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import { asCondition, implicitCast } from './call.ts';
import type { ExpressionBinder } from './expression.ts';
import { isMulti } from './multi-value.ts';
import { filter } from './plan.ts';
import { type Subqueries, type Subquery, totals } from './subquery.ts';

/** What IN compares: `left` is an expression of the block, `right` of the subquery; both have one type. */
export type Pair = { readonly left: Expr; readonly right: Expr };

export type Membership = { readonly subquery: Subquery; readonly pairs: readonly Pair[] };

/** The two sides of IN; `subqueries` binds the right one. */
export function membershipOf(
  operand: Expression,
  query: Query,
  where: Span,
  subqueries: Subqueries,
  binder: ExpressionBinder,
): Membership {
  const { session } = binder;
  const operands = operand.kind === 'tuple' ? operand.items : [operand];
  const subquery = subqueries.bind(query, binder);
  const { schema } = subquery.plan;
  if (schema.length !== operands.length) {
    throw session.error(
      'TYPE_MISMATCH',
      where,
      `The subquery gives ${schema.length} columns, ${operands.length} are compared`,
    );
  }
  const pairs = operands.map((item, i): Pair => {
    const left = binder.bind(item);
    if (isMulti(left) || isMulti(schema[i]))
      throw session.refuse(
        where,
        'A multi-value string beside a subquery',
        'Make rows of its values: CROSS JOIN UNNEST(MV_TO_ARRAY(x))',
      );
    const common = commonType(left.type, schema[i].type);
    if (common === undefined) {
      throw session.error(
        'TYPE_MISMATCH',
        where,
        'The subquery gives a type that does not compare with the left side',
        'Cast one of them',
      );
    }
    const to = (e: Expr): Expr =>
      comparable(
        implicitCast(e, e.type.nullable ? nullable(common) : { ...common, nullable: false }, where, session),
      );
    return { left: to(left), right: to(column(i, schema[i].type)) };
  });
  return { subquery, pairs };
}

/** The rows of the subquery that equal the operands; with `loosely` also those that may. */
export function matching({ subquery, pairs }: Membership, loosely = false): Plan {
  const equal = pairs.map(({ left, right }) => {
    const same = apply(`eq_${laneSuffix(right.type)}`, [subquery.around.outer(left), right], BOOL);
    return loosely && same.type.nullable ? apply('coalesce_bool', [same, bool(true)], BOOL) : same;
  });
  return filter(subquery.plan, allOf(equal));
}

export const mayBeUnknown = ({ pairs }: Membership): boolean =>
  pairs.some(({ left, right }) => left.type.nullable || right.type.nullable);

export const isNull = (expr: Expr): Expr =>
  expr.type.nullable ? apply('is_null', [expr], BOOL) : bool(false);

const UNKNOWN = nullOf(BOOL);

/** The first of the conditions that holds decides. */
function decide(branches: readonly { when: Expr; value: Expr }[], otherwise: Expr): Expr {
  const open = branches.filter((b) => b.when.kind !== 'literal' || b.when.value === true);
  return { kind: 'case', branches: open, otherwise, type: nullable(BOOL) };
}

export function bindInQuery(
  node: ExpressionOf<'in'>,
  subqueries: Subqueries,
  binder: ExpressionBinder,
): Expr {
  const membership = membershipOf(node.operand, node.query!, node, subqueries, binder);
  const found = isIn(membership, node, subqueries, binder);
  return node.negated ? apply('not', [found], BOOL) : found;
}

function isIn(membership: Membership, where: Span, subqueries: Subqueries, binder: ExpressionBinder): Expr {
  const { subquery, pairs } = membership;
  const { around } = subquery;
  const matched = subqueries.any({ plan: matching(membership), around }, where);
  if (!mayBeUnknown(membership)) return matched;
  if (binder.session.dialect === 'clickhouse') {
    const noOperand = pairs.length === 1 ? isNull(pairs[0].left) : bool(false);
    return noOperand.kind === 'literal' ? matched : decide([{ when: noOperand, value: UNKNOWN }], matched);
  }
  const unknown =
    pairs.length === 1
      ? isUnknown(pairs[0].left, subquery, pairs[0].right, where, subqueries)
      : subqueries.any({ plan: matching(membership, true), around }, where);
  return decide(
    [
      { when: matched, value: bool(true) },
      { when: unknown, value: UNKNOWN },
    ],
    bool(false),
  );
}

/** Whether an equality that is nowhere true is somewhere unknown. */
export function isUnknown(
  left: Expr,
  { plan, around }: Subquery,
  right: Expr,
  where: Span,
  subqueries: Subqueries,
): Expr {
  const counts = totals(plan, [
    ['count_star', []],
    ['count', [right]],
  ]);
  const [rows, values] = subqueries.add({ plan: counts, around }, where);
  const someNull = apply('gt_i64', [rows, values], BOOL);
  return anyOf([allOf([isNull(left), apply('gt_i64', [rows, int(0)], BOOL)]), someNull]);
}

/** Which of the subquery's values decide: x is below any of them if it is below the largest. */
const DECIDING: Readonly<Record<string, Readonly<Record<'any' | 'all', readonly ('min' | 'max')[]>>>> = {
  '<': { any: ['max'], all: ['min'] },
  '<=': { any: ['max'], all: ['min'] },
  '>': { any: ['min'], all: ['max'] },
  '>=': { any: ['min'], all: ['max'] },
  '=': { any: [], all: ['min', 'max'] },
  '<>': { any: ['min', 'max'], all: [] },
};

export function bindQuantified(
  operand: Expression,
  op: BinaryOperator,
  right: ExpressionOf<'quantified'>,
  where: Span,
  subqueries: Subqueries,
  binder: ExpressionBinder,
): Expr {
  const { session } = binder;
  const { quantifier, query } = right;
  const deciding = DECIDING[op]?.[quantifier];
  if (deciding === undefined || operand.kind === 'tuple')
    throw session.refuse(
      right,
      `${quantifier.toUpperCase()} here`,
      'Compare one value by =, <>, <, <=, > or >=',
    );
  const membership = membershipOf(operand, query, where, subqueries, binder);
  if (deciding.length === 0) {
    const found = isIn(membership, where, subqueries, binder);
    return quantifier === 'all' ? apply('not', [found], BOOL) : found;
  }
  const { subquery, pairs } = membership;
  const [{ left, right: value }] = pairs;
  const counted = totals(subquery.plan, [
    ['count_star', []],
    ['count', [value]],
    ...deciding.map((fn) => [`${fn}_${laneSuffix(value.type)}`, [value]] as const),
  ]);
  const [rows, values, ...bounds] = subqueries.add({ plan: counted, around: subquery.around }, where);
  const compared = bounds.map((bound) => asCondition(binder.call(op, [left, bound], where), where, session));
  const none = apply('eq_i64', [rows, int(0)], BOOL);
  const unknown = anyOf([isNull(left), apply('gt_i64', [rows, values], BOOL)]);
  const any = quantifier === 'any';
  const decided = any ? anyOf(compared) : apply('not', [allOf(compared)], BOOL);
  return decide(
    [
      { when: none, value: bool(!any) },
      { when: decided, value: bool(any) },
      { when: unknown, value: UNKNOWN },
    ],
    bool(!any),
  );
}
