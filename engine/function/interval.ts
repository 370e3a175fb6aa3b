/**
 * Arithmetic of SQL's INTERVALs. Parts are added, negated and counted each by itself; what is multiplied or divided leaves fractions of
 * months as days of 30, and of days as time, as PostgreSQL and DuckDB have it.
 */

import { BasaltError } from '../base/error.ts';
import { DAYS_PER_MONTH, type Interval, MICROS_PER_DAY } from '../type/interval.ts';
import { civilOf, daysInMonth, SECONDS_PER_DAY } from './calendar.ts';
import { MICROS_PER_SECOND } from './clock-text.ts';
import { roundEven } from './scalar/cast.ts';
import { addUnitsTo, unknownUnit, wholeUnits } from './scalar/time.ts';
import { splitTicks, type Ticks, ticksOfInteger } from './ticks.ts';
import { timeZone, UTC } from './time-zone.ts';

const outOfRange = (): BasaltError =>
  new BasaltError('VALUE_IS_OUT_OF_RANGE', 'This INTERVAL is beyond its range', {
    hint: 'Months and days have 32 bits, microseconds 64',
  });

/** @throws VALUE_IS_OUT_OF_RANGE */
export function intervalOf(months: number, days: number, micros: bigint): Interval {
  if (months !== (months | 0) || days !== (days | 0) || BigInt.asIntN(64, micros) !== micros)
    throw outOfRange();
  return { months, days, micros };
}

/** @throws VALUE_IS_OUT_OF_RANGE */
export const addIntervals = (a: Interval, b: Interval, sign: 1 | -1): Interval =>
  intervalOf(a.months + sign * b.months, a.days + sign * b.days, a.micros + BigInt(sign) * b.micros);

/** @throws VALUE_IS_OUT_OF_RANGE */
export const timesInteger = ({ months, days, micros }: Interval, factor: bigint): Interval =>
  intervalOf(Number(BigInt(months) * factor), Number(BigInt(days) * factor), micros * factor);

const ofSix = (value: number): number => Math.round(value * 1e6) / 1e6;

/** `part` of a count, such as its half. @throws VALUE_IS_OUT_OF_RANGE */
export function timesPart({ months, days, micros }: Interval, part: (count: number) => number): Interval {
  const allMonths = part(months);
  const allDays = part(days);
  const wholeMonths = Math.trunc(allMonths);
  let wholeDays = Math.trunc(allDays);
  const fromMonths = ofSix((allMonths - wholeMonths) * DAYS_PER_MONTH);
  let seconds = ofSix((allDays - wholeDays + fromMonths - Math.trunc(fromMonths)) * SECONDS_PER_DAY);
  if (Math.abs(seconds) >= SECONDS_PER_DAY) {
    const more = Math.trunc(seconds / SECONDS_PER_DAY);
    wholeDays += more;
    seconds -= more * SECONDS_PER_DAY;
  }
  const rest = rounded(part(Number(micros)) + seconds * 1e6);
  return intervalOf(wholeMonths, wholeDays + Math.trunc(fromMonths), rest);
}

/** @throws VALUE_IS_OUT_OF_RANGE */
function rounded(micros: number): bigint {
  const nearest = roundEven(micros);
  if (nearest === undefined) throw outOfRange();
  return nearest;
}

/** Each part divided, what is left going on to the next smaller one; to the nearest microsecond at the end. */
export function averageOf(months: bigint, days: bigint, micros: bigint, count: bigint): Interval {
  const monthDays = (months % count) * BigInt(DAYS_PER_MONTH);
  const dayMicros = ((days % count) + (monthDays % count)) * MICROS_PER_DAY;
  const all = micros + dayMicros;
  const rest = (2n * all + (all < 0n ? -count : count)) / (2n * count);
  return intervalOf(Number(months / count), Number(days / count + monthDays / count), rest);
}

const MONTHS: Readonly<Record<string, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1200,
  millennium: 12_000,
};
const DAYS: Readonly<Record<string, number>> = { day: 1, week: 7 };
const MICROS: Readonly<Record<string, bigint>> = {
  hour: 3600n * MICROS_PER_SECOND,
  minute: 60n * MICROS_PER_SECOND,
  second: MICROS_PER_SECOND,
  millisecond: 1000n,
  microsecond: 1n,
};

