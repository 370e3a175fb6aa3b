/** The join that an aggregate is over, with plain projections and filters between them taken into account. */

import { conjuncts } from '../../function/call.ts';
import { type AggregateCall, column, type Expr } from '../expr.ts';
import type { AggregatePlan, JoinPlan, Plan } from '../node.ts';
import { isDeterministic } from '../rules/deterministic.ts';
import { substitute } from '../rules/substitute.ts';

/** All expressions are over the join's columns. */
export type Below = {
  readonly aggregate: AggregatePlan;
  readonly join: JoinPlan;
  /** What pairs must satisfy beyond the join. */
  readonly conditions: readonly Expr[];
};

/** Null where there is no join, or something else is between. */
export function joinBelow(aggregate: AggregatePlan): Below | null {
  let columns: readonly Expr[] = aggregate.input.schema.map((field, i) => column(i, field.type));
  const conditions: Expr[] = [];
  let input: Plan = aggregate.input;
  for (; ; input = input.input) {
    if (input.kind === 'project' && input.exprs.every((e) => e.kind === 'column')) {
      const { exprs } = input;
      columns = columns.map((c) => substitute(c, exprs));
      conditions.forEach((c, i) => {
        conditions[i] = substitute(c, exprs);
      });
    } else if (input.kind === 'filter' && isDeterministic(input.predicate))
      conditions.unshift(...conjuncts(input.predicate));
    else break;
  }
  if (input.kind !== 'join') return null;
  const over = (expr: Expr): Expr => substitute(expr, columns);
  return {
    aggregate: {
      ...aggregate,
      keys: aggregate.keys.map(over),
      aggregates: aggregate.aggregates.map((call) => mapCall(call, over)),
    },
    join: input,
    conditions,
  };
}

export const mapCall = (call: AggregateCall, change: (expr: Expr) => Expr): AggregateCall => ({
  ...call,
  args: call.args.map(change),
  filter: call.filter === null ? null : change(call.filter),
});
