/** Sums of exact numbers in two or four words, and means of them (function/aggregate/wide-sum.ts). */

import { BasaltError } from '../../base/error.ts';
import {
  countedValue,
  packedSum,
  sumOfWords,
  WIDE_SUMS,
  type WideSum,
} from '../../function/aggregate/wide-sum.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import { laneOf } from '../../type/type.ts';
import { refVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { packWords, unpackWords } from '../wide-words.ts';
import type { Aggregator } from './aggregator.ts';
import { valuesVector } from './block-aggregator.ts';

const overflowed = ({ bits }: WideSum): never => {
  throw new BasaltError('DECIMAL_OVERFLOW', `Overflow of ${bits} bits in sum`, {
    hint: 'Sum a DOUBLE instead: sum(CAST(x AS DOUBLE))',
  });
};

/** Words: the sum's, lowest first, and the number of values. @param full every group sees a value: nobody asks for their number */
export function wideSum(call: AggregateCall, full: boolean): Aggregator {
  const of = WIDE_SUMS[call.fn];
  const words = of.bits / 64;
  const counted = of.gives !== 'sum' || !full;
  const add = (
    task: TaskContext,
    gids: number,
    /** Columns of `stride` bytes, lowest words first; of values of the i64 lane only that one. */
    src: number,
    stride: number,
    valid: number,
    n: number,
    sums: readonly number[],
  ): void => {
    const [s0, s1, s2, s3] = sums;
    const bad =
      words === 4
        ? task.kernels.agg_sum_i256_g(gids, src, stride, valid, n, s0, s1, s2, s3)
        : task.kernels.agg_sum_i128_g(gids, src, stride === 0 ? 0 : src + stride, valid, n, s0, s1);
    if (of.checked && bad !== 0) overflowed(of);
  };
  return {
    words: counted ? words + 1 : words,
    update(task, gids, [arg], valid, n, states) {
      if (of.ofWords) add(task, gids, arg, 0, valid, n, states);
      else add(task, gids, unpackWords(task, arg, valid, n, words, of.signed), 8 * n, valid, n, states);
      if (counted) task.kernels.agg_count_g(gids, valid, n, states[words]);
    },
    merge(task, gids, from, n, states) {
      const src = task.scratch.alloc(8 * n * words);
      for (let w = 0; w < words; w++) task.arena.u8.copyWithin(src + 8 * n * w, from[w], from[w] + 8 * n);
      add(task, gids, src, 8 * n, 0, n, states);
      if (counted) task.kernels.agg_sum_i64_g(gids, from[words], 0, n, states[words]);
    },
    result: (task, states, n) =>
      of.gives === 'sum' ? sums(task, of, states, n, counted) : counts(task, call, states, n),
    whole: of.ofWords
      ? (task, [v], _rows, mask, states) => wholeColumn(task, v, mask, states, counted)
      : undefined,
  };
}

function wholeColumn(
  { kernels, arena: { u64, i64 }, scratch }: TaskContext,
  v: Vector,
  mask: number,
  [low, high, counts]: readonly number[],
  counted: boolean,
): boolean {
  if (v.kind !== 'int' || v.valid !== 0 || mask !== 0) return false;
  const part = scratch.allocZero(16);
  if (v.width === 1) kernels.sum_u8(v.data, v.rows, part);
  else if (v.width === 2) kernels.sum_u16(v.data, v.rows, part);
  else if (v.width === 4) kernels.sum_u32(v.data, v.rows, part);
  else kernels.sum_i128(v.data, v.rows, part);
  const more = (i64[part / 8 + 1] << 64n) + u64[part / 8] + v.base * BigInt(v.rows);
  const sum = (i64[high / 8] << 64n) + u64[low / 8] + more;
  u64[low / 8] = sum;
  i64[high / 8] = sum >> 64n;
  if (counted) i64[counts / 8] += BigInt(v.rows);
  return true;
}

function sums(
  task: TaskContext,
  of: WideSum,
  states: readonly number[],
  n: number,
  counted: boolean,
): Vector {
  const { kernels, arena, scratch } = task;
  const words = of.bits / 64;
  let valid = 0;
  if (counted) {
    valid = scratch.alloc(n);
    kernels.valid_of_counts(states[words], n, valid);
  }
  if (words === 2) return refVector(n, packWords(task, states[0], states[1], n, of.signed), valid);
  return valuesVector(task, 'str', n, (g) => {
    if (valid !== 0 && arena.u8[valid + g] === 0) return null;
    return packedSum(
      sumOfWords((w) => arena.u64[states[w] / 8 + g], of),
      of,
    );
  });
}

/** Means, and sums with the number of values. */
function counts(
  task: TaskContext,
  { fn, params = [], type }: AggregateCall,
  states: readonly number[],
  n: number,
): Vector {
  const of = WIDE_SUMS[fn];
  const { u64, i64 } = task.arena;
  return valuesVector(task, laneOf(type), n, (g) =>
    countedValue(
      of,
      sumOfWords((w) => u64[states[w] / 8 + g], of),
      i64[states[of.bits / 64] / 8 + g],
      params,
      type,
    ),
  );
}
