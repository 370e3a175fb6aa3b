/** Twin of as/bloom.ts: Bloom filters of values, tokens and n-grams. */

import type { Arena } from '../../memory/arena.ts';
import { checksumKernels } from './checksum.ts';

const bitOf = (hash: bigint, i: number, bits: number): number => {
  const mixed = BigInt.asUintN(32, hash + BigInt(i) * ((hash >> 32n) | 1n));
  return Number((mixed * BigInt(bits)) >> 32n);
};

const inToken = (byte: number): boolean => byte >= 0x80 || /[0-9A-Za-z]/.test(String.fromCharCode(byte));

const charBytes = (lead: number): number =>
  lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf8 ? 4 : 1;

export const bloomKernels = (arena: Arena) => {
  const { u8, u32, u64 } = arena;
  const { checksum_xxh64 } = checksumKernels(arena);
  const hashOf = (at: number, bytes: number, seed: bigint): bigint =>
    BigInt.asUintN(64, checksum_xxh64(at, bytes, seed));
  const textOf = (refs: number, i: number): { start: number; end: number } => {
    const start = u32[(refs >>> 2) + 2 * i];
    return { start, end: start + u32[(refs >>> 2) + 2 * i + 1] };
  };
  const put = (hash: bigint, filter: number, bits: number, k: number): void => {
    for (let i = 0; i < k; i++) {
      const bit = bitOf(hash, i, bits);
      u8[filter + (bit >>> 3)] |= 1 << (bit & 7);
    }
  };
  const compare = (refs: number, a: number, b: number): number => {
    const [x, y] = [textOf(refs, a), textOf(refs, b)];
    return Buffer.compare(u8.subarray(x.start, x.end), u8.subarray(y.start, y.end));
  };
  return {
    /** Words of the rows whose valid byte is set, one after another; answers how many. */
    compact_u64(src: number, valid: number, n: number, out: number): number {
      let count = 0;
      for (let i = 0; i < n; i++) if (u8[valid + i] !== 0) u64[(out >>> 3) + count++] = u64[(src >>> 3) + i];
      return count;
    },
    /** Leaves each of n words once, in the order they came; `table` is mask + 1 > n zeroed u32. Answers how many. */
    distinct_u64(words: number, n: number, _table: number, _mask: number): number {
      const seen = new Set(u64.subarray(words >>> 3, (words >>> 3) + n));
      let count = 0;
      for (const word of seen) u64[(words >>> 3) + count++] = word;
      return count;
    },
    /** XXH64 of each of n words; `out` may be `src`. */
    bloom_hash_u64(src: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) u64[(out >>> 3) + i] = hashOf(src + i * 8, 8, seed);
    },
    /** XXH64 of each of n texts. */
    bloom_hash_refs(refs: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) {
        const { start, end } = textOf(refs, i);
        u64[(out >>> 3) + i] = hashOf(start, end - start, seed);
      }
    },
    /** Puts n hashes into a filter of `bits` bits, k bits each. */
    bloom_add(hashes: number, n: number, filter: number, bits: number, k: number): void {
      for (let i = 0; i < n; i++) put(u64[(hashes >>> 3) + i], filter, bits, k);
    },
    /** 1 when the filter has all of n hashes. */
    bloom_has(hashes: number, n: number, filter: number, bits: number, k: number): number {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < k; j++) {
          const bit = bitOf(u64[(hashes >>> 3) + i], j, bits);
          if (((u8[filter + (bit >>> 3)] >> (bit & 7)) & 1) === 0) return 0;
        }
      }
      return 1;
    },
    /** Puts the tokens of n texts into a filter: the longest runs of ASCII letters and digits, and bytes beyond ASCII. */
    bloom_add_tokens(refs: number, n: number, seed: bigint, filter: number, bits: number, k: number): void {
      for (let i = 0; i < n; i++) {
        const { start, end } = textOf(refs, i);
        for (let at = start; at < end; at++) {
          if (!inToken(u8[at])) continue;
          const from = at;
          while (at < end && inToken(u8[at])) at++;
          put(hashOf(from, at - from, seed), filter, bits, k);
        }
      }
    },
    /** Puts every run of `length` characters of n texts into a filter. A character is as long as its first byte says. */
    bloom_add_ngrams(
      refs: number,
      n: number,
      length: number,
      seed: bigint,
      filter: number,
      bits: number,
      k: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const { start, end } = textOf(refs, i);
        for (let from = start; from < end; from++) {
          if ((u8[from] & 0xc0) === 0x80) continue;
          let at = from;
          let left = length;
          for (; left > 0 && at < end; left--) at += charBytes(u8[at]);
          if (left === 0 && at <= end) put(hashOf(from, at - from, seed), filter, bits, k);
        }
      }
    },
    /** out: u32 rows of the first and the last of n > 0 texts in the order of their bytes. */
    range_refs(refs: number, n: number, out: number): void {
      let low = 0;
      let high = 0;
      for (let i = 1; i < n; i++) {
        if (compare(refs, i, low) < 0) low = i;
        else if (compare(refs, i, high) > 0) high = i;
      }
      u32.set([low, high], out >>> 2);
    },
  };
};
