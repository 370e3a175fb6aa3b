/** Arithmetic of integers of more than 64 bits, in the types that ClickHouse and DuckDB give it, and calls of what computes it (scalar/exact.ts). */

import type { Expr } from '../../plan/expr.ts';
import { isWide } from '../../type/exact.ts';
import { typeText } from '../../type/literal.ts';
import {
  bitsOf,
  INT64,
  isInteger,
  isSigned,
  isWideInteger,
  type LogicalType,
  notNull,
  nullable,
  type,
} from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import type { Argument, Dialect, Resolution, Resolve } from '../row.ts';
import type { ExactRule } from '../scalar/exact.ts';

const lane = (of: LogicalType): 'i64' | 'str' => (isWide(of) ? 'str' : 'i64');
const typed = (of: LogicalType): Expr => text(typeText(notNull(of)));

/** Truth counts as 0 and 1. */
export const withoutTruth = (of: LogicalType): LogicalType =>
  of.id === 'bool' ? type('uint8', of.nullable) : of;

/** An operation on one number or two, each of a type of its own. */
export function exact(op: string, values: readonly Expr[], result: LogicalType, rule: ExactRule): Expr {
  const lanes = values.map((value) => lane(value.type));
  // One number stays in its lane.
  const fn = `exact_${op}_${[...lanes, ...(lanes.length === 2 ? [lane(result)] : [])].join('_')}`;
  const types = [...values.map((value) => value.type), result].map(typed);
  return apply(fn, [...values, ...types, text(rule)], rule === 'null' ? nullable(result) : result);
}

/** Below zero, zero or above, as the first is smaller, equal or larger. */
export const exactOrder = ([a, b]: readonly Expr[]): Expr =>
  apply(`exact_order_${lane(a.type)}_${lane(b.type)}`, [a, b, typed(a.type), typed(b.type)], INT64);

const isWhole = (of: LogicalType): boolean => isInteger(of) || isWideInteger(of) || of.id === 'bool';

/** One of them is a wide integer, and all are integers. */
export const areWide = (args: readonly Argument[]): boolean =>
  args.some((arg) => isWideInteger(arg.type)) && args.every((arg) => isWhole(arg.type));

/** An integer of so many bits; 128 and 256 are as wide as there is. */
export const wideOf = (bits: number, signed: boolean): LogicalType =>
  type(`${signed ? 'int' : 'uint'}${Math.min(256, bits)}` as LogicalType['id']);

const signedOf = (types: readonly LogicalType[]): boolean => types.some((of) => isSigned(of));
const widest = (types: readonly LogicalType[]): number => Math.max(...types.map(bitsOf));

type ResultType = (types: readonly LogicalType[]) => LogicalType;

/** ClickHouse's: as wide as the wider of both, which no operator widens beyond 64 bits. */
const common: ResultType = (types) => wideOf(widest(types), signedOf(types));

/** A remainder is as wide as the divisor; that of a signed number needs one bit more than a narrow one has. */
const remainder: ResultType = ([a, b]) =>
  wideOf(bitsOf(b) * (isSigned(a) && bitsOf(b) < 64 ? 2 : 1), isSigned(a));

const CLICKHOUSE_TYPES: Readonly<Record<string, ResultType>> = {
  add: common,
  mul: common,
  sub: (types) => wideOf(widest(types), true),
  div: ([a, b]) => wideOf(bitsOf(a), signedOf([a, b])),
  mod: remainder,
  positive_mod: ([, b]) => wideOf(bitsOf(b), false),
  gcd: common,
  lcm: common,
  and: common,
  or: common,
  xor: common,
};

/** DuckDB's: HUGEINT, or UHUGEINT where nothing has a sign but literals that are not below zero. */
function standardType(args: readonly Argument[]): LogicalType {
  const types = args.map((arg) => arg.type);
  const isPlain = args.every(
    (arg) => !isSigned(arg.type) || (typeof arg.value === 'bigint' && arg.value >= 0n),
  );
  const mixed = isSigned(types[0]) !== isSigned(types[1]) && types.every(isWideInteger);
  return wideOf(mixed ? 256 : widest(types), !isPlain);
}

/** Quotients are whole. Undefined where none is a wide integer, or one is no integer. */
export const exactIntegers =
  (op: keyof typeof CLICKHOUSE_TYPES, ruleOf?: ExactRule): Resolve =>
  (args, { dialect }) => {
    if (args.length !== 2 || !areWide(args)) return undefined;
    const operands = args.map((arg) => ({ ...arg, type: withoutTruth(arg.type) }));
    const casts = operands.map((arg) => arg.type);
    const result = dialect === 'clickhouse' ? CLICKHOUSE_TYPES[op](casts) : standardType(operands);
    return { casts, build: (values) => exact(op, values, result, ruleOf ?? ruleIn(dialect, op)) };
  };

