/**
 * Offsets of IANA time zones, from the runtime's own data, for text that names a local time.
 * For the slow path of readers only: columns of timestamps are cut and shown by kernels over transition tables.
 */

import { BasaltError } from '../base/error.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
const MAX_ZONES = 1000;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  let made: Intl.DateTimeFormat;
  try {
    made = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
  } catch {
    throw new BasaltError('BAD_ARGUMENTS', `No time zone is called '${zone}'`);
  }
  if (formats.size >= MAX_ZONES) formats.clear();
  formats.set(zone, made);
  return made;
}

function offsetAt(zone: string, epochSeconds: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(epochSeconds * 1000)) part[type] = Number(value);
  const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000;
  return shown - Math.floor(epochSeconds);
}

/** Seconds east of UTC of a local reading in a zone; in a gap or overlap the offset before the change. */
export function zoneOffsetSeconds(zone: string | undefined, localSeconds: number): number {
  if (zone === undefined || zone === 'UTC' || zone === 'Etc/UTC') return 0;
  const before = offsetAt(zone, localSeconds - 86400);
  const after = offsetAt(zone, localSeconds + 86400);
  if (before === after) return before;
  return offsetAt(zone, localSeconds - before) === before ? before : after;
}

/** Throws BAD_ARGUMENTS unless the zone exists. */
export function checkZone(zone: string): void {
  formatOf(zone);
}

/** Offsets at instants, per zone and quarter of an hour: no zone changes in between. */
const offsets = new Map<string, Map<number, number>>();
const QUARTER_SECONDS = 900;
const MAX_QUARTERS = 100000;

/** Seconds east of UTC of an instant in a zone. */
export function utcOffsetSeconds(zone: string, epochSeconds: number): number {
  let known = offsets.get(zone);
  if (known === undefined) {
    if (offsets.size >= MAX_ZONES) offsets.clear();
    known = new Map();
    offsets.set(zone, known);
  }
  const quarter = Math.floor(epochSeconds / QUARTER_SECONDS);
  let offset = known.get(quarter);
  if (offset === undefined) {
    offset = offsetAt(zone, quarter * QUARTER_SECONDS);
    if (known.size >= MAX_QUARTERS) known.clear();
    known.set(quarter, offset);
  }
  return offset;
}
