/**
 * An aggregate over a join as one over a join with groups of one side.
 *
 * Rows of a side that look alike from above find the same partners, whatever the join demands, so a side may be any whose rows the join
 * does not make up. Only what cannot go wrong is done earlier: rows without a partner are aggregated, too, so arguments must not fail of
 * them, and sums not leave 64 bits. Sums of floats would round their parts; what is summed up of the other side would have to be multiplied.
 */

import { allOf } from '../../function/call.ts';
import { bitsOf, isInteger, laneOf } from '../../type/type.ts';
import { type Parts, partsOf } from '../aggregate-parts.ts';
import { type AggregateCall, aggregateKey, column, columnsOf, type Expr, exprKey } from '../expr.ts';
import type { AggregatePlan, JoinPlan, JoinType, Plan } from '../node.ts';
import { cannotFail } from '../rules/cannot-fail.ts';
import { isDeterministic } from '../rules/deterministic.ts';
import { renumber } from '../rules/substitute.ts';
import type { Statistics } from '../statistics.ts';
import { type Below, mapCall } from './below.ts';

export type Side = 'left' | 'right';

/** Sides all of whose rows are the side's own. */
export const SIDES: Readonly<Partial<Record<JoinType, readonly Side[]>>> = {
  inner: ['left', 'right'],
  cross: ['left', 'right'],
  left: ['left'],
  right: ['right'],
  semi: ['left'],
  anti: ['left'],
};

/** An aggregate in parts, or one that does not care how often a row comes and stays above. */
type Split = { readonly call: AggregateCall; readonly parts: Parts | null };

/**
 * Null where it cannot be done.
 * @param below what becomes of the groups below, which are an aggregate like others; null: they are not worth it
 */
export function pushed(
  { aggregate, join, conditions }: Below,
  side: Side,
  statistics: Statistics,
  below: (partial: AggregatePlan) => Plan | null,
): Plan | null {
  if (join.pick !== undefined) return null;
  const input = join[side];
  const first = side === 'left' ? 0 : join.left.schema.length;
  const end = first + input.schema.length;
  const isOwn = (c: number): boolean => c >= first && c < end;
  const isBounded = (c: number): boolean => staysNarrow(input, c - first, statistics);
  const calls = aggregate.aggregates.map((call) => split(call, isOwn, isBounded));
  if (calls.includes(null)) return null;
  const splits = calls as readonly Split[];

  const seen = [
    ...aggregate.keys,
    ...conditions,
    ...(join.residual === null ? [] : [join.residual]),
    ...splits.flatMap(({ call, parts }) => (parts === null ? exprsOfCall(call) : [])),
  ];
  if (!seen.every(isDeterministic)) return null;
  // What the join compares, then columns that are seen besides.
  const keys = new Map((side === 'left' ? join.leftKeys : join.rightKeys).map((key) => [placeKey(key), key]));
  for (const c of columnsOf(...seen).filter(isOwn)) {
    const key = column(c - first, input.schema[c - first].type);
    if (!keys.has(placeKey(key))) keys.set(placeKey(key), key);
  }
  const places = new Map([...keys.keys()].map((key, place) => [key, place]));
  const groups = [...keys.values()];
  // 0 and -0 are one group, but two values. Without a key there would be a group of no rows.
  if (groups.length === 0 || groups.some((key) => laneOf(key.type) === 'f64' || !isDeterministic(key)))
    return null;

  const toInput = new Map(input.schema.map((_, i) => [first + i, i]));
  const inner = new Calls();
  const partsAt = splits.map(({ parts }) =>
    (parts?.inner ?? []).map((call) => inner.place(mapCall(call, (expr) => renumber(expr, toInput)))),
  );
  const partial: AggregatePlan = {
    kind: 'aggregate',
    input,
    keys: groups,
    aggregates: inner.all,
    schema: [
      ...groups.map((key, i) => ({ name: `key${i}`, type: key.type })),
      ...inner.all.map((call, i) => ({ name: `part${i}`, type: call.type })),
    ],
  };
  const groupsBelow = below(partial);
  if (groupsBelow === null) return null;
  const width = partial.schema.length;
  const moved = (c: number): number => {
    if (!isOwn(c)) return c < first ? c : c - input.schema.length + width;
    return first + (places.get(`#${c - first}`) ?? -1);
  };
  const over = (expr: Expr): Expr => renumber(expr, new Map(columnsOf(expr).map((c) => [c, moved(c)])));
  const joined = filtered(joinOf(join, side, groupsBelow, places, over), conditions.map(over));
  const results = new Calls();
  const outputs = splits.map(({ call, parts }, i): Expr => {
    const result = (made: AggregateCall): Expr =>
      column(aggregate.keys.length + results.place(made), made.type);
    if (parts === null) return result(mapCall(call, over));
    const columns = partsAt[i].map((at, k) => {
      const arg = column(first + groups.length + at, inner.all[at].type);
      return result({ ...parts.outer[k], args: [arg], filter: null, distinct: false });
    });
    return parts.result(columns, call.type);
  });
  const fields = aggregate.schema.slice(0, aggregate.keys.length);
  const merged: AggregatePlan = {
    kind: 'aggregate',
    input: joined,
    keys: aggregate.keys.map(over),
    aggregates: results.all,
    schema: [...fields, ...results.all.map((call, i) => ({ name: `merged${i}`, type: call.type }))],
  };
  return {
    kind: 'project',
    input: merged,
    exprs: [...fields.map((field, i) => column(i, field.type)), ...outputs],
    schema: aggregate.schema,
  };
}

