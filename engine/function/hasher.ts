/**
 * Hashes by the names of ClickHouse, and how each takes values of any type: bytes are hashed, integers and floats by their bytes or
 * as integers, arrays by their length and elements, and two hashes become one.
 */

import { bytesOfText, textOfBytes } from '../base/bytes-text.ts';
import { city64, pairHash } from '../kernel/ref/hash/city.ts';
import { farmFingerprint64, farmHash64, farmPair } from '../kernel/ref/hash/farm.ts';
import { saltedHash32, saltedHash64 } from '../kernel/ref/hash/int.ts';
import { metro64 } from '../kernel/ref/hash/metro.ts';
import { murmur2of32, murmur2of64, murmur3of32 } from '../kernel/ref/hash/murmur-old.ts';
import { type SipKey, sip64, sip128, sip128Reference } from '../kernel/ref/hash/sip.ts';
import { bytesOfWord, wordAt } from '../kernel/ref/hash/word.ts';
import { wy64 } from '../kernel/ref/hash/wy.ts';
import { xx32, xx64 } from '../kernel/ref/hash/xx.ts';
import { xxh3 } from '../kernel/ref/hash/xx3.ts';
import { xxh3of128 } from '../kernel/ref/hash/xx3-wide.ts';
import { murmur3 } from '../kernel/ref/murmur.ts';
import { exactUnits, wideBits } from '../type/exact.ts';
import type { Item } from '../type/nested.ts';
import { PackedReader, packUnsigned } from '../type/packed.ts';
import { bitsOf, elementOf, fieldsOf, isFloat, keyOf, type LogicalType, laneOf } from '../type/type.ts';
import { DIGESTS } from './digest.ts';

export type Hasher = {
  readonly name: string;
  /** Of the result. */
  readonly bits: 32 | 64 | 128;
  readonly ofBytes: (bytes: Uint8Array, key?: SipKey) => bigint;
  readonly combine: (a: bigint, b: bigint, key?: SipKey) => bigint;
  /** Numbers are hashed as integers of 64 bits, not as bytes. */
  readonly numbers?: true;
  readonly keyed?: true;
  /** Of 128 bits: a number, where others are 16 bytes. */
  readonly integer?: true;
};

/** Two hashes are the bytes of both. */
const chained =
  (ofBytes: Hasher['ofBytes'], bytes: number): Hasher['combine'] =>
  (a, b, key) =>
    ofBytes(bytesOfWord(a | (b << BigInt(8 * bytes)), 2 * bytes), key);

const salted32: Hasher['combine'] = (a, b) => saltedHash32(a) ^ b;
const salted64: Hasher['combine'] = (a, b) => saltedHash64(a) ^ b;

const murmur3of128 = (bytes: Uint8Array): bigint => {
  const [low, high] = murmur3(bytes, 0n);
  return low | (high << 64n);
};
const murmur3of64 = (bytes: Uint8Array): bigint => {
  const [low, high] = murmur3(bytes, 0n);
  return low ^ high;
};
const halfMd5 = (bytes: Uint8Array): bigint => wordAt(DIGESTS.MD5.of(bytes).slice(0, 8).reverse(), 0, 8);

const chain = (name: string, bits: 64 | 128, ofBytes: Hasher['ofBytes'], keyed?: true): Hasher => ({
  name,
  bits,
  ofBytes,
  combine: chained(ofBytes, bits / 8),
  ...(keyed === undefined ? {} : { keyed }),
});
const salt = (name: string, bits: 32 | 64, ofBytes: (bytes: Uint8Array) => bigint): Hasher => ({
  name,
  bits,
  ofBytes: (bytes) => ofBytes(bytes),
  combine: bits === 32 ? salted32 : salted64,
});

