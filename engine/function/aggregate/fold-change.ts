/** How values change from row to row: sums of rises, and the slope from the leftmost point to the rightmost. */

import { type FixedState, newFixed } from './fixed-words.ts';
import type { Fold } from './fold.ts';

/** Numbers of a word: how two compare, and where they are. */
type Numbers = {
  readonly rise: (state: FixedState, sum: number, from: number, other: FixedState, to: number) => void;
  readonly add: (state: FixedState, sum: number, other: FixedState, word: number) => void;
};

const INTEGERS = (read: (x: bigint) => bigint): Numbers => ({
  rise: (state, sum, from, other, to) => {
    const [a, b] = [read(state.i64[from]), read(other.i64[to])];
    if (b > a) state.i64[sum] = BigInt.asIntN(64, state.i64[sum] + b - a);
  },
  add: (state, sum, other, word) => {
    state.i64[sum] = BigInt.asIntN(64, state.i64[sum] + other.i64[word]);
  },
});

const FLOATS: Numbers = {
  rise: (state, sum, from, other, to) => {
    if (other.f64[to] > state.f64[from]) state.f64[sum] += other.f64[to] - state.f64[from];
  },
  add: (state, sum, other, word) => {
    state.f64[sum] += other.f64[word];
  },
};

const SUM = 0;
const FIRST = 1;
const LAST = 2;
const ROWS = 3;

/** Words: sum of rises, first value, last value, number of rows. */
const rises = ({ rise, add }: Numbers, lane: 'i64' | 'f64'): Fold => ({
  args: [lane],
  result: lane,
  words: 4,
  string: false,
  ordered: true,
  add: (to, row) => {
    if (to.i64[ROWS] === 0n) to.i64[FIRST] = row.i64[0];
    else rise(to, SUM, LAST, row, 0);
    to.i64[LAST] = row.i64[0];
    to.i64[ROWS]++;
  },
  merge: (to, from) => {
    if (from.i64[ROWS] === 0n) return;
    if (to.i64[ROWS] === 0n) {
      to.i64.set(from.i64);
      return;
    }
    rise(to, SUM, LAST, from, FIRST);
    add(to, SUM, from, SUM);
    to.i64[LAST] = from.i64[LAST];
    to.i64[ROWS] += from.i64[ROWS];
  },
  value: ({ i64, f64 }, _params, type) => {
    if (i64[ROWS] === 0n && type.nullable) return null;
    return lane === 'f64' ? f64[SUM] : i64[SUM];
  },
});

const FIRST_TIME = 4;
const LAST_TIME = 5;

/** The same of parts of a series, each with its times, which join by them. Words behind: first time, last time. */
const timedRises = (numbers: Numbers, lane: 'i64' | 'f64'): Fold => {
  const plain = rises(numbers, lane);
  return {
    ...plain,
    args: [lane, 'i64'],
    words: 6,
    add: (to, row, params) => {
      if (to.i64[ROWS] === 0n) to.i64[FIRST_TIME] = row.i64[1];
      to.i64[LAST_TIME] = row.i64[1];
      plain.add(to, row, params);
    },
    merge: (to, from, params) => {
      if (from.i64[ROWS] === 0n) return;
      if (to.i64[ROWS] === 0n || to.i64[LAST_TIME] <= from.i64[FIRST_TIME]) {
        const first = to.i64[ROWS] === 0n ? from.i64[FIRST_TIME] : to.i64[FIRST_TIME];
        plain.merge(to, from, params);
        to.i64[FIRST_TIME] = first;
        to.i64[LAST_TIME] = from.i64[LAST_TIME];
        return;
      }
      const later = newFixed(to.i64.length);
      later.i64.set(to.i64);
      to.i64.set(from.i64);
      plain.merge(to, later, params);
      to.i64[LAST_TIME] = later.i64[LAST_TIME];
    },
  };
};

/** Words: x and y of the leftmost point, of the rightmost one, number of rows. */
const slope: Fold = {
  args: ['f64', 'f64'],
  result: 'f64',
  words: 5,
  string: false,
  ordered: false,
  add: ({ f64: to }, { f64: [x, y] }) => {
    if (to[4] === 0 || x < to[0]) to.set([x, y], 0);
    if (to[4] === 0 || x > to[2]) to.set([x, y], 2);
    to[4]++;
  },
  merge: ({ f64: to }, { f64: from }) => {
    if (from[4] === 0) return;
    if (to[4] === 0 || from[0] < to[0]) to.set(from.subarray(0, 2), 0);
    if (to[4] === 0 || from[2] > to[2]) to.set(from.subarray(2, 4), 2);
    to[4] += from[4];
  },
  value: ({ f64: [x0, y0, x1, y1, rows] }, _params, type) =>
    rows === 0 && type.nullable ? null : rows === 0 ? Number.NaN : (y1 - y0) / (x1 - x0),
};

const SIGNED = INTEGERS((x) => x);
const UNSIGNED = INTEGERS((x) => BigInt.asUintN(64, x));

export const CHANGES: Readonly<Record<string, Fold>> = {
  rises_i64: rises(SIGNED, 'i64'),
  rises_u64: rises(UNSIGNED, 'i64'),
  rises_f64: rises(FLOATS, 'f64'),
  timed_rises_i64: timedRises(SIGNED, 'i64'),
  timed_rises_u64: timedRises(UNSIGNED, 'i64'),
  timed_rises_f64: timedRises(FLOATS, 'f64'),
  slope,
};
