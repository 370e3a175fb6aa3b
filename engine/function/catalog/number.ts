/** ClickHouse's arithmetic besides the operators: divisions that give 0 or NULL, divisors and multiples, primes. */

import type { Expr } from '../../plan/expr.ts';
import {
  BOOL,
  bitsOf,
  FLOAT64,
  INT64,
  integerRange,
  isFloat,
  isInteger,
  isNumeric,
  isSigned,
  isWideInteger,
  type LogicalType,
  nullable,
  type,
  UINT64,
} from '../../type/type.ts';
import { apply, choose, int, nullOf } from '../call.ts';
import { retype } from '../cast.ts';
import type { Application, Argument, FunctionRow, Literal, Resolve, TableRow } from '../row.ts';
import { firstOf, INTEGER, NUMBER, nullOfNull, scalar, simple } from '../signature.ts';
import { exactIntegers } from './exact.ts';
import { arithmetic, divide, integerDivide, integerOf, isCountable, modulo } from './operator.ts';
import { lowBits, overIntegers } from './over-integers.ts';

const only = (...names: string[]): FunctionRow['names'] => ({ clickhouse: names });

const isWide = (e: Expr): boolean => e.type.id === 'uint64';
const eitherSigned = (a: Expr, b: Expr): boolean => isSigned(a.type) || isSigned(b.type);
/** Quotients and divisors are of signed numbers if one of the two is, remainders of unsigned ones, as C++ has it. */
const plainBoth = (a: Expr, b: Expr): Expr => int(!eitherSigned(a, b) && (isWide(a) || isWide(b)) ? 1 : 0);
const plainEither = (a: Expr, b: Expr): Expr => int(isWide(a) || isWide(b) ? 1 : 0);
/** 1, which is no such number, where there is no sign. */
const leastOf = (e: Expr): Expr => int(isSigned(e.type) ? integerRange(e.type)[0] : 1);

/** Twice the width of the wider. */
export const doubled = (fn: string): Resolve =>
  firstOf(exactIntegers(fn.startsWith('gcd') ? 'gcd' : 'lcm'), doubledWords(fn));
const doubledWords = (fn: string): Resolve =>
  overIntegers(2, ([a, b]) => {
    const result = integerOf(Math.max(bitsOf(a.type), bitsOf(b.type)) * 2, eitherSigned(a, b));
    return lowBits(apply(fn, [a, b, plainBoth(a, b)], INT64), result);
  });

const remainderType = (a: Expr, b: Expr): LogicalType =>
  integerOf(bitsOf(b.type) * (isSigned(a.type) ? 2 : 1), isSigned(a.type));

/** Integers one way, other numbers as the operator has them. */
const over =
  (integers: Resolve, others: Resolve): Resolve =>
  (args, context) =>
    args.every((arg) => isCountable(arg.type) || isWideInteger(arg.type) || arg.type.id === 'null')
      ? integers(args, context)
      : others(args, context);

const wholeOrZero = firstOf(
  exactIntegers('div', 'zero'),
  overIntegers(2, ([a, b]) => {
    const result = integerOf(bitsOf(a.type), eitherSigned(a, b));
    return lowBits(apply('div_zero_i64', [a, b, plainBoth(a, b), leastOf(a)], INT64), result);
  }),
);

/** Fails where a quotient of floats has no integer, but for a divisor of 0. */
const floatsOrZero: Resolve = (args, context) => {
  const found = integerDivide(args, context);
  if (found?.fn !== 'quotient_checked_f64') return found;
  return {
    casts: found.casts,
    build: ([a, b]) =>
      choose(isZero(b), literalOf({ value: 0n, type: found.type }), quotientOf(found, [a, b]), found.type),
  };
};

const quotientOf = ({ fn, type, extra = [] }: Application, args: readonly Expr[]): Expr =>
  apply(fn, [...args, ...extra.map(literalOf)], type);

/** As wide as the divisor, with the dividend's sign, though a remainder may then not fit. */
const legacyModulo: Resolve = (args, context) => {
  const found = modulo(args, context);
  if (found?.fn === undefined || !args.every((arg) => isCountable(arg.type))) return found;
  const [a, b] = args.map((arg) => arg.type);
  const type = integerOf(bitsOf(b), isSigned(a));
  return { casts: found.casts, build: (operands) => lowBits(apply(found.fn, operands, found.type), type) };
};

const remainderOrZero = firstOf(
  exactIntegers('mod', 'zero'),
  overIntegers(2, ([a, b]) =>
    lowBits(apply('mod_zero_i64', [a, b, plainEither(a, b)], INT64), remainderType(a, b)),
  ),
);

