/** What SQL's INTERVAL and TIME are made of, and what is taken from them. Of the standard dialect. */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import {
  array,
  DURATION,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  type LogicalType,
  TIME,
  timestamp,
} from '../../type/type.ts';
import { apply, bool, int, nullOf, text } from '../call.ts';
import { cast, retype, WIDEN } from '../cast.ts';
import { DURATION_UNITS, isIntervalPart } from '../interval.ts';
import { momentOfMs } from '../moment.ts';
import type { Argument, Expansion, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { isClockUnit } from '../scalar/clock.ts';
import { unknownUnit } from '../scalar/time.ts';
import { scalar } from '../signature.ts';
import { betweenMoments, isDuration, isTime, micros, momentType, plusInterval } from './duration-operator.ts';

/** EXTRACT and its kin, of an interval or a time of day. @throws BAD_ARGUMENTS */
export function partOfDuration(
  arg: Argument,
  unit: string,
): ({ readonly casts: readonly LogicalType[] } & Expansion) | undefined {
  if (!isDuration(arg) && !isTime(arg)) return undefined;
  const casts = [arg.type];
  if (unit === 'epoch')
    return {
      casts,
      build: ([value]) => (isDuration(arg) ? apply('interval_epoch', [value], FLOAT64) : perSecond(value)),
    };
  const [fn, isKnown] = isDuration(arg)
    ? (['interval_part', isIntervalPart(unit)] as const)
    : (['clock_part', isClockUnit(unit)] as const);
  if (!isKnown)
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `${isTime(arg) ? 'A TIME' : 'An INTERVAL'} has no ${unit}`,
      isTime(arg) ? { hint: 'Use hour, minute, second, millisecond, microsecond or epoch' } : {},
    );
  return { casts, build: ([value]) => apply(fn, [value, text(unit)], INT64) };
}

const perSecond = (time: Expr): Expr =>
  apply('div_f64', [apply('i64_to_f64', [time], FLOAT64), MILLION], FLOAT64);
const MILLION: Expr = { kind: 'literal', value: 1e6, type: FLOAT64 };

/** Microseconds at another precision, cut off towards zero. @throws VALUE_IS_OUT_OF_RANGE */
const atPrecision = (count: Expr, precision: 3 | 6 | 9): Expr =>
  precision === 6
    ? count
    : apply(precision === 3 ? 'div_checked_i64' : 'mul_checked_i64', [count, int(1000)], INT64);

/** Milliseconds and the like since the epoch, of an interval or of a time of day. */
export const epochOf =
  (precision: 3 | 6 | 9): Resolve =>
  ([arg, ...more], context) => {
    if (arg === undefined || more.length > 0 || context.dialect !== 'standard') return undefined;
    const type = isDuration(arg) || isTime(arg) ? arg.type : momentType(arg, context);
    if (type === undefined) return undefined;
    const microsOf = (value: Expr): Expr => {
      if (isDuration(arg)) return apply('interval_length', [value], INT64);
      return retype(isTime(arg) ? value : micros(value), { ...INT64, nullable: value.type.nullable });
    };
    return { casts: [type], build: ([value]) => atPrecision(microsOf(value), precision) };
  };

/** Seconds since the epoch with their fraction. */
export const epochSeconds: Resolve = (args, context) => {
  // An interval of a year has as many seconds as the mean one.
  if (args.length === 1 && isDuration(args[0])) return partOfDuration(args[0], 'epoch');
  const found = epochOf(6)(args, context);
  if (found?.build === undefined) return undefined;
  const { casts, build } = found;
  return {
    casts,
    build: (values) => {
      const micros = build(values);
      const float = apply('i64_to_f64', [micros], { ...FLOAT64, nullable: micros.type.nullable });
      return apply('div_f64', [float, { kind: 'literal', value: 1e6, type: FLOAT64 }], float.type);
    },
  };
};

/** date_trunc of an interval. */
export const truncatedDuration = (unit: string, args: readonly Argument[]): ReturnType<Resolve> => {
  if (args.length !== 2 || !isDuration(args[1])) return undefined;
  if (!DURATION_UNITS.includes(unit)) throw unknownUnit(unit);
  return {
    casts: args.map(({ type }) => type),
    build: ([, interval]) => apply('interval_trunc', [interval, text(unit)], DURATION),
  };
};

