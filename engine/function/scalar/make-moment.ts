/**
 * Moments made of their parts, as ClickHouse makes them: a day behind the end of its month is one of the next month, what is no part gives the
 * first moment of the type, what is beyond the type its last one or the first (of dates).
 *
 * Days are numbers since 1970-01-01, ticks count 10^-precision seconds.
 */

import { BasaltError } from '../../base/error.ts';
import { civilOf, daysOf, SECONDS_PER_DAY } from '../calendar.ts';
import { implement, TICKS } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { joinTicks, splitTicks, type Ticks } from '../ticks.ts';
import { timeZone } from '../time-zone.ts';

const between = (value: number, low: number, high: number): boolean => value >= low && value <= high;

/** 0 where there is no such day, or it is not within the bounds. */
function dayOf(year: number, month: number, day: number, least: number, most: number): number {
  if (!between(month, 1, 12) || !between(day, 1, 31) || !between(year, 0, 9999)) return 0;
  const days = daysOf(year, month, day);
  return between(days, least, most) ? days : 0;
}

function dayOfYear(year: number, day: number, least: number, most: number): number {
  // ClickHouse knows no 366th day.
  if (!between(day, 1, 365) || !between(year, 0, 9999)) return 0;
  const days = daysOf(year, 1, 1) + day - 1;
  return between(days, least, most) ? days : 0;
}

const LAST_SECOND = 2 ** 32 - 1;
/** Years of what makeDateTime64 makes. */
const [FIRST_YEAR, LAST_YEAR] = [1900, 2299];
/** Years that a DateTime64 of a few digits may come to have. */
const LAST_OF_ALL = 9999;

const clampSeconds = (seconds: number): number => Math.min(Math.max(seconds, 0), LAST_SECOND);

type Parts = readonly [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];

const isClock = ([, month, day, hour, minute, second]: Parts): boolean =>
  between(month, 1, 12) &&
  between(day, 1, 31) &&
  [hour, minute, second].every((value) => between(value, 0, 99));

const localSeconds = ([year, month, day, hour, minute, second]: Parts): number =>
  daysOf(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;

function secondsOf(parts: Parts, zone: string): number {
  if (!isClock(parts) || !between(parts[0], 1970, Number.POSITIVE_INFINITY)) return 0;
  return parts[0] > 2106 ? LAST_SECOND : clampSeconds(timeZone(zone).read(localSeconds(parts), 'earliest'));
}

function ticksOf(parts: Parts, fraction: number, precision: number, zone: string): Ticks {
  const most = 10 ** precision - 1;
  const at = (bounded: Parts, part: number): Ticks =>
    joinTicks(timeZone(zone).read(localSeconds(bounded), 'earliest'), part, precision);
  if (!isClock(parts) || parts[0] < FIRST_YEAR) return at([FIRST_YEAR, 1, 1, 0, 0, 0], 0);
  if (parts[0] > LAST_YEAR) return at([LAST_YEAR, 12, 31, 23, 59, 59], most);
  return at(parts, Math.min(Math.max(fraction, 0), most));
}

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;
/** What a part may be; a year is bounded by its type. */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  month: [1, 12],
  day: [1, 31],
  hour: [0, 23],
  minute: [0, 59],
  second: [0, 59],
};

/** A part replaced; undefined: it is no such part. */
function changed(
  seconds: number,
  unit: string,
  value: number,
  zone: string,
): { readonly year: number; readonly seconds: number } | undefined {
  const [low, high] = BOUNDS[unit] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (!between(value, low, high)) return undefined;
  const local = timeZone(zone).toLocal(seconds);
  const days = Math.floor(local / SECONDS_PER_DAY);
  const second = local - days * SECONDS_PER_DAY;
  const { year, month, day } = civilOf(days);
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  const parts = [year, month, day, ...clock];
  parts[PARTS.indexOf(unit as (typeof PARTS)[number])] = value;
  const whole = parts as unknown as Parts;
  if (!between(whole[0], 0, LAST_OF_ALL)) return { year: whole[0], seconds: Number.NaN };
  return { year: whole[0], seconds: timeZone(zone).read(localSeconds(whole), 'earliest') };
}

function changedTicks(ticks: Ticks, value: number, unit: string, precision: number, zone: string): Ticks {
  const { seconds, fraction } = splitTicks(ticks, precision);
  const found = changed(seconds, unit, value, zone);
  if (found === undefined || found.year < 0)
    return joinTicks(daysOf(0, 1, 1) * SECONDS_PER_DAY, 0, precision);
  if (found.year > LAST_OF_ALL)
    return joinTicks(daysOf(LAST_OF_ALL + 1, 1, 1) * SECONDS_PER_DAY - 1, 10 ** precision - 1, precision);
  return joinTicks(found.seconds, fraction, precision);
}

function changedSeconds(seconds: number, value: number, unit: string, zone: string): number {
  const found = changed(seconds, unit, value, zone);
  if (found === undefined || found.year < 1970) return 0;
  return found.year > 2106 ? LAST_SECOND : clampSeconds(found.seconds);
}

function changedDays(days: number, value: number, unit: string, least: number, most: number): number {
  const found = changed(days * SECONDS_PER_DAY, unit, value, 'UTC');
  if (found === undefined) return least;
  if (Number.isNaN(found.seconds)) return found.year < 0 ? least : most;
  return Math.min(Math.max(found.seconds / SECONDS_PER_DAY, least), most);
}

/** 1970-01-01 is so many days after the first of the year 0. */
const YEAR_ZERO = 719_528;

function dayOfEra(days: number): number {
  if (days >= 0) return days - YEAR_ZERO;
  throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `Expected a non-negative integer, got: ${days}`);
}

export const MAKE_MOMENT: readonly Implementation[] = [
  // year, month, day, first and last day of the type.
  implement('make_days', ['i64', 'i64', 'i64', 'i64', 'i64'], 'i64', dayOf),
  implement('make_days_of_year', ['i64', 'i64', 'i64', 'i64'], 'i64', dayOfYear),
  // year, month, day, hour, minute, second, zone.
  implement(
    'make_seconds',
    ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'str'],
    'i64',
    (year: number, month: number, day: number, hour: number, minute: number, second: number, zone: string) =>
      secondsOf([year, month, day, hour, minute, second], zone),
  ),
  // ... second, fraction, precision, zone.
  implement(
    'make_ticks',
    ['i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64', 'str'],
    'i64',
    (
      year: number,
      month: number,
      day: number,
      hour: number,
      minute: number,
      second: number,
      fraction: number,
      precision: number,
      zone: string,
    ) => ticksOf([year, month, day, hour, minute, second], fraction, precision, zone),
  ),
  // ticks, value, unit, precision, zone.
  implement('change_ticks', ['i64', 'i64', 'str', 'i64', 'str'], 'i64', changedTicks, TICKS),
  // seconds, value, unit, zone.
  implement('change_seconds', ['i64', 'i64', 'str', 'str'], 'i64', changedSeconds),
  // days, value, unit, first and last day of the type.
  implement('change_days', ['i64', 'i64', 'str', 'i64', 'i64'], 'i64', changedDays),
  implement('day_of_era', ['i64'], 'i64', dayOfEra),
  // The same within the 16 bits of a Date.
  implement('day_of_era_16', ['i64'], 'i64', (days: number) => dayOfEra(days) & 0xffff),
];
