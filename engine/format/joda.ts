/**
 * Joda-Time patterns (Druid's timestampSpec.format) compiled to a parser.
 *
 * Letters: y Y year, M month (3 or more letters: English name), d day, H hour 0-23, k hour 1-24, h clock hour
 * 1-12, K hour 0-11, a AM/PM, m minute, s second, S fraction, Z offset, z zone name UTC or GMT, E weekday
 * (ignored), D day of year is refused; 'text' is literal and '' a quote. Matching is case-insensitive for names.
 */

import { BasaltError } from '../base/error.ts';
import { type DateParts, type Instant, instantOf } from './instant.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

type Found = {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  clockHour: number | null;
  afternoon: boolean;
  offset: string | undefined;
};

type Piece = { readonly source: string; readonly take: ((text: string, to: Found) => void) | null };

const digits = (count: number): string => (count === 1 ? '(\\d+)' : `(\\d{${count}})`);

const LETTERS: Record<string, (count: number) => Piece> = {
  y: (n) => ({
    source: n === 2 ? '(\\d{2})' : '(\\d{4,})',
    take: (text, to) => {
      const year = Number(text);
      to.year = n === 2 ? year + (year < 70 ? 2000 : 1900) : year;
    },
  }),
  M: (n) => ({
    source: n >= 3 ? '([A-Za-z]{3,9})' : digits(n),
    take: (text, to) => {
      to.month = n >= 3 ? MONTHS.indexOf(text.slice(0, 3).toLowerCase()) + 1 : Number(text);
    },
  }),
  d: (n) => ({
    source: digits(n),
    take: (text, to) => {
      to.day = Number(text);
    },
  }),
  H: (n) => ({
    source: digits(n),
    take: (text, to) => {
      to.hour = Number(text);
    },
  }),
  k: (n) => ({
    source: digits(n),
    take: (text, to) => {
      to.hour = Number(text) % 24;
    },
  }),
  h: (n) => ({
    source: digits(n),
    take: (text, to) => {
      to.clockHour = Number(text);
    },
  }),
  K: (n) => ({
    source: digits(n),
    take: (text, to) => {
      to.clockHour = Number(text);
    },
  }),
  a: () => ({
    source: '([AaPp][Mm])',
    take: (text, to) => {
      to.afternoon = text[0].toLowerCase() === 'p';
    },
  }),
  m: (n) => ({
    source: digits(n),
    take: (text, to) => {
      to.minute = Number(text);
    },
  }),
  s: (n) => ({
    source: digits(n),
    take: (text, to) => {
      to.second = Number(text);
    },
  }),
  S: () => ({
    source: '(\\d{1,9})',
    take: (text, to) => {
      to.nanos = Number(text.padEnd(9, '0'));
    },
  }),
  Z: () => ({
    source: '(Z|[+-]\\d\\d:?\\d\\d)',
    take: (text, to) => {
      to.offset = text;
    },
  }),
  z: () => ({
    source: '(UTC|GMT|Z)',
    take: (_text, to) => {
      to.offset = 'Z';
    },
  }),
  E: () => ({ source: '([A-Za-z]{3,9})', take: () => {} }),
};
LETTERS['Y'] = LETTERS['y'];
LETTERS['u'] = LETTERS['y'];

function pieces(pattern: string): Piece[] {
  const found: Piece[] = [];
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    if (token.startsWith("'")) {
      if (token.length < 2)
        throw new BasaltError('BAD_ARGUMENTS', `Unclosed quote in time format ${pattern}`);
      const text = token === "''" ? "'" : token.slice(1, -1).replaceAll("''", "'");
      found.push({ source: escapeRegExp(text), take: null });
    } else if (/[A-Za-z]/.test(token)) {
      const make = LETTERS[token[0]];
      if (make === undefined) {
        throw new BasaltError('BAD_ARGUMENTS', `Time format ${pattern}: letter '${token[0]}' is not known`);
      }
      found.push(make(token.length));
    } else {
      found.push({ source: escapeRegExp(token), take: null });
    }
  }
  return found;
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A parser of the pattern; BAD_ARGUMENTS when the pattern is wrong. */
export function compileJoda(pattern: string, zone: string | undefined): (text: string) => Instant | null {
  const parts = pieces(pattern);
  const takes = parts.flatMap((piece) => (piece.take === null ? [] : [piece.take]));
  const regexp = new RegExp(`^${parts.map((piece) => piece.source).join('')}$`);
  return (text) => {
    const m = regexp.exec(text);
    if (m === null) return null;
    const found: Found = {
      year: 1970,
      month: 1,
      day: 1,
      hour: 0,
      minute: 0,
      second: 0,
      nanos: 0,
      clockHour: null,
      afternoon: false,
      offset: undefined,
    };
    takes.forEach((take, i) => {
      take(m[i + 1], found);
    });
    if (found.clockHour !== null) {
      if (found.clockHour > 12) return null;
      found.hour = (found.clockHour % 12) + (found.afternoon ? 12 : 0);
    }
    return instantOf(found satisfies DateParts, found.offset, zone);
  };
}
