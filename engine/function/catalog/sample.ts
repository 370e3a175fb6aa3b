/** ClickHouse's tests of samples, and aggregates of pairs of values (aggregate/fold-test.ts, sample.ts, cross-table.ts). */

import { BasaltError } from '../../base/error.ts';
import { array, FLOAT64, isNumeric, type LogicalType, STRING, type Value } from '../../type/type.ts';
import { ALTERNATIVES } from '../aggregate/sample.ts';
import { int } from '../call.ts';
import type { Resolve, ResolveContext } from '../row.ts';
import { nullableAs, orNull } from './aggregate.ts';
import { collects, together } from './packed-element.ts';
import { type PlainRow, plain } from './plain.ts';
import { fields, floats } from './statistic.ts';

const numbersOf = ({ parameters = [] }: ResolveContext): readonly number[] =>
  parameters.map((value) =>
    typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN,
  );

const PARAMETER_COUNT = 'NUMBER_OF_ARGUMENTS_DOESNT_MATCH';

/** Two columns of numbers. @param params of the call */
const ofNumbers =
  (fn: string, type: LogicalType, params: (context: ResolveContext) => readonly number[]): Resolve =>
  (args, context) => {
    const casts =
      args.length === 2 && args.every((arg) => isNumeric(arg.type)) ? floats(args, context) : undefined;
    if (casts === undefined) return undefined;
    return {
      fn,
      params: params(context),
      casts,
      type: type.id === 'float64' ? orNull(type, args, context) : type,
    };
  };

const tested = (statistic: string, hasInterval: boolean): LogicalType =>
  fields(
    [`${statistic}_statistic`, FLOAT64],
    ['p_value', FLOAT64],
    ...(hasInterval
      ? ([
          ['confidence_interval_low', FLOAT64],
          ['confidence_interval_high', FLOAT64],
        ] as const)
      : []),
  );

function confidenceOf(name: string, value: number): number {
  if (value > 0 && value < 1) return value;
  throw new BasaltError(
    'BAD_ARGUMENTS',
    `Confidence level parameter must be between 0 and 1 in aggregate function ${name}`,
  );
}

/** With the confidence as a parameter, or without. */
const meansTest =
  (name: string, fn: string): Resolve =>
  (args, context) => {
    const given = numbersOf(context);
    if (given.length > 1)
      throw new BasaltError(PARAMETER_COUNT, `${name} takes one parameter, a confidence, or none`);
    const confidence = given.length === 0 ? 0 : confidenceOf(name, given[0]);
    return ofNumbers(fn, tested('t', confidence > 0), () => [confidence])(args, context);
  };

const zTest: Resolve = ofNumbers('mean_z_test', tested('z', true), (context) => {
  const [x, y, confidence, ...more] = numbersOf(context);
  if (confidence === undefined || more.length > 0)
    throw new BasaltError(
      PARAMETER_COUNT,
      'meanZTest requires three parameters: the variances of both populations, and the confidence',
    );
  if (!(x > 0 && y > 0)) throw new BasaltError('BAD_ARGUMENTS', 'Variances of meanZTest are above 0');
  return [confidenceOf('meanZTest', confidence), x, y];
});

const mannWhitney: Resolve = ofNumbers('mann_whitney', tested('u', false), ({ parameters = [] }) => {
  const [alternative = ALTERNATIVES[0], continuity = 1, ...more] = parameters;
  const at = (ALTERNATIVES as readonly Value[]).indexOf(alternative);
  if (at < 0)
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `Unknown parameter in aggregate function mannWhitneyUTest. It must be one of: '${ALTERNATIVES.join("', '")}'`,
    );
  if (more.length > 0)
    throw new BasaltError(PARAMETER_COUNT, 'mannWhitneyUTest takes two parameters or fewer');
  return [0, at, Number(continuity) === 0 ? 0 : 1];
});

const points: Resolve = ofNumbers(
  'three_buckets',
  array(fields([null, FLOAT64], [null, FLOAT64])),
  (context) => {
    const [most, ...more] = numbersOf(context);
    if (most === undefined || more.length > 0 || !Number.isInteger(most) || most < 0)
      throw new BasaltError(
        PARAMETER_COUNT,
        'largestTriangleThreeBuckets requires one parameter: how many points',
      );
    return [0, most];
  },
);

const none = (): readonly number[] => [0];

const crossed =
  (fn: string): Resolve =>
  (args, context) => {
    if (args.length !== 2 || !args.every(collects)) return undefined;
    return {
      fn,
      params: [0],
      casts: args.map(({ type }) => nullableAs(STRING, type)),
      prepare: (texts) => [together(texts), int(1)],
      type: orNull(FLOAT64, args, context),
    };
  };

const PAIR = '(x, y)';
const SAMPLES = '(x, sample)';
const TWO = 'number, number % 2';
/** Each twice. */
const SAME = 'number DIV 2, number % 2';

const crossRow = (name: string, fn: string, doc: string, result: string): PlainRow =>
  plain(name, crossed(fn), PAIR, doc, TWO, result);

/** With states. */
export const SAMPLE_AGGREGATES: readonly PlainRow[] = [
  plain(
    'studentTTest',
    meansTest('studentTTest', 'student_test'),
    `[(confidence)]${SAMPLES}`,
    "Student's test of whether two samples have one mean: the statistic and how likely it is by chance.",
    SAME,
    '0,1',
  ),
  plain(
    'welchTTest',
    meansTest('welchTTest', 'welch_test'),
    `[(confidence)]${SAMPLES}`,
    "Welch's test of whether two samples have one mean, whose variances may differ.",
    SAME,
    '0,1',
  ),
  plain(
    'meanZTest',
    zTest,
    `(variance, variance, confidence)${SAMPLES}`,
    'Whether two samples of known variances have one mean.',
    SAME,
    '0,1,-1.959963984540054,1.959963984540054',
    '(1, 1, 0.95)',
  ),
  plain(
    'rankCorr',
    ofNumbers('rank_correlation', FLOAT64, none),
    PAIR,
    "Spearman's correlation of ranks.",
    'number, number * number',
    '1.0',
  ),
  plain(
    ['largestTriangleThreeBuckets', 'lttb'],
    points,
    '(points)(x, y)',
    'So many points of a line that look most like all of it.',
    'number, number * number',
    '0,0,3,9',
    '(2)',
  ),
  crossRow('cramersV', 'cramer', 'How much two columns say of each other, from 0 to 1.', '1.0'),
  crossRow('cramersVBiasCorrected', 'cramer_corrected', 'The same, corrected for few rows.', 'NaN'),
  crossRow('contingency', 'contingency', 'Coefficient of contingency of two columns.', '0.7071067811865476'),
  crossRow(
    'theilsU',
    'uncertainty',
    'Share of what is unknown of the first column that the second one tells.',
    '0.5',
  ),
];

/** Whose parameters are words, or which refuse to say anything of few rows. */
export const SAMPLE_TESTS: readonly PlainRow[] = [
  plain(
    'mannWhitneyUTest',
    mannWhitney,
    `[(alternative [, continuity])]${SAMPLES}`,
    'Whether two samples come from one distribution, by ranks.',
    SAME,
    '2,1',
    "('two-sided', 0)",
  ),
  plain(
    ['analysisOfVariance', 'anova'],
    ofNumbers('variance_between', tested('f', false), none),
    '(x, group)',
    'Whether groups have one mean: the statistic and how likely it is by chance.',
    SAME,
    '0,1',
  ),
];
