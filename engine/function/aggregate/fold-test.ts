/**
 * Tests of whether two samples have one mean (Student, Welch, z). Arguments: a value, and 0 where it belongs to the first sample.
 * Words: of each sample the number of values, their sum, the sum of their squares.
 */

import { normalTail, studentTail, tailPoint } from '../../base/distribution.ts';
import { packItem } from '../../type/nested.ts';
import type { FixedState } from './fixed-words.ts';
import type { Fold } from './fold.ts';

const SAMPLE_WORDS = 3;

type Sample = {
  readonly n: number;
  readonly mean: number /** Of squares around the mean. */;
  readonly squares: number;
};

/** A statistic is a difference of means by its error. */
type Test = (
  x: Sample,
  y: Sample,
  params: readonly number[],
) => {
  readonly error: number;
  readonly tail: (t: number) => number;
};

/** Of the means' difference, where variances may differ. */
const unpooled = (x: Sample, y: Sample): number =>
  Math.sqrt(x.squares / (x.n - 1) / x.n + y.squares / (y.n - 1) / y.n);

const student: Test = (x, y) => {
  const freedom = x.n + y.n - 2;
  return {
    error: Math.sqrt(((x.squares + y.squares) / freedom) * (1 / x.n + 1 / y.n)),
    tail: (t) => studentTail(t, freedom),
  };
};

const welch: Test = (x, y) => {
  const [a, b] = [x.squares / (x.n - 1) / x.n, y.squares / (y.n - 1) / y.n];
  const freedom = (a + b) ** 2 / (a ** 2 / (x.n - 1) + b ** 2 / (y.n - 1));
  return { error: unpooled(x, y), tail: (t) => studentTail(t, freedom) };
};

/** Variances are known. */
const z: Test = (x, y, [, a, b]) => ({ error: Math.sqrt(a / x.n + b / y.n), tail: normalTail });

function sampleAt({ f64 }: FixedState, at: number): Sample {
  const [n, sum, squares] = f64.subarray(at, at + SAMPLE_WORDS);
  return { n, mean: sum / n, squares: Math.max(0, squares - (sum * sum) / n) };
}

/** @param isEstimated the error is estimated, so that samples tell nothing unless their values differ. Parameters: the confidence or 0, then the test's. */
const meansTest = (test: Test, isEstimated: boolean): Fold => ({
  args: ['f64', 'f64'],
  result: 'str',
  words: 2 * SAMPLE_WORDS,
  string: false,
  ordered: false,
  add: ({ f64: to }, { f64: [value, second] }) => {
    const at = second === 0 ? 0 : SAMPLE_WORDS;
    to[at]++;
    to[at + 1] += value;
    to[at + 2] += value * value;
  },
  merge: ({ f64: to }, { f64: from }) => {
    for (let i = 0; i < from.length; i++) to[i] += from[i];
  },
  value: (state, params, type) => {
    const [x, y] = [sampleAt(state, 0), sampleAt(state, SAMPLE_WORDS)];
    const difference = x.mean - y.mean;
    const { error, tail } = test(x, y, params);
    const least = 10 * Number.EPSILON * Math.max(Math.abs(x.mean), Math.abs(y.mean));
    const knows = !isEstimated || (x.n > 0 && y.n > 0 && error > least);
    const t = knows ? difference / error : Number.NaN;
    const values = [t, 2 * tail(Math.abs(t))];
    const [confidence] = params;
    if (confidence > 0) {
      // As ClickHouse has it, also where the statistic's error is that of both samples together.
      const width = isEstimated ? unpooled(x, y) : error;
      const reach = knows ? width * tailPoint((1 - confidence) / 2, tail) : Number.NaN;
      values.push(difference - reach, difference + reach);
    }
    return packItem(values, { ...type, nullable: false });
  },
});

export const MEANS_TESTS: Readonly<Record<string, Fold>> = {
  student_test: meansTest(student, true),
  welch_test: meansTest(welch, true),
  mean_z_test: meansTest(z, false),
};
