/** ClickHouse's aggregates of a few words: moments, rises, sums that fade (aggregate/fold.ts). */

import { BasaltError } from '../../base/error.ts';
import { isWide } from '../../type/exact.ts';
import {
  array,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isSigned,
  isTemporal,
  type LogicalType,
  laneOf,
  notNull,
  tuple,
  UINT64,
} from '../../type/type.ts';
import { apply, int } from '../call.ts';
import { laneSuffix } from '../cast.ts';
import type { Argument, Resolution, Resolve, ResolveContext } from '../row.ts';
import { NUMBER } from '../signature.ts';
import { nullableAs, orNull, spread } from './aggregate.ts';
import { collects, packed } from './packed-element.ts';
import { type PlainRow, plain } from './plain.ts';
import { sumsWide, wideSumOf, wideSumType } from './wide-sum.ts';

const isNumber = ({ type }: Argument): boolean => isInteger(type) || isFloat(type);

/** What every argument is cast to; undefined where one is no number. */
export function floats(args: readonly Argument[], context: ResolveContext): LogicalType[] | undefined {
  const casts = args.map((arg) => (arg.type.id === 'bool' ? undefined : NUMBER(arg, context)));
  return casts.includes(undefined) ? undefined : (casts as LogicalType[]);
}

/** @param count of arguments */
const ofFloats =
  (fn: string, count: number, type: LogicalType = FLOAT64): Resolve =>
  (args, context) => {
    const casts = args.length === count ? floats(args, context) : undefined;
    return casts && { fn, casts, type: type.id === 'tuple' ? type : orNull(type, args, context) };
  };

export const fields = (
  ...types: readonly (readonly [name: string | null, type: LogicalType])[]
): LogicalType => tuple(types.map(([name, type]) => ({ name, type })));

/** The sum modulo the width of its values. */
const overflowing: Resolve = (args, context) => {
  const [x] = args;
  if (args.length !== 1) return undefined;
  if (isFloat(x.type))
    return { fn: 'sum_f64', casts: [nullableAs(FLOAT64, x.type)], type: orNull(x.type, args, context) };
  if (isWide(x.type))
    return {
      fn: `sum_${wideSumOf(x.type, 'clickhouse')}`,
      casts: [x.type],
      type: orNull(x.type, args, context),
    };
  if (!isInteger(x.type) && x.type.id !== 'decimal') return undefined;
  return { fn: 'sum_overflow', casts: [x.type], type: orNull(x.type, args, context) };
};

const compensated: Resolve = (args, context) => {
  const [x] = args;
  if (args.length !== 1) return undefined;
  if (sumsWide(x.type)) return sumExactly(x, args, context);
  if (!isNumber(x)) return undefined;
  return { fn: 'sum_f64', casts: [nullableAs(FLOAT64, x.type)], type: orNull(FLOAT64, args, context) };
};

const sumExactly = ({ type }: Argument, args: readonly Argument[], context: ResolveContext): Resolution => ({
  fn: `sum_${wideSumOf(type, 'clickhouse')}`,
  casts: [type],
  type: orNull(wideSumType(type), args, context),
});

const sumAndCount: Resolve = (args) => {
  const [x] = args;
  if (args.length !== 1) return undefined;
  if (sumsWide(x.type))
    return {
      fn: `sum_count_${wideSumOf(x.type, 'clickhouse')}`,
      casts: [x.type],
      type: fields([null, wideSumType(x.type)], [null, UINT64]),
    };
  if (!isNumber(x)) return undefined;
  const sum = isFloat(x.type) ? FLOAT64 : isSigned(x.type) ? INT64 : UINT64;
  return {
    fn: `sum_count_${laneOf(sum)}`,
    casts: [nullableAs(sum, x.type)],
    type: fields([null, sum], [null, UINT64]),
  };
};

/** In the type of the values, which other types lie in as they do in 64 bits. */
const rises: Resolve = (args) => {
  const [x] = args;
  if (args.length !== 1 || !isNumber(x)) return undefined;
  return { fn: `rises_${laneSuffix(x.type)}`, casts: [x.type], type: notNull(x.type) };
};

const timedRises: Resolve = (args) => {
  const [x, time] = args;
  if (args.length !== 2 || !isNumber(x)) return undefined;
  if (!isInteger(time.type) && !isTemporal(time.type)) return undefined;
  return {
    fn: `timed_rises_${laneSuffix(x.type)}`,
    casts: [x.type, time.type],
    type: notNull(x.type),
  };
};

/** Times are numbers of what their type counts in. */
const fading =
  (fn: string, name: string, count: number): Resolve =>
  (args, context) => {
    const [scale] = context.parameters ?? [];
    const length = typeof scale === 'bigint' || typeof scale === 'number' ? Number(scale) : Number.NaN;
    if (context.parameters?.length !== 1 || !(length > 0))
      throw new BasaltError(
        'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
        `Aggregate function ${name} requires one parameter: a length of time above 0`,
      );
    if (args.length !== count) return undefined;
    const values = floats(args.slice(0, -1), context);
    const time = args[count - 1].type;
    if (values === undefined || (!isInteger(time) && !isFloat(time) && !isTemporal(time))) return undefined;
    const ticks = isTemporal(time);
    if (ticks && fn === 'moving_average') return undefined;
    const target = nullableAs(FLOAT64, time);
    return {
      fn,
      params: [length],
      casts: [...values, ticks ? time : target],
      ...(ticks && {
        prepare: (given) => given.map((x, i) => (i === count - 1 ? apply('i64_to_f64', [x], target) : x)),
      }),
      type: orNull(FLOAT64, args, context),
    };
  };

