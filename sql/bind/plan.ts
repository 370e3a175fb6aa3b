/** Plan nodes with their schemas filled in. */

import { comparable } from '../../engine/function/call.ts';
import { type AggregateCall, column, type Expr } from '../../engine/plan/expr.ts';
import type {
  AggregatePlan,
  FilterPlan,
  Plan,
  ProjectPlan,
  Schema,
  SortKey,
} from '../../engine/plan/node.ts';
import { laneOf } from '../../engine/type/type.ts';

/** One row, no columns: what SELECT without FROM reads. */
export const ONE_ROW: Plan = { kind: 'values', rows: [[]], schema: [] };

export function filter(input: Plan, predicate: Expr): Plan {
  if (predicate.kind === 'literal' && predicate.value === true) return input;
  return { kind: 'filter', input, predicate, schema: input.schema } satisfies FilterPlan;
}

export function project(input: Plan, exprs: readonly Expr[], names: readonly string[]): Plan {
  const schema: Schema = exprs.map((e, i) => ({ name: names[i], type: e.type }));
  return { kind: 'project', input, exprs, schema } satisfies ProjectPlan;
}

/** Groups are of values that are equal: where different intervals are, a group shows one of its own. */
export function aggregate(
  input: Plan,
  keys: readonly Expr[],
  aggregates: readonly AggregateCall[],
  names: readonly string[],
): Plan {
  const compared = keys.map(comparable);
  const others = keys.flatMap((key, i) => (compared[i] === key ? [] : [i]));
  if (others.length > 0) return showingOne(input, keys, compared, others, aggregates, names);
  const types = [...keys.map((k) => k.type), ...aggregates.map((a) => a.type)];
  const schema: Schema = types.map((type, i) => ({ name: names[i] ?? `$${i}`, type }));
  return { kind: 'aggregate', input, keys, aggregates, schema } satisfies AggregatePlan;
}

/** @param others keys that are shown by the least of their values, so by the same one whenever it is asked */
function showingOne(
  input: Plan,
  keys: readonly Expr[],
  compared: readonly Expr[],
  others: readonly number[],
  aggregates: readonly AggregateCall[],
  names: readonly string[],
): Plan {
  const shown = others.map(
    (i): AggregateCall => ({
      fn: `min_${laneOf(keys[i].type)}`,
      args: [keys[i]],
      filter: null,
      distinct: false,
      type: keys[i].type,
    }),
  );
  const types = [...compared, ...aggregates, ...shown].map(({ type }) => type);
  const schema: Schema = types.map((type, i) => ({ name: names[i] ?? `$${i}`, type }));
  const grouped: AggregatePlan = {
    kind: 'aggregate',
    input,
    keys: compared,
    aggregates: [...aggregates, ...shown],
    schema,
  };
  const placeOf = (i: number): number =>
    others.includes(i) ? keys.length + aggregates.length + others.indexOf(i) : i;
  const width = keys.length + aggregates.length;
  return project(
    grouped,
    types.slice(0, width).map((type, i) => column(placeOf(i), i < keys.length ? keys[i].type : type)),
    schema.map((field) => field.name),
  );
}

/** Every column of a plan. */
export const columnsOfPlan = (plan: Plan): Expr[] => plan.schema.map((f, i) => column(i, f.type));

export function distinct(input: Plan): Plan {
  return aggregate(
    input,
    columnsOfPlan(input),
    [],
    input.schema.map((f) => f.name),
  );
}

export function sortAndLimit(
  input: Plan,
  keys: readonly SortKey[],
  limit: number | null,
  offset: number,
): Plan {
  if (keys.length > 0) return { kind: 'sort', input, keys, limit, offset, schema: input.schema };
  if (limit === null && offset === 0) return input;
  return { kind: 'limit', input, limit, offset, schema: input.schema };
}

/** The first `count` columns; the same plan when there are no more. */
export function keepColumns(input: Plan, count: number): Plan {
  if (input.schema.length === count) return input;
  const kept = input.schema.slice(0, count);
  return project(
    input,
    kept.map((f, i) => column(i, f.type)),
    kept.map((f) => f.name),
  );
}
