/**
 * Arithmetic of exact numbers of any width (type/exact.ts), one value at a time. Types come as literal texts; operands keep their
 * own, so that none is packed anew before it is used.
 *
 * `rule`: what a result becomes that its type does not hold, or a division by zero: an error (`checked`), the low bits (`wrap`, which
 * has no answer to a zero, and fails), NULL for a zero (`null`), 0 for a zero (`zero`, else as `wrap`).
 */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { bytesOfWord, wordAt } from '../../kernel/ref/hash/word.ts';
import { exactUnits, exactValue, fitsExact, scaleOf, wrapInteger } from '../../type/exact.ts';
import { typeOfText } from '../../type/literal.ts';
import { bitsOf, type LogicalType, typeName, type Value } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { CUTS, cutExact } from './rounding.ts';

export type ExactRule = 'checked' | 'wrap' | 'null' | 'zero';

const EXACT_LANES = ['i64', 'str'] as const;
const TYPED = { integers: 'bigint', takesTypes: true } as const;

/** Of units in one scale, or of integers. null: a division by zero. */
type Operator = (a: bigint, b: bigint) => bigint | null;

const magnitude = (a: bigint): bigint => (a < 0n ? -a : a);
function divisorOfBoth(a: bigint, b: bigint): bigint {
  let [x, y] = [magnitude(a), magnitude(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? null : a / b),
  mod: (a, b) => (b === 0n ? null : a % b),
  positive_mod: (a, b) => (b === 0n ? null : ((a % b) + magnitude(b)) % magnitude(b)),
  gcd: divisorOfBoth,
  lcm: (a, b) => (a === 0n || b === 0n ? 0n : magnitude(a * b) / divisorOfBoth(a, b)),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

const power = (digits: number): bigint => 10n ** BigInt(digits);

/** Both as the operator takes them: factors as they are, of a quotient so that it has its scale, else in the finer scale. */
function operands(
  op: string,
  [a, b]: readonly [bigint, bigint],
  [x, y]: readonly LogicalType[],
  quotientScale = 0,
): [bigint, bigint] {
  const [sx, sy] = [scaleOf(x), scaleOf(y)];
  if (op === 'mul') return [a, b];
  if (op === 'div') return [a * power(quotientScale - sx + sy), b];
  return sx < sy ? [a * power(sy - sx), b] : [a, b * power(sx - sy)];
}

export const tooManyDigits = (type: LogicalType): BasaltError =>
  new BasaltError('DECIMAL_OVERFLOW', `A decimal result has more digits than ${typeName(type)}`, {
    hint: 'Cast an operand to a decimal of more digits, or to a float',
  });

export const overflow = (type: LogicalType): BasaltError =>
  type.id === 'decimal'
    ? tooManyDigits(type)
    : new BasaltError('DECIMAL_OVERFLOW', `A result does not fit ${typeName(type)}`, {
        hint: 'Cast an operand to DOUBLE for an approximate result',
      });

function finished(units: bigint, type: LogicalType, rule: ExactRule): Value {
  if (fitsExact(units, type)) return exactValue(units, type);
  if (type.id === 'decimal' || rule === 'checked' || rule === 'null') throw overflow(type);
  return exactValue(wrapInteger(units, type), type);
}

function withoutQuotient(rule: ExactRule, type: LogicalType): Value {
  if (rule === 'null') return null;
  if (rule === 'zero') return exactValue(0n, type);
  throw new BasaltError('ILLEGAL_DIVISION', 'Division by zero', {
    hint: 'Use nullif(divisor, 0) to get NULL',
  });
}

function computed(op: string, compute: Operator) {
  return (a: Value, b: Value, aType: string, bType: string, typeText: string, rule: ExactRule): Value => {
    const [x, y, type] = [typeOfText(aType), typeOfText(bType), typeOfText(typeText)];
    const [m, n] = operands(op, [exactUnits(a, x), exactUnits(b, y)], [x, y], scaleOf(type));
    const found = compute(m, n);
    if (found === null) return withoutQuotient(rule, type);
    // The smallest number divided by -1.
    if (op === 'div' && rule !== 'zero' && !fitsExact(found, type)) throw overflow(type);
    return finished(found, type, rule);
  };
}

/** Of one number: value, its type, the result's type, rule. */
const OF_ONE: Readonly<Record<string, (a: bigint, type: LogicalType) => bigint>> = {
  neg: (a) => -a,
  abs: magnitude,
  not: (a) => ~a,
  // Bytes in the opposite order.
  swap: (a, type) => {
    const hex = BigInt.asUintN(bitsOf(type), a)
      .toString(16)
      .padStart(bitsOf(type) / 4, '0');
    return BigInt(`0x${(hex.match(/../g) ?? []).reverse().join('')}`);
  },
};

const bitsOfPacked = (value: string, type: LogicalType): bigint =>
  BigInt.asUintN(bitsOf(type), exactUnits(value, type));
const bitsSet = (value: bigint): number => value.toString(2).replaceAll('0', '').length;

/** Beyond the width nothing is left; below zero, neither. */
function shifted(units: bigint, places: bigint, type: LogicalType, rule: ExactRule, toLeft: boolean): bigint {
  const outside = places < 0n || places >= BigInt(bitsOf(type));
  if (!toLeft) return outside ? 0n : units >> places;
  if (rule !== 'checked') return outside ? 0n : units << places;
  const result = outside ? (units === 0n ? 0n : null) : units << places;
  if (result === null || units < 0n || !fitsExact(result, type)) throw overflow(type);
  return result;
}

export const EXACT: readonly Implementation[] = [
  // Two numbers, their types, the result's type, rule.
  ...Object.entries(OPERATORS).flatMap(([op, compute]) =>
    EXACT_LANES.flatMap((x) =>
      EXACT_LANES.flatMap((y) =>
        EXACT_LANES.map((result) =>
          implement(
            `exact_${op}_${x}_${y}_${result}`,
            [x, y, 'str', 'str', 'str', 'str'],
            result,
            computed(op, compute),
            TYPED,
          ),
        ),
      ),
    ),
  ),
  ...Object.entries(OF_ONE).flatMap(([op, compute]) =>
    EXACT_LANES.map((lane) =>
      implement(
        `exact_${op}_${lane}`,
        [lane, 'str', 'str', 'str'],
        lane,
        (a: Value, aType: string, type: string, rule: ExactRule) =>
          finished(compute(exactUnits(a, typeOfText(aType)), typeOfText(aType)), typeOfText(type), rule),
        TYPED,
      ),
    ),
  ),
  // As tables that were made before have them in their expressions: two packed decimals, or one, their types, the result's type.
  ...(['add', 'sub', 'mul', 'div', 'mod'] as const).map((op) =>
    implement(
      `decimal_${op}_str`,
      ['str', 'str', 'str', 'str', 'str'],
      'str',
      (a: string, b: string, aType: string, bType: string, type: string) =>
        computed(op, OPERATORS[op])(a, b, aType, bType, type, 'checked'),
      TYPED,
    ),
  ),
  implement(
    'decimal_neg_str',
    ['str', 'str'],
    'str',
    (a: string, type: string) => finished(-exactUnits(a, typeOfText(type)), typeOfText(type), 'checked'),
    TYPED,
  ),
  // Two numbers, their types: below zero, zero or above, as the first is smaller, equal or larger.
  ...EXACT_LANES.flatMap((x) =>
    EXACT_LANES.map((y) =>
      implement(
        `exact_order_${x}_${y}`,
        [x, y, 'str', 'str'],
        'i64',
        (a: Value, b: Value, aType: string, bType: string) => {
          const [of, other] = [typeOfText(aType), typeOfText(bType)];
          const [m, n] = operands('sub', [exactUnits(a, of), exactUnits(b, other)], [of, other]);
          return m < n ? -1n : m > n ? 1n : 0n;
        },
        TYPED,
      ),
    ),
  ),
  // A packed number, places, its type, rule.
  ...([true, false] as const).map((toLeft) =>
    implement(
      `exact_shift_${toLeft ? 'left' : 'right'}_str`,
      ['str', 'i64', 'str', 'str'],
      'str',
      (a: string, places: bigint, typeText: string, rule: ExactRule) => {
        const type = typeOfText(typeText);
        return exactValue(wrapInteger(shifted(exactUnits(a, type), places, type, rule, toLeft), type), type);
      },
      TYPED,
    ),
  ),
  // A packed number, its type.
  implement(
    'exact_bits_set_str',
    ['str', 'str'],
    'i64',
    (a: string, type: string) => BigInt(bitsSet(bitsOfPacked(a, typeOfText(type)))),
    TYPED,
  ),
  implement(
    'exact_sign_str',
    ['str', 'str'],
    'i64',
    (a: string, type: string) => {
      const units = exactUnits(a, typeOfText(type));
      return units < 0n ? -1n : units > 0n ? 1n : 0n;
    },
    TYPED,
  ),
  // A number, digits behind the point that stay, its type, the result's type, which has its scale or a coarser one, rule.
  ...CUTS.flatMap((cut) =>
    EXACT_LANES.map((lane) =>
      implement(
        `exact_cut_${cut}_${lane}`,
        [lane, 'i64', 'str', 'str', 'str'],
        lane,
        (a: Value, digits: bigint, aType: string, typeText: string, rule: ExactRule) => {
          const [of, type] = [typeOfText(aType), typeOfText(typeText)];
          const scale = scaleOf(of);
          const units = cutExact(cut, exactUnits(a, of), BigInt(scale) - digits);
          return finished(units / power(scale - scaleOf(type)), type, rule);
        },
        TYPED,
      ),
    ),
  ),
  // A packed integer, its type: the digits of its bytes, without zero bytes ahead.
  ...(
    [
      ['hex', 16, 2],
      ['bin', 2, 8],
    ] as const
  ).map(([name, base, byte]) =>
    implement(
      `${name}_wide`,
      ['str', 'str'],
      'str',
      (a: string, type: string) => {
        const digits = bitsOfPacked(a, typeOfText(type)).toString(base).toUpperCase();
        return digits.padStart(Math.ceil(digits.length / byte) * byte, '0');
      },
      TYPED,
    ),
  ),
  // A packed integer, its type: its bytes, lowest first. And back, with zeros for bytes that are missing.
  implement(
    'bytes_of_wide',
    ['str', 'str'],
    'str',
    (a: string, typeText: string) => {
      const type = typeOfText(typeText);
      return textOfBytes(bytesOfWord(bitsOfPacked(a, type), bitsOf(type) / 8));
    },
    TYPED,
  ),
  implement(
    'wide_of_bytes',
    ['str', 'str'],
    'str',
    (text: string, typeText: string) => {
      const type = typeOfText(typeText);
      const bytes = bytesOfText(text).subarray(0, bitsOf(type) / 8);
      return exactValue(wrapInteger(wordAt(bytes, 0, bytes.length), type), type);
    },
    TYPED,
  ),
];
