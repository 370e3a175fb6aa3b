/** Texts read by MySQL-style patterns (`%Y-%m-%d %H:%i:%s`), ClickHouse's parseDateTime: every letter has its length. */

import { BasaltError } from '../base/error.ts';
import { DAY_NAMES, MONTH_NAMES } from './joda.ts';
import { type Moment, MomentParts, offsetOf, yearOfTwo } from './moment-parts.ts';
import type { TimeZone } from './time-zone.ts';

type Field = {
  readonly takes: RegExp;
  /** False: this is no such value. */
  readonly put: (parts: MomentParts, text: string) => boolean | undefined;
};

const number = (
  takes: RegExp,
  low: number,
  high: number,
  put: (parts: MomentParts, value: number) => void,
): Field => ({
  takes,
  put: (parts, text) => {
    const value = Number(text);
    if (value < low || value > high) return false;
    put(parts, value);
    return true;
  },
});

const name = (
  names: readonly string[],
  length: number | undefined,
  put: (parts: MomentParts, place: number) => void,
): Field => {
  const shown = names.map((word) => word.slice(0, length).toLowerCase());
  return {
    takes: new RegExp(shown.join('|'), 'iy'),
    put: (parts, text) => {
      put(parts, shown.indexOf(text.toLowerCase()) + 1);
      return true;
    },
  };
};

const [TWO, ONE_OR_TWO] = [/\d\d/y, /\d\d?/y];

const FIELDS: Readonly<Record<string, Field>> = {
  a: name(DAY_NAMES, 3, (parts, day) => {
    parts.weekday = day;
  }),
  W: name(DAY_NAMES, undefined, (parts, day) => {
    parts.weekday = day;
  }),
  b: name(MONTH_NAMES, 3, (parts, month) => {
    parts.month = month;
  }),
  M: name(MONTH_NAMES, undefined, (parts, month) => {
    parts.month = month;
  }),
  c: number(ONE_OR_TWO, 1, 12, (parts, value) => {
    parts.month = value;
  }),
  m: number(TWO, 1, 12, (parts, value) => {
    parts.month = value;
  }),
  C: number(TWO, 0, 99, (parts, value) => {
    parts.year = value * 100;
    parts.month = 1;
  }),
  d: number(TWO, 1, 31, (parts, value) => {
    parts.day = value;
  }),
  e: number(/ ?\d\d?/y, 1, 31, (parts, value) => {
    parts.day = value;
  }),
  f: {
    takes: /\d{1,6}/y,
    put: (parts, text) => {
      parts.micros = Number(text.padEnd(6, '0'));
      return true;
    },
  },
  g: number(TWO, 0, 99, (parts, value) => {
    parts.year = yearOfTwo(value);
  }),
  y: number(TWO, 0, 99, (parts, value) => {
    parts.year = yearOfTwo(value);
  }),
  G: number(/\d{4}/y, 0, 9999, (parts, value) => {
    parts.year = value;
  }),
  Y: number(/\d{4}/y, 0, 9999, (parts, value) => {
    parts.year = value;
  }),
  j: number(/\d{3}/y, 1, 366, (parts, value) => {
    parts.dayOfYear = value;
  }),
  u: number(/\d/y, 1, 7, (parts, value) => {
    parts.weekday = value;
  }),
  w: number(/\d/y, 0, 6, (parts, value) => {
    parts.weekday = value === 0 ? 7 : value;
  }),
  V: number(TWO, 1, 53, (parts, value) => {
    parts.week = value;
  }),
  H: number(TWO, 0, 23, (parts, value) => {
    parts.hour = value;
  }),
  k: number(ONE_OR_TWO, 0, 23, (parts, value) => {
    parts.hour = value;
  }),
  h: number(TWO, 1, 12, (parts, value) => {
    parts.hour = value % 12;
  }),
  I: number(TWO, 1, 12, (parts, value) => {
    parts.hour = value % 12;
  }),
  l: number(ONE_OR_TWO, 1, 12, (parts, value) => {
    parts.hour = value % 12;
  }),
  i: number(TWO, 0, 59, (parts, value) => {
    parts.minute = value;
  }),
  s: number(TWO, 0, 59, (parts, value) => {
    parts.second = value;
  }),
  S: number(TWO, 0, 59, (parts, value) => {
    parts.second = value;
  }),
  p: {
    takes: /[ap]m/iy,
    put: (parts, text) => {
      parts.half = text.toLowerCase() as 'am' | 'pm';
      return true;
    },
  },
  z: {
    takes: /[+-]\d{4}/y,
    put: (parts, text) => {
      parts.offset = offsetOf(text);
      return true;
    },
  },
};

/** Letters that stand for others. */
const SHORT: Readonly<Record<string, string>> = {
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  R: '%H:%i',
  r: '%h:%i %p',
  T: '%H:%i:%s',
  n: '\n',
  t: '\t',
};

/** undefined: the text does not fit. @throws NOT_IMPLEMENTED for a letter that is not read */
export function parseMysql(text: string, pattern: string, zone: TimeZone): Moment | undefined {
  const parts = new MomentParts();
  const full = pattern.replace(/%(.)/gs, (whole, letter: string) => SHORT[letter] ?? whole);
  let at = 0;
  for (const [element] of full.matchAll(/%.|[^%]+|%/gs)) {
    const letter = element.length === 2 && element[0] === '%' ? element[1] : undefined;
    if (letter === undefined || letter === '%') {
      const literal = letter ?? element;
      if (!text.startsWith(literal, at)) return undefined;
      at += literal.length;
      continue;
    }
    const field = FIELDS[letter];
    if (field === undefined)
      throw new BasaltError('NOT_IMPLEMENTED', `The pattern %${letter} cannot be read`);
    field.takes.lastIndex = at;
    const found = field.takes.exec(text)?.[0];
    if (found === undefined || field.put(parts, found.trim()) === false) return undefined;
    at += found.length;
  }
  return at === text.length ? parts.moment(zone) : undefined;
}
