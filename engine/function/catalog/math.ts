/** Mathematical functions: mostly one implementation on floats under several names. */

import { isWide } from '../../type/exact.ts';
import { BOOL, FLOAT64, INT64, isFloat, isInteger, isNarrowFloat, nullable } from '../../type/type.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import type { Cut } from '../scalar/rounding.ts';
import { ALL, firstOf, INTEGER, literalInt, NUMBER, named, SQL, scalar, simple } from '../signature.ts';
import { asUnsigned, exactCut, exactOfOne, exactSign } from './exact.ts';
import { cutTo } from './rounding.ts';

const oneFloat = (fn: string): Resolve => simple(fn, [NUMBER], FLOAT64);

type Plain = readonly [fn: string, names: FunctionRow['names'], doc: string, sql: string, result: string];

const DUCK_AND_CLICK = ['standard', 'clickhouse'] as const;

const PLAIN: readonly Plain[] = [
  ['sqrt_f64', named(ALL, 'sqrt'), 'Square root.', 'SELECT sqrt(16)', '4.0'],
  ['cbrt_f64', named(['standard', 'clickhouse'], 'cbrt'), 'Cube root.', 'SELECT cbrt(27)', '3.0'],
  ['exp_f64', named(ALL, 'exp'), 'e to the power of x.', 'SELECT exp(0)', '1.0'],
  [
    'ln_f64',
    { standard: ['ln'], druid: ['ln'], clickhouse: ['log', 'ln'] },
    'Natural logarithm.',
    'SELECT ln(1)',
    '0.0',
  ],
  ['log2_f64', named(['standard', 'clickhouse'], 'log2'), 'Logarithm to base 2.', 'SELECT log2(8)', '3.0'],
  ['log10_f64', named(ALL, 'log10'), 'Logarithm to base 10.', 'SELECT log10(1000)', '3.0'],
  ['sin_f64', named(ALL, 'sin'), 'Sine.', 'SELECT sin(0)', '0.0'],
  ['cos_f64', named(ALL, 'cos'), 'Cosine.', 'SELECT cos(0)', '1.0'],
  ['tan_f64', named(ALL, 'tan'), 'Tangent.', 'SELECT tan(0)', '0.0'],
  ['cot_f64', named(SQL, 'cot'), 'Cotangent.', 'SELECT round(cot(1), 4)', '0.6421'],
  ['asin_f64', named(ALL, 'asin'), 'Inverse sine.', 'SELECT asin(0)', '0.0'],
  ['acos_f64', named(ALL, 'acos'), 'Inverse cosine.', 'SELECT acos(1)', '0.0'],
  ['atan_f64', named(ALL, 'atan'), 'Inverse tangent.', 'SELECT atan(0)', '0.0'],
  ['acosh_f64', named(DUCK_AND_CLICK, 'acosh'), 'Inverse hyperbolic cosine.', 'SELECT acosh(1)', '0.0'],
  ['asinh_f64', named(DUCK_AND_CLICK, 'asinh'), 'Inverse hyperbolic sine.', 'SELECT asinh(0)', '0.0'],
  ['atanh_f64', named(DUCK_AND_CLICK, 'atanh'), 'Inverse hyperbolic tangent.', 'SELECT atanh(0)', '0.0'],
  ['cosh_f64', named(DUCK_AND_CLICK, 'cosh'), 'Hyperbolic cosine.', 'SELECT cosh(0)', '1.0'],
  ['sinh_f64', named(DUCK_AND_CLICK, 'sinh'), 'Hyperbolic sine.', 'SELECT sinh(0)', '0.0'],
  ['tanh_f64', named(DUCK_AND_CLICK, 'tanh'), 'Hyperbolic tangent.', 'SELECT tanh(0)', '0.0'],
  ['exp2_f64', { clickhouse: ['exp2'] }, '2 to the power of x.', 'SELECT exp2(3)', '8.0'],
  ['exp10_f64', { clickhouse: ['exp10'] }, '10 to the power of x.', 'SELECT exp10(2)', '100.0'],
  ['log1p_f64', { clickhouse: ['log1p'] }, 'Natural logarithm of 1 + x.', 'SELECT log1p(0)', '0.0'],
  ['sigmoid_f64', { clickhouse: ['sigmoid'] }, '1 / (1 + exp(-x)).', 'SELECT sigmoid(0)', '0.5'],
  ['degrees_f64', named(ALL, 'degrees'), 'Radians in degrees.', 'SELECT degrees(0)', '0.0'],
  ['radians_f64', named(ALL, 'radians'), 'Degrees in radians.', 'SELECT radians(0)', '0.0'],
];

const absolute: Resolve = (args, context) => {
  if (args.length !== 1) return undefined;
  const [{ type }] = args;
  const exact = exactOfOne('abs', asUnsigned)(args, context);
  if (exact !== undefined) return exact;
  if (!isInteger(type)) return simple('abs_f64', [NUMBER], FLOAT64)(args, context);
  const unsigned = { id: `u${type.id.replace(/^u/, '')}` as typeof type.id, nullable: type.nullable };
  return { fn: 'abs_i64', casts: [type], type: context.dialect === 'clickhouse' ? unsigned : INT64 };
};

/** Integers are their own floor and ceiling. */
const whole =
  (fn: string): Resolve =>
  (args, context) =>
    args.length === 1 && isInteger(args[0].type)
      ? { casts: [args[0].type], build: ([x]) => x }
      : simple(fn, [NUMBER], FLOAT64)(args, context);

