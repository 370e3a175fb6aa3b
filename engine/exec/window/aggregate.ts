/**
 * Aggregates over frames, of any kind: an aggregate only has to add rows and to merge states.
 *
 * Frames one behind the other that are the same are one. While frames have few rows together, each adds its own. Else a tree is
 * made of the rows: 16 of them are a node, 16 nodes one of the next level. A frame is then at most 30 rows and 30 nodes of each
 * level, whatever its length, and nothing is ever taken back, which sums of floats would not survive. What depends on the order of
 * rows gets them one by one.
 */

import type { Region } from '../../memory/region.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import { AggregateStates } from '../aggregate/state.ts';
import type { StateHeap } from '../aggregate/state-heap.ts';
import type { TaskContext } from '../context.ts';
import { KeptStrings } from '../keep-strings.ts';
import { validOf, wordsOf } from '../lane.ts';
import type { Columns } from './columns.ts';
import type { Frames } from './frames.ts';
import type { CallResult } from './result.ts';
import type { CallSpec } from './spec.ts';
import { words32 } from './stretch.ts';

const FANOUT_BITS = 4;
/** Rows of frames per row of the stretch up to which a tree would not pay. */
const FEW = 8;
/** Of a frame and what it adds, handled at once. */
const PAIRS = 16384;

/** Words of an aggregate's arguments by row, and which rows count (one byte a row; 0: all). */
type Arguments = { readonly words: readonly number[]; readonly valid: number };

export function overFrames(
  task: TaskContext,
  region: Region,
  spec: CallSpec,
  rows: number,
  frames: Frames,
  columns: Columns,
): CallResult {
  const call = spec.aggregate!;
  const distinct = distinctFrames(region, rows, frames);
  const states = new AggregateStates(task, region, [call], false, distinct.count);
  states.begin(0, distinct.count);
  try {
    const args = argumentsOf(task, region, spec, rows, columns);
    const isFew = distinct.rows <= rows * FEW || states.aggregators[0].ordered === true;
    const levels = isFew ? [] : treeOf(task, region, spec, args, rows, states.heap);
    const adder = new Adder(task, region, states, args, levels);
    for (let frame = 0; frame < distinct.count; frame++)
      adder.add(frame, distinct.start[frame], distinct.end[frame]);
    adder.flush();
    return resultOf(task, region, states, distinct, rows);
  } finally {
    states.heap.clear();
  }
}

type DistinctFrames = {
  readonly count: number;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** Of all of them together. */
  readonly rows: number;
  /** Address: the frame of each row. */
  readonly ofRow: number;
};

function distinctFrames(region: Region, rows: number, { start, end }: Frames): DistinctFrames {
  const ofRow = region.alloc(rows * 4 + 4);
  const [from, to] = [words32(region, rows), words32(region, rows)];
  const { u32 } = region.arena;
  let count = 0;
  let all = 0;
  for (let row = 0; row < rows; row++) {
    if (row === 0 || start[row] !== start[row - 1] || end[row] !== end[row - 1]) {
      from[count] = start[row];
      to[count] = end[row];
      all += to[count] - from[count];
      count++;
    }
    u32[(ofRow >>> 2) + row] = count - 1;
  }
  return { count, start: from, end: to, rows: all, ofRow };
}

function argumentsOf(
  task: TaskContext,
  region: Region,
  { aggregate, filter }: CallSpec,
  rows: number,
  columns: Columns,
): Arguments {
  const used = aggregate!.args.map((arg) => (arg.kind === 'column' ? arg.index : -1));
  const valid = region.alloc(rows + 16);
  task.arena.fill(valid, rows, 1);
  let mayMiss = false;
  const and = (mask: number): void => {
    if (mask === 0) return;
    mayMiss = true;
    task.kernels.mask_and(valid, mask, rows, valid);
  };
  for (const column of used) and(columns.valid(column));
  if (filter !== null) {
    const passes = region.alloc(rows + 16);
    task.kernels.narrow_u64_u8(columns.words(filter), rows, passes);
    and(passes);
    and(columns.valid(filter));
  }
  return { words: used.map((column) => columns.words(column)), valid: mayMiss ? valid : 0 };
}

/** State columns of each level's nodes. */
type Level = readonly number[];

function treeOf(
  task: TaskContext,
  region: Region,
  { aggregate }: CallSpec,
  { words, valid }: Arguments,
  rows: number,
  heap: StateHeap,
): readonly Level[] {
  const levels: Level[] = [];
  const gids = region.alloc(VECTOR_ROWS * 4);
  for (let below = rows; below > 1 << FANOUT_BITS; ) {
    const nodes = (below + (1 << FANOUT_BITS) - 1) >>> FANOUT_BITS;
    const states = new AggregateStates(task, region, [aggregate!], false, nodes, heap);
    states.begin(0, nodes);
    const [a] = states.aggregators;
    const under = levels.at(-1);
    for (let from = 0; from < below; from += VECTOR_ROWS) {
      task.check();
      const n = Math.min(VECTOR_ROWS, below - from);
      const { u32 } = task.arena;
      for (let i = 0; i < n; i++) u32[(gids >>> 2) + i] = (from + i) >>> FANOUT_BITS;
      const mark = task.scratch.mark();
      const behind = (address: number): number => address + from * 8;
      if (under === undefined)
        a.update(task, gids, words.map(behind), valid === 0 ? 0 : valid + from, n, states.columns, heap);
      else a.merge(task, gids, under.map(behind), n, states.columns, heap);
      task.scratch.reset(mark);
    }
    levels.push(states.columns);
    below = nodes;
  }
  return levels;
}

