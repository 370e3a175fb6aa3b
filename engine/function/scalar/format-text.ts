/** Values written by a pattern of C's printf, as ClickHouse has it. */

import { BasaltError } from '../../base/error.ts';
import { typeOfText } from '../../type/literal.ts';
import { type Item, unpackItem } from '../../type/nested.ts';
import { fieldsOf, isInteger, isSigned, type LogicalType } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const PLACE = /%(?:(\d+)\$)?([-+ 0,#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g;
const MAX_WIDTH = 10_000;

const bad = (message: string): BasaltError => new BasaltError('BAD_ARGUMENTS', message);

type Place = { readonly flags: string; readonly precision: number | undefined; readonly conversion: string };

/** The sign, and what is behind it. */
function signed(digits: string, isNegative: boolean, flags: string): string {
  return (isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + digits;
}
const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

function integerText(value: bigint, { flags, conversion }: Place): string {
  if (/[xXo]/.test(conversion)) {
    const digits = BigInt.asUintN(64, value).toString(conversion === 'o' ? 8 : 16);
    return `${flags.includes('#') ? (conversion === 'o' ? '0' : '0x') : ''}${digits}`;
  }
  const digits = String(value < 0n ? -value : value);
  return signed(flags.includes(',') ? grouped(digits) : digits, value < 0n, flags);
}

/** Digits that tell whether a number lies in the middle between two that are shown. */
const MORE_DIGITS = 40;
const MOST_DIGITS = 100;

/** What lies in the middle goes to the even digit. */
function fixed(size: number, digits: number): string {
  const rounded = size.toFixed(digits);
  if (!/[13579]$/.test(rounded)) return rounded;
  const exact = size.toFixed(Math.min(MOST_DIGITS, digits + MORE_DIGITS));
  const point = exact.indexOf('.') + 1;
  if (!/^50*$/.test(exact.slice(point + digits))) return rounded;
  return exact.slice(0, digits === 0 ? point - 1 : point + digits);
}

function floatText(value: number, { flags, precision = 6, conversion }: Place): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : signed('inf', value < 0, flags);
  const size = Math.abs(value);
  const exponent = (text: string): string => text.replace(/e([-+])(\d)$/, 'e$10$2');
  if (/e/i.test(conversion)) return signed(exponent(size.toExponential(precision)), value < 0, flags);
  if (/g/i.test(conversion)) {
    const most = Math.max(1, precision);
    const at = size === 0 ? 0 : Number(size.toExponential(most - 1).split('e')[1]);
    const plain = at < -4 || at >= most ? size.toExponential(most - 1) : size.toFixed(most - 1 - at);
    return signed(
      exponent(plain.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '')),
      value < 0,
      flags,
    );
  }
  const [whole, rest] = fixed(size, precision).split('.');
  const shown = flags.includes(',') ? grouped(whole) : whole;
  return signed(rest === undefined ? shown : `${shown}.${rest}`, value < 0, flags);
}

function shownAs(value: Item, type: LogicalType, place: Place): string {
  const { conversion, precision } = place;
  const wrong = (): BasaltError => bad(`%${conversion} does not show ${JSON.stringify(type.id)}`);
  if (/[sS]/.test(conversion)) {
    if (typeof value !== 'string') throw wrong();
    return precision === undefined ? value : value.slice(0, precision);
  }
  if (/[bB]/.test(conversion))
    return String(value === true || (value !== null && typeof value !== 'boolean'));
  if (value === null) return 'null';
  if (/[dixXou]/.test(conversion)) {
    if (typeof value !== 'bigint' || !isInteger(type)) throw wrong();
    return integerText(isSigned(type) ? value : BigInt.asUintN(64, value), place);
  }
  if (/[eEfFgG]/.test(conversion)) {
    if (typeof value !== 'number') throw wrong();
    return floatText(value, place);
  }
  if (conversion === 'c' && typeof value === 'bigint') return String.fromCodePoint(Number(value));
  if (conversion === 'c' && typeof value === 'string') return value;
  throw wrong();
}

function padded(text: string, flags: string, width: number): string {
  if (width > MAX_WIDTH) throw bad(`A pattern has at most ${MAX_WIDTH} characters for a value`);
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0') || !/^[-+ ]?(0x)?[\da-fA-F]/.test(text)) return text.padStart(width);
  const [, sign = '', digits] = /^([-+ ]?)(.*)$/.exec(text) ?? [];
  return sign + (digits ?? '').padStart(width - sign.length, '0');
}

function formatted(pattern: string, packed: string, typeText: string): string {
  const type = typeOfText(typeText);
  const types = fieldsOf(type).map((field) => field.type);
  const values = unpackItem(packed, type);
  let next = 0;
  const text = pattern.replace(PLACE, (whole, index, flags, width, precision, conversion) => {
    if (conversion === '%') return '%';
    if (conversion === 'n' && whole === '%n') return '\n';
    const at = index === undefined ? next++ : Number(index) - 1;
    if (at < 0 || at >= values.length)
      throw bad(`The pattern has more places than there are values: ${whole}`);
    if (Number(precision ?? 0) > MOST_DIGITS)
      throw bad(`A value is shown with at most ${MOST_DIGITS} digits`);
    const place = { flags, precision: precision === undefined ? undefined : Number(precision), conversion };
    const shown = shownAs(values[at], types[at], place);
    const cased = conversion === conversion.toUpperCase() ? shown.toUpperCase() : shown;
    return padded(cased, flags, Number(width ?? 0));
  });
  if (next < values.length) throw bad('The pattern has fewer places than there are values');
  return text;
}

export const FORMATTED: readonly Implementation[] = [
  // A pattern, a tuple of values, its type.
  implement('format_text', ['str', 'str', 'str'], 'str', formatted, { takesTypes: true }),
];
