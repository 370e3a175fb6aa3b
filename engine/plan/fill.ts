/**
 * Rows for values of sort keys that are missing (WITH FILL). The input's rows come in the order of `keys`; between them come rows with the
 * next values of the filled ones, made one from the other, which no row has.
 *
 * Rows of equal `prefix` are filled by themselves. What a made row has in other columns is NULL or the default, or what `interpolate` makes
 * of the row before.
 */

import type { LogicalType, Value } from '../type/type.ts';
import type { Expr } from './expr.ts';
import type { Plan, Schema, SortKey } from './node.ts';

export type FillPlan = {
  readonly kind: 'fill';
  readonly input: Plan;
  /** Columns of the input. */
  readonly keys: readonly SortKey[];
  readonly rule: FillRule;
  /** Rows that somebody wants at most; absent: all. */
  readonly most?: number;
  readonly schema: Schema;
};

export type FillRule = {
  /** In the order of the sort. */
  readonly keys: readonly FillKey[];
  readonly prefix: readonly number[];
  /** Over the columns of the row before. */
  readonly interpolate: readonly { readonly column: number; readonly value: Expr }[];
};

export type FillKey = {
  /** Of the input; an integer, a float, a day or ticks. */
  readonly column: number;
  readonly type: LogicalType;
  readonly descending: boolean;
  /** The first value made, and the one that none reaches; null: the first row's, and the last one's. */
  readonly from: Value;
  readonly to: Value;
  /** Over the value before, as column 0. */
  readonly next: Expr;
  /** What no value made behind a row reaches, over its value as column 0. */
  readonly stale: Expr | null;
};
