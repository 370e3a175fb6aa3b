/**
 * `x IN (list)`, and `x IN (SELECT ...)` as a value. Lists of constants of x's type become one `in`; the rest becomes comparisons.
 *
 * ClickHouse leaves NULLs in the list out; SQL lets them make the answer unknown.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { anyOf, apply, bool, isIn } from '../../engine/function/call.ts';
import { comparisonType } from '../../engine/function/catalog/compare.ts';
import type { Expr, LiteralExpr } from '../../engine/plan/expr.ts';
import { BOOL, notNull, nullable } from '../../engine/type/type.ts';
import type { ExpressionOf } from '../ast/expression.ts';
import { argumentOf, asCondition, asNumber, implicitCast } from './call.ts';
import type { ExpressionBinder } from './expression.ts';
import { isMulti, overValues } from './multi-value.ts';
import { bindInQuery } from './quantified.ts';
import { withTable } from './table-membership.ts';

export function bindMembership(membership: ExpressionOf<'in'>, binder: ExpressionBinder): Expr {
  const { session } = binder;
  const node = withTable(membership, binder);
  const result =
    node.list === null
      ? inQuery(node, binder)
      : node.operand.kind === 'tuple'
        ? tupleMembership(node, node.operand, node.list, binder)
        : listMembership(node, binder.bind(node.operand), node.list, binder);
  return session.dialect === 'clickhouse' ? asNumber(result) : result;
}

function inQuery(node: ExpressionOf<'in'>, binder: ExpressionBinder): Expr {
  const subqueries = binder.subqueries(node);
  return subqueries.once(node, () => bindInQuery(node, subqueries, binder));
}

function listMembership(
  node: ExpressionOf<'in'>,
  operand: Expr,
  list: ExpressionOf<'tuple'>['items'],
  binder: ExpressionBinder,
): Expr {
  const items = list.map((item) => binder.bind(item));
  if (![operand, ...items].some(isMulti)) return membershipOf(node, operand, items, node.negated, binder);
  const any = overValues(
    [operand, ...items],
    ([value, ...others]) => membershipOf(node, value, others, false, binder),
    node,
    binder.session,
  );
  return node.negated ? apply('not', [any], BOOL) : any;
}

function membershipOf(
  node: ExpressionOf<'in'>,
  operand: Expr,
  items: readonly Expr[],
  negated: boolean,
  binder: ExpressionBinder,
): Expr {
  const { session } = binder;
  const used =
    session.dialect === 'clickhouse' ? items.filter((i) => i.kind !== 'literal' || i.value !== null) : items;
  if (used.length === 0) return bool(negated);
  const constants = used.map((item) => constantOf(item, operand, node, binder));
  if (constants.every((c) => c !== undefined))
    return isIn(
      operand,
      constants.map((c) => c.value),
      negated,
    );
  const equal = used.map((item) => asCondition(binder.call('=', [operand, item], node), node, session));
  const any = anyOf(equal);
  return negated ? apply('not', [any], BOOL) : any;
}

/** The item as a constant of the operand's type; undefined when it is not constant or not exactly representable. */
function constantOf(
  item: Expr,
  operand: Expr,
  node: ExpressionOf<'in'>,
  binder: ExpressionBinder,
): LiteralExpr | undefined {
  // Different intervals may be equal.
  if (item.kind !== 'literal' || operand.type.id === 'duration') return undefined;
  if (item.value === null) return { ...item, type: nullable(operand.type) };
  const common = comparisonType(argumentOf(operand), argumentOf(item), binder.session.resolveContext);
  if (common === undefined || (common.id !== operand.type.id && !fitsInteger(item, operand)))
    return undefined;
  try {
    const converted = implicitCast(item, notNull(operand.type), node, binder.session);
    return converted.kind === 'literal' && converted.value !== null ? converted : undefined;
  } catch (error) {
    if (error instanceof BasaltError) return undefined;
    throw error;
  }
}

/** A wider integer literal may still be a value of the narrower operand's lane. */
const fitsInteger = (item: LiteralExpr, operand: Expr): boolean =>
  typeof item.value === 'bigint' &&
  /^u?int/.test(operand.type.id) &&
  (operand.type.id !== 'uint64' || item.value >= 0n);

/** `(a, b) IN ((1, 2), (3, 4))`. */
function tupleMembership(
  node: ExpressionOf<'in'>,
  operand: ExpressionOf<'tuple'>,
  list: ExpressionOf<'tuple'>['items'],
  binder: ExpressionBinder,
): Expr {
  const { session } = binder;
  const left = operand.items.map((i) => binder.bind(i));
  const rows =
    list[0]?.kind === 'tuple' ? list : [{ kind: 'tuple' as const, items: list, at: node.at, end: node.end }];
  const any = anyOf(
    rows.map((row) => {
      if (row.kind !== 'tuple' || row.items.length !== left.length)
        throw session.error('TYPE_MISMATCH', row, `Tuples of ${left.length} elements are expected here`);
      const pairs = row.items.map((item, i) =>
        asCondition(binder.call('=', [left[i], binder.bind(item)], item), item, session),
      );
      return asCondition(binder.call('and', pairs, row), row, session);
    }),
  );
  return node.negated ? apply('not', [any], BOOL) : any;
}
