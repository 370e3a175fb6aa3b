/**
 * Dates and timestamps to and from text: ISO 8601 with a blank or `T`, a fraction, and an optional zone.
 *
 * Ticks count 10^-precision seconds since the epoch, as bigints here; text without a zone is local to `zone`.
 */

import { civilOf, daysInMonth, daysOf, SECONDS_PER_DAY } from './calendar.ts';
import { type LocalTime, type TimeZone, timeZone, UTC } from './time-zone.ts';

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

export const tickScale = (precision: number): number => 10 ** precision;

export function yearText(year: number): string {
  return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0');
}

export function dateText(days: number): string {
  const { year, month, day } = civilOf(days);
  return `${yearText(year)}-${two(month)}-${two(day)}`;
}

export type TextStyle = {
  readonly separator: ' ' | 'T';
  readonly suffix: string;
  /** Without the zeros at the end of a fraction, and without a fraction that is 0. */
  readonly short?: true;
  /** With what clocks of the zone are ahead of UTC: `+00`, `-04`, `+05:30`. */
  readonly offset?: true;
};

/** `2020-01-31 23:59:59.123`, with `precision` digits unless the style is short. */
export function timestampText(
  ticks: bigint,
  precision: number,
  zone: TimeZone,
  style: TextStyle = SQL_STYLE,
): string {
  const scale = 10n ** BigInt(precision);
  let seconds = ticks / scale;
  let fraction = ticks % scale;
  if (fraction < 0n) {
    fraction += scale;
    seconds -= 1n;
  }
  const local = zone.toLocal(Number(seconds));
  const days = Math.floor(local / SECONDS_PER_DAY);
  const second = local - days * SECONDS_PER_DAY;
  const clock = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  const all = precision === 0 ? '' : `.${String(fraction).padStart(precision, '0')}`;
  const digits = style.short === true ? all.replace(/\.?0*$/, '') : all;
  const offset = style.offset === true ? offsetText(local - Number(seconds)) : '';
  return `${dateText(days)}${style.separator}${clock}${digits}${offset}${style.suffix}`;
}

/** `+05`, `+05:30`: minutes where there are any. @param exact local mean time has seconds, too: `+05:21:10` */
export function offsetText(seconds: number, exact = false): string {
  const size = Math.abs(seconds);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60];
  const shown = exact && parts[2] > 0 ? 3 : parts[1] > 0 ? 2 : 1;
  return `${seconds < 0 ? '-' : '+'}${parts.slice(0, shown).map(two).join(':')}`;
}

export const SQL_STYLE: TextStyle = { separator: ' ', suffix: '' };
/** As DuckDB writes a TIMESTAMP, and a TIMESTAMP WITH TIME ZONE. */
export const SHORT_STYLE: TextStyle = { ...SQL_STYLE, short: true };
export const ZONED_STYLE: TextStyle = { ...SHORT_STYLE, offset: true };
/** How a dialect shows both. */
export type MomentStyles = { readonly moment: TextStyle; readonly zonedMoment: TextStyle };
export const SQL_MOMENTS: MomentStyles = { moment: SQL_STYLE, zonedMoment: SQL_STYLE };
export const SHORT_MOMENTS: MomentStyles = { moment: SHORT_STYLE, zonedMoment: ZONED_STYLE };
export const ISO_STYLE: TextStyle = { separator: 'T', suffix: 'Z' };

const PATTERN =
  /^\s*([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9})\d*)?)?\s*(Z|z|UTC|[+-]\d{2}(?::?\d{2})?)?)?\s*$/;

/** undefined: not a date. */
export function parseDate(text: string): number | undefined {
  const match = PATTERN.exec(text);
  return match === null ? undefined : dayOf(match);
}

function dayOf(match: RegExpExecArray): number | undefined {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return daysOf(year, month, day);
}

/** undefined: not a timestamp. Digits beyond `precision` are cut off. */
export function parseTimestamp(
  text: string,
  precision: number,
  zone: TimeZone,
  localTime: LocalTime,
): bigint | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const days = dayOf(match);
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (days === undefined || hour > 24 || minute > 59 || second > 59) return undefined;
  if (hour === 24 && (minute > 0 || second > 0)) return undefined;
  const local = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
  const written = match[8];
  const from = written === undefined ? zone : /^(z|utc)$/i.test(written) ? UTC : timeZone(written);
  const seconds = from.read(local, localTime);
  if (seconds === undefined) return undefined;
  const fraction = BigInt((match[7] ?? '').padEnd(precision, '0').slice(0, precision) || '0');
  return BigInt(seconds) * 10n ** BigInt(precision) + fraction;
}
