/**
 * Turns DISTINCT aggregates into plain ones, so that the executor knows only one kind of aggregation.
 *
 * `count(DISTINCT x) GROUP BY k` counts the groups of (k, x); plain aggregates next to it that can be made of parts (counts,
 * integer sums, extremes) are computed for these groups and put together with them. Several different DISTINCT arguments, and
 * aggregates that cannot be made of parts, become one aggregation each, joined on the keys (NULL equals NULL). Min, max and any
 * do not care about DISTINCT.
 */

import { nullable } from '../type/type.ts';
import { INSENSITIVE, partsOf } from './aggregate-parts.ts';
import { type AggregateCall, type CaseExpr, column, type Expr, exprKey, literal } from './expr.ts';
import type { AggregatePlan, Field, JoinPlan, Plan, ProjectPlan } from './node.ts';
import { NO_STATISTICS, type Statistics } from './statistics.ts';

/** The aggregate without DISTINCT; its schema is unchanged. */
export function expandDistinct(plan: AggregatePlan, statistics: Statistics = NO_STATISTICS): Plan {
  const calls = plan.aggregates.map((a) =>
    a.distinct && INSENSITIVE.test(a.fn) ? { ...a, distinct: false } : a,
  );
  if (!calls.some((c) => c.distinct)) return { ...plan, aggregates: calls };

  const parts = new Map<string, number[]>();
  calls.forEach((c, i) => {
    const key = c.distinct ? exprKeyOf(c) : '';
    parts.set(key, [...(parts.get(key) ?? []), i]);
  });
  const distinct = calls.filter((c) => c.distinct);
  const oneArgument = parts.size - (parts.has('') ? 1 : 0) === 1;
  const partial = oneArgument && !cheapApart(plan, statistics) ? inParts(plan, calls, distinct[0]) : null;
  if (partial !== null) return partial;
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

/** DISTINCT over one argument, all other aggregates in parts; null when one of them cannot be. */
function inParts(plan: AggregatePlan, calls: readonly AggregateCall[], first: AggregateCall): Plan | null {
  const keyCount = plan.keys.length;
  const args = distinctArguments(first);
  const parts = calls.map((c) => (c.distinct ? null : partsOf(c)));
  if (calls.some((c, i) => !c.distinct && parts[i] === null)) return null;
  const keyFields = plan.schema.slice(0, keyCount);
  const inner = parts.flatMap((p) => p?.inner ?? []);
  const grouped: AggregatePlan = {
    kind: 'aggregate',
    input: plan.input,
    keys: [...plan.keys, ...args],
    aggregates: inner,
    schema: [
      ...keyFields,
      ...args.map((arg, i) => ({ name: `distinct${i}`, type: arg.type })),
      ...inner.map((c, i) => ({ name: `part${i}`, type: c.type })),
    ],
  };
  const outer: AggregateCall[] = [];
  const results = calls.map((c, i): Expr => {
    const made = parts[i];
    if (made === null) {
      outer.push(overDistinct(c, args, keyCount));
      return column(keyCount + outer.length - 1, c.type);
    }
    const before = parts.slice(0, i).reduce((sum, p) => sum + (p?.inner.length ?? 0), 0);
    const columns = made.inner.map((part, k) => {
      const arg = column(keyCount + args.length + before + k, part.type);
      outer.push({ ...made.outer[k], args: [arg], filter: null, distinct: false });
      return column(keyCount + outer.length - 1, made.outer[k].type);
    });
    return made.result(columns, c.type);
  });
  const keys = keyFields.map((field, i) => column(i, field.type));
  const merged: AggregatePlan = {
    kind: 'aggregate',
    input: grouped,
    keys,
    aggregates: outer,
    schema: [...keyFields, ...outer.map((c, i) => ({ name: `merged${i}`, type: c.type }))],
  };
  return { kind: 'project', input: merged, exprs: [...keys, ...results], schema: plan.schema };
}

/** Groups up to which plain aggregates are cheaper in an aggregation of their own. */
const FEW_GROUPS = 1 << 16;

/**
 * Reading the input a second time costs little, and so do the plain aggregates then: it is a table without a filter, grouped by
 * integers of a small range.
 */
function cheapApart({ input, keys }: AggregatePlan, statistics: Statistics): boolean {
  if (input.kind !== 'scan' || input.filter !== null) return false;
  let groups = 1;
  for (const key of keys) {
    const zone =
      key.kind === 'column' ? statistics.zone(input.tableId, input.columnIds[key.index]) : undefined;
    if (typeof zone?.min !== 'bigint' || typeof zone.max !== 'bigint') return false;
    groups *= Number(zone.max - zone.min) + 1;
  }
  return groups <= FEW_GROUPS;
}

const distinctArguments = (c: AggregateCall): readonly Expr[] => {
  const { filter } = c;
  return filter === null ? c.args : c.args.map((arg) => onlyWhere(filter, arg));
};

/** A DISTINCT call over groups in which its arguments stand after the keys. */
const overDistinct = (c: AggregateCall, args: readonly Expr[], keyCount: number): AggregateCall => ({
  ...c,
  args: args.map((arg, k) => column(keyCount + k, arg.type)),
  filter: null,
  distinct: false,
});

/** Groups of (keys, argument), then the calls over those. */
function distinctPiece(
  plan: AggregatePlan,
  calls: readonly AggregateCall[],
  indices: readonly number[],
): Plan {
  const keyCount = plan.keys.length;
  const keyFields = plan.schema.slice(0, keyCount);
  const args = distinctArguments(calls[indices[0]]);
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
    aggregates: indices.map((i) => overDistinct(calls[i], args, keyCount)),
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
