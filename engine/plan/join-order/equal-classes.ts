/** Classes of expressions that are all equal to each other, made of equalities with a side in common. */

import { type Expr, exprKey } from '../expr.ts';
import type { Equality } from './region.ts';

export function classesOf(equalities: readonly Equality[]): Expr[][] {
  const classes: Map<string, Expr>[] = [];
  for (const pair of equalities) {
    const merged = new Map(pair.map((expr) => [memberKey(expr), expr]));
    for (const known of classes.filter((c) => pair.some((expr) => c.has(memberKey(expr))))) {
      for (const [key, expr] of known) merged.set(key, expr);
      classes.splice(classes.indexOf(known), 1);
    }
    classes.push(merged);
  }
  return classes.map((members) => [...members.values()]);
}

/** A column is one member, whatever type it is seen as. */
const memberKey = (expr: Expr): string => (expr.kind === 'column' ? `#${expr.index}` : exprKey(expr));

/** Each member beside the first one of the same relation. */
export function repeated(exprs: readonly Expr[], setOf: (expr: Expr) => number): Equality[] {
  const firsts = new Map<number, Expr>();
  return exprs.flatMap((expr): Equality[] => {
    const first = firsts.get(setOf(expr));
    if (first === undefined) firsts.set(setOf(expr), expr);
    return first === undefined ? [] : [[first, expr]];
  });
}