export const DURATION_UNITS: readonly string[] = [MONTHS, DAYS, MICROS].flatMap(Object.keys);

/** So many of a unit. @throws VALUE_IS_OUT_OF_RANGE */
export function countOf(count: bigint, unit: string): Interval {
  const micros = MICROS[unit];
  if (micros !== undefined) return intervalOf(0, 0, count * micros);
  const [months, days] = [MONTHS[unit] ?? 0, DAYS[unit] ?? 0];
  if (months === 0 && days === 0) throw unknownUnit(unit);
  return intervalOf(Number(count) * months, Number(count) * days, 0n);
}

/** Of seconds and milliseconds, with their fraction. @throws VALUE_IS_OUT_OF_RANGE */
export const countOfPart = (count: number, unit: string): Interval =>
  intervalOf(0, 0, rounded(count * Number(MICROS[unit] ?? 0n)));

/** What EXTRACT takes from an interval: the whole units of a part within the next larger one. */
const PARTS: Readonly<Record<string, (i: Interval) => number | bigint>> = {
  millennium: ({ months }) => Math.trunc(months / 12_000),
  century: ({ months }) => Math.trunc(months / 1200),
  decade: ({ months }) => Math.trunc(months / 120),
  year: ({ months }) => Math.trunc(months / 12),
  quarter: ({ months }) => Math.trunc((months % 12) / 3) + 1,
  month: ({ months }) => months % 12,
  day: ({ days }) => days,
  hour: ({ micros }) => micros / MICROS['hour'],
  minute: ({ micros }) => (micros / MICROS['minute']) % 60n,
  second: ({ micros }) => (micros / MICROS_PER_SECOND) % 60n,
  millisecond: ({ micros }) => (micros % MICROS['minute']) / 1000n,
  microsecond: ({ micros }) => micros % MICROS['minute'],
};

export const isIntervalPart = (unit: string): boolean => Object.hasOwn(PARTS, unit);
export const partOfInterval = (interval: Interval, unit: string): bigint => BigInt(PARTS[unit](interval));

/** Microseconds of months of 30 days. @throws VALUE_IS_OUT_OF_RANGE */
export function lengthOf({ months, days, micros }: Interval): bigint {
  const all = BigInt(months * DAYS_PER_MONTH + days) * MICROS_PER_DAY + micros;
  if (BigInt.asIntN(64, all) !== all) throw outOfRange();
  return all;
}

/** Seconds, a year having 365 days and a quarter. */
export function epochOf({ months, days, micros }: Interval): number {
  const ofDays = Math.trunc(months / 12) * 365.25 + (months % 12) * DAYS_PER_MONTH + days;
  return ofDays * SECONDS_PER_DAY + Number(micros) / 1e6;
}

/** Without what is smaller than the unit. */
export function truncateInterval({ months, days, micros }: Interval, unit: string): Interval {
  const ofMonths = MONTHS[unit];
  if (ofMonths !== undefined)
    return { months: Math.trunc(months / ofMonths) * ofMonths, days: 0, micros: 0n };
  const ofDays = DAYS[unit];
  if (ofDays !== undefined) return { months, days: Math.trunc(days / ofDays) * ofDays, micros: 0n };
  const width = MICROS[unit];
  if (width === undefined) throw unknownUnit(unit);
  return { months, days, micros: (micros / width) * width };
}

/** Days of 30 made months, and hours of 24 days, with one sign; the three functions of PostgreSQL. */
export function justified({ months, days, micros }: Interval, what: 'days' | 'hours' | 'interval'): Interval {
  if (what !== 'days') {
    days += Number(micros / MICROS_PER_DAY);
    micros %= MICROS_PER_DAY;
  }
  if (what !== 'hours') {
    months += Math.trunc(days / DAYS_PER_MONTH);
    days %= DAYS_PER_MONTH;
    const below = what === 'interval' && days === 0 ? Number(micros) : days;
    const borrowed = months > 0 && below < 0 ? 1 : months < 0 && below > 0 ? -1 : 0;
    months -= borrowed;
    days += borrowed * DAYS_PER_MONTH;
  }
  if (what !== 'days') {
    const borrowed = days > 0 && micros < 0n ? 1 : days < 0 && micros > 0n ? -1 : 0;
    days -= borrowed;
    micros += BigInt(borrowed) * MICROS_PER_DAY;
  }
  return intervalOf(months, days, micros);
}

