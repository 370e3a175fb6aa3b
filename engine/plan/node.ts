/**
 * The plan: one small algebra for every door (standard SQL, Druid SQL, ClickHouse SQL, Druid native JSON).
 *
 * Invariant: a node's `schema` is its output; expressions inside a node index the columns of its input's
 * schema (a join's: left columns, then right ones; a scan's: its own `columns` list). Nodes are plain data
 * and hold no table object: a scan names its table by id, and the executor is given the snapshots.
 */

import type { LogicalType, Value } from '../type/type.ts';
import type { AggregateCall, Expr } from './expr.ts';
import type { FillPlan } from './fill.ts';
import type { PathRead } from './path-read.ts';
import type { WindowPlan } from './window.ts';

export type Field = { readonly name: string; readonly type: LogicalType };
export type Schema = readonly Field[];

export type Plan =
  | ScanPlan
  | ValuesPlan
  | RangePlan
  | FilterPlan
  | ProjectPlan
  | ExpandPlan
  | AggregatePlan
  | JoinPlan
  | SortPlan
  | WindowPlan
  | LimitPlan
  | FillPlan
  | UnionPlan
  | RecursivePlan;

/** Columns of a table, by their stable ids, with the predicate that was pushed into it. */
export type ScanPlan = {
  readonly kind: 'scan';
  readonly tableId: number;
  readonly tableName: string;
  readonly columnIds: readonly number[];
  readonly filter: Expr | null;
  readonly schema: Schema;
  /** As if all of the table was merged. */
  readonly final?: boolean;
  /** Columns that are paths of JSON columns; their ids stand in `columnIds`. Absent: none. */
  readonly paths?: readonly PathRead[];
};

/** Literal rows; also `SELECT 1` (one row, no columns, under a project). */
export type ValuesPlan = {
  readonly kind: 'values';
  readonly rows: readonly (readonly Value[])[];
  readonly schema: Schema;
};

/** `numbers(n)`, `generate_series`: start, start + step ... `count` rows of one int64 or uint64 column. */
export type RangePlan = {
  readonly kind: 'range';
  readonly start: bigint;
  readonly step: bigint;
  readonly count: number;
  readonly schema: Schema;
};

export type FilterPlan = {
  readonly kind: 'filter';
  readonly input: Plan;
  readonly predicate: Expr;
  readonly schema: Schema;
};

export type ProjectPlan = {
  readonly kind: 'project';
  readonly input: Plan;
  readonly exprs: readonly Expr[];
  readonly schema: Schema;
};

/**
 * A row for each element of arrays: the input's columns, then one for each array. Arrays of a row are walked together: their lengths must be
 * equal, or the shorter ones go on with NULL (`padded`). Rows whose arrays are all empty are left out, or with `outer` come once with
 * `missing` as elements.
 */
export type ExpandPlan = {
  readonly kind: 'expand';
  readonly input: Plan;
  /** Arrays, or maps as arrays of their pairs; a NULL is an empty one. */
  readonly arrays: readonly Expr[];
  readonly padded: boolean;
  readonly outer: boolean;
  /** By array. */
  readonly missing: readonly Value[];
  readonly schema: Schema;
};

/** Output: the keys in order, then the aggregates. No keys: exactly one row, also for empty input. DISTINCT is keys without aggregates. */
export type AggregatePlan = {
  readonly kind: 'aggregate';
  readonly input: Plan;
  readonly keys: readonly Expr[];
  readonly aggregates: readonly AggregateCall[];
  readonly schema: Schema;
};

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti' | 'cross' | KeptRight;
/** Semi and anti joins that give right rows. Only plans of a running query have them (join-order/kept-side.ts). */
export type KeptRight = 'right semi' | 'right anti';

/**
 * Which of a left row's partners comes: any, or the nearest, whose `right` (over right columns) is the last for which `left op right` holds
 * (ASOF). Of partners that are as good, the one whose columns are least. `left` and `right` have one lane, which is no string's.
 */
export type JoinPick =
  | { readonly kind: 'any' }
  | {
      readonly kind: 'nearest';
      readonly left: Expr;
      readonly right: Expr;
      readonly op: 'ge' | 'gt' | 'le' | 'lt';
    };

/**
 * Equality of `leftKeys[i]` (over left columns) with `rightKeys[i]` (over right columns, index 0 = first right
 * column); `residual` (over left then right columns) must hold too. Keys have equal lanes. NULL matches nothing
 * unless `nullSafe`. Unmatched sides give NULL, or type defaults when `defaultIfUnmatched` (ClickHouse).
 */
export type JoinPlan = {
  readonly kind: 'join';
  readonly join: JoinType;
  readonly left: Plan;
  readonly right: Plan;
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  readonly residual: Expr | null;
  readonly nullSafe: boolean;
  readonly defaultIfUnmatched: boolean;
  /** Of inner, left, right and full joins: at most one partner a left row, chosen before `residual` is asked. Absent: all of them. */
  readonly pick?: JoinPick;
  readonly schema: Schema;
};

export type SortKey = { readonly expr: Expr; readonly descending: boolean; readonly nullsFirst: boolean };

/** Stable order by keys; with `limit` it is a top-N. NaN sorts as the largest value. */
export type SortPlan = {
  readonly kind: 'sort';
  readonly input: Plan;
  readonly keys: readonly SortKey[];
  readonly limit: number | null;
  readonly offset: number;
  readonly schema: Schema;
};

export type LimitPlan = {
  readonly kind: 'limit';
  readonly input: Plan;
  readonly limit: number | null;
  readonly offset: number;
  readonly schema: Schema;
};

/** UNION ALL; every input has the same column count and lanes. */
export type UnionPlan = { readonly kind: 'union'; readonly inputs: readonly Plan[]; readonly schema: Schema };

/**
 * The rows of `start`, then those of `step` again and again until it gives none: `step` scans the rows that came last as table `workingId`,
 * whose column ids are places. With `distinct` no row comes twice. A query that has it several times, by one `id`, has one set of rows.
 * Whoever runs the plan makes a table of it before (database/statement/recursion.ts): the executor knows no such node.
 */
export type RecursivePlan = {
  readonly kind: 'recursive';
  readonly id: number;
  readonly workingId: number;
  readonly name: string;
  readonly start: Plan;
  readonly step: Plan;
  readonly distinct: boolean;
  /** Times that `step` may give rows; 0: any number. */
  readonly maxDepth: number;
  readonly schema: Schema;
};

/** Tables of a statement's own, the rows of recursive queries: below those of the system, above files. */
const FIRST_RECURSION = -10_000;
export const MAX_RECURSIONS = 1000;
export const recursionIds = (number: number): Pick<RecursivePlan, 'id' | 'workingId'> => ({
  id: FIRST_RECURSION - 2 * number,
  workingId: FIRST_RECURSION - 2 * number - 1,
});
export const isRecursionId = (id: number): boolean =>
  id <= FIRST_RECURSION && id > FIRST_RECURSION - 2 * MAX_RECURSIONS;

export function inputsOf(plan: Plan): readonly Plan[] {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'range':
      return [];
    case 'join':
      return [plan.left, plan.right];
    case 'union':
      return plan.inputs;
    case 'recursive':
      return [plan.start, plan.step];
    default:
      return [plan.input];
  }
}
