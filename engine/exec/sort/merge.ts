/** The last step of ORDER BY: all threads' rows in one order, offset and limit applied, passed on in batches. */

import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { lazyInput, type Push } from '../input.ts';
import { concatRows, type StoredRows, takeColumn } from '../row-store.ts';
import { sortOrder } from './order.ts';
import { orderKeys, type SortSpec, sortTypes } from './sink.ts';

export function mergeSorted(
  task: TaskContext,
  spec: SortSpec,
  parts: readonly StoredRows[],
  push: Push,
): void {
  const stored = concatRows(task, sortTypes(spec), parts);
  if (stored.rows === 0) return;
  const { scratch, heap, arena } = task;
  const mark = scratch.mark();
  const inScratch = sortOrder(task, stored, orderKeys(spec));
  const order = heap.alloc(stored.rows * 4);
  arena.u8.copyWithin(order, inScratch, inScratch + stored.rows * 4);
  scratch.reset(mark);
  const end = spec.limit === null ? stored.rows : Math.min(stored.rows, spec.offset + spec.limit);
  for (let from = spec.offset; from < end; from += VECTOR_ROWS) {
    task.check();
    const rows = Math.min(VECTOR_ROWS, end - from);
    const batch = scratch.mark();
    push(lazyInput(rows, (c) => takeColumn(task, stored, c, order + from * 4, rows)));
    scratch.reset(batch);
  }
}
