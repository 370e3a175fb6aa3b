/**
 * Time zones as transition tables: one per zone, computed once from the runtime's IANA data, because asking
 * `Intl` costs about a microsecond and is out of the question per value.
 *
 * Units: whole seconds since the epoch, UTC or local. The table covers 1900 to 2299; outside, the nearest
 * offset holds. A local time that does not exist (clocks go forward) means the moment of the jump plus what it
 * is past the gap's start, one that exists twice its first occurrence: java.time's and ClickHouse's choice.
 */

import { BasaltError } from '../base/error.ts';
import { daysOf, SECONDS_PER_DAY } from './calendar.ts';

const FIRST = daysOf(1900, 1, 1) * SECONDS_PER_DAY;
const LAST = daysOf(2300, 1, 1) * SECONDS_PER_DAY;
/** Offsets that come and go again (Morocco's Ramadan) last longer than this in all of the IANA data. */
const PROBE_SECONDS = 28 * SECONDS_PER_DAY;
/** Since 1970 clocks change at whole quarters of an hour, UTC; before, local mean times had odd seconds. */
const QUARTER_SECONDS = 900;

export class TimeZone {
  readonly name: string;
  /** Transition moments, ascending; offsets[i] holds from starts[i] on. starts[0] is -Infinity. */
  readonly #starts: Float64Array;
  readonly #offsets: Float64Array;
  /** The interval of the last answer: neighbours in a column mostly share it. */
  #cached = 0;

  constructor(name: string, starts: readonly number[], offsets: readonly number[]) {
    this.name = name;
    this.#starts = Float64Array.from(starts);
    this.#offsets = Float64Array.from(offsets);
  }

  get isFixed(): boolean {
    return this.#starts.length === 1;
  }

  /** Seconds to add to UTC to get local time. */
  offsetAt(utcSeconds: number): number {
    const starts = this.#starts;
    let i = this.#cached;
    if (utcSeconds >= starts[i] && (i + 1 === starts.length || utcSeconds < starts[i + 1]))
      return this.#offsets[i];
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= utcSeconds) low = middle;
      else high = middle - 1;
    }
    i = low;
    this.#cached = i;
    return this.#offsets[i];
  }

  toLocal(utcSeconds: number): number {
    return utcSeconds + this.offsetAt(utcSeconds);
  }

  toUtc(localSeconds: number): number {
    // The offset in force a day before and after brackets every transition near this local time.
    const before = this.offsetAt(localSeconds - SECONDS_PER_DAY);
    const after = this.offsetAt(localSeconds + SECONDS_PER_DAY);
    const early = localSeconds - before;
    if (before === after || this.offsetAt(early) === before) return early;
    const late = localSeconds - after;
    return this.offsetAt(late) === after ? late : early;
  }
}

export const UTC = new TimeZone('UTC', [Number.NEGATIVE_INFINITY], [0]);

const zones = new Map<string, TimeZone>([
  ['UTC', UTC],
  ['Etc/UTC', UTC],
  ['GMT', UTC],
  ['Z', UTC],
]);

/** @throws BAD_ARGUMENTS when the runtime does not know the zone. */
export function timeZone(name: string): TimeZone {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = fixedOffset(name) ?? build(name);
    zones.set(name, zone);
  }
  return zone;
}

function fixedOffset(name: string): TimeZone | undefined {
  const match = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/.exec(name);
  if (match === null) return undefined;
  const seconds = (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60;
  return new TimeZone(name, [Number.NEGATIVE_INFINITY], [match[1] === '-' ? -seconds : seconds]);
}

function build(name: string): TimeZone {
  const offset = offsetReader(name);
  const starts = [Number.NEGATIVE_INFINITY];
  const offsets = [offset(FIRST)];
  for (let at = FIRST; at < LAST; at += PROBE_SECONDS) {
    const next = offset(at + PROBE_SECONDS);
    if (next === offsets[offsets.length - 1]) continue;
    let low = at;
    let high = at + PROBE_SECONDS;
    const step = at >= 0 ? QUARTER_SECONDS : 1;
    while (high - low > step) {
      const middle = low + Math.max(1, Math.floor((high - low) / (2 * step))) * step;
      if (offset(middle) === offsets[offsets.length - 1]) low = middle;
      else high = middle;
    }
    starts.push(high);
    offsets.push(next);
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
    throw new BasaltError('BAD_ARGUMENTS', `Unknown time zone '${name}'`, {
      hint: "Use an IANA name such as 'Europe/Berlin'",
      cause,
    });
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
