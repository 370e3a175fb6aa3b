/**
 * Moves conditions as near to the rows as they may go: through projections, sorts and unions, into the sides of
 * joins, below aggregates when they concern keys only, and into scans. A cross join whose condition equates its
 * sides becomes an inner join. Of an OR over both sides of a join, each side gets what is implied about it. An outer
 * join whose missing rows no condition lets through becomes a simpler one.
 *
 * Order is kept: what was nearer to the rows stays in front, so a guard (`b <> 0`) still runs before what it guards.
 */

import { allOf, conjuncts } from '../../function/call.ts';
import { columnsOf, type Expr } from '../expr.ts';
import type { AggregatePlan, JoinPlan, Plan } from '../node.ts';
import { isDeterministic } from './deterministic.ts';
import { impliedCondition } from './implied-condition.ts';
import { once } from './once.ts';
import { withLists } from './or-to-in.ts';
import { outerToInner } from './outer-to-inner.ts';
import { renumber, substitute } from './substitute.ts';

export const pushDownFilters = (plan: Plan): Plan => push(plan, []);

function above(plan: Plan, conditions: readonly Expr[]): Plan {
  if (conditions.length === 0) return plan;
  const predicate = allOf(conditions);
  if (predicate.kind === 'literal' && predicate.value === true) return plan;
  if (predicate.kind === 'literal') return { kind: 'values', rows: [], schema: plan.schema };
  return { kind: 'filter', input: plan, predicate, schema: plan.schema };
}

/** What draws at random stays where it stands, over as many rows, and over no draw of a block within. */
function push(plan: Plan, conditions: readonly Expr[]): Plan {
  if (plan.kind !== 'filter' && plan.kind !== 'scan' && !conditions.every(isDeterministic))
    return above(
      push(plan, conditions.filter(isDeterministic)),
      conditions.filter((c) => !isDeterministic(c)),
    );
  switch (plan.kind) {
    case 'filter': {
      const own = conjuncts(plan.predicate);
      // A sample is one of all rows, whatever is asked of it.
      if (!own.every(isDeterministic)) return above(push(plan.input, own), conditions);
      return push(plan.input, once([...own, ...conditions]));
    }
    case 'project':
      return {
        ...plan,
        input: push(
          plan.input,
          conditions.flatMap((c) => conjuncts(substitute(c, plan.exprs))),
        ),
      };
    case 'scan': {
      if (conditions.length === 0) return plan;
      if (plan.filter !== null && !isDeterministic(plan.filter)) return above(plan, conditions);
      const filter = allOf(once([...(plan.filter === null ? [] : conjuncts(plan.filter)), ...conditions]));
      if (filter.kind === 'literal')
        return filter.value === true ? plan : { kind: 'values', rows: [], schema: plan.schema };
      return { ...plan, filter };
    }
    case 'expand': {
      // What reads no element holds for all rows of an input row, or for none.
      const width = plan.input.schema.length;
      const below = conditions.filter((c) => columnsOf(c).every((i) => i < width));
      const stay = conditions.filter((c) => !below.includes(c));
      return above({ ...plan, input: push(plan.input, below) }, stay);
    }
    case 'sort':
      if (plan.limit !== null || plan.offset > 0)
        return above({ ...plan, input: push(plan.input, []) }, conditions);
      return { ...plan, input: push(plan.input, conditions) };
    case 'window': {
      // What reads partition keys alone holds for whole partitions.
      const isKey = (i: number): boolean => plan.partition.some((e) => e.kind === 'column' && e.index === i);
      const below = conditions.filter((c) => columnsOf(c).every(isKey));
      const stay = conditions.filter((c) => !below.includes(c));
      return above({ ...plan, input: push(plan.input, below) }, stay);
    }
    case 'fill':
    case 'limit':
      return above({ ...plan, input: push(plan.input, []) }, conditions);
    case 'union':
      return { ...plan, inputs: plan.inputs.map((input) => push(input, conditions)) };
    case 'aggregate':
      return pushAggregate(plan, conditions);
    case 'join':
      return pushJoin(plan, conditions);
    case 'values':
    case 'range':
      return above(plan, conditions);
    case 'recursive':
      return above({ ...plan, start: push(plan.start, []), step: push(plan.step, []) }, conditions);
  }
}

/** A condition on keys holds for a whole group or for none of it. */
function pushAggregate(plan: AggregatePlan, conditions: readonly Expr[]): Plan {
  const onKeys = (c: Expr): boolean =>
    plan.keys.length > 0 && columnsOf(c).every((i) => i < plan.keys.length);
  const below = conditions.filter(onKeys).flatMap((c) => conjuncts(substitute(c, plan.keys)));
  const stay = conditions.filter((c) => !onKeys(c));
  return above({ ...plan, input: push(plan.input, below) }, stay);
}

function pushJoin(joined: JoinPlan, conditions: readonly Expr[]): Plan {
  const plan = outerToInner(joined, conditions);
  const width = plan.left.schema.length;
  const kind = plan.join;
  const leftMay = kind !== 'right' && kind !== 'full';
  // Where one partner is picked, none may come into its place.
  const rightMay = (kind === 'inner' || kind === 'cross' || kind === 'right') && plan.pick === undefined;
  const toLeft: Expr[] = [];
  const toRight: Expr[] = [];
  const stay: Expr[] = [];
  const right = new Map(plan.right.schema.map((_, i) => [width + i, i]));
  for (const condition of conditions) {
    const used = columnsOf(condition);
    if (leftMay && used.every((i) => i < width)) toLeft.push(condition);
    else if (rightMay && used.length > 0 && used.every((i) => i >= width))
      toRight.push(renumber(condition, right));
    else {
      stay.push(condition);
      const ofLeft = leftMay ? impliedCondition(condition, (i) => i < width) : null;
      const ofRight = rightMay ? impliedCondition(condition, (i) => i >= width) : null;
      if (ofLeft !== null) toLeft.push(withLists(ofLeft));
      if (ofRight !== null) toRight.push(withLists(renumber(ofRight, right)));
    }
  }
  const keyed =
    (kind === 'cross' || kind === 'inner') && plan.pick === undefined
      ? equate(plan, stay, width, right)
      : { join: plan, stay };
  return above(
    { ...keyed.join, left: push(plan.left, toLeft), right: push(plan.right, toRight) },
    keyed.stay,
  );
}

/** Equalities between the sides become keys of the join. */
function equate(
  plan: JoinPlan,
  conditions: readonly Expr[],
  width: number,
  right: ReadonlyMap<number, number>,
): { join: JoinPlan; stay: readonly Expr[] } {
  if (plan.nullSafe) return { join: plan, stay: conditions };
  const leftKeys = [...plan.leftKeys];
  const rightKeys = [...plan.rightKeys];
  const stay: Expr[] = [];
  const sideOf = (e: Expr): 'left' | 'right' | undefined => {
    const used = columnsOf(e);
    if (used.length === 0) return undefined;
    return used.every((i) => i < width) ? 'left' : used.every((i) => i >= width) ? 'right' : undefined;
  };
  for (const condition of conditions) {
    const args = condition.kind === 'call' && /^eq_/.test(condition.fn) ? condition.args : [];
    const sides = args.map(sideOf).join();
    if (sides === 'left,right' || sides === 'right,left') {
      const [l, r] = sides === 'left,right' ? args : [args[1], args[0]];
      leftKeys.push(l);
      rightKeys.push(renumber(r, right));
    } else stay.push(condition);
  }
  if (leftKeys.length === 0) return { join: plan, stay };
  return { join: { ...plan, join: 'inner', leftKeys, rightKeys }, stay };
}