/** Never negative: as wide as the divisor, without a sign. */
const positive = firstOf(
  exactIntegers('positive_mod'),
  overIntegers(2, ([a, b]) =>
    lowBits(apply('positive_mod_i64', [a, b, plainEither(a, b)], INT64), integerOf(bitsOf(b.type), false)),
  ),
);
const positiveFloats = simple('positive_mod_f64', [NUMBER, NUMBER], FLOAT64);

const isZero = (b: Expr): Expr =>
  isFloat(b.type)
    ? apply('eq_f64', [b, { kind: 'literal', value: 0, type: FLOAT64 }], BOOL)
    : apply('eq_i64', [b, int(0)], BOOL);

const hasNoQuotient = (a: Expr, b: Expr): Expr =>
  isFloat(a.type) || isFloat(b.type) ? isZero(b) : apply('no_quotient_i64', [a, b, leastOf(a)], BOOL);

/** NULL where there is no result, under a Nullable type always. */
const orNull =
  (inner: Resolve, isNull: (a: Expr, b: Expr) => Expr = hasNoQuotient): Resolve =>
  (args, context) => {
    const found = inner(args, context);
    if (found === undefined || args.some((a) => a.type.id === 'decimal')) return undefined;
    return {
      casts: args.map((a) => a.type),
      build: ([a, b]) => {
        if (a.type.id === 'null' || b.type.id === 'null') return nullOf(FLOAT64);
        const operands = [a, b].map((x, i) => numberAs(x, found.casts[i]));
        const value =
          found.build === undefined
            ? apply(found.fn, [...operands, ...(found.extra ?? []).map(literalOf)], found.type)
            : found.build(operands);
        const type = nullable(value.type);
        return choose(isNull(a, b), nullOf(type), retype(value, type), type);
      },
    };
  };

const literalOf = ({ value, type }: Literal): Expr => ({ kind: 'literal', value, type });

const numberAs = (x: Expr, target: LogicalType): Expr =>
  isFloat(target) && !isFloat(x.type)
    ? apply(x.type.id === 'uint64' ? 'u64_to_f64' : 'i64_to_f64', [x], FLOAT64)
    : x;

/** Checks as the operator does, but for zero. */
const checkedPositive: Resolve = (args, context) => {
  const found = over(positive, positiveFloats)(args, context);
  if (found === undefined || !args.every((a) => isCountable(a.type)) || found.build === undefined)
    return found;
  return {
    casts: found.casts,
    // The operator is what fails where b is 0.
    build: ([a, b]) =>
      choose(
        isZero(b),
        apply('mod_checked_i64', [a, b], INT64),
        found.build([a, b]),
        found.build([a, b]).type,
      ),
  };
};

const floats = (fn: string): Resolve => nullOfNull(simple(fn, [NUMBER, NUMBER], FLOAT64));

const ifNotFinite: Resolve = (args) => {
  if (args.length !== 2 || !args.every((a) => isNumeric(a.type) && a.type.id !== 'decimal')) return undefined;
  const [value, other] = args.map((a) => a.type);
  if (isInteger(value) && isInteger(other)) return { casts: [value, other], build: ([a]) => a };
  const narrow = value.id === 'float32' && (isInteger(other) ? bitsOf(other) <= 16 : other.id === 'float32');
  const of = narrow ? type('float32') : FLOAT64;
  return {
    casts: args.map((a) => floatOf(a)),
    build: ([a, b]) => {
      const result = other.nullable || value.nullable ? nullable(of) : of;
      const isNumber = apply('is_true', [apply('is_finite_f64', [a], BOOL)], BOOL);
      return choose(isNumber, retype(a, result), retype(b, result), result);
    },
  };
};

const floatOf = (arg: Argument): LogicalType => (arg.type.nullable ? nullable(FLOAT64) : FLOAT64);

const square: Resolve = (args, context) => {
  if (args.length !== 1) return undefined;
  const found = arithmetic('mul')([args[0], args[0]], context);
  if (found === undefined) return undefined;
  const casts = [args[0].type];
  return {
    casts,
    build: ([x]) => {
      const operand = numberAs(x, found.casts[0]);
      return found.build === undefined
        ? apply(found.fn, [operand, operand], found.type)
        : found.build([operand, operand]);
    },
  };
};

const prime: Resolve = (args) =>
  args.length === 1 && isInteger(args[0].type) && !isSigned(args[0].type)
    ? { fn: 'is_prime_i64', casts: [args[0].type], type: BOOL }
    : undefined;

/** As many bits as counts of the type of `buckets` and one more need. */
const widthBucket: Resolve = (args) => {
  if (args.length !== 4 || !isInteger(args[3].type) || !args.every((a) => isNumeric(a.type)))
    return undefined;
  return {
    fn: 'width_bucket_f64',
    casts: [...args.slice(0, 3).map(floatOf), args[3].type],
    type: integerOf(bitsOf(args[3].type) * 2, false),
  };
};

