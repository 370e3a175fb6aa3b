/** The same node with another condition: that of a filter or scan, or a join's beyond its keys. */

import type { Expr } from '../expr.ts';
import type { Plan } from '../node.ts';

export function mapConditions(plan: Plan, change: (condition: Expr) => Expr): Plan {
  switch (plan.kind) {
    case 'filter':
      return { ...plan, predicate: change(plan.predicate) };
    case 'scan':
      return plan.filter === null ? plan : { ...plan, filter: change(plan.filter) };
    case 'join':
      return plan.residual === null ? plan : { ...plan, residual: change(plan.residual) };
    default:
      return plan;
  }
}
