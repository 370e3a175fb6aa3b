/**
 * From one logical type to another: which implementations make the cast, with what literal arguments.
 *
 * `onBadValue` says what a value that does not fit becomes: an error (standard, ClickHouse text), NULL (Druid,
 * TRY_CAST) or the low bits (ClickHouse integers). Time zones: text and dates without a zone are local to the
 * timestamp type's zone, or to the session's zone when the type has none. Casts of and to wide and nested types are in
 * cast-packed.ts.
 */

import { BasaltError } from '../base/error.ts';
import { type Expr, literal } from '../plan/expr.ts';
import {
  BOOL,
  bitsOf,
  FLOAT64,
  INT64,
  integerRange,
  isFloat,
  isInteger,
  isNarrowFloat,
  isNumeric,
  isPacked,
  isSigned,
  isTemporal,
  isWideInteger,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  plainType,
  STRING,
  sameType,
  sameValues,
  type TypeId,
  timestamp,
  typeName,
} from '../type/type.ts';
import { apply, int, nullOf, retype, text } from './call.ts';
import { castOfTime, commonSpan } from './cast-of-time.ts';
import { castPacked, commonPacked, widensPacked } from './cast-packed.ts';
import type { LocalTime } from './time-zone.ts';

export { retype };

export type OnBadValue = 'error' | 'null' | 'wrap';

export type CastOptions = {
  readonly onBadValue: OnBadValue;
  readonly timeZone: string;
  /** What text means that names a local time of a gap or an overlap. */
  readonly localTime: LocalTime;
  /** Dates and times are numbers of milliseconds (Druid); default: of days and of seconds. */
  readonly inMilliseconds?: boolean;
  /** How arrays, maps and tuples are written; default 'standard'. */
  readonly nested?: 'standard' | 'clickhouse';
  /** Whose texts values become; absent: ClickHouse's. DuckDB's moments have no zeros at their end, and the offset of their type's zone. */
  readonly texts?: 'standard' | 'druid';
  /** A text becomes a value of the first of a variant's types that takes it, not a text (ClickHouse, where somebody casts). */
  readonly readsTexts?: boolean;
  /** Floats to integers: nearest (standard) or cut off (Druid, ClickHouse). To shorter floats: checked, or infinite beyond them. */
  readonly roundFloats: boolean;
};

/** @throws TYPE_MISMATCH when no cast leads there. */
export function cast(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  const target = expr.type.nullable ? nullable(to) : to;
  if (sameType(expr.type, target)) return retype(expr, target);
  if (expr.type.id === 'null') return nullOf(target);
  if (expr.kind === 'literal' && expr.value === null && expr.type.id !== 'variant') return nullOf(target);
  if (sameLaneValue(expr.type, to)) return retype(expr, target);
  if (expr.kind === 'literal' && expr.digits !== undefined && holdsDigits(expr.digits, to))
    return cast(literal(expr.digits, STRING), to, {
      ...options,
      onBadValue: options.onBadValue === 'null' ? 'null' : 'error',
    });
  const converted = convert(expr, to, options);
  return sameValues(converted.type, to)
    ? converted
    : retype(converted, converted.type.nullable ? nullable(to) : to);
}

/** Decimals take what was written, and wide integers what is whole of it. */
const holdsDigits = (digits: string, to: LogicalType): boolean =>
  to.id === 'decimal' || (isWideInteger(to) && !digits.includes('.'));

/** The same values under another type: nothing to compute. */
function sameLaneValue(from: LogicalType, to: LogicalType): boolean {
  if (from.id === 'timestamp' && to.id === 'timestamp') return (from.precision ?? 3) === (to.precision ?? 3);
  if (isPacked(from) || isPacked(to)) return sameValues(from, to);
  if (from.id === to.id) return from.unit === to.unit;
  if (isInteger(from) && isInteger(to)) {
    const [fromMin, fromMax] = integerRange(from);
    const [toMin, toMax] = integerRange(to);
    return fromMin >= toMin && fromMax <= toMax;
  }
  return isFloat(from) && isFloat(to) && bitsOf(from) < bitsOf(to);
}

