/** Expressions moved through a projection: columns replaced by what computes them, constants folded on the way. */

import { allOf, anyOf, apply } from '../../function/call.ts';
import { retype } from '../../function/cast.ts';
import { children, type Expr, rewrite } from '../expr.ts';

/** Column i becomes `exprs[i]`. A column that carried a wider type keeps it. */
export const substitute = (expr: Expr, exprs: readonly Expr[]): Expr =>
  rewrite(expr, (node) => (node.kind === 'column' ? retype(exprs[node.index], node.type) : refold(node)));

/** Columns renumbered by a map from old to new index. */
export const renumber = (expr: Expr, map: ReadonlyMap<number, number>): Expr =>
  rewrite(expr, (node) => (node.kind === 'column' ? { ...node, index: map.get(node.index)! } : node));

/** Calls whose arguments have become literals are evaluated; AND and OR stay flat. */
export function refold(node: Expr): Expr {
  if (node.kind !== 'call') return node;
  if (node.fn === 'and') return allOf(node.args);
  if (node.fn === 'or') return anyOf(node.args);
  return children(node).every((c) => c.kind === 'literal') ? apply(node.fn, node.args, node.type) : node;
}
