/**
 * Comparison, logic and NULL tests under their operators' names. The binder looks operators up here by symbol.
 */

import { type Expr, type LiteralExpr, literal } from '../../plan/expr.ts';
import { isExact } from '../../type/exact.ts';
import {
  BOOL,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  isPacked,
  isSigned,
  isTemporal,
  isWideInteger,
  type LogicalType,
  notNull,
  nullable,
  UINT64,
} from '../../type/type.ts';
import { allOf, anyOf, apply, bool, comparable, int } from '../call.ts';
import { commonType, laneSuffix, retype } from '../cast.ts';
import type { Argument, FunctionRow, Resolution, Resolve, ResolveContext } from '../row.ts';
import { ALL, CONDITION, fitArguments, named, scalar, simple } from '../signature.ts';
import { exactOrder, withoutTruth } from './exact.ts';

type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'is_distinct' | 'is_not_distinct';

/**
 * The type two values are compared in: their common one; a text literal takes the other side's type.
 */
export function comparisonType(a: Argument, b: Argument, context: ResolveContext): LogicalType | undefined {
  // Values of multi-values are compared, not the multi-values.
  if (a.type.id === 'multi' || b.type.id === 'multi') return undefined;
  const common = commonType(a.type, b.type);
  // Truth is compared with numbers as 0 and 1, beyond the number's own range.
  if (common !== undefined && !mixesTruth(a.type, b.type)) return common;
  const mayBeNull = a.type.nullable || b.type.nullable;
  const as = (t: LogicalType): LogicalType => (mayBeNull ? nullable(t) : t);
  const [textSide, other] = a.type.id === 'string' ? [a, b] : [b, a];
  if (textSide.type.id === 'string') {
    const isLiteral = textSide.value !== undefined;
    if (isTemporal(other.type) || isPacked(other.type)) return isLiteral ? as(other.type) : undefined;
    if (context.dialect !== 'clickhouse' && isLiteral)
      return isInteger(other.type) && /[.eE]/.test(String(textSide.value))
        ? as({ id: 'float64', nullable: false })
        : as(other.type);
    if (context.dialect === 'druid' && isNumeric(other.type)) return as({ id: 'float64', nullable: false });
    return undefined;
  }
  if (mixesTruth(a.type, b.type)) return as(INT64);
  if (context.dialect === 'clickhouse') {
    // Intervals are compared with counts, times with seconds.
    const [other, number] = isInteger(a.type) ? [b.type, a.type] : [a.type, b.type];
    if (isInteger(number) && other.id === 'span') return as(INT64);
    if (isInteger(number) && other.id === 'time') return as(notNull(other));
  }
  // Druid compares __time with milliseconds.
  if (context.dialect === 'druid') {
    if (a.type.id === 'timestamp' && isInteger(b.type)) return as(a.type);
    if (b.type.id === 'timestamp' && isInteger(a.type)) return as(b.type);
  }
  return undefined;
}

const mixesTruth = (a: LogicalType, b: LogicalType): boolean =>
  (a.id === 'bool' && isInteger(b)) || (b.id === 'bool' && isInteger(a));

const comparison =
  (op: Comparison): Resolve =>
  (args, context) => {
    if (args.length !== 2) return undefined;
    const [a, b] = args;
    if (isInteger(a.type) && isInteger(b.type) && mixesUnsigned(a.type, b.type)) return mixed(op, a, b);
    if (isOrdered(op) && comparesExactly(a.type, b.type))
      return {
        casts: args.map((arg) => withoutTruth(arg.type)),
        build: (values) => apply(`${op}_i64`, [exactOrder(values), int(0)], BOOL),
      };
    const whole = wholeNumber(op, a, b) ?? wholeNumber(FLIPPED[op], b, a, true);
    if (whole !== undefined) return whole;
    const common = comparisonType(a, b, context);
    if (common === undefined) return undefined;
    const casts = args.map((arg) => (arg.type.nullable ? nullable(common) : notNull(common)));
    const fn = `${op}_${laneSuffix(common)}`;
    if (common.id === 'duration') return { casts, build: (sides) => apply(fn, sides.map(comparable), BOOL) };
    return { fn, casts, type: BOOL };
  };

