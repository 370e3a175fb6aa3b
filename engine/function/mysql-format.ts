/**
 * MySQL-style patterns (`%Y-%m-%d %H:%i:%S`), ClickHouse's formatDateTime and DuckDB's strftime, on microseconds.
 */

import { BasaltError } from '../base/error.ts';
import { civilOf, daysOf, isoWeek, isoWeekday, SECONDS_PER_DAY } from './calendar.ts';
import { DAY_NAMES, MONTH_NAMES } from './joda.ts';
import type { TimeZone } from './time-zone.ts';

const two = (n: number): string => String(n).padStart(2, '0');

/** @param micros of the second */
export function formatMysql(seconds: number, micros: number, pattern: string, zone: TimeZone): string {
  const local = zone.toLocal(seconds);
  const days = Math.floor(local / SECONDS_PER_DAY);
  const second = local - days * SECONDS_PER_DAY;
  const hour = Math.floor(second / 3600);
  const minute = Math.floor(second / 60) % 60;
  const { year, month, day } = civilOf(days);
  const twelve = hour % 12 === 0 ? 12 : hour % 12;
  const half = hour < 12 ? 'AM' : 'PM';
  const clock = `${two(hour)}:${two(minute)}`;
  const offset = zone.offsetAt(seconds);
  const fields: Record<string, () => string> = {
    Y: () => String(year).padStart(4, '0'),
    y: () => two(((year % 100) + 100) % 100),
    C: () => two(Math.floor(year / 100)),
    m: () => two(month),
    c: () => two(month),
    d: () => two(day),
    e: () => String(day),
    D: () => `${two(month)}/${two(day)}/${two(((year % 100) + 100) % 100)}`,
    F: () => `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`,
    H: () => two(hour),
    k: () => String(hour).padStart(2, ' '),
    I: () => two(twelve),
    h: () => two(twelve),
    l: () => String(twelve).padStart(2, ' '),
    i: () => two(minute),
    M: () => MONTH_NAMES[month - 1],
    b: () => MONTH_NAMES[month - 1].slice(0, 3),
    S: () => two(second % 60),
    s: () => two(second % 60),
    f: () => String(micros).padStart(6, '0'),
    p: () => half,
    R: () => clock,
    r: () => `${two(twelve)}:${two(minute)} ${half}`,
    T: () => `${clock}:${two(second % 60)}`,
    a: () => DAY_NAMES[isoWeekday(days) - 1].slice(0, 3),
    W: () => DAY_NAMES[isoWeekday(days) - 1],
    u: () => String(isoWeekday(days)),
    w: () => String(isoWeekday(days) % 7),
    j: () => String(days - daysOf(year, 1, 1) + 1).padStart(3, '0'),
    G: () => String(isoWeek(days).year),
    g: () => two(isoWeek(days).year % 100),
    V: () => two(isoWeek(days).week),
    Q: () => String(Math.floor((month - 1) / 3) + 1),
    z: () =>
      `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 3600))}${two(Math.floor(Math.abs(offset) / 60) % 60)}`,
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
  };
  return pattern.replace(/%(.)/gs, (_, letter: string) => {
    const field = fields[letter];
    if (field === undefined)
      throw new BasaltError('BAD_ARGUMENTS', `The time pattern %${letter} is not known`);
    return field();
  });
}
