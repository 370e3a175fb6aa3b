/**
 * Group keys that follow from the others are computed from the groups instead of grouped by: constants, and expressions of
 * other keys, as in `GROUP BY x, x - 1`. Fewer words to hash and compare per row.
 */

import { laneOf } from '../../type/type.ts';
import { children, column, type Expr, exprKey } from '../expr.ts';
import type { AggregatePlan, Plan } from '../node.ts';
import { isDeterministicCall } from './deterministic.ts';
import { mapInputs } from './map-inputs.ts';

export function dependentKeys(plan: Plan): Plan {
  const changed = mapInputs(plan, dependentKeys);
  return changed.kind === 'aggregate' && changed.keys.length > 1 ? withoutDependents(changed) : changed;
}

function withoutDependents(plan: AggregatePlan): Plan {
  const kept: number[] = [];
  const computed: (Expr | null)[] = plan.keys.map(() => null);
  // Plain columns first: others may follow from them, whatever the order of the keys.
  const order = plan.keys.map((_, i) => i).sort((a, b) => rank(plan.keys[a]) - rank(plan.keys[b]) || a - b);
  for (const i of order) {
    const known = new Map(kept.map((k, at) => [exprKey(plan.keys[k]), { at, type: plan.keys[k].type }]));
    computed[i] = kept.length === 0 ? null : overKeys(plan.keys[i], known);
    if (computed[i] === null) kept.push(i);
  }
  if (kept.length === plan.keys.length) return plan;
  const input: AggregatePlan = {
    ...plan,
    keys: kept.map((i) => plan.keys[i]),
    schema: [...kept.map((i) => plan.schema[i]), ...plan.schema.slice(plan.keys.length)],
  };
  const keys = plan.keys.map((key, i) => computed[i] ?? column(kept.indexOf(i), key.type));
  const aggregates = plan.aggregates.map((a, i) => column(kept.length + i, a.type));
  return { kind: 'project', input, exprs: [...keys, ...aggregates], schema: plan.schema };
}

/** Constants last: a group needs at least one key, and anything else says more. */
const rank = (key: Expr): number => (key.kind === 'column' ? 0 : key.kind === 'literal' ? 2 : 1);

/** The expression over the kept keys, numbered as they will come out; null when it needs more than they tell. */
function overKeys(
  expr: Expr,
  known: ReadonlyMap<string, { readonly at: number; readonly type: Expr['type'] }>,
): Expr | null {
  const key = known.get(exprKey(expr));
  // 0 and -0 are one group, so what follows from a float key is not one value.
  if (key !== undefined) return laneOf(key.type) === 'f64' ? null : column(key.at, key.type);
  if (expr.kind === 'literal') return expr;
  if (expr.kind !== 'call' || !isDeterministicCall(expr)) return null;
  const args = children(expr).map((child) => overKeys(child, known));
  return args.every((arg) => arg !== null) ? { ...expr, args } : null;
}
