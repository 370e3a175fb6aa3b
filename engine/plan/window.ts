/**
 * Window functions: what a row gets from the rows around it.
 *
 * Rows of equal `partition` belong together and are put in `order`. A row's frame is the stretch of its partition that a call sees:
 * `start` and `end` count rows, groups of rows that are equal in the order (peers), or are values of the one sort key.
 */

import type { LogicalType } from '../type/type.ts';
import type { AggregateCall, Expr } from './expr.ts';
import type { Plan, Schema, SortKey } from './node.ts';

/** Output: the input's columns, then one for each call. Rows come in the order of partition and sort keys. */
export type WindowPlan = {
  readonly kind: 'window';
  readonly input: Plan;
  readonly partition: readonly Expr[];
  readonly order: readonly SortKey[];
  readonly calls: readonly WindowCall[];
  readonly schema: Schema;
};

export type WindowFunctionId =
  /** No arguments. */
  | 'row_number'
  | 'rank'
  | 'dense_rank'
  | 'percent_rank'
  | 'cume_dist'
  /** Number of buckets. */
  | 'ntile'
  /** Value, rows before or behind, value where there is no such row. */
  | 'lag'
  | 'lead'
  /** The same within the frame. */
  | 'lag_in_frame'
  | 'lead_in_frame'
  /** Value, which of the frame from 1 (first_value and nth_value), value where there is none. */
  | 'first_value'
  | 'last_value'
  | 'nth_value'
  /** `aggregate` over the frame. */
  | 'aggregate';

export type WindowCall = {
  readonly fn: WindowFunctionId;
  /** Those of an aggregate are in `aggregate`. */
  readonly args: readonly Expr[];
  readonly aggregate: AggregateCall | null;
  readonly frame: WindowFrame;
  /** Values that are NULL are passed over. */
  readonly ignoreNulls: boolean;
  readonly type: LogicalType;
};

export type WindowFrame = {
  readonly unit: 'rows' | 'range' | 'groups';
  /** Of a range with values: the sort key, of the values' type. */
  readonly key: Expr | null;
  readonly start: FrameBound;
  readonly end: FrameBound;
  /** What is left out of it: the row, it and its peers, or these without it. */
  readonly exclude: 'row' | 'group' | 'ties' | null;
};

/**
 * `unbounded`: the partition's start, or as an end its end. `value`: of rows and groups how many, a whole number; of a range the value
 * itself that is the bound.
 */
export type FrameBound =
  | { readonly kind: 'unbounded' | 'current' }
  | { readonly kind: 'preceding' | 'following'; readonly value: Expr };

const boundExprs = (bound: FrameBound): readonly Expr[] => ('value' in bound ? [bound.value] : []);

const callExprs = ({ args, aggregate, frame }: WindowCall): readonly Expr[] => [
  ...args,
  ...(aggregate?.args ?? []),
  ...(aggregate?.filter == null ? [] : [aggregate.filter]),
  ...(frame.key === null ? [] : [frame.key]),
  ...boundExprs(frame.start),
  ...boundExprs(frame.end),
];

/** All that a node evaluates, over its input's columns. */
export const windowExprs = ({
  partition,
  order,
  calls,
}: Pick<WindowPlan, 'partition' | 'order' | 'calls'>): readonly Expr[] => [
  ...partition,
  ...order.map(({ expr }) => expr),
  ...calls.flatMap(callExprs),
];

export function mapWindowCall(call: WindowCall, change: (expr: Expr) => Expr): WindowCall {
  const { aggregate, frame } = call;
  const bound = (b: FrameBound): FrameBound => ('value' in b ? { ...b, value: change(b.value) } : b);
  return {
    ...call,
    args: call.args.map(change),
    aggregate:
      aggregate === null
        ? null
        : {
            ...aggregate,
            args: aggregate.args.map(change),
            filter: aggregate.filter === null ? null : change(aggregate.filter),
          },
    frame: {
      ...frame,
      key: frame.key === null ? null : change(frame.key),
      start: bound(frame.start),
      end: bound(frame.end),
    },
  };
}
