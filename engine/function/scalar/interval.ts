/** Functions of SQL's INTERVALs, which are packed (type/interval.ts). Ticks are microseconds. */

import { type Interval, NORMAL_LENGTH, packInterval, unpackInterval } from '../../type/interval.ts';
import { packItem } from '../../type/nested.ts';
import { array, timestamp } from '../../type/type.ts';
import { BIG, implement, TICKS, TWO_TICKS } from '../implementation.ts';
import {
  addInterval,
  addIntervals,
  ageBetween,
  averageOf,
  countOf,
  countOfPart,
  daysBetween,
  epochOf,
  intervalOf,
  justified,
  lengthOf,
  momentSeries,
  partOfInterval,
  timesInteger,
  timesPart,
  truncateInterval,
} from '../interval.ts';
import type { Implementation } from '../row.ts';
import type { Ticks } from '../ticks.ts';
import { MAX_ELEMENTS } from './list.ts';

/** Of intervals alone. */
const of = (compute: (interval: Interval) => Interval) => (text: string) =>
  packInterval(compute(unpackInterval(text)));

const MOMENTS = array(timestamp(6, true));

const JUSTIFIED = ['days', 'hours', 'interval'] as const;

export const INTERVALS: readonly Implementation[] = [
  // What all have that are equal to it.
  implement('interval_normal', ['str'], 'str', (text: string) => text.slice(0, NORMAL_LENGTH)),
  // count, unit.
  implement(
    'interval_of_i64',
    ['i64', 'str'],
    'str',
    (count: bigint, unit: string) => packInterval(countOf(count, unit)),
    BIG,
  ),
  implement('interval_of_f64', ['f64', 'str'], 'str', (count: number, unit: string) =>
    packInterval(countOfPart(count, unit)),
  ),
  ...(['add', 'sub'] as const).map((op) =>
    implement(`interval_${op}`, ['str', 'str'], 'str', (a: string, b: string) =>
      packInterval(addIntervals(unpackInterval(a), unpackInterval(b), op === 'add' ? 1 : -1)),
    ),
  ),
  implement(
    'interval_times_i64',
    ['str', 'i64'],
    'str',
    (text: string, factor: bigint) => packInterval(timesInteger(unpackInterval(text), factor)),
    BIG,
  ),
  implement('interval_times_f64', ['str', 'f64'], 'str', (text: string, factor: number) =>
    packInterval(timesPart(unpackInterval(text), (count) => count * factor)),
  ),
  implement('interval_divide', ['str', 'f64'], 'str', (text: string, divisor: number) =>
    divisor === 0 ? null : packInterval(timesPart(unpackInterval(text), (count) => count / divisor)),
  ),
  // Its three numbers, and an interval of them.
  ...(['months', 'days', 'micros'] as const).map((part) =>
    implement(`interval_${part}`, ['str'], 'i64', (text: string) => unpackInterval(text)[part]),
  ),
  implement(
    'interval_of_parts',
    ['i64', 'i64', 'i64'],
    'str',
    (months: bigint, days: bigint, micros: bigint) =>
      packInterval(intervalOf(Number(months), Number(days), micros)),
    BIG,
  ),
  // Sums of these, and of how many.
  implement(
    'interval_average',
    ['i64', 'i64', 'i64', 'i64'],
    'str',
    (months: bigint, days: bigint, micros: bigint, count: bigint) =>
      packInterval(averageOf(months, days, micros, count)),
    BIG,
  ),
  implement('interval_part', ['str', 'str'], 'i64', (text: string, unit: string) =>
    partOfInterval(unpackInterval(text), unit),
  ),
  implement('interval_epoch', ['str'], 'f64', (text: string) => epochOf(unpackInterval(text))),
  implement('interval_length', ['str'], 'i64', (text: string) => lengthOf(unpackInterval(text))),
  implement('interval_trunc', ['str', 'str'], 'str', (text: string, unit: string) =>
    packInterval(truncateInterval(unpackInterval(text), unit)),
  ),
  ...JUSTIFIED.map((what) =>
    implement(
      `interval_justify_${what}`,
      ['str'],
      'str',
      of((interval) => justified(interval, what)),
    ),
  ),
  // ticks, interval, zone.
  implement(
    'add_interval',
    ['i64', 'str', 'str'],
    'i64',
    (ticks: Ticks, text: string, zone: string) => addInterval(ticks, unpackInterval(text), zone),
    TICKS,
  ),
  // from, to, step, whether `to` belongs to them, zone: an array.
  implement(
    'moment_series',
    ['i64', 'i64', 'str', 'bool', 'str'],
    'str',
    (from: Ticks, to: Ticks, step: string, isInclusive: boolean, zone: string) =>
      packItem(
        momentSeries(from, to, unpackInterval(step), isInclusive, zone, MAX_ELEMENTS).map(BigInt),
        MOMENTS,
      ),
    TWO_TICKS,
  ),
  // from, to, zone.
  ...(
    [
      ['interval_between', daysBetween],
      ['interval_age', ageBetween],
    ] as const
  ).map(([id, between]) =>
    implement(
      id,
      ['i64', 'i64', 'str'],
      'str',
      (from: Ticks, to: Ticks, zone: string) => packInterval(between(from, to, zone)),
      TWO_TICKS,
    ),
  ),
];
