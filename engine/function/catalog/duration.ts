/** SQL's INTERVAL and TIME: their arithmetic, what they are made of, and what is taken from them. Of the standard dialect. */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { unpackInterval } from '../../type/interval.ts';
import {
  array,
  DURATION,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  isTemporal,
  type LogicalType,
  nullable,
  TIME,
  timestamp,
} from '../../type/type.ts';
import { apply, bool, int, nullOf, text } from '../call.ts';
import { cast, rescale, retype, WIDEN } from '../cast.ts';
import { INTERVAL_UNITS, isIntervalPart } from '../interval.ts';
import { addUnits, momentOfMs, zoneOf } from '../moment.ts';
import type { Argument, Expansion, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { isClockUnit } from '../scalar/clock.ts';
import { unknownUnit } from '../scalar/time.ts';
import { MOMENT, scalar } from '../signature.ts';

const isDuration = (arg: Argument | undefined): boolean => arg?.type.id === 'duration';
const isTime = (arg: Argument | undefined): boolean => arg?.type.id === 'time';
const ids = (args: readonly Argument[]): string => args.map(({ type }) => type.id).join(' ');

const MICROSECONDS = timestamp(6);
const micros = (moment: Expr): Expr => rescale(moment, moment.type.precision ?? 3, 6, MICROSECONDS);

const negated = (interval: Expr): Expr => apply('interval_times_i64', [interval, int(-1)], DURATION);

/** What its three parts are, where an interval is known. */
function unitsOf(interval: Expr): readonly (readonly [count: Expr, unit: string])[] | undefined {
  if (interval.kind === 'call' && interval.fn === 'interval_of_i64') {
    const [count, unit] = interval.args;
    return unit.kind === 'literal' ? [[count, String(unit.value)]] : undefined;
  }
  if (interval.kind !== 'literal' || typeof interval.value !== 'string') return undefined;
  const parts = unpackInterval(interval.value);
  const [clock, perClock] =
    parts.micros % 1_000_000n === 0n
      ? ['second', 1_000_000n]
      : parts.micros % 1000n === 0n
        ? ['millisecond', 1000n]
        : ['microsecond', 1n];
  const all = [
    [int(parts.months), 'month'],
    [int(parts.days), 'day'],
    [int(parts.micros / perClock), clock],
  ] as const;
  return all.filter(([count]) => count.value !== 0n);
}

/** Constants move by units, so that rules see what they know; others are read row by row. */
function shifted(moment: Expr, interval: Expr, sign: 1 | -1, { timeZone }: ResolveContext): Expr {
  const zone = zoneOf(moment.type, timeZone);
  const units = unitsOf(interval);
  if (units === undefined) {
    const by = sign === 1 ? interval : negated(interval);
    return apply('add_interval', [micros(moment), by, text(zone)], MICROSECONDS);
  }
  const counted = (count: Expr): Expr => (sign === 1 ? count : apply('neg_wrap_i64', [count], INT64));
  return units.reduce((at, [count, unit]) => addUnits(at, counted(count), unit, zone), moment);
}

/** A date is its midnight. */
const momentType = (arg: Argument, context: ResolveContext): LogicalType | undefined => {
  const type = MOMENT(arg, context);
  return arg.type.id === 'date' ? timestamp(6, arg.type.nullable) : type;
};

const turned = (time: Expr, interval: Expr, sign: 1 | -1): Expr => {
  const by = apply('interval_micros', [interval], INT64);
  return apply('clock_turned', [time, sign === 1 ? by : apply('neg_checked_i64', [by], INT64)], TIME);
};

/** A moment, a time of day or an interval, and an interval. */
const plusInterval =
  (sign: 1 | -1): Resolve =>
  (args, context) => {
    const [left, right] = args;
    if (args.length !== 2 || !isDuration(right) || context.dialect !== 'standard') return undefined;
    const casts = [left.type, right.type];
    if (isDuration(left)) return { fn: sign === 1 ? 'interval_add' : 'interval_sub', casts, type: DURATION };
    if (isTime(left)) return { casts, build: ([time, interval]) => turned(time, interval, sign) };
    const moment = momentType(left, context);
    if (moment === undefined) return undefined;
    return {
      casts: [moment, right.type],
      build: ([at, interval]) => shifted(at, interval, sign, context),
    };
  };

/** Of what can stand on either side. */
const swapped =
  (resolve: Resolve): Resolve =>
  (args, context) => {
    const found = args.length === 2 ? resolve([args[1], args[0]], context) : undefined;
    if (found?.build === undefined) return undefined;
    return { casts: [found.casts[1], found.casts[0]], build: ([a, b]) => found.build([b, a]) };
  };

/** A day and a time of it. */
const dayAndTime: Resolve = (args, context) =>
  args.length === 2 && ids(args) === 'date time' && context.dialect === 'standard'
    ? {
        casts: [timestamp(6, args[0].type.nullable), args[1].type],
        build: ([day, time]) =>
          apply(
            'add_wrap_i64',
            [day, retype(time, { ...INT64, nullable: time.type.nullable })],
            MICROSECONDS,
          ),
      }
    : undefined;

const betweenMoments =
  (fn: 'interval_between' | 'interval_age'): Resolve =>
  (args, context) => {
    if (args.length !== 2 || context.dialect !== 'standard') return undefined;
    const types = args.map((arg) => momentType(arg, context));
    if (types.includes(undefined)) return undefined;
    return {
      casts: types as LogicalType[],
      build: ([to, from]) => apply(fn, [micros(from), micros(to), text(context.timeZone)], DURATION),
    };
  };

const difference: Resolve = (args, context) =>
  args.length === 2 && args.every(({ type }) => isTemporal(type)) && ids(args) !== 'date date'
    ? betweenMoments('interval_between')(args, context)
    : undefined;

const times: Resolve = (args) => {
  const [interval, factor] = args;
  if (args.length !== 2 || !isDuration(interval) || !isNumeric(factor.type)) return undefined;
  const isWhole = isInteger(factor.type) && factor.type.id !== 'uint64';
  const type = { ...(isWhole ? INT64 : FLOAT64), nullable: factor.type.nullable };
  return { fn: `interval_times_${isWhole ? 'i64' : 'f64'}`, casts: [interval.type, type], type: DURATION };
};

const timesSwapped: Resolve = (args, context) => {
  const found = args.length === 2 ? times([args[1], args[0]], context) : undefined;
  if (found?.fn === undefined) return undefined;
  const { fn, casts } = found;
  return { casts: [casts[1], casts[0]], build: ([a, b]) => apply(fn, [b, a], DURATION) };
};

const divided: Resolve = (args) =>
  args.length === 2 && isDuration(args[0]) && isNumeric(args[1].type)
    ? {
        fn: 'interval_divide',
        casts: [args[0].type, { ...FLOAT64, nullable: args[1].type.nullable }],
        type: nullable(DURATION),
      }
    : undefined;

const opposite: Resolve = (args) =>
  args.length === 1 && isDuration(args[0])
    ? { casts: [args[0].type], build: ([interval]) => negated(interval) }
    : undefined;

export const DURATION_OPERATORS: Readonly<Record<string, readonly Resolve[]>> = {
  '+': [plusInterval(1), swapped(plusInterval(1)), dayAndTime, swapped(dayAndTime)],
  '-': [plusInterval(-1), difference],
  '*': [times, timesSwapped],
  '/': [divided],
  'unary -': [opposite],
};

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

/** Milliseconds and the like of an interval or a time of day, as epoch_ms has them of a moment. */
const ticksOfDuration = (arg: Argument, perMicro: bigint, microsPer: bigint): ReturnType<Resolve> =>
  isDuration(arg) || isTime(arg)
    ? {
        casts: [arg.type],
        build: ([value]) => {
          const all = isDuration(arg)
            ? apply('interval_length', [value], INT64)
            : retype(value, { ...INT64, nullable: value.type.nullable });
          return microsPer > 1n
            ? apply('div_checked_i64', [all, int(microsPer)], INT64)
            : apply('mul_checked_i64', [all, int(perMicro)], INT64);
        },
      }
    : undefined;

/** Milliseconds since the epoch, and those of an interval or a time of day. */
export const millisOf = ([arg, ...more]: readonly Argument[]): ReturnType<Resolve> =>
  arg === undefined || more.length > 0 ? undefined : ticksOfDuration(arg, 1n, 1000n);

const epochOf =
  (precision: 6 | 9): Resolve =>
  ([arg, ...more], context) => {
    if (arg === undefined || more.length > 0) return undefined;
    const given = ticksOfDuration(arg, precision === 6 ? 1n : 1000n, 1n);
    if (given !== undefined) return given;
    const type = momentType(arg, context);
    if (type === undefined) return undefined;
    return {
      casts: [type],
      build: ([moment]) => {
        const at = rescale(moment, moment.type.precision ?? 3, precision, timestamp(precision));
        return retype(at, { ...INT64, nullable: at.type.nullable });
      },
    };
  };

/** date_trunc of an interval. */
export const truncatedDuration = (unit: string, args: readonly Argument[]): ReturnType<Resolve> => {
  if (args.length !== 2 || !isDuration(args[1])) return undefined;
  if (!INTERVAL_UNITS.includes(unit)) throw unknownUnit(unit);
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
    standard('generate_series'),
    momentsBetween(true),
    'generate_series(from, to, interval)',
    'An array of the moments from one up to another, by an interval each.',
    asText("generate_series(DATE '2024-01-31', DATE '2024-03-01', INTERVAL 1 MONTH)"),
    '[2024-01-31 00:00:00.000000, 2024-02-29 00:00:00.000000]',
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
    standard('localtime'),
    localTime,
    'localtime',
    'The time of day when the statement began.',
    'SELECT localtime = localtime',
    'true',
  ),
];
