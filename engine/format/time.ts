/**
 * Text and numbers to timestamp ticks and days, exactly: the slow counterpart of the kernels' parse_timestamp.
 *
 * Formats are named in column.ts (TimeFormat). Text without an offset means UTC, or the column's zone if it has
 * one. Ticks count 10^-precision seconds since the epoch; digits beyond the precision are cut off.
 */

import { lookup } from '../base/lookup.ts';
import type { LogicalType } from '../type/type.ts';
import { type Instant, instantOf } from './instant.ts';
import { compileJoda } from './joda.ts';

/** @param isNumber the value is a number of JSON, not a text: 2015 is no year then */
export type TimeParser = (value: string, isNumber?: boolean) => bigint | null;

const UNITS: Record<string, number> = { posix: 0, millis: 3, micro: 6, nano: 9 };

/** What the kernel may do for a column. */
type KernelTime = {
  /** Factor for plain numbers; 0 = none fit. */
  readonly scale: bigint;
  /** ISO text fits. */
  readonly textual: boolean;
  /** A text of four digits is a year, though other numbers count. */
  readonly year: boolean;
};

export function kernelTime(format: string, type: LogicalType): KernelTime {
  const precision = type.precision ?? 3;
  const digits = format === 'auto' ? 3 : lookup(UNITS, format);
  if (digits !== undefined) {
    const scale = precision >= digits ? 10n ** BigInt(precision - digits) : 0n;
    return { scale, textual: format === 'auto', year: false };
  }
  if (format === 'unix') return { scale: precision === 0 ? 1n : 0n, textual: true, year: true };
  return { scale: 0n, textual: format === 'iso', year: false };
}

/** A parser of the format for the column's type; null when the text is no such time. */
export function compileTime(format: string, type: LogicalType): TimeParser {
  const precision = type.precision ?? 3;
  const instant = compileInstant(format, type.zone, precision);
  return (value, isNumber = false) => {
    const at = instant(value.trim(), isNumber);
    if (at === null) return null;
    const ticks =
      at.seconds * 10n ** BigInt(precision) + BigInt(Math.floor(at.nanos / 10 ** (9 - precision)));
    return BigInt.asIntN(64, ticks) === ticks ? ticks : null;
  };
}

function compileInstant(
  format: string,
  zone: string | undefined,
  precision: number,
): (text: string, isNumber: boolean) => Instant | null {
  const digits = lookup(UNITS, format);
  if (digits !== undefined) return (text) => scaled(text, digits);
  if (format === 'iso') return (text) => parseIso(text, zone);
  if (format === 'auto') return (text) => (/^-?\d+$/.test(text) ? scaled(text, 3) : parseIso(text, zone));
  if (format === 'unix') {
    return (text, isNumber) => {
      const isYear = !isNumber && /^\d{4}$/.test(text);
      if (isYear || !/^-?\d+(\.\d+)?$/.test(text)) return parseIso(text, zone);
      const isTicks = precision > 0 && /^-?\d{11,}$/.test(text);
      return scaled(text, isTicks ? precision : 0);
    };
  }
  return compileJoda(format, zone);
}

/** A decimal count of 10^-digits seconds. */
function scaled(text: string, digits: number): Instant | null {
  const m = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (m === null || m[2].length > 30) return null;
  const fraction = (m[3] ?? '').slice(0, 9 - digits).padEnd(9 - digits, '0');
  const size = BigInt(m[2]) * 10n ** BigInt(9 - digits) + BigInt(fraction === '' ? '0' : fraction);
  return fromNanos(m[1] === '-' ? -size : size);
}

function fromNanos(total: bigint): Instant {
  const rest = ((total % 1000000000n) + 1000000000n) % 1000000000n;
  return { seconds: (total - rest) / 1000000000n, nanos: Number(rest) };
}

const ISO =
  /^(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:[Tt ]\s*(\d\d?)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?)?)?)?)?\s*(Z|z|UTC|[+-]\d\d(?::?\d\d)?)?$/;

/** ISO 8601 as Druid and ClickHouse's best effort take it: any tail may be missing, `T` may be a space. */
export function parseIso(text: string, zone: string | undefined): Instant | null {
  const m = ISO.exec(text);
  if (m === null) return null;
  return instantOf(
    {
      year: Number(m[1]),
      month: Number(m[2] ?? 1),
      day: Number(m[3] ?? 1),
      hour: Number(m[4] ?? 0),
      minute: Number(m[5] ?? 0),
      second: Number(m[6] ?? 0),
      nanos: Number((m[7] ?? '').padEnd(9, '0')),
    },
    m[8],
    zone,
  );
}

/** Days since the epoch of `YYYY-MM-DD`, also with a time of day behind it; null when it is no date. */
export function parseDays(text: string): bigint | null {
  const at = parseIso(text.trim(), undefined);
  if (at === null) return null;
  const rest = ((at.seconds % 86400n) + 86400n) % 86400n;
  return (at.seconds - rest) / 86400n;
}
