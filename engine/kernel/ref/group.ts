/**
 * Twins of as/group.ts: hashing, group tables and radix partitioning.
 *
 * A group table is `slots` (u64: upper half of the hash << 32 | group number + 1; 0 = empty), a column of hashes
 * and one column of 8-byte words per key. The caller keeps it at most half full.
 */

import type { Arena } from '../../memory/arena.ts';
import { compareRefs } from './string.ts';

const K0 = 0x9e3779b97f4a7c15n;
const K1 = 0xd6e8feb86659fd93n;
const U64 = (x: bigint): bigint => BigInt.asUintN(64, x);

const mix = (x: bigint): bigint => {
  x = U64((x ^ (x >> 32n)) * K1);
  x = U64((x ^ (x >> 29n)) * K0);
  return x ^ (x >> 32n);
};

type UpsertOne = [
  slots: number,
  mask: number,
  hashes: number,
  keys: number,
  n: number,
  groupHashes: number,
  groupKeys: number,
  groups: number,
  gids: number,
];

export const groupKernels = (arena: Arena) => {
  const { u8, u16, u32, u64, f64 } = arena;
  const view = new DataView(u8.buffer);

  const hashBytes = (p: number, n: number, seed: bigint): bigint => {
    let h = U64(seed ^ U64(BigInt(n) * K0));
    let g = U64(seed + K1);
    let i = 0;
    const step = (lane: bigint, at: number, factor: bigint): bigint => {
      const x = U64((lane ^ view.getBigUint64(at, true)) * factor);
      return x ^ (x >> 32n);
    };
    for (; i + 16 <= n; i += 16) {
      h = step(h, p + i, K1);
      g = step(g, p + i + 8, K0);
    }
    if (n & 8) {
      h = step(h, p + i, K1);
      i += 8;
    }
    let tail = 0n;
    if (n & 4) {
      tail = BigInt(view.getUint32(p + i, true));
      i += 4;
    }
    if (n & 2) {
      tail = (tail << 16n) | BigInt(view.getUint16(p + i, true));
      i += 2;
    }
    if (n & 1) tail = (tail << 8n) | BigInt(u8[p + i]);
    return mix(h ^ mix(g ^ tail));
  };

  const sameKey = (
    keys: number,
    kinds: number,
    width: number,
    row: number,
    groupKeys: number,
    g: number,
  ): boolean => {
    for (let k = 0; k < width; k++) {
      const a = u64[u32[(keys >>> 2) + k] / 8 + row];
      const b = u64[u32[(groupKeys >>> 2) + k] / 8 + g];
      if (a !== b && (u8[kinds + k] !== 1 || compareRefs(arena, a, b) !== 0)) return false;
    }
    return true;
  };

  /** First slot for the hash that is empty or whose group satisfies `same`. */
  const probe = (slots: number, mask: number, hash: bigint, same: (g: number) => boolean): number => {
    const tag = hash >> 32n;
    for (let at = Number(hash & 0xffffffffn) & mask; ; at = (at + 1) & mask) {
      const slot = u64[slots / 8 + at];
      if (slot === 0n || (slot >> 32n === tag && same(Number(slot & 0xffffffffn) - 1))) return at;
    }
  };
  const fillSlot = (slots: number, at: number, hash: bigint, g: number) => {
    u64[slots / 8 + at] = ((hash >> 32n) << 32n) | BigInt(g + 1);
  };
  const indexAdd = (
    codes: { readonly [i: number]: number },
    at: number,
    n: number,
    add: number,
    stride: number,
    first: number,
    gids: number,
  ) => {
    for (let i = 0; i < n; i++)
      u32[(gids >>> 2) + i] = (first ? 0 : u32[(gids >>> 2) + i]) + (codes[at + i] + add) * stride;
  };

  /** One word of key. Answers the new number of groups. */
  const upsertOne = (
    same: (a: bigint, b: bigint) => boolean,
    ...[slots, mask, hashes, keys, n, groupHashes, groupKeys, first, gids]: UpsertOne
  ): number => {
    let groups = first;
    for (let i = 0; i < n; i++) {
      const hash = u64[hashes / 8 + i];
      const key = u64[keys / 8 + i];
      const at = probe(slots, mask, hash, (g) => same(u64[groupKeys / 8 + g], key));
      if (u64[slots / 8 + at] === 0n) {
        fillSlot(slots, at, hash, groups);
        u64[groupHashes / 8 + groups] = hash;
        u64[groupKeys / 8 + groups] = key;
        groups++;
      }
      u32[(gids >>> 2) + i] = Number(u64[slots / 8 + at] & 0xffffffffn) - 1;
    }
    return groups;
  };

  return {
    hash_u64(src: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = mix(u64[src / 8 + i] ^ U64(seed));
    },
    hash_refs(refs: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) {
        const r = (refs >>> 2) + 2 * i;
        u64[out / 8 + i] = hashBytes(u32[r], u32[r + 1], U64(seed));
      }
    },
    /** The same hash as hash_refs gives for the same bytes. */
    hash_entries(offsets: number, bytes: number, n: number, seed: bigint, out: number): void {
      const o = offsets >>> 2;
      for (let i = 0; i < n; i++)
        u64[out / 8 + i] = hashBytes(bytes + u32[o + i], u32[o + i + 1] - u32[o + i], U64(seed));
    },
    hash_combine(acc: number, src: number, n: number): void {
      for (let i = 0; i < n; i++) u64[acc / 8 + i] = mix(U64(u64[acc / 8 + i] * K0) ^ u64[src / 8 + i]);
    },
    /** Words under NULL become 0. */
    zero_nulls_u64(src: number, valid: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = u8[valid + i] === 0 ? 0n : u64[src / 8 + i];
    },
    /** Sets bit `bit` of out[i] where the row is NULL. */
    null_bit_or(valid: number, n: number, bit: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] |= BigInt(u8[valid + i] ^ 1) << BigInt(bit);
    },
    valid_of_bit(words: number, n: number, bit: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = Number((u64[words / 8 + i] >> BigInt(bit)) & 1n) ^ 1;
    },
    widen_u8_u64(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = BigInt(u8[src + i]);
    },
    narrow_u64_u8(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = Number(u64[src / 8 + i] & 0xffn);
    },
    /** -0 becomes 0 and every NaN the same NaN. */
    normal_f64(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const x = f64[src / 8 + i];
        f64[out / 8 + i] = x === 0 ? 0 : x;
      }
    },
    /** One word of key. Answers the new number of groups. */
    group_upsert_u64: (...args: UpsertOne): number => upsertOne((a, b) => a === b, ...args),
    group_upsert_ref: (...args: UpsertOne): number =>
      upsertOne((a, b) => a === b || compareRefs(arena, a, b) === 0, ...args),
    /** `width` words of key; `keys`, `groupKeys`: u32 addresses of columns; `kinds`: 1 = string reference. */
    group_upsert(
      slots: number,
      mask: number,
      hashes: number,
      keys: number,
      kinds: number,
      width: number,
      n: number,
      groupHashes: number,
      groupKeys: number,
      groups: number,
      gids: number,
    ): number {
      for (let i = 0; i < n; i++) {
        const hash = u64[hashes / 8 + i];
        const at = probe(slots, mask, hash, (g) => sameKey(keys, kinds, width, i, groupKeys, g));
        if (u64[slots / 8 + at] === 0n) {
          fillSlot(slots, at, hash, groups);
          u64[groupHashes / 8 + groups] = hash;
          for (let k = 0; k < width; k++) {
            u64[u32[(groupKeys >>> 2) + k] / 8 + groups] = u64[u32[(keys >>> 2) + k] / 8 + i];
          }
          groups++;
        }
        u32[(gids >>> 2) + i] = Number(u64[slots / 8 + at] & 0xffffffffn) - 1;
      }
      return groups;
    },
    /** Finds without adding: group number, or 0xffffffff. */
    group_find(
      slots: number,
      mask: number,
      hashes: number,
      keys: number,
      kinds: number,
      width: number,
      n: number,
      groupKeys: number,
      gids: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const at = probe(slots, mask, u64[hashes / 8 + i], (g) =>
          sameKey(keys, kinds, width, i, groupKeys, g),
        );
        u32[(gids >>> 2) + i] = Number(u64[slots / 8 + at] & 0xffffffffn) - 1;
      }
    },
    /** Fills slots for groups [from, to) that are already in the columns. */
    group_reinsert(slots: number, mask: number, groupHashes: number, from: number, to: number): void {
      for (let g = from; g < to; g++) {
        const hash = u64[groupHashes / 8 + g];
        fillSlot(
          slots,
          probe(slots, mask, hash, () => false),
          hash,
          g,
        );
      }
    },
    /** Partition (top 8 bits of the hash) of each row; adds to counts[256]. */
    partition_of(hashes: number, n: number, shift: number, out: number, counts: number): void {
      for (let i = 0; i < n; i++) {
        const p = Number((u64[hashes / 8 + i] >> BigInt(shift)) & 255n);
        u8[out + i] = p;
        u32[(counts >>> 2) + p]++;
      }
    },
    /** cursors[p] is the address the next word of partition p goes to. */
    scatter_u64(src: number, parts: number, n: number, cursors: number): void {
      for (let i = 0; i < n; i++) {
        const c = (cursors >>> 2) + u8[parts + i];
        u64[u32[c] / 8] = u64[src / 8 + i];
        u32[c] += 8;
      }
    },
    /** Dense group numbers: gids[i] (+)= (code + add) * stride; `first` starts from 0. */
    index_add_u8: (src: number, n: number, add: number, stride: number, first: number, gids: number): void =>
      indexAdd(u8, src, n, add, stride, first, gids),
    index_add_u16: (src: number, n: number, add: number, stride: number, first: number, gids: number): void =>
      indexAdd(u16, src >>> 1, n, add, stride, first, gids),
    index_add_u32: (src: number, n: number, add: number, stride: number, first: number, gids: number): void =>
      indexAdd(u32, src >>> 2, n, add, stride, first, gids),
    iota_u32(n: number, from: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = from + i;
    },
    /** First rows of runs with equal keys; their number, or most + 1 as soon as there are more. */
    key_runs(keys: number, width: number, n: number, most: number, starts: number): number {
      const columns = Array.from(u32.subarray(keys >>> 2, (keys >>> 2) + width));
      u32[starts >>> 2] = 0;
      let runs = 1;
      for (let i = 1; i < n; i++) {
        if (columns.every((c) => u64[c / 8 + i] === u64[c / 8 + i - 1])) continue;
        if (runs > most) return runs;
        u32[(starts >>> 2) + runs++] = i;
      }
      return runs;
    },
    spread_u32(values: number, starts: number, runs: number, n: number, out: number): void {
      for (let r = 0; r < runs; r++) {
        const end = r + 1 < runs ? u32[(starts >>> 2) + r + 1] : n;
        u32.fill(u32[(values >>> 2) + r], (out >>> 2) + u32[(starts >>> 2) + r], (out >>> 2) + end);
      }
    },
  };
};
