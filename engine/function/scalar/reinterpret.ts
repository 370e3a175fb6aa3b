/** The bytes of values, lowest first, and values of bytes: what is missing of them is zero. */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { bytesOfWord, wordAt } from '../../kernel/ref/hash/word.ts';
import { BIG, implement } from '../implementation.ts';
import { unsigned, wrap } from '../integer.ts';
import type { Implementation } from '../row.ts';

const VIEW = new DataView(new ArrayBuffer(8));

function bitsOfFloat(value: number, bits: number): bigint {
  if (bits === 32) {
    VIEW.setFloat32(0, value);
    return BigInt(VIEW.getUint32(0));
  }
  VIEW.setFloat64(0, value);
  return VIEW.getBigUint64(0);
}

function floatOfBits(value: bigint, bits: number): number {
  VIEW.setBigUint64(0, value);
  return bits === 32 ? VIEW.getFloat32(4) : VIEW.getFloat64(0);
}

/** @param bits those of a type: 8 to 256 */
const textOfBits = (value: bigint, bits: number): string => textOfBytes(bytesOfWord(value, bits / 8));

function bitsOfText(text: string, bits: number): bigint {
  const bytes = bytesOfText(text);
  return wordAt(bytes, 0, Math.min(bytes.length, bits / 8));
}

const withoutZeros = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end -= 1;
  return text.slice(0, end);
};

const cutTo = (value: bigint, bits: number, signed: boolean): bigint =>
  signed ? BigInt.asIntN(bits, value) : wrap(BigInt.asUintN(bits, value));

/** Two halves of eight bytes, each lowest first, in the usual form. */
function uuidText(text: string): string {
  const low = bitsOfText(textOfBytes(bytesOfText(text).slice(8)), 64);
  const digits = [bitsOfText(text, 64), low].map((half) => half.toString(16).padStart(16, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function decimalText(value: number, digits: number): string {
  if (Number.isFinite(value)) return Math.abs(value) < 1e21 ? value.toFixed(digits) : wide(value, digits);
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

const wide = (value: number, digits: number): string =>
  digits === 0 ? String(BigInt(value)) : `${BigInt(value)}.${'0'.repeat(digits)}`;

function exact(value: number): bigint | null {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(value) : null;
}

export const REINTERPRETED: readonly Implementation[] = [
  // Values to bytes: value, bits.
  implement(
    'bytes_of_i64',
    ['i64', 'i64'],
    'str',
    (value: bigint, bits: bigint) => textOfBits(value, Number(bits)),
    BIG,
  ),
  implement('bytes_of_f64', ['f64', 'i64'], 'str', (value: number, bits: number) =>
    textOfBits(bitsOfFloat(value, bits), bits),
  ),
  implement('without_zeros', ['str'], 'str', withoutZeros),
  implement('up_to_zero', ['str'], 'str', (text: string) => text.split('\0', 1)[0]),
  // Bytes to values: bytes, bits, whether it has a sign.
  implement(
    'i64_of_bytes',
    ['str', 'i64', 'i64'],
    'i64',
    (text: string, bits: bigint, signed: bigint) =>
      cutTo(bitsOfText(text, Number(bits)), Number(bits), signed === 1n),
    BIG,
  ),
  implement('f64_of_bytes', ['str', 'i64'], 'f64', (text: string, bits: number) =>
    floatOfBits(unsigned(bitsOfText(text, bits)), bits),
  ),
  implement('uuid_text_of_bytes', ['str'], 'str', uuidText),
  // Whole numbers that floats are.
  implement('f64_exact_null', ['f64'], 'i64', exact),
  implement('f64_exact_checked', ['f64'], 'i64', (value: number) => {
    const found = exact(value);
    if (found === null) throw new BasaltError('VALUE_IS_OUT_OF_RANGE', `${value} is no 64-bit integer`);
    return found;
  }),
  // number, digits after the point.
  implement('decimal_text_f64', ['f64', 'i64'], 'str', decimalText),
  implement(
    'decimal_text_i64',
    ['i64', 'i64', 'i64'],
    'str',
    (value: bigint, digits: bigint, plain: bigint) =>
      `${plain === 1n ? unsigned(value) : value}${digits === 0n ? '' : `.${'0'.repeat(Number(digits))}`}`,
    BIG,
  ),
];
