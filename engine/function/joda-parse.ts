/** Texts read by Joda-Time patterns as ClickHouse reads them, with fractions of any digits. joda.ts reads them as Druid does. */

import { BasaltError } from '../base/error.ts';
import { compileJoda, DAY_NAMES, type Element, MONTH_NAMES } from './joda.ts';
import { type Moment, MomentParts, yearOfTwo } from './moment-parts.ts';
import { type TimeZone, timeZone } from './time-zone.ts';

const nameOf = (text: string, names: readonly string[]): readonly [place: number, length: number] => {
  const lower = text.toLowerCase();
  const place = names.findIndex((word) => lower.startsWith(word.slice(0, 3).toLowerCase()));
  if (place < 0) return [0, 0];
  return [place + 1, lower.startsWith(names[place].toLowerCase()) ? names[place].length : 3];
};

/** Most digits of a number that does not run into another. */
const DIGITS: Readonly<Record<string, number>> = { y: 4, Y: 4, D: 3 };
/** Least and largest value. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  y: [0, 9999],
  Y: [0, 9999],
  D: [1, 366],
  M: [1, 12],
  d: [1, 31],
  H: [0, 23],
  k: [1, 24],
  K: [0, 11],
  h: [1, 12],
  m: [0, 59],
  s: [0, 59],
};

function putNumber(parts: MomentParts, letter: string, value: number): void {
  switch (letter) {
    case 'y':
    case 'Y':
      parts.year = value;
      break;
    case 'D':
      parts.dayOfYear = value;
      break;
    case 'M':
      parts.month = value;
      break;
    case 'd':
      parts.day = value;
      break;
    case 'm':
      parts.minute = value;
      break;
    case 's':
      parts.second = value;
      break;
    default:
      parts.hour = letter === 'k' ? value % 24 : letter === 'h' ? value % 12 : value;
  }
}

const isNumberField = (element: Element | undefined): boolean =>
  element !== undefined &&
  'letter' in element &&
  (element.letter in BOUNDS || element.letter === 'S') &&
  !(element.letter === 'M' && element.count >= 3);

/** Length of what was read; 0: the text does not fit. */
function read(parts: MomentParts, rest: string, letter: string, count: number, runsOn: boolean): number {
  if (letter === 'E' || (letter === 'M' && count >= 3)) {
    const [place, length] = nameOf(rest, letter === 'E' ? DAY_NAMES : MONTH_NAMES);
    if (length > 0 && letter === 'E') parts.weekday = place;
    else if (length > 0) parts.month = place;
    return length;
  }
  if (letter === 'a') {
    const half = /^[ap]m/i.exec(rest)?.[0];
    if (half !== undefined) parts.half = half.toLowerCase() as 'am' | 'pm';
    return half?.length ?? 0;
  }
  if (letter === 'G') return /^(ad|bc)/i.test(rest) ? 2 : 0;
  if (letter === 'z') return readZone(parts, rest);
  if (letter === 'S') {
    const digits = new RegExp(`^\\d{1,${count}}`).exec(rest)?.[0] ?? '';
    parts.micros = Math.floor((Number(digits) * 1e6) / 10 ** count);
    return digits.length;
  }
  const bounds = BOUNDS[letter];
  if (bounds === undefined)
    throw new BasaltError('NOT_IMPLEMENTED', `The pattern letter '${letter}' cannot be read`, {
      hint: "Quote text in patterns: 'T'",
    });
  const most = runsOn ? count : Math.max(count, DIGITS[letter] ?? 2);
  const isShortYear = (letter === 'y' || letter === 'Y') && count === 2;
  const digits = new RegExp(`^\\d{1,${isShortYear ? 2 : most}}`).exec(rest)?.[0] ?? '';
  const value = isShortYear ? yearOfTwo(Number(digits)) : Number(digits);
  if (digits === '' || value < bounds[0] || value > bounds[1]) return 0;
  putNumber(parts, letter, value);
  return digits.length;
}

function readZone(parts: MomentParts, rest: string): number {
  const name = /^[A-Za-z]+(?:\/[A-Za-z_+-]+)*/.exec(rest)?.[0] ?? '';
  try {
    parts.zone = timeZone(name);
  } catch {
    // No name of a zone is a text that does not fit.
    return 0;
  }
  return name.length;
}

/** undefined: the text does not fit. */
export function parseJodaParts(text: string, pattern: string, zone: TimeZone): Moment | undefined {
  const parts = new MomentParts();
  const elements = compileJoda(pattern);
  let at = 0;
  for (const [i, element] of elements.entries()) {
    if ('literal' in element) {
      if (!text.startsWith(element.literal, at)) return undefined;
      at += element.literal.length;
      continue;
    }
    const length = read(
      parts,
      text.slice(at, at + 60),
      element.letter,
      element.count,
      isNumberField(elements[i + 1]),
    );
    if (length === 0) return undefined;
    at += length;
  }
  return at === text.length ? parts.moment(zone) : undefined;
}