const isOrdered = (op: Comparison): boolean => !op.startsWith('is_');

/** A wide integer beside a decimal, or without a type that holds both. */
const comparesExactly = (a: LogicalType, b: LogicalType): boolean =>
  (isWideInteger(a) || isWideInteger(b)) &&
  isExact(withoutTruth(a)) &&
  isExact(withoutTruth(b)) &&
  (a.id === 'decimal' || b.id === 'decimal' || commonType(a, b) === undefined);

const FLIPPED: Record<Comparison, Comparison> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
  is_distinct: 'is_distinct',
  is_not_distinct: 'is_not_distinct',
};

/** An integer against a float literal: compared as integers, so that indexes and narrow kernels still apply. */
function wholeNumber(op: Comparison, a: Argument, b: Argument, swapped = false): Resolution | undefined {
  if (!isInteger(a.type) || !isFloat(b.type) || typeof b.value !== 'number' || a.type.id === 'uint64')
    return undefined;
  if (!Number.isFinite(b.value) || Math.abs(b.value) > 2 ** 53) return undefined;
  const bound = wholeBound(op, b.value);
  if (bound === undefined) return undefined;
  const casts = swapped ? [b.type, a.type] : [a.type, b.type];
  return {
    casts,
    build: (args) => apply(`${bound.op}_i64`, [args[swapped ? 1 : 0], int(bound.value)], BOOL),
  };
}

function wholeBound(op: Comparison, value: number): { op: Comparison; value: number } | undefined {
  if (Number.isInteger(value)) return { op, value };
  switch (op) {
    case 'lt':
    case 'le':
      return { op: 'le', value: Math.floor(value) };
    case 'gt':
    case 'ge':
      return { op: 'ge', value: Math.ceil(value) };
    default:
      return undefined;
  }
}

const mixesUnsigned = (a: LogicalType, b: LogicalType): boolean =>
  (a.id === 'uint64' && isSigned(b)) || (b.id === 'uint64' && isSigned(a));

/** uint64 against a signed integer: right for every value of both. */
function mixed(op: Comparison, a: Argument, b: Argument): Resolution {
  const signedFirst = isSigned(a.type);
  const signed = signedFirst ? a : b;
  if (typeof signed.value === 'bigint' && signed.value >= 0n) {
    return {
      fn: `${op}_u64`,
      casts: [a.type, b.type].map((t) => ({ id: 'uint64', nullable: t.nullable })),
      type: BOOL,
    };
  }
  return {
    casts: [a.type, b.type],
    build: ([x, y]) => {
      const [s, u] = signedFirst ? [x, y] : [y, x];
      const plain = apply(`${op}_u64`, [asUnsigned(x), asUnsigned(y)], BOOL);
      // A negative number is below every unsigned one.
      const negative = apply('lt_i64', [s, int(0)], BOOL);
      const whenNegative = signedFirst
        ? op === 'lt' || op === 'le' || op === 'ne'
        : op === 'gt' || op === 'ge' || op === 'ne';
      if (op === 'is_distinct') return anyOf([apply('is_true', [negative], BOOL), plain]);
      if (op === 'is_not_distinct')
        return allOf([apply('not', [apply('is_true', [negative], BOOL)], BOOL), plain]);
      // The answer is known where the signed side is negative, and still NULL where the other one is.
      return whenNegative
        ? anyOf([allOf([negative, apply('ge_u64', [u, NOTHING], BOOL)]), plain])
        : allOf([anyOf([apply('not', [negative], BOOL), apply('lt_u64', [u, NOTHING], BOOL)]), plain]);
    },
  };
}

const NOTHING = literal(0n, UINT64);

const asUnsigned = (expr: Expr): Expr => {
  const type: LogicalType = { id: 'uint64', nullable: expr.type.nullable };
  return expr.kind === 'literal' ? (literal(expr.value, type) as LiteralExpr) : retype(expr, type);
};

const connect =
  (fn: 'and' | 'or'): Resolve =>
  (args, context) => {
    const casts = args.map((arg) => CONDITION(arg, context));
    if (casts.length === 0 || casts.includes(undefined)) return undefined;
    return { casts: casts as LogicalType[], build: fn === 'and' ? allOf : anyOf };
  };

