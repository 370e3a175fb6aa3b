/** RETURNING: what a statement answers of each row that it wrote or took away, as further columns of its plan. */

import { type Expr, rewrite } from '../../engine/plan/expr.ts';
import type { Plan, Schema } from '../../engine/plan/node.ts';
import type { Span } from '../ast/expression.ts';
import type { Returning } from '../ast/statement.ts';
import type { TableInfo } from '../bind/context.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { aliasColumns, storedScan } from '../bind/from.ts';
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
  const outputs = spread(items, columns, [], session);
  const scope = { columns, aliases: new Map(), with: NO_WITH };
  const binder = new ExpressionBinder(session, scope, null, 'RETURNING');
  const exprs = outputs.map((o) => (o.value === null ? o.column!.expr : binder.bind(o.value)));
  const names = outputs.map((o) => o.name);
  return {
    plan: project(plan, [...columnsOfPlan(plan), ...exprs], [...plan.schema.map((f) => f.name), ...names]),
    returning: exprs.map(({ type }, i) => ({ name: names[i], type })),
  };
}

/** A table's columns over a plan that has the stored ones; `at` gives each one's expression. */
export function scopeOfRow(
  table: TableInfo,
  at: (index: number) => Expr,
  session: Session,
  name = table.name,
): readonly ScopeColumn[] {
  const scanned = storedScan(table, null, NOWHERE, session);
  const aliases = [...aliasColumns(table, scanned, session).values()];
  const stored = scanned.columns.map((c, i) => ({ ...c, expr: at(i) }));
  const computed = aliases.map((c) => ({
    ...c,
    expr: rewrite(c.expr, (node) => (node.kind === 'column' ? at(node.index) : node)),
  }));
  return [...stored, ...computed].map((c) => ({ ...c, table: name, schema: null }));
}

const NOWHERE: Span = { at: 0, end: 0 };