function convert(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  const from = expr.type;
  if (OF_TIME.has(from.id) || OF_TIME.has(to.id)) {
    const made = castOfTime(expr, to, options);
    if (made !== undefined) return made;
  }
  if (isPacked(from) || isPacked(to)) {
    const packed = castPacked(expr, to, options);
    if (packed === undefined) throw noCast(from, to);
    return packed;
  }
  if (to.id === 'string') return toText(expr, options);
  if (to.id === 'bool') return toBool(expr, options);
  if (isInteger(to)) return toInteger(expr, to, options);
  if (isFloat(to)) return toFloat(expr, to, options);
  if (to.id === 'date') return toDate(expr, options);
  if (to.id === 'timestamp') return toTimestamp(expr, to, options);
  throw noCast(from, to);
}

const OF_TIME: ReadonlySet<TypeId> = new Set(['time', 'span', 'duration']);

const noCast = (from: LogicalType, to: LogicalType): BasaltError =>
  new BasaltError(
    'TYPE_MISMATCH',
    `There is no cast from ${typeName(notNull(from))} to ${typeName(notNull(to))}`,
  );

const suffix = (options: CastOptions): 'checked' | 'null' =>
  options.onBadValue === 'null' ? 'null' : 'checked';
const resultOf = (type: LogicalType, options: CastOptions): LogicalType =>
  options.onBadValue === 'null' ? nullable(type) : type;

function toText(expr: Expr, options: CastOptions): Expr {
  const from = expr.type;
  if (from.id === 'bool') return apply('bool_to_str', [expr], STRING);
  if (from.id === 'date') return apply('date_to_str', [expr], STRING);
  if (from.id === 'timestamp') {
    const written = options.texts !== 'standard' ? '' : from.zone === undefined ? '_short' : '_offset';
    return apply(
      `ticks_to_str${written}`,
      [expr, int(from.precision ?? 3), text(from.zone ?? options.timeZone)],
      STRING,
    );
  }
  if (from.id === 'uint64') return apply('u64_to_str', [expr], STRING);
  if (isFloat(from)) {
    const written = options.texts === undefined ? '' : `_${options.texts}`;
    return apply(`${isNarrowFloat(from) ? 'f32' : 'f64'}_to_str${written}`, [expr], STRING);
  }
  return apply('i64_to_str', [expr], STRING);
}

function toBool(expr: Expr, options: CastOptions): Expr {
  const from = expr.type;
  // ClickHouse shows truth as UInt8: going back to a condition costs nothing.
  if (expr.kind === 'call' && expr.fn === 'bool_to_i64') return expr.args[0];
  if (from.id === 'string') return apply(`str_to_bool_${suffix(options)}`, [expr], resultOf(BOOL, options));
  if (isInteger(from)) return apply('i64_to_bool', [expr], BOOL);
  if (isFloat(from)) return apply('f64_to_bool', [expr], BOOL);
  throw noCast(from, BOOL);
}

function toInteger(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  const from = expr.type;
  if (from.id === 'bool') return apply('bool_to_i64', [expr], to);
  if (from.id === 'string') {
    const wide =
      to.id === 'uint64' ? apply(`str_to_u64_${suffix(options)}`, [expr], resultOf(to, options)) : undefined;
    return (
      wide ?? narrow(apply(`str_to_i64_${suffix(options)}`, [expr], resultOf(INT64, options)), to, options)
    );
  }
  if (isFloat(from)) {
    const rounding = options.roundFloats
      ? 'round'
      : options.onBadValue === 'error'
        ? 'checked'
        : options.onBadValue;
    const fn =
      options.roundFloats && options.onBadValue === 'null'
        ? 'f64_to_i64_round_null'
        : `f64_to_i64_${rounding}`;
    return narrow(apply(fn, [expr], resultOf(INT64, options)), to, options);
  }
  if (isInteger(from)) return narrow(expr, to, options);
  if (isTemporal(from)) return narrow(numberOfTime(expr, options), to, options);
  throw noCast(from, to);
}

