/**
 * Cutting, moving, taking apart and printing of time. Ticks count 10^-precision seconds since the epoch;
 * `zone` is the IANA zone in which days and months are meant.
 *
 * Days and counts are numbers; ticks are too where a number holds them (ticks.ts).
 */

import { BasaltError } from '../../base/error.ts';
import {
  addMonths,
  civilOf,
  daysInMonth,
  daysOf,
  isoWeek,
  isoWeekday,
  SECONDS_PER_DAY,
} from '../calendar.ts';
import { BIG, implement, TICKS, TWO_TICKS } from '../implementation.ts';
import { wrap } from '../integer.ts';
import { compileJoda, formatJoda, parseJoda } from '../joda.ts';
import { formatMysql } from '../mysql-format.ts';
import type { Implementation } from '../row.ts';
import { addTicks, joinTicks, splitTicks, type Ticks, ticksAt } from '../ticks.ts';
import { type LocalTime, timeZone } from '../time-zone.ts';

const floorTo = (value: number, width: number): number => Math.floor(value / width) * width;

type Local = {
  readonly days: number;
  readonly second: number;
  readonly fraction: number;
  readonly scale: number;
};

function localOf(ticks: Ticks, precision: number, zone: string): Local {
  const { seconds, fraction } = splitTicks(ticks, precision);
  const local = timeZone(zone).toLocal(seconds);
  const days = Math.floor(local / SECONDS_PER_DAY);
  return { days, second: local - days * SECONDS_PER_DAY, fraction, scale: 10 ** precision };
}

const midnight = (days: number, precision: number, zone: string): Ticks =>
  joinTicks(timeZone(zone).toUtc(days * SECONDS_PER_DAY), 0, precision);

const CLOCK_SECONDS: Record<string, number> = { second: 1, minute: 60, hour: 3600 };

/** First day of the `count` units `days` is in; units are counted from the year 1970 (weeks: from a Monday). */
export function truncateDays(days: number, unit: string, count: number): number {
  const { year, month } = civilOf(days);
  switch (unit) {
    case 'day':
      return floorTo(days, count);
    case 'week':
      // 1970-01-05 was a Monday.
      return floorTo(days - 4, 7 * count) + 4;
    case 'month':
    case 'quarter': {
      const months = floorTo((year - 1970) * 12 + month - 1, unit === 'month' ? count : 3 * count);
      return daysOf(1970 + Math.floor(months / 12), (((months % 12) + 12) % 12) + 1, 1);
    }
    case 'year':
      return daysOf(1970 + floorTo(year - 1970, count), 1, 1);
    default:
      throw unknownUnit(unit);
  }
}

function truncate(ticks: Ticks, unit: string, precision: number, zone: string, count = 1): Ticks {
  const clock = CLOCK_SECONDS[unit];
  if (clock === undefined) {
    const { days } = localOf(ticks, precision, zone);
    return midnight(truncateDays(days, unit, count), precision, zone);
  }
  const { seconds } = splitTicks(ticks, precision);
  const where = timeZone(zone);
  const offset = where.offsetAt(seconds);
  const start = floorTo(seconds + offset, clock * count);
  // Clocks may have changed since; an hour that comes twice begins twice.
  return joinTicks(start - where.offsetAt(start - offset), 0, precision);
}

export const unknownUnit = (unit: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `Unknown time unit '${unit}'`, {
    hint: 'Use second, minute, hour, day, week, month, quarter or year',
  });

type Part = (local: Local) => number;