const nullTest =
  (fn: 'is_null' | 'is_not_null'): Resolve =>
  (args) => {
    if (args.length !== 1) return undefined;
    return {
      casts: [args[0].type],
      build: ([arg]) => (arg.type.nullable ? apply(fn, [arg], BOOL) : bool(fn === 'is_not_null')),
    };
  };

const rows: readonly (readonly [Comparison, readonly string[], string, string, string, string])[] = [
  ['eq', ['equals', '='], 'a = b', 'Whether both are equal.', 'SELECT 1 = 1', 'true'],
  ['ne', ['notEquals', '<>'], 'a <> b', 'Whether both differ.', 'SELECT 1 <> 1', 'false'],
  ['lt', ['less', '<'], 'a < b', 'Whether a comes before b.', 'SELECT 1 < 2', 'true'],
  [
    'le',
    ['lessOrEquals', '<='],
    'a <= b',
    'Whether a comes before b or equals it.',
    'SELECT 2 <= 1',
    'false',
  ],
  ['gt', ['greater', '>'], 'a > b', 'Whether a comes after b.', 'SELECT 2 > 1', 'true'],
  [
    'ge',
    ['greaterOrEquals', '>='],
    'a >= b',
    'Whether a comes after b or equals it.',
    'SELECT 1 >= 2',
    'false',
  ],
  [
    'is_distinct',
    ['isDistinctFrom', 'is distinct from'],
    'a IS DISTINCT FROM b',
    'Whether both differ, NULL being a value.',
    'SELECT NULL IS DISTINCT FROM 1',
    'true',
  ],
  [
    'is_not_distinct',
    ['isNotDistinctFrom', 'is not distinct from'],
    'a IS NOT DISTINCT FROM b',
    'Whether both are equal, NULL being a value.',
    'SELECT NULL IS NOT DISTINCT FROM NULL',
    'true',
  ],
];

/** Of several, one after the other. */
export const exclusiveOr: Resolve = (args, context) => {
  const casts = fitArguments(args, [CONDITION], context);
  if (casts === undefined || args.length < 2) return undefined;
  return { casts, build: (values) => values.reduce((a, b) => apply('xor', [a, b], BOOL)) };
};

export const COMPARISONS: readonly FunctionRow[] = [
  ...rows.map(([op, names, syntax, doc, sql, result]) =>
    scalar(
      { standard: [names[1]], druid: [names[1]], clickhouse: names },
      comparison(op),
      syntax,
      doc,
      sql,
      result,
    ),
  ),
  scalar(named(ALL, 'and'), connect('and'), 'a AND b', 'Both are true.', 'SELECT true AND false', 'false'),
  scalar(named(ALL, 'or'), connect('or'), 'a OR b', 'At least one is true.', 'SELECT true OR false', 'true'),
  scalar(
    named(ALL, 'not'),
    simple('not', [CONDITION], BOOL),
    'NOT a',
    'The opposite.',
    'SELECT NOT true',
    'false',
  ),
  scalar(
    { clickhouse: ['xor'] },
    exclusiveOr,
    'xor(a, b, ...)',
    'Exactly one is true; of more, an odd number of them.',
    'SELECT xor(1, 0)',
    '1',
  ),
  scalar(
    { standard: ['is null'], druid: ['is null'], clickhouse: ['isNull', 'isnull', 'is null'] },
    nullTest('is_null'),
    'a IS NULL',
    'Whether there is no value.',
    'SELECT NULL IS NULL',
    'true',
  ),
  scalar(
    { standard: ['is not null'], druid: ['is not null'], clickhouse: ['isNotNull', 'is not null'] },
    nullTest('is_not_null'),
    'a IS NOT NULL',
    'Whether there is a value.',
    'SELECT NULL IS NOT NULL',
    'false',
  ),
  scalar(
    named(ALL, 'is true'),
    simple('is_true', [CONDITION], BOOL),
    'a IS TRUE',
    'True, and not NULL.',
    'SELECT (NULL = 1) IS TRUE',
    'false',
  ),
  scalar(
    named(ALL, 'is false'),
    simple('is_false', [CONDITION], BOOL),
    'a IS FALSE',
    'False, and not NULL.',
    'SELECT (1 = 2) IS FALSE',
    'true',
  ),
];