export const HASHERS: readonly Hasher[] = [
  { name: 'cityHash64', bits: 64, ofBytes: (bytes) => city64(bytes), combine: pairHash, numbers: true },
  { name: 'xxHash64', bits: 64, ofBytes: (bytes) => xx64(bytes), combine: pairHash },
  { name: 'xxh3', bits: 64, ofBytes: xxh3, combine: pairHash },
  { name: 'farmHash64', bits: 64, ofBytes: farmHash64, combine: pairHash, numbers: true },
  { name: 'farmFingerprint64', bits: 64, ofBytes: farmFingerprint64, combine: farmPair, numbers: true },
  { name: 'metroHash64', bits: 64, ofBytes: metro64, combine: pairHash, numbers: true },
  { ...chain('xxh3_128', 128, xxh3of128), integer: true },
  chain('wyHash64', 64, wy64),
  chain('sipHash64', 64, sip64),
  chain('sipHash64Keyed', 64, sip64, true),
  chain('sipHash128', 128, sip128),
  chain('sipHash128Keyed', 128, sip128, true),
  chain('sipHash128Reference', 128, sip128Reference),
  chain('sipHash128ReferenceKeyed', 128, sip128Reference, true),
  chain('halfMD5', 64, halfMd5),
  chain('murmurHash3_128', 128, murmur3of128),
  salt('murmurHash3_64', 64, murmur3of64),
  salt('murmurHash3_32', 32, murmur3of32),
  salt('murmurHash2_64', 64, (bytes) => murmur2of64(bytes)),
  salt('murmurHash2_32', 32, (bytes) => murmur2of32(bytes)),
  salt('gccMurmurHash', 64, (bytes) => murmur2of64(bytes, 0xc70f6907n)),
  salt('kafkaMurmurHash', 32, (bytes) => murmur2of32(bytes, 0x9747b28c) & 0x7fffffffn),
  salt('xxHash32', 32, (bytes) => xx32(bytes)),
];

/** The hash of nothing at all. */
const NOTHING = 0xe28dbde7fe22e41cn;
/** The hash of NULL inside of a tuple or an array. */
const NULL = 0x5715f196cbea7a40c58ad2da03d9a871n;

const narrowed = ({ bits }: Hasher, value: bigint): bigint => BigInt.asUintN(bits, value);
export const hashOfNothing = (hasher: Hasher): bigint => narrowed(hasher, NOTHING);
export function hashOfNull(hasher: Hasher, key?: SipKey): bigint {
  const hash = narrowed(hasher, NULL);
  return key === undefined ? hash : hasher.combine(hash, 0n, key);
}

const FLOAT = new DataView(new ArrayBuffer(8));

/** The bits of a float of 4 or 8 bytes. */
export function floatBits(value: number, bytes: number): bigint {
  if (bytes === 8) FLOAT.setFloat64(0, value);
  else FLOAT.setFloat32(0, value);
  return bytes === 8 ? FLOAT.getBigUint64(0) : BigInt(FLOAT.getUint32(0));
}

/**
 * Bytes that an integer of a type takes in ClickHouse: a day beyond its Date is a Date32, a second beyond its DateTime a DateTime64.
 * @param bytes below 0: so many, or twice as many where these do not hold it
 */
export const bytesFor = (value: bigint, bytes: number): number =>
  bytes > 0 ? bytes : BigInt.asUintN(-8 * bytes, value) === value ? -bytes : -2 * bytes;

/** {@link bytesFor} integers of a type; undefined: it is no integer. */
export function widthOf(type: LogicalType): number | undefined {
  if (laneOf(type) !== 'i64' && type.id !== 'bool') return undefined;
  if (type.id === 'date') return -2;
  if (type.id === 'timestamp') return type.precision === 0 ? -4 : 8;
  if (type.id === 'time') return type.precision === 0 ? 4 : 8;
  if (type.id === 'decimal') return (type.precision ?? 0) > 9 ? 8 : 4;
  return bitsOf(type) / 8;
}

/** Decimals, moments with fractions, times of day and spans are bytes to every hash. */
export const isNumber = (type: LogicalType): boolean =>
  !['decimal', 'time', 'span'].includes(type.id) && !(type.id === 'timestamp' && type.precision !== 0);

