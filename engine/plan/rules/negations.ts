/**
 * NOT goes into what it negates: `NOT x > 5` is `x <= 5`, `NOT (a OR b)` is `NOT a AND NOT b`. So bounds and indexes can answer it, and an
 * OR falls apart into conditions that go their own ways. What is unknown stays so.
 */

import { allOf, anyOf, apply } from '../../function/call.ts';
import { BOOL } from '../../type/type.ts';
import { call, type Expr, rewrite } from '../expr.ts';
import type { Plan } from '../node.ts';
import { mapConditions } from './map-conditions.ts';
import { mapInputs } from './map-inputs.ts';

export const negations = (plan: Plan): Plan =>
  mapConditions(mapInputs(plan, negations), (condition) =>
    rewrite(condition, (node) => {
      if (node.kind !== 'call') return node;
      if (node.fn === 'not') return negated(node.args[0]) ?? node;
      // An OR within an AND may have become one.
      return node.fn === 'and' ? allOf(node.args) : node.fn === 'or' ? anyOf(node.args) : node;
    }),
  );

const OPPOSITE: Readonly<Record<string, string>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  gt: 'le',
  le: 'gt',
};
const COMPARISON = /^(eq|ne|lt|ge|gt|le)_([iu]64|str)$/;

/** Null: there is no other form of it. */
function negated(expr: Expr): Expr | null {
  if (expr.kind === 'in') return { ...expr, negated: !expr.negated };
  if (expr.kind !== 'call') return null;
  const either = (part: Expr): Expr => negated(part) ?? call('not', [part], part.type);
  if (expr.fn === 'and') return anyOf(expr.args.map(either));
  if (expr.fn === 'or') return allOf(expr.args.map(either));
  if (expr.fn === 'not') return expr.args[0];
  if (expr.fn === 'is_null') return apply('is_not_null', expr.args, BOOL);
  if (expr.fn === 'is_not_null') return apply('is_null', expr.args, BOOL);
  const [, op, lane] = COMPARISON.exec(expr.fn) ?? [];
  return op === undefined ? null : { ...expr, fn: `${OPPOSITE[op]}_${lane}` };
}
