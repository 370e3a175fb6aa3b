/**
 * States of fixed size: by aggregate its words, how two states become one, and what a state gives. The executor's
 * aggregators (exec/aggregate/aggregator.ts) do the same for columns of them; a test holds them together.
 *
 *   bytes := (word:8){words}                      without values all zeros, or no bytes
 *   bytes := (word:8){words but the first} text   where the value is a string
 *
 * Words are 64-bit integers or floats, little-endian; the words of each aggregate are listed in docs/internals/aggregate-states.md.
 */

import { textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { damagedState } from '../../sketch/byte-reader.ts';
import type { Lane, LogicalType, Value } from '../../type/type.ts';
import { type FixedState, newFixed } from './fixed-words.ts';
import { FOLDS } from './fold.ts';
import { countedValue, packedSum, sumOfWords, WIDE_SUMS, type WideSum } from './wide-sum.ts';

export type FixedAggregate = {
  readonly words: number;
  /** Its first word is a string's place. */
  readonly string: boolean;
  /** Adds `from`. */
  readonly merge: (to: FixedState, from: FixedState, params: readonly number[]) => void;
  /** @param type of the result. null: no values */
  readonly value: (state: FixedState, params: readonly number[], type: LogicalType) => Value;
};

const wrap = (x: bigint): bigint => BigInt.asIntN(64, x);
const copy = (to: FixedState, from: FixedState): void => {
  to.i64.set(from.i64);
  to.text = from.text;
};

const row = (
  words: number,
  merge: FixedAggregate['merge'],
  value: FixedAggregate['value'],
): FixedAggregate => ({
  words,
  string: false,
  merge,
  value,
});

const addAll: FixedAggregate['merge'] = (to, from) => {
  for (let i = 0; i < to.i64.length; i++) to.i64[i] = wrap(to.i64[i] + from.i64[i]);
};
const overflowed = (): BasaltError =>
  new BasaltError('DECIMAL_OVERFLOW', 'Integer overflow in sum of states');
const addChecked: FixedAggregate['merge'] = (to, from) => {
  const sum = to.i64[0] + from.i64[0];
  if (wrap(sum) !== sum) throw overflowed();
  addAll(to, from, []);
};

const count = row(1, addAll, ({ i64 }) => i64[0]);
const integerSum = (merge: FixedAggregate['merge']): FixedAggregate =>
  row(2, merge, ({ i64 }) => (i64[1] === 0n ? null : i64[0]));

/** Words: the sum's, lowest first, number of values. */
function wideSum(of: WideSum): FixedAggregate {
  const count = of.bits / 64;
  const sumOf = ({ i64 }: FixedState): bigint => sumOfWords((w) => i64[w], of);
  return row(
    count + 1,
    (to, from) => {
      const sum = sumOf(to) + sumOf(from);
      if (of.checked && BigInt.asIntN(of.bits, sum) !== sum) throw overflowed();
      for (let w = 0; w < count; w++) to.i64[w] = wrap(sum >> BigInt(64 * w));
      to.i64[count] += from.i64[count];
    },
    (state, params, type) => {
      if (of.gives !== 'sum') return countedValue(of, sumOf(state), state.i64[count], params, type);
      return state.i64[count] === 0n ? null : packedSum(sumOf(state), of);
    },
  );
}

/** Words: high and low part of the sum, number of values. */
const addFloats: FixedAggregate['merge'] = (to, from) => {
  const [s, x] = [to.f64[0], from.f64[0]];
  const t = s + x;
  const y = t - s;
  to.f64[0] = t;
  to.f64[1] += s - (t - y) + (x - y) + from.f64[1];
  to.i64[2] += from.i64[2];
};
const floatSum = ({ f64 }: FixedState): number => (Number.isFinite(f64[0]) ? f64[0] + f64[1] : f64[0]);

/** Words: value, number of values. The first value stays unless `better`. */
const best = (lane: Lane, better: (next: FixedState, old: FixedState) => boolean): FixedAggregate => ({
  words: 2,
  string: lane === 'str',
  merge(to, from) {
    if (from.i64[1] === 0n) return;
    const seen = to.i64[1];
    if (seen === 0n || better(from, to)) copy(to, from);
    to.i64[1] = seen + from.i64[1];
  },
  value: (state) => (state.i64[1] === 0n ? null : laneValue(lane, state)),
});

/** Words: value, its order, number of values. */
const pick = (lane: Lane, largest: boolean): FixedAggregate => ({
  words: 3,
  string: lane === 'str',
  merge(to, from) {
    if (from.i64[2] === 0n) return;
    const seen = to.i64[2];
    if (seen === 0n || (largest ? from.i64[1] > to.i64[1] : from.i64[1] < to.i64[1])) copy(to, from);
    to.i64[2] = seen + from.i64[2];
  },
  value: (state) => (state.i64[2] === 0n ? null : laneValue(lane, state)),
});

function laneValue(lane: Lane, { i64, f64, text }: FixedState): Value {
  if (lane === 'str') return textOfBytes(text);
  if (lane === 'bool') return i64[0] !== 0n;
  return lane === 'f64' ? f64[0] : i64[0];
}

/** NaN is the largest number. */
const lessFloat = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));
const unsigned = (x: bigint): bigint => BigInt.asUintN(64, x);