const MOST_CONDITIONS = 32;

const retention: Resolve = (args) => {
  if (args.length < 2 || args.length > MOST_CONDITIONS) return undefined;
  if (!args.every(({ type }) => type.id === 'uint8' || type.id === 'bool')) return undefined;
  return {
    fn: 'retention',
    params: [args.length],
    casts: args.map(({ type }) => type),
    prepare: (given) => [
      ...given.map((x) => (x.type.id === 'bool' ? apply('bool_to_i64', [x], INT64) : x)),
      ...Array.from({ length: MOST_CONDITIONS - given.length }, () => int(0)),
    ],
    type: array({ id: 'uint8', nullable: false }),
  };
};

const entropy: Resolve = (args, context) => {
  const [x] = args;
  if (args.length !== 1 || !collects(x)) return undefined;
  return {
    fn: 'entropy_str',
    params: [0],
    casts: [x.type],
    prepare: ([value]) => [packed(value, false), int(1)],
    type: orNull(FLOAT64, args, context),
  };
};

const SPREADS = [
  ['varPop', '1.25'],
  ['varSamp', '1.6666666666666667'],
  ['stddevPop', '1.118033988749895'],
  ['stddevSamp', '1.2909944487358056'],
] as const;

const LINE = fields(['k', FLOAT64], ['b', FLOAT64]);

const PAIR = '(x, y)';
const ofPairs = (name: string, fn: string, doc: string, result: string): PlainRow =>
  plain(
    name.endsWith('Stable') ? name : [name, fn],
    ofFloats(fn, 2),
    PAIR,
    doc,
    'number, number * number',
    result,
  );

export const STATISTICS: readonly PlainRow[] = [
  ...(['', 'Stable'] as const).flatMap((form) => {
    const suffix = form === '' ? '' : '_stable';
    return [
      ofPairs(`covarPop${form}`, `covar_pop${suffix}`, 'Covariance.', '3.75'),
      ofPairs(`covarSamp${form}`, `covar_samp${suffix}`, 'Covariance estimated from a sample.', '5.0'),
      plain(`corr${form}`, ofFloats(`corr${suffix}`, 2), PAIR, 'Correlation.', 'number, number', '1.0'),
    ];
  }),
  ...(['skew', 'kurt'] as const).flatMap((name) =>
    (['Pop', 'Samp'] as const).map((form) =>
      plain(
        `${name}${form}`,
        ofFloats(`${name}_${form.toLowerCase()}`, 1),
        '(x)',
        `${name === 'skew' ? 'Skewness' : 'Kurtosis'}${form === 'Pop' ? '' : ' estimated from a sample'}.`,
        'number',
        name === 'skew' ? '0.0' : form === 'Pop' ? '1.64' : '0.9224999999999999',
      ),
    ),
  ),
  ...SPREADS.map(([name, result]) =>
    plain(
      `${name}Stable`,
      spread(`${name.replace(/[PS]/, (letter) => `_${letter.toLowerCase()}`)}_f64`),
      '(x)',
      'Spread of the values, by their distances from the mean.',
      'number',
      result,
    ),
  ),
  plain('entropy', entropy, '(x)', 'Entropy of the values, in bits.', 'number', '2.0'),
  ofPairs('boundingRatio', 'slope', 'Slope from the leftmost point to the rightmost.', '3.0'),
  plain(
    'avgWeighted',
    ofFloats('avg_weighted', 2),
    '(x, weight)',
    'Mean of values with weights.',
    'number, 2',
    '1.5',
  ),
  plain(
    'simpleLinearRegression',
    ofFloats('line', 2, LINE),
    PAIR,
    'Slope and offset of the line of least squares.',
    'number, number',
    '1,0',
  ),
  plain('sumWithOverflow', overflowing, '(x)', 'Sum in the type of the values.', 'number', '6'),
  plain('sumKahan', compensated, '(x)', 'Sum of floats that loses nothing.', 'toFloat64(number)', '6.0'),
  plain('sumCount', sumAndCount, '(x)', 'Sum, and number of values.', 'number', '6,4'),
  plain('deltaSum', rises, '(x)', 'Sum of rises from row to row.', 'number', '3'),
  plain(
    'deltaSumTimestamp',
    timedRises,
    '(x, time)',
    'Sum of rises from row to row, of parts of a series joined by their times.',
    'number, number',
    '3',
  ),
  plain(
    'exponentialMovingAverage',
    fading('moving_average', 'exponentialMovingAverage', 2),
    '(half)(x, time)',
    'Mean of values that count half as much after a time.',
    'number, number',
    '2.125',
    '(1)',
  ),
  plain(
    'retention',
    retention,
    '(condition, ...)',
    'Which conditions held on some row, if the first did.',
    'number = 1, number = 9',
    '1,0',
  ),
];

/** Without states in ClickHouse: for windows. */
export const FADING: readonly PlainRow[] = [
  ['Sum', 'faded_sum', 2, 'Sum of values that fade with time.'],
  ['Count', 'faded_count', 1, 'Number of rows, which fade with time.'],
  ['Avg', 'faded_avg', 2, 'Mean of values that fade with time.'],
].map(([form, fn, count, doc]) => {
  const name = `exponentialTimeDecayed${form}`;
  return plain(
    name,
    fading(fn as string, name, count as number),
    count === 1 ? '(scale)(time)' : '(scale)(x, time)',
    doc as string,
    count === 1 ? '0' : 'number, 0',
    form === 'Sum' ? '6.0' : form === 'Count' ? '4.0' : '1.5',
    '(10)',
  );
});
