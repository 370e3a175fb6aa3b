/**
 * Frames each of which goes on where the one before ended, or begins behind it: totals of partitions, and sums that run. A row is
 * added once, to the first frame that has it; then each frame gets the state of the one that it goes on from.
 *
 * States of words pass it on many at once: in blocks of frames, the first frames of all blocks to the second ones and so on, then the last of
 * each block to the whole next one. Where states are blocks of bytes, or the order of rows counts, one state goes through all frames.
 */

import type { Region } from '../../memory/region.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { AggregateStates } from '../aggregate/state.ts';
import type { TaskContext } from '../context.ts';
import { type Arguments, behind } from './arguments.ts';
import { Pairs } from './pairs.ts';

/** Rows [start, end) of frame i; `goesOn`: 1 where it begins with the frame before. */
export type Chain = {
  readonly count: number;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  readonly goesOn: Uint8Array;
};

const BLOCK = 64;

/** The first row of a frame that the one before has not. */
const freshFrom = ({ start, end, goesOn }: Chain, frame: number): number =>
  goesOn[frame] === 1 ? end[frame - 1] : start[frame];

/** Gives each frame its state at once. */
export function runStates(
  task: TaskContext,
  region: Region,
  states: AggregateStates,
  chain: Chain,
  args: Arguments,
): void {
  const { arena } = task;
  const frames = region.alloc(VECTOR_ROWS * 4);
  const [a] = states.aggregators;
  let n = 0;
  let first = 0;
  const flush = (): void => {
    if (n === 0) return;
    task.check();
    const mark = task.scratch.mark();
    const { words, valid } = behind(args, first);
    a.update(task, frames, words, valid, n, states.columns, states.heap);
    task.scratch.reset(mark);
    n = 0;
  };
  for (let frame = 0; frame < chain.count; frame++) {
    const from = freshFrom(chain, frame);
    if (n > 0 && from !== first + n) flush();
    for (let row = from; row < chain.end[frame]; row++) {
      if (n === 0) first = row;
      arena.u32[(frames >>> 2) + n++] = frame;
      if (n === VECTOR_ROWS) flush();
    }
  }
  flush();
  passOn(task, region, states, chain.count, (frame) => chain.goesOn[frame] === 1);
}

/** Each state that goes on from the one before gets it. */
export function passOn(
  task: TaskContext,
  region: Region,
  states: AggregateStates,
  count: number,
  goesOn: (index: number) => boolean,
): void {
  const pairs = new Pairs(task, region, states, { kind: 'states', columns: states.columns });
  for (let place = 1; place < BLOCK; place++) {
    for (let i = place; i < count; i += BLOCK) if (goesOn(i)) pairs.add(i, i - 1);
    pairs.flush();
  }
  for (let block = BLOCK; block < count; block += BLOCK) {
    for (let i = block; i < Math.min(count, block + BLOCK) && goesOn(i); i++) pairs.add(i, block - 1);
    pairs.flush();
  }
}

/** One state goes through all frames. @param take is told when `states` holds that of a frame */
export function carryState(
  task: TaskContext,
  region: Region,
  states: AggregateStates,
  chain: Chain,
  args: Arguments,
  take: (frame: number) => void,
): void {
  const zeros = region.allocZero(VECTOR_ROWS * 4);
  const [a] = states.aggregators;
  for (let frame = 0; frame < chain.count; frame++) {
    task.check();
    if (chain.goesOn[frame] === 0) {
      states.heap.clear();
      states.begin(0, 1);
    }
    const end = chain.end[frame];
    for (let from = freshFrom(chain, frame); from < end; from += VECTOR_ROWS) {
      const n = Math.min(VECTOR_ROWS, end - from);
      const mark = task.scratch.mark();
      const { words, valid } = behind(args, from);
      a.update(task, zeros, words, valid, n, states.columns, states.heap);
      task.scratch.reset(mark);
    }
    take(frame);
  }
}
