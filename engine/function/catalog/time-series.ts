/** ClickHouse's functions of time series: a series read at the points of a grid, as Prometheus reads ranges (scalar/list-series.ts). */

import { BasaltError } from '../../base/error.ts';
import { type Expr, literal } from '../../plan/expr.ts';
import {
  array,
  elementOf,
  FLOAT64,
  fieldsOf,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  type LogicalType,
  notNull,
  nullable,
  timestamp,
  tuple,
} from '../../type/type.ts';
import { apply, int, retype, text } from '../call.ts';
import type { Argument, FunctionRow, Resolution, Resolve, TableRow } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { gathered, gatheredElements } from './gathered.ts';
import { arrayOperation } from './lambda.ts';
import { arrayOf } from './nested.ts';
import { type PlainRow, plain } from './plain.ts';

const isList = ({ type }: Argument): boolean =>
  type.id === 'array' && !type.nullable && !elementOf(type).nullable;

/** Times and values, or arrays of them. */
function sampled(args: readonly Argument[], finish: (pairs: Expr) => Expr): Resolution | undefined {
  const types = args.map(({ type }) => type);
  if (isSample(args)) return gathered(types, finish);
  if (!args.every(isList) || !isSample(types.map((type) => ({ type: elementOf(type) })))) return undefined;
  return gatheredElements(types, finish);
}

const isSample = ([time, value, ...more]: readonly Argument[]): boolean =>
  more.length === 0 &&
  time !== undefined &&
  value !== undefined &&
  (time.type.id === 'uint32' || time.type.id === 'timestamp') &&
  isFloat(value.type);

const integers = (values: readonly number[]): Expr => arrayOf(values.map(int), INT64);

const grouped: Resolve = (args) =>
  sampled(args, (pairs) => arrayOperation('time_series', [pairs], pairs.type));

const bad = (message: string): BasaltError => new BasaltError('BAD_ARGUMENTS', message);

/** @param offset whether there is a fifth parameter */
const atGrid =
  (name: string, read: string, offset: boolean): Resolve =>
  (args, { parameters = [] }) => {
    const names = ['start', 'end', 'step', 'window', ...(offset ? ['offset'] : [])];
    if (parameters.length !== names.length)
      throw new BasaltError(
        'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
        `Aggregate function ${name} requires ${names.length} parameters: ${names.join(', ')}`,
      );
    if (!parameters.every((value) => typeof value === 'bigint'))
      throw bad(`The parameters of ${name} are whole numbers of seconds`);
    const [start, end, step, window, ahead = 0] = parameters.map(Number);
    if (end < start) throw bad('End timestamp is less than start timestamp');
    if (step <= 0 && start !== end) throw bad('Step should be greater than zero');
    if (start < 0 || step < 0 || window < 0)
      throw bad(`Start, step and window of ${name} are not below zero`);
    return sampled(args, (pairs) => {
      const point = nullable(fieldsOf(elementOf(pairs.type))[1].type);
      const grid = integers([start, end, step, window, ahead]);
      return arrayOperation('time_grid', [pairs, text(read), grid], array(point));
    });
  };

const GRIDS: readonly (readonly [name: string, read: string, doc: string, result: string])[] = [
  ['Rate', 'rate', 'Rise of a counter per second', 'NULL,1'],
  ['Increase', 'increase', 'Rise of a counter', 'NULL,2'],
  ['Delta', 'delta', 'Change', 'NULL,2'],
  ['InstantRate', 'instant_rate', 'Rise per second of a counter between the last two samples', 'NULL,1'],
  ['InstantDelta', 'instant_delta', 'Change between the last two samples', 'NULL,1'],
  ['Deriv', 'slope', 'Slope per tick of the times by least squares', 'NULL,1'],
  ['Changes', 'changes', 'How often the value changed', '0,1'],
  ['Resets', 'resets', 'How often a counter began again', '0,0'],
];

const SAMPLE = 'toDateTime(number), toFloat64(number)';

const gridRow = (
  name: string,
  read: string,
  doc: string,
  result: string,
  more: readonly string[],
): PlainRow =>
  plain(
    name,
    atGrid(name, read, more.length > 0),
    `(start, end, step, window${more.map((parameter) => `, ${parameter}`).join('')})(time, value)`,
    `${doc}, of the window before each point of a grid. All times are seconds.`,
    SAMPLE,
    result.replaceAll('NULL', ''),
    `(0, 2, 2, 2${more.map(() => ', 10').join('')})`,
  );

