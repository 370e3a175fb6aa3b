/** Numbers as people read them, and back: sizes, quantities, spans of time, MAC addresses. */

import { BasaltError } from '../../base/error.ts';
import { BIG, implement } from '../implementation.ts';
import { unsigned, wrap } from '../integer.ts';
import type { Implementation } from '../row.ts';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];
const DECIMAL = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const QUANTITIES = ['', 'thousand', 'million', 'billion', 'trillion', 'quadrillion', 'quintillion']
  .concat(['sextillion', 'septillion', 'octillion', 'nonillion', 'decillion', 'undecillion', 'duodecillion'])
  .concat(['tredecillion', 'quattuordecillion', 'quindecillion', 'sexdecillion', 'septendecillion'])
  .concat(['octodecillion', 'novemdecillion', 'vigintillion']);

function scaled(value: number, base: number, units: readonly string[], digits: number): string {
  let rest = value;
  let unit = 0;
  for (; Math.abs(rest) >= base && unit < units.length - 1; unit++) rest /= base;
  const shown = Number.isFinite(rest)
    ? decimals(rest, digits)
    : Number.isNaN(rest)
      ? 'nan'
      : rest > 0
        ? 'inf'
        : '-inf';
  return units[unit] === '' ? shown : `${shown} ${units[unit]}`;
}

const decimals = (value: number, digits: number): string =>
  Math.abs(value) < 1e21
    ? value.toFixed(digits)
    : `${BigInt(value)}${digits === 0 ? '' : `.${'0'.repeat(digits)}`}`;

const isWords = (units: readonly string[]): boolean => units[0] === '';
const readable =
  (base: number, units: readonly string[]) =>
  (value: number, digits: number): string =>
    isWords(units) && Number.isNaN(value) ? 'nan' : scaled(value, base, units, digits);

/** Seconds of a unit; the longest first. */
const SPANS: readonly (readonly [name: string, seconds: number])[] = [
  ['year', 31_536_000],
  ['month', 2_635_200],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** Whole seconds as years down to seconds, from the largest unit that is wanted on. */
function span(seconds: number, largest: string): string {
  if (!Number.isFinite(seconds)) return Number.isNaN(seconds) ? 'nan' : seconds > 0 ? 'inf' : '-inf';
  const from = SPANS.findIndex(([name]) => `${name}s` === largest);
  if (from < 0)
    throw new BasaltError('BAD_ARGUMENTS', `Unexpected value of maximum unit argument (${largest})`, {
      hint: `Use ${SPANS.map(([name]) => `${name}s`).join(', ')}`,
    });
  let rest = Math.floor(Math.abs(seconds));
  const parts: string[] = [];
  for (const [name, width] of SPANS.slice(from)) {
    const count = Math.floor(rest / width);
    rest -= count * width;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  const last = parts.pop() ?? '0 seconds';
  return `${seconds < 0 && last !== '0 seconds' ? '-' : ''}${parts.length === 0 ? '' : `${parts.join(', ')} and `}${last}`;
}

/** Bytes of a size, rounded up; null: it is none, or 64 bits do not hold it. */
function sizeOf(text: string): bigint | null {
  const found = /^((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]+)$/i.exec(text);
  const unit = found?.[2].toLowerCase();
  if (found === null || unit === undefined) return null;
  const binary = BINARY.slice(0, 7).findIndex((name) => name.toLowerCase() === unit);
  const decimal = DECIMAL.slice(0, 7).findIndex((name) => name.toLowerCase() === unit);
  if (binary < 0 && decimal < 0) return null;
  const bytes = Math.ceil(Number(found[1]) * (binary >= 0 ? 1024 ** binary : 1000 ** decimal));
  return bytes < 2 ** 64 ? wrap(BigInt(bytes)) : null;
}

const badSize = (text: string): BasaltError =>
  new BasaltError('CANNOT_PARSE_INPUT', `Cannot read '${text.slice(0, 100)}' as a readable size`, {
    hint: "Write '1.5 KiB' or '3 MB'",
  });

/** Seconds of units by their names. */
const DELTAS: readonly (readonly [names: RegExp, seconds: number])[] = [
  [/^(years?|yr|y)$/, 31_536_000],
  [/^(months?|mo)$/, 2_635_200],
  [/^(weeks?|w)$/, 604_800],
  [/^(days?|d)$/, 86_400],
  [/^(hours?|hr|h)$/, 3600],
  [/^(minutes?|min|m)$/, 60],
  [/^(seconds?|sec|s)$/, 1],
  [/^(milliseconds?|millisec|ms)$/, 1e-3],
  [/^(microseconds?|microsec|[μµ]s|us)$/, 1e-6],
  [/^(nanoseconds?|nanosec|ns)$/, 1e-9],
];

/** Spans with anything of `;,:-+ ` between them, a point behind. */
function deltaOf(text: string): number {
  let sum = 0;
  let rest = text.trim();
  const fail = (what: string): BasaltError =>
    new BasaltError('BAD_ARGUMENTS', `parseTimeDelta: ${what} in '${text.slice(0, 100)}'`, {
      hint: "Write '1 min 35 sec'",
    });
  while (rest !== '') {
    const found = /^(\d+(?:\.\d+)?)\s*([a-zμµ]+)\.?\s*[;,:+-]?\s*/i.exec(rest);
    if (found === null) throw fail('a number with a unit is missing');
    const unit = DELTAS.find(([names]) => names.test(found[2].toLowerCase()));
    if (unit === undefined) throw fail(`the unit ${found[2]} is not known`);
    sum += Number(found[1]) * unit[1];
    rest = rest.slice(found[0].length);
  }
  return sum;
}

const macText = (value: bigint): string =>
  unsigned(value).toString(16).toUpperCase().padStart(12, '0').slice(-12).match(/../g)!.join(':');

const MAC_LENGTH = '01:02:03:04:05:06'.length;
const macNumber =
  (groups: number) =>
  (text: string): bigint => {
    if (text.length > MAC_LENGTH) return 0n;
    const digits = text.split(/[^0-9a-f]/i).slice(0, groups);
    const isAddress = digits.length === groups && digits.every((d) => d.length === 2);
    return isAddress ? BigInt(`0x${digits.join('')}`) : 0n;
  };

export const READABLE: readonly Implementation[] = [
  // number, digits after the point.
  implement('readable_size', ['f64', 'i64'], 'str', readable(1024, BINARY)),
  implement('readable_decimal_size', ['f64', 'i64'], 'str', readable(1000, DECIMAL)),
  implement('readable_quantity', ['f64', 'i64'], 'str', readable(1000, QUANTITIES)),
  // seconds, largest unit.
  implement('readable_span', ['f64', 'str'], 'str', span),
  implement('size_of_text_null', ['str'], 'i64', sizeOf),
  implement('size_of_text_checked', ['str'], 'i64', (text: string) => {
    const bytes = sizeOf(text);
    if (bytes === null) throw badSize(text);
    return bytes;
  }),
  implement('delta_of_text', ['str'], 'f64', deltaOf),
  implement('mac_text', ['i64'], 'str', macText, BIG),
  implement('mac_number', ['str'], 'i64', macNumber(6), BIG),
  implement('mac_vendor', ['str'], 'i64', macNumber(3), BIG),
  // Digits of a whole number, or of a decimal as text without its point; with its scale.
  implement('count_digits', ['str', 'i64'], 'i64', (text: string, scale: number) => {
    const [whole, fraction = ''] = text.replace('-', '').split('.');
    return Math.max(1, `${whole}${fraction.padEnd(scale, '0')}`.replace(/^0+/, '').length);
  }),
];
