/** Functions of the bits of integers. */

import { type Expr, literal } from '../../plan/expr.ts';
import { BOOL, bitsOf, FLOAT64, INT64, notNull, plainType, STRING, type } from '../../type/type.ts';
import { apply, int } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import {
  BYTES,
  firstOf,
  fitArguments,
  INTEGER,
  LOOSE_INTEGER,
  literalInt,
  NUMBER,
  scalar,
  simple,
} from '../signature.ts';
import { differingBits, exactBitCount, exactIntegers, exactOfOne, exactShift } from './exact.ts';
import { commonBits, lowBits, overIntegers, shapeOf } from './over-integers.ts';

const UINT8 = type('uint8');
const only = (name: string): FunctionRow['names'] => ({ clickhouse: [name] });

const standard = (name: string): FunctionRow['names'] => ({ standard: [name] });
/** Of integers alone: a truth value has no bits here. */
const ints = (fn: string, count: 1 | 2 = 2): Resolve => {
  const plain = simple(fn, count === 2 ? [INTEGER, INTEGER] : [INTEGER], INT64);
  const wide = count === 2 ? exactBits(fn) : exactOfOne('not');
  return (args, context) =>
    args.some((a) => a.type.id === 'bool') ? undefined : (wide(args, context) ?? plain(args, context));
};

/** Of integers of more than 64 bits: operators by their ids on narrower ones. */
const exactBits = (fn: string): Resolve =>
  fn.startsWith('shift')
    ? exactShift(fn.includes('left') ? 'left' : 'right')
    : exactIntegers(fn.split('_')[1] as 'and' | 'or' | 'xor');

/** Both arguments, bit by bit: 64 bits in Druid. */
const bitwise = (fn: string): Resolve => {
  const common = overIntegers(2, ([a, b]) => lowBits(apply(fn, [a, b], INT64), commonBits(a, b)));
  const plain = simple(fn, [LOOSE_INTEGER, LOOSE_INTEGER], INT64);
  const wide = exactBits(fn);
  return (args, context) =>
    context.dialect === 'clickhouse' ? (wide(args, context) ?? common(args, context)) : plain(args, context);
};

/** Moved within the width of the type of both; by the width of the first or more, nothing is left. */
const shifted = (fn: string): Resolve =>
  overIntegers(2, ([a, by]) => lowBits(apply(fn, [a, by, ...shapeOf(a.type)], INT64), commonBits(a, by)));

/** As Java's operators have it: a shift by 64 is one by 0. */
const shiftedAsJava =
  (fn: string): Resolve =>
  (args, context) => {
    const casts = args.length === 2 ? fitArguments(args, [LOOSE_INTEGER, LOOSE_INTEGER], context) : undefined;
    return casts === undefined
      ? undefined
      : {
          casts,
          build: ([a, places]) =>
            apply(fn, [a, apply('bit_and_i64', [places, int(63)], INT64), int(64), int(1)], INT64),
        };
  };

/** The bits of a text, or of a fixed string, which keeps its length. */
const shiftedText =
  (fn: string): Resolve =>
  (args, context) => {
    const of = args[0]?.type;
    if (args.length !== 2 || (of.id !== 'string' && of.id !== 'fixedstring')) return undefined;
    const length = literal(of.id === 'fixedstring', BOOL);
    return simple(fn, [BYTES, INTEGER], plainType(notNull(of)), { extra: [length] })(args, context);
  };

/** More bits than any text has. */
const REST = literalInt(2 ** 40);

const rotated = (sign: 1 | -1): Resolve =>
  overIntegers(2, ([a, by]) =>
    lowBits(
      apply('bit_rotate_i64', [a, by, int(bitsOf(commonBits(a, by))), int(sign)], INT64),
      commonBits(a, by),
    ),
  );

const tested = (fn: string, more: boolean): Resolve =>
  overIntegers(2, ([a, ...places]) => apply(fn, [a, int(bitsOf(a.type)), ...places], UINT8), more);

const bitsSet = (a: Expr, width: number): Expr => apply('bit_count_i64', [a, int(width)], UINT8);

const byteSwap: Resolve = overIntegers(1, ([a]) =>
  lowBits(apply('byte_swap_i64', [a, int(bitsOf(a.type))], INT64), notNull(a.type)),
);

