/**
 * DuckDB's strftime and strptime: one table of what each letter shows and what it reads. `%-d` has no zero before it; reading takes
 * numbers with and without. A text that says no year is of 1900, names of weekdays say nothing about the day.
 */

import { BasaltError } from '../base/error.ts';
import { civilOf, daysOf, isoWeek, isoWeekday, SECONDS_PER_DAY } from './calendar.ts';
import { DAY_NAMES, MONTH_NAMES } from './joda.ts';
import { type Moment, MomentParts, offsetOf, yearOfTwo } from './moment-parts.ts';
import { offsetText } from './time-text.ts';
import { type TimeZone, timeZone } from './time-zone.ts';

type Shown = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Since 1970-01-01, and of the year from 1. */
  readonly days: number;
  readonly dayOfYear: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
  readonly offset: number;
  readonly zone: TimeZone;
};

/** False: there is no such value. */
type Put = (parts: MomentParts, text: string) => boolean;
type Letter = {
  readonly show: (at: Shown) => string;
  readonly takes?: RegExp;
  readonly put?: Put;
};

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

const number = (
  digits: number,
  of: (at: Shown) => number,
  low: number,
  high: number,
  put: (parts: MomentParts, value: number) => void,
): Letter => ({
  show: (at) => padded(of(at), digits),
  takes: new RegExp(`\\d{1,${digits}}`, 'y'),
  put: (parts, text) => {
    const value = Number(text);
    if (value < low || value > high) return false;
    put(parts, value);
    return true;
  },
});

const name = (
  names: readonly string[],
  of: (at: Shown) => number,
  length?: number,
  put: (parts: MomentParts, place: number) => void = () => {},
): Letter => {
  const shown = names.map((word) => word.slice(0, length));
  return {
    show: (at) => shown[of(at)],
    takes: new RegExp(shown.join('|'), 'iy'),
    put: (parts, text) => {
      put(parts, shown.findIndex((word) => word.toLowerCase() === text.toLowerCase()) + 1);
      return true;
    },
  };
};

const fraction = (digits: number): Letter => ({
  show: ({ nanos }) => padded(Math.floor(nanos / 10 ** (9 - digits)), digits),
  takes: new RegExp(`\\d{1,${digits}}`, 'y'),
  put: (parts, text) => {
    parts.micros = Math.floor(Number(text.padEnd(9, '0')) / 1000);
    return true;
  },
});

const weekday = ({ days }: Shown): number => isoWeekday(days);
/** Weeks that begin on a day of the week, of which the first in the year is the first whole one. */
const weekFrom =
  (first: number) =>
  ({ days, dayOfYear }: Shown): string =>
    padded(Math.floor((dayOfYear + 6 - ((isoWeekday(days) - first + 7) % 7)) / 7), 2);

const twelve = ({ hour }: Shown): number => (hour % 12 === 0 ? 12 : hour % 12);

const month = (parts: MomentParts, value: number): void => {
  parts.month = value;
};
const hour = (parts: MomentParts, value: number): void => {
  parts.hour = value;
};

