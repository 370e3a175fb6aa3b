/**
 * Arithmetic operators and their function names. Result types are each dialect's: ClickHouse widens to the next
 * integer type and divides to Float64; Druid divides integers to integers; standard checks for overflow.
 */

import type { Expr } from '../../plan/expr.ts';
import {
  bitsOf,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  isSigned,
  isWideInteger,
  type LogicalType,
  NULL_TYPE,
  notNull,
  nullable,
  type TypeId,
} from '../../type/type.ts';
import { apply, int, nullOf } from '../call.ts';
import { retype } from '../cast.ts';
import type { Argument, Dialect, FunctionRow, Resolution, Resolve, ResolveContext } from '../row.ts';
import { ALL, firstOf, literalInt, NUMBER, named, scalar, simple } from '../signature.ts';
import { decimalArithmetic, negateDecimal } from './decimal.ts';
import { DURATION_OPERATORS } from './duration-operator.ts';
import { asSigned, exactIntegers, exactOfOne } from './exact.ts';
import { SPAN_OPERATORS } from './span.ts';
import { TUPLE_OPERATORS } from './tuple.ts';

type Operator = 'add' | 'sub' | 'mul';

const SIGNED: readonly TypeId[] = ['int8', 'int16', 'int32', 'int64'];
const UNSIGNED: readonly TypeId[] = ['uint8', 'uint16', 'uint32', 'uint64'];

/** Up to 64 bits. */
export const integerOf = (bits: number, signed: boolean): LogicalType => ({
  id: (signed ? SIGNED : UNSIGNED)[Math.log2(Math.min(64, bits)) - 3],
  nullable: false,
});

export const isCountable = (t: LogicalType): boolean => isInteger(t) || t.id === 'bool';
const isNull = (t: LogicalType): boolean => t.id === 'null';

/** ClickHouse's type of a + b, a - b, a * b for integers. */
function wider(op: Operator, a: LogicalType, b: LogicalType): LogicalType {
  const signed = op === 'sub' || (isInteger(a) && isSigned(a)) || (isInteger(b) && isSigned(b));
  return integerOf(Math.max(bitsOf(a), bitsOf(b)) * 2, signed);
}

/** Outside of ClickHouse arithmetic is signed: unsigned numbers of 64 bits must fit. */
const asInteger = (arg: Argument, context: ResolveContext): LogicalType => {
  const fits = isInteger(arg.type) && (arg.type.id !== 'uint64' || context.dialect === 'clickhouse');
  const target = fits ? arg.type : INT64;
  return arg.type.nullable ? nullable(target) : notNull(target);
};

const asFloat = (arg: Argument): LogicalType => (arg.type.nullable ? nullable(FLOAT64) : FLOAT64);

/** Text literals next to a number are read as numbers (standard, Druid). */
function readText(args: readonly Argument[], context: ResolveContext): readonly Argument[] {
  if (context.dialect === 'clickhouse') return args;
  return args.map((arg) => {
    if (arg.type.id !== 'string') return arg;
    if (context.dialect === 'druid') return { type: nullable(FLOAT64) };
    if (typeof arg.value !== 'string') return arg;
    return { type: /^\s*[+-]?\d{1,18}\s*$/.test(arg.value) ? INT64 : FLOAT64 };
  });
}

export const arithmetic =
  (op: Operator): Resolve =>
  (given, context) => {
    if (given.length !== 2) return undefined;
    const args = readText(given, context);
    const [a, b] = args.map((arg) => arg.type);
    if (isNull(a) || isNull(b))
      return { casts: [a, b], build: () => nullOf(isNull(a) ? (isNull(b) ? NULL_TYPE : b) : a) };
    const exact = decimalArithmetic(op, args, context) ?? exactIntegers(op)(args, context);
    if (exact !== undefined) return exact;
    if (isCountable(a) && isCountable(b)) {
      const type = context.dialect === 'clickhouse' ? wider(op, a, b) : INT64;
      return {
        fn: `${op}_${context.dialect === 'standard' ? 'checked' : 'wrap'}_i64`,
        casts: args.map((arg) => asInteger(arg, context)),
        type,
      };
    }
    if ((isNumeric(a) || isCountable(a)) && (isNumeric(b) || isCountable(b))) {
      return { fn: `${op}_f64`, casts: args.map(asFloat), type: FLOAT64 };
    }
    return temporal(op, a, b, context);
  };