/** Digits of the moments that intervals are added to and lie between. */
const MICROSECONDS = 6;

/** Months first, then days, in the clock of the zone; then what time has to pass. */
export function addInterval(ticks: Ticks, { months, days, micros }: Interval, zone: string): Ticks {
  const later = (at: Ticks, count: number, unit: string): Ticks =>
    count === 0 ? at : addUnitsTo(at, count, unit, MICROSECONDS, zone);
  return ticksOfInteger(BigInt(later(later(ticks, months, 'month'), days, 'day')) + micros);
}

/** Whether it leads into the past (-1) or the future (1), or nowhere (0); undefined: parts of it lead in both directions. */
export function directionOf({ months, days, micros }: Interval): -1 | 0 | 1 | undefined {
  const parts = [months, days, Number(micros)];
  const [back, forth] = [parts.some((n) => n < 0), parts.some((n) => n > 0)];
  if (back && forth) return undefined;
  return back ? -1 : forth ? 1 : 0;
}

/**
 * Moments from one on, each by the interval after the one before, up to another.
 * @param most after so many there is an error. @throws BAD_ARGUMENTS for a step that leads nowhere or in both directions; LIMIT_EXCEEDED
 */
export function momentSeries(
  from: Ticks,
  to: Ticks,
  step: Interval,
  isInclusive: boolean,
  zone: string,
  most: number,
): Ticks[] {
  const direction = directionOf(step);
  if (direction === undefined || direction === 0)
    throw new BasaltError(
      'BAD_ARGUMENTS',
      direction === 0 ? 'The step of a series cannot be 0' : 'The step of a series has parts of both signs',
    );
  const end = ticksOfInteger(BigInt(to));
  const isWithin = (at: Ticks): boolean =>
    (direction > 0 ? at < end : at > end) || (isInclusive && at === end);
  const series: Ticks[] = [];
  for (let at = ticksOfInteger(BigInt(from)); isWithin(at); at = addInterval(at, step, zone)) {
    if (series.length === most)
      throw new BasaltError('LIMIT_EXCEEDED', `A series would have more than ${most} moments`);
    series.push(at);
  }
  return series;
}

const negated = ({ months, days, micros }: Interval): Interval => ({
  months: -months || 0,
  days: -days || 0,
  micros: -micros,
});

type Local = { readonly year: number; readonly month: number; readonly day: number; readonly micros: bigint };

function localOf(ticks: Ticks, zone: string): Local {
  const { seconds, fraction } = splitTicks(ticks, MICROSECONDS);
  const local = timeZone(zone).toLocal(seconds);
  const days = Math.floor(local / SECONDS_PER_DAY);
  const micros = BigInt(local - days * SECONDS_PER_DAY) * MICROS_PER_SECOND + BigInt(fraction);
  return { ...civilOf(days), micros };
}

/** Years, months, days and time on the calendar and the clock of a zone, each less that of the earlier moment; days are borrowed from its month. */
export function ageBetween(from: Ticks, to: Ticks, zone: string): Interval {
  if (to < from) return negated(ageBetween(to, from, zone));
  const [a, b] = [localOf(from, zone), localOf(to, zone)];
  let months = (b.year - a.year) * 12 + b.month - a.month;
  let days = b.day - a.day;
  let micros = b.micros - a.micros;
  if (micros < 0n) {
    micros += MICROS_PER_DAY;
    days -= 1;
  }
  for (; days < 0; months--) days += daysInMonth(a.year, a.month);
  return intervalOf(months, days, micros);
}

/** Days that have passed between two moments on the clock of a zone, and the rest. */
export function daysBetween(from: Ticks, to: Ticks, zone: string): Interval {
  const micros = BigInt(to) - BigInt(from);
  if (timeZone(zone) === UTC) return intervalOf(0, Number(micros / MICROS_PER_DAY), micros % MICROS_PER_DAY);
  if (to < from) return negated(daysBetween(to, from, zone));
  const days = wholeUnits(from, to, 'day', MICROSECONDS, zone);
  const last = addUnitsTo(from, days, 'day', MICROSECONDS, zone);
  return intervalOf(0, days, BigInt(to) - BigInt(last));
}
