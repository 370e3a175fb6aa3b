/** MurmurHash2 of 32 and 64 bits, MurmurHash3 of 32 bits (Austin Appleby). */

import { u64, viewOf, wordAt } from './word.ts';

const M = 0x5bd1e995;

export function murmur2of32(bytes: Uint8Array, seed = 0): bigint {
  const view = viewOf(bytes);
  const length = bytes.length;
  let hash = seed ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const k = Math.imul(view.getUint32(at, true), M);
    hash = Math.imul(hash, M) ^ Math.imul(k ^ (k >>> 24), M);
  }
  if (at < length) hash = Math.imul(hash ^ Number(wordAt(bytes, at, length - at)), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return BigInt((hash ^ (hash >>> 15)) >>> 0);
}

const M64 = 0xc6a4a7935bd1e995n;

export function murmur2of64(bytes: Uint8Array, seed = 0n): bigint {
  const view = viewOf(bytes);
  const length = bytes.length;
  let hash = seed ^ u64(BigInt(length) * M64);
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    const k = u64(view.getBigUint64(at, true) * M64);
    hash = u64((hash ^ u64((k ^ (k >> 47n)) * M64)) * M64);
  }
  if (at < length) hash = u64((hash ^ wordAt(bytes, at, length - at)) * M64);
  hash = u64((hash ^ (hash >> 47n)) * M64);
  return hash ^ (hash >> 47n);
}

const rotl32 = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
const mixed = (k: number): number => Math.imul(rotl32(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);

export function murmur3of32(bytes: Uint8Array): bigint {
  const view = viewOf(bytes);
  const length = bytes.length;
  let hash = 0;
  let at = 0;
  for (; at + 4 <= length; at += 4)
    hash = (Math.imul(rotl32(hash ^ mixed(view.getUint32(at, true)), 13), 5) + 0xe6546b64) | 0;
  if (at < length) hash ^= mixed(Number(wordAt(bytes, at, length - at)));
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return BigInt((hash ^ (hash >>> 16)) >>> 0);
}