/** What EXTRACT can ask for. */
const PARTS: Record<string, Part> = {
  microsecond: (t) => Math.floor((t.second % 60) * 1e6 + (t.fraction * 1e6) / t.scale),
  millisecond: (t) => Math.floor((t.second % 60) * 1e3 + (t.fraction * 1e3) / t.scale),
  millisecond_part: (t) => Math.floor((t.fraction * 1e3) / t.scale),
  microsecond_part: (t) => Math.floor((t.fraction * 1e6) / t.scale),
  second: (t) => t.second % 60,
  minute: (t) => Math.floor(t.second / 60) % 60,
  hour: (t) => Math.floor(t.second / 3600),
  day: (t) => civilOf(t.days).day,
  month: (t) => civilOf(t.days).month,
  quarter: (t) => Math.floor((civilOf(t.days).month - 1) / 3) + 1,
  year: (t) => civilOf(t.days).year,
  week: (t) => isoWeek(t.days).week,
  isoyear: (t) => isoWeek(t.days).year,
  yearweek: (t) => isoWeek(t.days).year * 100 + isoWeek(t.days).week,
  era: (t) => (civilOf(t.days).year > 0 ? 1 : 0),
  nanosecond: (t) => Math.floor((t.second % 60) * 1e9 + (t.fraction * 1e9) / t.scale),
  isodow: (t) => isoWeekday(t.days),
  dow: (t) => isoWeekday(t.days) % 7,
  doy: (t) => t.days - daysOf(civilOf(t.days).year, 1, 1) + 1,
  decade: (t) => Math.floor(civilOf(t.days).year / 10),
  century: (t) => Math.floor((civilOf(t.days).year - 1) / 100) + 1,
  millennium: (t) => Math.floor((civilOf(t.days).year - 1) / 1000) + 1,
  epoch: (t) => t.days * SECONDS_PER_DAY + t.second,
  yyyymm: (t) => yearMonth(t.days),
  yyyymmdd: (t) => yearMonth(t.days) * 100 + civilOf(t.days).day,
  yyyymmddhhmmss: (t) =>
    ((yearMonth(t.days) * 100 + civilOf(t.days).day) * 100 + PARTS['hour'](t)) * 10_000 +
    PARTS['minute'](t) * 100 +
    PARTS['second'](t),
  day_number: (t) => t.days,
  nanosecond_part: (t) => Math.floor((t.fraction * 1e9) / t.scale),
  days_in_month: (t) => daysInMonth(civilOf(t.days).year, civilOf(t.days).month),
  years_since_1970: (t) => civilOf(t.days).year - 1970,
  months_since_1970: (t) => (civilOf(t.days).year - 1970) * 12 + civilOf(t.days).month - 1,
  // 1970-01-05 was a Monday.
  week_number: (t) => Math.floor((t.days + 3) / 7),
  quarter_number: (t) => civilOf(t.days).year * 4 + Math.floor((civilOf(t.days).month - 1) / 3),
  // 1970-01-01 is 719,528 days after the first of the year 0.
  day_of_era: (t) => t.days + 719_528,
  month_number: (t) => civilOf(t.days).year * 12 + civilOf(t.days).month,
};

const yearMonth = (days: number): number => {
  const { year, month } = civilOf(days);
  return year * 100 + month;
};

export const isExtractUnit = (unit: string): boolean => unit in PARTS;

function extract(ticks: Ticks, unit: string, precision: number, zone: string): number {
  const part = PARTS[unit];
  if (part === undefined) throw unknownUnit(unit);
  // The epoch does not depend on a zone.
  return part(localOf(ticks, precision, unit === 'epoch' ? 'UTC' : zone));
}

const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };
const DAYS: Record<string, number> = { day: 1, week: 7 };
const FRACTIONS: Record<string, number> = { millisecond: 3, microsecond: 6, nanosecond: 9 };

/** `count` units later; days and longer keep the local clock, shorter ones the elapsed time. */
export function addUnitsTo(
  ticks: Ticks,
  count: number,
  unit: string,
  precision: number,
  zone: string,
  localTime: Exclude<LocalTime, 'strict'> = 'forward',
): Ticks {
  const scale = 10 ** precision;
  const clock = CLOCK_SECONDS[unit];
  if (clock !== undefined) return addTicks(ticks, count * clock * scale);
  const digits = FRACTIONS[unit];
  if (digits !== undefined) return addTicks(ticks, Math.floor((count * scale) / 10 ** digits));
  const local = localOf(ticks, precision, zone);
  const months = MONTHS[unit];
  const days =
    months !== undefined
      ? addMonths(local.days, count * months)
      : local.days + count * (DAYS[unit] ?? failUnit(unit));
  const seconds = timeZone(zone).read(days * SECONDS_PER_DAY + local.second, localTime);
  return joinTicks(seconds, local.fraction, precision);
}

/** The last of the moments that are so many months or days, or a multiple, from the origin. */
function floorFromOrigin(
  ticks: Ticks,
  origin: Ticks,
  count: number,
  unit: string,
  precision: number,
  zone: string,
): Ticks {
  const own = localOf(ticks, precision, zone).days;
  const first = localOf(origin, precision, zone).days;
  const apart = unit === 'month' ? monthOf(own) - monthOf(first) : own - first;
  const steps = floorTo(apart, count);
  const start = addUnitsTo(origin, steps, unit, precision, zone);
  return start > ticks ? addUnitsTo(origin, steps - count, unit, precision, zone) : start;
}

const monthOf = (days: number): number => civilOf(days).year * 12 + civilOf(days).month;

function addToDate(days: number, count: number, unit: string): number {
  const months = MONTHS[unit];
  return months !== undefined
    ? addMonths(days, count * months)
    : days + count * (DAYS[unit] ?? failUnit(unit));
}

function failUnit(unit: string): never {
  throw unknownUnit(unit);
}

/** Borders of `unit` between two moments (DuckDB's and ClickHouse's date_diff). */
function bordersBetween(from: Ticks, to: Ticks, unit: string, precision: number, zone: string): number {
  const digits = FRACTIONS[unit];
  if (digits !== undefined)
    return Number(BigInt(ticksAt(to, precision, digits)) - BigInt(ticksAt(from, precision, digits)));
  const indexOf = (ticks: Ticks): number => {
    const local = localOf(ticks, precision, zone);
    const clock = CLOCK_SECONDS[unit];
    if (clock !== undefined) return Math.floor((local.days * SECONDS_PER_DAY + local.second) / clock);
    if (unit === 'day') return local.days;
    if (unit === 'week') return Math.floor((local.days + 3) / 7);
    const { year, month } = civilOf(local.days);
    const months = MONTHS[unit] ?? failUnit(unit);
    return Math.floor((year * 12 + month - 1) / months);
  };
  return indexOf(to) - indexOf(from);
}

