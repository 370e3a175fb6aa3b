/** ClickHouse's other quantiles, each as `quantile...`, `quantiles...` of several levels, and `median...` (aggregate/quantile-rule.ts). */

import { BasaltError } from '../../base/error.ts';
import { isWide } from '../../type/exact.ts';
import {
  array,
  FLOAT64,
  isFloat,
  isInteger,
  isNumeric,
  isSigned,
  isTemporal,
  type LogicalType,
  notNull,
} from '../../type/type.ts';
import { laneSuffix } from '../cast.ts';
import type { Argument, Resolve, ResolveContext } from '../row.ts';
import { orNull } from './aggregate.ts';
import { type PlainRow, plain } from './plain.ts';
import { floats } from './statistic.ts';

const FLOAT32: LogicalType = { id: 'float32', nullable: false };
const DEFAULT_LEVEL = 0.5;
/** Of sketches, as quantile.ts has them. */
const K = 4096;

type Family = {
  /** Behind `quantile`. */
  readonly name: string;
  /** Behind `quantile_`, or `quantiles_`; of the lane of the values, or of floats. */
  readonly fn: string;
  /** What it gives: the type of its values, or a float. */
  readonly type: 'same' | LogicalType;
  /** A second argument: weights, or what makes a sample the same each time. */
  readonly second?: 'weight' | 'determinator';
  /** A parameter comes before the levels: a relative accuracy, or one that says nothing where every value is kept. */
  readonly accuracy?: 'relative' | 'kept';
  readonly sketch?: true;
  /** Levels 0 and 1 have no value. */
  readonly inside?: true;
  readonly doc: string;
  readonly args?: string;
  /** Of 0, 1, 2 and 3, at the middle. */
  readonly result: string;
};

const FAMILIES: readonly Family[] = [
  {
    name: 'Exact',
    fn: 'nth',
    type: 'same',
    doc: 'The value whose place among all is the level times their number.',
    result: '2',
  },
  {
    name: 'ExactLow',
    fn: 'low',
    type: 'same',
    doc: 'The same; in the middle the lower of two.',
    result: '1',
  },
  {
    name: 'ExactHigh',
    fn: 'high',
    type: 'same',
    doc: 'The same; in the middle the higher of two.',
    result: '2',
  },
  {
    name: 'ExactInclusive',
    fn: 'between',
    type: FLOAT64,
    doc: 'Between two values; the ends are the levels 0 and 1.',
    result: '1.5',
  },
  {
    name: 'ExactExclusive',
    fn: 'exclusive',
    type: FLOAT64,
    inside: true,
    doc: 'Between two values; the levels 0 and 1 lie outside of all.',
    result: '1.5',
  },
  {
    name: 'ExactWeighted',
    fn: 'weighted',
    type: 'same',
    second: 'weight',
    doc: 'The smallest value with a share of all weights not above it.',
    result: '1',
  },
  {
    name: 'InterpolatedWeighted',
    fn: 'weighted_middles',
    type: 'same',
    second: 'weight',
    doc: 'Between values at the middles of their weights.',
    result: '1',
  },
  {
    name: 'ExactWeightedInterpolated',
    fn: 'weighted_between',
    type: FLOAT64,
    second: 'weight',
    doc: 'Between two values, each as often as its weight says.',
    result: '1.5',
  },
  {
    name: 'TDigest',
    fn: 'sketch_inclusive',
    type: FLOAT32,
    sketch: true,
    doc: 'The smallest value with a share of all not above it; approximate beyond 8,191 values.',
    result: '1',
  },
  {
    name: 'TDigestWeighted',
    fn: 'weighted_digest',
    type: FLOAT32,
    second: 'weight',
    doc: 'The smallest value with a share of all weights not above it.',
    result: '1',
  },
  {
    name: 'Timing',
    fn: 'sketch_nth',
    type: FLOAT32,
    sketch: true,
    doc: 'The value whose place among all is the level times their number; approximate beyond 8,191 values.',
    result: '2',
  },
  {
    name: 'TimingWeighted',
    fn: 'weighted_nth',
    type: FLOAT32,
    second: 'weight',
    doc: 'The smallest value with a share of all weights not above it.',
    result: '2',
  },
  {
    name: 'BFloat16',
    fn: 'brain',
    type: FLOAT64,
    doc: 'The smallest value with a share of all not above it, as a float of 16 bits.',
    result: '1.0',
  },
  {
    name: 'BFloat16Weighted',
    fn: 'weighted_brain',
    type: FLOAT64,
    second: 'weight',
    doc: 'The smallest value with a share of all weights not above it, as a float of 16 bits.',
    result: '1.0',
  },
  {
    name: 'Deterministic',
    fn: '',
    type: FLOAT64,
    second: 'determinator',
    sketch: true,
    doc: 'Between two values; approximate beyond 8,191 values.',
    result: '1.5',
  },
  {
    name: 'DD',
    fn: 'dd',
    type: FLOAT64,
    accuracy: 'relative',
    doc: 'A value within a relative accuracy.',
    result: '1.01',
  },
  {
    name: 'GK',
    fn: 'share',
    type: 'same',
    accuracy: 'kept',
    doc: 'The smallest value with a share of all not above it; exact, whatever the accuracy is.',
    result: '1',
  },
  {
    name: 'PrometheusHistogram',
    fn: 'histogram',
    type: FLOAT64,
    second: 'weight',
    doc: 'Between the upper bounds of buckets, by how many values lie up to each.',
    args: '1 / (3 - number), number + 1',
    result: '0.5',
  },
];