/** Without states. */
export const SERIES_AGGREGATES: readonly PlainRow[] = [
  plain(
    'timeSeriesGroupArray',
    grouped,
    '(time, value)',
    'The samples by their times; of one time the largest.',
    'toUInt32(1), toFloat64(number)',
    '1,3',
  ),
  ...GRIDS.map(([name, read, doc, result]) => gridRow(`timeSeries${name}ToGrid`, read, doc, result, [])),
  gridRow(
    'timeSeriesPredictLinearToGrid',
    'predicted',
    'The value that a line of least squares has later',
    'NULL,12',
    ['offset'],
  ),
  gridRow('timeSeriesResampleToGridWithStaleness', 'last', 'The last value', '0,2', []),
];

const isMoment = ({ type }: Argument): boolean => type.id === 'timestamp' || type.id === 'uint32';

/** Ticks of what a function of (start, end, step) counts in. */
function rangeOf(args: readonly Argument[]) {
  const [start, end, step] = args;
  const valid =
    isMoment(start) &&
    isMoment(end) &&
    start.type.id === end.type.id &&
    isInteger(step.type) &&
    !args.slice(0, 3).some(({ type }) => type.nullable);
  if (!valid) return undefined;
  const digits = Math.max(start.type.precision ?? 0, end.type.precision ?? 0);
  const type: LogicalType =
    start.type.id === 'uint32' ? start.type : { ...timestamp(digits), zone: start.type.zone };
  return { type, casts: [type, type, INT64], scale: 10n ** BigInt(digits) };
}

const toTicks = (step: Expr, scale: bigint): Expr => apply('mul_wrap_i64', [step, int(scale)], INT64);

const range: Resolve = (args) => {
  const of = args.length === 3 ? rangeOf(args) : undefined;
  return (
    of && {
      casts: of.casts,
      build: ([start, end, step]) =>
        arrayOperation('time_range', [moments([start, end], [toTicks(step, of.scale)])], array(of.type)),
    }
  );
};

/** As plain integers. */
const moments = (of: readonly Expr[], more: readonly Expr[]): Expr =>
  arrayOf([...of.map((moment) => retype(moment, INT64)), ...more], INT64);

const fromGrid: Resolve = (args) => {
  const values = args[3]?.type;
  const of = args.length === 4 && values?.id === 'array' ? rangeOf(args) : undefined;
  if (of === undefined || !isNumeric(elementOf(values))) return undefined;
  const sample = [of.type, notNull(elementOf(values))].map((type) => ({ name: null, type }));
  return {
    casts: [...of.casts, values],
    build: ([start, end, step, list]) =>
      arrayOperation(
        'from_grid',
        [moments([start, end], [toTicks(step, of.scale)]), list],
        array(tuple(sample)),
      ),
  };
};

/** Shares of Tukey's fences, and how many ranges between them are no outliers. */
const FENCES = [0.25, 0.75, 1.5];

const outliers: Resolve = (args) => {
  const [series, ...given] = args;
  if (series?.type.id !== 'array' || !isNumeric(elementOf(series.type)) || elementOf(series.type).nullable)
    return undefined;
  if (given.length !== 0 && given.length !== FENCES.length) return undefined;
  const fences = given.map(({ value }) => Number(value ?? Number.NaN));
  const [low, high, factor] = given.length === 0 ? FENCES : fences;
  if (!(low >= 0.02 && low <= 0.98 && high > low && high <= 0.98 && factor >= 0))
    throw bad(
      `The fences of seriesOutliersDetectTukey are two constants from 0.02 to 0.98, and a factor of 0 or more`,
    );
  return {
    casts: [array(FLOAT64), ...given.map(({ type }) => type)],
    build: ([list]) =>
      arrayOperation(
        'tukey',
        [
          list,
          arrayOf(
            [low, high, factor].map((number) => literal(number, FLOAT64)),
            FLOAT64,
          ),
        ],
        array(FLOAT64),
      ),
  };
};

const SCALARS: readonly TableRow[] = [
  [
    ['timeSeriesRange'],
    range,
    'timeSeriesRange(start, end, step)',
    'Moments from one to another, so many seconds apart.',
    'SELECT toString(timeSeriesRange(toUInt32(5), toUInt32(9), 2))',
    '[5,7,9]',
  ],
  [
    ['timeSeriesFromGrid'],
    fromGrid,
    'timeSeriesFromGrid(start, end, step, values)',
    'Values with the moments of a grid, those that are not NULL.',
    'SELECT toString(timeSeriesFromGrid(toUInt32(5), toUInt32(9), 2, [1, NULL, 3]))',
    '[(5,1),(9,3)]',
  ],
  [
    ['seriesOutliersDetectTukey'],
    outliers,
    'seriesOutliersDetectTukey(series [, low, high, factor])',
    "How far values of a series are outside of Tukey's fences.",
    'SELECT toString(seriesOutliersDetectTukey([1, 2, 2, 1, 50, 2, 1]))',
    '[0,0,0,0,46.5,0,0]',
  ],
];

export const SERIES: readonly FunctionRow[] = SCALARS.map(clickhouseScalar);