const LETTERS: Readonly<Record<string, Letter>> = {
  a: name(DAY_NAMES, (at) => weekday(at) - 1, 3),
  A: name(DAY_NAMES, (at) => weekday(at) - 1),
  w: number(
    1,
    (at) => weekday(at) % 7,
    0,
    6,
    () => {},
  ),
  u: number(1, weekday, 1, 7, (parts, value) => {
    parts.weekday = value;
  }),
  d: number(
    2,
    ({ day }) => day,
    1,
    31,
    (parts, value) => {
      parts.day = value;
    },
  ),
  b: name(MONTH_NAMES, (at) => at.month - 1, 3, month),
  h: name(MONTH_NAMES, (at) => at.month - 1, 3, month),
  B: name(MONTH_NAMES, (at) => at.month - 1, undefined, month),
  m: number(2, (at) => at.month, 1, 12, month),
  y: number(
    2,
    ({ year }) => ((year % 100) + 100) % 100,
    0,
    99,
    (parts, value) => {
      parts.year = value === 69 ? 1969 : yearOfTwo(value);
    },
  ),
  Y: number(
    4,
    ({ year }) => year,
    0,
    9999,
    (parts, value) => {
      parts.year = value;
    },
  ),
  H: number(2, (at) => at.hour, 0, 23, hour),
  I: number(2, twelve, 1, 12, hour),
  p: {
    show: (at) => (at.hour < 12 ? 'AM' : 'PM'),
    takes: /[ap]m/iy,
    put: (parts, text) => {
      parts.half = text.toLowerCase() as 'am' | 'pm';
      return true;
    },
  },
  M: number(
    2,
    ({ minute }) => minute,
    0,
    59,
    (parts, value) => {
      parts.minute = value;
    },
  ),
  S: number(
    2,
    ({ second }) => second,
    0,
    59,
    (parts, value) => {
      parts.second = value;
    },
  ),
  g: fraction(3),
  f: fraction(6),
  n: fraction(9),
  z: {
    show: ({ offset }) => offsetText(offset, true),
    takes: /[+-]\d{1,2}(:?\d\d)?/y,
    put: (parts, text) => {
      parts.offset = offsetOf(text);
      return true;
    },
  },
  Z: {
    show: ({ zone }) => zone.name,
    takes: /[A-Za-z_/]+/y,
    put: (parts, text) => {
      parts.zone = timeZone(text);
      return true;
    },
  },
  j: number(
    3,
    ({ dayOfYear }) => dayOfYear,
    1,
    366,
    (parts, value) => {
      parts.dayOfYear = value;
    },
  ),
  U: { show: weekFrom(7) },
  W: { show: weekFrom(1) },
  G: number(
    4,
    ({ days }) => isoWeek(days).year,
    0,
    9999,
    (parts, value) => {
      parts.year = value;
    },
  ),
  V: number(
    2,
    ({ days }) => isoWeek(days).week,
    1,
    53,
    (parts, value) => {
      parts.week = value;
    },
  ),
};

/** Letters that stand for others. */
const SHORT: Readonly<Record<string, string>> = { c: '%Y-%m-%d %H:%M:%S', x: '%Y-%m-%d', X: '%H:%M:%S' };

type Element = { readonly literal: string } | { readonly letter: Letter; readonly bare: boolean };

const MAX_KEPT = 256;
const kept = new Map<string, readonly Element[]>();

function elementsOf(pattern: string): readonly Element[] {
  const known = kept.get(pattern);
  if (known !== undefined) return known;
  const full = pattern.replace(/%([cxX])/g, (_, letter: string) => SHORT[letter]);
  const made = Array.from(full.matchAll(/%%|%(-?)([A-Za-z])|[^%]+|%/g), ([all, minus, wanted]): Element => {
    if (all === '%%') return { literal: '%' };
    if (wanted === undefined && all !== '%') return { literal: all };
    const letter = LETTERS[wanted ?? ''];
    if (letter === undefined)
      throw new BasaltError('BAD_ARGUMENTS', `The time pattern ${all} is not known`, {
        hint: '%Y-%m-%d %H:%M:%S.%f is a whole moment',
      });
    return { letter, bare: minus === '-' };
  });
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(pattern, made);
  return made;
}

export function strftime(seconds: number, nanos: number, pattern: string, zone: TimeZone): string {
  const local = zone.toLocal(seconds);
  const days = Math.floor(local / SECONDS_PER_DAY);
  const second = local - days * SECONDS_PER_DAY;
  const civil = civilOf(days);
  const shown: Shown = {
    ...civil,
    days,
    dayOfYear: days - daysOf(civil.year, 1, 1) + 1,
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: second % 60,
    nanos,
    offset: zone.offsetAt(seconds),
    zone,
  };
  return elementsOf(pattern)
    .map((element) => {
      if ('literal' in element) return element.literal;
      const text = element.letter.show(shown);
      return element.bare ? text.replace(/^0+(?=\d)/, '') : text;
    })
    .join('');
}

const WITHOUT_YEAR = 1900;

/** undefined: the text does not fit, or there is no such moment. */
export function strptime(text: string, pattern: string, zone: TimeZone): Moment | undefined {
  const given = text.trim();
  const parts = new MomentParts();
  parts.year = WITHOUT_YEAR;
  let at = 0;
  for (const element of elementsOf(pattern.trim())) {
    if ('literal' in element) {
      if (!given.startsWith(element.literal, at)) return undefined;
      at += element.literal.length;
      continue;
    }
    const { takes, put } = element.letter;
    if (takes === undefined || put === undefined)
      throw new BasaltError('NOT_IMPLEMENTED', `The weeks of %U and %W cannot be read from ${pattern}`, {
        hint: 'Read %G-%V-%u, or a day',
      });
    takes.lastIndex = at;
    const found = takes.exec(given)?.[0];
    if (found === undefined || put(parts, found) === false) return undefined;
    at += found.length;
  }
  return at === given.length ? parts.moment(zone) : undefined;
}
