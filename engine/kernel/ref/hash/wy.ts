/** wyhash in its final version 3 (Wang Yi), with the seed and secret it has by itself. */

import { folded, wordAt } from './word.ts';

const SECRET = [0xa0761d6478bd642fn, 0xe7037ed1a0b428dbn, 0x8ebc6af09c88c6e3n, 0x589965cc75374cc3n] as const;

export function wy64(bytes: Uint8Array): bigint {
  const { length } = bytes;
  const word = (at: number): bigint => wordAt(bytes, at, 8);
  let [a, b] = [0n, 0n];
  let seed: bigint = SECRET[0];
  if (length > 16) {
    let at = 0;
    if (length > 48) {
      let [second, third] = [seed, seed];
      for (; length - at > 48; at += 48) {
        seed = folded(word(at) ^ SECRET[1], word(at + 8) ^ seed);
        second = folded(word(at + 16) ^ SECRET[2], word(at + 24) ^ second);
        third = folded(word(at + 32) ^ SECRET[3], word(at + 40) ^ third);
      }
      seed ^= second ^ third;
    }
    for (; length - at > 16; at += 16) seed = folded(word(at) ^ SECRET[1], word(at + 8) ^ seed);
    [a, b] = [word(length - 16), word(length - 8)];
  } else if (length >= 4) {
    const shift = (length >> 3) << 2;
    const half = (at: number): bigint => wordAt(bytes, at, 4);
    a = (half(0) << 32n) | half(shift);
    b = (half(length - 4) << 32n) | half(length - 4 - shift);
  } else if (length > 0) {
    a = BigInt((bytes[0] << 16) | (bytes[length >> 1] << 8) | bytes[length - 1]);
  }
  return folded(SECRET[1] ^ BigInt(length), folded(a ^ SECRET[1], b ^ seed));
}
