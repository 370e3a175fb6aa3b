/** The error function and the gamma function, and ClickHouse's tests and sample sizes of proportions and means. */

import {
  errorFunction,
  errorRest,
  gamma,
  logGammaOf,
  normalTail,
  tailPoint,
} from '../../base/distribution.ts';
import { BasaltError } from '../../base/error.ts';
import { packItem } from '../../type/nested.ts';
import { FLOAT64, tuple } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const named = (...names: string[]) => tuple(names.map((name) => ({ name, type: FLOAT64 })));

export const SAMPLE_SIZE = named('minimum_sample_size', 'detect_range_lower', 'detect_range_upper');
export const Z_TEST = named('z_statistic', 'p_value', 'confidence_interval_low', 'confidence_interval_high');

/** Where the standard normal distribution has this share below. */
const normalPoint = (share: number): number =>
  share < 0.5 ? -tailPoint(share, normalTail) : tailPoint(1 - share, normalTail);

const share = (value: number, what: string): number => {
  if (value > 0 && value < 1) return value;
  throw new BasaltError('BAD_ARGUMENTS', `The ${what} must be between 0 and 1, not ${value}`);
};

/** How many squared deviations power and significance ask for. */
const effort = (power: number, alpha: number): number =>
  (normalPoint(1 - share(alpha, 'significance level') / 2) + normalPoint(share(power, 'power'))) ** 2;

function ofMeans(baseline: number, sigma: number, change: number, power: number, alpha: number): string {
  const reach = Math.abs(baseline) * change;
  const size = (2 * sigma ** 2 * effort(power, alpha)) / reach ** 2;
  return packItem([size, baseline - reach, baseline + reach], SAMPLE_SIZE);
}

function ofProportions(baseline: number, change: number, power: number, alpha: number): string {
  if (!(change > 0 || change < 0) || !(baseline >= 0 && baseline <= 1))
    return packItem([Number.NaN, Number.NaN, Number.NaN], SAMPLE_SIZE);
  const [p, q] = [baseline, baseline + change];
  const middle = (p + q) / 2;
  const spread =
    normalPoint(1 - share(alpha, 'significance level') / 2) * Math.sqrt(2 * middle * (1 - middle)) +
    normalPoint(share(power, 'power')) * Math.sqrt(p * (1 - p) + q * (1 - q));
  return packItem([(spread / change) ** 2, p - change, p + change], SAMPLE_SIZE);
}

function zTest(
  successX: number,
  successY: number,
  trialsX: number,
  trialsY: number,
  level: number,
  pooled: boolean,
): string {
  share(level, 'confidence level');
  const [x, y] = [successX / trialsX, successY / trialsY];
  const both = (successX + successY) / (trialsX + trialsY);
  const apart = Math.sqrt((x * (1 - x)) / trialsX + (y * (1 - y)) / trialsY);
  const error = pooled ? Math.sqrt(both * (1 - both) * (1 / trialsX + 1 / trialsY)) : apart;
  const z = (x - y) / error;
  if (!Number.isFinite(z)) return packItem([Number.NaN, Number.NaN, Number.NaN, Number.NaN], Z_TEST);
  const margin = normalPoint(1 - (1 - level) / 2) * apart;
  return packItem([z, 2 * normalTail(Math.abs(z)), x - y - margin, x - y + margin], Z_TEST);
}

const F = ['f64', 'f64', 'f64', 'f64', 'f64'] as const;

export const SPECIAL: readonly Implementation[] = [
  implement('erf_f64', ['f64'], 'f64', errorFunction),
  implement('erfc_f64', ['f64'], 'f64', errorRest),
  implement('lgamma_f64', ['f64'], 'f64', logGammaOf),
  implement('tgamma_f64', ['f64'], 'f64', gamma),
  // baseline, sigma, change, power, alpha.
  implement('sample_of_means', F, 'str', ofMeans),
  // baseline, change, power, alpha.
  implement('sample_of_proportions', F.slice(1), 'str', ofProportions),
  // successes and trials of both, level, whether pooled.
  implement('proportions_z_test', [...F, 'bool'], 'str', zTest),
];
