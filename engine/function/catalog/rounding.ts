/** ClickHouse's rounding to digits, to steps and to powers of two. Types stay. */

import { type Expr, literal } from '../../plan/expr.ts';
import { isWide } from '../../type/exact.ts';
import { unpackItem } from '../../type/nested.ts';
import {
  BOOL,
  elementOf,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNarrowFloat,
  isSigned,
  type LogicalType,
  laneOf,
  nullable,
  plainType,
  type TypeId,
  type,
} from '../../type/type.ts';
import { apply, int, unlessNull } from '../call.ts';
import { cast, commonType, laneSuffix, WIDEN } from '../cast.ts';
import type { FunctionRow, Resolve, TableRow } from '../row.ts';
import type { Cut } from '../scalar/rounding.ts';
import { clickhouseScalar } from '../signature.ts';
import { exactCut } from './exact.ts';
import { lowBits } from './over-integers.ts';

const isNarrow = (of: LogicalType): boolean => of.id === 'decimal' && !isWide(of);
const isRounded = (of: LogicalType): boolean => isInteger(of) || isFloat(of) || isNarrow(of);

const plain = (value: Expr): Expr => int(value.type.id === 'uint64' ? 1 : 0);
const floatAs = (of: LogicalType, value: Expr): Expr => (isNarrowFloat(of) ? cast(value, of, WIDEN) : value);

/** After digits behind the point, none unless they are given; integers only lose digits. */
export const cutTo =
  (cut: Cut): Resolve =>
  (args, context) => {
    const [number, digits] = args;
    if (args.length >= 1 && isWide(number.type)) return exactCut(cut)(args, context);
    if (args.length < 1 || args.length > 2 || !isRounded(number.type)) return undefined;
    if (digits !== undefined && !isInteger(digits.type)) return undefined;
    return {
      casts: [number.type, ...args.slice(1).map((a) => (a.type.nullable ? nullable(INT64) : INT64))],
      build: ([value, by = int(0)]) => {
        const of = value.type;
        if (isFloat(of)) return floatAs(of, apply(`cut_${cut}_f64`, [value, by], FLOAT64));
        const places = apply('sub_wrap_i64', [int(of.scale ?? 0), by], INT64);
        const found = apply(`cut_${cut}_i64`, [value, places, plain(value)], { ...of, nullable: false });
        return isInteger(of) ? lowBits(found, { ...of, nullable: false }) : found;
      },
    };
  };

const toPower: Resolve = (args) => {
  if (args.length !== 1 || !(isInteger(args[0].type) || isFloat(args[0].type))) return undefined;
  return {
    casts: [plainType(args[0].type)],
    build: ([value]) =>
      isFloat(value.type)
        ? floatAs(value.type, apply('power_below_f64', [value], FLOAT64))
        : apply('power_below_i64', [value, plain(value)], { ...value.type, nullable: false }),
  };
};

/** What a number gives from each of ascending bounds on; below all the first. */
type Steps = readonly (readonly [from: Expr, gives: Expr])[];

function stepOf(value: Expr, steps: Steps, below: Expr, of: LogicalType): Expr {
  const branches = [...steps].reverse().map(([from, gives]) => ({
    when: apply(`ge_${laneSuffix(from.type)}`, [value, from], BOOL),
    value: gives,
  }));
  return unlessNull([value], { kind: 'case', branches, otherwise: below, type: of });
}

/** Fixed steps of a number, of which 0 is the lowest. */
const fixed =
  (id: TypeId, steps: readonly (readonly [from: number, gives: number])[]): Resolve =>
  (args) => {
    if (args.length !== 1) return undefined;
    if (!isInteger(args[0].type) && !isFloat(args[0].type)) return undefined;
    const of = type(id);
    return {
      casts: [args[0].type.nullable ? nullable(FLOAT64) : FLOAT64],
      build: ([value]) =>
        stepOf(
          value,
          steps.map(([from, gives]) => [literal(from, FLOAT64), literal(BigInt(gives), of)]),
          literal(0n, of),
          of,
        ),
    };
  };

const AGES = [
  [1, 17],
  [18, 18],
  [25, 25],
  [35, 35],
  [45, 45],
  [55, 55],
] as const;
const DURATIONS = [1, 10, 30, 60, 120, 180, 240, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000].map(
  (seconds) => [seconds, seconds] as const,
);

/** The largest of listed numbers that is not above. */
const down: Resolve = (args) => {
  const [number, list] = args;
  if (args.length !== 2 || list.type.id !== 'array' || typeof list.value !== 'string') return undefined;
  const element = elementOf(list.type);
  const common = commonType(number.type, element);
  if (common === undefined || element.nullable) return undefined;
  if (!isInteger(common) && !isFloat(common)) return undefined;
  // Unsigned numbers of 64 bits beside signed ones have no type of their own.
  if (number.type.id === 'uint64' && isSigned(element)) return undefined;
  const items = unpackItem(list.value, list.type)
    .map((item) => cast(literal(item as bigint | number, element), common, WIDEN))
    .sort((a, b) => Number((a as { value: bigint }).value) - Number((b as { value: bigint }).value));
  if (items.length === 0 || laneOf(common) === 'str') return undefined;
  return {
    casts: [common, list.type],
    build: ([value]) =>
      stepOf(
        value,
        items.map((item) => [item, item]),
        items[0],
        common,
      ),
  };
};

const ROWS: readonly TableRow[] = [
  [
    ['roundBankers'],
    cutTo('even'),
    'roundBankers(x [, digits])',
    'The nearest number with so many digits after the point; halves go to the even one.',
    'SELECT roundBankers(4.5)',
    '4.0',
  ],
  [
    ['roundToExp2'],
    toPower,
    'roundToExp2(x)',
    'The largest power of two that is not above x.',
    'SELECT roundToExp2(19)',
    '16',
  ],
  [
    ['roundAge'],
    fixed('uint8', AGES),
    'roundAge(years)',
    'The first age of a group: 17, 18, 25, 35, 45, 55; 0 below 1.',
    'SELECT roundAge(31)',
    '25',
  ],
  [
    ['roundDuration'],
    fixed('uint16', DURATIONS),
    'roundDuration(seconds)',
    'The shortest duration of a group: 1, 10, 30 seconds, up to 10 hours; 0 below 1.',
    'SELECT roundDuration(47)',
    '30',
  ],
  [
    ['roundDown'],
    down,
    'roundDown(x, numbers)',
    'The largest of the numbers that is not above x, or the smallest of them.',
    'SELECT roundDown(4, [3, 5])',
    '3',
  ],
];

export const ROUNDINGS: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
