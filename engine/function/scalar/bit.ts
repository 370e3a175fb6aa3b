/** Bits of integers of a width (8 to 64), which lie in the lane as their type has them: extended by sign or zeros. */

import { assert, BasaltError } from '../../base/error.ts';
import { BIG, implement } from '../implementation.ts';
import { wrap } from '../integer.ts';
import type { Implementation } from '../row.ts';

const BINARY = ['i64', 'i64'] as const;
const FOUR = ['i64', 'i64', 'i64', 'i64'] as const;

/** Plans are made by us; no other width would end. */
const checkWidth = (width: bigint): void => assert(width >= 8n && width <= 64n, 'integers have 8 to 64 bits');

function shift(
  value: bigint,
  by: bigint,
  width: bigint,
  move: (value: bigint, by: bigint) => bigint,
): bigint {
  checkWidth(width);
  return placesOf(by) >= width ? 0n : wrap(move(value, by));
}

function placesOf(by: bigint): bigint {
  if (by >= 0n) return by;
  throw new BasaltError(
    'ARGUMENT_OUT_OF_BOUND',
    'The number of shift positions needs to be a non-negative value',
  );
}

/** As DuckDB has it: numbers keep their sign, and all of their bits. */
function shiftLeftChecked(value: bigint, by: bigint): bigint {
  if (value >= 0n && by >= 0n && (value === 0n || (by < 63n && value >> (63n - by) === 0n)))
    return value === 0n ? 0n : value << by;
  throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `${value} << ${by} is out of range`, {
    hint: 'Numbers and places are not negative, and the result has 63 bits: multiply instead',
  });
}

function rotate(value: bigint, by: bigint, width: bigint, sign: bigint): bigint {
  checkWidth(width);
  const bits = BigInt.asUintN(Number(width), value);
  const left = (((by * sign) % width) + width) % width;
  return wrap((bits << left) | (bits >> (width - left)));
}

function isSet(value: bigint, width: bigint, place: bigint): boolean {
  if (place >= 0n && place < width) return ((value >> place) & 1n) === 1n;
  throw new BasaltError(
    'PARAMETER_OUT_OF_BOUND',
    `The bit position ${place} is out of bounds for a number of ${width} bits`,
  );
}

function countBits(value: bigint, width: bigint): bigint {
  checkWidth(width);
  let count = 0n;
  for (let rest = BigInt.asUintN(Number(width), value); rest > 0n; rest &= rest - 1n) count++;
  return count;
}

function swapBytes(value: bigint, width: bigint): bigint {
  checkWidth(width);
  let swapped = 0n;
  for (let at = 0n; at < width; at += 8n) swapped = (swapped << 8n) | ((value >> at) & 0xffn);
  return wrap(swapped);
}

const view = new DataView(new ArrayBuffer(8));

export const BIT: readonly Implementation[] = [
  implement('bit_and_i64', BINARY, 'i64', (a: bigint, b: bigint) => a & b, BIG),
  implement('bit_or_i64', BINARY, 'i64', (a: bigint, b: bigint) => a | b, BIG),
  implement('bit_xor_i64', BINARY, 'i64', (a: bigint, b: bigint) => a ^ b, BIG),
  implement('bit_not_i64', ['i64'], 'i64', (a: bigint) => ~a, BIG),
  implement('shift_left_checked_i64', BINARY, 'i64', shiftLeftChecked, BIG),
  implement(
    'shift_right_i64',
    BINARY,
    'i64',
    (value: bigint, by: bigint) => (by < 0n || by > 63n ? 0n : value >> by),
    BIG,
  ),
  // value, places, width, 1 for signed types.
  implement(
    'bit_shift_left_i64',
    FOUR,
    'i64',
    (value: bigint, by: bigint, width: bigint) => shift(value, by, width, (v, n) => v << n),
    BIG,
  ),
  implement(
    'bit_shift_right_i64',
    FOUR,
    'i64',
    (value: bigint, by: bigint, width: bigint, signed: bigint) =>
      shift(signed === 1n ? value : BigInt.asUintN(64, value), by, width, (v, n) => v >> n),
    BIG,
  ),
  // value, places, width, 1 for left and -1 for right.
  implement('bit_rotate_i64', FOUR, 'i64', rotate, BIG),
  // value, width, places.
  implement(
    'bit_test_i64',
    ['i64', 'i64', 'i64'],
    'i64',
    (value: bigint, width: bigint, place: bigint) => (isSet(value, width, place) ? 1n : 0n),
    BIG,
  ),
  implement(
    'bit_test_all_i64',
    ['i64', 'i64', 'i64'],
    'i64',
    (value: bigint, width: bigint, ...places: bigint[]) =>
      places.map((place) => isSet(value, width, place)).every(Boolean) ? 1n : 0n,
    { ...BIG, variadic: true },
  ),
  implement(
    'bit_test_any_i64',
    ['i64', 'i64', 'i64'],
    'i64',
    (value: bigint, width: bigint, ...places: bigint[]) =>
      places.map((place) => isSet(value, width, place)).some(Boolean) ? 1n : 0n,
    { ...BIG, variadic: true },
  ),
  // value, width.
  implement('bit_count_i64', BINARY, 'i64', countBits, BIG),
  implement('byte_swap_i64', BINARY, 'i64', swapBytes, BIG),
  implement('f64_bits', ['f64'], 'i64', (value: number) => {
    view.setFloat64(0, value);
    return view.getBigInt64(0);
  }),
  implement(
    'f64_of_bits',
    ['i64'],
    'f64',
    (bits: bigint) => {
      view.setBigInt64(0, bits);
      return view.getFloat64(0);
    },
    BIG,
  ),
];