const ruleIn = (dialect: Dialect, op: string): ExactRule =>
  dialect === 'clickhouse' ? 'wrap' : op === 'div' || op === 'mod' ? 'null' : 'checked';

/** Decimals of any digits, and wide integers. */
const isExactOrWide = (of: LogicalType): boolean => of.id === 'decimal' || isWideInteger(of);

/** What has no meaning for decimals. */
const OF_BITS: ReadonlySet<string> = new Set(['not', 'swap']);

/** Of one of them. @param result in ClickHouse; elsewhere the type stays */
export const exactOfOne =
  (op: 'neg' | 'abs' | 'not' | 'swap', result: (of: LogicalType) => LogicalType = notNull): Resolve =>
  (args, { dialect }) => {
    if (args.length !== 1) return undefined;
    const [{ type: of }] = args;
    if (!(OF_BITS.has(op) ? isWideInteger : isExactOrWide)(of)) return undefined;
    const to = dialect === 'clickhouse' && of.id !== 'decimal' ? result(of) : notNull(of);
    return {
      casts: [of],
      build: (values) => exact(op, values, to, dialect === 'clickhouse' ? 'wrap' : 'checked'),
    };
  };

export const asSigned = (of: LogicalType): LogicalType => wideOf(bitsOf(of), true);
export const asUnsigned = (of: LogicalType): LogicalType => wideOf(bitsOf(of), false);

/** -1, 0 or 1. */
export const exactSign =
  (result: LogicalType): Resolve =>
  (args) =>
    args.length === 1 && isWide(args[0].type)
      ? {
          casts: [args[0].type],
          build: ([x]) => apply('exact_sign_str', [x, typed(x.type)], result),
        }
      : undefined;

/** A wide integer moved by as many places. */
export const exactShift =
  (direction: 'left' | 'right'): Resolve =>
  ([a, places, ...more], { dialect }) => {
    if (places === undefined || more.length > 0 || !isWideInteger(a.type) || !isInteger(places.type))
      return undefined;
    const rule: ExactRule = dialect === 'clickhouse' ? 'wrap' : 'checked';
    return {
      casts: [a.type, places.type],
      build: ([x, by]) =>
        apply(`exact_shift_${direction}_str`, [x, by, typed(x.type), text(rule)], notNull(x.type)),
    };
  };

/** Those of two integers in the type of both. */
export const differingBits = (values: readonly Expr[]): Expr =>
  exact('xor', values, common(values.map((value) => value.type)), 'wrap');

/** How many bits are set. @param of what is counted, of the arguments */
export const exactBitCount =
  (count: number, of: (values: readonly Expr[]) => Expr): Resolve =>
  (args) =>
    args.length === count && areWide(args)
      ? {
          casts: args.map((arg) => withoutTruth(arg.type)),
          build: (values) => {
            const bits = of(values);
            return apply('exact_bits_set_str', [bits, typed(bits.type)], type('uint16'));
          },
        }
      : undefined;

/** Both of a wide integer's neighbours are of its type, and so are those of a decimal, but for DuckDB's scale. */
export const exactCut =
  (cut: string): Resolve =>
  (args, { dialect }): Resolution | undefined => {
    const [number, digits] = args;
    if (args.length < 1 || args.length > 2 || !isExactOrWide(number.type)) return undefined;
    if (digits !== undefined && !isInteger(digits.type)) return undefined;
    const of = number.type;
    const to = notNull(of);
    const known = digits === undefined ? 0n : digits.value;
    const scale = typeof known === 'bigint' ? Number(known < 0n ? 0n : known) : (to.scale ?? 0);
    const result =
      dialect === 'standard' && to.id === 'decimal' ? { ...to, scale: Math.min(scale, to.scale ?? 0) } : to;
    const rule: ExactRule = dialect === 'clickhouse' ? 'wrap' : 'checked';
    return {
      casts: args.map((arg, i) => (i === 0 ? arg.type : type('int64', arg.type.nullable))),
      build: ([x, by = int(0)]) =>
        apply(`exact_cut_${cut}_${lane(of)}`, [x, by, typed(x.type), typed(result), text(rule)], result),
    };
  };
