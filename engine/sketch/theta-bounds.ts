/**
 * How far the number of values may be from a theta sketch's estimate, as Apache DataSketches says it: bounds of a binomial proportion, exact
 * or nearly so for few hashes, those of the normal distribution beyond 120.
 */

import { BasaltError } from '../base/error.ts';
import { estimateOf, MAX_THETA } from './theta.ts';
import { LOWER_EQUIVALENTS, UPPER_EQUIVALENTS } from './theta-bound-table.ts';

export type Bounds = { readonly lower: number; readonly upper: number };

/** Share of the normal distribution beyond so many standard deviations. */
const TAILS = [0.5, 0.15865531915860265, 0.02275026189041357, 0.0013498126861731796];
const MAX_FEW = 120;
/** Samples of nearly everything. */
const NEARLY_ALL = 1 - 1e-5;
/** Below this many hashes over theta the exact sums are short. */
const SUMMED = 360;

/**
 * @param count of hashes below theta
 * @param deviations standard deviations: 1, 2 or 3, anything where the sketch is exact
 * @throws BasaltError BAD_ARGUMENTS
 */
export function thetaBounds(count: number, theta: bigint, deviations: number): Bounds {
  if (theta === MAX_THETA) return { lower: count, upper: count };
  checkDeviations(deviations);
  const share = Number(theta) / 2 ** 63;
  const estimate = estimateOf(count, theta);
  return {
    lower: Math.min(estimate, Math.max(count, lowerBound(count, share, deviations))),
    upper: Math.max(estimate, upperBound(count, share, deviations)),
  };
}

/** @throws BasaltError BAD_ARGUMENTS */
export function checkDeviations(deviations: number): void {
  if ([1, 2, 3].includes(deviations)) return;
  throw new BasaltError(
    'BAD_ARGUMENTS',
    `Error bounds are of 1, 2 or 3 standard deviations, not ${deviations}`,
  );
}

function lowerBound(count: number, share: number, deviations: number): number {
  const tail = TAILS[deviations];
  if (count === 0) return 0;
  if (count === 1) return Math.floor(Math.log(1 - tail) / Math.log(1 - share));
  if (count > MAX_FEW) return classic(count, share, -deviations) - 0.5;
  if (share > NEARLY_ALL) return count;
  if (share < count / SUMMED)
    return classic(count, share, -LOWER_EQUIVALENTS[3 * count + deviations - 1]) - 0.5;
  return sumUntil(count, share, (sum) => sum > tail) - 1;
}

function upperBound(count: number, share: number, deviations: number): number {
  const tail = TAILS[deviations];
  if (count === 0) return Math.ceil(Math.log(tail) / Math.log(1 - share));
  if (count > MAX_FEW) return classic(count, share, deviations) + 0.5;
  if (share > NEARLY_ALL) return count + 1;
  if (share < count / SUMMED)
    return classic(count, share, UPPER_EQUIVALENTS[3 * count + deviations - 1]) + 0.5;
  return sumUntil(count + 1, share, (sum) => sum >= 1 - tail);
}

/** Where a normal distribution has `count` so many deviations above (negative: below) its mean. */
function classic(count: number, share: number, deviations: number): number {
  const mean = (count + Math.sign(deviations) * 0.5) / share;
  const b = deviations * Math.sqrt((1 - share) / share);
  return mean + 0.5 * b * b + 0.5 * b * Math.sqrt(b * b + 4 * mean);
}

/** Adds up how likely it is that the `count`th hit comes with the nth value; the n where it is enough. */
function sumUntil(count: number, share: number, isEnough: (sum: number) => boolean): number {
  let term = share ** count;
  let sum = term;
  let n = count;
  for (; !isEnough(sum); n++) {
    term = (term * (1 - share) * n) / (n + 1 - count);
    sum += term;
  }
  return n;
}
