/** Weeks as MySQL numbers them, Julian days, offsets of zones, and starts counted from an origin. */

import { BasaltError } from '../../base/error.ts';
import { civilOf, daysOf, isLeap, isoWeekday, SECONDS_PER_DAY } from '../calendar.ts';
import { implement, TICKS, TWO_TICKS } from '../implementation.ts';
import type { Implementation, Scalar } from '../row.ts';
import { joinTicks, splitTicks, type Ticks } from '../ticks.ts';
import { dateText, parseDate } from '../time-text.ts';
import { type LocalTime, timeZone } from '../time-zone.ts';
import { addUnitsTo, wholeUnits } from './time.ts';

const daysInYear = (year: number): number => (isLeap(year) ? 366 : 365);

/** Bits of a mode: weeks begin on Monday; a week belongs to a year, none is 0; the first has the year's first such day; it has January 1st. */
const [MONDAY, OF_YEAR, FIRST_DAY, NEW_YEAR] = [1, 2, 4, 8];

/** Number of the week and its year (MySQL's calc_week). */
function weekOf(days: number, given: number): { readonly year: number; readonly week: number } {
  if ((given & NEW_YEAR) !== 0) return weekOfNewYear(days, (given & MONDAY) !== 0);
  // Where weeks begin on Sunday the rule of the first week turns round.
  const mode = (given & MONDAY) !== 0 ? given : given ^ FIRST_DAY;
  const [monday, firstDay] = [(mode & MONDAY) !== 0, (mode & FIRST_DAY) !== 0];
  let ofYear = (mode & OF_YEAR) !== 0;
  let { year } = civilOf(days);
  const { month, day } = civilOf(days);
  const newYear = daysOf(year, 1, 1);
  let weekday = weekdayOf(newYear, monday);
  if (month === 1 && day <= 7 - weekday) {
    if (!ofYear && ((firstDay && weekday !== 0) || (!firstDay && weekday >= 4))) return { year, week: 0 };
    ofYear = true;
    year -= 1;
    weekday = (weekday + 53 * 7 - daysInYear(year)) % 7;
  }
  const first = daysOf(year, 1, 1);
  const late = firstDay ? weekday !== 0 : weekday >= 4;
  const since = late ? days - (first + 7 - weekday) : days - (first - weekday);
  if (ofYear && since >= 52 * 7) {
    const next = (weekday + daysInYear(year)) % 7;
    if ((!firstDay && next < 4) || (firstDay && next === 0)) return { year: year + 1, week: 1 };
  }
  return { year, week: Math.floor(since / 7) + 1 };
}

/** 0 is the day weeks begin with. */
const weekdayOf = (days: number, monday: boolean): number =>
  monday ? isoWeekday(days) - 1 : isoWeekday(days) % 7;

/** The first week is the one with January 1st. */
function weekOfNewYear(days: number, monday: boolean): { readonly year: number; readonly week: number } {
  const start = days - weekdayOf(days, monday);
  const { year } = civilOf(start + 6);
  const first = daysOf(year, 1, 1);
  return { year, week: (start - (first - weekdayOf(first, monday))) / 7 + 1 };
}

/** Modified Julian days of 1970-01-01, and of the first and last day that has four digits of a year. */
const EPOCH = 40_587;
const FIRST = daysOf(0, 1, 1);
const LAST = daysOf(9999, 12, 31);

const julianText = (julian: number): string | null => {
  const days = julian - EPOCH;
  return days >= FIRST && days <= LAST ? dateText(days) : null;
};

function julianOf(text: string): number | null {
  const days = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseDate(text) : undefined;
  return days === undefined ? null : days + EPOCH;
}

const orFail =
  <A extends Scalar, B>(convert: (value: A) => B | null, fail: (value: A) => BasaltError) =>
  (value: A): B => {
    const found = convert(value);
    if (found === null) throw fail(value);
    return found;
  };

