/** The same node over changed inputs. */

import type { Plan } from '../node.ts';

export function mapInputs(plan: Plan, change: (input: Plan) => Plan): Plan {
  switch (plan.kind) {
    case 'scan':
    case 'values':
    case 'range':
      return plan;
    case 'join':
      return { ...plan, left: change(plan.left), right: change(plan.right) };
    case 'union':
      return { ...plan, inputs: plan.inputs.map(change) };
    case 'recursive':
      return { ...plan, start: change(plan.start), step: change(plan.step) };
    default:
      return { ...plan, input: change(plan.input) };
  }
}
