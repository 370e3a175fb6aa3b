/**
 * Numbers of the distributions that have names, exact in distribution and in steps whose number grows no faster than the logarithm of the
 * parameters. Methods after Luc Devroye, Non-Uniform Random Variate Generation (1986).
 *
 * Parameters are finite; who calls has checked them.
 */

import type { Random } from './random.ts';

/** Uniform in [0, 1), of 53 bits. */
export const unit = (random: Random): number =>
  ((random.uint32() >>> 5) * 67108864 + (random.uint32() >>> 6)) / 9007199254740992;

/** Normal: mean 0, deviation 1 (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - unit(random))) * Math.cos(2 * Math.PI * unit(random));

/** Exponential with mean 1. */
export const exponential = (random: Random): number => -Math.log(1 - unit(random));

/** Gamma of a shape above 0, scale 1 (Marsaglia and Tsang 2000). */
export function gammaOf(random: Random, shape: number): number {
  if (shape < 1) return gammaOf(random, shape + 1) * (1 - unit(random)) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - unit(random)) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}

export const chiSquared = (random: Random, freedom: number): number => 2 * gammaOf(random, freedom / 2);

export const student = (random: Random, freedom: number): number =>
  normal(random) / Math.sqrt(chiSquared(random, freedom) / freedom);

export const fisher = (random: Random, between: number, within: number): number =>
  chiSquared(random, between) / between / (chiSquared(random, within) / within);

export const bernoulli = (random: Random, share: number): number => (unit(random) < share ? 1 : 0);

/** Up to here counts are counted one by one. */
const FEW = 32;

/**
 * Successes of so many trials. Of many, the middle one in order of size of as many uniform numbers tells on which side of `share` half of them lie.
 * @param trials whole
 */
export function binomial(random: Random, trials: number, share: number): number {
  let [rest, p, successes] = [trials, share, 0];
  while (rest > FEW && p > 0 && p < 1) {
    const middle = Math.floor(rest / 2) + 1;
    const below = gammaOf(random, middle);
    const place = below / (below + gammaOf(random, rest + 1 - middle));
    if (place <= p) {
      successes += middle;
      rest -= middle;
      p = (p - place) / (1 - place);
    } else {
      rest = middle - 1;
      p /= place;
    }
  }
  if (p >= 1) return successes + rest;
  if (p <= 0) return successes;
  for (; rest > 0; rest--) successes += bernoulli(random, p);
  return successes;
}

/** Events of a Poisson process in the time `mean`; of many, the moment of one tells how many are left (Ahrens and Dieter 1974). */
export function poisson(random: Random, mean: number): number {
  let [rest, events] = [mean, 0];
  while (rest > FEW) {
    const ahead = Math.floor(rest * 0.875);
    const moment = gammaOf(random, ahead);
    if (moment > rest) return events + binomial(random, ahead - 1, rest / moment);
    events += ahead;
    rest -= moment;
  }
  const end = Math.exp(-rest);
  for (let product = 1 - unit(random); product > end; product *= 1 - unit(random)) events++;
  return events;
}

/** Failures before so many successes; endless where none succeeds. */
export function negativeBinomial(random: Random, successes: number, share: number): number {
  if (successes === 0 || share === 1) return 0;
  const mean = (gammaOf(random, successes) * (1 - share)) / share;
  return Number.isFinite(mean) ? poisson(random, mean) : mean;
}