/** date_diff and date_sub of two times of day. @param fn of borders or of whole units */
export function betweenTimes(
  unit: string,
  args: readonly Argument[],
  fn: 'clock_borders' | 'clock_units',
): ReturnType<Resolve> {
  if (args.length !== 3 || !args.slice(1).every((arg) => arg.type.id === 'time')) return undefined;
  // ClickHouse's have no such functions.
  if (args.slice(1).some(({ type }) => type.precision !== undefined)) return undefined;
  if (!isClockUnit(unit)) throw unknownUnit(unit);
  return {
    casts: args.map(({ type }) => type),
    build: ([, from, to]) => apply(fn, [from, to, text(unit)], INT64),
  };
}

/** Units whose count may have a fraction. */
const FRACTIONAL: ReadonlySet<string> = new Set(['second', 'millisecond']);

/** So many of a unit. Numbers with fractions lose them but for seconds and milliseconds. */
export function durationOf(count: Expr, unit: string): Expr {
  const { type } = count;
  const isPart = FRACTIONAL.has(unit) && (isFloat(type) || type.id === 'decimal');
  if (isPart) {
    const float = cast(count, FLOAT64, WIDEN);
    return apply('interval_of_f64', [float, text(unit)], DURATION);
  }
  const whole = isInteger(type) ? count : cast(cast(count, FLOAT64, WIDEN), INT64, WIDEN);
  return apply('interval_of_i64', [cast(whole, INT64, WIDEN), text(unit)], DURATION);
}

const counted =
  (unit: string): Resolve =>
  ([count, ...more]) => {
    if (count === undefined || more.length > 0) return undefined;
    if (count.type.id === 'null') return { casts: [count.type], build: () => nullOf(DURATION) };
    const fits = FRACTIONAL.has(unit) ? isNumeric(count.type) : isInteger(count.type);
    return fits ? { casts: [count.type], build: ([value]) => durationOf(value, unit) } : undefined;
  };

/** Moments as an array, each by the interval after the one before. */
export const momentsBetween =
  (isInclusive: boolean): Resolve =>
  (args, context) => {
    const [from, to, step] = args;
    if (args.length !== 3 || !isDuration(step) || context.dialect !== 'standard') return undefined;
    const types = [from, to].map((arg) => momentType(arg, context));
    if (types.includes(undefined)) return undefined;
    return {
      casts: [...(types as LogicalType[]), step.type],
      build: ([first, last, by]) =>
        apply(
          'moment_series',
          [micros(first), micros(last), by, bool(isInclusive), text(context.timeZone)],
          array(timestamp(6, true)),
        ),
    };
  };

const justified =
  (fn: string): Resolve =>
  (args) =>
    args.length === 1 && isDuration(args[0]) ? { fn, casts: [args[0].type], type: DURATION } : undefined;

const age: Resolve = (args, context) => {
  if (args.length !== 1) return betweenMoments('interval_age')(args, context);
  const now = timestamp(6);
  const midnight = (): Expr =>
    cast(
      cast(momentOfMs(context.nowMs, now), { id: 'date', nullable: false }, inZone(context)),
      now,
      inZone(context),
    );
  const found = betweenMoments('interval_age')([{ type: now }, args[0]], context);
  return found?.build === undefined
    ? undefined
    : { casts: [found.casts[1]], build: ([from]) => found.build([midnight(), from]) };
};

const inZone = ({ timeZone }: ResolveContext) => ({ ...WIDEN, timeZone });

const makeTime: Resolve = (args) =>
  args.length === 3 && isInteger(args[0].type) && isInteger(args[1].type) && isNumeric(args[2].type)
    ? {
        fn: 'make_clock',
        casts: args.map(({ type }, i) => ({ ...(i < 2 ? INT64 : FLOAT64), nullable: type.nullable })),
        type: TIME,
      }
    : undefined;

const localTime: Resolve = (args, context) =>
  args.length === 0
    ? { casts: [], build: () => cast(momentOfMs(context.nowMs, timestamp(6)), TIME, inZone(context)) }
    : undefined;

