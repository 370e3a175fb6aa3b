/**
 * Casts between lanes and widths. `checked` raises an error at a bad value, `null` gives NULL, `wrap` keeps the
 * low bits. Which cast goes from one logical type to another is in function/cast.ts.
 */

import { BasaltError } from '../../base/error.ts';
import { implement, TICKS } from '../implementation.ts';
import { MAX_I64, MIN_I64, unsigned, wrap } from '../integer.ts';
import {
  bfloat16,
  floatText,
  javaText,
  parseBoolean,
  parseFloatText,
  pointText,
  shortest32,
} from '../number-text.ts';
import type { Implementation, Scalar } from '../row.ts';
import { joinTicks, splitTicks, type Ticks } from '../ticks.ts';
import {
  dateText,
  parseDate,
  parseTimestamp,
  SHORT_STYLE,
  SQL_STYLE,
  timestampText,
  ZONED_STYLE,
} from '../time-text.ts';
import { type LocalTime, timeZone } from '../time-zone.ts';

const BIG = { integers: 'bigint' } as const;

function outOfRange(value: unknown, target: string): BasaltError {
  return new BasaltError('VALUE_IS_OUT_OF_RANGE', `${String(value)} does not fit ${target}`);
}

function unparsable(text: string, target: string, hint?: string): BasaltError {
  return new BasaltError(
    'CANNOT_PARSE_INPUT',
    `Cannot read '${text.slice(0, 100)}' as ${target}`,
    hint === undefined ? {} : { hint },
  );
}

const TWO_63 = 2 ** 63;

/** Nearest integer, halves to even (IEEE and DuckDB); undefined outside of int64. */
export function roundEven(value: number): bigint | undefined {
  if (!(value >= -TWO_63 && value < TWO_63)) return undefined;
  const floor = Math.floor(value);
  const diff = value - floor;
  const rounded = diff < 0.5 ? floor : diff > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  return BigInt(rounded);
}

function roundOrFail(value: number): bigint {
  const rounded = roundEven(value);
  if (rounded === undefined) throw outOfRange(value, 'a 64-bit integer');
  return rounded;
}

function truncate(value: number): bigint | undefined {
  return value > -TWO_63 - 1 && value < TWO_63 ? BigInt(Math.trunc(value)) : undefined;
}

/** Low 64 bits of the truncated value, as C++ and ClickHouse convert; NaN is 0. */
function wrapFloat(value: number): bigint {
  return Number.isFinite(value)
    ? wrap(BigInt(Math.trunc(value)))
    : Number.isNaN(value)
      ? 0n
      : value > 0
        ? MAX_I64
        : MIN_I64;
}

const INTEGER_TEXT = /^\s*[+-]?\d{1,30}\s*$/;

export function parseInteger(text: string): bigint | undefined {
  if (!INTEGER_TEXT.test(text)) return undefined;
  const value = BigInt(text.trim().replace(/^\+/, ''));
  return value >= MIN_I64 && value <= MAX_I64 ? value : undefined;
}

/** `checked` and `null` rows of one conversion that may fail. */
function fallible<A extends Scalar>(
  id: string,
  from: Implementation['args'],
  result: Implementation['result'],
  convert: (value: A, ...more: never[]) => Scalar | undefined,
  fail: (value: A) => BasaltError,
  options: Partial<Implementation> = {},
): Implementation[] {
  const strict = (value: A, ...more: never[]): Scalar => {
    const converted = convert(value, ...more);
    if (converted === undefined) throw fail(value);
    return converted;
  };
  const lenient = (value: A, ...more: never[]): Scalar => convert(value, ...more) ?? null;
  return [
    implement(`${id}_checked`, from, result, strict as Implementation['evaluate'], options),
    implement(`${id}_null`, from, result, lenient as Implementation['evaluate'], options),
  ];
}

const inRange = (value: bigint, min: bigint, max: bigint): bigint | undefined =>
  value >= min && value <= max ? value : undefined;

const DATE_HINT = 'Write dates as 2020-01-31 and timestamps as 2020-01-31 23:59:59';

const FLOAT_BITS = new DataView(new ArrayBuffer(8));

function floatOrder(value: number): bigint {
  FLOAT_BITS.setFloat64(0, Number.isNaN(value) ? Number.NaN : value + 0);
  const bits = FLOAT_BITS.getBigInt64(0);
  return bits < 0n ? bits ^ ((1n << 63n) - 1n) : bits;
}

const MOMENT_TEXTS = [
  ['ticks_to_str', SQL_STYLE],
  ['ticks_to_str_short', SHORT_STYLE],
  ['ticks_to_str_offset', ZONED_STYLE],
] as const;

