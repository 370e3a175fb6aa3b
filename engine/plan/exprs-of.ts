/** Expressions that a node itself evaluates, over its input's columns; a join's over those of the side they belong to, or of both. */

import type { Expr } from './expr.ts';
import type { JoinPlan, Plan } from './node.ts';
import { windowExprs } from './window.ts';

const joinExprs = ({ leftKeys, rightKeys, residual, pick }: JoinPlan): readonly Expr[] => [
  ...leftKeys,
  ...rightKeys,
  ...(residual === null ? [] : [residual]),
  ...(pick?.kind === 'nearest' ? [pick.left, pick.right] : []),
];

export function exprsOf(plan: Plan): readonly Expr[] {
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
