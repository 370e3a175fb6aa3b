/**
 * When rows and values of a table expire: plain data of the table's definition, opaque to storage.
 *
 * Expressions are over the ids of the table's columns. What is at the epoch itself never expires, as in ClickHouse, where
 * it stands for a date that was not given.
 */

import { type Expr, overColumns } from './expr.ts';

export type TtlRule = {
  /** Whose values become the column's default; null: whole rows go. */
  readonly column: number | null;
  /** A timestamp in UTC, never NULL: the first moment at which it is expired. */
  readonly expires: Expr;
  /** Only rows for which this is true; null: all. */
  readonly where: Expr | null;
  /** As written, with WHERE. */
  readonly text: string;
};

/** Bounds of what a partition may hold and how often expired rows are looked for; absent: the server's. */
export type TableLimits = {
  readonly partsToDelayInsert?: number;
  readonly partsToThrowInsert?: number;
  /** Between two passes that rewrite segments of which some rows have expired. */
  readonly mergeWithTtlTimeoutMs?: number;
};

/** The same rules over other ids. */
export function mapTtl(rules: readonly TtlRule[], idOf: (id: number) => number): readonly TtlRule[] {
  return rules.map((rule) => ({
    ...rule,
    column: rule.column === null ? null : idOf(rule.column),
    expires: overColumns(rule.expires, idOf),
    where: rule.where === null ? null : overColumns(rule.where, idOf),
  }));
}
