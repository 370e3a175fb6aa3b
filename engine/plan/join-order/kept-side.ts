/**
 * Semi and anti joins that keep few rows of many that are searched: the kept side gets the tables, the other one marks its rows, which come
 * out when all is searched. So memory is that of the smaller side, and its keys filter the scan of the larger one.
 */

import { Estimator } from '../estimate/estimator.ts';
import type { JoinPlan, Plan } from '../node.ts';
import { mapInputs } from '../rules/map-inputs.ts';
import { renumber } from '../rules/substitute.ts';
import type { Statistics } from '../statistics.ts';

/** By how many rows, and by how much, the kept side must be the smaller one. */
const LEAST_SAVED = 4096;
const LEAST_RATIO = 2;

export function keptSides(plan: Plan, statistics: Statistics): Plan {
  const estimator = new Estimator(statistics);
  const visit = (node: Plan): Plan => {
    const exchange =
      node.kind === 'join' &&
      (node.join === 'semi' || node.join === 'anti') &&
      isWorth(estimator.rows(node.left), estimator.rows(node.right));
    const inside = mapInputs(node, visit);
    return exchange ? exchanged(inside as JoinPlan) : inside;
  };
  return visit(plan);
}

const isWorth = (kept: number, searched: number): boolean =>
  searched - kept > LEAST_SAVED && kept * LEAST_RATIO < searched;

function exchanged(plan: JoinPlan): JoinPlan {
  const { left, right } = plan;
  const [kept, searched] = [left.schema.length, right.schema.length];
  const places = new Map([
    ...left.schema.map((_, i) => [i, searched + i] as const),
    ...right.schema.map((_, i) => [kept + i, i] as const),
  ]);
  return {
    ...plan,
    join: plan.join === 'semi' ? 'right semi' : 'right anti',
    left: right,
    right: left,
    leftKeys: plan.rightKeys,
    rightKeys: plan.leftKeys,
    residual: plan.residual === null ? null : renumber(plan.residual, places),
  };
}
