/**
 * Rows of outer joins without a partner: what the other side's columns are, and the right rows nobody matched. Semi and anti joins that
 * give right rows end so, too.
 *
 * A right row knows that it was matched by its link (build-rows.ts); threads only ever set that, so they need no order
 * among themselves, and it is read after every probe has ended.
 */

import type { JoinPlan } from '../../plan/node.ts';
import { type LogicalType, laneOf } from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { constVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { lazyInput, type Push } from '../input.ts';
import type { BuildRows } from './build-rows.ts';

/** A column of the side that is missing. */
export function unmatchedColumn(type: LogicalType, rows: number, useDefault: boolean): Vector {
  const lane = laneOf(type);
  return constVector(lane, rows, useDefault && !type.nullable ? zeroOf(type) : null);
}

/** Joins that give right rows when all left ones have been seen: those that nobody matched, or of a right semi join the others. */
export const endsWithRight = ({ join }: JoinPlan): boolean =>
  join === 'right' || join === 'full' || join === 'right semi' || join === 'right anti';

/** Such rows of a page; after every probe. */
export function pushUnmatchedPage(
  task: TaskContext,
  plan: JoinPlan,
  rows: BuildRows,
  page: number,
  push: Push,
): void {
  const { kernels, scratch } = task;
  const half = plan.join === 'right semi' || plan.join === 'right anti';
  const leftWidth = half ? 0 : plan.left.schema.length;
  const matched = plan.join === 'right semi' ? 1 : 0;
  const mark = scratch.mark();
  const all = rows.pageRows(page);
  const numbers = scratch.alloc(all * 4 + 4);
  const n = kernels.join_unmatched(rows.pageColumn(page, rows.side.hash), page, all, matched, numbers);
  if (n > 0) {
    push(
      lazyInput(n, (c) =>
        c < leftWidth
          ? unmatchedColumn(plan.left.schema[c].type, n, plan.defaultIfUnmatched)
          : rows.take(c - leftWidth, numbers, n),
      ),
    );
  }
  scratch.reset(mark);
}
