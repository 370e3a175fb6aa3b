/** Finished groups passed on: their keys, then the results of their aggregates, as columns made when somebody reads them. */

import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { lazyInput, type Push } from '../input.ts';
import { type KeyShape, keyVector } from '../key.ts';
import type { Aggregator } from './aggregator.ts';

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
  const keys = shape.lanes.length;
  let word = shape.strings.length;
  const firstWord = aggregators.map(({ words }) => {
    word += words;
    return word - words;
  });
  for (let from = 0; from < rows; from += VECTOR_ROWS) {
    const mark = task.scratch.mark();
    const n = Math.min(VECTOR_ROWS, rows - from);
    const words = columns.map((c) => c + from * 8);
    push(
      lazyInput(n, (index) => {
        if (index < keys) return keyVector(task, shape, words, hashes + from * 4, index, n);
        const i = index - keys;
        return aggregators[i].result(task, words.slice(firstWord[i], firstWord[i] + aggregators[i].words), n);
      }),
    );
    task.scratch.reset(mark);
  }
}
