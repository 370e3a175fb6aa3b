/** Implementations of functions of moments that DuckDB has and no other dialect. Ticks of moments are microseconds. */

import { BasaltError } from '../../base/error.ts';
import { MICROS_PER_DAY, unpackInterval } from '../../type/interval.ts';
import { civilOf, daysOf, SECONDS_PER_DAY } from '../calendar.ts';
import { implement, TICKS } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { strftime, strptime } from '../strftime.ts';
import { joinTicks, splitTicks, type Ticks } from '../ticks.ts';
import { timeZone } from '../time-zone.ts';
import { memoOfTexts } from './text-search.ts';

const PRECISION = 6;

function shown(ticks: Ticks, precision: number, pattern: string, zone: string): string {
  const { seconds, fraction } = splitTicks(ticks, precision);
  return strftime(seconds, Math.floor((fraction * 1e9) / 10 ** precision), pattern, timeZone(zone));
}

const patternsOf = memoOfTexts();

/** By the first of the patterns that fits. */
function read(text: string, patterns: string, zone: string): Ticks | null {
  for (const pattern of patternsOf(patterns)) {
    const found = strptime(text, pattern, timeZone(zone));
    if (found !== undefined) return joinTicks(found.seconds, found.micros, PRECISION);
  }
  return null;
}

function readOrFail(text: string, patterns: string, zone: string): Ticks {
  const found = read(text, patterns, zone);
  if (found !== null) return found;
  throw new BasaltError(
    'CANNOT_PARSE_INPUT',
    `Cannot read '${text.slice(0, 100)}' as ${patternsOf(patterns).join(' or ')}`,
    { hint: 'try_strptime gives NULL for what does not fit' },
  );
}

const floorTo = (value: bigint, size: bigint): bigint => value - (((value % size) + size) % size);

const monthOf = (micros: bigint): number => {
  const { year, month } = civilOf(Number(floorTo(micros, MICROS_PER_DAY) / MICROS_PER_DAY));
  return year * 12 + month - 1;
};

/** 2000-01-03, a Monday, and for months 2000-01-01. */
const ORIGIN = BigInt(daysOf(2000, 1, 3)) * MICROS_PER_DAY;
const MONTH_ORIGIN = 2000 * 12;

/** The start of the stretch of a width that a moment is in; stretches are counted from an origin. */
function bucket(width: string, moment: bigint, origin: bigint | null): bigint {
  const { months, days, micros } = unpackInterval(width);
  const length = BigInt(days) * MICROS_PER_DAY + micros;
  if (months !== 0 && length !== 0n)
    throw new BasaltError('NOT_IMPLEMENTED', 'A width of months has no days or hours besides', {
      hint: "Write INTERVAL '1 month' or INTERVAL '30 days'",
    });
  if (months < 0 || (months === 0 && length <= 0n))
    throw new BasaltError('BAD_ARGUMENTS', 'The width of time_bucket is above 0');
  if (months === 0) {
    const from = origin ?? ORIGIN;
    return from + floorTo(moment - from, length);
  }
  const from = origin === null ? MONTH_ORIGIN : monthOf(origin);
  const month = from + Math.floor((monthOf(moment) - from) / months) * months;
  const first = daysOf(Math.floor(month / 12), (((month % 12) + 12) % 12) + 1, 1);
  return BigInt(first * SECONDS_PER_DAY) * 1_000_000n;
}

export const STANDARD_TIME: readonly Implementation[] = [
  // ticks, precision, pattern, zone.
  implement('strftime', ['i64', 'i64', 'str', 'str'], 'str', shown, TICKS),
  // text, patterns, zone.
  implement('strptime_null', ['str', 'str', 'str'], 'i64', read),
  implement('strptime_checked', ['str', 'str', 'str'], 'i64', readOrFail),
  // width, microseconds, microseconds of the origin.
  implement('time_bucket', ['str', 'i64'], 'i64', (width: string, at: bigint) => bucket(width, at, null), {
    integers: 'bigint',
  }),
  implement('time_bucket_from', ['str', 'i64', 'i64'], 'i64', bucket, { integers: 'bigint' }),
];
