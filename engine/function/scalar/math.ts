/** Mathematics on floats, and rounding. Functions outside of their domain give NaN, as IEEE has it. */

import { BasaltError } from '../../base/error.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const one = (id: string, evaluate: (a: number) => number): Implementation =>
  implement(id, ['f64'], 'f64', evaluate);

/** From here on a float has no digits behind the point. */
const WHOLE = 2 ** 53;

/** Halves away from zero (DuckDB, PostgreSQL, Druid). Going through text keeps 1.005 from becoming 1.00. */
function roundAway(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 300) return value;
  const shifted = Number(`${Math.abs(value)}e${digits}`);
  if (shifted >= WHOLE) return value;
  const rounded = Number.isNaN(shifted)
    ? roundScaled(Math.abs(value), digits)
    : Number(`${Math.round(shifted)}e${-digits}`);
  return value < 0 ? -rounded : rounded;
}

/** For values whose own text has an exponent. */
function roundScaled(value: number, digits: number): number {
  const scale = 10 ** digits;
  if (value * scale >= WHOLE) return value;
  return scale === 0 ? 0 : Math.round(value * scale) / scale;
}

/** Halves to even (ClickHouse for floats). */
function roundEven(value: number, digits: number): number {
  const scale = 10 ** digits;
  if (scale === 0) return Number.isFinite(value) ? 0 : value;
  const scaled = value * scale;
  const floor = Math.floor(scaled);
  const diff = scaled - floor;
  const rounded = diff < 0.5 ? floor : diff > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  return Number.isFinite(scaled) ? rounded / scale : value;
}

function truncateTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  if (scale === 0) return Number.isFinite(value) ? 0 : value;
  const scaled = value * scale;
  return Number.isFinite(scaled) ? Math.trunc(scaled) / scale : value;
}

/** Integers rounded to tens, hundreds ...: `digits` is negative. */
function roundInteger(value: bigint, digits: bigint): bigint {
  if (digits >= 0n) return value;
  // 10^20 is more than twice any integer.
  if (digits < -19n) return 0n;
  const unit = 10n ** -digits;
  const magnitude = value < 0n ? -value : value;
  const rounded = ((magnitude + unit / 2n) / unit) * unit;
  const signed = value < 0n ? -rounded : rounded;
  if (BigInt.asIntN(64, signed) === signed) return signed;
  throw new BasaltError('DECIMAL_OVERFLOW', `${value} rounded to ${digits} digits does not fit 64 bits`);
}

export const MATH: readonly Implementation[] = [
  one('abs_f64', Math.abs),
  one('ceil_f64', Math.ceil),
  one('floor_f64', Math.floor),
  one('trunc_f64', Math.trunc),
  one('sqrt_f64', Math.sqrt),
  one('cbrt_f64', Math.cbrt),
  one('exp_f64', Math.exp),
  one('ln_f64', Math.log),
  one('log2_f64', Math.log2),
  one('log10_f64', Math.log10),
  one('sin_f64', Math.sin),
  one('cos_f64', Math.cos),
  one('tan_f64', Math.tan),
  one('cot_f64', (a) => 1 / Math.tan(a)),
  one('asin_f64', Math.asin),
  one('acos_f64', Math.acos),
  one('atan_f64', Math.atan),
  one('acosh_f64', Math.acosh),
  one('asinh_f64', Math.asinh),
  one('atanh_f64', Math.atanh),
  one('cosh_f64', Math.cosh),
  one('sinh_f64', Math.sinh),
  one('tanh_f64', Math.tanh),
  one('exp2_f64', (a) => 2 ** a),
  one('exp10_f64', (a) => 10 ** a),
  one('log1p_f64', Math.log1p),
  one('sigmoid_f64', (a) => 1 / (1 + Math.exp(-a))),
  implement('hypot_f64', ['f64', 'f64'], 'f64', (a: number, b: number) => Math.hypot(a, b)),
  one('degrees_f64', (a) => (a * 180) / Math.PI),
  one('radians_f64', (a) => (a * Math.PI) / 180),
  one('sign_f64', (a) => (a > 0 ? 1 : a < 0 ? -1 : a)),
  implement('atan2_f64', ['f64', 'f64'], 'f64', (y: number, x: number) => Math.atan2(y, x)),
  implement('pow_f64', ['f64', 'f64'], 'f64', (a: number, b: number) => (a === 1 ? 1 : a ** b)),
  implement('round_away_f64', ['f64', 'i64'], 'f64', roundAway),
  implement('round_even_f64', ['f64', 'i64'], 'f64', roundEven),
  implement('trunc_digits_f64', ['f64', 'i64'], 'f64', truncateTo),
  implement('round_i64', ['i64', 'i64'], 'i64', roundInteger, { integers: 'bigint' }),
  implement('is_nan_f64', ['f64'], 'bool', (a: number) => Number.isNaN(a)),
  implement('is_infinite_f64', ['f64'], 'bool', (a: number) => a === Infinity || a === -Infinity),
  implement('is_finite_f64', ['f64'], 'bool', (a: number) => Number.isFinite(a)),
];
