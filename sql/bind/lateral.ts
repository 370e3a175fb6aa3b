/**
 * Subqueries of FROM that read what stands before them (LATERAL; in standard SQL the word may be left out, as in DuckDB). They are joined by
 * the unnesting that subqueries of expressions have.
 */

import { conjuncts } from '../../engine/function/call.ts';
import { type Expr, rewrite } from '../../engine/plan/expr.ts';
import { lateralJoin } from '../../engine/plan/unnest/index.ts';
import type { Span } from '../ast/expression.ts';
import type { Join, TableExpression } from '../ast/query.ts';
import { Around } from './around.ts';
import { ExpressionBinder } from './expression.ts';
import { shiftColumns } from './join.ts';
import type { Relation, Scope, WithScope } from './scope.ts';
import type { Session } from './session.ts';

/** A table as one that stands behind others; `around` tells what it read of these. */
export type Behind = { readonly relation: Relation; readonly around: Around };

/** Whether an item of FROM can read what stands before it. */
export function mayBeLateral(item: TableExpression, session: Session): boolean {
  if (item.kind !== 'subquery') return false;
  if (session.dialect === 'standard') return true;
  if (item.lateral)
    throw session.refuse(
      item,
      'LATERAL in this dialect',
      'Ask in the standard dialect, or join on a condition',
    );
  return false;
}

export const bindBehind = (
  left: Relation,
  withScope: WithScope,
  session: Session,
  bind: (withScope: WithScope) => Relation,
): Behind => {
  const scope: Scope = { columns: left.columns, aliases: new Map(), with: withScope };
  const around = new Around(scope, session);
  return { relation: bind({ ...withScope, around }), around };
};

/** @param join null: each row of the left side with all of the subquery's */
export function joinLateral(
  left: Relation,
  { relation, around }: Behind,
  join: Join | null,
  where: Span,
  withScope: WithScope,
  session: Session,
): Relation {
  const kind = join === null || join.join === 'cross' ? 'inner' : join.join;
  if ((kind !== 'inner' && kind !== 'left') || (join !== null && (join.using.length > 0 || join.natural)))
    throw session.refuse(
      where,
      'A subquery of FROM that reads columns before it in such a join',
      'Use CROSS JOIN LATERAL, or [LEFT] JOIN LATERAL (...) ON',
    );
  if (join !== null && join.strictness !== null)
    throw session.refuse(where, 'An ASOF JOIN LATERAL', 'Use ORDER BY ... LIMIT 1 in the subquery');
  const both = [...left.columns, ...shiftColumns(relation.columns, left.plan.schema.length)];
  const scope: Scope = { columns: both, aliases: new Map(), with: withScope };
  const binder = new ExpressionBinder(session, scope, null, 'JOIN ON');
  const on = join === null || join.on === null ? [] : conjuncts(binder.condition(join.on));
  let joined: ReturnType<typeof lateralJoin>;
  try {
    joined = lateralJoin(
      kind,
      left.plan,
      relation.plan,
      around.columns,
      on.filter((c) => !isTrue(c)),
    );
  } catch (error) {
    throw session.at(where, error);
  }
  const plan = session.limitPlan(joined.plan, where);
  const settled = (expr: Expr): Expr =>
    rewrite(expr, (e) => (e.kind === 'column' ? joined.columns[e.index] : e));
  return {
    plan,
    columns: [...left.columns, ...relation.columns.map((c) => ({ ...c, expr: settled(c.expr) }))],
  };
}

const isTrue = (e: Expr): boolean => e.kind === 'literal' && e.value === true;
