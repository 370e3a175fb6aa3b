/** What expressions and plans read of the query around them, and how that is put in. */

import { children, type Expr, rewrite } from '../expr.ts';
import { inputsOf, type JoinPlan, type Plan } from '../node.ts';
import { refold } from '../rules/substitute.ts';
import { windowExprs } from '../window.ts';

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

const joinExprs = ({ leftKeys, rightKeys, residual, pick }: JoinPlan): readonly Expr[] => [
  ...leftKeys,
  ...rightKeys,
  ...(residual === null ? [] : [residual]),
  ...(pick?.kind === 'nearest' ? [pick.left, pick.right] : []),
];

/** Expressions that a node itself evaluates. */
function exprsOf(plan: Plan): readonly Expr[] {
  switch (plan.kind) {
    case 'scan':
      return plan.filter === null ? [] : [plan.filter];
    case 'filter':
      return [plan.predicate];
    case 'project':
      return plan.exprs;
    case 'expand':
      return plan.arrays;
    case 'aggregate':
      return [
        ...plan.keys,
        ...plan.aggregates.flatMap((c) => (c.filter === null ? c.args : [...c.args, c.filter])),
      ];
    case 'join':
      return joinExprs(plan);
    case 'fill':
    case 'sort':
      return plan.keys.map((k) => k.expr);
    case 'window':
      return windowExprs(plan);
    case 'values':
    case 'range':
    case 'limit':
    case 'union':
    case 'recursive':
      return [];
  }
}
