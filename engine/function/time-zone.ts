/**
 * Time zones as transition tables: one per zone, computed once from the runtime's IANA data, because asking
 * `Intl` costs about a microsecond and is out of the question per value.
 *
 * Units: whole seconds since the epoch, UTC or local. The table covers 1900 to 2299; outside, the nearest
 * offset holds.
 */

import { BasaltError } from '../base/error.ts';
import { daysOf, SECONDS_PER_DAY } from './calendar.ts';

const FIRST = daysOf(1900, 1, 1) * SECONDS_PER_DAY;
const LAST = daysOf(2300, 1, 1) * SECONDS_PER_DAY;
/** An offset lasts longer than this: in 1943 Tunis changed for eight days; Morocco, to this day, for four weeks. */
const probeSeconds = (at: number): number => (at < MONTHS_FROM ? 7 : 28) * SECONDS_PER_DAY;
const MONTHS_FROM = daysOf(2010, 1, 1) * SECONDS_PER_DAY;
/** Clocks change at whole quarters of an hour, UTC, once the last local mean time (Monrovia's, to January 1972) is gone. */
const QUARTER_SECONDS = 900;
const QUARTERS_FROM = daysOf(1973, 1, 1) * SECONDS_PER_DAY;
const MAX_ZONES = 1000;

/**
 * Which instant a local time means that does not exist (clocks went forward) or exists twice (they went back):
 * `earliest` and `latest` of what the offsets before and after the change make of it; `forward`: past a gap by what it
 * is past the gap's start, the first of two; `strict`: as that, but a time in a gap means nothing.
 */
export type LocalTime = 'earliest' | 'latest' | 'forward' | 'strict';

/** The offset that is in force up to the local time at which the one after the change takes over. */
const BORDER: Readonly<Record<LocalTime, (before: number, after: number) => number>> = {
  earliest: (before) => before,
  latest: (_before, after) => after,
  forward: Math.max,
  strict: Math.max,
};

/** Ascending starts, the first of them -Infinity; offsets[i] holds from starts[i] on. */
export type OffsetTable = { readonly starts: Float64Array; readonly offsets: Float64Array };

/** Looks offsets up. Neighbours in a column mostly share an interval, so the last one is tried first. */
class OffsetFinder implements OffsetTable {
  readonly starts: Float64Array;
  readonly offsets: Float64Array;
  #last = 0;

  constructor(starts: Float64Array, offsets: Float64Array) {
    this.starts = starts;
    this.offsets = offsets;
  }

  at(seconds: number): number {
    const { starts } = this;
    const last = this.#last;
    if (seconds >= starts[last] && (last + 1 === starts.length || seconds < starts[last + 1]))
      return this.offsets[last];
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= seconds) low = middle;
      else high = middle - 1;
    }
    this.#last = low;
    return this.offsets[low];
  }
}

export class TimeZone {
  readonly name: string;
  readonly #utc: OffsetFinder;
  readonly #local = new Map<LocalTime, OffsetFinder>();

  /** @param starts moments of change, UTC, ascending; the first is -Infinity */
  constructor(name: string, starts: readonly number[], offsets: readonly number[]) {
    this.name = name;
    this.#utc = new OffsetFinder(Float64Array.from(starts), Float64Array.from(offsets));
  }

  get isFixed(): boolean {
    return this.#utc.starts.length === 1;
  }

  /** Seconds to add to UTC to get local time. */
  offsetAt(utcSeconds: number): number {
    return this.#utc.at(utcSeconds);
  }

  toLocal(utcSeconds: number): number {
    return utcSeconds + this.#utc.at(utcSeconds);
  }

  /** The moment a computed local time means, such as the start of a day: `forward`. */
  toUtc(localSeconds: number): number {
    return localSeconds - this.#finder('forward').at(localSeconds);
  }