/** date + days, DateTime + seconds (ClickHouse), date - date, and the difference of two moments in ClickHouse. */
function temporal(
  op: Operator,
  a: LogicalType,
  b: LogicalType,
  context: ResolveContext,
): Resolution | undefined {
  if (op === 'mul') return undefined;
  const fn = `${op}_wrap_i64`;
  if (op === 'add' && isInteger(a) && !isInteger(b)) {
    const swapped = temporal(op, b, a, context);
    if (swapped?.build === undefined) return undefined;
    return { casts: [a, b], build: ([x, y]) => swapped.build([y, x]) };
  }
  if (a.id === 'date' && isInteger(b)) return { casts: [a, b], build: (args) => apply(fn, args, notNull(a)) };
  if (a.id === 'date' && b.id === 'date' && op === 'sub') {
    const type: LogicalType = context.dialect === 'clickhouse' ? { id: 'int32', nullable: false } : INT64;
    return { casts: [a, b], build: (args) => apply(fn, args, type) };
  }
  if (context.dialect !== 'clickhouse' || a.id !== 'timestamp') return undefined;
  const scale = 10 ** (a.precision ?? 3);
  if (isInteger(b)) {
    const scaled = (count: Expr): Expr =>
      scale === 1 ? count : apply('mul_wrap_i64', [count, int(scale)], INT64);
    return { casts: [a, b], build: ([moment, count]) => apply(fn, [moment, scaled(count)], notNull(a)) };
  }
  return undefined;
}

export const divide: Resolve = (given, context) => {
  if (given.length !== 2) return undefined;
  const args = readText(given, context);
  const [a, b] = args.map((arg) => arg.type);
  if (isNull(a) || isNull(b))
    return { casts: [a, b], build: () => nullOf(context.dialect === 'druid' ? INT64 : FLOAT64) };
  if (context.dialect === 'druid' && isCountable(a) && isCountable(b)) {
    return { fn: 'div_checked_i64', casts: args.map((arg) => asInteger(arg, context)), type: INT64 };
  }
  const exact = decimalArithmetic('div', args, context);
  if (exact !== undefined) return exact;
  const fits = args.every((arg) => isNumeric(arg.type) || arg.type.id === 'bool');
  return fits ? { fn: 'div_f64', casts: args.map(asFloat), type: FLOAT64 } : undefined;
};

/** Integer division truncates towards zero. */
export const integerDivide: Resolve = (args, context) => {
  const exact = exactIntegers('div')(args, context);
  if (exact !== undefined) return exact;
  if (args.length !== 2 || !args.every((arg) => isNumeric(arg.type))) return undefined;
  if (context.dialect === 'standard') {
    return {
      fn: 'div_null_i64',
      casts: args.map((arg) => (arg.type.nullable ? nullable(INT64) : INT64)),
      type: nullable(INT64),
    };
  }
  const [a, b] = args.map((arg) => arg.type);
  if (context.dialect === 'clickhouse' && args.some((arg) => isFloat(arg.type))) {
    // As wide as the dividend, and signed since floats are.
    const type = integerOf(bitsOf(a), true);
    return { fn: 'quotient_checked_f64', casts: args.map(asFloat), type, extra: [literalInt(bitsOf(type))] };
  }
  if (context.dialect === 'druid' || !isInteger(a) || !isInteger(b)) {
    return {
      fn: 'div_checked_i64',
      casts: args.map((arg) => (arg.type.nullable ? nullable(INT64) : INT64)),
      type: INT64,
    };
  }
  const plain = !isSigned(a) && !isSigned(b);
  return {
    fn: plain && bitsOf(a) === 64 ? 'div_checked_u64' : 'div_checked_i64',
    casts: [a, b],
    type: integerOf(bitsOf(a), !plain),
  };
};

const MODULO: Record<Dialect, string> = {
  standard: 'mod_null_i64',
  druid: 'mod_checked_i64',
  clickhouse: 'mod_checked_i64',
};

export const modulo: Resolve = (given, context) => {
  if (given.length !== 2) return undefined;
  const args = readText(given, context);
  const [a, b] = args.map((arg) => arg.type);
  if (isNull(a) || isNull(b)) return { casts: [a, b], build: () => nullOf(INT64) };
  if (isCountable(a) && isCountable(b)) {
    if (context.dialect !== 'clickhouse') {
      const type = context.dialect === 'standard' ? nullable(INT64) : INT64;
      return { fn: MODULO[context.dialect], casts: args.map((arg) => asInteger(arg, context)), type };
    }
    const signed = isInteger(a) && isSigned(a);
    // The remainder of a signed number needs one more bit than the divisor has.
    const type = integerOf(bitsOf(b) * (signed ? 2 : 1), signed);
    return {
      fn: a.id === 'uint64' ? 'mod_checked_u64' : 'mod_checked_i64',
      casts: args.map((arg) => asInteger(arg, context)),
      type,
    };
  }
  const exact = decimalArithmetic('mod', args, context) ?? exactIntegers('mod')(args, context);
  if (exact !== undefined) return exact;
  const fits = args.every((arg) => isNumeric(arg.type));
  return fits ? { fn: 'mod_f64', casts: args.map(asFloat), type: FLOAT64 } : undefined;
};

