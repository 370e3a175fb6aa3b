/** ClickHouse's timeSlots: the beginnings of the stretches of time that a visit touches. */

import { BasaltError } from '../../base/error.ts';
import { type Expr, literal } from '../../plan/expr.ts';
import { array, INT64, isInteger, isSigned, type LogicalType, notNull, nullable } from '../../type/type.ts';
import { apply, int } from '../call.ts';
import { rescale, retype } from '../cast.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { arrayOperation } from './lambda.ts';

const HALF_AN_HOUR = 1800n;
/** DateTime has 32 bits, and what is beyond them begins again. */
const LAST_SECOND = 0xffff_ffffn;
const DECIMAL64_DIGITS = 18;
const DECIMAL32_DIGITS = 9;

/** Digits behind the second. */
const digitsOf = (type: LogicalType): number => (type.id === 'decimal' ? type.scale : type.precision) ?? 0;

const isDecimal64 = ({ type }: Argument): boolean =>
  type.id === 'decimal' &&
  (type.precision ?? 0) > DECIMAL32_DIGITS &&
  (type.precision ?? 0) <= DECIMAL64_DIGITS;

const timeSlots: Resolve = (args) => {
  const [start, duration, size] = args;
  if (args.length < 2 || args.length > 3 || start.type.id !== 'timestamp') return undefined;
  const isPrecise = (start.type.precision ?? 0) > 0;
  const fits = isPrecise
    ? args.slice(1).every(isDecimal64)
    : duration.type.id === 'uint32' && (size === undefined || (isInteger(size.type) && !isSigned(size.type)));
  if (!fits) return undefined;
  if (size !== undefined && (typeof size.value !== 'bigint' || size.value <= 0n))
    throw new BasaltError('ILLEGAL_COLUMN', 'The size of timeSlots is a constant above zero');
  const digits = Math.max(...args.map(({ type }) => digitsOf(type)));
  const element = { ...notNull(start.type), precision: digits };
  // NULL is zero, as arrays are never NULL.
  const ticks = (value: Expr): Expr => {
    const whole = retype(value, value.type.nullable ? nullable(INT64) : INT64);
    const known = whole.type.nullable ? apply('coalesce_i64', [whole, int(0)], INT64) : whole;
    return rescale(known, digitsOf(value.type), digits, INT64);
  };
  return {
    casts: args.map(({ type }) => type),
    build: ([from, ...others]) => {
      const [length, step = literal(HALF_AN_HOUR * 10n ** BigInt(digits), INT64)] = others.map(ticks);
      const sum = apply('add_wrap_i64', [ticks(from), length], INT64);
      const to = isPrecise ? sum : apply('bit_and_i64', [sum, literal(LAST_SECOND, INT64)], INT64);
      return arrayOperation('time_slots', [ticks(from), to, step], array(element));
    },
  };
};

export const TIME_SLOTS: readonly FunctionRow[] = [
  clickhouseScalar([
    'timeSlots',
    timeSlots,
    'timeSlots(start, duration [, size])',
    'The beginnings of the stretches of half an hour, or of so many seconds, that lie between start and start + duration.',
    "SELECT toString(timeSlots(toDateTime('2012-01-01 12:20:00', 'UTC'), toUInt32(600)))",
    "['2012-01-01 12:00:00','2012-01-01 12:30:00']",
  ]),
];
