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

import { PackedReader, packSigned } from './packed.ts';

/** Months and days of 32 bits, microseconds of 64. */
export type Interval = { readonly months: number; readonly days: number; readonly micros: bigint };

export const DAYS_PER_MONTH = 30;
export const MICROS_PER_DAY = 86_400_000_000n;

const MONTH_BITS = 35;
const DAY_BITS = 7;
const MICRO_BITS = 42;
const CARRY_BITS = 28;

/** Characters of the normal form. */
export const NORMAL_LENGTH = 12;

export function packInterval({ months, days, micros }: Interval): string {
  const carriedDays = Number(micros / MICROS_PER_DAY);
  const allDays = days + carriedDays;
  const carriedMonths = Math.trunc(allDays / DAYS_PER_MONTH);
  const normal =
    packSigned(BigInt(months + carriedMonths), MONTH_BITS) +
    packSigned(BigInt(allDays - carriedMonths * DAYS_PER_MONTH), DAY_BITS) +
    packSigned(micros % MICROS_PER_DAY, MICRO_BITS);
  if (carriedDays === 0 && carriedMonths === 0) return normal;
  return normal + packSigned(BigInt(carriedMonths), CARRY_BITS) + packSigned(BigInt(carriedDays), CARRY_BITS);
}

export function unpackInterval(text: string): Interval {
  const from = new PackedReader(text);
  const months = Number(from.signed(MONTH_BITS));
  const days = Number(from.signed(DAY_BITS));
  const micros = from.signed(MICRO_BITS);
  if (from.atEnd) return { months, days, micros };
  const carriedMonths = Number(from.signed(CARRY_BITS));
  const carriedDays = Number(from.signed(CARRY_BITS));
  return {
    months: months - carriedMonths,
    days: days + carriedMonths * DAYS_PER_MONTH - carriedDays,
    micros: micros + BigInt(carriedDays) * MICROS_PER_DAY,
  };
}
