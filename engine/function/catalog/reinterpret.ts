/** ClickHouse's other conversions: of the bytes of values, of exactly what a value is, and to decimal digits. */

import { column, type Expr } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import {
  bitsOf,
  isFloat,
  isInteger,
  isSigned,
  isWideInteger,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  STRING,
  timestamp,
  type,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, int, text } from '../call.ts';
import { type CastOptions, cast, retype, WIDEN } from '../cast.ts';
import type { FunctionRow, Resolve, ResolveContext, TableRow } from '../row.ts';
import { BYTES, clickhouseScalar, simple } from '../signature.ts';
import { INTEGER_NAMES, WIDE_NAMES } from './over-integers.ts';

/** Bits of a value in ClickHouse's memory; undefined: it has no fixed number, or is not reinterpreted. */
function widthOf(of: LogicalType): number | undefined {
  if (of.id === 'bfloat16') return undefined;
  if (isInteger(of) || isWideInteger(of) || isFloat(of)) return bitsOf(of);
  if (of.id === 'date') return 16;
  if (of.id === 'timestamp') return of.precision === 0 ? 32 : 64;
  return of.id === 'fixedstring' ? (of.length ?? 0) * 8 : undefined;
}

const isText = (of: LogicalType): boolean => of.id === 'string' || of.id === 'fixedstring';

const like = ({ type }: Expr, target: LogicalType): LogicalType =>
  type.nullable ? nullable(target) : target;

const typed = (of: LogicalType): Expr => text(typeText(notNull(of)));

function bytesOf(value: Expr): Expr {
  const bits = int(widthOf(value.type) ?? 0);
  if (isText(value.type)) return retype(value, like(value, STRING));
  if (isWideInteger(value.type)) return apply('bytes_of_wide', [value, typed(value.type)], STRING);
  return apply(`bytes_of_${isFloat(value.type) ? 'f64' : 'i64'}`, [value, bits], STRING);
}

function valueOfBytes(bytes: Expr, target: LogicalType): Expr {
  if (target.id === 'uuid')
    return cast(apply('uuid_text_of_bytes', [bytes], STRING), target, { ...WIDEN, nested: 'clickhouse' });
  if (isWideInteger(target)) return apply('wide_of_bytes', [bytes, typed(target)], target);
  const bits = int(widthOf(target) ?? 64);
  return isFloat(target)
    ? apply('f64_of_bytes', [bytes, bits], target)
    : apply('i64_of_bytes', [bytes, bits, int(isSigned(target) && isInteger(target) ? 1 : 0)], target);
}

function reinterpreted(value: Expr, target: LogicalType): Expr | undefined {
  if (!isText(value.type) && widthOf(value.type) === undefined) return undefined;
  if (target.id === 'string') {
    const bytes = bytesOf(value);
    return isText(value.type) ? bytes : apply('without_zeros', [bytes], STRING);
  }
  if (target.id === 'fixedstring')
    return isText(value.type) ? undefined : retype(bytesOf(value), like(value, target));
  return target.id === 'uuid' || widthOf(target) !== undefined
    ? valueOfBytes(bytesOf(value), target)
    : undefined;
}

const into =
  (targetOf: (from: LogicalType) => LogicalType | undefined): Resolve =>
  (args) => {
    const target = args.length === 1 ? targetOf(notNull(args[0].type)) : undefined;
    if (target === undefined) return undefined;
    if (reinterpreted(column(0, notNull(args[0].type)), target) === undefined) return undefined;
    return { casts: [args[0].type], build: ([value]) => reinterpreted(value, target)! };
  };

const byName: Resolve = (args, context) => {
  const target = typeOf(args[1]?.value, context);
  if (args.length !== 2 || target === undefined) return undefined;
  const found = into(() => target)([args[0]], context);
  return found?.build === undefined
    ? undefined
    : { casts: args.map((a) => a.type), build: ([value]) => found.build([value]) };
};

const typeOf = (name: unknown, { typeNamed }: ResolveContext): LogicalType | undefined =>
  typeof name === 'string' ? typeNamed?.(name) : undefined;

type Accuracy = '' | 'OrNull' | 'OrDefault';

/** Floats are taken only from what they hold without rounding. */
const keepsNumbers = (from: LogicalType, to: LogicalType): boolean =>
  !isFloat(to) ||
  from.id === to.id ||
  isText(from) ||
  (isFloat(from) && bitsOf(from) < bitsOf(to)) ||
  (isInteger(from) && bitsOf(from) <= bitsOf(to) / 2);

