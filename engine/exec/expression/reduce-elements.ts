/** `array_reduce_*`: an aggregate whose groups are the rows of a batch and whose rows are the elements of their arrays. */

import type { ReduceSpec } from '../../function/scalar/reduce.ts';
import type { Expr } from '../../plan/expr.ts';
import { elementOf, type LogicalType } from '../../type/type.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import { AggregateStates } from '../aggregate/state.ts';
import { StateHeap } from '../aggregate/state-heap.ts';
import type { TaskContext } from '../context.ts';
import { bothValid, maskOf, validOf, wordsOf } from '../lane.ts';
import { ElementCursor } from './element-cursor.ts';
import type { VectorFunction } from './evaluator.ts';

export function reduceElements(
  spec: ReduceSpec,
  types: readonly LogicalType[],
  task: TaskContext,
): VectorFunction {
  const { fn, params, type, filtered } = spec;
  const elements = types.map(elementOf);
  const count = elements.length - (filtered ? 1 : 0);
  const args: Expr[] = elements.slice(0, count).map((of, index) => ({ kind: 'column', index, type: of }));
  const filter: Expr | null = filtered ? { kind: 'column', index: count, type: elements[count] } : null;
  const call = { fn, args, params, filter, distinct: false, type };
  const cursor = new ElementCursor(task, elements);
  const heap = new StateHeap(task.region());
  return (vectors, rows) => {
    const { scratch, arena } = task;
    heap.clear();
    const states = new AggregateStates(task, scratch, [call], false, rows, heap);
    states.begin(0, rows);
    const [aggregator] = states.aggregators;
    cursor.open(vectors.slice(2));
    // Strings of states refer to elements, so scratch lasts until all are added.
    const add = (gids: number, n: number): void => {
      const values = cursor.vectors(n);
      let valid = filtered ? maskOf(task, values[count]) : 0;
      for (const value of values.slice(0, count)) valid = bothValid(task, valid, validOf(task, value), n);
      const words = values.slice(0, count).map((value) => wordsOf(task, value));
      aggregator.update(task, gids, words, valid, n, states.columns, heap);
    };
    let [gids, n, isOpen] = [0, 0, false];
    for (let row = 0; row < rows; row++) {
      if (!cursor.startRow(row)) continue;
      for (;;) {
        if (!isOpen) {
          isOpen = true;
          task.check();
          gids = scratch.alloc(VECTOR_ROWS * 4);
          cursor.reserve(VECTOR_ROWS);
        }
        if (!cursor.next(n)) break;
        arena.u32[gids / 4 + n++] = row;
        if (n < VECTOR_ROWS) continue;
        add(gids, n);
        n = 0;
        isOpen = false;
      }
    }
    if (n > 0) add(gids, n);
    return aggregator.result(task, states.columns, rows);
  };
}
