/**
 * Joins in the order that is cheapest by what the tables' statistics say, their smaller side kept. It needs a query's snapshots, so
 * it runs when the query starts. Rows and columns are the same in any order.
 */

import { Estimator } from '../estimate/estimator.ts';
import type { Plan } from '../node.ts';
import { mapInputs } from '../rules/map-inputs.ts';
import { mergeProjects } from '../rules/merge-projects.ts';
import { pruneColumns } from '../rules/prune-columns.ts';
import type { Statistics } from '../statistics.ts';
import { assemble } from './assemble.ts';
import { type Joined, joinedAs, relation } from './cost.ts';
import { bestOrder } from './enumerate.ts';
import { JoinGraph } from './graph.ts';
import { mapRelations, regionOf, type Written } from './region.ts';

/** Joins stay as they are when no more than this is to be saved: thinking about it takes as long. */
const SMALL_COST = 4096;

export function joinOrder(plan: Plan, statistics: Statistics): Plan {
  const ordered = order(plan, new Estimator(statistics));
  return ordered === plan ? plan : mergeProjects(pruneColumns(ordered));
}

/** The same object when nothing changes. */
function order(plan: Plan, estimator: Estimator): Plan {
  const known = new Map<Plan, Plan>();
  const relationOrdered = (input: Plan): Plan => {
    const found = known.get(input) ?? order(input, estimator);
    known.set(input, found);
    return found;
  };
  if (regionOf(plan) === null) return mapChanged(plan, mapInputs, relationOrdered);
  const within = mapChanged(plan, mapRelations, relationOrdered);
  const region = regionOf(within);
  if (region === null) return within;
  const graph = new JoinGraph(region, estimator);
  const written = asWritten(graph, region.written);
  if (written !== null && written.cost < SMALL_COST) return within;
  const best = bestOrder(graph);
  if (best === null || (written !== null && best.cost + SMALL_COST > written.cost)) return within;
  return assemble(region, graph, best, plan.schema);
}

/** The plan itself when no input changes. */
function mapChanged(
  plan: Plan,
  map: (plan: Plan, change: (input: Plan) => Plan) => Plan,
  change: (input: Plan) => Plan,
): Plan {
  let changed = false;
  const mapped = map(plan, (input) => {
    const now = change(input);
    changed ||= now !== input;
    return now;
  });
  return changed ? mapped : plan;
}

/** Null when the estimates are of an order that cannot be. */
function asWritten(graph: JoinGraph, written: Written): Joined | null {
  if (typeof written === 'number') return relation(graph, written);
  const [left, right] = written.map((side) => asWritten(graph, side));
  return left === null || right === null ? null : joinedAs(graph, left, right);
}
