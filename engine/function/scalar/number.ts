/** Number theory and arithmetic that gives no error: integers of the i64 lane, unsigned ones by their bits where an argument says so. */

import { BasaltError } from '../../base/error.ts';
import { BIG, implement } from '../implementation.ts';
import { MAX_I64, unsigned, wrap } from '../integer.ts';
import type { Implementation } from '../row.ts';

const THREE = ['i64', 'i64', 'i64'] as const;

/** A number as its type has it; `plain` is 1 where both count as unsigned numbers of 64 bits. */
const numberOf = (value: bigint, plain: bigint): bigint => (plain === 1n ? unsigned(value) : value);
const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

function divisorOfBoth(a: bigint, b: bigint): bigint {
  if (a === 0n || b === 0n) throw new BasaltError('ILLEGAL_DIVISION', 'Division by zero');
  let [x, y] = [magnitude(a), magnitude(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const commonDivisor = (a: bigint, b: bigint, plain: bigint): bigint =>
  wrap(divisorOfBoth(numberOf(a, plain), numberOf(b, plain)));

function commonMultiple(a: bigint, b: bigint, plain: bigint): bigint {
  const [x, y] = [numberOf(a, plain), numberOf(b, plain)];
  const found = magnitude((x / divisorOfBoth(x, y)) * y);
  if (found <= (plain === 1n ? unsigned(-1n) : MAX_I64)) return wrap(found);
  throw new BasaltError('DECIMAL_OVERFLOW', `lcm(${x}, ${y}) does not fit a 64-bit integer`);
}

/** Zero for 0, and for -1 under the least number of the dividend's type. */
const isDivisor = (a: bigint, b: bigint, least: bigint): boolean => b !== 0n && !(b === -1n && a === least);

/** Whole part of a quotient of floats; null where no integer is near. */
function wholeQuotient(a: number, b: number): bigint | null {
  const quotient = Math.trunc(a / b);
  return Math.abs(quotient) < 2 ** 63 ? BigInt(quotient) : null;
}

function checkedQuotient(a: number, b: number, width: bigint): bigint {
  if (b === 0) throw new BasaltError('ILLEGAL_DIVISION', 'Division by zero');
  const whole = wholeQuotient(a, b);
  if (whole !== null && BigInt.asIntN(Math.min(64, Math.max(0, Number(width))), whole) === whole)
    return whole;
  throw new BasaltError(
    'ILLEGAL_DIVISION',
    'Cannot perform integer division, because it will produce infinite or too large number',
  );
}

/** Limited to what 64 unsigned bits hold: 0 below, all bits above. */
const powerOf =
  (base: bigint, most: number) =>
  (exponent: number): bigint =>
    exponent < 0 ? 0n : exponent >= most ? -1n : wrap(base ** BigInt(Math.trunc(exponent)));

const FACTORIALS = 20n;

function factorial(n: bigint): bigint {
  if (n > FACTORIALS)
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `The maximum value for the input argument of function factorial is ${FACTORIALS}`,
    );
  let product = 1n;
  for (let i = 2n; i <= n; i++) product *= i;
  return product;
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let power = 1n;
  for (let rest = exponent, square = base; rest > 0n; rest >>= 1n, square = (square * square) % modulus)
    if ((rest & 1n) === 1n) power = (power * square) % modulus;
  return power;
}

/** The first twelve primes: as witnesses they decide every number of 64 bits (Sorenson and Webster, 2015). */
const WITNESSES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n];

/** Miller-Rabin. */
function isPrime(bits: bigint): boolean {
  const n = unsigned(bits);
  if (n < 2n) return false;
  for (const p of WITNESSES) if (n % p === 0n) return n === p;
  let odd = n - 1n;
  let twos = 0;
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++;
  return WITNESSES.every((witness) => {
    let x = powerModulo(witness, odd, n);
    if (x === 1n || x === n - 1n) return true;
    for (let i = 1; i < twos; i++) {
      x = (x * x) % n;
      if (x === n - 1n) return true;
    }
    return false;
  });
}

/** Which of `count` parts of [low, high) a number lies in: 0 below, count + 1 above. */
function bucket(value: number, low: number, high: number, count: bigint): bigint {
  if (count === 0n) return 0n;
  if (count < 0n || count > 2n ** 32n)
    throw new BasaltError('BAD_ARGUMENTS', 'widthBucket: too many buckets');
  if (Number.isNaN(value) || !Number.isFinite(low) || !Number.isFinite(high))
    throw new BasaltError('BAD_ARGUMENTS', 'widthBucket takes no NaN, and finite bounds');
  if (value < low || high <= low) return 0n;
  if (value >= high) return count + 1n;
  return BigInt(Math.floor((value - low) * (Number(count) / (high - low)))) + 1n;
}

export const NUMBER_THEORY: readonly Implementation[] = [
  // Third argument: 1 where both count as unsigned numbers of 64 bits.
  implement('gcd_i64', THREE, 'i64', commonDivisor, BIG),
  implement('lcm_i64', THREE, 'i64', commonMultiple, BIG),
  implement(
    'div_zero_i64',
    ['i64', 'i64', 'i64', 'i64'],
    'i64',
    (a: bigint, b: bigint, plain: bigint, least: bigint) =>
      isDivisor(a, b, least) ? wrap(numberOf(a, plain) / numberOf(b, plain)) : 0n,
    BIG,
  ),
  implement(
    'mod_zero_i64',
    THREE,
    'i64',
    (a: bigint, b: bigint, plain: bigint) => (b === 0n ? 0n : wrap(numberOf(a, plain) % numberOf(b, plain))),
    BIG,
  ),
  // The remainder that is never negative; 0 where the divisor is.
  implement(
    'positive_mod_i64',
    THREE,
    'i64',
    (a: bigint, b: bigint, plain: bigint) => {
      if (b === 0n) return 0n;
      const divisor = numberOf(b, plain);
      const rest = numberOf(a, plain) % divisor;
      return wrap(rest < 0n ? rest + magnitude(divisor) : rest);
    },
    BIG,
  ),
  // a, b, the least number of the dividend's type, where it has a sign: whether a / b has no integer.
  implement(
    'no_quotient_i64',
    THREE,
    'bool',
    (a: bigint, b: bigint, least: bigint) => !isDivisor(a, b, least),
    BIG,
  ),
  implement('positive_mod_f64', ['f64', 'f64'], 'f64', (a: number, b: number) => {
    const rest = a % b;
    return rest < 0 ? rest + Math.abs(b) : rest;
  }),
  // a, b, bits of the result.
  implement('quotient_checked_f64', ['f64', 'f64', 'i64'], 'i64', checkedQuotient, BIG),
  implement('or_if_not_finite_f64', ['f64', 'f64'], 'f64', (a: number, b: number) =>
    Number.isFinite(a) ? a : b,
  ),
  implement('factorial_i64', ['i64'], 'i64', factorial, BIG),
  implement('int_exp2_f64', ['f64'], 'i64', powerOf(2n, 64), BIG),
  implement('int_exp10_f64', ['f64'], 'i64', powerOf(10n, 20), BIG),
  implement('is_prime_i64', ['i64'], 'bool', isPrime, BIG),
  implement('width_bucket_f64', ['f64', 'f64', 'f64', 'i64'], 'i64', bucket, BIG),
];
