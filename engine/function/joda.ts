/**
 * Joda-Time patterns (`yyyy-MM-dd HH:mm:ss.SSSZ`), the ones Druid's TIME_FORMAT, TIME_PARSE and timestamp specs
 * use, on milliseconds. letters: G C y Y x M d D H h K k m s S a E e w Z z; text in single quotes stands for itself.
 */

import { BasaltError } from '../base/error.ts';
import { civilOf, daysInMonth, daysOf, isoWeek, isoWeekday, SECONDS_PER_DAY } from './calendar.ts';
import { dateText, parseTimestamp } from './time-text.ts';
import { type TimeZone, timeZone, UTC } from './time-zone.ts';

export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export const DAY_NAMES = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;

export type Element = { readonly letter: string; readonly count: number } | { readonly literal: string };

const compiled = new Map<string, readonly Element[]>();
const MAX_COMPILED = 256;

export function compileJoda(pattern: string): readonly Element[] {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const elements: Element[] = [];
  for (const part of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)) {
    if (part[2] !== undefined) elements.push({ letter: part[2], count: part[0].length });
    else
      elements.push({
        literal: part[1] === undefined ? part[0] : part[1] === '' ? "'" : part[1].replaceAll("''", "'"),
      });
  }
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(pattern, elements);
  return elements;
}

const pad = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0');

function offsetText(seconds: number, colon: boolean): string {
  const sign = seconds < 0 ? '-' : '+';
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return `${sign}${pad(Math.floor(minutes / 60), 2)}${colon ? ':' : ''}${pad(minutes % 60, 2)}`;
}

/** @param fraction digits of the second; absent: those of the milliseconds */
export function formatJoda(ms: number, pattern: string, zone: TimeZone, fraction?: string): string {
  const seconds = Math.floor(ms / 1000);
  const local = zone.toLocal(seconds);
  const days = Math.floor(local / SECONDS_PER_DAY);
  const second = local - days * SECONDS_PER_DAY;
  const hour = Math.floor(second / 3600);
  const { year, month, day } = civilOf(days);
  const field = (letter: string, count: number): string => {
    switch (letter) {
      case 'y':
      case 'Y':
        return count === 2 ? pad(((year % 100) + 100) % 100, 2) : pad(year, count);
      case 'x':
        return pad(isoWeek(days).year, count);
      case 'w':
        return pad(isoWeek(days).week, count);
      case 'M':
        return count >= 4
          ? MONTH_NAMES[month - 1]
          : count === 3
            ? MONTH_NAMES[month - 1].slice(0, 3)
            : pad(month, count);
      case 'd':
        return pad(day, count);
      case 'D':
        return pad(days - daysOf(year, 1, 1) + 1, count);
      case 'e':
        return pad(isoWeekday(days), count);
      case 'E':
        return count >= 4 ? DAY_NAMES[isoWeekday(days) - 1] : DAY_NAMES[isoWeekday(days) - 1].slice(0, 3);
      case 'G':
        return year > 0 ? 'AD' : 'BC';
      case 'C':
        return pad(Math.floor(year / 100), count);
      case 'a':
        return hour < 12 ? 'AM' : 'PM';
      case 'H':
        return pad(hour, count);
      case 'k':
        return pad(hour === 0 ? 24 : hour, count);
      case 'K':
        return pad(hour % 12, count);
      case 'h':
        return pad(hour % 12 === 0 ? 12 : hour % 12, count);
      case 'm':
        return pad(Math.floor(second / 60) % 60, count);
      case 's':
        return pad(second % 60, count);
      case 'S':
        return (fraction ?? pad(ms - seconds * 1000, 3)).padEnd(count, '0').slice(0, count);
      case 'Z':
        return count >= 3 ? zone.name : offsetText(zone.offsetAt(seconds), count === 2);
      case 'z':
        return zone.name;
      default:
        throw unknownLetter(letter);
    }
  };
  return compileJoda(pattern)
    .map((e) => ('literal' in e ? e.literal : field(e.letter, e.count)))
    .join('');
}

const unknownLetter = (letter: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `The time pattern letter '${letter}' is not known`, {
    hint: "Quote text in patterns: 'T'",
  });

