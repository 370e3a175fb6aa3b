/** What hashes of bytes are made of, in BigInt arithmetic: words of 64 bits, little-endian. */

import { assert } from '../../../base/error.ts';

export const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
export const rotl = (x: bigint, bits: bigint): bigint => u64((x << bits) | (x >> (64n - bits)));
export const rotr = (x: bigint, bits: bigint): bigint => u64((x >> bits) | (x << (64n - bits)));

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The first `count` bytes from a place, as a number. */
export function wordAt(bytes: Uint8Array, from: number, count: number): bigint {
  let word = 0n;
  for (let i = from + count - 1; i >= from; i--) word = (word << 8n) | BigInt(bytes[i]);
  return word;
}

/** The lowest `count` bytes of a number, lowest first: at most the 32 of the widest type. */
export function bytesOfWord(word: bigint, count: number): Uint8Array {
  assert(count <= 32, `a number of ${count} bytes`);
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) bytes[i] = Number((word >> BigInt(8 * i)) & 0xffn);
  return bytes;
}

/** Both halves of a product of two words, joined by XOR. */
export function folded(a: bigint, b: bigint): bigint {
  const product = a * b;
  return u64(product) ^ (product >> 64n);
}
