/**
 * Druid's granularities: names and ISO periods that cut time into buckets, always in UTC here.
 *
 * A granularity is a calendar unit (months) or a fixed length (milliseconds). Weeks start on Monday. Values are
 * milliseconds since the epoch; a bucket is named by its first instant.
 */

import type { BasaltError } from '../../engine/base/error.ts';
import { lookup } from '../../engine/base/lookup.ts';
import { numberOf, parseInstant, shown } from './loose-value.ts';

export type Granularity =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  /** Buckets of `ms` from `originMs` on. */
  | { readonly kind: 'fixed'; readonly ms: number; readonly originMs: number }
  | { readonly kind: 'months'; readonly months: number };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 1970-01-05 was a Monday. */
const MONDAY = 4 * DAY;

const fixed = (ms: number, originMs = 0): Granularity => ({ kind: 'fixed', ms, originMs });
const months = (count: number): Granularity => ({ kind: 'months', months: count });

export const GRANULARITIES: Readonly<Record<string, Granularity>> = {
  none: { kind: 'none' },
  all: { kind: 'all' },
  second: fixed(SECOND),
  minute: fixed(MINUTE),
  five_minute: fixed(5 * MINUTE),
  ten_minute: fixed(10 * MINUTE),
  fifteen_minute: fixed(15 * MINUTE),
  thirty_minute: fixed(30 * MINUTE),
  hour: fixed(HOUR),
  six_hour: fixed(6 * HOUR),
  eight_hour: fixed(8 * HOUR),
  day: fixed(DAY),
  week: fixed(7 * DAY, MONDAY),
  month: months(1),
  quarter: months(3),
  year: months(12),
};

const PERIOD = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;

/** Granularity of an ISO period such as P1D or PT15M; null when it is none. */
function periodGranularity(text: string): Granularity | null {
  const m = PERIOD.exec(text);
  if (m === null) return null;
  const [years, monthCount, weeks, days, hours, minutes, seconds] = m
    .slice(1)
    .map((part) => Number(part ?? 0));
  const calendar = years * 12 + monthCount;
  const ms = weeks * 7 * DAY + days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
  if (calendar > 0) return ms === 0 ? months(calendar) : null;
  if (ms === 0) return null;
  return weeks > 0 && ms === weeks * 7 * DAY ? fixed(ms, MONDAY) : fixed(ms);
}

/** Reads a granularity of a spec. `fail` says where it stands. */
export function parseGranularity(value: unknown, fail: (reason: string) => BasaltError): Granularity {
  if (typeof value === 'string') {
    const found = lookup(GRANULARITIES, value.toLowerCase()) ?? periodGranularity(value);
    if (found !== null && found !== undefined) return found;
    throw fail(`'${value}' is no granularity; names are ${Object.keys(GRANULARITIES).join(', ')}`);
  }
  if (typeof value !== 'object' || value === null) throw fail('a granularity name or object is expected');
  const spec = value as Record<string, unknown>;
  if (spec['type'] === 'none' || spec['type'] === 'all') return GRANULARITIES[spec['type']];
  if (spec['type'] === 'duration') {
    const ms = numberOf(spec['duration']);
    if (!Number.isInteger(ms) || ms <= 0) throw fail('duration must be a positive number of milliseconds');
    return fixed(ms, spec['origin'] === undefined ? 0 : instant(spec['origin'], fail));
  }
  const period = typeof spec['period'] === 'string' ? periodGranularity(spec['period']) : null;
  if (period === null) throw fail("a period such as 'P1D' is expected");
  const zone = spec['timeZone'];
  if (zone !== undefined && zone !== null && zone !== 'UTC' && zone !== 'Etc/UTC') {
    throw fail(`timeZone ${shown(zone)} is not supported, only UTC is`);
  }
  if (spec['origin'] === undefined || spec['origin'] === null) return period;
  if (period.kind !== 'fixed') throw fail('origin is not supported with calendar periods');
  return { ...period, originMs: instant(spec['origin'], fail) };
}

function instant(value: unknown, fail: (reason: string) => BasaltError): number {
  const ms = typeof value === 'number' ? value : parseInstant(value);
  if (Number.isNaN(ms)) throw fail(`${shown(value)} is no instant`);
  return ms;
}

/** First instant of the bucket that holds `ms`. `all` has one bucket, named by the epoch. */
export function truncateMs(granularity: Granularity, ms: number): number {
  switch (granularity.kind) {
    case 'none':
      return ms;
    case 'all':
      return 0;
    case 'fixed':
      return Math.floor((ms - granularity.originMs) / granularity.ms) * granularity.ms + granularity.originMs;
    default: {
      const date = new Date(ms);
      const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
      return monthStart(Math.floor(month / granularity.months) * granularity.months);
    }
  }
}

/** First instant after the bucket that starts at `startMs`; infinity for `all`. */
export function bucketEndMs(granularity: Granularity, startMs: number): number {
  if (granularity.kind === 'all') return Number.POSITIVE_INFINITY;
  if (granularity.kind === 'none') return startMs + 1;
  if (granularity.kind === 'fixed') return startMs + granularity.ms;
  const date = new Date(startMs);
  return monthStart(date.getUTCFullYear() * 12 + date.getUTCMonth() + granularity.months);
}

function monthStart(month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(month / 12), month - Math.floor(month / 12) * 12, 1);
  return date.getTime();
}

/** `2015-09-12/2015-09-13` as [start, end) in milliseconds; null when it is no interval. */
export function parseInterval(text: string): readonly [number, number] | null {
  const [from, to, ...rest] = text.split('/');
  if (to === undefined || rest.length > 0) return null;
  const zoned = (part: string): number =>
    Date.parse(/[Zz]$|[+-]\d\d:?\d\d$/.test(part) || !part.includes('T') ? part : `${part}Z`);
  const start = zoned(from);
  const period = periodGranularity(to);
  const end =
    period === null
      ? zoned(to)
      : period.kind === 'fixed'
        ? start + period.ms
        : period.kind === 'months'
          ? addMonths(start, period.months)
          : Number.NaN;
  return Number.isNaN(start) || Number.isNaN(end) || end <= start ? null : [start, end];
}

function addMonths(ms: number, count: number): number {
  const date = new Date(ms);
  date.setUTCMonth(date.getUTCMonth() + count);
  return date.getTime();
}
