/** ClickHouse's readable numbers, and what it tells of values and their types. */

import { type Expr, literal } from '../../plan/expr.ts';
import { isExact, isWide, wideBits } from '../../type/exact.ts';
import {
  BOOL,
  bitsOf,
  entriesOf,
  FLOAT64,
  fieldsOf,
  isEnum,
  isFloat,
  isInteger,
  isNumeric,
  isTemporal,
  type LogicalType,
  nullable,
  STRING,
  type,
  UINT64,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { anyOf, apply, choose, int, nullOf, text, unlessNull } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow, Resolve, TableRow } from '../row.ts';
import { clickhouseScalar, fitArguments, NUMBER, simple, TEXT } from '../signature.ts';
import { composed, isTuple, partsOf, unnamed } from './compose.ts';

const MOST_DIGITS = 60n;

/** A number, and how many digits behind the point it is shown with. */
const ofNumber =
  (fn: string): Resolve =>
  (args, context) => {
    const digits = args.length > 1 ? args[1].value : 2n;
    if (
      args.length < 1 ||
      args.length > 2 ||
      typeof digits !== 'bigint' ||
      digits < 0n ||
      digits > MOST_DIGITS
    )
      return undefined;
    const found = fitArguments(args.slice(0, 1), [NUMBER], context);
    return found === undefined
      ? undefined
      : {
          casts: [...found, ...args.slice(1).map((a) => a.type)],
          build: ([number]) => apply(fn, [number, int(digits)], STRING),
        };
  };

const timeDelta: Resolve = (args, context) => {
  if (args.length < 1 || args.length > 2) return undefined;
  const casts = fitArguments(args, [NUMBER, TEXT], context);
  return casts === undefined
    ? undefined
    : {
        casts,
        build: ([seconds, largest]) => apply('readable_span', [seconds, largest ?? text('years')], STRING),
      };
};

const sizeOfText =
  (fallback: '' | 'OrNull' | 'OrZero'): Resolve =>
  (args, context) => {
    const target = args.length === 1 ? TEXT(args[0], context) : undefined;
    if (target === undefined) return undefined;
    return {
      casts: [target],
      build: ([value]) => {
        if (fallback === '') return apply('size_of_text_checked', [value], UINT64);
        const found = apply('size_of_text_null', [value], nullable(UINT64));
        return fallback === 'OrNull'
          ? found
          : unlessNull([value], apply('coalesce_i64', [found, literal(0n, UINT64)], UINT64));
      },
    };
  };

/** Digits of a number without its point. */
const digits: Resolve = (args) => {
  const [{ type: of }] = args.length === 1 ? args : [{ type: STRING }];
  if (!isExact(of)) return undefined;
  return {
    casts: [of],
    build: ([n]) => apply('count_digits', [cast(n, STRING, WIDEN), int(of.scale ?? 0)], type('uint8')),
  };
};

/** Bytes of a value in memory; undefined: not told. */
function bytesOf(of: LogicalType): number | undefined {
  if (isInteger(of) || isFloat(of)) return bitsOf(of) / 8;
  if (isWide(of)) return wideBits(of) / 8;
  if (of.id === 'date') return 2;
  if (of.id === 'timestamp') return of.precision === 0 ? 4 : 8;
  return of.id === 'bool' || of.id === 'null' ? 1 : of.id === 'fixedstring' ? of.length : undefined;
}

/** Characters of a bar. */
const DEFAULT_BAR = 80;

/** A string counts its length with where it ends. */
const OFFSET = 8;

const byteSize: Resolve = (args) => {
  const sizes = args.map(({ type: of }) => (of.id === 'string' ? OFFSET : bytesOf(of)));
  if (sizes.includes(undefined)) return undefined;
  // One more says whether it is NULL.
  const flags = args.filter(({ type: of }) => of.nullable && of.id !== 'null').length;
  return {
    casts: args.map((a) => a.type),
    build: (values) => {
      const fixed: Expr = literal(
        BigInt(sizes.reduce<number>((sum, size) => sum + (size ?? 0), flags)),
        UINT64,
      );
      return values
        .filter((value) => value.type.id === 'string')
        .reduce<Expr>(
          (sum, value) =>
            apply(
              'add_wrap_i64',
              [sum, ifNull(apply('length_bytes', [value], UINT64), literal(0n, UINT64))],
              UINT64,
            ),
          fixed,
        );
    },
  };
};

