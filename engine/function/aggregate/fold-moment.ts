/** Sums of powers and products of floats, and what they say of a distribution. The first word is the number of rows. */

import { packItem } from '../../type/nested.ts';
import type { LogicalType, Value } from '../../type/type.ts';
import type { FixedState } from './fixed-words.ts';
import type { Fold } from './fold.ts';

type Terms = (row: Float64Array) => readonly number[];
type Read = (n: number, sums: Float64Array, type: LogicalType) => Value;

const addWords = (to: FixedState, from: FixedState): void => {
  for (let i = 0; i < to.f64.length; i++) to.f64[i] += from.f64[i];
};

/** @param terms of a row, behind the number of rows; all are summed */
const sumsOf = (
  args: number,
  words: number,
  terms: Terms,
  read: Read,
  result: Fold['result'] = 'f64',
): Fold => ({
  args: Array.from({ length: args }, () => 'f64' as const),
  result,
  words: 1 + words,
  string: false,
  ordered: false,
  add: ({ f64: to }, { f64: row }) => {
    to[0]++;
    terms(row).forEach((term, i) => {
      to[1 + i] += term;
    });
  },
  merge: addWords,
  value: ({ f64 }, _params, type) => (f64[0] === 0 && type.nullable ? null : read(f64[0], f64, type)),
});

const products: Terms = ([x, y]) => [x, y, x * y, x * x, y * y];

const powers =
  (most: number): Terms =>
  ([x]) =>
    Array.from({ length: most }, (_, i) => x ** (i + 1));

const spread = (n: number, m: Float64Array, sample: boolean): number => {
  if (n <= (sample ? 1 : 0)) return Number.NaN;
  return Math.max(0, (m[2] - (m[1] * m[1]) / n) / (sample ? n - 1 : n));
};

const skew =
  (sample: boolean): Read =>
  (n, m) => {
    const variance = spread(n, m, sample);
    const third = n === 1 ? 0 : (m[3] - ((3 * m[2] - (2 * m[1] * m[1]) / n) * m[1]) / n) / n;
    return variance > 0 ? third / variance ** 1.5 : Number.NaN;
  };

const kurtosis =
  (sample: boolean): Read =>
  (n, m) => {
    const variance = spread(n, m, sample);
    const fourth =
      n === 1 ? 0 : (m[4] - ((4 * m[3] - ((6 * m[2] - (3 * m[1] * m[1]) / n) * m[1]) / n) * m[1]) / n) / n;
    return variance > 0 ? fourth / variance ** 2 : Number.NaN;
  };

const line: Read = (n, [, x, y, xx, xy], type) => {
  const divisor = xx * n - x * x;
  const slope = n < 2 || divisor === 0 ? Number.NaN : (xy * n - x * y) / divisor;
  return packItem([slope, (y - slope * x) / n], { ...type, nullable: false });
};

/** Means and squared distances from them, which lose nothing where both are large. Words: n, means of x and y, then xy, xx, yy. @param least rows */
const centred = (least: number, read: (n: number, f64: Float64Array) => number): Fold => ({
  args: ['f64', 'f64'],
  result: 'f64',
  words: 6,
  string: false,
  ordered: false,
  add: ({ f64: to }, { f64: [x, y] }) => {
    to[0]++;
    const [dx, dy] = [x - to[1], y - to[2]];
    to[1] += dx / to[0];
    to[2] += dy / to[0];
    to[3] += dx * (y - to[2]);
    to[4] += dx * (x - to[1]);
    to[5] += dy * (y - to[2]);
  },
  merge: ({ f64: to }, { f64: from }) => {
    const [a, b] = [to[0], from[0]];
    if (b === 0) return;
    const [dx, dy] = [from[1] - to[1], from[2] - to[2]];
    const share = (a * b) / (a + b);
    to[0] = a + b;
    to[1] += (dx * b) / (a + b);
    to[2] += (dy * b) / (a + b);
    to[3] += from[3] + dx * dy * share;
    to[4] += from[4] + dx * dx * share;
    to[5] += from[5] + dy * dy * share;
  },
  value: ({ f64 }, _params, type) => {
    if (f64[0] === 0 && type.nullable) return null;
    return f64[0] < least ? Number.POSITIVE_INFINITY : read(f64[0], f64);
  },
});

export const MOMENTS: Readonly<Record<string, Fold>> = {
  covar_pop: sumsOf(2, 5, products, (n, [, x, y, xy]) => (xy - (x * y) / n) / n),
  covar_samp: sumsOf(2, 5, products, (n, [, x, y, xy]) =>
    n < 2 ? Number.NaN : (xy - (x * y) / n) / (n - 1),
  ),
  corr: sumsOf(
    2,
    5,
    products,
    (n, [, x, y, xy, xx, yy]) => (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y)),
  ),
  covar_pop_stable: centred(1, (n, m) => m[3] / n),
  covar_samp_stable: centred(2, (n, m) => m[3] / (n - 1)),
  corr_stable: centred(2, (_, m) => m[3] / Math.sqrt(m[4]) / Math.sqrt(m[5])),
  skew_pop: sumsOf(1, 3, powers(3), skew(false)),
  skew_samp: sumsOf(1, 3, powers(3), skew(true)),
  kurt_pop: sumsOf(1, 4, powers(4), kurtosis(false)),
  kurt_samp: sumsOf(1, 4, powers(4), kurtosis(true)),
  line: sumsOf(2, 4, ([x, y]) => [x, y, x * x, x * y], line, 'str'),
  avg_weighted: sumsOf(
    2,
    2,
    ([x, w]) => [x * w, w],
    (_, [, sum, weight]) => sum / weight,
  ),
};
