/**
 * DISTINCT in aggregates over frames: of equal values a frame has the first. A row is that in a frame exactly if the row before it
 * with its value is not in the frame; without EXCLUDE, if that lies before the frame's start.
 *
 * So a node of a tree has its rows in the order of the row before with their value, and with each the state of it and all before it:
 * what a frame gets of the node is one of these states, found by halving.
 */

import type { Region } from '../../memory/region.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import { laneOf } from '../../type/type.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import { AggregateStates } from '../aggregate/state.ts';
import type { StateHeap } from '../aggregate/state-heap.ts';
import type { TaskContext } from '../context.ts';
import { GroupTable } from '../group-table.ts';
import type { Arguments } from './arguments.ts';
import { type Frames, hasRow } from './frames.ts';
import { Pairs, type StateColumns } from './pairs.ts';
import { type Chain, passOn } from './running.ts';
import { words32 } from './stretch.ts';
import { nodeBits, type Tree } from './tree.ts';

/** By row: one more than the row before that has its value, 0 where there is none, {@link NOWHERE} for rows that do not count. */
export type Since = Uint32Array;

const NOWHERE = 0xffffffff;

export function sinceOf(
  task: TaskContext,
  region: Region,
  { args }: AggregateCall,
  { words, valid }: Arguments,
  rows: number,
): Since {
  const { arena, kernels, scratch } = task;
  const lanes = args.map(({ type }) => laneOf(type));
  const since = words32(region, rows).fill(NOWHERE);
  const last = words32(region, rows).fill(0);
  const counted = region.alloc(VECTOR_ROWS * 4) >>> 2;
  const own = task.region();
  const table = new GroupTable(
    task,
    own,
    lanes.map((lane) => lane === 'str'),
  );
  for (let from = 0; from < rows; from += VECTOR_ROWS) {
    task.check();
    const end = Math.min(rows, from + VECTOR_ROWS);
    let n = 0;
    for (let row = from; row < end; row++)
      if (valid === 0 || arena.u8[valid + row] !== 0) arena.u32[counted + n++] = row;
    const mark = scratch.mark();
    const keys = words.map((column, i) => {
      const out = scratch.alloc(n * 8);
      kernels.take_u64_by_u32(column, counted * 4, n, out);
      if (lanes[i] === 'f64') kernels.normal_f64(out, n, out);
      return out;
    });
    const groups = table.upsert(keys, n) >>> 2;
    for (let i = 0; i < n; i++) {
      const [row, group] = [arena.u32[counted + i], arena.u32[groups + i]];
      since[row] = last[group];
      last[group] = row + 1;
    }
    scratch.reset(mark);
  }
  own.free();
  return since;
}

/** One byte a row: whether it is the first with its value in the frames that it is in. */
export function firstsOfChain(region: Region, since: Since, { count, start, end }: Chain): number {
  const out = region.allocZero(since.length + 16);
  const { u8 } = region.arena;
  for (let frame = 0, row = 0; frame < count; frame++)
    for (row = Math.max(row, start[frame]); row < end[frame]; row++)
      u8[out + row] = since[row] <= start[frame] ? 1 : 0;
  return out;
}

/** Rows by themselves, each of which looks back for another that the frame has, too. */
export const firstsOfFrames = (since: Since, frames: Frames): Tree => ({
  levels: [],
  choose: (_, node, row) => {
    if (since[node] === NOWHERE) return -1;
    let before = since[node];
    while (before > frames.start[row] && !hasRow(frames, row, before - 1)) before = since[before - 1];
    return before <= frames.start[row] ? node : -1;
  },
});

export function distinctTree(
  task: TaskContext,
  region: Region,
  call: AggregateCall,
  args: Arguments,
  since: Since,
  { start }: Frames,
  heap: StateHeap,
): Tree {
  const rows = since.length;
  const sorted = inOrderOf(region, since);
  /** By level: `since` of the rows in the order of nodes, then of itself. */
  const orders: Uint32Array[] = [];
  const levels: StateColumns[] = [];
  const bits = nodeBits(rows);
  for (const b of bits) {
    const states = new AggregateStates(task, region, [call], false, rows, heap);
    states.begin(0, rows);
    const order = words32(region, rows);
    const filled = words32(region, (rows >>> b) + 1).fill(0);
    const pairs = new Pairs(task, region, states, { kind: 'rows', ...args });
    for (const row of sorted) {
      const node = row >>> b;
      const at = (node << b) + filled[node]++;
      order[at] = since[row];
      pairs.add(at, row);
    }
    pairs.flush();
    passOn(task, region, states, rows, (at) => at % (1 << b) !== 0);
    orders.push(order);
    levels.push(states.columns);
  }
  const choose = (level: number, node: number, row: number): number => {
    if (level === 0) return since[node] <= start[row] ? node : -1;
    const b = bits[level - 1];
    const first = node << b;
    let [low, high] = [first, Math.min(rows, first + (1 << b))];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (orders[level - 1][middle] <= start[row]) low = middle + 1;
      else high = middle;
    }
    return low === first ? -1 : low - 1;
  };
  return { levels, choose };
}

/** All rows by `since`, those that do not count last. */
function inOrderOf(region: Region, since: Since): Uint32Array {
  const rows = since.length;
  const place = (row: number): number => Math.min(since[row], rows);
  const counts = words32(region, rows + 2).fill(0);
  for (let row = 0; row < rows; row++) counts[place(row) + 1]++;
  for (let i = 1; i < rows + 2; i++) counts[i] += counts[i - 1];
  const sorted = words32(region, rows);
  for (let row = 0; row < rows; row++) sorted[counts[place(row)]++] = row;
  return sorted;
}