const constant =
  (value: (args: readonly Argument[]) => Expr | undefined): Resolve =>
  (args) => {
    const found = value(args);
    return found === undefined ? undefined : { casts: args.map((a) => a.type), build: () => found };
  };

const zero = (of: LogicalType): Expr => literal(of.nullable ? null : zeroOf(of), of);

const defaultOfName: Resolve = (args, { typeNamed }) => {
  const name = args[0]?.value;
  if (args.length !== 1 || typeof name !== 'string' || typeNamed === undefined) return undefined;
  const of = typeNamed(name);
  return { casts: [STRING], build: () => zero(of) };
};

/** Half of the sum of floats; whole numbers are refused, whose mean ClickHouse cuts off. */
const ZERO = literal(0, FLOAT64);
const ONE = literal(1, FLOAT64);
const presence = (value: Expr): Expr =>
  value.type.nullable ? apply('is_not_null', [value], BOOL) : literal(true, BOOL);

const mean =
  (most: number): Resolve =>
  (args, context) => {
    if (args.length < 2 || args.length > most || !args.some((a) => isFloat(a.type))) return undefined;
    const casts = fitArguments(args, [NUMBER], context);
    return casts === undefined
      ? undefined
      : {
          casts,
          build: (values) => {
            // NULLs do not count.
            const present = values.map((value) => presence(value));
            const sum = values
              .map((value, i) =>
                value.type.nullable ? choose(present[i], value, ZERO, nullable(FLOAT64)) : value,
              )
              .reduce((all, value) => apply('add_f64', [all, value], FLOAT64));
            const count = present
              .map((isThere) => choose(isThere, ONE, ZERO, FLOAT64))
              .reduce((all, one) => apply('add_f64', [all, one], FLOAT64));
            const mean = apply('div_f64', [sum, count], FLOAT64);
            return values.every((value) => value.type.nullable)
              ? choose(anyOf(present), mean, nullOf(FLOAT64), nullable(FLOAT64))
              : mean;
          },
        };
  };

const ifNull = (value: Expr, otherwise: Expr): Expr =>
  value.type.nullable ? apply('coalesce_i64', [value, otherwise], UINT64) : value;

const width: Resolve = (args) =>
  args.length === 1 && (args[0].type.id === 'null' || isNumeric(args[0].type) || isTemporal(args[0].type))
    ? {
        casts: [args[0].type],
        build: ([value]) =>
          value.type.id === 'null'
            ? literal(4n, UINT64)
            : ifNull(apply('length_bytes', [cast(value, STRING, WIDEN)], UINT64), literal(4n, UINT64)),
      }
    : undefined;

const SIZES: readonly TableRow[] = [
  [
    ['formatReadableSize', 'FORMAT_BYTES'],
    ofNumber('readable_size'),
    'formatReadableSize(bytes [, digits])',
    'Bytes with a unit that is a power of 1024.',
    'SELECT formatReadableSize(192851925)',
    '183.92 MiB',
  ],
  [
    ['formatReadableDecimalSize'],
    ofNumber('readable_decimal_size'),
    'formatReadableDecimalSize(bytes [, digits])',
    'Bytes with a unit that is a power of 1000.',
    'SELECT formatReadableDecimalSize(192851925)',
    '192.85 MB',
  ],
  [
    ['formatReadableQuantity'],
    ofNumber('readable_quantity'),
    'formatReadableQuantity(number [, digits])',
    'A number with the word for its power of 1000.',
    'SELECT formatReadableQuantity(4567000000)',
    '4.57 billion',
  ],
  [
    ['formatReadableTimeDelta'],
    timeDelta,
    'formatReadableTimeDelta(seconds [, largest_unit])',
    'Seconds as years, months, days, hours, minutes and seconds.',
    'SELECT formatReadableTimeDelta(12345)',
    '3 hours, 25 minutes and 45 seconds',
  ],
  ...(['', 'OrNull', 'OrZero'] as const).map(
    (fallback): TableRow => [
      [`parseReadableSize${fallback}`],
      sizeOfText(fallback),
      `parseReadableSize${fallback}(text)`,
      `Bytes of a size with a unit, rounded up.${fallback === '' ? '' : fallback === 'OrNull' ? ' NULL if it is none.' : ' 0 if it is none.'}`,
      `SELECT parseReadableSize${fallback}('5.314 KiB')`,
      '5442',
    ],
  ),
  [
    ['parseTimeDelta'],
    simple('delta_of_text', [TEXT], FLOAT64),
    'parseTimeDelta(text)',
    'Seconds of a span of time with its units.',
    "SELECT parseTimeDelta('11s+22min')",
    '1331.0',
  ],
  [
    ['MACNumToString'],
    simple('mac_text', [({ type: of }) => (of.id === 'uint64' ? of : undefined)], STRING),
    'MACNumToString(number)',
    'The MAC address of a UInt64.',
    'SELECT MACNumToString(toUInt64(149809441867716))',
    '88:40:3A:91:07:C4',
  ],
  [
    ['MACStringToNum'],
    simple('mac_number', [TEXT], UINT64),
    'MACStringToNum(text)',
    'The number of a MAC address; 0 if it is none.',
    "SELECT MACStringToNum('01:02:03:04:05:06')",
    '1108152157446',
  ],
  [
    ['MACStringToOUI'],
    simple('mac_vendor', [TEXT], UINT64),
    'MACStringToOUI(text)',
    'The number of the first three bytes of a MAC address.',
    "SELECT MACStringToOUI('00:50:56:12:34:56')",
    '20566',
  ],
];

