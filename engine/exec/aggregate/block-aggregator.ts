/**
 * Aggregates whose state is a block of bytes (function/aggregate/block-aggregate.ts), as the executor runs them: the state's
 * one word is the block's slot. Values to be counted are hashed a batch at a time.
 */

import { BLOCK_AGGREGATES, listLimit } from '../../function/aggregate/block-aggregate.ts';
import { writeText } from '../../memory/text.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import { addToBloom } from '../../sketch/bloom.ts';
import { addToBuckets } from '../../sketch/buckets.ts';
import { addDigests } from '../../sketch/digest.ts';
import { addHll } from '../../sketch/hll.ts';
import { STATE_KINDS, type StateKindId } from '../../sketch/kind.ts';
import type { StateMemory } from '../../sketch/memory.ts';
import { addQuantiles } from '../../sketch/quantiles.ts';
import { addPairs, addToTallies, type TallyOf } from '../../sketch/tally.ts';
import { addTexts } from '../../sketch/text-list.ts';
import { addTheta } from '../../sketch/theta.ts';
import { addTuples, type TupleShape } from '../../sketch/tuples.ts';
import { addValues } from '../../sketch/value-list.ts';
import { addToSets } from '../../sketch/value-set.ts';
import { PackedReader } from '../../type/packed.ts';
import { type Lane, laneOf, type Value } from '../../type/type.ts';
import { VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { denseVector, type LaneTask } from '../lane.ts';
import type { Aggregator } from './aggregator.ts';

/** DataSketches' default seed. */
const SEED = 9001n;
/** Bytes merged between two checks. */
const CHECK_BYTES = 1 << 20;

/** What it takes to add to states, in a query or without one. */
export type StateTask = LaneTask & Pick<TaskContext, 'check'>;

/** Rows for the states of their groups; `words` and `valid` as an aggregator takes them. */
export type StateRows = {
  readonly task: StateTask;
  readonly heap: StateMemory;
  readonly size: number;
  readonly lane: Lane;
  readonly gids: number;
  readonly words: number;
  /** Of the second argument; 0 = there is none. */
  readonly second: number;
  /** Of the call. */
  readonly params: readonly number[];
  readonly valid: number;
  readonly n: number;
  readonly slots: number;
};

/** How values become part of states. */
export const ADD_VALUES: Record<StateKindId, (rows: StateRows) => void> = {
  hll: (r) => addHll(r.heap, r.size, hashesOf(r), r.gids, r.valid, r.n, r.slots),
  theta: (r) => addTheta(r.heap, r.size, hashesOf(r), r.gids, r.valid, r.n, r.slots),
  quantiles: (r) => addQuantiles(r.heap, r.size, r.words, r.gids, r.valid, r.n, r.slots),
  digest: (r) => addDigests(r.heap, r.size, r.words, r.gids, r.valid, r.n, r.slots),
  buckets: (r) => addToBuckets(r.heap, r.params, r.words, r.gids, r.valid, r.n, r.slots),
  tuples: (r) =>
    addTuples(r.heap, tupleShape(r), hashesOf(r), r.words, numbersOf(r), r.gids, r.valid, r.n, r.slots),
  bloom: (r) => addToBloom(r.heap, r.size, r.words, r.gids, r.valid, r.n, r.slots),
  values: (r) => addValues(r.heap, r.words, r.second, r.gids, r.valid, r.n, r.slots),
  set: (r) => addToSets(r.heap, r.lane === 'str' ? 2 : 1, itemsOf(r), r.gids, r.valid, r.n, r.slots),
  texts: (r) => addTexts(r.heap, listLimit(r.params), r.words, r.second, r.gids, r.valid, r.n, r.slots),
  tally_i64: (r) => addTallies('i64', r),
  tally_f64: (r) => addTallies('f64', r),
};

/** Texts with a word each, or rows of pairs of them. */
const addTallies = (of: TallyOf, { heap, words, second, gids, valid, n, slots }: StateRows): void =>
  second === 0
    ? addPairs(heap, of, words, gids, valid, n, slots)
    : addToTallies(heap, of, words, second, gids, valid, n, slots);

const tupleShape = ({ params: [lgK, width] }: StateRows): TupleShape => [lgK, width];

/** The floats of a row, which its second argument has packed as elements of an array. */
function numbersOf({
  heap: { u8, u32 },
  params: [, width],
  second,
}: StateRows): (row: number) => Float64Array {
  const numbers = new Float64Array(width);
  return (row) => {
    const at = (second >>> 2) + 2 * row;
    const reader = new PackedReader(String.fromCharCode(...u8.subarray(u32[at], u32[at] + u32[at + 1])));
    for (let i = 0; i < width; i++) {
      reader.mark();
      numbers[i] = reader.float();
    }
    return numbers;
  };
}

/** 16 bytes a row. */
function hashesOf({ task: { kernels, scratch }, lane, words, n }: StateRows): number {
  const out = scratch.alloc(n * 16);
  if (lane === 'str') kernels.murmur_refs(words, n, SEED, out);
  else if (lane === 'f64') kernels.murmur_f64(words, n, SEED, out);
  else kernels.murmur_u64(words, n, SEED, out);
  return out;
}

/** Strings by their hash, numbers as they are; -0 is 0, and there is one NaN. */
function itemsOf(rows: StateRows): number {
  const { task, lane, words, n } = rows;
  if (lane === 'str') return hashesOf(rows);
  if (lane !== 'f64') return words;
  const out = task.scratch.alloc(n * 8);
  task.kernels.normal_f64(words, n, out);
  return out;
}

export function blockAggregator(call: AggregateCall): Aggregator {
  const { kind, value, result } = BLOCK_AGGREGATES[call.fn];
  const params = call.params ?? [0];
  return {
    words: 1,
    block: true,
    running: true,
    ordered: kind === 'texts',
    update(task, gids, [words, second = 0], valid, n, [slots], heap) {
      const lane = laneOf(call.args[0].type);
      for (let from = 0; from < n; from += VECTOR_ROWS) {
        task.check();
        const mark = task.scratch.mark();
        ADD_VALUES[kind]({
          task,
          heap,
          size: params[0],
          lane,
          gids: gids + from * 4,
          words: words + from * 8,
          second: second === 0 ? 0 : second + from * 8,
          params,
          valid: valid === 0 ? 0 : valid + from,
          n: Math.min(VECTOR_ROWS, n - from),
          slots,
        });
        task.scratch.reset(mark);
      }
    },
    merge: (task, gids, [from], n, [slots], heap) => mergeBlocks(task, heap, kind, gids, from, n, slots),
    result: (task, [slots], n) =>
      valuesVector(task, result, n, (row) =>
        value(task.arena, task.arena.u32[(slots >>> 2) + 2 * row], params, call.type),
      ),
  };
}

/** Adds n blocks given by a column of references to the states of groups. */
export function mergeBlocks(
  task: StateTask,
  heap: StateMemory,
  kind: StateKindId,
  gids: number,
  refs: number,
  n: number,
  slots: number,
): void {
  const { u32, u8 } = heap;
  const { merge } = STATE_KINDS[kind];
  let since = 0;
  for (let i = 0; i < n; i++) {
    const [address, bytes] = [u32[(refs >>> 2) + 2 * i], u32[(refs >>> 2) + 2 * i + 1]];
    if (address === 0 || bytes === 0) continue;
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    const mark = task.scratch.mark();
    let from = address;
    // What comes from files lies anywhere.
    if ((address & 7) !== 0) {
      from = task.scratch.alloc(bytes);
      u8.copyWithin(from, address, address + bytes);
    }
    merge(heap, slot, from, bytes);
    task.scratch.reset(mark);
    since += bytes;
    if (since < CHECK_BYTES) continue;
    task.check();
    since = 0;
  }
}

/** A vector of values made one by one. */
export function valuesVector(
  task: TaskContext,
  lane: Lane,
  rows: number,
  at: (row: number) => Value,
): Vector {
  const { arena, scratch } = task;
  const data = scratch.allocZero(rows * (lane === 'bool' ? 1 : 8));
  const valid = scratch.alloc(rows);
  let anyNull = false;
  for (let row = 0; row < rows; row++) {
    if ((row & 255) === 0) task.check();
    const value = at(row);
    arena.u8[valid + row] = value === null ? 0 : 1;
    if (value === null) {
      anyNull = true;
      // Where the type has no NULL, a mean of nothing is no number.
      if (lane === 'f64') arena.f64[data / 8 + row] = Number.NaN;
    } else if (lane === 'f64') arena.f64[data / 8 + row] = value as number;
    else if (lane === 'i64') arena.i64[data / 8 + row] = value as bigint;
    else if (lane === 'bool') arena.u8[data + row] = value === true ? 1 : 0;
    else writeText(task.strings, value as string, data + 8 * row);
  }
  return denseVector(lane, rows, data, anyNull ? valid : 0);
}
