/**
 * Conversion functions of ClickHouse: to<Type>, to<Type>OrNull, to<Type>OrZero. Numbers wrap, text that does not
 * fit is an error unless the name says otherwise. CAST itself is not a function: the binder knows it.
 */

import { type Expr, literal } from '../../plan/expr.ts';
import { dialectTypeName } from '../../type/dialect-name.ts';
import {
  BOOL,
  decimal,
  isInteger,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  STRING,
  sameType,
  type TypeId,
  timestamp,
  type,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { allOf, apply, choose, int, nullOf, text, unlessNull } from '../call.ts';
import { type CastOptions, cast, type OnBadValue, retype, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { scalar } from '../signature.ts';
import { INTEGER_NAMES, WIDE_NAMES } from './over-integers.ts';

export type Fallback = '' | 'OrNull' | 'OrZero' | 'OrDefault';

/** @param otherwise what OrDefault gives; absent: the zero of the type */
export function convert(
  value: Expr,
  to: LogicalType,
  fallback: Fallback,
  zone: string,
  otherwise?: Expr,
): Expr {
  if (fallback !== '' && to.id === 'timestamp' && to.precision === 0 && isInteger(value.type))
    return secondsOr(value, to, fallback, zone, otherwise);
  const fromText = value.type.id === 'string';
  // A text that may be NULL gives NULL where it is unreadable, as in ClickHouse.
  const onBadValue: OnBadValue =
    fallback !== '' || (fromText && value.type.nullable) ? 'null' : fromText ? 'error' : 'wrap';
  const options: CastOptions = {
    ...WIDEN,
    onBadValue,
    timeZone: zone,
    localTime: 'earliest',
    nested: 'clickhouse',
  };
  const converted = cast(value, to, options);
  if (fallback === '') return converted;
  if (fallback === 'OrNull') return { ...converted, type: nullable(converted.type) };
  const found = apply(
    `coalesce_${laneOf(to)}`,
    [
      { ...converted, type: nullable(converted.type) },
      otherwise ?? { kind: 'literal', value: zeroOf(to), type: notNull(to) },
    ],
    notNull(to),
  );
  return fallback === 'OrZero' ? unlessNull([value], found) : found;
}

const MAX_SECONDS = 2n ** 32n - 1n;

/** Seconds since the epoch, where a DateTime has them. */
function secondsOr(
  value: Expr,
  to: LogicalType,
  fallback: Fallback,
  zone: string,
  otherwise: Expr | undefined,
): Expr {
  const of = fallback === 'OrNull' || value.type.nullable ? nullable(to) : to;
  const isSeconds = allOf([
    apply('ge_i64', [value, int(0)], BOOL),
    apply('le_i64', [value, int(MAX_SECONDS)], BOOL),
  ]);
  const none = fallback === 'OrNull' ? nullOf(to) : (otherwise ?? literal(zeroOf(to), to));
  return choose(isSeconds, retype(convert(value, to, '', zone), of), retype(none, of), of);
}

/** OrDefault takes one more argument, of exactly the type it converts to. */
const mayBeDefault = (arg: Argument | undefined, target: LogicalType, fallback: Fallback): boolean =>
  arg === undefined || (fallback === 'OrDefault' && sameType(arg.type, target));

const to =
  (target: LogicalType, fallback: Fallback): Resolve =>
  (args, context) => {
    if (args.length < 1 || args.length > 2 || !mayBeDefault(args[1], target, fallback)) return undefined;
    return {
      casts: args.map((a) => a.type),
      // Epoch values outside of 'wrap' mode count seconds as well.
      build: ([value, otherwise]) => convert(value, target, fallback, context.timeZone, otherwise),
    };
  };

const zoneOf = (arg: Argument | undefined, context: ResolveContext): { zone: string; shown?: string } =>
  typeof arg?.value === 'string' ? { zone: arg.value, shown: arg.value } : { zone: context.timeZone };

const toDateTime =
  (fallback: Fallback): Resolve =>
  (args, context) => {
    if (args.length < 1 || args.length > 2) return undefined;
    const { zone, shown } = zoneOf(args[1], context);
    const own = args[0].type.id === 'timestamp' ? (shown ?? args[0].type.zone) : shown;
    return {
      casts: args.map((a) => a.type),
      build: ([value]) => convert(value, timestamp(0, false, own), fallback, zone),
    };
  };

const toDateTime64 =
  (fallback: Fallback): Resolve =>
  (args, context) => {
    // What may fail counts milliseconds unless it is told otherwise.
    const precision = args.length === 1 && fallback !== '' ? 3n : args[1]?.value;
    if (
      args.length < 1 ||
      args.length > 3 ||
      typeof precision !== 'bigint' ||
      precision < 0n ||
      precision > 9n
    )
      return undefined;
    const { zone, shown } = zoneOf(args[2], context);
    return {
      casts: args.map((a) => a.type),
      build: ([value]) => convert(value, timestamp(Number(precision), false, shown), fallback, zone),
    };
  };

/** `toDecimal64(value, scale)` */
const toDecimal =
  (digits: number, fallback: Fallback): Resolve =>
  (args, context) => {
    const scale = args[1]?.value;
    if (args.length < 2 || args.length > 3 || typeof scale !== 'bigint') return undefined;
    if (scale < 0n || scale > BigInt(digits)) return undefined;
    const target = decimal(digits, Number(scale));
    if (!mayBeDefault(args[2], target, fallback)) return undefined;
    return {
      casts: args.map((a) => a.type),
      build: ([value, , otherwise]) => convert(value, target, fallback, context.timeZone, otherwise),
    };
  };

const toFixedString: Resolve = (args, context) => {
  const bytes = args[1]?.value;
  if (args.length !== 2 || typeof bytes !== 'bigint' || bytes < 1n) return undefined;
  const target: LogicalType = { id: 'fixedstring', nullable: false, length: Number(bytes) };
  return {
    casts: args.map((a) => a.type),
    build: ([value]) => convert(value, target, '', context.timeZone),
  };
};

/** Small integers are days, larger ones seconds. */
const LAST_DAY_NUMBER = 65_535n;

const toDate =
  (fallback: Fallback): Resolve =>
  (args, context) => {
    if (args.length < 1 || args.length > 2) return undefined;
    const hasZone = args[1]?.type.id === 'string';
    if (!hasZone && !mayBeDefault(args[1], type('date'), fallback)) return undefined;
    const { zone, shown } = zoneOf(args[1], context);
    return {
      casts: args.map((a) => a.type),
      build: ([given, second]) => {
        const otherwise = hasZone ? undefined : second;
        // The day it is in the zone that was asked for, whatever zone the moment is shown in.
        const value =
          shown !== undefined && given.type.id === 'timestamp'
            ? retype(given, { ...given.type, zone: shown })
            : given;
        const seconds =
          isInteger(value.type) &&
          value.kind === 'literal' &&
          typeof value.value === 'bigint' &&
          value.value > LAST_DAY_NUMBER;
        const from = seconds ? convert(value, timestamp(0), '', zone) : value;
        return convert(from, type('date'), fallback, zone, otherwise);
      },
    };
  };

const toText: Resolve = (args, context) => {
  if (args.length < 1 || args.length > 2) return undefined;
  const { zone, shown } = zoneOf(args[1], context);
  return {
    casts: args.map((a) => a.type),
    build: ([value]) =>
      cast(
        shown === undefined ? value : ({ ...value, type: { ...value.type, zone: shown } } as Expr),
        STRING,
        { ...WIDEN, timeZone: zone, nested: 'clickhouse' },
      ),
  };
};

const NUMBERS: readonly (readonly [string, TypeId])[] = [
  ...INTEGER_NAMES,
  ...WIDE_NAMES,
  ['BFloat16', 'bfloat16'],
  ['Float32', 'float32'],
  ['Float64', 'float64'],
];

/** Types of a text form, with an example of it. */
const TEXTUAL: readonly (readonly [name: string, id: TypeId, example: string])[] = [
  ['UUID', 'uuid', '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
  ['IPv4', 'ipv4', '1.2.3.4'],
  ['IPv6', 'ipv6', '2001:db8::1'],
];

const DECIMALS: readonly (readonly [name: string, digits: number])[] = [
  ['Decimal32', 9],
  ['Decimal64', 18],
  ['Decimal128', 38],
  ['Decimal256', 76],
];

const FALLBACKS: readonly Fallback[] = ['', 'OrNull', 'OrZero', 'OrDefault'];

const DEFAULT_ARGUMENT: Record<Fallback, string> = {
  '': '',
  OrNull: '',
  OrZero: '',
  OrDefault: ' [, default]',
};

export const FALLBACK_DOCS: Record<Fallback, string> = {
  '': '',
  OrNull: ' NULL if the text is none.',
  OrZero: ' Zero if the text is none.',
  OrDefault: ' The default if the text is none.',
};

/** What is packed is shown as text. */
const shown = (id: TypeId, call: string): string => (laneOf(type(id)) === 'str' ? `toString(${call})` : call);

const only = (...names: string[]): FunctionRow['names'] => ({ clickhouse: names });

export const CONVERSIONS: readonly FunctionRow[] = [
  ...NUMBERS.flatMap(([name, id]) =>
    FALLBACKS.map((fallback) =>
      scalar(
        only(`to${name}${fallback}`),
        to(type(id), fallback),
        `to${name}${fallback}(value${DEFAULT_ARGUMENT[fallback]})`,
        `The value as ${name}.${FALLBACK_DOCS[fallback]}`,
        `SELECT ${shown(id, `to${name}${fallback}('42')`)}`,
        '42',
      ),
    ),
  ),
  ...TEXTUAL.flatMap(([name, id, example]) =>
    FALLBACKS.map((fallback) =>
      scalar(
        only(`to${name}${fallback}`),
        to(type(id), fallback),
        `to${name}${fallback}(value${DEFAULT_ARGUMENT[fallback]})`,
        `The value as ${name}.${FALLBACK_DOCS[fallback]}`,
        `SELECT toString(to${name}${fallback}('${example}'))`,
        example,
      ),
    ),
  ),
  ...DECIMALS.flatMap(([name, digits]) =>
    FALLBACKS.map((fallback) =>
      scalar(
        only(`to${name}${fallback}`),
        toDecimal(digits, fallback),
        `to${name}${fallback}(value, scale${DEFAULT_ARGUMENT[fallback]})`,
        `The value as a decimal of ${digits} digits.${FALLBACK_DOCS[fallback]}`,
        `SELECT toString(to${name}${fallback}('1.239', 2))`,
        '1.23',
      ),
    ),
  ),
  scalar(
    only('toFixedString'),
    toFixedString,
    'toFixedString(text, bytes)',
    'The text with zero bytes behind it, up to a number of bytes.',
    "SELECT toString(toFixedString('ab', 3))",
    'ab',
  ),
  ...FALLBACKS.flatMap((fallback) => [
    scalar(
      only(...(fallback === '' ? ['toDate', 'DATE'] : [`toDate${fallback}`])),
      toDate(fallback),
      `toDate${fallback}(value [, ${fallback === 'OrDefault' ? 'default' : 'zone'}])`,
      `The value as Date.${FALLBACK_DOCS[fallback]}`,
      `SELECT toDate${fallback}('2024-05-06')`,
      '2024-05-06',
    ),
    scalar(
      only(...(fallback === '' ? ['toDateTime', 'toDateTime32'] : [`toDateTime${fallback}`])),
      toDateTime(fallback),
      `toDateTime${fallback}(value [, zone])`,
      `The value as DateTime.${FALLBACK_DOCS[fallback]}`,
      `SELECT toDateTime${fallback}('2024-05-06 07:08:09', 'UTC')`,
      '2024-05-06 07:08:09',
    ),
    scalar(
      only(`toDateTime64${fallback}`),
      toDateTime64(fallback),
      `toDateTime64${fallback}(value${fallback === '' ? ', precision [, zone]' : ' [, precision, zone]'})`,
      `The value as DateTime64.${FALLBACK_DOCS[fallback]}`,
      `SELECT toDateTime64${fallback}('2024-05-06 07:08:09.5', 3, 'UTC')`,
      '2024-05-06 07:08:09.500',
    ),
  ]),
  scalar(
    only('toDate32'),
    toDate(''),
    'toDate32(value)',
    'The value as Date.',
    "SELECT toDate32('1920-05-06')",
    '1920-05-06',
  ),
  scalar(
    only('toString'),
    toText,
    'toString(value [, zone])',
    'The value as text.',
    'SELECT toString(42)',
    '42',
  ),
  {
    ...scalar(
      { clickhouse: ['toTypeName'], standard: ['typeof'] },
      (args, { dialect }) =>
        args.length === 1
          ? { casts: [args[0].type], build: ([value]) => text(dialectTypeName(value.type, dialect)) }
          : undefined,
      'toTypeName(value)',
      "The name of the value's type.",
      'SELECT toTypeName(1)',
      'UInt8',
    ),
    takesDynamic: true,
  },
  scalar(
    only('toBool'),
    to(BOOL, ''),
    'toBool(value)',
    'The value as Bool.',
    "SELECT toBool('true')",
    'true',
  ),
];