const negate: Resolve = (given, context) => {
  if (given.length !== 1) return undefined;
  const [arg] = readText(given, context);
  if (isNull(arg.type)) return { casts: [arg.type], build: ([x]) => x };
  if (isCountable(arg.type)) {
    const unsigned = !isInteger(arg.type) || !isSigned(arg.type);
    const type =
      context.dialect === 'clickhouse' ? integerOf(bitsOf(arg.type) * (unsigned ? 2 : 1), true) : INT64;
    return {
      fn: `neg_${context.dialect === 'standard' ? 'checked' : 'wrap'}_i64`,
      casts: [asInteger(arg, context)],
      type,
    };
  }
  if (arg.type.id === 'decimal') return negateDecimal([arg], context);
  if (isWideInteger(arg.type)) return exactOfOne('neg', asSigned)([arg], context);
  return isNumeric(arg.type) ? { fn: 'neg_f64', casts: [asFloat(arg)], type: FLOAT64 } : undefined;
};

const identity: Resolve = (args) =>
  args.length === 1 && isNumeric(args[0].type)
    ? { casts: [args[0].type], build: ([x]) => retype(x, x.type) }
    : undefined;

const operator = (
  symbol: string,
  clickhouse: readonly string[],
  more: readonly string[] = [],
): FunctionRow['names'] => ({
  standard: [symbol, ...more],
  druid: [symbol, ...more],
  clickhouse: [...clickhouse, symbol],
});

export const OPERATORS: readonly FunctionRow[] = [
  scalar(
    operator('+', ['plus'], ['add']),
    firstOf(arithmetic('add'), ...DURATION_OPERATORS['+'], ...SPAN_OPERATORS['+'], ...TUPLE_OPERATORS['+']),
    'a + b',
    'Sum of two numbers; days added to a date.',
    'SELECT 1 + 2',
    '3',
  ),
  scalar(
    operator('-', ['minus'], ['subtract']),
    firstOf(arithmetic('sub'), ...DURATION_OPERATORS['-'], ...SPAN_OPERATORS['-'], ...TUPLE_OPERATORS['-']),
    'a - b',
    'Difference of two numbers; days between dates.',
    'SELECT 5 - 7',
    '-2',
  ),
  scalar(
    operator('*', ['multiply'], ['multiply']),
    firstOf(arithmetic('mul'), ...DURATION_OPERATORS['*'], ...TUPLE_OPERATORS['*']),
    'a * b',
    'Product of two numbers.',
    'SELECT 6 * 7',
    '42',
  ),
  scalar(
    operator('/', ['divide'], ['divide']),
    firstOf(divide, ...DURATION_OPERATORS['/'], ...TUPLE_OPERATORS['/']),
    'a / b',
    'Quotient: a float, except for two integers in Druid.',
    'SELECT 7 / 2',
    '3.5',
  ),
  scalar(
    { standard: ['//', 'div'], druid: ['div'], clickhouse: ['intDiv', 'div'] },
    integerDivide,
    'intDiv(a, b)',
    'Quotient without its fraction.',
    'SELECT 7 // 2',
    '3',
  ),
  scalar(
    operator('%', ['modulo', 'mod'], ['mod']),
    firstOf(modulo, ...TUPLE_OPERATORS['%']),
    'a % b',
    'Remainder of the division, with the sign of a.',
    'SELECT mod(-7, 3)',
    '-1',
  ),
  scalar(
    operator('unary -', ['negate'], ['negate']),
    firstOf(
      negate,
      ...DURATION_OPERATORS['unary -'],
      ...SPAN_OPERATORS['unary -'],
      ...TUPLE_OPERATORS['unary -'],
    ),
    '-a',
    'The number with its sign changed.',
    'SELECT -(3)',
    '-3',
  ),
  scalar(named(ALL, 'unary +'), identity, '+a', 'The number itself.', 'SELECT +3', '3'),
  scalar(
    operator('^', ['pow', 'power'], ['pow', 'power']),
    simple('pow_f64', [NUMBER, NUMBER], FLOAT64),
    'pow(a, b)',
    'a to the power of b.',
    'SELECT pow(2, 10)',
    '1024.0',
  ),
  scalar(
    { druid: ['safe_divide'] },
    safeDivide(),
    'safe_divide(a, b)',
    'Quotient; NULL when b is 0.',
    'SELECT SAFE_DIVIDE(1, 0)',
    'null',
  ),
];

function safeDivide(): Resolve {
  return (args) => {
    if (args.length !== 2) return undefined;
    const integers = args.every((arg) => isInteger(arg.type));
    const type = integers ? INT64 : FLOAT64;
    if (!args.every((arg) => isNumeric(arg.type))) return undefined;
    const casts = args.map((arg) => (arg.type.nullable ? nullable(type) : type));
    return { fn: integers ? 'div_null_i64' : 'div_null_f64', casts, type: nullable(type) };
  };
}
