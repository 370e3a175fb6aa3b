/**
 * Moments in the ways people write them: ISO 8601, `20100901T050607`, `1/9/2010 5:06 PM`, `Wed, 1 Sep 2010 05:06:07 +0300`, seconds or
 * milliseconds since the epoch. A text without a year is no moment; months and days that are 0 are the first.
 */

import { MONTH_NAMES } from './joda.ts';
import { type Moment, MomentParts, offsetOf, yearOfTwo } from './moment-parts.ts';
import type { TimeZone } from './time-zone.ts';

const MONTH = MONTH_NAMES.map((name) => `${name.slice(0, 3)}(?:${name.slice(3)})?`).join('|');
const DAY = '(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\\s+)?';

/** Ways to write a day; the groups say which number is which. */
const DAYS: readonly RegExp[] = [
  /^(?<year>\d{4})([-/.])(?<month>\d{1,2})\2(?<day>\d{1,2})(?!\d)/,
  /^(?<year>\d{4})[-/.](?<month>\d{1,2})(?![\d/.:-])/,
  /^(?<first>\d{1,2})([-/.])(?<second>\d{1,2})\2(?<year>\d{4}|\d{2})(?![\d:])/,
  /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)(?=$|[T\s])/,
  /^(?<year>\d{4})(?<month>\d\d)$/,
  /^(?<year>\d{4})$/,
  new RegExp(`^${DAY}(?<day>\\d{1,2})[\\s-]+(?<name>${MONTH})[,\\s-]+(?<year>\\d{4})(?!\\d)`, 'i'),
  new RegExp(`^${DAY}(?<name>${MONTH})\\s+(?<day>\\d{1,2})(?:,\\s*|\\s+)(?<year>\\d{4})(?![\\d:])`, 'i'),
];

/** `Sep 1 05:06:07 2010`, as C's asctime writes it. */
const ASCTIME = new RegExp(
  `^${DAY}(?<name>${MONTH})\\s+(?<day>\\d{1,2})\\s+(?<time>\\d{1,2}:\\d\\d:\\d\\d)\\s+(?<year>\\d{4})$`,
  'i',
);

const DIGITS = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;

const TIME =
  /^(?:(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9})\d*)?)?|(\d{2})(\d{2})(\d{2})|(\d{1,2})(?=\s*[ap]m))\s*([ap]m)?/i;
const ZONE = /^\s*(?:(z|utc|gmt|msk|msd)?([+-]\d{1,2}(?::?\d{2})?)?)$/i;
/** Hours of zones by name. */
const NAMED: Readonly<Record<string, number>> = { msk: 3, msd: 4 };

/** Units of a second that so many digits since the epoch count. */
const UNIX: Readonly<Record<number, number>> = { 9: 0, 10: 0, 13: 3, 16: 6 };

/** @param monthFirst of 1/9/2010, where both could be the month */
export function parseBestEffort(given: string, zone: TimeZone, monthFirst: boolean): Moment | undefined {
  const text = given.trim();
  const unix = /^(\d{9,16})(?:\.(\d{1,9}))?$/.exec(text);
  const unit = unix === null ? undefined : UNIX[unix[1].length];
  if (unix !== null && unit !== undefined) return fromUnix(unix[1], unix[2] ?? '', unit);
  const parts = new MomentParts();
  const digits = DIGITS.exec(text);
  if (digits !== null) {
    [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second] = digits
      .slice(1)
      .map(Number);
    return parts.moment(zone);
  }
  const written = ASCTIME.exec(text);
  if (written !== null)
    return putDay(parts, written.groups!, monthFirst) && putTime(parts, written.groups!['time'])
      ? parts.moment(zone)
      : undefined;
  for (const way of DAYS) {
    const found = way.exec(text);
    if (found === null) continue;
    if (!putDay(parts, found.groups!, monthFirst)) return undefined;
    const rest = text.slice(found[0].length);
    if (rest.trim() === '' || /^[T,]?\s*/i.exec(rest)![0] === '') return finish(parts, rest, zone);
    return putTime(parts, rest.replace(/^[T,]?\s*/i, '')) ? parts.moment(zone) : undefined;
  }
  return undefined;
}

const finish = (parts: MomentParts, rest: string, zone: TimeZone): Moment | undefined =>
  putZone(parts, rest) ? parts.moment(zone) : undefined;

function fromUnix(whole: string, fraction: string, unit: number): Moment {
  const all = BigInt(whole);
  const scale = 10n ** BigInt(unit);
  const below = unit === 0 ? fraction : String(all % scale).padStart(unit, '0');
  return { seconds: Number(all / scale), micros: Number(below.padEnd(6, '0').slice(0, 6)) };
}

function putDay(
  parts: MomentParts,
  groups: Readonly<Record<string, string | undefined>>,
  monthFirst: boolean,
): boolean {
  const { year, month, day, name, first, second } = groups;
  parts.year = year!.length === 2 ? yearOfTwo(Number(year)) : Number(year);
  if (first !== undefined) {
    const [a, b] = [Number(first), Number(second)];
    // Where only one of them can be the month it is that one.
    const isMonthFirst = monthFirst ? a <= 12 : b > 12;
    [parts.month, parts.day] = (isMonthFirst ? [a, b] : [b, a]).map(firstAtLeast);
    return true;
  }
  if (name !== undefined)
    parts.month =
      MONTH_NAMES.findIndex((m) => m.slice(0, 3).toLowerCase() === name.slice(0, 3).toLowerCase()) + 1;
  else parts.month = firstAtLeast(Number(month ?? 1));
  parts.day = firstAtLeast(Number(day ?? 1));
  return true;
}

const firstAtLeast = (number: number): number => Math.max(1, number);

function putTime(parts: MomentParts, text: string): boolean {
  const found = TIME.exec(text);
  if (found === null) return putZone(parts, text);
  const [whole, hour, minute, second, fraction, hh, mm, ss, alone, half] = found;
  const hours = Number(hour ?? hh ?? alone);
  if (half !== undefined && (hours < 1 || hours > 12)) return false;
  parts.hour = hours;
  parts.minute = Number(minute ?? mm ?? 0);
  parts.second = Number(second ?? ss ?? 0);
  parts.micros = Number((fraction ?? '').padEnd(6, '0').slice(0, 6));
  if (half !== undefined) parts.half = half.toLowerCase() as 'am' | 'pm';
  return putZone(parts, text.slice(whole.length));
}

function putZone(parts: MomentParts, text: string): boolean {
  const found = ZONE.exec(text.trimEnd());
  if (found === null) return false;
  const [, name, offset] = found;
  if (name === undefined && offset === undefined) return true;
  parts.offset =
    (NAMED[name?.toLowerCase() ?? ''] ?? 0) * 3600 + (offset === undefined ? 0 : offsetOf(offset));
  return true;
}
