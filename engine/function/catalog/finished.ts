/** ClickHouse's aggregates that collect values, of which one is made outside of the aggregation. */

import { BasaltError } from '../../base/error.ts';
import {
  BOOL,
  isFloat,
  isInteger,
  type LogicalType,
  notNull,
  STRING,
  tuple,
  UINT64,
} from '../../type/type.ts';
import { hashLane } from '../aggregate/state-type.ts';
import { anyOf, apply, choose, int, nullOf } from '../call.ts';
import type { Resolve } from '../row.ts';
import { PLAIN_CLICKHOUSE } from './aggregate.ts';
import { single, topped, withNulls } from './collect-resolve.ts';
import { gathered } from './gathered.ts';
import { arrayOperation } from './lambda.ts';
import { tupleOf } from './nested.ts';
import { collects, together } from './packed-element.ts';
import { type PlainRow, plain } from './plain.ts';

const MAX_UP_TO = 255;

/** How many different values there are, as long as they are few. */
const upTo: Resolve = (args, { parameters = [] }) => {
  const [most = 5n] = parameters;
  if (args.length === 0 || !args.every(collects)) return undefined;
  if (parameters.length > 1 || typeof most !== 'bigint' || most < 0n || most > MAX_UP_TO)
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `The parameter of uniqUpTo is 0 to ${MAX_UP_TO}`);
  const isOne = args.length === 1;
  return {
    fn: `set_${isOne ? hashLane(args[0].type) : 'str'}`,
    params: [0],
    casts: args.map(({ type }) => type),
    ...(isOne ? {} : { prepare: (values) => [together(values)] }),
    type: UINT64,
    finish: (count) => choose(apply('gt_i64', [count, int(most)], BOOL), int(most + 1n), count, UINT64),
  };
};

/** The value at the extreme of a key, with the key. */
const withKey =
  (name: 'argMin' | 'argMax'): Resolve =>
  (args, context) => {
    const resolve = PLAIN_CLICKHOUSE.find(([of]) => of === name)?.[1];
    const [value, key] = args;
    if (args.length !== 2 || !collects(value) || !collects(key)) return undefined;
    const fields = args.map(({ type }) => ({ name: null, type: notNull(type) }));
    const pair = { ...tuple(fields), nullable: args.some(({ type }) => type.nullable) };
    const found = resolve?.([{ type: pair }, key], context);
    if (found === undefined || found.build !== undefined) return undefined;
    return {
      ...found,
      casts: args.map(({ type }) => type),
      prepare: ([x, by]) => {
        const both = tupleOf([x, by], fields);
        const isNull = anyOf(
          [x, by].filter((of) => of.type.nullable).map((of) => apply('is_null', [of], BOOL)),
        );
        const known = pair.nullable ? choose(isNull, nullOf(pair), both, pair) : both;
        return found.prepare?.([known, by]) ?? [known, by];
      },
    };
  };

const MAX_WIDTH = 1000;

const isPlace = (type: LogicalType): boolean =>
  isInteger(type) || type.id === 'date' || (type.id === 'timestamp' && type.precision === 0);

const spark: Resolve = (args, { parameters = [] }) => {
  const [x, y] = args;
  if (args.length !== 2 || !isPlace(x.type) || !(isInteger(y.type) || isFloat(y.type))) return undefined;
  const [width, ...ends] = parameters;
  if (typeof width !== 'bigint' || width < 2n || width > MAX_WIDTH)
    throw new BasaltError('BAD_ARGUMENTS', `The first parameter of sparkbar is its width, 2 to ${MAX_WIDTH}`);
  if ((ends.length !== 0 && ends.length !== 2) || !ends.every((end) => typeof end === 'bigint'))
    throw new BasaltError('BAD_ARGUMENTS', 'sparkbar takes a width, or a width and both ends of x');
  return gathered([x.type, y.type], (rows) =>
    arrayOperation('sparkbar', [rows, ...[width, ...ends].map((value) => int(value as bigint))], STRING),
  );
};

export const FINISHED: readonly PlainRow[] = [
  plain(
    'uniqUpTo',
    upTo,
    '[(most)](x, ...)',
    'Number of different values, or one more than the parameter where they are more.',
    'number % 2',
    '2',
    '(3)',
  ),
  ...(['argMin', 'argMax'] as const).map((name) =>
    plain(
      name.replace('arg', 'argAnd'),
      withKey(name),
      '(x, key)',
      `The x where the key is ${name === 'argMin' ? 'smallest' : 'largest'}, with the key.`,
      'number, number',
      name === 'argMin' ? '0,0' : '3,3',
    ),
  ),
  plain(
    ['sparkbar', 'sparkBar'],
    spark,
    '(width [, begin, end])(x, y)',
    'Means of y over stretches of x, as bars of text.',
    'number, number',
    '▄█',
    '(2)',
  ),
  plain(
    ['approx_top_k', 'approx_top_count'],
    topped('approx_top_k', false, true),
    '[(n [, reserved])](x)',
    'The n most frequent values with how often they came; exact.',
    'number % 2',
    '0,2,0,1,2,0',
  ),
  plain(
    'approx_top_sum',
    topped('approx_top_sum', true, true),
    '[(n [, reserved])](x, weight)',
    'The n values with the largest sums of weights, with these; exact.',
    'number % 2, number',
    '1,4,0,0,2,0',
  ),
  plain(
    [
      'anyRespectNulls',
      'any_respect_nulls',
      'anyValueRespectNulls',
      'any_value_respect_nulls',
      'firstValueRespectNulls',
      'first_value_respect_nulls',
    ],
    withNulls(false),
    '(x)',
    'The value of the first row that was seen, which may be NULL.',
    'number',
    '0',
  ),
  plain(
    ['anyLastRespectNulls', 'anyLast_respect_nulls', 'lastValueRespectNulls', 'last_value_respect_nulls'],
    withNulls(true),
    '(x)',
    'The value of the last row that was seen, which may be NULL.',
    'number',
    '3',
  ),
  plain(
    'singleValueOrNull',
    single,
    '(x)',
    'The value, where all rows have the same one; otherwise NULL.',
    'intDiv(number, 4)',
    '0',
  ),
];
