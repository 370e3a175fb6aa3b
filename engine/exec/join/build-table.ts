/** A table of right rows: chains of all rows of a key, or runs of which one row is picked. */

import type { Region } from '../../memory/region.ts';
import type { JoinPlan } from '../../plan/node.ts';
import type { TaskContext } from '../context.ts';
import type { BuildRows } from './build-rows.ts';
import { buildChains, type HashTable } from './hash-table.ts';
import { buildRuns } from './nearest.ts';

/** Enters the rows of these pages. */
export const buildTable = (
  task: TaskContext,
  region: Region,
  plan: JoinPlan,
  rows: BuildRows,
  pages: readonly number[],
): HashTable =>
  plan.pick === undefined
    ? buildChains(task, region, plan, rows, pages)
    : buildRuns(task, region, plan, plan.pick, rows, pages);