/** Adds to frames' states what their frames are made of, many at once. */
class Adder {
  readonly #task: TaskContext;
  readonly #states: AggregateStates;
  readonly #args: Arguments;
  readonly #levels: readonly Level[];
  /** Rows first, then the nodes of each level. */
  readonly #lists: readonly PairList[];

  constructor(
    task: TaskContext,
    region: Region,
    states: AggregateStates,
    args: Arguments,
    levels: readonly Level[],
  ) {
    this.#task = task;
    this.#states = states;
    this.#args = args;
    this.#levels = levels;
    this.#lists = Array.from({ length: levels.length + 1 }, () => new PairList(region));
  }

  add(frame: number, start: number, end: number): void {
    let [from, to] = [start, end];
    for (let level = 0; from < to; level++) {
      const [first, last] = [(from + (1 << FANOUT_BITS) - 1) >>> FANOUT_BITS, to >>> FANOUT_BITS];
      if (level === this.#levels.length || first >= last) {
        this.#pairs(level, frame, from, to);
        return;
      }
      this.#pairs(level, frame, from, first << FANOUT_BITS);
      this.#pairs(level, frame, last << FANOUT_BITS, to);
      from = first;
      to = last;
    }
  }

  flush(): void {
    for (const level of this.#lists.keys()) this.#flush(level);
  }

  #pairs(level: number, frame: number, from: number, to: number): void {
    const list = this.#lists[level];
    for (let at = from; at < to; ) {
      at = list.fill(frame, at, to);
      if (list.count === PAIRS) this.#flush(level);
    }
  }

  #flush(level: number): void {
    const list = this.#lists[level];
    const n = list.count;
    if (n === 0) return;
    list.count = 0;
    const { kernels, scratch } = this.#task;
    this.#task.check();
    const mark = scratch.mark();
    const taken = (words: number): number => {
      const out = scratch.alloc(n * 8);
      kernels.take_u64_by_u32(words, list.items, n, out);
      return out;
    };
    const [a] = this.#states.aggregators;
    const { columns, heap } = this.#states;
    if (level > 0) a.merge(this.#task, list.frames, this.#levels[level - 1].map(taken), n, columns, heap);
    else {
      let valid = 0;
      if (this.#args.valid !== 0) {
        valid = scratch.alloc(n);
        kernels.take_u8_by_u32(this.#args.valid, list.items, n, valid);
      }
      a.update(this.#task, list.frames, this.#args.words.map(taken), valid, n, columns, heap);
    }
    scratch.reset(mark);
  }
}

/** Pairs of a frame and a row or node. */
class PairList {
  readonly frames: number;
  readonly items: number;
  readonly #u32: Uint32Array;
  count = 0;

  constructor(region: Region) {
    this.frames = region.alloc(PAIRS * 4);
    this.items = region.alloc(PAIRS * 4);
    this.#u32 = region.arena.u32;
  }

  /** Takes items [from, to) as far as there is room; answers the first that it did not take. */
  fill(frame: number, from: number, to: number): number {
    const end = Math.min(to, from + PAIRS - this.count);
    for (let at = from; at < end; at++, this.count++) {
      this.#u32[(this.frames >>> 2) + this.count] = frame;
      this.#u32[(this.items >>> 2) + this.count] = at;
    }
    return end;
  }
}

/** A result for each frame, then for each row. */
function resultOf(
  task: TaskContext,
  region: Region,
  states: AggregateStates,
  { count, ofRow }: DistinctFrames,
  rows: number,
): CallResult {
  const { arena, kernels, scratch } = task;
  const [aggregator] = states.aggregators;
  const ofFrame = region.alloc(count * 8 + 8);
  const present = region.alloc(count + 16);
  const strings = new KeptStrings(task, region);
  let anyNull = false;
  for (let from = 0; from < count; from += VECTOR_ROWS) {
    task.check();
    const n = Math.min(VECTOR_ROWS, count - from);
    const mark = scratch.mark();
    const v = aggregator.result(
      task,
      states.columns.map((column) => column + from * 8),
      n,
    );
    const own = wordsOf(task, v);
    // Texts that were made for the result go with its batch; taken over from an argument they stay.
    const isMade = v.lane === 'str' && aggregator.string !== true;
    const words = isMade ? strings.keep(own, n) : own;
    arena.u8.copyWithin(ofFrame + from * 8, words, words + n * 8);
    const valid = validOf(task, v);
    if (valid === 0) arena.fill(present + from, n, 1);
    else {
      arena.u8.copyWithin(present + from, valid, valid + n);
      anyNull = true;
    }
    scratch.reset(mark);
  }
  const words = region.alloc(rows * 8 + 8);
  kernels.take_u64_by_u32(ofFrame, ofRow, rows, words);
  if (!anyNull) return { words, valid: 0 };
  const valid = region.alloc(rows + 16);
  kernels.take_u8_by_u32(present, ofRow, rows, valid);
  return { words, valid };
}
