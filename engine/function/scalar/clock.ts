/** Functions of times of day: SQL's, in microseconds up to 24:00:00, and ClickHouse's, which go on in both directions. */

import { BasaltError } from '../../base/error.ts';
import { SECONDS_PER_DAY } from '../calendar.ts';
import { MICROS_OF_DAY, MICROS_PER_SECOND, withinClock } from '../clock-text.ts';
import { BIG, implement, TICKS } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { joinTicks, splitTicks, type Ticks, ticksAt } from '../ticks.ts';
import { timeZone } from '../time-zone.ts';

const WIDTHS: Readonly<Record<string, bigint>> = {
  hour: 3600n * MICROS_PER_SECOND,
  minute: 60n * MICROS_PER_SECOND,
  second: MICROS_PER_SECOND,
  millisecond: 1000n,
  microsecond: 1n,
};
/** What a unit is counted within. */
const AROUND: Readonly<Record<string, bigint>> = {
  minute: WIDTHS['hour'],
  second: WIDTHS['minute'],
  millisecond: WIDTHS['minute'],
  microsecond: WIDTHS['minute'],
};

/** Units that a time of day has. */
export const isClockUnit = (unit: string): boolean => Object.hasOwn(WIDTHS, unit);

export const CLOCK: readonly Implementation[] = [
  // ticks, their precision, zone, digits of the time.
  implement(
    'ticks_to_clock',
    ['i64', 'i64', 'str', 'i64'],
    'i64',
    (ticks: Ticks, precision: number, zone: string, digits: number) => {
      const { seconds, fraction } = splitTicks(ticks, precision);
      const local = timeZone(zone).toLocal(seconds);
      const second = local - Math.floor(local / SECONDS_PER_DAY) * SECONDS_PER_DAY;
      return ticksAt(joinTicks(second, fraction, precision), precision, digits);
    },
    TICKS,
  ),
  // ticks, their precision.
  implement(
    'clock_within',
    ['i64', 'i64'],
    'i64',
    (ticks: bigint, precision: bigint) => withinClock(ticks, Number(precision)),
    BIG,
  ),
  // Microseconds of a day, and more of them or fewer: those of a day again.
  implement(
    'clock_turned',
    ['i64', 'i64'],
    'i64',
    (micros: bigint, by: bigint) => (((micros + by) % MICROS_OF_DAY) + MICROS_OF_DAY) % MICROS_OF_DAY,
    BIG,
  ),
  // Microseconds of a day, unit.
  implement(
    'clock_part',
    ['i64', 'str'],
    'i64',
    (micros: bigint, unit: string) => (micros % (AROUND[unit] ?? 2n * MICROS_OF_DAY)) / WIDTHS[unit],
    BIG,
  ),
  // Their sum, and how many: what lies between two microseconds is the earlier one.
  implement(
    'clock_average',
    ['i64', 'i64'],
    'i64',
    (sum: bigint, count: bigint) => (2n * sum + count - 1n) / (2n * count),
    BIG,
  ),
  // Two of them, unit: borders between them, or whole units.
  implement(
    'clock_borders',
    ['i64', 'i64', 'str'],
    'i64',
    (from: bigint, to: bigint, unit: string) => to / WIDTHS[unit] - from / WIDTHS[unit],
    BIG,
  ),
  implement(
    'clock_units',
    ['i64', 'i64', 'str'],
    'i64',
    (from: bigint, to: bigint, unit: string) => (to - from) / WIDTHS[unit],
    BIG,
  ),
  // hour, minute, second. @throws BAD_ARGUMENTS where there is no such time
  implement('make_clock', ['i64', 'i64', 'f64'], 'i64', (hour: number, minute: number, second: number) => {
    const micros = Math.round(((hour * 60 + minute) * 60 + second) * 1e6);
    const isTime = hour >= 0 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
    if (isTime && micros <= Number(MICROS_OF_DAY)) return micros;
    throw new BasaltError('BAD_ARGUMENTS', `There is no time ${hour}:${minute}:${second}`);
  }),
];
