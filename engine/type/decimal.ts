/** Decimals as text, and as integers that count units of 10^-scale (exact.ts says what lanes hold of these). */

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Places that an exponent moves the point at most: more digits than any decimal has. */
const MAX_SHIFT = 400;

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