export function hashOfWord(
  hasher: Hasher,
  word: bigint,
  bytes: number,
  number: boolean,
  key?: SipKey,
): bigint {
  const value = BigInt.asUintN(8 * bytes, word);
  return hasher.numbers === true && number
    ? saltedHash64(value)
    : hasher.ofBytes(bytesOfWord(value, bytes), key);
}

/** The bytes of a value that is no number. */
function bytesOfScalar(item: string, type: LogicalType): Uint8Array {
  switch (type.id) {
    case 'uuid': {
      const value = new PackedReader(item).unsigned(128);
      return bytesOfWord((value >> 64n) | ((value & 0xffffffffffffffffn) << 64n), 16);
    }
    case 'ipv6':
      return bytesOfWord(new PackedReader(item).unsigned(128), 16).reverse();
    case 'decimal':
    case 'int128':
    case 'int256':
    case 'uint128':
    case 'uint256':
      return bytesOfWord(exactUnits(item, type), wideBits(type) / 8);
    default:
      return bytesOfText(item);
  }
}

/** Types whose values have a hash. */
export const isHashable = (type: LogicalType): boolean => {
  if (['json', 'state', 'multi', 'variant', 'duration', 'bfloat16'].includes(type.id)) return false;
  if (type.id === 'array') return isHashable(elementOf(type));
  if (type.id === 'map') return isHashable(keyOf(type)) && isHashable(elementOf(type));
  return type.id !== 'tuple' || fieldsOf(type).every((field) => isHashable(field.type));
};

/** @param before the hash so far; undefined: there is none */
export function hashOfItem(
  hasher: Hasher,
  item: Item,
  type: LogicalType,
  key: SipKey | undefined,
  before?: bigint,
): bigint {
  const after = (hash: bigint): bigint => (before === undefined ? hash : hasher.combine(before, hash, key));
  if (type.id === 'tuple') {
    const items = item as readonly Item[];
    return fieldsOf(type).reduce<bigint | undefined>(
      (hash, field, i) => hashOfItem(hasher, items[i], field.type, key, hash),
      before,
    )!;
  }
  if (item === null) return after(hashOfNull(hasher, key));
  if (type.id === 'array' || type.id === 'map') {
    const items = item as readonly Item[];
    const element = type.id === 'array' ? elementOf(type) : pairOf(type);
    const length = BigInt(items.length);
    const first = after(hasher.bits === 64 ? saltedHash64(length) : saltedHash32(length));
    return items.reduce<bigint>(
      (hash, one) => hasher.combine(hash, hashOfItem(hasher, one, element, key), key),
      first,
    );
  }
  if (isFloat(type)) {
    const bytes = bitsOf(type) / 8;
    return after(hashOfWord(hasher, floatBits(item as number, bytes), bytes, true, key));
  }
  const width = widthOf(type);
  if (width === undefined) return after(hasher.ofBytes(bytesOfScalar(item as string, type), key));
  const word = typeof item === 'boolean' ? BigInt(item) : (item as bigint);
  return after(hashOfWord(hasher, word, bytesFor(word, width), isNumber(type), key));
}

const pairs = new WeakMap<LogicalType, LogicalType>();
/** A map is an array of these. */
function pairOf(map: LogicalType): LogicalType {
  let pair = pairs.get(map);
  if (pair === undefined) {
    const fields = [keyOf(map), elementOf(map)].map((type) => ({ name: null, type }));
    pair = { id: 'tuple', nullable: false, fields };
    pairs.set(map, pair);
  }
  return pair;
}

/** A hash of 128 bits as its type has it, and back. */
export const textOfHash = (hash: bigint, { integer }: Hasher): string =>
  integer === true ? packUnsigned(hash, 128) : textOfBytes(bytesOfWord(hash, 16));
export const hashOfText = (text: string, { integer }: Hasher): bigint =>
  integer === true ? new PackedReader(text).unsigned(128) : wordAt(bytesOfText(text), 0, 16);
