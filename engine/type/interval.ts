/**
 * SQL's INTERVAL as a value: months, days and microseconds, which have no common measure, since neither months nor days have one length.
 *
 * Intervals are compared as if months had 30 days and days 24 hours, so different ones can be equal. The packed form begins with the
 * normal form of that, which is one for all that are equal, and ends with what was carried to get there, if anything was:
 *
 * ```
 * duration := months (5 characters) days (1) microseconds (6)      normal: less than a month of days, less than a day of the rest
 *             [ carried months (4) carried days (4) ]
 * ```
 *
 * So texts ascend as intervals do, and intervals are equal where their first {@link NORMAL_LENGTH} characters are, which are a packed
 * interval themselves.
 */

/** Months and days of 32 bits, microseconds of 64. */
export type Interval = { readonly months: number; readonly days: number; readonly micros: bigint };

export const DAYS_PER_MONTH = 30;
export const MICROS_PER_DAY = 86_400_000_000n;

/** Characters of 7 bits, as packed integers have them (packed.ts), of numbers that are exact. */
const MONTHS = 5;
const DAYS = 1;
const MICROS = 6;
const CARRIED = 4;

/** Characters of the normal form. */
export const NORMAL_LENGTH = MONTHS + DAYS + MICROS;

const half = (length: number): number => 2 ** (7 * length - 1);

/** The codes of a signed number. */
function write(value: number, length: number, codes: number[]): void {
  const at = codes.length;
  let rest = value + half(length);
  for (let i = length - 1; i >= 0; i--) {
    codes[at + i] = rest % 128;
    rest = Math.floor(rest / 128);
  }
}

function read(text: string, from: number, length: number): number {
  let value = 0;
  for (let i = from; i < from + length; i++) value = value * 128 + text.charCodeAt(i);
  return value - half(length);
}

export function packInterval({ months, days, micros }: Interval): string {
  const carriedDays = Number(micros / MICROS_PER_DAY);
  const allDays = days + carriedDays;
  const carriedMonths = Math.trunc(allDays / DAYS_PER_MONTH);
  const codes: number[] = [];
  write(months + carriedMonths, MONTHS, codes);
  write(allDays - carriedMonths * DAYS_PER_MONTH, DAYS, codes);
  write(Number(micros % MICROS_PER_DAY), MICROS, codes);
  if (carriedDays !== 0 || carriedMonths !== 0) {
    write(carriedMonths, CARRIED, codes);
    write(carriedDays, CARRIED, codes);
  }
  return String.fromCharCode(...codes);
}

export function unpackInterval(text: string): Interval {
  const months = read(text, 0, MONTHS);
  const days = read(text, MONTHS, DAYS);
  const micros = BigInt(read(text, MONTHS + DAYS, MICROS));
  if (text.length === NORMAL_LENGTH) return { months, days, micros };
  const carriedMonths = read(text, NORMAL_LENGTH, CARRIED);
  const carriedDays = read(text, NORMAL_LENGTH + CARRIED, CARRIED);
  return {
    months: months - carriedMonths,
    days: days + carriedMonths * DAYS_PER_MONTH - carriedDays,
    micros: micros + BigInt(carriedDays) * MICROS_PER_DAY,
  };
}
