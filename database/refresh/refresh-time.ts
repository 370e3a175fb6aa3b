/** When a refreshable view is due. Moments are milliseconds since the epoch, calendars those of UTC. */

import type { Period, RefreshInfo } from '../../sql/index.ts';

const SECOND_MS = 1000;
/** 1970-01-05 was a Monday: periods of weeks begin on one. */
const FIRST_MONDAY_MS = 4 * 86_400_000;
const WEEK_SECONDS = 604_800;

/** The first of the fixed times of REFRESH EVERY that is after a moment. */
export function nextSlot(
  { period, offset }: Pick<RefreshInfo, 'period' | 'offset'>,
  afterMs: number,
): number {
  const before = add(afterMs, offset, -1);
  return add(add(beginOf(before, period), period, 1), offset, 1);
}

/** The latest moment, not after this one, that a whole number of periods lies behind the first of all. */
function beginOf(ms: number, { months, seconds }: Period): number {
  if (months > 0) {
    const date = new Date(ms);
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
    const first = Math.floor(month / months) * months;
    return Date.UTC(Math.floor(first / 12), first % 12);
  }
  const origin = seconds % WEEK_SECONDS === 0 ? FIRST_MONDAY_MS : 0;
  const length = seconds * SECOND_MS;
  return origin + Math.floor((ms - origin) / length) * length;
}

/** A moment so much later; days that a month has not become its last. */
export function add(ms: number, { months, seconds }: Period, sign: 1 | -1): number {
  return shiftMonths(ms, sign * months) + sign * seconds * SECOND_MS;
}

function shiftMonths(ms: number, months: number): number {
  if (months === 0) return ms;
  const date = new Date(ms);
  const day = date.getUTCDate();
  const shifted = new Date(ms);
  shifted.setUTCDate(1);
  shifted.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, 0)).getUTCDate();
  shifted.setUTCDate(Math.min(day, last));
  return shifted.getTime();
}
