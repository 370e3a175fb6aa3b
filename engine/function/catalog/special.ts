/** ClickHouse's error and gamma functions, its test of two proportions and the sample sizes such tests need. */

import { BasaltError } from '../../base/error.ts';
import { literal } from '../../plan/expr.ts';
import { BOOL, FLOAT64, isFloat, isNumeric, type LogicalType } from '../../type/type.ts';
import { apply } from '../call.ts';
import type { FunctionRow, Resolve, TableRow } from '../row.ts';
import { SAMPLE_SIZE, Z_TEST } from '../scalar/special.ts';
import { clickhouseScalar, NUMBER, type Param, scalar, simple } from '../signature.ts';

const FLOAT: Param = (arg) => (isFloat(arg.type) ? FLOAT64 : undefined);

const sampleSize = (fn: string, params: readonly Param[]): Resolve => simple(fn, params, SAMPLE_SIZE);

const proportionsZTest: Resolve = (args) => {
  if (args.length !== 6 || !args.slice(0, 5).every(({ type }) => isNumeric(type) && !type.nullable))
    return undefined;
  const rule = args[5].value;
  if (rule !== 'pooled' && rule !== 'unpooled')
    throw new BasaltError('BAD_ARGUMENTS', "The last argument of proportionsZTest is 'pooled' or 'unpooled'");
  const casts: LogicalType[] = args.map(({ type }, i) => (i < 5 ? FLOAT64 : type));
  return {
    casts,
    build: (given) =>
      apply('proportions_z_test', [...given.slice(0, 5), literal(rule === 'pooled', BOOL)], Z_TEST),
  };
};

/** implementation, names, doc, example, its result. */
const CURVES = [
  ['erf', 'The error function.', 'erf(0)', '0.0'],
  ['erfc', 'One less the error function.', 'erfc(0)', '1.0'],
] as const;

const ROWS: readonly TableRow[] = [
  ...CURVES.map(
    ([name, doc, call, result]): TableRow => [
      [name],
      simple(`${name}_f64`, [NUMBER], FLOAT64),
      `${name}(x)`,
      doc,
      `SELECT ${call}`,
      result,
    ],
  ),
  [
    ['minSampleSizeContinuous', 'minSampleSizeContinous'],
    sampleSize('sample_of_means', [FLOAT, FLOAT, FLOAT, FLOAT, FLOAT]),
    'minSampleSizeContinuous(baseline, sigma, change, power, alpha)',
    'Rows each side of a comparison of two means needs, and the range of means it tells apart.',
    'SELECT round(minSampleSizeContinuous(112.25, 21.1, 0.03, 0.80, 0.05).1, 6)',
    '616.293195',
  ],
  [
    ['minSampleSizeConversion'],
    sampleSize('sample_of_proportions', [FLOAT, FLOAT, FLOAT, FLOAT]),
    'minSampleSizeConversion(baseline, change, power, alpha)',
    'Rows each side of a comparison of two proportions needs, and the range it tells apart.',
    'SELECT round(minSampleSizeConversion(0.25, 0.03, 0.80, 0.05).1, 6)',
    '3396.077603',
  ],
  [
    ['proportionsZTest'],
    proportionsZTest,
    'proportionsZTest(successes_x, successes_y, trials_x, trials_y, confidence, rule)',
    "Whether two proportions are the same: z, its p-value and the interval of their difference; the rule is 'pooled' or 'unpooled'.",
    "SELECT round(proportionsZTest(10, 11, 100, 101, 0.95, 'unpooled').1, 6)",
    '-0.206567',
  ],
];

export const SPECIALS: readonly FunctionRow[] = [
  ...ROWS.map(clickhouseScalar),
  scalar(
    { standard: ['lgamma'], clickhouse: ['lgamma'] },
    simple('lgamma_f64', [NUMBER], FLOAT64),
    'lgamma(x)',
    'Natural logarithm of the gamma function.',
    'SELECT lgamma(2)',
    '0.0',
  ),
  scalar(
    { standard: ['gamma'], clickhouse: ['tgamma'] },
    simple('tgamma_f64', [NUMBER], FLOAT64),
    'gamma(x)',
    'The gamma function: for whole numbers the factorial of the one before.',
    'SELECT gamma(5)',
    '24.0',
  ),
];
