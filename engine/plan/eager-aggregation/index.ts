/**
 * Groups below a join: what an aggregate makes of one side's rows is made of them before the join, for each value of what the rest of the
 * query sees of that side, and put together above it (Yan and Larson, "Eager Aggregation and Lazy Aggregation", VLDB 1995). So the join
 * meets one row for each such value in the place of all that have it.
 *
 * It needs a query's statistics, and is done where these say that it saves half of the work; through several joins at once, if that is what
 * pays.
 */

import { laneOf } from '../../type/type.ts';
import { Estimator } from '../estimate/estimator.ts';
import type { Expr } from '../expr.ts';
import { type AggregatePlan, inputsOf, type Plan } from '../node.ts';
import { mapInputs } from '../rules/map-inputs.ts';
import { mergeProjects } from '../rules/merge-projects.ts';
import { pruneColumns } from '../rules/prune-columns.ts';
import type { Statistics } from '../statistics.ts';
import { joinBelow } from './below.ts';
import { pushed, SIDES } from './push.ts';

/** Over fewer rows thinking about it takes as long. */
const LEAST_ROWS = 1 << 16;
/** Groups of fewer rows are not made. */
const LEAST_ROWS_PER_GROUP = 2;
/** By how much it must be the cheaper way: estimates err. */
const LEAST_RATIO = 2;

/** Of a row; a unit is about one that probes a small table. */
const PROBE = 1;
const BUILD = 2.5;
const OUTPUT = 1;
const GROUP = 1;
const KEY = 1.5;
const TEXT_KEY = 4;
/** More groups than these leave the caches. */
const MANY_GROUPS = 1 << 14;
const MANY_GROUPS_FACTOR = 4;

export function eagerAggregation(plan: Plan, statistics: Statistics): Plan {
  const estimator = new Estimator(statistics);
  const costs = new Map<Plan, number>();

  const costOf = (node: Plan): number => {
    let cost = costs.get(node);
    if (cost === undefined) {
      cost = inputsOf(node).reduce((sum, input) => sum + costOf(input), ownCost(node, estimator));
      costs.set(node, cost);
    }
    return cost;
  };

  /** The cheapest of the node and what can be made of it. */
  const best = (node: AggregatePlan): Plan => {
    const below = joinBelow(node);
    if (below === null) return node;
    const plans = (SIDES[below.join.join] ?? []).flatMap(
      (side) => pushed(below, side, statistics, bestGroups) ?? [],
    );
    return plans.reduce((found: Plan, next) => (costOf(next) < costOf(found) ? next : found), node);
  };
  /** Further down there are more keys, so what does not pay here does not pay there. */
  const bestGroups = (partial: AggregatePlan): Plan | null =>
    estimator.rows(partial) * LEAST_ROWS_PER_GROUP > estimator.rows(partial.input) ? null : best(partial);

  const isLarge = (node: AggregatePlan): boolean => {
    const known = estimator.known(node.input);
    return known !== undefined && Math.max(known, ...leafRows(node.input, estimator)) >= LEAST_ROWS;
  };

  /** The same object when nothing changes. */
  const visit = (node: Plan): Plan => {
    if (node.kind === 'aggregate' && isLarge(node)) {
      const found = best(node);
      if (costOf(found) * LEAST_RATIO < costOf(node)) return found;
    }
    let isChanged = false;
    const mapped = mapInputs(node, (input) => {
      const now = visit(input);
      isChanged ||= now !== input;
      return now;
    });
    return isChanged ? mapped : node;
  };

  const changed = visit(plan);
  return changed === plan ? plan : mergeProjects(pruneColumns(changed));
}

const leafRows = (plan: Plan, estimator: Estimator): number[] =>
  inputsOf(plan).length === 0
    ? [estimator.rows(plan)]
    : inputsOf(plan).flatMap((input) => leafRows(input, estimator));

/** Without that of its inputs; nodes that stay the same cost nothing. */
function ownCost(plan: Plan, estimator: Estimator): number {
  const rows = estimator.rows(plan);
  if (plan.kind === 'join')
    return estimator.rows(plan.left) * PROBE + estimator.rows(plan.right) * BUILD + rows * OUTPUT;
  if (plan.kind !== 'aggregate') return 0;
  const row = plan.keys.reduce((sum, key) => sum + keyCost(key), GROUP);
  return estimator.rows(plan.input) * row * (rows > MANY_GROUPS ? MANY_GROUPS_FACTOR : 1);
}

const keyCost = ({ type }: Expr): number => (laneOf(type) === 'str' ? TEXT_KEY : KEY);
