/**
 * Rows of outer joins without a partner: what the other side's columns are, and the right rows nobody matched.
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

/** Right rows of a page that nobody matched, for right and full joins; after every probe. */
export function pushUnmatchedPage(
  task: TaskContext,
  plan: JoinPlan,
  rows: BuildRows,
  page: number,
  push: Push,
): void {
  const { kernels, scratch } = task;
  const leftWidth = plan.left.schema.length;
  const mark = scratch.mark();
  const all = rows.pageRows(page);
  const numbers = scratch.alloc(all * 4 + 4);
  const n = kernels.join_unmatched(rows.pageColumn(page, rows.side.hash), page, all, numbers);
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
