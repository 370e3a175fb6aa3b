/**
 * What is made of random bits (plan/draw.ts). The bits themselves are drawn by the executor (exec/expression/draw.ts), which has a seed: here
 * they have no value, so neither has what must be constant.
 */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { assert, BasaltError } from '../../base/error.ts';
import { type Random, splitMix64 } from '../../base/random.ts';
import { DRAWS } from '../../plan/draw.ts';
import { packWords } from '../../type/packed.ts';
import { DISTRIBUTIONS } from '../distribution.ts';
import { BIG, implement } from '../implementation.ts';
import { checkedLength, generator, RANDOM_BYTES } from '../random-text.ts';
import type { Implementation } from '../row.ts';

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** A generator of the 53 bits of a double. */
const generatorOf = (bits: number): Random => generator(Math.floor(bits / 2 ** 32), bits >>> 0);

const MOST = (1n << 64n) - 1n;

/** As the bits of an unsigned integer. */
const wholeOf = (value: number): bigint => BigInt.asIntN(64, value < 2 ** 64 ? BigInt(value) : MOST);

const SURROGATES = { first: 0xd800, count: 0x800 };
const CODE_POINTS = 0x110000 - SURROGATES.count;

function characters(length: number, random: Random): string {
  let text = '';
  for (let i = checkedLength(length, 'randomStringUTF8'); i > 0; i--) {
    const point = random.below(CODE_POINTS);
    text += String.fromCodePoint(point < SURROGATES.first ? point : point + SURROGATES.count);
  }
  return text;
}

/** Every bit turned over with a chance of `share`. */
function fuzzed(text: string, share: number, random: Random): string {
  const bytes = bytesOfText(text).slice();
  for (let i = 0; i < bytes.length; i++)
    for (let bit = 1; bit < 256; bit <<= 1) if (random.float() < share) bytes[i] ^= bit;
  return textOfBytes(bytes);
}

/** Of RFC 9562: four words of 32 bits, in which version and variant take their places. */
const uuid = (words: readonly [number, number, number, number], version: number): string =>
  packWords([
    words[0],
    (words[1] & 0xffff0fff) | (version << 12),
    (words[2] & 0x3fffffff) | 0x80000000,
    words[3],
  ]);

export const RANDOM: readonly Implementation[] = [
  ...DRAWS.map((id) =>
    implement(
      id,
      ['str', 'i64'],
      'i64',
      () => {
        throw new BasaltError('BAD_ARGUMENTS', 'What is drawn at random is no constant', {
          hint: 'Select it, or write a number here',
        });
      },
      { nulls: 'custom', deterministic: false },
    ),
  ),
  // The upper bits of number `place` of a stream, or of as many places together as 2 to the power of `granule`.
  implement(
    'bits_of_place',
    ['i64', 'i64', 'i64', 'i64'],
    'i64',
    (place: bigint, granule: bigint, stream: bigint, bits: bigint) => {
      assert(bits >= 1n && bits <= 64n && granule >= 0n && granule <= 63n, 'a number has 1 to 64 bits');
      return BigInt.asIntN(64, splitMix64(u64(stream), u64(place) >> granule) >> (64n - bits));
    },
    BIG,
  ),
  ...DISTRIBUTIONS.map(({ id, parameters, isWhole, draw }) =>
    implement(
      id,
      ['i64', ...parameters.map(() => 'f64' as const)],
      isWhole ? 'i64' : 'f64',
      (bits: number, ...given: number[]) => {
        const values = given.map((value, i) => parameters[i].checked(value, id));
        const drawn = draw(generatorOf(bits), ...values);
        return isWhole ? wholeOf(drawn) : drawn;
      },
    ),
  ),
  ...RANDOM_BYTES.map(({ id, name, next }) =>
    implement(id, ['i64', 'i64', 'i64'], 'str', (high: number, low: number, length: number) => {
      const random = generator(high, low);
      return textOfBytes(Uint8Array.from({ length: checkedLength(length, name) }, () => next(random)));
    }),
  ),
  implement('random_characters', ['i64', 'i64', 'i64'], 'str', (high: number, low: number, length: number) =>
    characters(length, generator(high, low)),
  ),
  implement('fuzz_bits', ['i64', 'str', 'f64'], 'str', (bits: number, of: string, share: number) =>
    fuzzed(of, share, generatorOf(bits)),
  ),
  implement('uuid_4', ['i64', 'i64', 'i64', 'i64'], 'str', (a: number, b: number, c: number, d: number) =>
    uuid([a, b, c, d], 4),
  ),
  // Milliseconds, a number of 42 bits that ascends, 32 random bits.
  implement('uuid_7', ['i64', 'i64', 'i64'], 'str', (ms: number, counter: number, random: number) =>
    uuid([ms / 2 ** 16, (ms << 16) | ((counter / 2 ** 30) & 0xfff), counter, random], 7),
  ),
];
