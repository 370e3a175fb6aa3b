/** Sums that fade with time: what is older counts less. */

import type { FixedState } from './fixed-words.ts';
import type { Fold } from './fold.ts';

/** The share that is left after a time. */
type Fading = (passed: number, scale: number) => number;

const halves: Fading = (passed, half) => 2 ** (-passed / half);
const exponential: Fading = (passed, scale) => Math.exp(-passed / scale);

/** Adds a sum at a time to another: the older one fades. Words: sums, the time, number of rows. */
function join(to: Float64Array, from: Float64Array, time: number, fade: Fading, scale: number): void {
  if (from[time + 1] === 0) return;
  const ahead = to[time + 1] === 0 ? 0 : from[time] - to[time];
  for (let i = 0; i < time; i++)
    to[i] = ahead > 0 ? from[i] + to[i] * fade(ahead, scale) : to[i] + from[i] * fade(-ahead, scale);
  if (to[time + 1] === 0 || ahead > 0) to[time] = from[time];
  to[time + 1] += from[time + 1];
}

/** @param sums made of a row, with its time behind them */
const fading = (
  args: number,
  sums: number,
  fade: Fading,
  sumsOf: (row: Float64Array) => readonly number[],
  value: (sums: Float64Array, scale: number) => number,
): Fold => ({
  args: Array.from({ length: args }, () => 'f64' as const),
  result: 'f64',
  words: sums + 2,
  string: false,
  ordered: false,
  add: ({ f64 }, { f64: row }, [scale]) => join(f64, Float64Array.of(...sumsOf(row), 1), sums, fade, scale),
  merge: ({ f64 }: FixedState, { f64: from }: FixedState, [scale]) => join(f64, from, sums, fade, scale),
  value: ({ f64 }, [scale], type) => (f64[sums + 1] === 0 && type.nullable ? null : value(f64, scale)),
});

export const DECAYS: Readonly<Record<string, Fold>> = {
  moving_average: fading(
    2,
    1,
    halves,
    ([x, time]) => [x, time],
    ([sum], half) => sum * (1 - 2 ** (-1 / half)),
  ),
  faded_sum: fading(
    2,
    1,
    exponential,
    ([x, time]) => [x, time],
    ([sum]) => sum,
  ),
  faded_count: fading(
    1,
    1,
    exponential,
    ([time]) => [1, time],
    ([sum]) => sum,
  ),
  faded_avg: fading(
    2,
    2,
    exponential,
    ([x, time]) => [x, 1, time],
    ([sum, count]) => sum / count,
  ),
};
