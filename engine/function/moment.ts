/**
 * Builds expressions over moments (timestamps, and dates as midnight UTC): cutting, moving, parts.
 *
 * Cuts of fixed width in UTC become `floor_ticks`, which has a kernel and which plan rules turn into ranges;
 * everything that depends on the calendar or a zone becomes `trunc_ticks`.
 */

import { BasaltError } from '../base/error.ts';
import type { Expr } from '../plan/expr.ts';
import { INT64, type LogicalType, notNull, timestamp } from '../type/type.ts';
import { apply, int, text } from './call.ts';
import { cast, rescale, WIDEN } from './cast.ts';
import { type LocalTime, timeZone } from './time-zone.ts';

const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 7 * 86_400,
};

export const CUT_UNITS: readonly string[] = [
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
];

/** 1970-01-05 was a Monday. */
const MONDAY_SECONDS = 4 * 86_400;

/** Digits a number of ticks keeps exact for centuries; finer timestamps are computed at this precision. */
const EXACT_PRECISION = 6;

export const zoneOf = (type: LogicalType, sessionZone: string): string =>
  type.zone ?? (type.id === 'date' ? 'UTC' : sessionZone);

/** A moment with ticks: dates become midnight UTC at second precision. */
export function ticksOf(moment: Expr): { readonly ticks: Expr; readonly precision: number } {
  if (moment.type.id === 'date')
    return { ticks: cast(moment, timestamp(0, false, 'UTC'), WIDEN), precision: 0 };
  const precision = moment.type.precision ?? 3;
  if (precision <= EXACT_PRECISION) return { ticks: moment, precision };
  const coarse = timestamp(EXACT_PRECISION, moment.type.nullable, moment.type.zone);
  return { ticks: rescale(moment, precision, EXACT_PRECISION, notNull(coarse)), precision: EXACT_PRECISION };
}

/** Milliseconds since the epoch as a timestamp: a literal, where they are one. */
export function momentOfMs(ms: Expr, type: LogicalType): Expr {
  const precision = type.precision ?? 3;
  if (ms.kind !== 'literal' || typeof ms.value !== 'bigint') return rescale(ms, 3, precision, type);
  const ticks =
    precision >= 3
      ? ms.value * 10n ** BigInt(precision - 3)
      : floorDiv(ms.value, 10n ** BigInt(3 - precision));
  return { kind: 'literal', value: ticks, type };
}

const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

/** The start of the `count` units the moment lies in, as a timestamp of the same precision. */
export function truncateMoment(moment: Expr, unit: string, count: number, zone: string): Expr {
  const { ticks, precision } = ticksOf(moment);
  const type = notNull(ticks.type);
  const scale = 10 ** precision;
  const seconds = SECONDS[unit];
  const clockOnly = unit === 'second' || (unit === 'minute' && 60 % count === 0 && wholeMinutes(zone));
  const cut =
    seconds !== undefined && (timeZone(zone).name === 'UTC' || clockOnly)
      ? apply(
          'floor_ticks',
          [ticks, cutWidth(seconds * count, precision), int(unit === 'week' ? MONDAY_SECONDS * scale : 0)],
          type,
        )
      : count === 1
        ? apply('trunc_ticks', [ticks, text(unit), int(precision), text(zone)], type)
        : apply('trunc_ticks_by', [ticks, text(unit), int(precision), text(zone), int(count)], type);
  const wanted = moment.type.precision ?? precision;
  return wanted === precision ? cut : rescale(cut, precision, wanted, notNull(moment.type));
}

/**
 * Ticks of so many seconds and milliseconds. @throws BAD_ARGUMENTS for more than 64 bits hold, some 292,000 years of microseconds,
 * and for parts of a tick
 */
export function cutWidth(seconds: number, precision: number, ms = 0): Expr {
  const ticks = seconds * 10 ** precision + (ms * 10 ** precision) / 1000;
  if (ticks < 2 ** 63 && Number.isInteger(ticks)) return int(ticks);
  throw new BasaltError('BAD_ARGUMENTS', `Time cannot be cut into pieces of ${seconds + ms / 1000} seconds`);
}

