/** The rules every plan goes through, in order. With all of them off, answers stay the same. */

import type { Plan } from '../node.ts';
import { boundedRanges } from './bounded-ranges.ts';
import { dependentKeys } from './dependent-keys.ts';
import { factorOr } from './factor-or.ts';
import { jsonPaths } from './json-paths.ts';
import { mergeProjects } from './merge-projects.ts';
import { negations } from './negations.ts';
import { orToIn } from './or-to-in.ts';
import { pruneColumns } from './prune-columns.ts';
import { pushDownFilters } from './push-down-filters.ts';
import { pushDownLimits } from './push-down-limits.ts';
import { sumOfShifted } from './sum-of-shifted.ts';
import { timeRanges } from './time-ranges.ts';
import { transitiveFilters } from './transitive-filters.ts';

export type Rule = { readonly name: string; readonly apply: (plan: Plan) => Plan };

/** Filters first, because they decide what is read; columns last, when it is known what is used. */
export const RULES: readonly Rule[] = [
  { name: 'merge-projects', apply: mergeProjects },
  { name: 'negations', apply: negations },
  { name: 'factor-or', apply: factorOr },
  { name: 'or-to-in', apply: orToIn },
  { name: 'push-down-filters', apply: pushDownFilters },
  { name: 'time-ranges', apply: timeRanges },
  { name: 'bounded-ranges', apply: boundedRanges },
  { name: 'transitive-filters', apply: transitiveFilters },
  { name: 'push-down-limits', apply: pushDownLimits },
  { name: 'sum-of-shifted', apply: sumOfShifted },
  { name: 'dependent-keys', apply: dependentKeys },
  { name: 'json-paths', apply: jsonPaths },
  { name: 'prune-columns', apply: pruneColumns },
  { name: 'merge-projects-again', apply: mergeProjects },
];

export const optimize = (plan: Plan, rules: readonly Rule[] = RULES): Plan =>
  rules.reduce((p, rule) => rule.apply(p), plan);
