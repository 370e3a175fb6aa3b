/**
 * ClickHouse's SimHash and MinHash of texts: hashes of their n-grams or of runs of words, as one fingerprint or as the smallest and the
 * largest of them.
 *
 * A shingle is bytes; its hash is CRC-32C over them in ClickHouse's order: one byte if their number is odd, then two, then four, then
 * words of eight. Without case a bit is set in every byte.
 */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { pairHash } from '../../kernel/ref/hash/city.ts';
import { typeOfText } from '../../type/literal.ts';
import { packItem } from '../../type/nested.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let i = 0; i < 8; i++) value = (value >>> 1) ^ ((value & 1) === 1 ? 0x82f63b78 : 0);
  return value;
});

export function crc32c(crc: number, bytes: Uint8Array, from = 0, to = bytes.length, or = 0): number {
  let value = crc;
  for (let i = from; i < to; i++) value = (value >>> 8) ^ TABLE[(value & 255) ^ (bytes[i] | or)];
  return value >>> 0;
}

type Range = readonly [from: number, to: number];
/** A shingle: its hash, and the bytes from its beginning to its end. */
type Shingle = { readonly hash: number; readonly range: Range };

export type ShingleWay = {
  readonly name: string;
  readonly words: boolean;
  readonly utf8: boolean;
  readonly caseless: boolean;
};

export const SHINGLE_WAYS: readonly ShingleWay[] = [false, true].flatMap((words) =>
  [false, true].flatMap((caseless) =>
    [false, true].map((utf8) => ({
      name: `${words ? 'word' : 'ngram'}${caseless ? '_caseless' : ''}${utf8 ? '_utf8' : ''}`,
      words,
      caseless,
      utf8,
    })),
  ),
);

/** Words of fewer bytes do not count. */
const MIN_WORD = 4;
const MAX_SHINGLE = 25;

const isWordByte = (byte: number): boolean =>
  byte >= 128 || (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);

function wordsIn(bytes: Uint8Array): Range[] {
  const found: Range[] = [];
  for (let at = 0; at < bytes.length; ) {
    while (at < bytes.length && !isWordByte(bytes[at])) at += 1;
    const from = at;
    while (at < bytes.length && isWordByte(bytes[at])) at += 1;
    if (at - from >= MIN_WORD) found.push([from, at]);
  }
  return found;
}

/** Where characters begin, and the end. */
function placesIn(bytes: Uint8Array, utf8: boolean): number[] {
  const places: number[] = [];
  for (let at = 0; at < bytes.length; at++) if (!utf8 || (bytes[at] & 0xc0) !== 0x80) places.push(at);
  return [...places, bytes.length];
}

function shingles(text: string, { words, utf8, caseless }: ShingleWay, size: number): Shingle[] {
  if (size < 1 || size > MAX_SHINGLE)
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `A shingle has 1 to ${MAX_SHINGLE} parts, not ${size}`);
  const bytes = bytesOfText(text);
  const hashOf = (ranges: readonly Range[]): number =>
    ranges.reduce((crc, [from, to]) => crc32c(crc, bytes, from, to, caseless ? 0x20 : 0), 0xffffffff);
  if (!words) {
    const places = placesIn(bytes, utf8);
    if (places.length - 1 < size) return [{ hash: hashOf([[0, bytes.length]]), range: [0, bytes.length] }];
    // Of characters ClickHouse leaves out the first shingle.
    const ranges = places.slice(0, places.length - size).map((from, i): Range => [from, places[i + size]]);
    return ranges.slice(utf8 ? 1 : 0).map((range) => ({ hash: hashOf([range]), range }));
  }
  const all = wordsIn(bytes);
  if (all.length === 0) return [];
  const count = Math.max(1, all.length - size + 1);
  return Array.from({ length: count }, (_, i) => {
    const run = all.slice(i, i + size);
    return { hash: hashOf(run), range: [run[0][0], run[run.length - 1][1]] };
  });
}

/** That of an empty text is all ones, 64 of them. */
const isEmpty = ({ range }: Shingle): boolean => range[0] === range[1];
const wordOf = (shingle: Shingle): bigint => (isEmpty(shingle) ? 2n ** 64n - 1n : BigInt(shingle.hash));

/** Each bit is what most shingles have there. */
function simHash(found: readonly Shingle[]): number {
  if (found.length === 1 && isEmpty(found[0])) return -1;
  let bits = 0;
  for (let bit = 0; bit < 32; bit++) {
    const ones = found.filter(({ hash }) => ((hash >>> bit) & 1) === 1).length;
    if (2 * ones > found.length) bits += 2 ** bit;
  }
  return bits;
}

/** The smallest and the largest of different hashes: these in falling, those in rising order, as ClickHouse combines them. */
function ends(found: readonly Shingle[], count: number): readonly [Shingle[], Shingle[]] {
  if (count < 1 || count > MAX_SHINGLE)
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `There are 1 to ${MAX_SHINGLE} hashes, not ${count}`);
  const byHash = new Map<number, Shingle>();
  for (const shingle of found) if (!byHash.has(shingle.hash)) byHash.set(shingle.hash, shingle);
  const sorted = [...byHash.values()].sort((a, b) => a.hash - b.hash);
  return [sorted.slice(0, count).reverse(), sorted.slice(Math.max(0, sorted.length - count))];
}

const combined = (found: readonly Shingle[]): bigint =>
  BigInt.asIntN(
    64,
    found.reduce((sum, shingle) => pairHash(sum, wordOf(shingle)), 0n),
  );

export const SHINGLE: readonly Implementation[] = SHINGLE_WAYS.flatMap((way) => [
  // text, parts of a shingle.
  implement(`sim_hash_${way.name}`, ['str', 'i64'], 'i64', (text: string, size: number) =>
    simHash(shingles(text, way, size)),
  ),
  // text, parts of a shingle, hashes, the type of the result.
  implement(
    `min_hash_${way.name}`,
    ['str', 'i64', 'i64', 'str'],
    'str',
    (text: string, size: number, count: number, result: string) =>
      packItem(ends(shingles(text, way, size), count).map(combined), typeOfText(result)),
    { takesTypes: true },
  ),
  implement(
    `min_hash_arg_${way.name}`,
    ['str', 'i64', 'i64', 'str'],
    'str',
    (text: string, size: number, count: number, result: string) => {
      const bytes = bytesOfText(text);
      const texts = ends(shingles(text, way, size), count).map((found) =>
        Array.from({ length: count }, (_, i) =>
          i < found.length ? textOfBytes(bytes.slice(...found[i].range)) : '',
        ),
      );
      return packItem(texts, typeOfText(result));
    },
    { takesTypes: true },
  ),
]);