const TOLD: readonly TableRow[] = [
  [
    ['countDigits'],
    digits,
    'countDigits(number)',
    'Digits of an integer, or of a decimal without its point.',
    'SELECT countDigits(toDecimal32(1, 8))',
    '9',
  ],
  [
    ['byteSize'],
    byteSize,
    'byteSize(value, ...)',
    "Bytes of the values in ClickHouse's memory.",
    "SELECT byteSize('string')",
    '14',
  ],
  [
    ['defaultValueOfArgumentType'],
    constant((args) => (args.length === 1 && args[0].type.id !== 'null' ? zero(args[0].type) : undefined)),
    'defaultValueOfArgumentType(value)',
    'The default of the type of a value.',
    'SELECT defaultValueOfArgumentType(42)',
    '0',
  ],
  [
    ['defaultValueOfTypeName'],
    defaultOfName,
    'defaultValueOfTypeName(type)',
    'The default of a type.',
    "SELECT defaultValueOfTypeName('Int8')",
    '0',
  ],
  [
    ['getSizeOfEnumType'],
    constant((args) =>
      args.length === 1 && isEnum(args[0].type)
        ? literal(
            BigInt(entriesOf(args[0].type).length),
            type(args[0].type.id === 'enum8' ? 'uint8' : 'uint16'),
          )
        : undefined,
    ),
    'getSizeOfEnumType(value)',
    'How many names an enum has.',
    "SELECT getSizeOfEnumType(CAST('a' AS Enum8('a' = 1, 'b' = 2)))",
    '2',
  ],
  [
    ['visibleWidth'],
    width,
    'visibleWidth(value)',
    'Characters that a number or a moment takes as text.',
    'SELECT visibleWidth(123)',
    '3',
  ],
  [['avg2'], mean(2), 'avg2(a, b)', 'The mean of two floats.', 'SELECT avg2(toUInt8(3), 1.0)', '2.0'],
  [
    ['midpoint'],
    mean(Number.POSITIVE_INFINITY),
    'midpoint(a, b, ...)',
    'The mean of floats.',
    'SELECT midpoint(1, toUInt8(3), 0.5)',
    '1.5',
  ],
  [
    ['flipCoordinates'],
    composed(
      (args) => args.length === 1 && isTuple(args[0]) && fieldsOf(args[0].type).length === 2,
      ([point]) => unnamed(partsOf(point).reverse()),
    ),
    'flipCoordinates(point)',
    'A pair with its parts swapped.',
    'SELECT toString(flipCoordinates((1.0, 2.0)))',
    '(2,1)',
  ],
  [
    ['bar'],
    simple('bar', [NUMBER, NUMBER, NUMBER, NUMBER], STRING, {
      defaults: [{ value: DEFAULT_BAR, type: FLOAT64 }],
    }),
    'bar(x, min, max [, width])',
    'A bar of text, as long as x lies between two numbers.',
    'SELECT bar(5, 0, 10, 4)',
    '██',
  ],
  [
    ['isConstant'],
    (args) =>
      args.length === 1
        ? {
            casts: [args[0].type],
            build: ([value]) => literal(value.kind === 'literal', BOOL),
          }
        : undefined,
    'isConstant(value)',
    'Whether the value is known before any row is read.',
    'SELECT isConstant(1 + 1)',
    '1',
  ],
];

export const READABLES: readonly FunctionRow[] = [...SIZES, ...TOLD].map(clickhouseScalar);
