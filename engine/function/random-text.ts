/** Texts of random bytes: how long they may be, and where their bytes come from. */

import { BasaltError } from '../base/error.ts';
import { type Random, SeededRandom } from '../base/random.ts';

/** A generator of 64 bits, of two words of which the lower 32 count. */
export const generator = (high: number, low: number): Random => new SeededRandom(low, high | 0);

/** Bytes of a text; more do not fit beside anything else. */
const MAX_BYTES = 2 ** 30;

/** @throws TOO_LARGE_STRING_SIZE */
export function checkedLength(length: number, name: string): number {
  if (length >= 0 && length <= MAX_BYTES) return length;
  throw new BasaltError('TOO_LARGE_STRING_SIZE', `Too large string size in function ${name}`, {
    hint: `A text has 0 to ${MAX_BYTES} bytes`,
  });
}

const PRINTABLE = { first: 0x20, count: 0x5f };

type RandomBytes = {
  /** Of the implementation: of two words that a generator begins with, and a length. */
  readonly id: string;
  readonly name: string;
  readonly next: (random: Random) => number;
};

export const RANDOM_BYTES: readonly RandomBytes[] = [
  { id: 'random_bytes', name: 'randomString', next: (random) => random.uint32() >>> 24 },
  {
    id: 'random_printable',
    name: 'randomPrintableASCII',
    next: (random) => PRINTABLE.first + random.below(PRINTABLE.count),
  },
];
