/** Arithmetic of SQL's INTERVAL and TIME, and of moments with them. Of the standard dialect. */

import type { Expr } from '../../plan/expr.ts';
import { unpackInterval } from '../../type/interval.ts';
import {
  DURATION,
  FLOAT64,
  INT64,
  isInteger,
  isNumeric,
  isTemporal,
  type LogicalType,
  nullable,
  TIME,
  timestamp,
} from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import { rescale, retype } from '../cast.ts';
import { addUnits, zoneOf } from '../moment.ts';
import type { Argument, Resolve, ResolveContext } from '../row.ts';
import { MOMENT, swapped } from '../signature.ts';

export const isDuration = (arg: Argument | undefined): boolean => arg?.type.id === 'duration';
export const isTime = (arg: Argument | undefined): boolean => arg?.type.id === 'time';
const ids = (args: readonly Argument[]): string => args.map(({ type }) => type.id).join(' ');

const MICROSECONDS = timestamp(6);
export const micros = (moment: Expr): Expr => rescale(moment, moment.type.precision ?? 3, 6, MICROSECONDS);

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
export const momentType = (arg: Argument, context: ResolveContext): LogicalType | undefined => {
  const type = MOMENT(arg, context);
  return arg.type.id === 'date' ? timestamp(6, arg.type.nullable) : type;
};

const turned = (time: Expr, interval: Expr, sign: 1 | -1): Expr => {
  const by = apply('interval_micros', [interval], INT64);
  return apply('clock_turned', [time, sign === 1 ? by : apply('neg_checked_i64', [by], INT64)], TIME);
};

/** A moment, a time of day or an interval, and an interval. */
export const plusInterval =
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

export const betweenMoments =
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
  return {
    casts: [interval.type, type],
    build: (values) => apply(`interval_times_${isWhole ? 'i64' : 'f64'}`, values, DURATION),
  };
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
  '*': [times, swapped(times)],
  '/': [divided],
  'unary -': [opposite],
};
