/**
 * Trees of states over the rows of a stretch: 16 rows are a node, 16 nodes one of the next level. A frame is at most 30 rows and 30
 * nodes of each level, whatever its length, and nothing is ever taken back, which sums of floats would not survive.
 */

import type { Region } from '../../memory/region.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import { AggregateStates } from '../aggregate/state.ts';
import type { StateHeap } from '../aggregate/state-heap.ts';
import type { TaskContext } from '../context.ts';
import { type Arguments, behind } from './arguments.ts';
import type { StateColumns } from './pairs.ts';

export const FANOUT_BITS = 4;

/** What a frame is made of, from the rows (level 0) up. */
export type Tree = {
  /** From level 1 on. */
  readonly levels: readonly StateColumns[];
  /** Which state of its level a row or node means to the frame of row `row`; absent: its own; below 0: none. */
  readonly choose?: (level: number, node: number, row: number) => number;
};

/** Rows by themselves. */
export const NO_TREE: Tree = { levels: [] };

/** Numbers of rows below a node of each level, while there are several nodes. */
export function nodeBits(rows: number): number[] {
  const bits: number[] = [];
  for (let b = FANOUT_BITS; rows > 1 << b; b += FANOUT_BITS) bits.push(b);
  return bits;
}

export function treeOf(
  task: TaskContext,
  region: Region,
  call: AggregateCall,
  args: Arguments,
  rows: number,
  heap: StateHeap,
): Tree {
  const levels: StateColumns[] = [];
  const gids = region.alloc(VECTOR_ROWS * 4);
  let below = rows;
  for (const _ of nodeBits(rows)) {
    const nodes = (below + (1 << FANOUT_BITS) - 1) >>> FANOUT_BITS;
    const states = new AggregateStates(task, region, [call], false, nodes, heap);
    states.begin(0, nodes);
    const [a] = states.aggregators;
    const under = levels.at(-1);
    for (let from = 0; from < below; from += VECTOR_ROWS) {
      task.check();
      const n = Math.min(VECTOR_ROWS, below - from);
      const { u32 } = task.arena;
      for (let i = 0; i < n; i++) u32[(gids >>> 2) + i] = (from + i) >>> FANOUT_BITS;
      const mark = task.scratch.mark();
      if (under === undefined) {
        const { words, valid } = behind(args, from);
        a.update(task, gids, words, valid, n, states.columns, heap);
      } else {
        const words = under.map((address) => address + from * 8);
        a.merge(task, gids, words, n, states.columns, heap);
      }
      task.scratch.reset(mark);
    }
    levels.push(states.columns);
    below = nodes;
  }
  return { levels };
}

/** Tells the rows and nodes that rows [start, end) are. */
export function descend(
  levels: number,
  start: number,
  end: number,
  take: (level: number, from: number, to: number) => void,
): void {
  let [from, to] = [start, end];
  for (let level = 0; from < to; level++) {
    const [first, last] = [(from + (1 << FANOUT_BITS) - 1) >>> FANOUT_BITS, to >>> FANOUT_BITS];
    if (level === levels || first >= last) {
      take(level, from, to);
      return;
    }
    take(level, from, first << FANOUT_BITS);
    take(level, last << FANOUT_BITS, to);
    from = first;
    to = last;
  }
}
