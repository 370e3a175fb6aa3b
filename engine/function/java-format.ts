/**
 * Java's `String.format` for whole numbers, doubles and texts, as far as Druid's users write it: `%[index$][flags][width][.precision]`
 * and one of d x X o s S b B f e E c n %. Other conversions, and values that do not fit theirs, are refused.
 *
 * Doubles are rounded half up in the decimal digits that Java shows them with, not in their bits.
 */

import { BasaltError } from '../base/error.ts';
import { javaText } from './number-text.ts';

export type JavaValue = null | bigint | number | string;

const SPECIFIER = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])|%/g;
const MAX_WIDTH = 10_000;

export function javaFormat(pattern: string, values: readonly JavaValue[]): string {
  let next = 0;
  return pattern.replace(
    SPECIFIER,
    (all, index?: string, flags = '', width?: string, digits?: string, letter?: string) => {
      if (letter === undefined) throw wrong(all, 'no conversion follows');
      const size = Number(width ?? 0);
      if (size > MAX_WIDTH || Number(digits ?? 0) > MAX_WIDTH)
        throw wrong(all, `more than ${MAX_WIDTH} characters`);
      if (letter === 'n') return '\n';
      if (letter === '%') return padded('%', size, flags);
      const at = index === undefined ? next++ : Number(index) - 1;
      if (at < 0 || at >= values.length) throw wrong(all, 'there is no such argument');
      return written(values[at], letter, flags, size, digits === undefined ? undefined : Number(digits), all);
    },
  );
}

const wrong = (specifier: string, why: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `'${specifier}' of a format: ${why}`, {
    hint: 'Write %s for any value, %d for whole numbers, %.2f for doubles, %% for a percent sign',
  });

const padded = (text: string, size: number, flags: string): string =>
  flags.includes('-') ? text.padEnd(size) : text.padStart(size);

function written(
  value: JavaValue,
  letter: string,
  flags: string,
  size: number,
  digits: number | undefined,
  all: string,
): string {
  const kind = letter.toLowerCase();
  const cased = (text: string): string => (letter === kind ? text : text.toUpperCase());
  if (kind === 's' || kind === 'b') {
    const text = kind === 's' ? plainText(value) : String(value !== null);
    return padded(cased(text.slice(0, digits)), size, flags);
  }
  if (value === null) return padded(cased('null'), size, flags);
  switch (letter) {
    case 'd':
      if (typeof value === 'bigint') return signed(grouped(`${abs(value)}`, flags), value < 0n, size, flags);
      break;
    case 'x':
    case 'X':
    case 'o':
      if (typeof value === 'bigint') return based(value, letter === 'o' ? 8 : 16, cased, size, flags);
      break;
    case 'c':
      if (typeof value === 'bigint' && value >= 0n && value <= 0x10ffffn)
        return padded(String.fromCodePoint(Number(value)), size, flags);
      break;
    case 'f':
    case 'e':
    case 'E':
      if (typeof value === 'number') return real(value, kind, digits ?? 6, cased, size, flags);
      break;
    default:
      throw wrong(all, 'this conversion is not supported');
  }
  throw wrong(
    all,
    `${typeof value === 'bigint' ? 'a whole number' : typeof value === 'number' ? 'a double' : 'a text'} does not fit it`,
  );
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** Doubles as Java's `toString` has them. */
export const plainText = (value: JavaValue): string =>
  typeof value === 'number' ? javaText(value) : String(value);

function based(
  value: bigint,
  base: number,
  cased: (text: string) => string,
  size: number,
  flags: string,
): string {
  const prefix = flags.includes('#') ? (base === 8 ? '0' : '0x') : '';
  const digits = BigInt.asUintN(64, value).toString(base);
  const zeros = flags.includes('0') ? Math.max(0, size - prefix.length - digits.length) : 0;
  return padded(cased(`${prefix}${'0'.repeat(zeros)}${digits}`), size, flags);
}

function real(
  value: number,
  kind: string,
  digits: number,
  cased: (text: string) => string,
  size: number,
  flags: string,
): string {
  const isNegative = value < 0 || Object.is(value, -0);
  if (Number.isNaN(value)) return padded(cased('NaN'), size, flags);
  if (!Number.isFinite(value)) return signed('Infinity', isNegative, size, flags.replaceAll('0', ''));
  const text =
    kind === 'f'
      ? grouped(javaFixed(Math.abs(value), digits), flags)
      : javaExponential(Math.abs(value), digits);
  return signed(cased(text), isNegative, size, flags);
}

function grouped(text: string, flags: string): string {
  if (!flags.includes(',')) return text;
  const [whole, fraction] = text.split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

function signed(text: string, isNegative: boolean, size: number, flags: string): string {
  const inBrackets = isNegative && flags.includes('(');
  const head = isNegative
    ? inBrackets
      ? '('
      : '-'
    : flags.includes('+')
      ? '+'
      : flags.includes(' ')
        ? ' '
        : '';
  const tail = inBrackets ? ')' : '';
  const zeros = flags.includes('0') ? Math.max(0, size - head.length - text.length - tail.length) : 0;
  return padded(`${head}${'0'.repeat(zeros)}${text}${tail}`, size, flags);
}

/** The shortest digits that mean the number, and the power of ten of the first one. */
function digitsOf(value: number): readonly [digits: string, power: number] {
  const [mantissa, power] = value.toExponential().split('e');
  return [mantissa.replace('.', ''), Number(power)];
}

/** The number times 10^digits, rounded half up. */
function scaledUp(value: number, digits: number): bigint {
  const [known, power] = digitsOf(value);
  const kept = power + 1 + digits;
  if (kept < 0) return 0n;
  const whole = BigInt(known.slice(0, kept).padEnd(kept, '0') || 0);
  return known.charAt(kept) >= '5' ? whole + 1n : whole;
}

/** A number of 0 or more with so many digits after the point. */
export function javaFixed(value: number, digits: number): string {
  const text = scaledUp(value, digits)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function javaExponential(value: number, digits: number): string {
  const [known, power] = value === 0 ? ['0', 0] : digitsOf(value);
  const mantissa = javaFixed(Number(`${known[0]}.${known.slice(1)}`), digits);
  const [shown, exponent] = mantissa.startsWith('10') ? [javaFixed(1, digits), power + 1] : [mantissa, power];
  return `${shown}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
