/** Twins of as/text-hash.ts. `kind`: 0 city, 1 sip, 2 xx. */

import type { Arena } from '../../memory/arena.ts';
import { city64, pairHash } from './hash/city.ts';
import { saltedHash64 } from './hash/int.ts';
import { sip64 } from './hash/sip.ts';
import { bytesOfWord } from './hash/word.ts';
import { xx64 } from './hash/xx.ts';

const KINDS = [city64, sip64, xx64] as const;

export const textHashKernels = (arena: Arena) => {
  const { u8, u32, u64 } = arena;
  const hashed = (kind: number, from: number, bytes: number): bigint =>
    KINDS[kind](u8.slice(from, from + bytes));
  return {
    text_hash_refs(kind: number, refs: number, n: number, out: number): void {
      for (let i = 0; i < n; i++)
        u64[out / 8 + i] = hashed(kind, u32[refs / 4 + 2 * i], u32[refs / 4 + 2 * i + 1]);
    },
    text_hash_words(kind: number, src: number, bytes: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = hashed(kind, src + 8 * i, bytes);
    },
    text_hash_ints(src: number, bytes: number, n: number, out: number): void {
      for (let i = 0; i < n; i++)
        u64[out / 8 + i] = saltedHash64(BigInt.asUintN(8 * bytes, u64[src / 8 + i]));
    },
    text_hash_pairs(kind: number, a: number, b: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const [low, high] = [u64[a / 8 + i], u64[b / 8 + i]];
        u64[out / 8 + i] = kind === 1 ? sip64(bytesOfWord(low | (high << 64n), 16)) : pairHash(low, high);
      }
    },
  };
};