/** What a value is in another type, if it is one of its values. */
const accurate =
  (fallback: Accuracy): Resolve =>
  (args, context) => {
    const target = typeOf(args[1]?.value, context);
    if (target === undefined || args.length < 2 || args.length > (fallback === 'OrDefault' ? 3 : 2))
      return undefined;
    if (args.length === 3 && args[2].type.id !== target.id) return undefined;
    if (!keepsNumbers(args[0].type, target)) return undefined;
    const options: CastOptions = {
      ...WIDEN,
      onBadValue: fallback === '' ? 'error' : 'null',
      timeZone: context.timeZone,
      localTime: 'earliest',
      nested: 'clickhouse',
    };
    return {
      casts: args.map((a) => a.type),
      build: ([value, , otherwise]) => {
        const whole =
          isFloat(value.type) && isInteger(target)
            ? apply(
                `f64_exact_${fallback === '' ? 'checked' : 'null'}`,
                [value],
                type('int64', fallback !== ''),
              )
            : value;
        const found =
          isFloat(value.type) && isWideInteger(target)
            ? apply(
                `f64_to_wide_${fallback === '' ? 'checked' : 'null'}`,
                [value, typed(target), text('exact')],
                fallback === '' ? target : nullable(target),
              )
            : cast(whole, target, options);
        if (fallback === '') return found;
        const mayBeNull = retype(found, nullable(found.type));
        if (fallback === 'OrNull') return mayBeNull;
        const zero: Expr = { kind: 'literal', value: zeroOf(target), type: notNull(target) };
        return apply(`coalesce_${laneOf(target)}`, [mayBeNull, otherwise ?? zero], notNull(target));
      },
    };
  };

const MOST_DIGITS = { integer: 77n, float: 60n };

const decimalString: Resolve = (args) => {
  const [number, { value: digits } = { value: undefined }] = args;
  if (args.length !== 2 || typeof digits !== 'bigint' || digits < 0n) return undefined;
  if (isInteger(number.type) && digits <= MOST_DIGITS.integer)
    return {
      casts: args.map((a) => a.type),
      build: ([n]) =>
        apply('decimal_text_i64', [n, int(digits), int(n.type.id === 'uint64' ? 1 : 0)], STRING),
    };
  return isFloat(number.type) && digits <= MOST_DIGITS.float
    ? { casts: args.map((a) => a.type), build: ([n]) => apply('decimal_text_f64', [n, int(digits)], STRING) }
    : undefined;
};

const of = (name: string, target: LogicalType, example: string, result: string): TableRow => [
  [`reinterpretAs${name}`],
  into(() => target),
  `reinterpretAs${name}(value)`,
  `The ${name} whose bytes, lowest first, the value has.`,
  `SELECT ${example}`,
  result,
];

const ROWS: readonly TableRow[] = [
  ...INTEGER_NAMES.map(([name, id]) => of(name, type(id), `reinterpretAs${name}('A')`, '65')),
  ...WIDE_NAMES.map(([name, id]) => of(name, type(id), `toString(reinterpretAs${name}('A'))`, '65')),
  of('Float32', type('float32'), 'reinterpretAsFloat32(reinterpretAsUInt32(toFloat32(0.5)))', '0.5'),
  of('Float64', type('float64'), 'reinterpretAsFloat64(reinterpretAsUInt64(0.2))', '0.2'),
  of('Date', type('date'), "reinterpretAsDate('A')", '1970-03-07'),
  of('DateTime', timestamp(0), "reinterpretAsDateTime('A')", '1970-01-01 00:01:05'),
  of('String', STRING, "reinterpretAsString(toDate('1970-03-07'))", 'A'),
  of(
    'UUID',
    type('uuid'),
    "toString(reinterpretAsUUID(reverse(unhex('000102030405060708090a0b0c0d0e0f'))))",
    '08090a0b-0c0d-0e0f-0001-020304050607',
  ),
  [
    ['reinterpretAsFixedString'],
    into((from) => {
      const bits = widthOf(from);
      return bits === undefined || isText(from)
        ? undefined
        : { id: 'fixedstring', nullable: false, length: bits / 8 };
    }),
    'reinterpretAsFixedString(value)',
    'The bytes of the value, lowest first.',
    'SELECT hex(reinterpretAsFixedString(toUInt16(258)))',
    '0201',
  ],
  [
    ['reinterpret'],
    byName,
    'reinterpret(value, type)',
    'The value of a type whose bytes, lowest first, the value has.',
    "SELECT reinterpret(toInt8(-1), 'UInt8')",
    '255',
  ],
  [
    ['accurateCast'],
    accurate(''),
    'accurateCast(value, type)',
    'The same value in another type; an error if it has none.',
    "SELECT accurateCast(42, 'UInt16')",
    '42',
  ],
  [
    ['accurateCastOrNull'],
    accurate('OrNull'),
    'accurateCastOrNull(value, type)',
    'The same value in another type; NULL if it has none.',
    "SELECT accurateCastOrNull(-1, 'UInt8')",
    'null',
  ],
  [
    ['accurateCastOrDefault'],
    accurate('OrDefault'),
    'accurateCastOrDefault(value, type [, default])',
    'The same value in another type; the default if it has none.',
    "SELECT accurateCastOrDefault(-1, 'UInt8')",
    '0',
  ],
  [
    ['toDecimalString'],
    decimalString,
    'toDecimalString(number, digits)',
    'The number as text with so many digits after the point.',
    'SELECT toDecimalString(2.1456, 2)',
    '2.15',
  ],
  [
    ['toStringCutToZero'],
    simple('up_to_zero', [BYTES], STRING),
    'toStringCutToZero(text)',
    'The text up to its first zero byte.',
    "SELECT toStringCutToZero('hello\\0world')",
    'hello',
  ],
];

export const REINTERPRETATIONS: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
