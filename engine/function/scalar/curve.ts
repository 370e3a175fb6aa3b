/** Space-filling curves: several integers as one that keeps neighbours near each other, and back. */

import { BasaltError } from '../../base/error.ts';
import { packItem } from '../../type/nested.ts';
import { type LogicalType, tuple, UINT64 } from '../../type/type.ts';
import { BIG, implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

/** Numbers that a Morton code is made of. */
export const MAX_MORTON = 8;

/** The bits of the values in turns; of `n` values each gives its lowest 64 / n bits. */
function morton(values: readonly bigint[]): bigint {
  const each = Math.floor(64 / values.length);
  let code = 0n;
  for (let bit = 0; bit < each; bit++)
    values.forEach((value, i) => {
      if ((BigInt.asUintN(64, value) >> BigInt(bit)) & 1n) code |= 1n << BigInt(bit * values.length + i);
    });
  return BigInt.asIntN(64, code);
}

function unmorton(count: number, code: bigint): string {
  if (count < 1 || count > MAX_MORTON)
    throw new BasaltError('BAD_ARGUMENTS', `A Morton code is of 1 to ${MAX_MORTON} numbers, not ${count}`);
  const values = Array<bigint>(count).fill(0n);
  const each = Math.floor(64 / count);
  for (let bit = 0; bit < each; bit++)
    for (let i = 0; i < count; i++)
      if ((BigInt.asUintN(64, code) >> BigInt(bit * count + i)) & 1n) values[i] |= 1n << BigInt(bit);
  return packItem(
    values.map((value) => BigInt.asIntN(64, value)),
    tupleOf(count),
  );
}

const tuples = new Map<number, LogicalType>();

/** @returns the tuple of so many UInt64, always the same object */
export function tupleOf(count: number): LogicalType {
  let made = tuples.get(count);
  if (made === undefined) {
    made = tuple(Array.from({ length: count }, () => ({ name: null, type: UINT64 })));
    tuples.set(count, made);
  }
  return made;
}

const CURVE_LEVELS = 32;
const HALF = 1n << 31n;
const MAX_COORDINATE = (1n << 32n) - 1n;

/** The place on the Hilbert curve that begins along the first axis; 0 beyond 32 bits. */
function hilbert(a: bigint, b: bigint): bigint {
  let [x, y] = [BigInt.asUintN(64, b), BigInt.asUintN(64, a)];
  if (x > MAX_COORDINATE || y > MAX_COORDINATE) return 0n;
  let place = 0n;
  for (let s = HALF; s > 0n; s >>= 1n) {
    const right = (x & s) !== 0n;
    const up = (y & s) !== 0n;
    place += s * s * (right ? (up ? 2n : 3n) : up ? 1n : 0n);
    [x, y] = turned(x & (s - 1n), y & (s - 1n), s, right, up);
  }
  return BigInt.asIntN(64, place);
}

/** A quarter of the curve as it lies in a square of side `s`: turned in the first one and the last. */
function turned(x: bigint, y: bigint, s: bigint, right: boolean, up: boolean): [bigint, bigint] {
  if (up) return [x, y];
  return right ? [s - 1n - y, s - 1n - x] : [y, x];
}

function unhilbert(code: bigint): string {
  const place = BigInt.asUintN(64, code);
  let [x, y] = [0n, 0n];
  for (let level = 0; level < CURVE_LEVELS; level++) {
    const s = 1n << BigInt(level);
    const quarter = (place >> BigInt(2 * level)) & 3n;
    const right = quarter >= 2n;
    const up = quarter === 1n || quarter === 2n;
    [x, y] = turned(x, y, s, right, up);
    if (right) x += s;
    if (up) y += s;
  }
  return packItem([y, x], tupleOf(2));
}

export const CURVES: readonly Implementation[] = [
  implement('morton_encode', ['i64'], 'i64', (...values: bigint[]) => morton(values), {
    ...BIG,
    variadic: true,
  }),
  // count, code.
  implement(
    'morton_decode',
    ['i64', 'i64'],
    'str',
    (count: bigint, code: bigint) => unmorton(Number(count), code),
    BIG,
  ),
  implement('hilbert_encode', ['i64', 'i64'], 'i64', hilbert, BIG),
  implement('hilbert_decode', ['i64'], 'str', unhilbert, BIG),
];
