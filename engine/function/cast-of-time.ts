/** Casts of and to times of day, spans of one unit and durations; of texts only those to spans, the others are in cast-packed.ts. */

import { type Expr, literal } from '../plan/expr.ts';
import {
  decimal,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  type LogicalType,
  nullable,
  type SpanUnit,
  timeDigits,
  timestamp,
} from '../type/type.ts';
import { apply, int, retype, text } from './call.ts';
import { type CastOptions, cast, rescale } from './cast.ts';

/** undefined: no cast leads there, or one of cast-packed.ts. */
export function castOfTime(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const { type: from } = expr;
  if (from.id === 'span') return fromSpan(expr, to, options);
  if (to.id === 'span') return toSpan(expr, to, options);
  if (from.id === 'string' || to.id === 'string' || from.id === 'json' || to.id === 'json') return undefined;
  if (to.id === 'time') return toTime(expr, to, options);
  return from.id === 'time' ? fromTime(expr, to, options) : undefined;
}

const as = (expr: Expr, type: LogicalType): Expr => retype(expr, expr.type.nullable ? nullable(type) : type);

function toTime(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const { type: from } = expr;
  const digits = timeDigits(to);
  if (from.id === 'time') return rescale(expr, timeDigits(from), digits, to);
  if (from.id === 'timestamp') {
    const zone = from.zone ?? options.timeZone;
    return apply('ticks_to_clock', [expr, int(from.precision ?? 3), text(zone), int(digits)], to);
  }
  // ClickHouse counts seconds; SQL's TIME is made of no number.
  if (to.precision === undefined) return undefined;
  if (from.id === 'date') return apply('mul_wrap_i64', [as(expr, INT64), int(0)], to);
  const within = (ticks: Expr): Expr => apply('clock_within', [ticks, int(digits)], to);
  if (isFloat(from)) {
    const scaled = apply('mul_f64', [expr, literal(10 ** digits, FLOAT64)], FLOAT64);
    return within(apply('f64_to_i64_wrap', [scaled], INT64));
  }
  if (!isInteger(from) && from.id !== 'bool') return undefined;
  return within(rescale(cast(expr, INT64, options), 0, digits, INT64));
}

function fromTime(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const { type: from } = expr;
  if (from.precision === undefined) return undefined;
  const digits = timeDigits(from);
  if (isInteger(to) || isFloat(to) || to.id === 'bool' || to.id === 'decimal')
    return cast(as(expr, decimal(18, digits)), to, options);
  if (to.id === 'timestamp' || to.id === 'date') return cast(as(expr, timestamp(digits)), to, options);
  return undefined;
}

function toSpan(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const { id } = expr.type;
  const isCount = id === 'string' || id === 'bool' || isInteger(expr.type) || isFloat(expr.type);
  // Of unsigned numbers the bits are taken, as ClickHouse does.
  const how = id === 'uint64' ? ({ ...options, onBadValue: 'wrap' } as const) : options;
  return isCount ? as(cast(expr, INT64, how), to) : undefined;
}

function fromSpan(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const { unit = 'day' } = expr.type;
  const count = as(expr, INT64);
  if (to.id === 'duration')
    return unit === 'nanosecond'
      ? apply(
          'interval_of_i64',
          [apply('div_checked_i64', [count, int(1000)], INT64), text('microsecond')],
          to,
        )
      : apply('interval_of_i64', [count, text(unit)], to);
  if (to.id === 'span') return as(converted(count, unit, to.unit ?? 'day'), to);
  const isCount = to.id === 'string' || to.id === 'bool' || isInteger(to) || isFloat(to);
  return isCount ? cast(count, to, options) : undefined;
}

/** In ClickHouse's casts a month has four weeks. */
const NANOSECONDS: Readonly<Record<SpanUnit, bigint>> = {
  nanosecond: 1n,
  microsecond: 10n ** 3n,
  millisecond: 10n ** 6n,
  second: 10n ** 9n,
  minute: 60n * 10n ** 9n,
  hour: 3600n * 10n ** 9n,
  day: 86_400n * 10n ** 9n,
  week: 7n * 86_400n * 10n ** 9n,
  month: 28n * 86_400n * 10n ** 9n,
  quarter: 84n * 86_400n * 10n ** 9n,
  year: 336n * 86_400n * 10n ** 9n,
};

function converted(count: Expr, from: SpanUnit, to: SpanUnit): Expr {
  const [width, wanted] = [NANOSECONDS[from], NANOSECONDS[to]];
  return width >= wanted
    ? apply('mul_wrap_i64', [count, int(width / wanted)], INT64)
    : apply('div_checked_i64', [count, int(wanted / width)], INT64);
}

const IN_MONTHS: ReadonlySet<string> = new Set(['month', 'quarter', 'year']);

/** The shorter unit of two, if both are of a fixed length or both are months. */
export function commonSpan(a: LogicalType, b: LogicalType): LogicalType | undefined {
  const [x, y] = [a.unit ?? 'day', b.unit ?? 'day'];
  if (IN_MONTHS.has(x) !== IN_MONTHS.has(y)) return undefined;
  return NANOSECONDS[x] <= NANOSECONDS[y] ? a : b;
}

/** The one with more digits; SQL's own where it is one of both. */
export function commonTime(a: LogicalType, b: LogicalType): LogicalType {
  if (a.precision === undefined || b.precision === undefined) return a.precision === undefined ? a : b;
  return a.precision >= b.precision ? a : b;
}
