/**
 * A subquery freed from the query around it: a plan that stands by itself, and what ties its rows to outer rows.
 *
 * An outer row with given values of the outer columns sees the rows of `plan` for which all `conditions` hold; column i of the
 * subquery is then `columns[i]`. Both are over the plan's columns and the outer columns.
 */

import { column, type Expr } from '../expr.ts';
import type { Plan } from '../node.ts';

export type Loose = {
  readonly plan: Plan;
  readonly columns: readonly Expr[];
  readonly conditions: readonly Expr[];
  /**
   * Every outer row sees exactly one row: where no row of `plan` is tied to it, the one that `columns` give when all columns of
   * the plan are NULL. So does a total over no rows: `coalesce(count, 0)`.
   */
  readonly oneRow: boolean;
};

export const allColumns = (plan: Plan): Expr[] => plan.schema.map((field, i) => column(i, field.type));

/** The plan with more columns, computed from those it has. */
export function withColumns(plan: Plan, exprs: readonly Expr[]): Plan {
  if (exprs.length === 0) return plan;
  return {
    kind: 'project',
    input: plan,
    exprs: [...allColumns(plan), ...exprs],
    schema: [...plan.schema, ...exprs.map((e, i) => ({ name: `computed${i}`, type: e.type }))],
  };
}
