/** Digests, and hashes that take one value of a type or two. */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { city64 } from '../../kernel/ref/hash/city.ts';
import { saltedHash32, saltedHash64 } from '../../kernel/ref/hash/int.ts';
import { murmur3of32 } from '../../kernel/ref/hash/murmur-old.ts';
import { bytesOfWord, u64 } from '../../kernel/ref/hash/word.ts';
import { xx64 } from '../../kernel/ref/hash/xx.ts';
import { PackedReader } from '../../type/packed.ts';
import { DIGESTS, hmac } from '../digest.ts';
import { floatBits } from '../hasher.ts';
import { BIG, implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { hierarchyOf } from '../url-query.ts';

const signed = (hash: bigint): bigint => BigInt.asIntN(64, hash);

/** `31 * hash + unit` over units. */
const java = (units: Iterable<number>): number => {
  let hash = 0;
  for (const unit of units) hash = (Math.imul(31, hash) + unit) | 0;
  return hash;
};

const javaBytes = (bytes: Uint8Array): number => java(new Int8Array(bytes));

function javaUtf16(bytes: Uint8Array): number {
  const from = bytes[0] === 0xff && bytes[1] === 0xfe ? 2 : 0;
  if (bytes.length % 2 !== 0)
    throw new BasaltError('BAD_ARGUMENTS', 'Arguments for javaHashUTF16LE must be in the form of UTF-16', {
      hint: "Convert the text: javaHashUTF16LE(convertCharset(text, 'utf-8', 'utf-16le'))",
    });
  const units: number[] = [];
  for (let at = from; at < bytes.length; at += 2) units.push(bytes[at] | (bytes[at + 1] << 8));
  return java(units);
}

/** A URL, without the sign at its end that means nothing. */
const urlHash = (url: string): bigint => signed(city64(bytesOfText(url.replace(/[/?#]$/, ''))));

/** Of the first `level` steps of the hierarchy, that of the host being the first. */
function urlLevel(url: string, level: bigint): bigint {
  const steps = hierarchyOf(url);
  return urlHash(steps[Number(level)] ?? '');
}

function buckets(count: bigint, most: bigint, name: string): void {
  if (count < 1n || count > most)
    throw new BasaltError('BAD_ARGUMENTS', `${name} takes 1 to ${most} buckets, not ${count}`);
}

/** John Lamping and Eric Veach, 2014. */
function jump(key: bigint, count: bigint): bigint {
  buckets(count, 2n ** 31n - 1n, 'jumpConsistentHash');
  let seed = u64(key);
  let bucket = -1;
  let next = 0;
  while (next < Number(count)) {
    bucket = next;
    seed = u64(seed * 2862933555777941757n + 1n);
    next = Math.trunc((bucket + 1) * (2 ** 31 / Number((seed >> 33n) + 1n)));
  }
  return BigInt(bucket);
}

const icebergHash = (bytes: Uint8Array): bigint => BigInt.asIntN(32, murmur3of32(bytes));

export const DIGEST: readonly Implementation[] = [
  ...Object.entries(DIGESTS).flatMap(([name, digest]) => [
    implement(`digest_${name}`, ['str'], 'str', (text: string) => textOfBytes(digest.of(bytesOfText(text)))),
    implement(`digest_hex_${name}`, ['str'], 'str', (text: string) =>
      digest.of(bytesOfText(text)).reduce((hex, byte) => hex + byte.toString(16).padStart(2, '0'), ''),
    ),
  ]),
  // the digest's name, text, key.
  implement('hmac', ['str', 'str', 'str'], 'str', (name: string, text: string, key: string) =>
    textOfBytes(hmac(name.toLowerCase(), bytesOfText(key), bytesOfText(text))),
  ),
  implement('int_hash_32', ['i64'], 'i64', (value: bigint) => saltedHash32(u64(value)), BIG),
  implement('int_hash_64', ['i64'], 'i64', (value: bigint) => signed(saltedHash64(u64(value))), BIG),
  implement('java_hash_text', ['str'], 'i64', (text: string) => javaBytes(bytesOfText(text))),
  implement('java_hash_utf16', ['str'], 'i64', (text: string) => javaUtf16(bytesOfText(text))),
  implement('hive_hash_text', ['str'], 'i64', (text: string) => javaBytes(bytesOfText(text)) & 0x7fffffff),
  implement('java_hash_int', ['i64'], 'i64', (value: number) => value),
  implement(
    'java_hash_long',
    ['i64'],
    'i64',
    (value: bigint) => BigInt.asIntN(32, value ^ (value >> 32n)),
    BIG,
  ),
  implement('url_hash', ['str'], 'i64', urlHash, BIG),
  implement('url_hash_level', ['str', 'i64'], 'i64', urlLevel, BIG),
  implement('jump_hash', ['i64', 'i64'], 'i64', jump, BIG),
  implement('iceberg_hash_i64', ['i64'], 'i64', (value: bigint) => icebergHash(bytesOfWord(value, 8)), BIG),
  // Floats are doubles, and there is one zero.
  implement('iceberg_hash_f64', ['f64'], 'i64', (value: number) =>
    icebergHash(bytesOfWord(floatBits(value + 0, 8), 8)),
  ),
  implement('iceberg_hash_text', ['str'], 'i64', (text: string) => icebergHash(bytesOfText(text))),
  implement('iceberg_hash_uuid', ['str'], 'i64', (packed: string) =>
    icebergHash(bytesOfWord(new PackedReader(packed).unsigned(128), 16).reverse()),
  ),
  implement('spark_xx_hash_64', ['str'], 'i64', (text: string) => signed(xx64(bytesOfText(text), 42n)), BIG),
];
