/**
 * What the fields of a pattern say about a moment, as ClickHouse puts them together: a day without a year is one of 2000, a time without a
 * day one of 1970-01-01; of month, day of the year and week the last that was read counts.
 */

import { daysInMonth, daysOf, isLeap, isoWeekday, SECONDS_PER_DAY } from './calendar.ts';
import type { TimeZone } from './time-zone.ts';

/** Years of moments without a day, and of days without a year. */
const [WITHOUT_DAY, WITHOUT_YEAR] = [1970, 2000];

export type Moment = { readonly seconds: number; readonly micros: number };

export class MomentParts {
  #year: number | undefined;
  #month = 1;
  #day = 1;
  #dayOfYear = 1;
  #week = 1;
  #weekday = 1;
  #by: 'nothing' | 'month' | 'day of year' | 'week' = 'nothing';
  #hour = 0;
  #half: 'am' | 'pm' | undefined;
  minute = 0;
  second = 0;
  micros = 0;
  /** Seconds ahead of UTC. */
  offset: number | undefined;
  zone: TimeZone | undefined;

  set year(year: number) {
    this.#year = year;
  }

  set month(month: number) {
    this.#month = month;
    this.#by = 'month';
  }

  set day(day: number) {
    this.#day = day;
    this.#by = 'month';
  }

  set dayOfYear(day: number) {
    this.#dayOfYear = day;
    this.#by = 'day of year';
  }

  set week(week: number) {
    this.#week = week;
    this.#by = 'week';
  }

  /** 1 is Monday. */
  set weekday(day: number) {
    this.#weekday = day;
    this.#by = 'week';
  }

  set hour(hour: number) {
    this.#hour = hour;
  }

  set half(half: 'am' | 'pm') {
    this.#half = half;
  }

  /** undefined: there is no such day or time. */
  moment(zone: TimeZone): Moment | undefined {
    const days = this.#days();
    const hour = this.#half === undefined ? this.#hour : (this.#hour % 12) + (this.#half === 'pm' ? 12 : 0);
    if (days === undefined || hour > 23 || this.minute > 59 || this.second > 59) return undefined;
    const local = days * SECONDS_PER_DAY + hour * 3600 + this.minute * 60 + this.second;
    const seconds =
      this.offset === undefined ? (this.zone ?? zone).read(local, 'earliest') : local - this.offset;
    return { seconds, micros: this.micros };
  }

  #days(): number | undefined {
    const year = this.#year ?? (this.#by === 'nothing' ? WITHOUT_DAY : WITHOUT_YEAR);
    if (this.#by === 'day of year') {
      const isDay = this.#dayOfYear >= 1 && this.#dayOfYear <= (isLeap(year) ? 366 : 365);
      return isDay ? daysOf(year, 1, 1) + this.#dayOfYear - 1 : undefined;
    }
    if (this.#by === 'week') {
      const isWeek = this.#week >= 1 && this.#week <= 53;
      // The first week is the one with January 4th.
      const fourth = daysOf(year, 1, 4);
      return isWeek ? fourth - isoWeekday(fourth) + (this.#week - 1) * 7 + this.#weekday : undefined;
    }
    const isDay =
      this.#month >= 1 && this.#month <= 12 && this.#day >= 1 && this.#day <= daysInMonth(year, this.#month);
    return isDay ? daysOf(year, this.#month, this.#day) : undefined;
  }
}

/** Two digits of a year. */
export const yearOfTwo = (two: number): number => (two >= 70 ? 1900 : 2000) + two;

/** Seconds of `+0300`, `-03:30`. */
export function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(text)!;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes ?? 0) * 60);
}
