/**
 * Several grouping sets in one aggregation: every row is joined with the number of each set, keys that a set leaves out have no
 * value there, and the number is one more key, so that a key's own NULLs stay apart.
 *
 * A set without keys is a total, and totals have a row even when there are none to aggregate.
 */

import { emptyResult } from '../../engine/function/aggregate/aggregate.ts';
import { apply, choose, int, isIn } from '../../engine/function/call.ts';
import { type AggregateCall, column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { BOOL, INT64, type LogicalType, nullable } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import { aggregate, filter, project } from './plan.ts';

/** What a key is where a set leaves it out: NULL, or the type's default where NULL is none of its values (ClickHouse). */
export type LeftOut = 'null' | 'default';

const absentKey = (type: LogicalType, leftOut: LeftOut): Expr =>
  leftOut === 'default' && !type.nullable ? literal(zeroOf(type), type) : literal(null, nullable(type));

/** Keys, then the set's number, then the aggregates. */
export function aggregateSets(
  input: Plan,
  keys: readonly Expr[],
  sets: readonly (readonly number[])[],
  calls: readonly AggregateCall[],
  names: readonly string[],
  leftOut: LeftOut = 'null',
): Plan {
  const number = column(input.schema.length, INT64);
  const numbered: Plan = {
    kind: 'join',
    join: 'cross',
    left: input,
    right: {
      kind: 'values',
      rows: sets.map((_, i) => [BigInt(i)]),
      schema: [{ name: '$set', type: INT64 }],
    },
    leftKeys: [],
    rightKeys: [],
    residual: null,
    nullSafe: false,
    defaultIfUnmatched: false,
    schema: [...input.schema, { name: '$set', type: INT64 }],
  };
  const having = keys.map((_, k) => sets.flatMap((set, i) => (set.includes(k) ? [BigInt(i)] : [])));
  const shown = keys.map((key, k): Expr => {
    if (having[k].length === sets.length) return key;
    const absent = absentKey(key.type, leftOut);
    return choose(isIn(number, having[k]), key, absent, absent.type);
  });
  const grouped = aggregate(numbered, [...shown, number], calls, names);
  const total = sets.findIndex((set) => set.length === 0);
  if (total === -1) return grouped;
  const inputs = [grouped, totalOfNothing(input, shown, total, calls, names, leftOut)];
  return { kind: 'union', inputs, schema: grouped.schema };
}

/** The row of the total when there are no rows. */
function totalOfNothing(
  input: Plan,
  keys: readonly Expr[],
  set: number,
  calls: readonly AggregateCall[],
  names: readonly string[],
  leftOut: LeftOut,
): Plan {
  const count: AggregateCall = { fn: 'count_star', args: [], filter: null, distinct: false, type: INT64 };
  const counted = aggregate(input, [], [count], ['rows']);
  const none = filter(counted, apply('eq_i64', [column(0, INT64), int(0)], BOOL));
  const values = [
    ...keys.map((key) => absentKey(key.type, leftOut)),
    int(set),
    ...calls.map(({ fn, type, params }) => literal(emptyResult(fn, type, params), type)),
  ];
  return project(none, values, names);
}
