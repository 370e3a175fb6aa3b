/** ClickHouse's IN as functions: `in(x, (1, 2))`, `notIn`, and `nullIn`, which are never NULL themselves; `global` changes nothing here. */

import { apply } from '../../engine/function/call.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import { literal } from '../../engine/plan/expr.ts';
import { BOOL } from '../../engine/type/type.ts';
import type { CallExpression, Expression, ExpressionOf } from '../ast/expression.ts';
import { asCondition, asNumber } from './call.ts';
import type { ExpressionBinder } from './expression.ts';
import { bindMembership } from './membership.ts';

const FORMS: ReadonlyMap<string, { readonly negated: boolean; readonly known: boolean }> = new Map(
  ['in', 'globalIn', 'notIn', 'globalNotIn', 'nullIn', 'globalNullIn', 'notNullIn', 'globalNotNullIn'].map(
    (name) => [name, { negated: /not/i.test(name), known: /null/i.test(name) }],
  ),
);

/** undefined: another function. */
export function membershipCall(node: CallExpression, binder: ExpressionBinder): Expr | undefined {
  const form = binder.session.dialect === 'clickhouse' ? FORMS.get(node.name) : undefined;
  if (form === undefined || node.args.length !== 2) return undefined;
  const [operand, set] = node.args;
  const { at, end } = node;
  const membership: ExpressionOf<'in'> =
    set.kind === 'subquery'
      ? { kind: 'in', operand, list: null, query: set.query, negated: false, at, end }
      : { kind: 'in', operand, list: itemsOf(set), query: null, negated: false, at, end };
  const bound = asCondition(bindMembership(membership, binder), node, binder.session);
  const found = form.known ? apply('coalesce_bool', [bound, literal(false, BOOL)], BOOL) : bound;
  return asNumber(form.negated ? apply('not', [found], BOOL) : found);
}

function itemsOf(set: Expression): readonly Expression[] {
  if (set.kind === 'tuple' || set.kind === 'array') return set.items;
  return set.kind === 'call' && set.name === 'tuple' ? set.args : [set];
}
