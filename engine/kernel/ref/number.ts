/** Twins of as/number.ts: text to integers, floats and timestamps, by way of BigInt, Number and Date. */

import type { Arena } from '../../memory/arena.ts';
import { ZONE } from './builder.ts';

/** Bytes looked at, at most; longer numbers go the exact way in both versions. */
const LOOK_BYTES = 400;

export const numberKernels = ({ u8, u16, u32, i64, u64, f64 }: Arena) => {
  const match = (p: number, pattern: RegExp): RegExpExecArray | null => {
    let text = '';
    for (let i = p; i < p + LOOK_BYTES; i++) {
      const c = u8[i];
      if (c < 32 || c > 126) break;
      text += String.fromCharCode(c);
    }
    return pattern.exec(text);
  };

  const dateTicks = (m: RegExpExecArray): number | null => {
    const ms = Date.parse(`${m[1]}T00:00:00Z`);
    return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== m[1] ? null : ms / 86400000;
  };

  /** The offset of the last entry that is not above. */
  const zoneOffset = (zone: number, local: bigint): bigint => {
    const entry = (i: number): number => (zone + ZONE.entries + i * ZONE.entryBytes) >>> 3;
    let offset = 0n;
    for (let i = 0; i < u32[(zone + ZONE.count) >>> 2]; i++)
      if (i64[entry(i)] <= local) offset = i64[entry(i) + 1];
    return offset;
  };

  return {
    /** An integer from -2^63 to 2^63 - 1, no plus sign. Writes an i64; answers bytes taken or 0. */
    parse_i64(p: number, out: number): number {
      const m = match(p, /^-?(\d+)/);
      if (m === null || m[1].length > 20 || BigInt.asIntN(64, BigInt(m[0])) !== BigInt(m[0])) return 0;
      i64[out >>> 3] = BigInt(m[0]);
      return m[0].length;
    },

    /** An integer from 0 to 2^64 - 1, no sign. Writes a u64; answers bytes taken or 0. */
    parse_u64(p: number, out: number): number {
      const m = match(p, /^\d+/);
      if (m === null || m[0].length > 20 || BigInt.asUintN(64, BigInt(m[0])) !== BigInt(m[0])) return 0;
      u64[out >>> 3] = BigInt(m[0]);
      return m[0].length;
    },

    /** A decimal number, JSON grammar, as the nearest double. Writes an f64; answers bytes taken or 0. */
    parse_f64(p: number, out: number, _powers: number): number {
      const m = match(p, /^-?(0(?!\d)|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?(?![.eE])/);
      if (m === null || m[0].length > LOOK_BYTES - 2) return 0;
      const digits = (m[1] + (m[2] ?? '').slice(1)).replace(/^0+/, '');
      if (digits.length > 19) return 0;
      const value = Number(m[0]);
      if (!Number.isFinite(value)) return 0;
      if (value === 0 && digits !== '') return 0;
      f64[out >>> 3] = value;
      return m[0].length;
    },

    /** `YYYY-MM-DD` as days since 1970-01-01. Writes an i64; answers 10, or 0 when it is no such date. */
    parse_date(p: number, out: number): number {
      const m = match(p, /^(\d{4}-\d\d-\d\d)/);
      const days = m === null ? null : dateTicks(m);
      if (days === null) return 0;
      i64[out >>> 3] = BigInt(days);
      return 10;
    },

    /** `YYYY-MM-DD[(T| )HH:MM:SS[.f...][Z|+HH[[:]MM]]]`, else in `zone` (0 = UTC), as ticks. Writes an i64; answers bytes taken or 0. */
    parse_timestamp(p: number, precision: number, zone: number, out: number): number {
      const m = match(
        p,
        /^(\d{4}-\d\d-\d\d)(?:([T ])(?:(\d\d):(\d\d):(\d\d)(?:(\.)(\d*))?(?:(Z)|([+-])(?:(\d\d)(?::?(\d\d))?)?)?)?)?/,
      );
      const days = m === null ? null : dateTicks(m);
      if (m === null || days === null) return 0;
      let seconds = BigInt(days) * 86400n;
      let fraction = '';
      if (m[2] !== undefined) {
        if (m[3] === undefined) return 0;
        if (Number(m[3]) > 23 || Number(m[4]) > 59 || Number(m[5]) > 59) return 0;
        seconds += BigInt(Number(m[3]) * 3600 + Number(m[4]) * 60 + Number(m[5]));
        fraction = m[7] ?? '';
        if (m[6] !== undefined && (fraction === '' || fraction.length > 9)) return 0;
        if (m[9] !== undefined) {
          if (m[10] === undefined) return 0;
          const offset = BigInt(Number(m[10]) * 3600 + Number(m[11] ?? 0) * 60);
          seconds -= m[9] === '-' ? -offset : offset;
        }
      }
      if (zone !== 0 && m[8] === undefined && m[9] === undefined) seconds -= zoneOffset(zone, seconds);
      if (precision > 6 && (seconds > 9223372035n || seconds < -9223372035n)) return 0;
      const cut = fraction.slice(0, precision).padEnd(precision, '0');
      i64[out >>> 3] = seconds * 10n ** BigInt(precision) + BigInt(cut === '' ? '0' : cut);
      return m[0].length;
    },

    /** Smallest and largest of n i64 into out and out + 8. Answers how many were seen. */
    minmax_i64(src: number, valid: number, n: number, out: number): number {
      let low = (1n << 63n) - 1n;
      let high = -(1n << 63n);
      let seen = 0;
      for (let i = 0; i < n; i++) {
        if (valid !== 0 && u8[valid + i] === 0) continue;
        const value = i64[(src >>> 3) + i];
        if (value < low) low = value;
        if (value > high) high = value;
        seen++;
      }
      i64[out >>> 3] = low;
      i64[(out >>> 3) + 1] = high;
      return seen;
    },

    /** dst[i] = low byte of (src[i] - base). */
    narrow_i64_u8(src: number, n: number, base: bigint, dst: number): void {
      for (let i = 0; i < n; i++) u8[dst + i] = Number(BigInt.asUintN(8, i64[(src >>> 3) + i] - base));
    },

    /** dst[i] = low 16 bits of (src[i] - base). */
    narrow_i64_u16(src: number, n: number, base: bigint, dst: number): void {
      for (let i = 0; i < n; i++)
        u16[(dst >>> 1) + i] = Number(BigInt.asUintN(16, i64[(src >>> 3) + i] - base));
    },

    /** dst[i] = low 32 bits of (src[i] - base). */
    narrow_i64_u32(src: number, n: number, base: bigint, dst: number): void {
      for (let i = 0; i < n; i++)
        u32[(dst >>> 2) + i] = Number(BigInt.asUintN(32, i64[(src >>> 3) + i] - base));
    },

    /** dst[i] = low byte of src[i]. */
    narrow_u32_u8(src: number, n: number, dst: number): void {
      for (let i = 0; i < n; i++) u8[dst + i] = u32[(src >>> 2) + i];
    },

    /** dst[i] = low 16 bits of src[i]. */
    narrow_u32_u16(src: number, n: number, dst: number): void {
      for (let i = 0; i < n; i++) u16[(dst >>> 1) + i] = u32[(src >>> 2) + i];
    },
  };
};