/** Aggregates, each once. */
class Calls {
  readonly all: AggregateCall[] = [];
  readonly #places = new Map<string, number>();

  place(call: AggregateCall): number {
    const key = `${aggregateKey(call)} ${JSON.stringify(call.type)}`;
    const place = this.#places.get(key) ?? this.all.length;
    if (place === this.all.length) this.all.push(call);
    this.#places.set(key, place);
    return place;
  }
}

const exprsOfCall = ({ args, filter }: AggregateCall): readonly Expr[] =>
  filter === null ? args : [...args, filter];

/** A column is one key, whatever type it is seen as. */
const placeKey = (expr: Expr): string => (expr.kind === 'column' ? `#${expr.index}` : exprKey(expr));

/** Null: it can neither be made of parts of this side, nor stay above. */
function split(
  call: AggregateCall,
  isOwn: (column: number) => boolean,
  isBounded: (column: number) => boolean,
): Split | null {
  if (call.distinct) return null;
  const exprs = exprsOfCall(call);
  const isBelow = columnsOf(...exprs).every(isOwn) && exprs.every((e) => cannotFail(e) && isDeterministic(e));
  const parts = isBelow && isSafe(call, isBounded) ? partsOf(call) : null;
  return parts !== null || EXTREME.test(call.fn) ? { call, parts } : null;
}

/** Sums that no number of rows takes beyond their bits, or that go on with the low ones. */
const ANY_ROWS = /^sum_(wrap|wide)_/;
const EXTREME = /^(min|max)_(i64|u64|f64|str|bool)$/;

/** Its parts do not leave 64 bits, and it has its value from rows alone: an average of none may be no NULL. */
function isSafe(
  { fn, args: [arg], filter, type }: AggregateCall,
  isBounded: (c: number) => boolean,
): boolean {
  if (fn === 'count_star' || fn === 'count' || ANY_ROWS.test(fn) || EXTREME.test(fn)) return true;
  if (fn === 'sum_checked_i64') return isNarrow(arg, isBounded);
  return fn === 'avg_i64' && isNarrow(arg, isBounded) && filter === null && type.nullable;
}

/** Sums of 2^31 values of so many bits do not leave 64. */
const NARROW_BITS = 32;
const NARROW = 1n << 31n;

function isNarrow(expr: Expr, isBounded: (column: number) => boolean): boolean {
  if (isInteger(expr.type) && bitsOf(expr.type) <= NARROW_BITS) return true;
  switch (expr.kind) {
    case 'column':
      return isBounded(expr.index);
    case 'literal':
      return expr.value === null || (typeof expr.value === 'bigint' && isWithinNarrow(expr.value));
    case 'case':
      return [...expr.branches.map((b) => b.value), expr.otherwise].every((e) => isNarrow(e, isBounded));
    default:
      return false;
  }
}

const isWithinNarrow = (value: bigint): boolean => value >= -NARROW && value <= NARROW;

/** The bounds of the table's column say that its values are narrow. */
function staysNarrow(plan: Plan, index: number, statistics: Statistics): boolean {
  switch (plan.kind) {
    case 'scan': {
      const zone =
        plan.columnIds[index] < 0 ? undefined : statistics.zone(plan.tableId, plan.columnIds[index]);
      return (
        typeof zone?.min === 'bigint' &&
        typeof zone.max === 'bigint' &&
        isWithinNarrow(zone.min) &&
        isWithinNarrow(zone.max)
      );
    }
    case 'project': {
      const expr = plan.exprs[index];
      return expr.kind === 'column' && staysNarrow(plan.input, expr.index, statistics);
    }
    case 'filter':
      return staysNarrow(plan.input, index, statistics);
    case 'join': {
      const width = plan.left.schema.length;
      return index < width
        ? staysNarrow(plan.left, index, statistics)
        : staysNarrow(plan.right, index - width, statistics);
    }
    default:
      return false;
  }
}

/** The join with groups in the place of one side's rows. */
function joinOf(
  join: JoinPlan,
  side: Side,
  groups: Plan,
  places: ReadonlyMap<string, number>,
  over: (expr: Expr) => Expr,
): JoinPlan {
  const keysOf = (keys: readonly Expr[]): Expr[] =>
    keys.map((key) => column(places.get(placeKey(key)) ?? -1, key.type));
  const width = join.left.schema.length;
  const isHalf = join.join === 'semi' || join.join === 'anti';
  // A side that may be missing has its types from the join.
  const [left, right] =
    side === 'left'
      ? [groups.schema, join.schema.slice(width)]
      : [join.schema.slice(0, width), groups.schema];
  return {
    ...join,
    [side]: groups,
    leftKeys: side === 'left' ? keysOf(join.leftKeys) : join.leftKeys,
    rightKeys: side === 'right' ? keysOf(join.rightKeys) : join.rightKeys,
    residual: join.residual === null ? null : over(join.residual),
    schema: isHalf ? left : [...left, ...right],
  };
}

function filtered(input: Plan, conditions: readonly Expr[]): Plan {
  if (conditions.length === 0) return input;
  return { kind: 'filter', input, predicate: allOf(conditions), schema: input.schema };
}