/** Whole units that have passed (Calcite's TIMESTAMPDIFF, ClickHouse's age). */
export function wholeUnits(from: Ticks, to: Ticks, unit: string, precision: number, zone: string): number {
  if (to < from) return -wholeUnits(to, from, unit, precision, zone) || 0;
  let guess = bordersBetween(from, to, unit, precision, zone);
  while (guess > 0 && addUnitsTo(from, guess, unit, precision, zone) > to) guess -= 1;
  return guess;
}

export const TIME: readonly Implementation[] = [
  // ticks, width, origin.
  implement(
    'floor_ticks',
    ['i64', 'i64', 'i64'],
    'i64',
    (ticks: bigint, width: bigint, origin: bigint) => {
      const past = wrap(ticks - origin);
      return wrap(past - (((past % width) + width) % width) + origin);
    },
    BIG,
  ),
  // ticks, unit, precision, zone.
  implement('trunc_ticks', ['i64', 'str', 'i64', 'str'], 'i64', truncate, TICKS),
  // ticks, unit, precision, zone, count of units.
  implement('trunc_ticks_by', ['i64', 'str', 'i64', 'str', 'i64'], 'i64', truncate, TICKS),
  // days, unit, count of units.
  implement('trunc_days', ['i64', 'str', 'i64'], 'i64', truncateDays),
  implement('extract_ticks', ['i64', 'str', 'i64', 'str'], 'i64', extract, TICKS),
  // ticks, count, unit, precision, zone, what local times of gaps and overlaps mean.
  implement('add_ticks', ['i64', 'i64', 'str', 'i64', 'str', 'str'], 'i64', addUnitsTo, TICKS),
  implement('add_days', ['i64', 'i64', 'str'], 'i64', addToDate),
  // from, to, unit, precision, zone.
  implement('diff_ticks', ['i64', 'i64', 'str', 'i64', 'str'], 'i64', bordersBetween, TWO_TICKS),
  implement('age_ticks', ['i64', 'i64', 'str', 'i64', 'str'], 'i64', wholeUnits, TWO_TICKS),
  // ticks, precision, pattern, zone.
  implement(
    'format_joda',
    ['i64', 'i64', 'str', 'str'],
    'str',
    (ticks: Ticks, precision: number, pattern: string, zone: string) =>
      formatJoda(Number(ticksAt(ticks, precision, 3)), pattern, timeZone(zone)),
    TICKS,
  ),
  // The same for ClickHouse: every digit of the second, and no letter that it has no text for.
  implement(
    'format_joda_fine',
    ['i64', 'i64', 'str', 'str'],
    'str',
    (ticks: Ticks, precision: number, pattern: string, zone: string) => {
      const unknown = compileJoda(pattern).find(
        (e) => 'letter' in e && (e.letter === 'Z' || (e.letter === 'z' && e.count < 4)),
      );
      if (unknown !== undefined && 'letter' in unknown)
        throw new BasaltError('NOT_IMPLEMENTED', `The pattern letter '${unknown.letter}' has no text here`, {
          hint: 'zzzz is the name of the zone',
        });
      const { seconds, fraction } = splitTicks(ticks, precision);
      const digits = String(fraction).padStart(precision, '0');
      return formatJoda(seconds * 1000, pattern, timeZone(zone), precision === 0 ? '' : digits);
    },
    TICKS,
  ),
  implement(
    'format_mysql',
    ['i64', 'i64', 'str', 'str'],
    'str',
    (ticks: Ticks, precision: number, pattern: string, zone: string) => {
      const { seconds, fraction } = splitTicks(ticks, precision);
      return formatMysql(seconds, Math.floor((fraction * 1e6) / 10 ** precision), pattern, timeZone(zone));
    },
    TICKS,
  ),
  // ticks, origin, count, unit, precision, zone.
  implement(
    'floor_from_origin',
    ['i64', 'i64', 'i64', 'str', 'i64', 'str'],
    'i64',
    floorFromOrigin,
    TWO_TICKS,
  ),
  // text, pattern, zone: milliseconds; NULL when the text does not fit.
  implement(
    'parse_joda_null',
    ['str', 'str', 'str'],
    'i64',
    (text: string, pattern: string, zone: string) => parseJoda(text, pattern, timeZone(zone)) ?? null,
  ),
  // days, month, day of it: the last one when it does not exist.
  implement('make_date', ['i64', 'i64', 'i64'], 'i64', (year: number, month: number, day: number) =>
    month < 1 || month > 12
      ? null
      : daysOf(year, month, Math.min(Math.max(day, 1), daysInMonth(year, month))),
  ),
  implement('last_day', ['i64'], 'i64', (days: number) => {
    const { year, month } = civilOf(days);
    return daysOf(year, month, daysInMonth(year, month));
  }),
];
