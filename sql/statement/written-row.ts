/** What a row has in each column once it is written: what was given, what is computed of it, and defaults. */

import { atMoment } from '../../engine/plan/computed.ts';
import { column, type Expr, literal, rewrite } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { TableInfo } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import { defaultOf } from './insert.ts';

/** By ids. @param given columns that the plan gives, in its order */
export function writtenRow(
  { columns, virtual = [] }: TableInfo,
  given: readonly { readonly id: number }[],
  { schema }: Plan,
  session: Session,
): (id: number) => Expr {
  const ofRow = (expr: Expr): Expr =>
    rewrite(atMoment(expr, session.resolveContext.nowMs), (node) =>
      node.kind === 'column' ? columnOf(node.index) : node,
    );
  const columnOf = (id: number): Expr => {
    const at = given.findIndex((c) => c.id === id);
    if (at >= 0) return column(at, schema[at].type);
    const stored = columns.find((c) => c.id === id);
    if (stored?.computed !== undefined) return ofRow(stored.computed.expr);
    if (stored !== undefined) return literal(defaultOf(stored), stored.type);
    const { expr, type } = virtual.find((c) => c.id === id)!;
    return expr === null ? literal(type.nullable ? null : zeroOf(type), type) : ofRow(expr);
  };
  return columnOf;
}
