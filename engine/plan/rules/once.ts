import { type Expr, exprKey } from '../expr.ts';

/** Each condition once, where it stood first. */
export const once = (conditions: readonly Expr[]): readonly Expr[] => [
  ...new Map(conditions.map((c) => [exprKey(c), c])).values(),
];