/** Name, unit, how many, what that is. */
const COUNTED: readonly (readonly [name: string, unit: string, count: string, result: string])[] = [
  ['to_microseconds', 'microsecond', '1500', '00:00:00.0015'],
  ['to_milliseconds', 'millisecond', '1.5', '00:00:00.0015'],
  ['to_seconds', 'second', '90.5', '00:01:30.5'],
  ['to_minutes', 'minute', '90', '01:30:00'],
  ['to_hours', 'hour', '36', '36:00:00'],
  ['to_days', 'day', '45', '45 days'],
  ['to_weeks', 'week', '2', '14 days'],
  ['to_months', 'month', '14', '1 year 2 months'],
  ['to_quarters', 'quarter', '1', '3 months'],
  ['to_years', 'year', '1', '1 year'],
  ['to_decades', 'decade', '1', '10 years'],
  ['to_centuries', 'century', '1', '100 years'],
  ['to_millennia', 'millennium', '1', '1000 years'],
];

const standard = (...names: readonly string[]): FunctionRow['names'] => ({ standard: names });
const asText = (sql: string): string => `SELECT CAST(${sql} AS VARCHAR)`;

const JUSTIFIED: readonly (readonly [string, string, string, string, string])[] = [
  ['justify_days', 'interval_justify_days', 'Days, 30 at a time, as months.', '35 days', '1 month 5 days'],
  ['justify_hours', 'interval_justify_hours', 'Hours, 24 at a time, as days.', '27 hours', '1 day 03:00:00'],
  [
    'justify_interval',
    'interval_justify_interval',
    'Hours as days and days as months, all of one sign.',
    '1 month -1 hour',
    '29 days 23:00:00',
  ],
  [
    'normalized_interval',
    'interval_normal',
    'The interval as it is compared: with months of 30 days.',
    '45 days 36 hours',
    '1 month 16 days 12:00:00',
  ],
];

export const DURATIONS: readonly FunctionRow[] = [
  ...COUNTED.map(([name, unit, count, result]) =>
    scalar(
      standard(name),
      counted(unit),
      `${name}(count)`,
      `An INTERVAL of so many ${name.slice(3)}.`,
      asText(`${name}(${count})`),
      result,
    ),
  ),
  ...JUSTIFIED.map(([name, fn, doc, interval, result]) =>
    scalar(
      standard(name),
      justified(fn),
      `${name}(interval)`,
      doc,
      asText(`${name}(INTERVAL '${interval}')`),
      result,
    ),
  ),
  scalar(
    standard('age'),
    age,
    'age(moment [, from])',
    'Months, days and time between two moments; the first one alone: up to midnight of today.',
    asText("age(TIMESTAMP '2024-03-01 12:00:00', TIMESTAMP '2024-01-31 00:00:00')"),
    '1 month 1 day 12:00:00',
  ),
  ...([6, 9] as const).map((precision) =>
    scalar(
      standard(precision === 6 ? 'epoch_us' : 'epoch_ns'),
      epochOf(precision),
      `epoch_${precision === 6 ? 'us' : 'ns'}(value)`,
      `${precision === 6 ? 'Microseconds' : 'Nanoseconds'} since the epoch, or of an interval or a time.`,
      `SELECT epoch_${precision === 6 ? 'us' : 'ns'}(TIMESTAMP '1970-01-01 00:00:01')`,
      precision === 6 ? '1000000' : '1000000000',
    ),
  ),
  scalar(
    standard('date_add'),
    plusInterval(1),
    'date_add(moment, interval)',
    'The moment that much later.',
    "SELECT date_add(TIMESTAMP '2024-01-31 00:00:00', INTERVAL 1 MONTH)",
    '2024-02-29 00:00:00.000000',
  ),
  scalar(
    standard('make_time'),
    makeTime,
    'make_time(hour, minute, second)',
    'The time of day.',
    asText('make_time(7, 8, 9.5)'),
    '07:08:09.5',
  ),
  scalar(
    { standard: ['localtime', 'current_localtime', 'get_current_time'] },
    localTime,
    'localtime',
    'The time of day when the statement began.',
    'SELECT localtime = localtime',
    'true',
  ),
];