function isBefore(a: Uint8Array, b: Uint8Array): boolean {
  const i = a.findIndex((byte, k) => byte !== b[k]);
  return i < 0 ? a.length < b.length : i >= b.length ? false : a[i] < b[i];
}

const LESS: Readonly<Record<string, (a: FixedState, b: FixedState) => boolean>> = {
  i64: (a, b) => a.i64[0] < b.i64[0],
  bool: (a, b) => a.i64[0] < b.i64[0],
  u64: (a, b) => unsigned(a.i64[0]) < unsigned(b.i64[0]),
  f64: (a, b) => lessFloat(a.f64[0], b.f64[0]),
  str: (a, b) => isBefore(a.text, b.text),
};

const extremes = (name: 'min' | 'max'): [string, FixedAggregate][] =>
  Object.entries(LESS).map(([suffix, less]) => [
    `${name}_${suffix}`,
    best(suffix === 'u64' ? 'i64' : (suffix as Lane), name === 'min' ? less : (next, old) => less(old, next)),
  ]);

/** Words: count, mean, sum of squared distances. */
const spread = (sample: boolean, root: boolean): FixedAggregate =>
  row(
    3,
    (to, from) => {
      const [a, b] = [Number(to.i64[0]), Number(from.i64[0])];
      if (b === 0) return;
      const delta = from.f64[1] - to.f64[1];
      to.f64[1] += (delta * b) / (a + b);
      to.f64[2] += from.f64[2] + (delta * delta * a * b) / (a + b);
      to.i64[0] += from.i64[0];
    },
    ({ i64, f64 }) => {
      const divisor = Number(i64[0]) - (sample ? 1 : 0);
      if (divisor <= 0) return null;
      return root ? Math.sqrt(f64[2] / divisor) : f64[2] / divisor;
    },
  );

/** Words: bits, number of values. */
const bits = (combine: (a: bigint, b: bigint) => bigint): FixedAggregate =>
  row(
    2,
    ({ i64: to }, { i64: from }) => {
      if (from[1] === 0n) return;
      to[0] = to[1] === 0n ? from[0] : combine(to[0], from[0]);
      to[1] += from[1];
    },
    ({ i64 }) => (i64[1] === 0n ? null : i64[0]),
  );

const LANES: readonly Lane[] = ['i64', 'f64', 'str', 'bool'];

export const FIXED_AGGREGATES: Readonly<Record<string, FixedAggregate>> = {
  ...FOLDS,
  count_star: count,
  count,
  sum_checked_i64: integerSum(addChecked),
  sum_wrap_i64: integerSum(addAll),
  ...Object.fromEntries(Object.entries(WIDE_SUMS).map(([id, of]) => [id, wideSum(of)])),
  sum_f64: row(3, addFloats, (state) => (state.i64[2] === 0n ? null : floatSum(state))),
  /** Words: sums of the lower and upper halves, number of values. */
  avg_i64: row(3, addAll, ({ i64 }) =>
    i64[2] === 0n ? null : Number((i64[1] << 32n) + unsigned(i64[0])) / Number(i64[2]),
  ),
  avg_f64: row(3, addFloats, (state) =>
    state.i64[2] === 0n ? null : floatSum(state) / Number(state.i64[2]),
  ),
  ...Object.fromEntries([
    ...extremes('min'),
    ...extremes('max'),
    ...LANES.flatMap((lane): [string, FixedAggregate][] => [
      [`any_${lane}`, best(lane, () => false)],
      [`anylast_${lane}`, best(lane, () => true)],
      [`first_${lane}`, pick(lane, false)],
      [`last_${lane}`, pick(lane, true)],
    ]),
  ]),
  bit_and_i64: bits((a, b) => a & b),
  bit_or_i64: bits((a, b) => a | b),
  bit_xor_i64: bits((a, b) => a ^ b),
  var_pop_f64: spread(false, false),
  var_samp_f64: spread(true, false),
  stddev_pop_f64: spread(false, true),
  stddev_samp_f64: spread(true, true),
};

/** @throws CORRUPTED_DATA for bytes of another length. */
export function readFixed({ words, string }: FixedAggregate, bytes: Uint8Array): FixedState {
  const ahead = 8 * (string ? words - 1 : words);
  const state = newFixed(words, bytes.slice(ahead));
  if (bytes.length === 0) return state;
  if (string ? bytes.length < ahead : bytes.length !== ahead)
    throw damagedState(`${bytes.length} bytes where ${string ? 'at least ' : ''}${ahead} are`);
  new Uint8Array(state.i64.buffer).set(bytes.subarray(0, ahead), string ? 8 : 0);
  return state;
}

export function writeFixed({ string }: FixedAggregate, { i64, text }: FixedState): Uint8Array {
  const words = new Uint8Array(i64.buffer);
  if (!string) return words;
  const bytes = new Uint8Array(words.length - 8 + text.length);
  bytes.set(words.subarray(8));
  bytes.set(text, words.length - 8);
  return bytes;
}