export const BITS: readonly FunctionRow[] = [
  scalar(
    { druid: ['bitwise_and'], clickhouse: ['bitAnd'] },
    bitwise('bit_and_i64'),
    'bitwise_and(a, b)',
    'Bits set in both.',
    'SELECT BITWISE_AND(12, 10)',
    '8',
  ),
  scalar(
    { druid: ['bitwise_or'], clickhouse: ['bitOr'] },
    bitwise('bit_or_i64'),
    'bitwise_or(a, b)',
    'Bits set in either.',
    'SELECT BITWISE_OR(12, 10)',
    '14',
  ),
  scalar(
    { druid: ['bitwise_xor'], clickhouse: ['bitXor'] },
    bitwise('bit_xor_i64'),
    'bitwise_xor(a, b)',
    'Bits set in one only.',
    'SELECT BITWISE_XOR(12, 10)',
    '6',
  ),
  scalar(standard('&'), ints('bit_and_i64'), 'a & b', 'Bits set in both.', 'SELECT 12 & 10', '8'),
  scalar(standard('|'), ints('bit_or_i64'), 'a | b', 'Bits set in either.', 'SELECT 12 | 10', '14'),
  scalar(
    standard('<<'),
    ints('shift_left_checked_i64'),
    'a << places',
    'Bits moved to the left; an error where the number would not fit.',
    'SELECT 5 << 2',
    '20',
  ),
  scalar(
    standard('>>'),
    ints('shift_right_i64'),
    'a >> places',
    'Bits moved to the right; a negative number stays negative.',
    'SELECT 20 >> 2',
    '5',
  ),
  scalar(standard('unary ~'), ints('bit_not_i64', 1), '~a', 'Every bit turned.', 'SELECT ~5', '-6'),
  scalar(
    { druid: ['bitwise_complement'] },
    simple('bit_not_i64', [LOOSE_INTEGER], INT64),
    'bitwise_complement(a)',
    'Every bit turned.',
    'SELECT BITWISE_COMPLEMENT(5)',
    '-6',
  ),
  scalar(
    { druid: ['bitwise_shift_left'] },
    shiftedAsJava('bit_shift_left_i64'),
    'bitwise_shift_left(a, places)',
    'Bits moved to the left, by the last six bits of the places.',
    'SELECT BITWISE_SHIFT_LEFT(99, 2)',
    '396',
  ),
  scalar(
    { druid: ['bitwise_shift_right'] },
    shiftedAsJava('bit_shift_right_i64'),
    'bitwise_shift_right(a, places)',
    'Bits moved to the right, by the last six bits of the places; a negative number stays negative.',
    'SELECT BITWISE_SHIFT_RIGHT(-16, 2)',
    '-4',
  ),
  scalar(
    { druid: ['bitwise_convert_double_to_long_bits'] },
    simple('f64_bits', [NUMBER], INT64),
    'bitwise_convert_double_to_long_bits(x)',
    'The 64 bits of a double as an integer.',
    'SELECT BITWISE_CONVERT_DOUBLE_TO_LONG_BITS(1.0)',
    '4607182418800017408',
  ),
  scalar(
    { druid: ['bitwise_convert_long_bits_to_double'] },
    simple('f64_of_bits', [LOOSE_INTEGER], FLOAT64),
    'bitwise_convert_long_bits_to_double(bits)',
    'The double that has these 64 bits.',
    'SELECT BITWISE_CONVERT_LONG_BITS_TO_DOUBLE(4607182418800017408)',
    '1',
  ),
  scalar(
    only('bitNot'),
    firstOf(
      exactOfOne('not'),
      overIntegers(1, ([a]) => lowBits(apply('bit_not_i64', [a], INT64), notNull(a.type))),
    ),
    'bitNot(a)',
    'Every bit turned.',
    'SELECT bitNot(5)',
    '250',
  ),
  scalar(
    only('bitShiftLeft'),
    firstOf(exactShift('left'), shifted('bit_shift_left_i64'), shiftedText('bit_shift_left_text')),
    'bitShiftLeft(a, places)',
    'Bits moved to the left; those that leave the width of the type are lost.',
    'SELECT bitShiftLeft(99, 2)',
    '140',
  ),
  scalar(
    only('bitShiftRight'),
    firstOf(exactShift('right'), shifted('bit_shift_right_i64'), shiftedText('bit_shift_right_text')),
    'bitShiftRight(a, places)',
    'Bits moved to the right; a negative number stays negative.',
    'SELECT bitShiftRight(101, 2)',
    '25',
  ),
  scalar(
    only('bitSlice'),
    simple('bit_slice', [BYTES, INTEGER, INTEGER], STRING, { defaults: [REST] }),
    'bitSlice(text, from [, count])',
    'Bits of a text, from the first one or, below 0, from the end; with zeros up to a whole byte.',
    "SELECT bin(bitSlice('Hello', 1, 2))",
    '01000000',
  ),
  scalar(
    only('bitRotateLeft'),
    rotated(1),
    'bitRotateLeft(a, places)',
    'Bits moved to the left, those that leave coming back on the right.',
    'SELECT bitRotateLeft(99, 2)',
    '141',
  ),
  scalar(
    only('bitRotateRight'),
    rotated(-1),
    'bitRotateRight(a, places)',
    'Bits moved to the right, those that leave coming back on the left.',
    'SELECT bitRotateRight(99, 2)',
    '216',
  ),
  scalar(
    only('bitTest'),
    tested('bit_test_i64', false),
    'bitTest(a, place)',
    'The bit at a place, counted from 0 on the right.',
    'SELECT bitTest(43, 1)',
    '1',
  ),
  scalar(
    only('bitTestAll'),
    tested('bit_test_all_i64', true),
    'bitTestAll(a, place, ...)',
    'Whether the bits at all places are set.',
    'SELECT bitTestAll(43, 0, 1, 3, 5)',
    '1',
  ),
  scalar(
    only('bitTestAny'),
    tested('bit_test_any_i64', true),
    'bitTestAny(a, place, ...)',
    'Whether the bit at one of the places is set.',
    'SELECT bitTestAny(43, 0, 2)',
    '1',
  ),
  scalar(
    only('bitCount'),
    firstOf(
      exactBitCount(1, ([a]) => a),
      overIntegers(1, ([a]) => bitsSet(a, bitsOf(a.type))),
    ),
    'bitCount(a)',
    'How many bits are set.',
    'SELECT bitCount(333)',
    '5',
  ),
  scalar(
    only('bitHammingDistance'),
    firstOf(
      exactBitCount(2, differingBits),
      overIntegers(2, ([a, b]) =>
        bitsSet(apply('bit_xor_i64', [a, b], INT64), Math.max(bitsOf(a.type), bitsOf(b.type))),
      ),
    ),
    'bitHammingDistance(a, b)',
    'How many bits differ.',
    'SELECT bitHammingDistance(111, 121)',
    '3',
  ),
  scalar(
    only('byteSwap'),
    firstOf(exactOfOne('swap'), byteSwap),
    'byteSwap(a)',
    'The bytes of the number in the opposite order.',
    'SELECT byteSwap(3351772109)',
    '3455829959',
  ),
];
