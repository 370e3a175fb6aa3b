/** Conditions without repetition: rules that add what is implied may find it there already. */

import { type Expr, exprKey } from '../expr.ts';

/** Each where it stood first. */
export const once = (conditions: readonly Expr[]): readonly Expr[] => [
  ...new Map(conditions.map((c) => [exprKey(c), c])).values(),
];
