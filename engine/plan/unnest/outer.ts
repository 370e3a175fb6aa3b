/** What expressions and plans read of the query around them, and how that is put in. */

import { children, type Expr, rewrite } from '../expr.ts';
import { exprsOf } from '../exprs-of.ts';
import { inputsOf, type Plan } from '../node.ts';
import { refold } from '../rules/substitute.ts';

export function readsOuter(expr: Expr, ids: (id: number) => boolean): boolean {
  return expr.kind === 'outer' ? ids(expr.id) : children(expr).some((child) => readsOuter(child, ids));
}

export const anyOuter = (): boolean => true;

export const planReadsOuter = (plan: Plan, ids: (id: number) => boolean): boolean =>
  exprsOf(plan).some((e) => readsOuter(e, ids)) || inputsOf(plan).some((input) => planReadsOuter(input, ids));

/** The expression with values for what it reads of the outer query; numbers without a value stay. */
export const bindOuter = (expr: Expr, values: ReadonlyMap<number, Expr>): Expr =>
  rewrite(expr, (node) => {
    if (node.kind !== 'outer') return refold(node);
    const value = values.get(node.id);
    return value === undefined ? node : { ...value, type: { ...node.type, nullable: value.type.nullable } };
  });

/** Columns of a right side, as its join sees them: behind the left side's, and NULL where that side is missing. */
export const behind = (expr: Expr, leftWidth: number, missing: boolean): Expr =>
  rewrite(expr, (node) =>
    node.kind === 'column'
      ? {
          ...node,
          index: node.index + leftWidth,
          type: missing ? { ...node.type, nullable: true } : node.type,
        }
      : node,
  );
