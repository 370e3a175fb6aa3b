/**
 * Bytes as digits and back: base 2, 16, 32, 58 and 64, bits of integers.
 *
 * What cannot be decoded is an error, or the empty string where the id says `try`.
 */

import { byteStringOf, textOfByteString } from '../../base/byte-string.ts';
import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { packItem } from '../../type/nested.ts';
import { array, type, UINT64 } from '../../type/type.ts';
import { BIG, implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Digits of `bits` bits each; `group` of them are whole bytes. */
type Alphabet = { readonly digits: string; readonly bits: number; readonly group: number };

function encodeBits(text: string, { digits, bits }: Alphabet): string {
  let encoded = '';
  let held = 0;
  let have = 0;
  for (const byte of bytesOfText(text)) {
    held = (held << 8) | byte;
    have += 8;
    while (have >= bits) {
      have -= bits;
      encoded += digits[held >> have];
      held &= (1 << have) - 1;
    }
  }
  return have === 0 ? encoded : encoded + digits[held << (bits - have)];
}

const paddedTo = (encoded: string, group: number): string =>
  encoded + '='.repeat((group - (encoded.length % group)) % group);

/** undefined: a foreign digit, or, where they count, a last one with bits that are no byte's. */
function decodeBits(encoded: string, { digits, bits, group }: Alphabet, isStrict = true): string | undefined {
  const bytes: number[] = [];
  let held = 0;
  let have = 0;
  for (const digit of encoded) {
    const value = digits.indexOf(digit);
    if (value === -1) return undefined;
    held = (held << bits) | value;
    have += bits;
    if (have < 8) continue;
    have -= 8;
    bytes.push(held >> have);
    held &= (1 << have) - 1;
  }
  const rest = encoded.length % group;
  if (have >= bits || (isStrict && held !== 0) || (rest * bits) % 8 === rest * bits)
    return rest === 0 ? textOf(bytes) : undefined;
  return textOf(bytes);
}

const textOf = (bytes: readonly number[]): string => textOfBytes(Uint8Array.from(bytes));

/** With the padding that makes whole groups. */
function decodePadded(encoded: string, alphabet: Alphabet): string | undefined {
  if (encoded.length % alphabet.group !== 0) return undefined;
  const bare = encoded.replace(/=+$/, '');
  return encoded.length - bare.length < alphabet.group ? decodeBits(bare, alphabet) : undefined;
}

function encode58(text: string): string {
  const bytes = bytesOfText(text);
  const zeros = leading(bytes, 0);
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  let digits = '';
  for (; value > 0n; value /= 58n) digits = BASE58[Number(value % 58n)] + digits;
  return '1'.repeat(zeros) + digits;
}

function decode58(encoded: string): string | undefined {
  const digits = Array.from(encoded, (digit) => BASE58.indexOf(digit));
  if (digits.includes(-1)) return undefined;
  let value = 0n;
  for (const digit of digits) value = value * 58n + BigInt(digit);
  const bytes: number[] = [];
  for (; value > 0n; value >>= 8n) bytes.unshift(Number(value & 255n));
  return textOf([...Array<number>(leading(digits, 0)).fill(0), ...bytes]);
}

function leading(values: ArrayLike<number>, wanted: number): number {
  let count = 0;
  while (count < values.length && values[count] === wanted) count += 1;
  return count;
}

/** Base 58 takes time that grows with the square of its length. */
const MAX_BASE58 = 10_000;

function bounded58<T>(convert: (text: string) => T): (text: string) => T {
  return (text) => {
    if (text.length <= MAX_BASE58) return convert(text);
    throw new BasaltError('LIMIT_EXCEEDED', `Base 58 is for texts of at most ${MAX_BASE58} characters`);
  };
}

const OF_32: Alphabet = { digits: BASE32, bits: 5, group: 8 };
const OF_64: Alphabet = { digits: BASE64, bits: 6, group: 4 };
const OF_64_URL: Alphabet = { digits: BASE64URL, bits: 6, group: 4 };
const white = /[ \t\n\f\r]+/g;
const asUrl = (encoded: string): string => encoded.replace(/[+/]/g, (sign) => (sign === '+' ? '-' : '_'));

const CODECS: readonly (readonly [
  name: string,
  (text: string) => string,
  (text: string) => string | undefined,
])[] = [
  [
    'base32',
    (text) => paddedTo(encodeBits(text, OF_32), 8),
    (text) => decodePadded(text.toUpperCase(), OF_32),
  ],
  ['base58', bounded58(encode58), bounded58(decode58)],
  [
    'base64',
    (text) => paddedTo(encodeBits(text, OF_64), 4),
    (text) => decodePadded(text.replace(white, ''), OF_64),
  ],
  [
    'base64URL',
    (text) => encodeBits(text, OF_64_URL),
    (text) => decodeBits(asUrl(text.replace(white, '').replace(/={1,2}$/, '')), OF_64_URL, false),
  ],
];

const codecs = CODECS.flatMap(([name, encode, decode]) => [
  implement(`${name}_encode`, ['str'], 'str', encode),
  implement(`${name}_decode`, ['str'], 'str', (text: string) => {
    const decoded = decode(text);
    if (decoded !== undefined) return decoded;
    throw new BasaltError(
      'INCORRECT_DATA',
      `Invalid ${name}Decode value (${text.slice(0, 100)}), cannot be decoded`,
    );
  }),
  implement(`${name}_try_decode`, ['str'], 'str', (text: string) => decode(text) ?? ''),
]);

/** Digits of each byte in a base that is 2 or 16. */
const digitsOfBytes = (base: 2 | 16): readonly string[] =>
  Array.from({ length: 256 }, (_, byte) =>
    byte
      .toString(base)
      .toUpperCase()
      .padStart(base === 2 ? 8 : 2, '0'),
  );
const HEX = digitsOfBytes(16);
const BITS = digitsOfBytes(2);

function byDigits(text: string, digits: readonly string[]): string {
  let written = '';
  for (const byte of bytesOfText(text)) written += digits[byte];
  return written;
}

/** @throws BAD_ARGUMENTS where it is no width of a number */
function widthOf(bits: bigint): number {
  if (bits === 8n || bits === 16n || bits === 32n || bits === 64n) return Number(bits);
  throw new BasaltError('BAD_ARGUMENTS', `Numbers have 8, 16, 32 or 64 bits, not ${bits}`);
}

/** The bytes of an integer from its first that is not zero on; at least one. */
const integerDigits = (value: bigint, bits: bigint, digits: readonly string[]): string => {
  const unsigned = BigInt.asUintN(widthOf(bits), value);
  let written = '';
  for (let rest = unsigned; rest > 0n || written === ''; rest >>= 8n)
    written = digits[Number(rest & 255n)] + written;
  return written;
};

/** Bytes of a float as they lie in memory, the lowest first. */
function floatDigits(value: number, bits: bigint, digits: readonly string[]): string {
  const bytes = widthOf(bits) / 8;
  const view = new DataView(new ArrayBuffer(8));
  if (bits === 32n) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  let written = '';
  for (let i = 0; i < bytes; i++) written += digits[view.getUint8(i)];
  return written;
}

/** What is no digit counts as ClickHouse counts it: 255, of which the byte keeps what fits. */
function unhex(text: string): string {
  const digits = byteStringOf(text);
  const value = (at: number): number => {
    const digit = '0123456789abcdef'.indexOf(digits[at].toLowerCase());
    return digit === -1 ? 255 : digit;
  };
  const bytes: number[] = [];
  if (digits.length % 2 === 1) bytes.push(value(0));
  for (let at = digits.length % 2; at < digits.length; at += 2)
    bytes.push((value(at) * 16 + value(at + 1)) & 255);
  return textOf(bytes);
}

function unbin(text: string): string {
  const digits = byteStringOf(text);
  const bytes: number[] = [];
  const first = digits.length % 8;
  for (let from = first === 0 ? 0 : first - 8; from < digits.length; from += 8) {
    let byte = 0;
    for (let at = Math.max(0, from); at < from + 8; at++) byte = byte * 2 + (digits[at] === '0' ? 0 : 1);
    // Digits that do not fill a byte make none if they are zeros.
    if (from >= 0 || byte > 0 || digits.length < 8) bytes.push(byte);
  }
  return textOf(bytes);
}

/** Places of the bits that are set, from the lowest. */
function bitPlaces(value: bigint, bits: bigint): bigint[] {
  const unsigned = BigInt.asUintN(widthOf(bits), value);
  const places: bigint[] = [];
  for (let place = 0n; unsigned >> place > 0n; place += 1n) if ((unsigned >> place) & 1n) places.push(place);
  return places;
}

/** The powers of two an integer is the sum of, as its type has them: the highest of a signed one is negative. */
const powersOfTwo = (value: bigint, bits: bigint, signed: boolean): bigint[] =>
  bitPlaces(value, bits).map((place) =>
    signed ? BigInt.asIntN(Number(bits), 1n << place) : BigInt.asUintN(Number(bits), 1n << place),
  );

const arrays = new Map(
  [8, 16, 32, 64].flatMap((bits) => [
    [bits, array(type(`uint${bits}` as 'uint8'))],
    [-bits, array(type(`int${bits}` as 'int8'))],
  ]),
);
const PLACES = array(UINT64);

const inDigits = (name: string, digits: readonly string[]): readonly Implementation[] => [
  implement(`${name}_text`, ['str'], 'str', (text: string) => byDigits(text, digits)),
  // value, bits.
  implement(
    `${name}_int`,
    ['i64', 'i64'],
    'str',
    (value: bigint, bits: bigint) => integerDigits(value, bits, digits),
    BIG,
  ),
  implement(
    `${name}_float`,
    ['f64', 'i64'],
    'str',
    (value: number, bits: bigint) => floatDigits(value, bits, digits),
    BIG,
  ),
];

export const ENCODING: readonly Implementation[] = [
  ...codecs,
  ...inDigits('hex', HEX),
  ...inDigits('bin', BITS),
  implement('unhex', ['str'], 'str', unhex),
  implement('unbin', ['str'], 'str', unbin),
  implement(
    'char_of_bytes',
    ['f64'],
    'str',
    (...codes: number[]) =>
      textOfByteString(codes.map((code) => String.fromCharCode(Math.trunc(code) & 255)).join('')),
    { variadic: true },
  ),
  // value, bits, whether it is signed.
  implement(
    'bitmask_list',
    ['i64', 'i64', 'bool'],
    'str',
    (...args: [bigint, bigint, boolean]) => powersOfTwo(...args).join(','),
    BIG,
  ),
  implement(
    'bitmask_array',
    ['i64', 'i64', 'bool'],
    'str',
    (value: bigint, bits: bigint, signed: boolean) =>
      packItem(
        powersOfTwo(value, bits, signed).map((power) => BigInt.asIntN(64, power)),
        arrays.get(signed ? -Number(bits) : Number(bits))!,
      ),
    BIG,
  ),
  implement(
    'bit_places',
    ['i64', 'i64'],
    'str',
    (value: bigint, bits: bigint) => packItem(bitPlaces(value, bits), PLACES),
    BIG,
  ),
];
