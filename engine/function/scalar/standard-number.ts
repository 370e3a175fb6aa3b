/** Implementations of functions of numbers that DuckDB has and no other dialect. */

import { BasaltError } from '../../base/error.ts';
import { packSigned } from '../../type/packed.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

/** Away from zero to the next even number. */
function even(value: number): number {
  const up = Math.ceil(Math.abs(value));
  const made = up % 2 === 0 ? up : up + 1;
  return value < 0 ? -made : made;
}

const bits = new DataView(new ArrayBuffer(8));

/** The float next to another one on the way to a third. */
function nextAfter(from: number, to: number, size: number): number {
  if (Number.isNaN(from) || Number.isNaN(to)) return Number.NaN;
  if (from === to) return to;
  const isDouble = size === 64;
  if (from === 0) return (to > 0 ? 1 : -1) * (isDouble ? Number.MIN_VALUE : 2 ** -149);
  const step = from < to === from > 0 ? 1 : -1;
  if (isDouble) {
    bits.setFloat64(0, from);
    bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(step));
    return bits.getFloat64(0);
  }
  bits.setFloat32(0, from);
  bits.setInt32(0, bits.getInt32(0) + step);
  return bits.getFloat32(0);
}

const MAX_FACTORIAL = 33;

function factorial(of: number): string {
  if (of < 0 || of > MAX_FACTORIAL)
    throw new BasaltError('VALUE_IS_OUT_OF_RANGE', `The factorial of ${of} does not fit 128 bits`, {
      hint: `Factorials are of 0 to ${MAX_FACTORIAL}; gamma(x + 1) gives larger ones as floats`,
    });
  let product = 1n;
  for (let i = 2n; i <= BigInt(of); i++) product *= i;
  return packSigned(product, 128);
}

export const STANDARD_NUMBER: readonly Implementation[] = [
  implement('even_f64', ['f64'], 'f64', even),
  implement('sign_bit_f64', ['f64'], 'bool', (value: number) => value < 0 || Object.is(value, -0)),
  // from, to, bits of the type.
  implement('next_after_f64', ['f64', 'f64', 'i64'], 'f64', nextAfter),
  implement('factorial', ['i64'], 'str', factorial),
  implement(
    'log_to_base',
    ['f64', 'f64'],
    'f64',
    (base: number, value: number) => Math.log(value) / Math.log(base),
  ),
  implement('digits_of_two', ['i64'], 'str', (value: bigint) => BigInt.asUintN(64, value).toString(2), {
    integers: 'bigint',
  }),
];
