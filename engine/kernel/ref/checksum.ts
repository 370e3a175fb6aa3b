/** Twin of as/checksum.ts: XXH64 in BigInt arithmetic, as the specification writes it. */

import type { Arena } from '../../memory/arena.ts';

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotl = (x: bigint, n: bigint): bigint => u64((x << n) | (x >> (64n - n)));
const round = (acc: bigint, input: bigint): bigint => u64(rotl(u64(acc + input * P2), 31n) * P1);
const merge = (hash: bigint, acc: bigint): bigint => u64((hash ^ round(0n, acc)) * P1 + P4);

export const checksumKernels = (arena: Arena) => ({
  /** XXH64 of n bytes. The result's 64 bits are to be read with BigInt.asUintN. */
  checksum_xxh64(src: number, n: number, seed: bigint): bigint {
    const view = new DataView(arena.u8.buffer, src, n);
    seed = u64(seed);
    let at = 0;
    let hash = u64(seed + P5);
    if (n >= 32) {
      const lanes = [u64(seed + P1 + P2), u64(seed + P2), seed, u64(seed - P1)];
      for (; at + 32 <= n; at += 32) {
        for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i], view.getBigUint64(at + i * 8, true));
      }
      const [a, b, c, d] = lanes;
      hash = u64(rotl(a, 1n) + rotl(b, 7n) + rotl(c, 12n) + rotl(d, 18n));
      for (const lane of lanes) hash = merge(hash, lane);
    }
    hash = u64(hash + BigInt(n));
    for (; at + 8 <= n; at += 8) {
      hash = u64(rotl(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
    }
    if (at + 4 <= n) {
      hash = u64(rotl(hash ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3);
      at += 4;
    }
    for (; at < n; at++) hash = u64(rotl(hash ^ u64(BigInt(view.getUint8(at)) * P5), 11n) * P1);
    hash = u64((hash ^ (hash >> 33n)) * P2);
    hash = u64((hash ^ (hash >> 29n)) * P3);
    return hash ^ (hash >> 32n);
  },
});
