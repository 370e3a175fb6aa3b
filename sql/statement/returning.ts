/** RETURNING: what a statement answers of each row that it wrote or took away, as further columns of its plan. */

import type { Expr } from '../../engine/plan/expr.ts';
import type { Plan, Schema } from '../../engine/plan/node.ts';
import type { Returning } from '../ast/statement.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { columnsOfPlan, project } from '../bind/plan.ts';
import { NO_WITH, type ScopeColumn } from '../bind/scope.ts';
import { spread } from '../bind/select.ts';
import type { Session } from '../bind/session.ts';

export type ReturningPlan = { readonly plan: Plan; readonly returning: Schema | null };

/** @param columns of the table, over the plan's */
export function withReturning(
  plan: Plan,
  items: Returning,
  columns: readonly ScopeColumn[],
  session: Session,
): ReturningPlan {
  if (items === null) return { plan, returning: null };
  const outputs = spread(items, columns, session);
  const scope = { columns, aliases: new Map(), with: NO_WITH };
  const binder = new ExpressionBinder(session, scope, null, 'RETURNING');
  const exprs = outputs.map((o) => (o.value === null ? o.column!.expr : binder.bind(o.value)));
  const names = outputs.map((o) => o.name);
  return {
    plan: project(plan, [...columnsOfPlan(plan), ...exprs], [...plan.schema.map((f) => f.name), ...names]),
    returning: exprs.map(({ type }, i) => ({ name: names[i], type })),
  };
}

/** The table's columns where a plan has them; `at` gives each one's expression. */
export const scopeOf = (
  names: readonly string[],
  table: string,
  at: (index: number) => Expr,
): readonly ScopeColumn[] =>
  names.map((name, i) => ({ name, table, schema: null, expr: at(i), hidden: false }));
