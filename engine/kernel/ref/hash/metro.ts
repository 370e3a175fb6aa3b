/** MetroHash64 in its first form (J. Andrew Rogers). */

import { rotr, u64, wordAt } from './word.ts';

const K = [0xc83a91e1n, 0x8648dbdbn, 0x7bdec03bn, 0x2f5870a5n] as const;

/** Rests of 8, 4, 2 and 1 bytes, and by how much each turns. */
const RESTS = [
  [8, 33n],
  [4, 15n],
  [2, 13n],
  [1, 25n],
] as const;

export function metro64(bytes: Uint8Array): bigint {
  const { length } = bytes;
  let at = 0;
  let hash = u64(K[2] * K[0] + BigInt(length));
  if (length >= 32) {
    const v = [hash, hash, hash, hash];
    for (; at + 32 <= length; at += 32)
      for (let i = 0; i < 4; i++)
        v[i] = u64(rotr(u64(v[i] + wordAt(bytes, at + 8 * i, 8) * K[i]), 29n) + v[i ^ 2]);
    const turn = (a: number, b: number, c: number, k: 0 | 1): bigint =>
      u64(rotr(u64((v[a] + v[b]) * K[k] + v[c]), 33n) * K[1 - k]);
    v[2] ^= turn(0, 3, 1, 0);
    v[3] ^= turn(1, 2, 0, 1);
    v[0] ^= turn(0, 2, 3, 0);
    v[1] ^= turn(1, 3, 2, 1);
    hash = u64(hash + (v[0] ^ v[1]));
  }
  if (length - at >= 16) {
    let a = u64(rotr(u64(hash + wordAt(bytes, at, 8) * K[0]), 33n) * K[1]);
    let b = u64(rotr(u64(hash + wordAt(bytes, at + 8, 8) * K[1]), 33n) * K[2]);
    a ^= u64(rotr(u64(a * K[0]), 35n) + b);
    b ^= u64(rotr(u64(b * K[3]), 35n) + a);
    hash = u64(hash + b);
    at += 16;
  }
  for (const [size, turn] of RESTS) {
    if (length - at < size) continue;
    hash = u64(hash + wordAt(bytes, at, size) * K[3]);
    hash ^= u64(rotr(hash, turn) * K[1]);
    at += size;
  }
  hash = u64((hash ^ rotr(hash, 33n)) * K[0]);
  return hash ^ rotr(hash, 33n);
}
