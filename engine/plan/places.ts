/** Rows by their places among those of their partition: a window of row numbers, and a filter over it. */

import { allOf, apply } from '../function/call.ts';
import { BOOL, INT64 } from '../type/type.ts';
import { type AggregateCall, column, type Expr, literal } from './expr.ts';
import type { LimitPlan, Plan, SortKey } from './node.ts';
import type { WindowCall, WindowFrame, WindowFunctionId } from './window.ts';

/** All of the partition. */
export const WHOLE: WindowFrame = {
  unit: 'rows',
  key: null,
  start: { kind: 'unbounded' },
  end: { kind: 'unbounded' },
  exclude: null,
};

const COUNT: AggregateCall = { fn: 'count_star', args: [], filter: null, distinct: false, type: INT64 };

/** A call that takes nothing; the aggregate that does is the number of rows. */
export const placeCall = (fn: WindowFunctionId): WindowCall => ({
  fn,
  args: [],
  aggregate: fn === 'aggregate' ? COUNT : null,
  frame: WHOLE,
  ignoreNulls: false,
  type: INT64,
});

/** The input's columns, and each row's places among those of its partition. */
export const withPlaces = (
  input: Plan,
  partition: readonly Expr[],
  order: readonly SortKey[] = [],
  fns: readonly WindowFunctionId[] = ['row_number'],
): Plan => ({
  kind: 'window',
  input,
  partition,
  order,
  calls: fns.map(placeCall),
  schema: [...input.schema, ...fns.map((name) => ({ name, type: INT64 }))],
});

export const above = (place: Expr, n: number): Expr =>
  apply('gt_i64', [place, literal(BigInt(n), INT64)], BOOL);
export const notAbove = (place: Expr, n: number): Expr =>
  apply('le_i64', [place, literal(BigInt(n), INT64)], BOOL);

/** The rows of each partition from the (offset + 1)-th on, in their order, with a column of their places behind the input's. */
export function firstOfEach(
  input: Plan,
  partition: readonly Expr[],
  order: readonly SortKey[],
  { limit, offset }: Pick<LimitPlan, 'limit' | 'offset'>,
): Plan {
  const plan = withPlaces(input, partition, order);
  const place = column(input.schema.length, INT64);
  const predicate = allOf([
    above(place, offset),
    ...(limit === null ? [] : [notAbove(place, offset + limit)]),
  ]);
  return { kind: 'filter', input: plan, predicate, schema: plan.schema };
}
