/** ClickHouse's times of day, moved by units of a clock. */

import type { Expr } from '../plan/expr.ts';
import { INT64, isInteger, type LogicalType, time, timeDigits } from '../type/type.ts';
import { apply, int } from './call.ts';
import { rescale } from './cast.ts';
import type { Resolve } from './row.ts';

/** Units that a time takes: those of a clock, and of fractions where it has some itself. */
export const takesUnit = (of: LogicalType, unit: string): boolean =>
  /^(second|minute|hour)$/.test(unit) || (timeDigits(of) > 0 && /second$/.test(unit));

const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 };
const DIGITS: Readonly<Record<string, number>> = { millisecond: 3, microsecond: 6, nanosecond: 9 };

/** So many units later or earlier, as far as times go. */
export function turned(value: Expr, count: Expr, unit: string, sign: 1 | -1): Expr {
  const own = DIGITS[unit] ?? 0;
  const digits = Math.max(timeDigits(value.type), own);
  const width = BigInt(SECONDS[unit] ?? 1) * 10n ** BigInt(digits - own);
  const ticks = rescale(value, timeDigits(value.type), digits, INT64);
  const more = apply('mul_wrap_i64', [count, int(BigInt(sign) * width)], INT64);
  return apply('clock_within', [apply('add_wrap_i64', [ticks, more], INT64), int(digits)], time(digits));
}

/** addHours and its kin of a time. */
export const shiftedTime =
  (unit: string, sign: 1 | -1): Resolve =>
  (args) =>
    args.length === 2 &&
    args[0].type.id === 'time' &&
    isInteger(args[1].type) &&
    takesUnit(args[0].type, unit)
      ? {
          casts: [args[0].type, { ...INT64, nullable: args[1].type.nullable }],
          build: ([value, count]) => turned(value, count, unit, sign),
        }
      : undefined;
