/** xxHash32 and xxHash64 (Yann Collet). */

import { rotl, u64, viewOf } from './word.ts';

const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

const rotl32 = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

export function xx32(bytes: Uint8Array, seed = 0): bigint {
  const view = viewOf(bytes);
  const length = bytes.length;
  let at = 0;
  let hash = (seed + P5) | 0;
  if (length >= 16) {
    const lanes = [seed + P1 + P2, seed + P2, seed, seed - P1].map((lane) => lane | 0);
    for (; at + 16 <= length; at += 16)
      for (let i = 0; i < 4; i++)
        lanes[i] = Math.imul(
          rotl32((lanes[i] + Math.imul(view.getUint32(at + 4 * i, true), P2)) | 0, 13),
          P1,
        );
    hash = (rotl32(lanes[0], 1) + rotl32(lanes[1], 7) + rotl32(lanes[2], 12) + rotl32(lanes[3], 18)) | 0;
  }
  hash = (hash + length) | 0;
  for (; at + 4 <= length; at += 4)
    hash = Math.imul(rotl32((hash + Math.imul(view.getUint32(at, true), P3)) | 0, 17), P4);
  for (; at < length; at++) hash = Math.imul(rotl32((hash + Math.imul(bytes[at], P5)) | 0, 11), P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return BigInt((hash ^ (hash >>> 16)) >>> 0);
}

const Q1 = 0x9e3779b185ebca87n;
const Q2 = 0xc2b2ae3d27d4eb4fn;
const Q3 = 0x165667b19e3779f9n;
const Q4 = 0x85ebca77c2b2ae63n;
const Q5 = 0x27d4eb2f165667c5n;

const taken = (lane: bigint, word: bigint): bigint => u64(rotl(u64(lane + word * Q2), 31n) * Q1);

export function xx64(bytes: Uint8Array, seed = 0n): bigint {
  const view = viewOf(bytes);
  const length = bytes.length;
  const word = (at: number): bigint => view.getBigUint64(at, true);
  let at = 0;
  let hash = u64(seed + Q5);
  if (length >= 32) {
    const lanes = [seed + Q1 + Q2, seed + Q2, seed, seed - Q1].map(u64);
    for (; at + 32 <= length; at += 32)
      for (let i = 0; i < 4; i++) lanes[i] = taken(lanes[i], word(at + 8 * i));
    hash = u64(rotl(lanes[0], 1n) + rotl(lanes[1], 7n) + rotl(lanes[2], 12n) + rotl(lanes[3], 18n));
    for (const lane of lanes) hash = u64((hash ^ taken(0n, lane)) * Q1 + Q4);
  }
  hash = u64(hash + BigInt(length));
  for (; at + 8 <= length; at += 8) hash = u64(rotl(hash ^ taken(0n, word(at)), 27n) * Q1 + Q4);
  if (at + 4 <= length) {
    hash = u64(rotl(hash ^ u64(BigInt(view.getUint32(at, true)) * Q1), 23n) * Q2 + Q3);
    at += 4;
  }
  for (; at < length; at++) hash = u64(rotl(hash ^ u64(BigInt(bytes[at]) * Q5), 11n) * Q1);
  hash = u64((hash ^ (hash >> 33n)) * Q2);
  hash = u64((hash ^ (hash >> 29n)) * Q3);
  return hash ^ (hash >> 32n);
}