/** A year, and what may be left out behind it: month and day, week and weekday, or day of the year; hour, minute, offset. */
const SHORT_ISO =
  /^(\d{4})(?:-(\d{2})|-W(\d{2})(?:-([1-7]))?|-(\d{3}))?(?:-(\d{2}))?(?:[T ](\d{2})?(?::(\d{2}))?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** ISO 8601 with everything written out; undefined where the text is none of its shorter forms. */
function completeIso(text: string): string | undefined {
  const found = SHORT_ISO.exec(text);
  if (found === null) return undefined;
  const [, year, month, week, weekday, dayOfYear, day, hour = '00', minute = '00', offset = ''] = found;
  if (day !== undefined && month === undefined) return undefined;
  const first = daysOf(Number(year), 1, 1);
  // Week 1 is the one with January 4.
  const monday = first + 4 - isoWeekday(first + 3);
  const days =
    week !== undefined
      ? monday + (Number(week) - 1) * 7 + Number(weekday ?? 1) - 1
      : first + Number(dayOfYear ?? 1) - 1;
  const date = month === undefined ? dateText(days) : `${year}-${month}-${day ?? '01'}`;
  return `${date}T${hour}:${minute}:00${offset}`;
}

/** Milliseconds; undefined when the text does not fit the pattern, or names a local time that a change of clocks left out. */
export function parseJoda(text: string, pattern: string, zone: TimeZone): number | undefined {
  if (pattern === '' || pattern === 'iso') {
    const ticks = parseTimestamp(completeIso(text) ?? text, 3, zone, 'strict');
    return ticks === undefined ? undefined : Number(ticks);
  }
  const found = new Fields();
  let at = 0;
  const elements = compileJoda(pattern);
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    if ('literal' in element) {
      if (!text.startsWith(element.literal, at)) return undefined;
      at += element.literal.length;
      continue;
    }
    const next = elements[i + 1];
    // Digits run on only if the next element is not digits as well.
    const fixed = next !== undefined && !('literal' in next) && !/[aEzZ]/.test(next.letter);
    const end = found.read(text, at, element.letter, element.count, fixed);
    if (end === undefined) return undefined;
    at = end;
  }
  return at === text.length ? found.toMs(zone) : undefined;
}

class Fields {
  #year = 1970;
  #month = 1;
  #day = 1;
  #dayOfYear: number | undefined;
  #hour = 0;
  #afternoon: boolean | undefined;
  #minute = 0;
  #second = 0;
  #ms = 0;
  #zone: TimeZone | undefined;

  /** Offset behind the field; undefined when it is not there. */
  read(text: string, at: number, letter: string, count: number, fixed: boolean): number | undefined {
    const rest = text.slice(at, at + 40);
    if ((letter === 'M' || letter === 'E') && count >= 3) return this.#readName(rest, at, letter);
    if (letter === 'a') {
      const half = /^(am|pm)/i.exec(rest)?.[0];
      if (half === undefined) return undefined;
      this.#afternoon = half.toLowerCase() === 'pm';
      return at + 2;
    }
    if (letter === 'Z' || letter === 'z') return this.#readZone(rest, at);
    const digits = new RegExp(
      `^[+-]?\\d{1,${fixed ? count : letter === 'S' || letter === 'y' || letter === 'Y' ? 9 : Math.max(count, 2)}}`,
    ).exec(rest)?.[0];
    if (digits === undefined) return undefined;
    this.#set(letter, Number(digits), digits, count);
    return at + digits.length;
  }

  #readName(rest: string, at: number, letter: string): number | undefined {
    const names = letter === 'M' ? MONTH_NAMES : DAY_NAMES;
    const lower = rest.toLowerCase();
    for (let i = 0; i < names.length; i++) {
      const full = names[i].toLowerCase();
      const used = lower.startsWith(full) ? full.length : lower.startsWith(full.slice(0, 3)) ? 3 : 0;
      if (used === 0) continue;
      if (letter === 'M') this.#month = i + 1;
      return at + used;
    }
    return undefined;
  }

  #readZone(rest: string, at: number): number | undefined {
    const name = /^(Z(?![A-Za-z])|[+-]\d{2}:?\d{2}|[A-Za-z]+(?:\/[A-Za-z_]+)*)/.exec(rest)?.[0];
    if (name === undefined) return undefined;
    try {
      this.#zone = name === 'Z' ? UTC : timeZone(name);
    } catch {
      // An unknown zone name is text that does not fit.
      return undefined;
    }
    return at + name.length;
  }

  #set(letter: string, value: number, digits: string, count: number): void {
    switch (letter) {
      case 'y':
      case 'Y':
        this.#year = count === 2 && digits.length === 2 ? pivotYear(value) : value;
        break;
      case 'M':
        this.#month = value;
        break;
      case 'd':
        this.#day = value;
        break;
      case 'D':
        this.#dayOfYear = value;
        break;
      case 'H':
        this.#hour = value;
        break;
      case 'k':
        this.#hour = value % 24;
        break;
      case 'h':
      case 'K':
        this.#hour = value % 12;
        break;
      case 'm':
        this.#minute = value;
        break;
      case 's':
        this.#second = value;
        break;
      case 'S':
        this.#ms = Number(digits.padEnd(3, '0').slice(0, 3));
        break;
      default:
        throw unknownLetter(letter);
    }
  }

  toMs(zone: TimeZone): number | undefined {
    const hour = this.#afternoon === true ? (this.#hour % 12) + 12 : this.#hour;
    if (this.#month < 1 || this.#month > 12 || hour > 23 || this.#minute > 59 || this.#second > 59)
      return undefined;
    if (this.#day < 1 || this.#day > daysInMonth(this.#year, this.#month)) return undefined;
    const days =
      this.#dayOfYear === undefined
        ? daysOf(this.#year, this.#month, this.#day)
        : daysOf(this.#year, 1, 1) + this.#dayOfYear - 1;
    const local = days * SECONDS_PER_DAY + hour * 3600 + this.#minute * 60 + this.#second;
    const seconds = (this.#zone ?? zone).read(local, 'strict');
    return seconds === undefined ? undefined : seconds * 1000 + this.#ms;
  }
}

/** Two-digit years: the century around 2000 that Joda's default pivot gives. */
const pivotYear = (two: number): number => (two >= 70 ? 1900 + two : 2000 + two);
