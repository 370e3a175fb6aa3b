/** ClickHouse's aggregates of intervals (aggregate/interval.ts). */

import {
  FLOAT64,
  isFloat,
  isInteger,
  isTemporal,
  type LogicalType,
  notNull,
  sameType,
  UINT64,
} from '../../type/type.ts';
import { laneSuffix } from '../cast.ts';
import type { Resolve } from '../row.ts';
import { orNull } from './aggregate.ts';
import { type PlainRow, plain } from './plain.ts';

/** Both ends have one type. */
const ofIntervals =
  (fn: string, result: (end: LogicalType) => LogicalType, takes: (end: LogicalType) => boolean): Resolve =>
  (args, context) => {
    const [from, to] = args;
    if (args.length !== 2 || !sameType(notNull(from.type), notNull(to.type)) || !takes(from.type))
      return undefined;
    return {
      fn: `${fn}_${laneSuffix(from.type)}`,
      params: [0],
      casts: [from.type, to.type],
      type: orNull(notNull(result(from.type)), args, context),
    };
  };

const isNumber = (type: LogicalType): boolean => isInteger(type) || isFloat(type);
const isPlace = (type: LogicalType): boolean => isNumber(type) || isTemporal(type);

const ENDS = '(start, end)';
const ARGS = 'number, number + 2';

export const INTERVAL_AGGREGATES: readonly PlainRow[] = [
  plain(
    'maxIntersections',
    ofIntervals('crowd', () => UINT64, isNumber),
    ENDS,
    'Most intervals that hold one point.',
    ARGS,
    '2',
  ),
  plain(
    'maxIntersectionsPosition',
    ofIntervals('crowd_place', (end) => end, isNumber),
    ENDS,
    'The first point that most intervals hold.',
    ARGS,
    '1',
  ),
  plain(
    'intervalLengthSum',
    ofIntervals('covered', (end) => (isFloat(end) ? FLOAT64 : UINT64), isPlace),
    ENDS,
    'Length of what the intervals cover together.',
    ARGS,
    '5',
  ),
];
