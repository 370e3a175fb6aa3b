/** What is known of all rows of a plan without looking at any of them. */

import { conjuncts } from '../../function/call.ts';
import { columnsOf, type Expr } from '../expr.ts';
import type { Plan } from '../node.ts';
import { renumber } from './substitute.ts';

/** Conditions that they satisfy, over the plan's columns: those of filters near the top. */
export function knownOf(plan: Plan): readonly Expr[] {
  switch (plan.kind) {
    case 'scan':
      return plan.filter === null ? [] : conjuncts(plan.filter);
    case 'filter':
      return [...knownOf(plan.input), ...conjuncts(plan.predicate)];
    case 'project': {
      const places = new Map<number, number>();
      plan.exprs.forEach((expr, i) => {
        if (expr.kind === 'column') places.set(expr.index, i);
      });
      return knownOf(plan.input)
        .filter((c) => columnsOf(c).every((i) => places.has(i)))
        .map((c) => renumber(c, places));
    }
    case 'sort':
      return knownOf(plan.input);
    default:
      return [];
  }
}