/** How many days a date is from the epoch, or seconds a moment; in Druid both are milliseconds. */
function numberOfTime(expr: Expr, options: CastOptions): Expr {
  const precision = precisionOf(options);
  if (expr.type.id === 'timestamp') return rescale(expr, expr.type.precision ?? 3, precision, INT64);
  return precision === 0
    ? retype(expr, expr.type.nullable ? nullable(INT64) : INT64)
    : apply('date_to_ticks', [expr, int(precision), text(options.timeZone)], INT64);
}

/** Of times that are numbers. */
const precisionOf = ({ inMilliseconds = false }: CastOptions): number => (inMilliseconds ? 3 : 0);

function narrow(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  if (options.onBadValue === 'wrap') {
    if (bitsOf(to) === 64) return retype(expr, expr.type.nullable ? nullable(to) : to);
    return apply('narrow_wrap_i64', [expr, int(bitsOf(to)), int(isSigned(to) ? 1 : 0)], to);
  }
  if (sameLaneValue(expr.type, to)) return expr;
  const [min, max] = integerRange(to);
  // An int64 lane holds no more than int64; a uint64's upper half reads as negative there.
  const low = expr.type.id === 'uint64' && min < 0n ? 0n : min;
  const high = max > 2n ** 63n - 1n ? 2n ** 63n - 1n : max;
  return apply(`narrow_${suffix(options)}_i64`, [expr, int(low), int(high)], resultOf(to, options));
}

function toFloat(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  const from = expr.type;
  const wide = ((): Expr => {
    if (from.id === 'string')
      return apply(`str_to_f64_${suffix(options)}`, [expr], resultOf(FLOAT64, options));
    if (from.id === 'bool') return apply('i64_to_f64', [apply('bool_to_i64', [expr], INT64)], FLOAT64);
    if (from.id === 'uint64') return apply('u64_to_f64', [expr], FLOAT64);
    if (isTemporal(from)) return apply('i64_to_f64', [numberOfTime(expr, options)], FLOAT64);
    return isFloat(from) ? expr : apply('i64_to_f64', [expr], FLOAT64);
  })();
  if (!isNarrowFloat(to)) return wide;
  // In the standard dialect what a FLOAT cannot hold is no infinity, unless it was read from a text.
  if (options.roundFloats && from.id === 'float64' && to.id === 'float32')
    return apply(`narrow_f32_${suffix(options)}`, [wide], resultOf(to, options));
  return apply(to.id === 'float32' ? 'f64_to_f32' : 'f64_to_bf16', [wide], to);
}

function toDate(expr: Expr, options: CastOptions): Expr {
  const from = expr.type;
  const date: LogicalType = { id: 'date', nullable: false };
  if (from.id === 'string') return apply(`str_to_date_${suffix(options)}`, [expr], resultOf(date, options));
  if (from.id === 'timestamp') {
    return apply(
      'ticks_to_date',
      [expr, int(from.precision ?? 3), text(from.zone ?? options.timeZone)],
      date,
    );
  }
  if (isInteger(from) && precisionOf(options) > 0)
    return toDate(retype(expr, timestamp(3, from.nullable)), options);
  if (isInteger(from)) return retype(expr, from.nullable ? nullable(date) : date);
  throw noCast(from, date);
}

function toTimestamp(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  const from = expr.type;
  const precision = to.precision ?? 3;
  const zone = to.zone ?? options.timeZone;
  if (from.id === 'string') {
    return apply(
      `str_to_ticks_${suffix(options)}`,
      [expr, int(precision), text(zone), text(options.localTime)],
      resultOf(to, options),
    );
  }
  if (from.id === 'date') return apply('date_to_ticks', [expr, int(precision), text(zone)], to);
  if (from.id === 'timestamp') return rescale(expr, from.precision ?? 3, precision, to);
  if (isInteger(from)) return rescale(expr, precisionOf(options), precision, to);
  if (isFloat(from)) {
    const scaled = apply('mul_f64', [expr, literal(10 ** precision, FLOAT64)], FLOAT64);
    return apply('f64_to_i64_checked', [scaled], to);
  }
  throw noCast(from, to);
}