export const CAST: readonly Implementation[] = [
  implement('i64_to_f64', ['i64'], 'f64', (a: bigint) => Number(a), BIG),
  implement('u64_to_f64', ['i64'], 'f64', (a: bigint) => Number(unsigned(a)), BIG),
  implement('f64_to_f32', ['f64'], 'f64', (a: number) => Math.fround(a)),
  implement('f64_to_bf16', ['f64'], 'f64', bfloat16),
  ...fallible('f64_to_i64', ['f64'], 'i64', truncate, (v) => outOfRange(v, 'a 64-bit integer'), BIG),
  implement('f64_to_i64_round_null', ['f64'], 'i64', (a: number) => roundEven(a) ?? null, BIG),
  implement('f64_to_i64_round', ['f64'], 'i64', roundOrFail, BIG),
  implement('f64_to_i64_wrap', ['f64'], 'i64', wrapFloat, BIG),
  implement('i64_to_str', ['i64'], 'str', (a: bigint) => String(a), BIG),
  implement('u64_to_str', ['i64'], 'str', (a: bigint) => String(unsigned(a)), BIG),
  implement('f64_to_str', ['f64'], 'str', floatText),
  implement('f32_to_str', ['f64'], 'str', (value: number) => floatText(shortest32(value))),
  implement('f64_to_str_standard', ['f64'], 'str', pointText),
  implement('f32_to_str_standard', ['f64'], 'str', (value: number) => pointText(shortest32(value))),
  implement('f64_to_str_druid', ['f64'], 'str', javaText),
  implement('f32_to_str_druid', ['f64'], 'str', (value: number) => javaText(shortest32(value))),
  implement('bool_to_str', ['bool'], 'str', (a: boolean) => (a ? 'true' : 'false')),
  ...fallible('str_to_i64', ['str'], 'i64', parseInteger, (v) => unparsable(v, 'an integer'), BIG),
  ...fallible(
    'str_to_u64',
    ['str'],
    'i64',
    (text: string) =>
      /^\s*\+?\d{1,20}\s*$/.test(text) && BigInt(text.trim().replace('+', '')) < 1n << 64n
        ? wrap(BigInt(text.trim().replace('+', '')))
        : undefined,
    (v) => unparsable(v, 'an unsigned integer'),
    BIG,
  ),
  ...fallible('str_to_f64', ['str'], 'f64', parseFloatText, (v) => unparsable(v, 'a number')),
  ...fallible('str_to_bool', ['str'], 'bool', parseBoolean, (v) => unparsable(v, 'a boolean')),
  ...fallible(
    'narrow_f32',
    ['f64'],
    'f64',
    (a: number) => (Number.isFinite(a) && !Number.isFinite(Math.fround(a)) ? undefined : Math.fround(a)),
    (value) => outOfRange(value, 'a 32-bit float'),
  ),
  implement('bool_to_i64', ['bool'], 'i64', (a: boolean) => (a ? 1n : 0n), BIG),
  implement('i64_to_bool', ['i64'], 'bool', (a: bigint) => a !== 0n, BIG),
  implement('f64_to_bool', ['f64'], 'bool', (a: number) => a !== 0),
  implement(
    'narrow_checked_i64',
    ['i64', 'i64', 'i64'],
    'i64',
    (a: bigint, min: bigint, max: bigint) => {
      if (a < min || a > max) throw outOfRange(a, `${min} to ${max}`);
      return a;
    },
    BIG,
  ),
  implement(
    'narrow_null_i64',
    ['i64', 'i64', 'i64'],
    'i64',
    (a: bigint, min: bigint, max: bigint) => inRange(a, min, max) ?? null,
    BIG,
  ),
  // Third argument: 1 for signed types.
  implement(
    'narrow_wrap_i64',
    ['i64', 'i64', 'i64'],
    'i64',
    (a: bigint, bits: bigint, signed: bigint) =>
      signed === 1n ? BigInt.asIntN(Number(bits), a) : wrap(BigInt.asUintN(Number(bits), a)),
    BIG,
  ),
  // A signed integer that orders as the number does: NaN last, -0 as 0.
  implement('f64_to_order', ['f64'], 'i64', floatOrder, BIG),
  // ticks, from precision, to precision; digits are cut off towards the past.
  implement(
    'rescale_ticks',
    ['i64', 'i64', 'i64'],
    'i64',
    (ticks: bigint, from: bigint, to: bigint) => {
      if (to >= from) return wrap(ticks * 10n ** (to - from));
      const scale = 10n ** (from - to);
      return (ticks - (((ticks % scale) + scale) % scale)) / scale;
    },
    BIG,
  ),
  // days, precision, zone: midnight there.
  implement('date_to_ticks', ['i64', 'i64', 'str'], 'i64', (days: number, precision: number, zone: string) =>
    joinTicks(timeZone(zone).toUtc(days * 86_400), 0, precision),
  ),
  // ticks, precision, zone: the day it is there.
  implement(
    'ticks_to_date',
    ['i64', 'i64', 'str'],
    'i64',
    (ticks: Ticks, precision: number, zone: string) =>
      Math.floor(timeZone(zone).toLocal(splitTicks(ticks, precision).seconds) / 86_400),
    TICKS,
  ),
  // ticks, precision, zone.
  ...MOMENT_TEXTS.map(([name, style]) =>
    implement(
      name,
      ['i64', 'i64', 'str'],
      'str',
      (ticks: bigint, precision: bigint, zone: string) =>
        timestampText(ticks, Number(precision), timeZone(zone), style),
      BIG,
    ),
  ),
  implement('date_to_str', ['i64'], 'str', (days: number) => dateText(days)),
  // text, precision, zone, what local times of gaps and overlaps mean.
  ...fallible(
    'str_to_ticks',
    ['str', 'i64', 'str', 'str'],
    'i64',
    (text: string, precision: bigint, zone: string, localTime: LocalTime) =>
      parseTimestamp(text, Number(precision), timeZone(zone), localTime),
    (v) => unparsable(v, 'a timestamp', DATE_HINT),
    BIG,
  ),
  ...fallible('str_to_date', ['str'], 'i64', parseDate, (v) => unparsable(v, 'a date', DATE_HINT)),
];