const ROWS: readonly TableRow[] = [
  [['gcd'], doubled('gcd_i64'), 'gcd(a, b)', 'Greatest common divisor.', 'gcd(12, 18)', '6'],
  [['lcm'], doubled('lcm_i64'), 'lcm(a, b)', 'Least common multiple.', 'lcm(6, 8)', '24'],
  [
    ['intDivOrZero'],
    over(wholeOrZero, floatsOrZero),
    'intDivOrZero(a, b)',
    'Quotient without its fraction; 0 when b is 0.',
    'intDivOrZero(1, 0)',
    '0',
  ],
  [
    ['intDivOrNull'],
    orNull(over(wholeOrZero, integerDivide)),
    'intDivOrNull(a, b)',
    'Quotient without its fraction; NULL when b is 0.',
    'intDivOrNull(1, 0)',
    'null',
  ],
  [
    ['divideOrNull'],
    orNull(divide, (_, b) => isZero(b)),
    'divideOrNull(a, b)',
    'Quotient; NULL when b is 0.',
    'divideOrNull(25, 0)',
    'null',
  ],
  [
    ['moduloLegacy'],
    legacyModulo,
    'moduloLegacy(a, b)',
    'Remainder of the division as old partition keys have it: in a type as wide as that of b.',
    'moduloLegacy(10, 3)',
    '1',
  ],
  [
    ['moduloOrZero'],
    over(remainderOrZero, modulo),
    'moduloOrZero(a, b)',
    'Remainder of the division; 0 when b is 0.',
    'moduloOrZero(5, 0)',
    '0',
  ],
  [
    ['moduloOrNull', 'modOrNull'],
    orNull(over(remainderOrZero, modulo)),
    'moduloOrNull(a, b)',
    'Remainder of the division; NULL when b is 0.',
    'moduloOrNull(5, 0)',
    'null',
  ],
  [
    ['positiveModulo', 'positive_modulo', 'pmod'],
    checkedPositive,
    'positiveModulo(a, b)',
    'Remainder of the division, never negative.',
    'positiveModulo(-1, 10)',
    '9',
  ],
  [
    ['positiveModuloOrNull', 'positive_modulo_or_null', 'pmodOrNull'],
    orNull(over(positive, positiveFloats)),
    'positiveModuloOrNull(a, b)',
    'Remainder of the division, never negative; NULL when b is 0.',
    'positiveModuloOrNull(5, 0)',
    'null',
  ],
  [
    ['ifNotFinite'],
    ifNotFinite,
    'ifNotFinite(x, otherwise)',
    'x where it is a finite number.',
    'ifNotFinite(1 / 0, 42)',
    '42.0',
  ],
  [
    ['isInfinite'],
    simple('is_infinite_f64', [NUMBER], BOOL),
    'isInfinite(x)',
    'Whether x is infinite.',
    'isInfinite(1 / 0)',
    '1',
  ],
  [['max2'], floats('greatest_f64'), 'max2(a, b)', 'The larger number, as a float.', 'max2(-1, 2)', '2.0'],
  [['min2'], floats('least_f64'), 'min2(a, b)', 'The smaller number, as a float.', 'min2(-1, 2)', '-1.0'],
  [['sqr'], square, 'sqr(x)', 'The number times itself.', 'sqr(5)', '25'],
  [
    ['factorial'],
    simple('factorial_i64', [INTEGER], UINT64),
    'factorial(n)',
    'Product of the numbers up to n, at most 20.',
    'factorial(10)',
    '3628800',
  ],
  [
    ['intExp2'],
    simple('int_exp2_f64', [NUMBER], UINT64),
    'intExp2(x)',
    '2 to the power of x, as an integer.',
    'intExp2(3)',
    '8',
  ],
  [
    ['intExp10'],
    simple('int_exp10_f64', [NUMBER], UINT64),
    'intExp10(x)',
    '10 to the power of x, as an integer.',
    'intExp10(2)',
    '100',
  ],
  [['isPrime'], prime, 'isPrime(n)', 'Whether an unsigned integer is a prime.', 'isPrime(17)', '1'],
  [
    ['isProbablePrime'],
    prime,
    'isProbablePrime(n)',
    'The same as isPrime, which is certain.',
    'isProbablePrime(17)',
    '1',
  ],
  [
    ['widthBucket', 'width_bucket'],
    widthBucket,
    'widthBucket(x, low, high, count)',
    'Which of so many equal parts of a range x lies in: 0 below, count + 1 above.',
    'widthBucket(10.15, -8.6, 23, 18)',
    '11',
  ],
];

export const NUMBERS: readonly FunctionRow[] = ROWS.map(([names, resolve, syntax, doc, call, result]) =>
  scalar(only(...names), resolve, syntax, doc, `SELECT ${call}`, result),
);