/** Cutting to minutes needs no zone where offsets are whole quarters of an hour, as all are today; UTC always. */
const wholeMinutes = (zone: string): boolean => timeZone(zone).isFixed;

export function extractPart(moment: Expr, unit: string, zone: string, type: LogicalType): Expr {
  const { ticks, precision } = ticksOf(moment);
  return apply(
    'extract_ticks',
    [ticks, text(unit), int(precision), text(moment.type.id === 'date' ? 'UTC' : zone)],
    type,
  );
}

/** The moment `count` units later; dates stay dates for days and longer. `localTime`: where a day's clock has no such time. */
export function addUnits(
  moment: Expr,
  count: Expr,
  unit: string,
  zone: string,
  localTime: LocalTime = 'forward',
): Expr {
  const wholeDays =
    unit === 'day' || unit === 'week' || unit === 'month' || unit === 'quarter' || unit === 'year';
  if (moment.type.id === 'date' && wholeDays) {
    return apply('add_days', [moment, count, text(unit)], notNull(moment.type));
  }
  const raw = moment.type.id === 'date' ? ticksOf(moment).ticks : moment;
  const precision = raw.type.precision ?? 3;
  const digits = FRACTION_DIGITS[unit];
  const seconds = SECONDS[unit];
  const fixed =
    digits !== undefined || (seconds !== undefined && (timeZone(zone).name === 'UTC' || seconds <= 3600));
  return fixed
    ? addTicks(raw, count, digits === undefined ? precision : Math.max(precision, digits), seconds, digits)
    : addCalendar(raw, count, unit, zone, localTime);
}

/** Units of fixed length are so many ticks, at any precision. */
function addTicks(
  raw: Expr,
  count: Expr,
  precision: number,
  seconds: number | undefined,
  digits: number | undefined,
): Expr {
  const fine = rescale(raw, raw.type.precision ?? 3, precision, timestamp(precision, false, raw.type.zone));
  const width =
    digits === undefined
      ? BigInt(seconds ?? 0) * 10n ** BigInt(precision)
      : 10n ** BigInt(precision - digits);
  return apply('add_wrap_i64', [fine, apply('mul_wrap_i64', [count, int(width)], INT64)], notNull(fine.type));
}

/** Calendar units move the day; digits too fine to compute with are put back afterwards. */
function addCalendar(raw: Expr, count: Expr, unit: string, zone: string, localTime: LocalTime): Expr {
  const { ticks, precision } = ticksOf(raw);
  const moved = apply(
    'add_ticks',
    [ticks, count, text(unit), int(precision), text(zone), text(localTime)],
    notNull(ticks.type),
  );
  const wanted = raw.type.precision ?? precision;
  if (wanted === precision) return moved;
  const type = notNull(raw.type);
  const rest = apply('sub_wrap_i64', [raw, rescale(ticks, precision, wanted, type)], INT64);
  return apply('add_wrap_i64', [rescale(moved, precision, wanted, type), rest], type);
}

const FRACTION_DIGITS: Readonly<Record<string, number>> = { millisecond: 3, microsecond: 6, nanosecond: 9 };

/** Borders of a unit between two moments, or whole units that have passed (`age_ticks`). */
export function difference(
  fn: 'diff_ticks' | 'age_ticks',
  from: Expr,
  to: Expr,
  unit: string,
  zone: string,
  type: LogicalType,
): Expr {
  const [a, b] = [ticksOf(from), ticksOf(to)];
  const precision = Math.max(a.precision, b.precision);
  const at = (m: { ticks: Expr; precision: number }): Expr =>
    rescale(m.ticks, m.precision, precision, timestamp(precision));
  return apply(fn, [at(a), at(b), text(unit), int(precision), text(zone)], type);
}