/** ClickHouse cuts after digits, too, and decimals as decimals. */
const cutting =
  (fn: string, cut: Cut, otherwise: Resolve = whole(fn)): Resolve =>
  (args, context) => {
    const plain = args.length === 1 && args[0].type.id !== 'decimal' && !isNarrowFloat(args[0].type);
    return context.dialect === 'clickhouse' && !plain
      ? cutTo(cut)(args, context)
      : (exactCut(cut)(args, context) ?? otherwise(args, context));
  };

/** Halves go to the even neighbour in ClickHouse, away from zero elsewhere. */
const round: Resolve = (args, context) => {
  if (args.length < 1 || args.length > 2) return undefined;
  const { type } = args[0];
  if (context.dialect === 'clickhouse' && (type.id === 'decimal' || isNarrowFloat(type)))
    return cutTo(type.id === 'decimal' ? 'away' : 'even')(args, context);
  const exact = exactCut('away')(args, context);
  if (exact !== undefined) return exact;
  const digits = args.length === 1 ? [literalInt(0)] : [];
  if (args.length === 2 && !isInteger(args[1].type)) return undefined;
  const more = args.slice(1).map((a) => (a.type.nullable ? nullable(INT64) : INT64));
  if (isInteger(type)) return { fn: 'round_i64', casts: [type, ...more], type, extra: digits };
  if (!isFloat(type)) return undefined;
  const fn = context.dialect === 'clickhouse' ? 'round_even_f64' : 'round_away_f64';
  return { fn, casts: [type.nullable ? nullable(FLOAT64) : FLOAT64, ...more], type: FLOAT64, extra: digits };
};

const sign: Resolve = (args, context) => {
  if (args.length !== 1) return undefined;
  const type = context.dialect === 'clickhouse' ? ({ id: 'int8', nullable: false } as const) : INT64;
  if (isInteger(args[0].type) || (args[0].type.id === 'decimal' && !isWide(args[0].type)))
    return { fn: 'sign_i64', casts: [args[0].type], type };
  if (isWide(args[0].type)) return exactSign(type)(args, context);
  return simple('sign_f64', [NUMBER], FLOAT64)(args, context);
};

export const MATHEMATICS: readonly FunctionRow[] = [
  ...PLAIN.map(([fn, names, doc, sql, result]) =>
    scalar(names, oneFloat(fn), `${Object.values(names)[0]?.[0]}(x)`, doc, sql, result),
  ),
  scalar(named(ALL, 'abs'), absolute, 'abs(x)', 'The number without its sign.', 'SELECT abs(-5)', '5'),
  scalar(
    { standard: ['ceil', 'ceiling'], druid: ['ceil', 'ceiling'], clickhouse: ['ceil', 'ceiling'] },
    cutting('ceil_f64', 'ceil'),
    'ceil(x [, digits])',
    'Smallest whole number that is not below x.',
    'SELECT ceil(1.2)',
    '2.0',
  ),
  scalar(
    named(ALL, 'floor'),
    cutting('floor_f64', 'floor'),
    'floor(x [, digits])',
    'Largest whole number that is not above x.',
    'SELECT floor(-1.2)',
    '-2.0',
  ),
  scalar(
    { standard: ['trunc'], druid: ['truncate', 'trunc'], clickhouse: ['trunc', 'truncate'] },
    cutting(
      'trunc_f64',
      'trunc',
      firstOf(whole('trunc_f64'), simple('trunc_digits_f64', [NUMBER, INTEGER], FLOAT64)),
    ),
    'trunc(x [, digits])',
    'The number without its fraction, or cut after some digits.',
    'SELECT trunc(-1.7)',
    '-1.0',
  ),
  scalar(
    named(ALL, 'round'),
    round,
    'round(x [, digits])',
    'The nearest number with so many digits after the point.',
    'SELECT round(2.345, 2)',
    '2.35',
  ),
  scalar(named(ALL, 'sign'), sign, 'sign(x)', '-1, 0 or 1.', 'SELECT sign(-3)', '-1'),
  scalar(
    { standard: ['atan2'], druid: ['atan2'], clickhouse: ['atan2'] },
    simple('atan2_f64', [NUMBER, NUMBER], FLOAT64),
    'atan2(y, x)',
    'Angle of the point (x, y).',
    'SELECT atan2(0, 1)',
    '0.0',
  ),
  scalar(
    { clickhouse: ['hypot'] },
    simple('hypot_f64', [NUMBER, NUMBER], FLOAT64),
    'hypot(x, y)',
    'Length of the hypotenuse.',
    'SELECT hypot(3, 4)',
    '5.0',
  ),
  scalar(
    { clickhouse: ['e'] },
    (args) =>
      args.length === 0
        ? { casts: [], build: () => ({ kind: 'literal', value: Math.E, type: FLOAT64 }) }
        : undefined,
    'e()',
    "Euler's number.",
    'SELECT round(e(), 4)',
    '2.7183',
  ),
  scalar(
    named(ALL, 'pi'),
    (args) =>
      args.length === 0
        ? { casts: [], build: () => ({ kind: 'literal', value: Math.PI, type: FLOAT64 }) }
        : undefined,
    'pi()',
    'The number pi.',
    'SELECT round(pi(), 4)',
    '3.1416',
  ),
  scalar(
    { standard: ['isnan'], clickhouse: ['isNaN'] },
    simple('is_nan_f64', [NUMBER], BOOL),
    'isnan(x)',
    'Whether x is not a number.',
    "SELECT isnan('nan'::DOUBLE)",
    'true',
  ),
  scalar(
    { standard: ['isfinite'], clickhouse: ['isFinite'] },
    simple('is_finite_f64', [NUMBER], BOOL),
    'isfinite(x)',
    'Whether x is neither infinite nor NaN.',
    'SELECT isfinite(1.0)',
    'true',
  ),
];