  /** The moment a written local time means; undefined where there is none. */
  read(localSeconds: number, meaning: Exclude<LocalTime, 'strict'>): number;
  read(localSeconds: number, meaning: LocalTime): number | undefined;
  read(localSeconds: number, meaning: LocalTime): number | undefined {
    const utc = localSeconds - this.#finder(meaning).at(localSeconds);
    return meaning === 'strict' && this.toLocal(utc) !== localSeconds ? undefined : utc;
  }

  /** Offsets by local time. */
  localOffsets(meaning: LocalTime): OffsetTable {
    return this.#finder(meaning);
  }

  #finder(meaning: LocalTime): OffsetFinder {
    let finder = this.#local.get(meaning);
    if (finder === undefined) {
      const { starts, offsets } = this.#utc;
      const border = BORDER[meaning];
      const local = starts.map((start, i) => (i === 0 ? start : start + border(offsets[i - 1], offsets[i])));
      finder = new OffsetFinder(local, offsets);
      this.#local.set(meaning, finder);
    }
    return finder;
  }
}

const fixed = (name: string, offset: number): TimeZone =>
  new TimeZone(name, [Number.NEGATIVE_INFINITY], [offset]);

export const UTC = fixed('UTC', 0);

const UTC_NAMES = new Set(['UTC', 'Etc/UTC', 'GMT', 'Z']);
const zones = new Map<string, TimeZone>();

/** @throws BAD_ARGUMENTS when the runtime does not know the zone. */
export function timeZone(name: string): TimeZone {
  if (UTC_NAMES.has(name)) return UTC;
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = fixedOffset(name) ?? build(name);
    if (zones.size >= MAX_ZONES) zones.clear();
    zones.set(name, zone);
  }
  return zone;
}

function fixedOffset(name: string): TimeZone | undefined {
  const match = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/.exec(name);
  if (match === null) return undefined;
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 23 || minutes > 59) throw unknownZone(name);
  const seconds = (hours * 60 + minutes) * 60;
  return fixed(name, match[1] === '-' ? -seconds : seconds);
}

const unknownZone = (name: string, cause?: unknown): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `Unknown time zone '${name}'`, {
    hint: "Use an IANA name such as 'Europe/Berlin', or an offset such as '+05:30'",
    cause,
  });

/** Rules name a weekday: most changes come 52 or 53 weeks after one to the same offset. */
const YEARS = [364 * SECONDS_PER_DAY, 371 * SECONDS_PER_DAY];

function build(name: string): TimeZone {
  const offset = offsetReader(name);
  const starts = [Number.NEGATIVE_INFINITY];
  const offsets = [offset(FIRST)];
  /** By offset, the last change to it. */
  const seen = new Map<number, number>();
  for (let at = FIRST, end = at; at < LAST; at = end) {
    end = at + probeSeconds(at);
    const before = offsets[offsets.length - 1];
    const next = offset(end);
    if (next === before) continue;
    const step = at >= QUARTERS_FROM ? QUARTER_SECONDS : 1;
    let low = at;
    let high = end;
    for (const year of YEARS) {
      const guess = (seen.get(next) ?? Number.NaN) + year;
      if (!(guess > low && guess < high)) continue;
      if (offset(guess) === before) low = guess;
      else if (offset(guess - step) === before) [low, high] = [guess - step, guess];
      else high = guess - step;
    }
    while (high - low > step) {
      const middle = low + Math.max(1, Math.floor((high - low) / (2 * step))) * step;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    starts.push(high);
    offsets.push(next);
    seen.set(next, high);
  }
  return new TimeZone(name, starts, offsets);
}

function offsetReader(name: string): (utcSeconds: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch (cause) {
    throw unknownZone(name, cause);
  }
  return (utcSeconds) => {
    // MM/DD/YYYY, HH:MM:SS
    const p = format
      .format(utcSeconds * 1000)
      .split(/\D+/)
      .map(Number);
    return daysOf(p[2], p[0], p[1]) * SECONDS_PER_DAY + p[3] * 3600 + p[4] * 60 + p[5] - utcSeconds;
  };
}
