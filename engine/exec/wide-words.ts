/** Packed numbers of 128 and 256 bits (type/packed.ts) as columns of words, lowest first, and back. */

import type { TaskContext } from './context.ts';

/** What is turned over in the highest word of numbers with a sign. */
const SIGN = 1n << 63n;
const signOf = (signed: boolean): bigint => (signed ? SIGN : 0n);

/** Characters of 128 bits. */
const PACKED_BYTES = 19;
/** Kernels copy strings in pieces of this size. */
const SLACK_BYTES = 16;

/** Columns behind each other, of 8 bytes a row; anything where `valid` says NULL. */
export function unpackWords(
  { kernels, scratch }: TaskContext,
  refs: number,
  valid: number,
  n: number,
  words: number,
  signed: boolean,
): number {
  const out = scratch.alloc(8 * words * n);
  kernels.unpack_words(refs, valid, n, words, signOf(signed), out);
  return out;
}

/** References to numbers of two words. @param highs 0: of 64 bits with a sign */
export function packWords(
  { kernels, scratch, strings }: TaskContext,
  lows: number,
  highs: number,
  n: number,
  signed: boolean,
): number {
  const text = strings.alloc(PACKED_BYTES * n + SLACK_BYTES);
  const refs = scratch.alloc(8 * n);
  kernels.pack_i128(lows, highs, n, signOf(signed), text, refs);
  return refs;
}
