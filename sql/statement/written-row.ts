/** What a row has in each column once it is written: what was given, what is computed of it, and defaults. */

import { atMoment } from '../../engine/plan/computed.ts';
import { type Expr, literal, rewrite } from '../../engine/plan/expr.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { TableInfo } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import { defaultOf } from './insert.ts';

/** By ids. @param given of columns that the statement gives. */
export function writtenRow(
  { columns, virtual = [] }: TableInfo,
  given: (id: number) => Expr | undefined,
  session: Session,
): (id: number) => Expr {
  const ofRow = (expr: Expr): Expr =>
    rewrite(atMoment(expr, session.resolveContext.nowMs), (node) =>
      node.kind === 'column' ? columnOf(node.index) : node,
    );
  const columnOf = (id: number): Expr => {
    const known = given(id);
    if (known !== undefined) return known;
    const stored = columns.find((c) => c.id === id);
    if (stored?.computed !== undefined) return ofRow(stored.computed.expr);
    if (stored !== undefined) return literal(defaultOf(stored), stored.type);
    const { expr, type } = virtual.find((c) => c.id === id)!;
    return expr === null ? literal(type.nullable ? null : zeroOf(type), type) : ofRow(expr);
  };
  return columnOf;
}
