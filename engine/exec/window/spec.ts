/** A window node as the executor runs it: one sort whose rows carry all that the calls read as columns. */

import { type AggregateCall, column, type Expr, exprKey } from '../../plan/expr.ts';
import type { ProjectPlan, SortKey } from '../../plan/node.ts';
import type { FrameBound, WindowCall, WindowFrame, WindowFunctionId, WindowPlan } from '../../plan/window.ts';
import type { LogicalType } from '../../type/type.ts';
import type { SortSpec } from '../sort/spec.ts';

export type WindowSpec = {
  /** Of the rows with what the calls read behind them. */
  readonly sort: SortSpec;
  /** Columns of the rows that are passed on. */
  readonly width: number;
  /** How many of the sort's keys say which rows belong together. */
  readonly partitionKeys: number;
  readonly calls: readonly CallSpec[];
};

/** Columns are those of the sorted rows. */
export type CallSpec = {
  readonly fn: WindowFunctionId;
  readonly args: readonly number[];
  /** Its arguments are columns. */
  readonly aggregate: AggregateCall | null;
  readonly filter: number | null;
  readonly frame: FrameSpec;
  readonly ignoreNulls: boolean;
  readonly type: LogicalType;
};

export type FrameSpec = {
  readonly unit: WindowFrame['unit'];
  readonly start: BoundSpec;
  readonly end: BoundSpec;
  /** Of a range with values: the sort key as a column, its type, and whether it descends. */
  readonly key: number;
  readonly keyType: LogicalType | null;
  readonly descending: boolean;
  readonly exclude: WindowFrame['exclude'];
};

export type BoundSpec =
  | { readonly kind: 'unbounded' | 'current' }
  | { readonly kind: 'preceding' | 'following'; readonly column: number };

/** What the calls read stands behind the input's columns. */
export function windowSpec(plan: WindowPlan): { readonly input: ProjectPlan; readonly spec: WindowSpec } {
  const width = plan.input.schema.length;
  const exprs: Expr[] = plan.input.schema.map(({ type }, i) => column(i, type));
  const places = new Map<string, number>();
  const place = (expr: Expr): number => {
    if (expr.kind === 'column') return expr.index;
    const key = exprKey(expr);
    let at = places.get(key);
    if (at === undefined) {
      at = exprs.push(expr) - 1;
      places.set(key, at);
    }
    return at;
  };
  const placed = (expr: Expr): Expr => column(place(expr), expr.type);
  const keys: SortKey[] = [
    ...plan.partition.map((expr) => ({ expr: placed(expr), descending: false, nullsFirst: false })),
    ...plan.order.map((key) => ({ ...key, expr: placed(key.expr) })),
  ];
  const calls = plan.calls.map((call) => callSpec(call, plan.order, place));
  const types = exprs.map(({ type }) => type);
  const input: ProjectPlan = {
    kind: 'project',
    input: plan.input,
    exprs,
    schema: types.map((type, i) => ({ name: plan.input.schema[i]?.name ?? `$${i}`, type })),
  };
  return {
    input,
    spec: {
      sort: { types, keys, limit: null, offset: 0 },
      width,
      partitionKeys: plan.partition.length,
      calls,
    },
  };
}

function callSpec(
  { fn, args, aggregate, frame, ignoreNulls, type }: WindowCall,
  order: readonly SortKey[],
  place: (expr: Expr) => number,
): CallSpec {
  const bound = (b: FrameBound): BoundSpec => ('value' in b ? { kind: b.kind, column: place(b.value) } : b);
  const placed = (expr: Expr): Expr => column(place(expr), expr.type);
  return {
    fn,
    args: args.map(place),
    aggregate: aggregate === null ? null : { ...aggregate, args: aggregate.args.map(placed), filter: null },
    filter: aggregate?.filter == null ? null : place(aggregate.filter),
    frame: {
      unit: frame.unit,
      start: bound(frame.start),
      end: bound(frame.end),
      key: frame.key === null ? -1 : place(frame.key),
      keyType: frame.key?.type ?? null,
      descending: order[0]?.descending ?? false,
      exclude: frame.exclude,
    },
    ignoreNulls,
    type,
  };
}
