/**
 * Decimals as text and as integers that count units of 10^-scale, and as what their lane holds: up to 18 digits the integer
 * itself, beyond that a packed one of 128 or 256 bits.
 */

import { PackedReader, packSigned } from './packed.ts';
import { DECIMAL64_DIGITS, type LogicalType, type Value } from './type.ts';

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Places that an exponent moves the point at most: more digits than any decimal has. */
const MAX_SHIFT = 400;

const DIGITS_128 = 38;
const bitsOfDecimal = ({ precision = 0 }: LogicalType): number => (precision > DIGITS_128 ? 256 : 128);

export const isWideDecimal = (type: LogicalType): boolean =>
  type.id === 'decimal' && (type.precision ?? 0) > DECIMAL64_DIGITS;

/** What the lane of `type` holds for `units`. */
export const decimalValue = (units: bigint, type: LogicalType): Value =>
  isWideDecimal(type) ? packSigned(units, bitsOfDecimal(type)) : units;

/** Units of a lane's value. */
export const decimalUnits = (value: Value, type: LogicalType): bigint =>
  isWideDecimal(type) ? new PackedReader(value as string).signed(bitsOfDecimal(type)) : (value as bigint);

export const fitsDecimal = (units: bigint, precision: number): boolean => {
  const limit = 10n ** BigInt(precision);
  return units < limit && units > -limit;
};

/** Units of 10^-scale of a number's text; digits beyond are rounded (halves away from zero) or cut off. undefined: no number. */
export function parseDecimal(text: string, scale: number, rounding: 'round' | 'cut'): bigint | undefined {
  const match = NUMBER.exec(text.trim());
  if (match === null) return undefined;
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const shift = scale - fraction.length + Number(exponent);
  if (Math.abs(shift) > MAX_SHIFT) return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  const units = shift >= 0 ? digits * 10n ** BigInt(shift) : divide(digits, 10n ** BigInt(-shift), rounding);
  return sign === '-' ? -units : units;
}

const divide = (value: bigint, by: bigint, rounding: 'round' | 'cut'): bigint =>
  rounding === 'cut' ? value / by : (value + by / 2n) / by;

/** Units of one scale in those of another. */
export function rescaleDecimal(units: bigint, from: number, to: number, rounding: 'round' | 'cut'): bigint {
  if (to >= from) return units * 10n ** BigInt(to - from);
  const size = divide(units < 0n ? -units : units, 10n ** BigInt(from - to), rounding);
  return units < 0n ? -size : size;
}

/** @param zeros with all digits of the scale; else without zeros at the end */
export function decimalText(units: bigint, scale: number, zeros: boolean): string {
  const sign = units < 0n ? '-' : '';
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const all = digits.slice(digits.length - scale);
  const fraction = zeros ? all : all.replace(/0+$/, '');
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
