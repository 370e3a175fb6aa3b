/**
 * The table of aggregate functions as the executor runs them.
 *
 * A state is a fixed number of 8-byte words per group, kept as one column per word, so that updates are kernels
 * over (group number, value) pairs and states move between threads as plain words. State words start as zeros; what
 * does not fit into words is a block in the heap of the groups (state-heap.ts), which a word refers to.
 * No aggregate keeps anything in JavaScript objects.
 */

import { assert, BasaltError } from '../../base/error.ts';
import { allBits } from '../../function/aggregate/aggregate.ts';
import { BLOCK_AGGREGATES } from '../../function/aggregate/block-aggregate.ts';
import { FOLDS } from '../../function/aggregate/fold.ts';
import { nestOf } from '../../function/aggregate/nest.ts';
import type { StateForm } from '../../function/aggregate/state.ts';
import { WIDE_SUMS } from '../../function/aggregate/wide-sum.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import type { StateMemory } from '../../sketch/memory.ts';
import { bitsOf, isInteger, isSigned, type Lane, laneOf, stateOf } from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { floatVector, intVector, refVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { bothValid, validOf, vectorOfWords } from '../lane.ts';
import { blockAggregator } from './block-aggregator.ts';
import { foldAggregator } from './fold-aggregator.ts';
import { nestAggregator } from './nest-aggregator.ts';
import { givesState, takesStates } from './state-form.ts';
import { wideSum } from './wide-sum.ts';

export type Aggregator = {
  /** State words per group. */
  readonly words: number;
  /** The first of them is a reference to a string, taken over from the first argument. */
  readonly string?: boolean;
  /** The first of them refers to a block in the heap; 0 = none. Blocks are copied as strings are. */
  readonly block?: boolean;
  /** Results hang on the order in which rows are added: states of parts cannot be merged in any other. */
  readonly ordered?: boolean;
  /** Without keys one state goes on through all rows of a thread: it would be too large to have one for each block of them. */
  readonly running?: boolean;
  /**
   * Adds n rows. `gids`: u32 group numbers; `args`: dense 8-byte words of each argument; `valid`: one byte a row or
   * 0; `states`: address of each state column.
   */
  update(
    task: TaskContext,
    gids: number,
    args: readonly number[],
    valid: number,
    n: number,
    states: readonly number[],
    heap: StateMemory,
  ): void;
  /** Adds n other states, given as columns. */
  merge(
    task: TaskContext,
    gids: number,
    from: readonly number[],
    n: number,
    states: readonly number[],
    heap: StateMemory,
  ): void;
  /** Results of n groups, from their state columns. */
  result(task: TaskContext, states: readonly number[], n: number): Vector;
  /**
   * Adds a batch to a single state without group numbers, arguments in their stored width; false when it cannot.
   * `rows` is the batch's, `mask` the address of the bytes of rows that pass the aggregate's filter, or 0.
   */
  whole?(
    task: TaskContext,
    args: readonly Vector[],
    rows: number,
    mask: number,
    states: readonly number[],
  ): boolean;
};

/** @param full every group sees a value: the state needs no count to know whether it is NULL. */
type Make = (call: AggregateCall, full: boolean) => Aggregator;

/** A state's words are the same wherever it was made: it counts its values, whether they can be NULL or not. */
const alike = (call: AggregateCall): Aggregator =>
  made(call.fn === 'avg_i64' ? wideAverage : makerOf(call.fn), call, false);

const stateful =
  (id: string, form: StateForm): Make =>
  (call) => {
    const type = call.type.id === 'state' ? stateOf(call.type).result : call.type;
    const params = call.params ?? [];
    if (form === 'state') return givesState(id, params, alike({ ...call, fn: id, type }));
    const taking = takesStates(id, params, alike({ ...call, fn: id, args: [], type }));
    return form === 'merge' ? taking : givesState(id, params, taking);
  };

const FORM = /^(state|merge|mergestate)_(.+)$/;

/** Of an aggregate of the table, or of one whose id says what it is made of. */
function makerOf(fn: string): Make {
  const found = AGGREGATORS[fn];
  if (found !== undefined) return found;
  const [, form, of] = FORM.exec(fn) ?? [];
  if (form !== undefined) return stateful(of, form as StateForm);
  const nest = nestOf(fn);
  assert(nest !== undefined, `no aggregator ${fn}`);
  return (call) => nestAggregator(nest, call, alike);
}

function made(make: Make, call: AggregateCall, full: boolean): Aggregator {
  const aggregator = make(call, full);
  const { type } = call;
  if (type.nullable) return aggregator;
  const zero = laneOf(type) === 'str' && type.id !== 'state' ? String(zeroOf(type)) : '';
  return {
    ...aggregator,
    result: (task, states, n) => {
      const found = aggregator.result(task, states, n);
      return neverNull(zero === '' || found.valid === 0 ? found : withTexts(task, found, zero));
    },
  };
}

/** References with one to a text where there is none. */
function withTexts(task: TaskContext, { rows, data, valid }: Vector, text: string): Vector {
  const { u8, u32, u64 } = task.arena;
  const refs = task.scratch.alloc(8 * rows);
  for (let row = 0; row < rows; row++) {
    if (u8[valid + row] === 0) u64[refs / 8 + row] = task.constantRef(text);
    else u32.copyWithin((refs >>> 2) + 2 * row, (data >>> 2) + 2 * row, (data >>> 2) + 2 * row + 2);
  }
  return refVector(rows, refs, 0);
}

/** @param grouped there are keys, so that no group is without rows. */
export const aggregator = (call: AggregateCall, grouped: boolean): Aggregator =>
  made(makerOf(call.fn), call, grouped && call.filter === null && call.args.every((a) => !a.type.nullable));

/** It says which of the rows it saw first or last. */
const inOrder =
  (make: Make): Make =>
  (call, full) => ({ ...make(call, full), ordered: true });

/** An aggregate whose type takes no NULL gives zero words for no rows: the type's default. */
const neverNull = (v: Vector): Vector => (v.valid === 0 ? v : { ...v, valid: 0 });

const countsOf = (task: TaskContext, counts: number, n: number): number => {
  const valid = task.scratch.alloc(n);
  task.kernels.valid_of_counts(counts, n, valid);
  return valid;
};

const overflowed = (name: string): never => {
  throw new BasaltError('DECIMAL_OVERFLOW', `Integer overflow in ${name}`, {
    hint: 'Sum a HUGEINT instead, sum(CAST(x AS HUGEINT)), or a DOUBLE',
  });
};

const count: Make = () => ({
  words: 1,
  update: (task, gids, _args, valid, n, [counts]) => task.kernels.agg_count_g(gids, valid, n, counts),
  merge(task, gids, [from], n, [counts]) {
    task.kernels.agg_sum_i64_g(gids, from, 0, n, counts);
  },
  result: (_task, [counts], n) => intVector(n, counts, 8, 0n, 0),
  whole(task, args, rows, mask, [total]) {
    let valid = mask;
    for (const v of args) valid = bothValid(task, valid, validOf(task, v), rows);
    task.arena.i64[total / 8] += BigInt(valid === 0 ? rows : task.kernels.mask_count(valid, rows));
    return true;
  },
});

/** Words: sum, and where it can be NULL the number of values. */
const integerSum =
  (checked: boolean): Make =>
  (_, full) => {
    const check = (bad: number) => {
      if (checked && bad !== 0) overflowed('sum');
    };
    if (full) {
      return {
        words: 1,
        update: (task, gids, [arg], valid, n, [sums]) =>
          check(task.kernels.agg_sum_i64_g(gids, arg, valid, n, sums)),
        merge: (task, gids, [from], n, [sums]) => check(task.kernels.agg_sum_i64_g(gids, from, 0, n, sums)),
        result: (_task, [sums], n) => intVector(n, sums, 8, 0n, 0),
      };
    }
    return {
      words: 2,
      update(task, gids, [arg], valid, n, [sums, counts]) {
        check(task.kernels.agg_sum_i64_g(gids, arg, valid, n, sums));
        task.kernels.agg_count_g(gids, valid, n, counts);
      },
      merge(task, gids, [from, fromCounts], n, [sums, counts]) {
        check(task.kernels.agg_sum_i64_g(gids, from, 0, n, sums));
        task.kernels.agg_sum_i64_g(gids, fromCounts, 0, n, counts);
      },
      result: (task, [sums, counts], n) => intVector(n, sums, 8, 0n, countsOf(task, counts, n)),
      whole(task, [v], _rows, mask, [sum, counts]) {
        if (v.kind !== 'int' || v.valid !== 0 || mask !== 0) return false;
        const { kernels, arena } = task;
        if (v.width === 1) kernels.sum_u8(v.data, v.rows, sum);
        else if (v.width === 2) kernels.sum_u16(v.data, v.rows, sum);
        else if (v.width === 4) kernels.sum_u32(v.data, v.rows, sum);
        else check(kernels.sum_i64(v.data, 0, v.rows, sum));
        const exact = arena.i64[sum / 8] + v.base * BigInt(v.rows);
        arena.i64[sum / 8] = exact;
        if (BigInt.asIntN(64, exact) !== exact) check(1);
        arena.i64[counts / 8] += BigInt(v.rows);
        return true;
      },
    };
  };

/** Sum of floats as one column, from its two parts. */
function sumOfParts(task: TaskContext, highs: number, lows: number, n: number): number {
  const out = task.scratch.alloc(n * 8);
  task.kernels.sum_of_parts_f64(highs, lows, n, out);
  return out;
}

/** Words: high and low part of the sum, and where it can be NULL the number of values. */
const floatSum: Make = (_, full) => ({
  words: full ? 2 : 3,
  update(task, gids, [arg], valid, n, [highs, lows, counts]) {
    task.kernels.agg_sum_f64_g(gids, arg, valid, n, highs, lows);
    if (!full) task.kernels.agg_count_g(gids, valid, n, counts);
  },
  merge(task, gids, [fromHighs, fromLows, fromCounts], n, [highs, lows, counts]) {
    task.kernels.agg_sum_merge_f64_g(gids, fromHighs, fromLows, n, highs, lows);
    if (!full) task.kernels.agg_sum_i64_g(gids, fromCounts, 0, n, counts);
  },
  result: (task, [highs, lows, counts], n) =>
    floatVector(n, sumOfParts(task, highs, lows, n), 8, full ? 0 : countsOf(task, counts, n)),
  whole(task, [v], _rows, mask, [high, , counts]) {
    if (full || v.kind !== 'float' || v.width !== 8 || v.valid !== 0 || mask !== 0) return false;
    task.kernels.sum_f64(v.data, 0, v.rows, high);
    task.arena.i64[counts / 8] += BigInt(v.rows);
    return true;
  },
});

/** sum / count, NULL where nothing was counted. */
function quotient(task: TaskContext, sums: number, counts: number, n: number): Vector {
  const { kernels, scratch } = task;
  const out = scratch.alloc(n * 8);
  const divisor = scratch.alloc(n * 8);
  kernels.widen_i64_f64(counts, n, divisor);
  kernels.arith_f64_vv(3, sums, divisor, n, out);
  return floatVector(n, out, 8, countsOf(task, counts, n));
}

/** Words: lower and upper halves of the sum, number of values. */
const wideAverage: Make = ({ args: [arg] }) => ({
  words: 3,
  update(task, gids, [arg64], valid, n, [lows, highs, counts]) {
    task.kernels.agg_sum_halves_g(isSigned(arg.type) ? 1 : 0, gids, arg64, valid, n, lows, highs);
    task.kernels.agg_count_g(gids, valid, n, counts);
  },
  merge(task, gids, from, n, states) {
    states.forEach((state, i) => {
      task.kernels.agg_sum_i64_g(gids, from[i], 0, n, state);
    });
  },
  result(task, [lows, highs, counts], n) {
    const { i64, u64, f64 } = task.arena;
    const sums = task.scratch.alloc(n * 8);
    for (let g = 0; g < n; g++) {
      f64[sums / 8 + g] = Number((i64[highs / 8 + g] << 32n) + u64[lows / 8 + g]);
    }
    return quotient(task, sums, counts, n);
  },
});

/** Integers of up to 32 bits cannot leave a 64-bit sum; wider ones are summed in two halves. */
const NARROW_BITS = 32;
const integerAverage: Make = (call, full) => {
  if (bitsOf(call.args[0].type) > NARROW_BITS) return wideAverage(call, full);
  return {
    ...integerSum(true)(call, false),
    result(task, [sums, counts], n) {
      const dividend = task.scratch.alloc(n * 8);
      task.kernels.widen_i64_f64(sums, n, dividend);
      return quotient(task, dividend, counts, n);
    },
  };
};
const floatAverage: Make = (call) => ({
  ...floatSum(call, false),
  result: (task, [highs, lows, counts], n) => quotient(task, sumOfParts(task, highs, lows, n), counts, n),
});

type BestKernel = `agg_${'min' | 'max'}_${'i64' | 'u64' | 'f64' | 'str'}_g` | 'agg_any_g';

/** Words: value, number of values. Merging is updating with the states that saw a value. */
const best =
  (kernel: BestKernel, lane: Lane): Make =>
  () => ({
    words: 2,
    string: lane === 'str',
    update: (task, gids, [arg], valid, n, [values, counts]) =>
      task.kernels[kernel](gids, arg, valid, n, values, counts),
    merge: (task, gids, [from, fromCounts], n, [values, counts]) =>
      task.kernels[kernel](gids, from, countsOf(task, fromCounts, n), n, values, counts),
    result: (task, [values, counts], n) => vectorOfWords(task, lane, n, values, countsOf(task, counts, n)),
    whole(task, [v], rows, mask, [value, counts]) {
      if (v.kind !== 'int' || v.valid !== 0 || mask !== 0 || !kernel.endsWith('_i64_g')) return false;
      const { kernels, arena, scratch } = task;
      const ends = scratch.alloc(16);
      if (v.width === 1) kernels.ends_u8(v.data, rows, ends);
      else if (v.width === 2) kernels.ends_u16(v.data, rows, ends);
      else if (v.width === 4) kernels.ends_u32(v.data, rows, ends);
      else kernels.ends_i64(v.data, rows, ends);
      const x = arena.i64[ends / 8 + (kernel.startsWith('agg_max') ? 1 : 0)] + v.base;
      const seen = arena.i64[value / 8];
      const better = kernel.startsWith('agg_max') ? x > seen : x < seen;
      if (arena.i64[counts / 8] === 0n || better) arena.i64[value / 8] = x;
      arena.i64[counts / 8] += BigInt(rows);
      return true;
    },
  });

/** How a word becomes part of another; both as indices of two halves. */
type FoldWords = (u32: Uint32Array, to: number, from: number) => void;

const bitwise =
  (combine: (a: number, b: number) => number): FoldWords =>
  (u32, to, from) => {
    u32[to] = combine(u32[to], u32[from]);
    u32[to + 1] = combine(u32[to + 1], u32[from + 1]);
  };
const takeOver: FoldWords = (u32, to, from) => {
  u32[to] = u32[from];
  u32[to + 1] = u32[from + 1];
};

/** Words: value, number of values. Merging is updating with the states that saw a value. */
const folded =
  (fold: FoldWords, lane: Lane): Make =>
  () => {
    /** @param from numbers of values behind the words; 0: one each. */
    const add = (
      { arena: { u8, u32 } }: TaskContext,
      gids: number,
      words: number,
      valid: number,
      from: number,
      n: number,
      [values, counts]: readonly number[],
    ): void => {
      for (let i = 0; i < n; i++) {
        if (valid !== 0 && u8[valid + i] === 0) continue;
        const gid = 2 * u32[(gids >>> 2) + i];
        const [to, word, count] = [(values >>> 2) + gid, (words >>> 2) + 2 * i, (counts >>> 2) + gid];
        if ((u32[count] | u32[count + 1]) === 0) takeOver(u32, to, word);
        else fold(u32, to, word);
        const more = (from >>> 2) + 2 * i;
        const low = u32[count] + (from === 0 ? 1 : u32[more]);
        u32[count + 1] += (from === 0 ? 0 : u32[more + 1]) + (low > 0xffffffff ? 1 : 0);
        u32[count] = low;
      }
    };
    return {
      words: 2,
      string: lane === 'str',
      update: (task, gids, [words], valid, n, states) =>
        task.inSteps(n, (at, rows) =>
          add(task, gids + 4 * at, words + 8 * at, valid === 0 ? 0 : valid + at, 0, rows, states),
        ),
      merge: (task, gids, [words, counts], n, states) =>
        add(task, gids, words, countsOf(task, counts, n), counts, n, states),
      result: (task, [values, counts], n) => vectorOfWords(task, lane, n, values, countsOf(task, counts, n)),
    };
  };

/** Words: value, its order, number of values. */
const pick =
  (largest: 0 | 1): Make =>
  (call) => ({
    words: 3,
    string: laneOf(call.type) === 'str',
    update: (task, gids, [arg, order], valid, n, [values, orders, counts]) =>
      task.kernels.agg_pick_g(largest, gids, arg, order, valid, n, values, orders, counts),
    merge: (task, gids, [from, fromOrders, fromCounts], n, [values, orders, counts]) =>
      task.kernels.agg_pick_g(
        largest,
        gids,
        from,
        fromOrders,
        countsOf(task, fromCounts, n),
        n,
        values,
        orders,
        counts,
      ),
    result: (task, [values, , counts], n) =>
      vectorOfWords(task, laneOf(call.type), n, values, countsOf(task, counts, n)),
  });

/** Words: count, mean, sum of squared distances. `sample` divides by count - 1. */
const variance =
  (sample: boolean, root: boolean): Make =>
  () => ({
    words: 3,
    update: (task, gids, [arg], valid, n, [counts, means, squares]) =>
      task.kernels.agg_var_f64_g(gids, arg, valid, n, counts, means, squares),
    merge: (task, gids, [fromCounts, fromMeans, fromSquares], n, [counts, means, squares]) =>
      task.kernels.agg_var_merge_g(gids, fromCounts, fromMeans, fromSquares, n, counts, means, squares),
    result(task, [counts, , squares], n) {
      const { f64, i64, u8 } = task.arena;
      const out = task.scratch.alloc(n * 8);
      const valid = task.scratch.alloc(n);
      for (let g = 0; g < n; g++) {
        const divisor = Number(i64[counts / 8 + g]) - (sample ? 1 : 0);
        const value = divisor > 0 ? f64[squares / 8 + g] / divisor : 0;
        f64[out / 8 + g] = root ? Math.sqrt(value) : value;
        u8[valid + g] = divisor > 0 ? 1 : 0;
      }
      return floatVector(n, out, 8, valid);
    },
  });

/** Of no values every bit is set, where there is no NULL to say it. */
const bitAnd: Make = (call, full) => {
  const plain = folded(
    bitwise((a, b) => a & b),
    'i64',
  )(call, full);
  if (call.type.nullable || !isInteger(call.type)) return plain;
  const none = BigInt.asIntN(64, allBits(call.type));
  return {
    ...plain,
    result(task, states, n) {
      const { i64 } = task.arena;
      const [values, counts] = states;
      for (let g = 0; g < n; g++) if (i64[counts / 8 + g] === 0n) i64[values / 8 + g] = none;
      return plain.result(task, states, n);
    },
  };
};

const AGGREGATORS: Readonly<Record<string, Make>> = {
  count_star: count,
  count,
  sum_checked_i64: integerSum(true),
  sum_wrap_i64: integerSum(false),
  sum_f64: floatSum,
  avg_i64: integerAverage,
  avg_f64: floatAverage,
  min_i64: best('agg_min_i64_g', 'i64'),
  min_u64: best('agg_min_u64_g', 'i64'),
  min_f64: best('agg_min_f64_g', 'f64'),
  min_str: best('agg_min_str_g', 'str'),
  min_bool: best('agg_min_i64_g', 'bool'),
  max_i64: best('agg_max_i64_g', 'i64'),
  max_u64: best('agg_max_u64_g', 'i64'),
  max_f64: best('agg_max_f64_g', 'f64'),
  max_str: best('agg_max_str_g', 'str'),
  max_bool: best('agg_max_i64_g', 'bool'),
  any_i64: inOrder(best('agg_any_g', 'i64')),
  any_f64: inOrder(best('agg_any_g', 'f64')),
  any_str: inOrder(best('agg_any_g', 'str')),
  any_bool: inOrder(best('agg_any_g', 'bool')),
  anylast_i64: inOrder(folded(takeOver, 'i64')),
  anylast_f64: inOrder(folded(takeOver, 'f64')),
  anylast_str: inOrder(folded(takeOver, 'str')),
  anylast_bool: inOrder(folded(takeOver, 'bool')),
  bit_and_i64: bitAnd,
  bit_or_i64: folded(
    bitwise((a, b) => a | b),
    'i64',
  ),
  bit_xor_i64: folded(
    bitwise((a, b) => a ^ b),
    'i64',
  ),
  first_i64: pick(0),
  first_f64: pick(0),
  first_str: pick(0),
  first_bool: pick(0),
  last_i64: pick(1),
  last_f64: pick(1),
  last_str: pick(1),
  last_bool: pick(1),
  var_pop_f64: variance(false, false),
  var_samp_f64: variance(true, false),
  stddev_pop_f64: variance(false, true),
  stddev_samp_f64: variance(true, true),
  ...Object.fromEntries(Object.keys(WIDE_SUMS).map((id): [string, Make] => [id, wideSum])),
  ...Object.fromEntries(Object.keys(FOLDS).map((id): [string, Make] => [id, foldAggregator])),
  ...Object.fromEntries(Object.keys(BLOCK_AGGREGATES).map((id): [string, Make] => [id, blockAggregator])),
};
