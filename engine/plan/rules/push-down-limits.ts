/**
 * Limits go down to where rows are made. A range gives no more rows than are wanted of it: a block of them may be dear to compute with.
 *
 * The first rows of a left join, in an order of its left side, are among those of the first left rows: each of them gives a row at least. So
 * the left side is cut before the join, and the join meets as many rows as are wanted.
 */

import { columnsOf, type Expr } from '../expr.ts';
import type { Plan, SortPlan } from '../node.ts';
import { isDeterministic } from './deterministic.ts';
import { mapInputs } from './map-inputs.ts';
import { substitute } from './substitute.ts';

/** More rows than these are sorted twice at a price. */
const MOST_ROWS = 16_384;

export function pushDownLimits(plan: Plan): Plan {
  const cut =
    plan.kind === 'sort'
      ? (cutBelow(plan) ?? plan)
      : plan.kind === 'limit' && plan.limit !== null
        ? { ...plan, input: shortened(plan.input, plan.limit + plan.offset) }
        : plan;
  return mapInputs(cut, pushDownLimits);
}

/** Ranges that give a row for each of the plan's. */
function shortened(plan: Plan, rows: number): Plan {
  if (plan.kind === 'project') return { ...plan, input: shortened(plan.input, rows) };
  return plan.kind === 'range' && plan.count > rows ? { ...plan, count: rows } : plan;
}

/** Null when nothing changes. */
function cutBelow(plan: SortPlan): Plan | null {
  const { keys, limit, offset } = plan;
  if (limit === null || limit + offset > MOST_ROWS || !keys.every(({ expr }) => isDeterministic(expr)))
    return null;
  const visit = (node: Plan, exprs: readonly Expr[]): Plan | null => {
    if (node.kind === 'project') {
      const input = visit(
        node.input,
        exprs.map((expr) => substitute(expr, node.exprs)),
      );
      return input === null ? null : { ...node, input };
    }
    if (node.kind !== 'join' || node.join !== 'left') return null;
    const { left } = node;
    const isOfLeft = columnsOf(...exprs).every((c) => c < left.schema.length);
    if (!isOfLeft || isCut(left, limit + offset) || !exprs.every(isDeterministic)) return null;
    const below = keys.map((key, k) => ({ ...key, expr: exprs[k] }));
    return {
      ...node,
      left: { ...plan, input: left, keys: below, limit: limit + offset, offset: 0, schema: left.schema },
    };
  };
  const input = visit(
    plan.input,
    keys.map(({ expr }) => expr),
  );
  return input === null ? null : { ...plan, input };
}

/** It gives no more rows than these. */
function isCut(plan: Plan, rows: number): boolean {
  switch (plan.kind) {
    case 'project':
      return isCut(plan.input, rows);
    case 'sort':
    case 'limit':
      return plan.limit !== null && plan.limit <= rows;
    case 'values':
      return plan.rows.length <= rows;
    default:
      return false;
  }
}
