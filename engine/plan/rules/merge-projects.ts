/**
 * A projection over a projection becomes one, unless that would compute something twice. A projection that
 * only passes its input on, under the same names, goes away.
 */

import { children, type Expr } from '../expr.ts';
import type { Plan, ProjectPlan } from '../node.ts';
import { mapInputs } from './map-inputs.ts';
import { substitute } from './substitute.ts';

export function mergeProjects(plan: Plan): Plan {
  const merged = mapInputs(plan, mergeProjects);
  return merged.kind === 'project' ? merge(merged) : merged;
}

function merge(plan: ProjectPlan): Plan {
  const { input } = plan;
  if (input.kind === 'project' && computesOnce(plan.exprs, input.exprs)) {
    return merge({ ...plan, input: input.input, exprs: plan.exprs.map((e) => substitute(e, input.exprs)) });
  }
  const passes =
    plan.exprs.length === input.schema.length &&
    plan.exprs.every(
      (e, i) =>
        e.kind === 'column' &&
        e.index === i &&
        plan.schema[i].name === input.schema[i].name &&
        e.type.id === input.schema[i].type.id,
    );
  return passes ? input : plan;
}

/** True when no computed column of the inner projection is used twice by the outer one. */
function computesOnce(outer: readonly Expr[], inner: readonly Expr[]): boolean {
  const uses = new Array<number>(inner.length).fill(0);
  const visit = (e: Expr): void => {
    if (e.kind === 'column') uses[e.index] += 1;
    else for (const child of children(e)) visit(child);
  };
  for (const e of outer) visit(e);
  return inner.every((e, i) => uses[i] <= 1 || e.kind === 'column' || e.kind === 'literal');
}
