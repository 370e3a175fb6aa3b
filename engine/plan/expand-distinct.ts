/**
 * Turns DISTINCT aggregates into plain ones, so that the executor knows only one kind of aggregation.
 *
 * `count(DISTINCT x) GROUP BY k` counts the groups of (k, x). Several different DISTINCT arguments, or DISTINCT next to
 * plain aggregates, become one aggregation each, joined on the keys (NULL equals NULL). Min, max and any do not care.
 */

import { nullable } from '../type/type.ts';
import { type AggregateCall, type CaseExpr, column, type Expr, exprKey, literal } from './expr.ts';
import type { AggregatePlan, Field, JoinPlan, Plan, ProjectPlan } from './node.ts';

const INSENSITIVE = /^(min|max|any)_/;

/** The aggregate without DISTINCT; its schema is unchanged. */
export function expandDistinct(plan: AggregatePlan): Plan {
  const calls = plan.aggregates.map((a) =>
    a.distinct && INSENSITIVE.test(a.fn) ? { ...a, distinct: false } : a,
  );
  if (!calls.some((c) => c.distinct)) return { ...plan, aggregates: calls };

  const parts = new Map<string, number[]>();
  calls.forEach((c, i) => {
    const key = c.distinct ? exprKeyOf(c) : '';
    parts.set(key, [...(parts.get(key) ?? []), i]);
  });
  const pieces = [...parts.values()].map((indices) => ({
    indices,
    plan: calls[indices[0]].distinct ? distinctPiece(plan, calls, indices) : plainPiece(plan, calls, indices),
  }));
  const keyCount = plan.keys.length;
  let joined = pieces[0].plan;
  const position = new Map<number, number>(pieces[0].indices.map((call, i) => [call, keyCount + i]));
  for (const piece of pieces.slice(1)) {
    const width = joined.schema.length;
    piece.indices.forEach((call, i) => {
      position.set(call, width + keyCount + i);
    });
    joined = joinOnKeys(joined, piece.plan, keyCount);
  }
  const exprs = plan.schema.map((field, i) =>
    column(i < keyCount ? i : (position.get(i - keyCount) ?? 0), field.type),
  );
  const project: ProjectPlan = { kind: 'project', input: joined, exprs, schema: plan.schema };
  return project;
}

const exprKeyOf = (c: AggregateCall): string =>
  `${c.args.map(exprKey).join()}|${c.filter === null ? '' : exprKey(c.filter)}`;

function plainPiece(plan: AggregatePlan, calls: readonly AggregateCall[], indices: readonly number[]): Plan {
  return {
    ...plan,
    aggregates: indices.map((i) => calls[i]),
    schema: [
      ...plan.schema.slice(0, plan.keys.length),
      ...indices.map((i) => plan.schema[plan.keys.length + i]),
    ],
  };
}

/** Groups of (keys, argument), then the calls over those. */
function distinctPiece(
  plan: AggregatePlan,
  calls: readonly AggregateCall[],
  indices: readonly number[],
): Plan {
  const keyCount = plan.keys.length;
  const keyFields = plan.schema.slice(0, keyCount);
  const first = calls[indices[0]];
  const args = first.args.map((arg) => (first.filter === null ? arg : onlyWhere(first.filter, arg)));
  const argFields: Field[] = args.map((arg, i) => ({ name: `distinct${i}`, type: arg.type }));
  const inner: AggregatePlan = {
    kind: 'aggregate',
    input: plan.input,
    keys: [...plan.keys, ...args],
    aggregates: [],
    schema: [...keyFields, ...argFields],
  };
  return {
    kind: 'aggregate',
    input: inner,
    keys: keyFields.map((field, i) => column(i, field.type)),
    aggregates: indices.map((i) => ({
      ...calls[i],
      args: args.map((arg, k) => column(keyCount + k, arg.type)),
      filter: null,
      distinct: false,
    })),
    schema: [...keyFields, ...indices.map((i) => plan.schema[keyCount + i])],
  };
}

/** The argument where the filter is true, NULL elsewhere: NULL is not counted. */
const onlyWhere = (filter: Expr, arg: Expr): CaseExpr => {
  const type = nullable(arg.type);
  return { kind: 'case', branches: [{ when: filter, value: arg }], otherwise: literal(null, type), type };
};

function joinOnKeys(left: Plan, right: Plan, keyCount: number): JoinPlan {
  const keys = (plan: Plan) => plan.schema.slice(0, keyCount).map((field, i) => column(i, field.type));
  return {
    kind: 'join',
    join: keyCount === 0 ? 'cross' : 'inner',
    left,
    right,
    leftKeys: keys(left),
    rightKeys: keys(right),
    residual: null,
    nullSafe: true,
    defaultIfUnmatched: false,
    schema: [...left.schema, ...right.schema],
  };
}
