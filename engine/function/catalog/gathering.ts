/** ClickHouse's aggregates that are an operation on the values of all rows (gathered.ts). */

import { BasaltError } from '../../base/error.ts';
import { type Expr, literal } from '../../plan/expr.ts';
import {
  array,
  decimal,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNumeric,
  isSigned,
  type LogicalType,
  laneOf,
  notNull,
  UINT64,
  type Value,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { int, text } from '../call.ts';
import type { Resolve, ResolveContext } from '../row.ts';
import { nullableAs } from './aggregate.ts';
import { gathered } from './gathered.ts';
import { arrayOperation } from './lambda.ts';
import { collects } from './packed-element.ts';
import { type PlainRow, plain } from './plain.ts';
import { floats } from './statistic.ts';

const bad = (message: string): BasaltError => new BasaltError('BAD_ARGUMENTS', message);

/** 0 without a parameter. */
function windowOf(name: string, { parameters = [] }: ResolveContext): number {
  const [window, ...more] = parameters;
  if (more.length > 0)
    throw new BasaltError(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      `Incorrect number of parameters for aggregate function ${name}, should be 0 or 1`,
    );
  if (window === undefined) return 0;
  if (typeof window === 'bigint' && window > 0n) return Number(window);
  throw bad(`Parameter for aggregate function ${name} should be positive integer`);
}

/** What sums of such values are computed in. */
function sumType(type: LogicalType): LogicalType | undefined {
  if (type.id === 'decimal') return type;
  if (isFloat(type)) return FLOAT64;
  return isInteger(type) ? (isSigned(type) ? INT64 : UINT64) : undefined;
}

const moving =
  (name: string, operation: 'moving_sum' | 'moving_average'): Resolve =>
  (args, context) => {
    const sum = args.length === 1 ? sumType(args[0].type) : undefined;
    if (sum === undefined) return undefined;
    const window = windowOf(name, context);
    const average = operation === 'moving_average' ? FLOAT64 : notNull(sum);
    const shown = sum.id === 'decimal' ? decimal(38, sum.scale ?? 0) : average;
    return gathered([nullableAs(sum, args[0].type)], (rows) =>
      arrayOperation(operation, [rows, int(window)], array(shown)),
    );
  };

/** A parameter as a value of a type; NULL, or none, is its zero. */
function fillerOf(value: Value | undefined, type: LogicalType): Expr {
  const lane = laneOf(type);
  const fits =
    (lane === 'i64' && isInteger(type) && typeof value === 'bigint') ||
    (isFloat(type) && (typeof value === 'number' || typeof value === 'bigint')) ||
    (type.id === 'string' && typeof value === 'string');
  if (value === undefined || value === null) return literal(zeroOf(type), type);
  if (!fits)
    throw new BasaltError(
      'TYPE_MISMATCH',
      'The filler of groupArrayInsertAt is of another type than its values',
    );
  return literal(isFloat(type) ? Number(value) : value, type);
}

const insertAt: Resolve = (args, { parameters = [] }) => {
  const [x, position] = args;
  if (args.length !== 2 || !collects(x) || !isInteger(position.type) || isSigned(position.type))
    return undefined;
  const [filler, size = 0n, ...more] = parameters;
  if (more.length > 0)
    throw new BasaltError(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      'groupArrayInsertAt takes two parameters or fewer',
    );
  if (typeof size !== 'bigint' || size < 0n)
    throw bad('The size that groupArrayInsertAt is given is no size');
  const type = notNull(x.type);
  return gathered([x.type, nullableAs(UINT64, position.type)], (rows) =>
    arrayOperation('placed', [rows, fillerOf(filler, type), int(size)], array(type)),
  );
};

const intersected: Resolve = (args) => {
  const [x] = args;
  if (args.length !== 1 || x.type.id !== 'array' || x.type.nullable) return undefined;
  return gathered([x.type], (rows) => arrayOperation('common', [rows], x.type));
};

const matrixOf =
  (name: string): Resolve =>
  (args, context) => {
    const casts =
      args.length > 0 && args.every(({ type }) => isNumeric(type)) ? floats(args, context) : undefined;
    return (
      casts &&
      gathered(casts, (rows) =>
        arrayOperation('matrix', [rows, text(name), int(casts.length)], array(array(FLOAT64))),
      )
    );
  };

/** Without states. */
export const GATHERING: readonly PlainRow[] = [
  plain(
    'groupArrayMovingSum',
    moving('groupArrayMovingSum', 'moving_sum'),
    '[(window)](x)',
    'Sums of each value with those before it, all or so many in all.',
    'number',
    '0,1,3,5',
    '(2)',
  ),
  plain(
    'groupArrayMovingAvg',
    moving('groupArrayMovingAvg', 'moving_average'),
    '[(window)](x)',
    'Moving sums by the size of the window.',
    'number',
    '0,0.5,1.5,2.5',
    '(2)',
  ),
  plain(
    'groupArrayInsertAt',
    insertAt,
    '[(filler [, size])](x, position)',
    'An array with the values at positions from 0; the first at one stays.',
    'number, toUInt8(3 - number)',
    '3,2,1,0',
  ),
  plain(
    'groupArrayIntersect',
    intersected,
    '(array)',
    'The elements that all arrays have.',
    '[1, 7, number]',
    '1,7',
  ),
  ...(
    [
      ['corrMatrix', 'corr', 'Correlations', '1,1,1,1'],
      ['covarPopMatrix', 'covar_pop', 'Covariances', '1.25,1.25,1.25,1.25'],
      [
        'covarSampMatrix',
        'covar_samp',
        'Covariances estimated from a sample',
        '1.6666666666666667,1.6666666666666667,1.6666666666666667,1.6666666666666667',
      ],
    ] as const
  ).map(([name, of, doc, result]) =>
    plain(
      name,
      matrixOf(of),
      '(x, ...)',
      `${doc} of all pairs of columns, as a matrix.`,
      'number, number',
      result,
    ),
  ),
];
