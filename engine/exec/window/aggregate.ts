/**
 * Aggregates over frames, of any kind: an aggregate only has to add rows and to merge states.
 *
 * Frames one behind the other that are the same are one. Where each goes on from the one before or lies behind it, a row is added once
 * (running.ts). While frames have few rows together, each adds its own. Else they are put together from a tree (tree.ts). What
 * depends on the order of rows gets them one by one.
 */

import type { Region } from '../../memory/region.ts';
import type { Aggregator } from '../aggregate/aggregator.ts';
import { AggregateStates } from '../aggregate/state.ts';
import { StateHeap } from '../aggregate/state-heap.ts';
import type { TaskContext } from '../context.ts';
import { type Arguments, argumentsOf } from './arguments.ts';
import type { Columns } from './columns.ts';
import { distinctTree, firstsOfChain, firstsOfFrames, type Since, sinceOf } from './distinct.ts';
import { eachPiece, type Frames } from './frames.ts';
import { Pairs } from './pairs.ts';
import { type CallResult, FrameResults } from './result.ts';
import { type Chain, carryState, runStates } from './running.ts';
import type { CallSpec } from './spec.ts';
import { words32 } from './stretch.ts';
import { descend, NO_TREE, type Tree, treeOf } from './tree.ts';

/** Rows of frames per row of the stretch up to which a tree would not pay. */
const FEW = 8;
/** Rows of frames whose states are there at once, where a state grows with its rows. */
const SLICE_ROWS = 1 << 20;

export function overFrames(
  task: TaskContext,
  region: Region,
  spec: CallSpec,
  rows: number,
  frames: Frames,
  columns: Columns,
): CallResult {
  const call = spec.aggregate!;
  const different = differentFrames(region, rows, frames);
  const { count, chain } = different;
  const args = argumentsOf(task, region, spec, rows, columns);
  const since = call.distinct ? sinceOf(task, region, call, args, rows) : null;
  const results = new FrameResults(task, region, count);
  const states = new AggregateStates(task, region, [call], false, count);
  const trees = new StateHeap(task.region());
  states.begin(0, count);
  try {
    if (chain === null) {
      const tree = treeFor(task, region, spec, args, since, frames, different, states.aggregators[0], trees);
      for (let first = 0; first < count; ) {
        const slice = sliceFrom(first, frames, different, states);
        states.begin(0, slice.length);
        addFrames(task, region, states, args, tree, frames, slice);
        results.take(states, first, slice.length);
        first += slice.length;
        if (first < count) states.heap.clear();
      }
    } else {
      const counted = since === null ? args : { ...args, valid: firstsOfChain(region, since, chain) };
      const { block, ordered } = states.aggregators[0];
      if (chain.goesOn.includes(1) && (block === true || ordered === true))
        carryState(task, region, states, chain, counted, (frame) => results.take(states, frame, 1));
      else {
        runStates(task, region, states, chain, counted);
        results.take(states, 0, count);
      }
    }
    return results.byRow(different.ofRow, rows);
  } finally {
    states.heap.clear();
    trees.clear();
  }
}

type DifferentFrames = {
  readonly count: number;
  /** A row that has the frame. */
  readonly row: Uint32Array;
  /** Of all of them together. */
  readonly rows: number;
  /** Address: the frame of each row. */
  readonly ofRow: number;
  /** Null where frames lie across each other. */
  readonly chain: Chain | null;
};

function differentFrames(region: Region, rows: number, { start, end, hole }: Frames): DifferentFrames {
  const ofRow = region.alloc(rows * 4 + 4);
  const [row, from, to] = [words32(region, rows), words32(region, rows), words32(region, rows)];
  const { u8, u32 } = region.arena;
  const flags = region.alloc(rows + 1);
  const goesOn = u8.subarray(flags, flags + rows);
  let count = 0;
  let all = 0;
  let isChain = hole === null;
  for (let r = 0; r < rows; r++) {
    const isSame =
      r > 0 &&
      start[r] === start[r - 1] &&
      end[r] === end[r - 1] &&
      (hole === null || (!hole.keepsRow && hole.start[r] === hole.start[r - 1]));
    if (!isSame) {
      const begins = count === 0 || start[r] >= to[count - 1];
      const continues = !begins && start[r] === from[count - 1] && end[r] >= to[count - 1];
      isChain &&= begins || continues;
      goesOn[count] = continues ? 1 : 0;
      row[count] = r;
      from[count] = start[r];
      to[count] = end[r];
      all += end[r] - start[r];
      count++;
    }
    u32[(ofRow >>> 2) + r] = count - 1;
  }
  const chain = isChain ? { count, start: from, end: to, goesOn: goesOn.subarray(0, count) } : null;
  return { count, row: row.subarray(0, count), rows: all, ofRow, chain };
}

function treeFor(
  task: TaskContext,
  region: Region,
  { aggregate }: CallSpec,
  args: Arguments,
  since: Since | null,
  frames: Frames,
  different: DifferentFrames,
  { block, ordered }: Aggregator,
  heap: StateHeap,
): Tree {
  const rows = frames.start.length;
  const isFew = different.rows <= rows * FEW || ordered === true;
  if (since === null) return isFew ? NO_TREE : treeOf(task, region, aggregate!, args, rows, heap);
  // A state for each row and level is too much where states are large, and knows of no holes.
  if (isFew || block === true || frames.hole !== null) return firstsOfFrames(since, frames);
  return distinctTree(task, region, aggregate!, args, since, frames, heap);
}

/** The next frames, as rows that have them. */
function sliceFrom(
  first: number,
  { start, end }: Frames,
  { count, row }: DifferentFrames,
  { aggregators: [{ block }] }: AggregateStates,
): Uint32Array {
  let behind = block === true ? first : count;
  for (let rows = 0; behind < count && rows < SLICE_ROWS; behind++)
    rows += end[row[behind]] - start[row[behind]];
  return row.subarray(first, behind);
}

/** Adds to the states of frames, which the rows have, what these are made of. */
function addFrames(
  task: TaskContext,
  region: Region,
  states: AggregateStates,
  args: Arguments,
  { levels, choose }: Tree,
  frames: Frames,
  rows: Uint32Array,
): void {
  const pairs = [
    new Pairs(task, region, states, { kind: 'rows', ...args }),
    ...levels.map((columns) => new Pairs(task, region, states, { kind: 'states', columns })),
  ];
  rows.forEach((row, frame) => {
    const take = (level: number, from: number, to: number): void => {
      for (let node = from; node < to; node++) {
        const item = choose === undefined ? node : choose(level, node, row);
        if (item >= 0) pairs[level].add(frame, item);
      }
    };
    eachPiece(frames, row, (from, to) => descend(levels.length, from, to, take));
  });
  for (const list of pairs) list.flush();
}
