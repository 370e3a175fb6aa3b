/**
 * Wall-clock readings to instants: the one place where text parsers turn year, month, day into seconds.
 * Impossible dates give null; nothing rolls over.
 */

import { timeZone } from '../function/time-zone.ts';

/** An instant as seconds since the epoch and nanoseconds after them. */
export type Instant = { readonly seconds: bigint; readonly nanos: number };

export type DateParts = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanos: number;
};

/** Columns with a zone are ClickHouse's, which takes the earliest moment where clocks skip or repeat a time. */
export const LOCAL_TIME = 'earliest';

/** The instant of a wall-clock reading; null when there is no such date. */
export function instantOf(
  parts: DateParts,
  offset: string | undefined,
  zone: string | undefined,
): Instant | null {
  const { year, month, day, hour, minute, second } = parts;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return null;
  const local = date.getTime() / 1000 + hour * 3600 + minute * 60 + second;
  const seconds =
    offset === undefined ? timeZone(zone ?? 'UTC').read(local, LOCAL_TIME) : local - offsetSeconds(offset);
  return { seconds: BigInt(seconds), nanos: parts.nanos };
}

function offsetSeconds(offset: string): number {
  const m = /^([+-])(\d\d):?(\d\d)?$/.exec(offset);
  if (m === null) return 0;
  const size = Number(m[2]) * 3600 + Number(m[3] ?? 0) * 60;
  return m[1] === '-' ? -size : size;
}
