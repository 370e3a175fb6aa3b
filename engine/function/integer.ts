/**
 * 64-bit integer arithmetic on bigints, checked and wrapping, and the errors it raises.
 */

import { BasaltError } from '../base/error.ts';
import type { Value } from '../type/type.ts';

export const MIN_I64 = -(1n << 63n);
export const MAX_I64 = (1n << 63n) - 1n;

export const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
/** An integer as columns hold it, also one that has no sign. */
export const wordOf = (value: Value): Value => (typeof value === 'bigint' ? wrap(value) : value);
export const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

export function checked(value: bigint, operation: string): bigint {
  if (value < MIN_I64 || value > MAX_I64) {
    throw new BasaltError('DECIMAL_OVERFLOW', `${operation} does not fit a 64-bit integer`, {
      hint: 'Cast an operand to DOUBLE for an approximate result',
    });
  }
  return value;
}

export function divisorOf(value: bigint): bigint {
  if (value === 0n) {
    throw new BasaltError('ILLEGAL_DIVISION', 'Division by zero', {
      hint: 'Use nullif(divisor, 0) to get NULL',
    });
  }
  return value;
}