/** Ticks of one precision as ticks of another. */
export function rescale(expr: Expr, from: number, to: number, type: LogicalType): Expr {
  const full = expr.type.nullable ? nullable(type) : type;
  return from === to ? retype(expr, full) : apply('rescale_ticks', [expr, int(from), int(to)], type);
}

/** Implicit conversion inside the engine: never loses a value. */
export const WIDEN: CastOptions = {
  onBadValue: 'error',
  timeZone: 'UTC',
  localTime: 'forward',
  roundFloats: false,
};

/** True when every value of `from` is a value of `to`. */
export function widens(from: LogicalType, to: LogicalType): boolean {
  if (isPacked(from) || isPacked(to)) return from.id === 'null' || widensPacked(from, to);
  if (from.id === 'span') return sameValues(from, to);
  if (from.id === 'null' || from.id === to.id)
    return from.id !== 'timestamp' || (from.precision ?? 3) <= (to.precision ?? 3);
  if (isInteger(from)) return isInteger(to) ? sameLaneValue(from, to) : isFloat(to);
  if (isFloat(from)) return isFloat(to) && bitsOf(from) < bitsOf(to);
  if (from.id === 'date') return to.id === 'timestamp';
  return false;
}

/**
 * The type both fit in; undefined when none is: numbers with numbers, time with time, text with text.
 * Integers of mixed sign take the next wider signed type, as far as there is one.
 */
export function commonType(a: LogicalType, b: LogicalType): LogicalType | undefined {
  const mayBeNull = a.nullable || b.nullable;
  const as = (t: LogicalType): LogicalType => (mayBeNull ? nullable(t) : notNull(t));
  // By what function values go on is the first's to say, and only among values of one type.
  if ((a.simple ?? b.simple) !== undefined)
    return sameValues(a, b) ? as(a) : commonType(plainType(a), plainType(b));
  if (a.id === 'null') return nullable(b);
  if (b.id === 'null') return nullable(a);
  if (a.id === 'timestamp' && b.id === 'timestamp') {
    const precision = Math.max(a.precision ?? 3, b.precision ?? 3);
    return timestamp(precision, mayBeNull, a.zone ?? b.zone);
  }
  if (isPacked(a) || isPacked(b)) {
    const common = commonPacked(a, b);
    return common === undefined ? undefined : as(common);
  }
  if (a.id === 'span' && b.id === 'span') {
    const common = commonSpan(a, b);
    return common === undefined ? undefined : as(common);
  }
  if (a.id === b.id) return as(a);
  if (isInteger(a) && isInteger(b)) return as(commonInteger(a, b));
  if (isNarrowFloat(a) && isNarrowFloat(b)) return as({ id: 'float32', nullable: false });
  if ((isFloat(a) || isInteger(a)) && (isFloat(b) || isInteger(b))) return as(FLOAT64);
  if (isTemporal(a) && isTemporal(b)) return as(a.id === 'timestamp' ? a : b);
  // Truth counts as 0 and 1 next to a number.
  if (a.id === 'bool' && isNumeric(b)) return as(isFloat(b) ? FLOAT64 : b);
  if (b.id === 'bool' && isNumeric(a)) return as(isFloat(a) ? FLOAT64 : a);
  return undefined;
}

const SIGNED = ['int8', 'int16', 'int32', 'int64'] as const;

function commonInteger(a: LogicalType, b: LogicalType): LogicalType {
  if (isSigned(a) === isSigned(b)) return bitsOf(a) >= bitsOf(b) ? a : b;
  const [signed, plain] = isSigned(a) ? [a, b] : [b, a];
  const bits = Math.min(64, Math.max(bitsOf(signed), bitsOf(plain) * 2));
  return { id: SIGNED[Math.log2(bits) - 3], nullable: false };
}

/** `i64`, `u64`, `f64`, `str`, `bool`: the ending of ids that depend on order. */
export const laneSuffix = (type: LogicalType): 'i64' | 'u64' | 'f64' | 'str' | 'bool' =>
  type.id === 'uint64' ? 'u64' : laneOf(type);
