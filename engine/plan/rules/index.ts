/** The rules every plan goes through, in order. With all of them off, answers stay the same. */

import type { Plan } from '../node.ts';

export function optimize(plan: Plan): Plan {
  return plan;
}