const isLevel = (x: number): boolean => x >= 0 && x <= 1;

/** What a call is given before its arguments, as numbers: the accuracy if there is one, then levels. */
function parametersOf(
  { parameters = [] }: ResolveContext,
  { accuracy, inside }: Family,
  name: string,
  several: boolean,
): readonly number[] {
  const ahead = accuracy === undefined ? 0 : 1;
  if ((several || accuracy !== undefined) && parameters.length === 0)
    throw new BasaltError(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      `Aggregate function ${name} requires parameters`,
      {
        hint: `Write ${name}(${accuracy === undefined ? '' : '0.01, '}0.5)(x)`,
      },
    );
  if (!several && parameters.length > ahead + 1)
    throw new BasaltError(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      `Aggregate function ${name} requires one level parameter or less`,
    );
  const given = parameters.map((value) =>
    typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN,
  );
  const levels = given.slice(ahead);
  const wrong = levels.find((level) => !isLevel(level));
  if (wrong !== undefined)
    throw new BasaltError('PARAMETER_OUT_OF_BOUND', `Quantile level ${wrong} is out of range [0..1]`);
  if (inside === true && levels.some((level) => level === 0 || level === 1))
    throw new BasaltError('BAD_ARGUMENTS', `${name} cannot interpolate for the percentiles 1 and 0`);
  if (accuracy === 'kept' && !(Number.isInteger(given[0]) && given[0] > 0))
    throw new BasaltError('BAD_ARGUMENTS', `The accuracy of ${name} is a whole number above 0`);
  if (accuracy === 'relative' && !(given[0] > 0 && given[0] < 1))
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `The relative accuracy of ${name} lies between 0 and 1`);
  const all = levels.length > 0 ? given : [...given, DEFAULT_LEVEL];
  return accuracy === 'kept' ? all.slice(1) : all;
}

const isOrdered = ({ type }: Argument): boolean => !isWide(type) && (isNumeric(type) || isTemporal(type));

const resolveOf =
  (family: Family, name: string, several: boolean): Resolve =>
  (args, context) => {
    const { type, second, sketch, fn } = family;
    const [x, by] = args;
    if (args.length !== (second === undefined ? 1 : 2)) return undefined;
    if (by !== undefined && (!isInteger(by.type) || (second === 'weight' && isSigned(by.type))))
      return undefined;
    const same = type === 'same';
    if (fn === 'histogram' && !isFloat(x.type)) return undefined;
    const target = same ? (isOrdered(x) ? x.type : undefined) : floats([x], context)?.[0];
    if (target === undefined) return undefined;
    const single = orNull(same ? x.type : type, args, context);
    const lane = same ? laneSuffix(x.type) : 'f64';
    const casts = [target, ...args.slice(1).map((arg) => arg.type)];
    return {
      fn: [several ? 'quantiles' : 'quantile', fn, lane].filter((part) => part !== '').join('_'),
      params: [sketch === true ? K : 0, ...parametersOf(context, family, name, several)],
      casts,
      ...(second === 'determinator' && { prepare: ([value]) => [value] }),
      type: several ? array(notNull(single)) : single,
    };
  };

function rowsOf(family: Family): readonly PlainRow[] {
  const args = family.args ?? (family.second === undefined ? 'number' : 'number, 1');
  const syntax = `[(${family.accuracy === undefined ? '' : 'accuracy, '}level)](x${family.second === undefined ? '' : `, ${family.second}`})`;
  const [one, several] = [`quantile${family.name}`, `quantiles${family.name}`];
  const accuracy = family.accuracy === undefined ? '' : family.accuracy === 'kept' ? '100' : '0.01';
  const parameters = accuracy === '' ? '' : `(${accuracy})`;
  return [
    plain(
      [one, `median${family.name}`],
      resolveOf(family, one, false),
      syntax,
      family.doc,
      args,
      family.result,
      parameters,
    ),
    plain(
      several,
      resolveOf(family, several, true),
      syntax.replace('[(', '(').replace('level)]', 'level, ...)'),
      `Of several levels: ${family.doc[0].toLowerCase()}${family.doc.slice(1)}`,
      args,
      family.result.replace(/\.0$/, ''),
      accuracy === '' ? '(0.5)' : `(${accuracy}, 0.5)`,
    ),
  ];
}

export const QUANTILE_FAMILIES: readonly PlainRow[] = FAMILIES.flatMap(rowsOf);
