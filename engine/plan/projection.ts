/**
 * Projections: what a table keeps of its rows a second time, as groups with the states of aggregates, or in another order. Plain
 * data of the table's definition, and what of a plan can be made of it.
 *
 * Expressions of a projection are over the ids of the table's columns, and so is what is taken out of a plan here: a plan and a
 * projection that mean the same have the same keys (`exprKey`).
 */

import { plainId } from '../function/aggregate/nest.ts';
import { hasStates } from '../function/aggregate/state.ts';
import { hashLane } from '../function/aggregate/state-type.ts';
import { allOf } from '../function/call.ts';
import { type LogicalType, laneOf, nullable } from '../type/type.ts';
import { type Parts, partsOf } from './aggregate-parts.ts';
import { mapText, type Written } from './computed.ts';
import {
  type AggregateCall,
  aggregateKey,
  column,
  columnsOf,
  type Expr,
  exprKey,
  mapChildren,
  overColumns,
} from './expr.ts';
import type { AggregatePlan, Plan, ScanPlan } from './node.ts';
import { isDeterministic } from './rules/deterministic.ts';
import { substitute } from './rules/substitute.ts';

export type Projection = {
  /** Given once in a table. */
  readonly id: number;
  readonly name: string;
  /** What it has of a row; of groups, their keys. */
  readonly columns: readonly Expr[];
  /** Positions in `columns` that its rows are sorted by. */
  readonly order: readonly number[];
  /** Of each group; null: rows stay as they are. */
  readonly aggregates: readonly AggregateCall[] | null;
  /** The query as written, and what it sorts or groups by. */
  readonly text: Written;
  readonly keyTexts: readonly Written[];
};

/** Ids of the columns that a projection reads. */
export const projectedColumns = ({ columns, aggregates }: Omit<Projection, 'id'>): readonly number[] =>
  columnsOf(
    ...columns,
    ...(aggregates ?? []).flatMap(({ args, filter }) => (filter === null ? args : [...args, filter])),
  );

/** The same projections over other ids. */
export const mapProjection = <P extends Omit<Projection, 'id'>>(
  projection: P,
  idOf: (id: number) => number,
): P => ({
  ...projection,
  columns: projection.columns.map((expr) => overColumns(expr, idOf)),
  aggregates: projection.aggregates?.map((c) => mapCall(c, (expr) => overColumns(expr, idOf))) ?? null,
  text: mapText(projection.text, idOf),
  keyTexts: projection.keyTexts.map((text) => mapText(text, idOf)),
});

const mapCall = (c: AggregateCall, change: (expr: Expr) => Expr): AggregateCall => ({
  ...c,
  args: c.args.map(change),
  filter: c.filter === null ? null : change(c.filter),
});

/**
 * What is kept of a group for an aggregate: words where kernels put them together, else its state. Null: it cannot be kept. A part
 * without values is NULL, whatever the aggregate gives for none.
 */
export function keptParts(written: AggregateCall): Parts | null {
  const c = plain(written);
  if (c.distinct) {
    const isCount = c.fn === 'count' && c.args.length === 1 && /^(i64|str)$/.test(laneOf(c.args[0].type));
    return isCount
      ? statesOf({ ...c, fn: `set_${hashLane(c.args[0].type)}`, params: [0], distinct: false })
      : null;
  }
  const parts = partsOf(c);
  if (parts === null) return hasStates(c.fn) ? statesOf(c) : null;
  const isCount = c.fn === 'count' || c.fn === 'count_star';
  return isCount
    ? parts
    : { ...parts, inner: parts.inner.map((p) => (p.fn === 'count' ? p : { ...p, type: nullable(p.type) })) };
}

function statesOf(c: AggregateCall): Parts {
  const { params = [], type: result } = c;
  const fn = plainId(c.fn);
  const type: LogicalType = {
    id: 'state',
    nullable: false,
    state: { name: fn, parameters: [], args: c.args.map((arg) => arg.type), fn, params, result },
  };
  return {
    inner: [{ ...c, fn: `state_${fn}`, type }],
    outer: [{ fn: `merge_${fn}`, ...(c.params === undefined ? {} : { params }), type: result }],
    result: ([value]) => value,
  };
}

/** Calls that count the same are the same. */
const plain = (c: AggregateCall): AggregateCall =>
  c.fn === 'count' && !c.distinct && c.args.length === 1 && !c.args[0].type.nullable
    ? { ...c, fn: 'count_star', args: [] }
    : c;

const callKey = (c: AggregateCall): string => aggregateKey(plain(c));

/** Rows of one table, some of them, as a plan reads them: over ids. */
type Read = { readonly scan: ScanPlan; readonly filter: Expr | null; readonly columns: readonly Expr[] };

function readOf(plan: Plan): Read | null {
  if (plan.kind === 'scan') {
    const { columnIds, filter, final = false, paths = [], schema } = plan;
    if (final || paths.length > 0 || columnIds.some((id) => id < 0)) return null;
    const columns = columnIds.map((id, i) => column(id, schema[i].type));
    return { scan: plan, filter: filter && substitute(filter, columns), columns };
  }
  if (plan.kind !== 'project' && plan.kind !== 'filter') return null;
  const read = readOf(plan.input);
  if (read === null) return null;
  if (plan.kind === 'project')
    return { ...read, columns: plan.exprs.map((expr) => substitute(expr, read.columns)) };
  const predicate = substitute(plan.predicate, read.columns);
  return { ...read, filter: read.filter === null ? predicate : allOf([read.filter, predicate]) };
}

/** What an aggregation of rows of one table is, over ids; null: it is of something else. */
export type Groups = {
  readonly scan: ScanPlan;
  readonly filter: Expr | null;
  readonly keys: readonly Expr[];
  readonly aggregates: readonly AggregateCall[];
};

export function groupsOf(plan: AggregatePlan): Groups | null {
  const read = readOf(plan.input);
  if (read === null) return null;
  const over = (expr: Expr): Expr => substitute(expr, read.columns);
  const { scan, filter } = read;
  return {
    scan,
    filter,
    keys: plan.keys.map(over),
    aggregates: plan.aggregates.map((c) => mapCall(c, over)),
  };
}

/** The same of rows that are read and computed of, but not grouped. */
export const rowsOf = (plan: Plan): Read | null => readOf(plan);

/** An expression over what the projection has: column i is its column i. Null: it needs more. */
export function overProjection(expr: Expr, { columns }: Pick<Projection, 'columns'>): Expr | null {
  const known = new Map(columns.map((own, i) => [exprKey(own), i]));
  let isWhole = isDeterministic(expr);
  const visit = (node: Expr): Expr => {
    const at = known.get(exprKey(node));
    if (at !== undefined) return column(at, node.type);
    if (node.kind === 'column') isWhole = false;
    return mapChildren(node, visit);
  };
  const over = visit(expr);
  return isWhole ? over : null;
}

/** Positions of aggregates among those of the projection; null: it lacks one. */
export function keptAggregates(
  wanted: readonly AggregateCall[],
  { aggregates }: Pick<Projection, 'aggregates'>,
): readonly number[] | null {
  const known = (aggregates ?? []).map(callKey);
  const places = wanted.map((c) => known.indexOf(callKey(c)));
  return places.includes(-1) ? null : places;
}