/** The start of the `count` units, counted from `origin`, that a moment lies in. */
function truncateFrom(
  ticks: Ticks,
  origin: Ticks,
  unit: string,
  count: number,
  precision: number,
  zone: string,
): Ticks {
  if (origin > ticks)
    throw new BasaltError('BAD_ARGUMENTS', 'The origin must be before the end date / date with time');
  const whole = wholeUnits(origin, ticks, unit, precision, zone);
  return addUnitsTo(origin, whole - (whole % count), unit, precision, zone);
}

function secondsMoved(ticks: Ticks, precision: number, move: (seconds: number) => number): Ticks {
  const { seconds, fraction } = splitTicks(ticks, precision);
  return joinTicks(move(seconds), fraction, precision);
}

export const WEEKS: readonly Implementation[] = [
  // days, mode.
  implement('week_of_mode', ['i64', 'i64'], 'i64', (days: number, mode: number) => weekOf(days, mode).week),
  implement('year_week_of_mode', ['i64', 'i64'], 'i64', (days: number, mode: number) => {
    const { year, week } = weekOf(days, mode | OF_YEAR);
    return year * 100 + week;
  }),
  // Monday is 1, or 0, or Sunday is 0, or 1.
  implement('weekday_of_mode', ['i64', 'i64'], 'i64', (days: number, mode: number) => {
    const kind = mode & 3;
    const fromSunday = kind >= 2 ? isoWeekday(days) % 7 : isoWeekday(days) - 1;
    return fromSunday + (kind === 0 || kind === 3 ? 1 : 0);
  }),
  implement('julian_text_null', ['i64'], 'str', julianText),
  implement(
    'julian_text_checked',
    ['i64'],
    'str',
    orFail(
      julianText,
      (day: number) =>
        new BasaltError('VALUE_IS_OUT_OF_RANGE', `The Julian day ${day} is not in the years 0 to 9999`),
    ),
  ),
  implement('julian_day_null', ['str'], 'i64', julianOf),
  implement(
    'julian_day_checked',
    ['str'],
    'i64',
    orFail(
      julianOf,
      (text: string) =>
        new BasaltError('CANNOT_PARSE_INPUT', `Cannot read '${text.slice(0, 100)}' as a date`, {
          hint: 'Write dates as 2020-01-31',
        }),
    ),
  ),
  // ticks, precision, zone.
  implement(
    'zone_offset',
    ['i64', 'i64', 'str'],
    'i64',
    (ticks: Ticks, precision: number, zone: string) =>
      timeZone(zone).offsetAt(splitTicks(ticks, precision).seconds),
    TICKS,
  ),
  // What clocks of the zone show, as if it were UTC; and back, with what times of gaps and overlaps mean.
  implement(
    'utc_to_local',
    ['i64', 'i64', 'str'],
    'i64',
    (ticks: Ticks, precision: number, zone: string) =>
      secondsMoved(ticks, precision, (seconds) => timeZone(zone).toLocal(seconds)),
    TICKS,
  ),
  implement(
    'local_to_utc',
    ['i64', 'i64', 'str', 'str'],
    'i64',
    (ticks: Ticks, precision: number, zone: string, localTime: Exclude<LocalTime, 'strict'>) =>
      secondsMoved(ticks, precision, (seconds) => timeZone(zone).read(seconds, localTime)),
    TICKS,
  ),
  // The same time of the second day of 1970 there.
  implement(
    'time_of_day',
    ['i64', 'i64', 'str'],
    'i64',
    (ticks: Ticks, precision: number, zone: string) => {
      const local = timeZone(zone).toLocal(splitTicks(ticks, precision).seconds);
      const second = ((local % SECONDS_PER_DAY) + SECONDS_PER_DAY) % SECONDS_PER_DAY;
      return timeZone(zone).read(SECONDS_PER_DAY + second, 'earliest');
    },
    TICKS,
  ),
  // ticks, origin, unit, count, precision, zone.
  implement('trunc_ticks_from', ['i64', 'i64', 'str', 'i64', 'i64', 'str'], 'i64', truncateFrom, TWO_TICKS),
];
