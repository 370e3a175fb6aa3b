/** Finished groups passed on: their keys, then the results of their aggregates, as columns made when somebody reads them. */

import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { lazyInput, type Push } from '../input.ts';
import { type KeyShape, keyVector } from '../key.ts';
import type { Aggregator } from './aggregator.ts';
import { stateWords } from './state.ts';

/** Groups as columns of words, keys before states, and their hashes. */
export type GroupColumns = {
  readonly columns: readonly number[];
  readonly hashes: number;
  readonly rows: number;
};

export function emitGroups(
  task: TaskContext,
  shape: KeyShape,
  aggregators: readonly Aggregator[],
  { columns, hashes, rows }: GroupColumns,
  push: Push,
): void {
  const keyCount = shape.lanes.length;
  const keyWords = shape.strings.length;
  for (let from = 0; from < rows; from += VECTOR_ROWS) {
    const mark = task.scratch.mark();
    const n = Math.min(VECTOR_ROWS, rows - from);
    const words = columns.map((c) => c + from * 8);
    const keys = words.slice(0, keyWords);
    const states = words.slice(keyWords);
    push(
      lazyInput(n, (index) => {
        if (index < keyCount) return keyVector(task, shape, keys, hashes + from * 4, index, n);
        const i = index - keyCount;
        return aggregators[i].result(task, stateWords(aggregators, states, i), n);
      }),
    );
    task.scratch.reset(mark);
  }
}
