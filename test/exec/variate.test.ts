import { describe, expect, it } from 'vitest';
import { fisherTail, logGamma, normalTail, studentTail } from '../../engine/base/distribution.ts';
import { type Random, SeededRandom } from '../../engine/base/random.ts';
import {
  bernoulli,
  binomial,
  chiSquared,
  exponential,
  fisher,
  gammaOf,
  negativeBinomial,
  normal,
  poisson,
  student,
} from '../../engine/base/variate.ts';

/**
 * Numbers of a distribution are spread as its closed form says: those with a density by the largest distance to the distribution function
 * (Kolmogorov and Smirnov), counts by chi-squared. The bounds are exceeded by one seed in some ten thousand; the seed is fixed.
 */
const N = 40_000;

const drawn = (draw: (random: Random) => number, seed = 1): number[] => {
  const random = new SeededRandom(seed, 2);
  return Array.from({ length: N }, () => draw(random));
};

describe('a distribution with a density', () => {
  it.each<[string, (random: Random) => number, (x: number) => number]>([
    ['normal', normal, (x) => 1 - normalTail(x)],
    ['exponential', exponential, (x) => 1 - Math.exp(-x)],
    ['gamma of shape 1', (r) => gammaOf(r, 1), (x) => 1 - Math.exp(-x)],
    ['gamma of shape 3', (r) => gammaOf(r, 3), (x) => 1 - Math.exp(-x) * (1 + x + (x * x) / 2)],
    ['chi-squared of 1', (r) => chiSquared(r, 1), (x) => 1 - 2 * normalTail(Math.sqrt(x))],
    ['chi-squared of 4', (r) => chiSquared(r, 4), (x) => 1 - Math.exp(-x / 2) * (1 + x / 2)],
    ['Student of 1, which is Cauchy', (r) => student(r, 1), (x) => 0.5 + Math.atan(x) / Math.PI],
    ['Student of 5', (r) => student(r, 5), (x) => 1 - studentTail(x, 5)],
    ['Fisher of 2 and 2', (r) => fisher(r, 2, 2), (x) => x / (1 + x)],
    ['Fisher of 5 and 10', (r) => fisher(r, 5, 10), (x) => 1 - fisherTail(x, 5, 10)],
  ])('%s', (_, draw, below) => {
    const values = drawn(draw).sort((a, b) => a - b);
    const distance = Math.max(...values.map((x, i) => Math.max(below(x) - i / N, (i + 1) / N - below(x))));
    expect(distance * Math.sqrt(N)).toBeLessThan(2.2);
  });
});

const choose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
const ofBinomial =
  (n: number, p: number) =>
  (k: number): number =>
    k > n ? 0 : Math.exp(choose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
const ofPoisson =
  (mean: number) =>
  (k: number): number =>
    Math.exp(k * Math.log(mean) - mean - logGamma(k + 1));
/** k failures before r successes. */
const ofNegativeBinomial =
  (r: number, p: number) =>
  (k: number): number =>
    Math.exp(choose(k + r - 1, k) + r * Math.log(p) + k * Math.log1p(-p));

describe('a distribution of counts', () => {
  it.each<[string, (random: Random) => number, (k: number) => number]>([
    ['Bernoulli', (r) => bernoulli(r, 0.3), ofBinomial(1, 0.3)],
    ['binomial, few', (r) => binomial(r, 10, 0.25), ofBinomial(10, 0.25)],
    ['binomial, some', (r) => binomial(r, 100, 0.9), ofBinomial(100, 0.9)],
    ['binomial, many', (r) => binomial(r, 2000, 0.02), ofBinomial(2000, 0.02)],
    ['Poisson of 3', (r) => poisson(r, 3), ofPoisson(3)],
    ['Poisson of 32.5', (r) => poisson(r, 32.5), ofPoisson(32.5)],
    ['Poisson of 400', (r) => poisson(r, 400), ofPoisson(400)],
    ['negative binomial of 1', (r) => negativeBinomial(r, 1, 0.4), ofNegativeBinomial(1, 0.4)],
    ['negative binomial of 12', (r) => negativeBinomial(r, 12, 0.2), ofNegativeBinomial(12, 0.2)],
  ])('%s', (_, draw, share) => {
    const counts = new Map<number, number>();
    for (const k of drawn(draw)) counts.set(k, (counts.get(k) ?? 0) + 1);
    // Counts that are rare are one class, and none is drawn that cannot be.
    let [statistic, classes, rest, restSeen] = [0, 0, N, N];
    for (let k = 0; k <= Math.max(...counts.keys()); k++) {
      const wanted = N * share(k);
      const seen = counts.get(k) ?? 0;
      if (wanted < 10) continue;
      statistic += (seen - wanted) ** 2 / wanted;
      classes++;
      rest -= wanted;
      restSeen -= seen;
    }
    if (rest > 1) statistic += (restSeen - rest) ** 2 / rest;
    else expect(restSeen).toBeLessThan(10);
    expect(statistic).toBeLessThan(classes + 5 * Math.sqrt(2 * classes) + 5);
  });

  it('of trials without number has mean and variance of the normal one it comes near', () => {
    const [n, p] = [1e12, 0.3];
    const values = drawn((r) => binomial(r, n, p)).map((k) => (k - n * p) / Math.sqrt(n * p * (1 - p)));
    const mean = values.reduce((a, b) => a + b, 0) / N;
    const variance = values.reduce((a, b) => a + b * b, 0) / N;
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(N));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
  });

  it('is what it must be where nothing is left to chance', () => {
    const random = new SeededRandom(1);
    expect([binomial(random, 1e9, 1), binomial(random, 1e9, 0), binomial(random, 0, 0.5)]).toEqual([
      1e9, 0, 0,
    ]);
    expect(poisson(random, 0)).toBe(0);
    expect([negativeBinomial(random, 5, 1), negativeBinomial(random, 0, 0.5)]).toEqual([0, 0]);
    expect(negativeBinomial(random, 5, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});
