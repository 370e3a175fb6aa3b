/**
 * Tails of the distributions that tests of hypotheses ask for, through the incomplete beta function and
 * continued fractions (Abramowitz and Stegun, 26.2 and 26.5), evaluated by Lentz's method.
 */

const EPSILON = 1e-16;
const TINY = 1e-300;
const MOST_TERMS = 10_000;
/** From here on the fraction of the normal tail is better than the series. */
const FAR = 1.5;

/** Lanczos' coefficients for g = 7. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** @param x above 0 */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const base = x + 6.5;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (x - 1 + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

/** `b0 + a1/(b1 + a2/(b2 + ...))`. */
function continuedFraction(b0: number, term: (i: number) => readonly [a: number, b: number]): number {
  let value = b0 === 0 ? TINY : b0;
  let [c, d] = [value, 0];
  for (let i = 1; i < MOST_TERMS; i++) {
    const [a, b] = term(i);
    d = 1 / (b + a * d || TINY);
    c = b + a / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < EPSILON) break;
  }
  return value;
}

/** The regularized incomplete beta function. */
export function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const scale = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const fraction = continuedFraction(1, (i) => {
    const m = i >> 1;
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [i % 2 === 0 ? even : odd, 1];
  });
  return scale / a / fraction;
}

/** Share of the standard normal distribution above x. */
export function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x >= FAR) return density / continuedFraction(x, (i) => [i, x]);
  let [sum, term] = [x, x];
  for (let i = 3; term > sum * EPSILON; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 - density * sum;
}

/** Share of Student's distribution above t. */
export const studentTail = (t: number, freedom: number): number =>
  t < 0 ? 1 - studentTail(-t, freedom) : 0.5 * betaShare(freedom / (freedom + t * t), freedom / 2, 0.5);

/** Share of Fisher's distribution above f. */
export const fisherTail = (f: number, between: number, within: number): number =>
  betaShare(within / (within + between * f), within / 2, between / 2);

/** Where a tail that falls from 1/2 at 0 has this share, at most 1/2. */
export function tailPoint(share: number, tail: (x: number) => number): number {
  let [low, high] = [0, 1];
  while (tail(high) > share && high < Number.MAX_VALUE / 2) high *= 2;
  for (let i = 0; i < 200 && low < high; i++) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (tail(middle) > share) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}

/** ln |gamma(x)|; NaN at the poles below 0. */
export function logGammaOf(x: number): number {
  if (Number.isNaN(x) || x === Number.POSITIVE_INFINITY) return x;
  if (x === 0) return Number.POSITIVE_INFINITY;
  if (x === 1 || x === 2) return 0;
  if (x >= 0.5) return logGamma(x);
  return Number.isInteger(x)
    ? Number.NaN
    : Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
}

/** From here on gamma(x) is beyond a double. */
const GAMMA_LIMIT = 171.7;

/** The gamma function: NaN at the poles below 0, factorials exact as far as a double is. */
export function gamma(x: number): number {
  if (x === 0) return 1 / x;
  if (Number.isInteger(x) && x < 0) return Number.NaN;
  if (x > GAMMA_LIMIT) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(x)) {
    let product = 1;
    for (let i = 2; i < x; i++) product *= i;
    return product;
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  const base = x + 6.5;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (x - 1 + i)), 0);
  // In two halves, since the power is beyond a double before the product is.
  const half = base ** ((x - 0.5) / 2);
  return Math.sqrt(2 * Math.PI) * half * Math.exp(-base) * half * sum;
}

/** `2 / sqrt(pi)` times the integral of `exp(-t * t)` from 0 to x. */
export function errorFunction(x: number): number {
  if (Math.abs(x) >= 1) return x < 0 ? -errorFunction(-x) : 1 - errorRest(x);
  let [sum, term] = [x, x];
  for (let i = 1; Math.abs(term) > Math.abs(sum) * EPSILON; i++) {
    term *= (2 * x * x) / (2 * i + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** `1 - errorFunction(x)`, without the loss of digits that has. */
export function errorRest(x: number): number {
  if (!(x >= 1)) return 1 - errorFunction(x);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / continuedFraction(x, (i) => [i / 2, x]);
}
