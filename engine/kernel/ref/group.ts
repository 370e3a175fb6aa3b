/**
 * Twins of as/group.ts: hashing, group tables and radix partitioning.
 *
 * A group table is `slots` (u64: hash << 32 | group number + 1; 0 = empty), a column of 32-bit hashes and one column
 * of 8-byte words per key. The caller keeps it at most half full.
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

const xorShift = (h: number, bits: number): number => (h ^ (h >>> bits)) >>> 0;
/** Every bit of 32 may change every other. */
const finish = (h: number): number =>
  xorShift(Math.imul(xorShift(Math.imul(xorShift(h, 16), 0x21f0aaad), 15), 0x735a2d97), 15);
/** The number whose finish is h. */
const unfinish = (h: number): number => {
  const undo = (x: number): number => (x ^ (x >>> 15) ^ (x >>> 30)) >>> 0;
  return xorShift(Math.imul(undo(Math.imul(undo(h), 0x97132227) >>> 0), 0x333c4925) >>> 0, 16);
};
const hashWord = (low: number, high: number, seed: bigint): number => {
  const spread = Math.imul(low ^ Number(seed & 0xffffffffn), 0x9e3779b1);
  return finish((xorShift(spread, 16) + Math.imul(high, 0x85ebca77)) >>> 0);
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

type UpsertTwo = [
  slots: number,
  mask: number,
  hashes: number,
  keys: number,
  seconds: number,
  n: number,
  groupHashes: number,
  groupKeys: number,
  groupSeconds: number,
  groups: number,
  gids: number,
];
type Append = [
  order: number,
  counts: number,
  addresses: number,
  rows: number,
  capacities: number,
  before: number,
];
const PARTITIONS = 256;

export const groupKernels = (arena: Arena) => {
  const { u8, u16, u32, u64, f64 } = arena;
  const view = new DataView(u8.buffer);

  const hashBytes = (p: number, n: number, seed: bigint): number => {
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
    return Number(mix(h ^ mix(g ^ tail)) >> 32n);
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
  const probe = (slots: number, mask: number, hash: number, same: (g: number) => boolean): number => {
    for (let at = (hash & mask) >>> 0; ; at = (at + 1) & mask) {
      const slot = (slots >>> 2) + at * 2;
      if (u32[slot] === 0 || (u32[slot + 1] === hash && same(u32[slot] - 1))) return at;
    }
  };
  const fillSlot = (slots: number, at: number, hash: number, g: number) => {
    u64[slots / 8 + at] = (BigInt(hash) << 32n) | BigInt(g + 1);
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

  const appendColumn = (
    store: (row: number, to: number) => void,
    size: number,
    [order, counts, addresses, rows, capacities, before]: Append,
  ): void => {
    let next = order >>> 1;
    for (let p = 0; p < PARTITIONS; p++) {
      const start = u32[(addresses >>> 2) + p] + u32[(capacities >>> 2) + p] * before;
      for (let i = 0; i < u32[(counts >>> 2) + p]; i++)
        store(u16[next++], start + (u32[(rows >>> 2) + p] + i) * size);
    }
  };

  /** One word of key. Answers the new number of groups. */
  const upsertOne = (
    same: (a: bigint, b: bigint) => boolean,
    ...[slots, mask, hashes, keys, n, groupHashes, groupKeys, first, gids]: UpsertOne
  ): number => {
    let groups = first;
    for (let i = 0; i < n; i++) {
      const hash = u32[(hashes >>> 2) + i];
      const key = u64[keys / 8 + i];
      const at = probe(slots, mask, hash, (g) => same(u64[groupKeys / 8 + g], key));
      if (u64[slots / 8 + at] === 0n) {
        fillSlot(slots, at, hash, groups);
        u32[(groupHashes >>> 2) + groups] = hash;
        u64[groupKeys / 8 + groups] = key;
        groups++;
      }
      u32[(gids >>> 2) + i] = Number(u64[slots / 8 + at] & 0xffffffffn) - 1;
    }
    return groups;
  };

  /** The same for two words, of which `same` compares the second. */
  const upsertTwo = (
    same: (a: bigint, b: bigint) => boolean,
    ...[slots, mask, hashes, keys, seconds, n, groupHashes, groupKeys, groupSeconds, first, gids]: UpsertTwo
  ): number => {
    let groups = first;
    for (let i = 0; i < n; i++) {
      const hash = u32[(hashes >>> 2) + i];
      const words = [u64[keys / 8 + i], u64[seconds / 8 + i]];
      const at = probe(
        slots,
        mask,
        hash,
        (g) => u64[groupKeys / 8 + g] === words[0] && same(u64[groupSeconds / 8 + g], words[1]),
      );
      if (u64[slots / 8 + at] === 0n) {
        fillSlot(slots, at, hash, groups);
        u32[(groupHashes >>> 2) + groups] = hash;
        u64[groupKeys / 8 + groups] = words[0];
        u64[groupSeconds / 8 + groups] = words[1];
        groups++;
      }
      u32[(gids >>> 2) + i] = Number(u64[slots / 8 + at] & 0xffffffffn) - 1;
    }
    return groups;
  };

  return {
    hash_u64(src: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) {
        const at = (src >>> 2) + 2 * i;
        u32[(out >>> 2) + i] = hashWord(u32[at], u32[at + 1], seed);
      }
    },
    hash_refs(refs: number, n: number, seed: bigint, out: number): void {
      for (let i = 0; i < n; i++) {
        const r = (refs >>> 2) + 2 * i;
        u32[(out >>> 2) + i] = hashBytes(u32[r], u32[r + 1], U64(seed));
      }
    },
    /** The same hash as hash_refs gives for the same bytes. */
    hash_entries(offsets: number, bytes: number, n: number, seed: bigint, out: number): void {
      const o = offsets >>> 2;
      for (let i = 0; i < n; i++)
        u32[(out >>> 2) + i] = hashBytes(bytes + u32[o + i], u32[o + i + 1] - u32[o + i], U64(seed));
    },
    hash_combine(acc: number, src: number, n: number): void {
      for (let i = 0; i < n; i++) {
        const at = (acc >>> 2) + i;
        u32[at] = finish((Math.imul(u32[at], 0x9e3779b1) + u32[(src >>> 2) + i]) >>> 0);
      }
    },
    /** Undoes hash_combine: from the hash of all words to that of the words before the last. */
    hash_before(acc: number, last: number, n: number): void {
      for (let i = 0; i < n; i++) {
        const at = (acc >>> 2) + i;
        u32[at] = Math.imul(unfinish(u32[at]) - u32[(last >>> 2) + i], 0x0e8b2f51);
      }
    },
    /** The same to the last word's own. */
    hash_last(acc: number, before: number, n: number): void {
      for (let i = 0; i < n; i++) {
        const at = (acc >>> 2) + i;
        u32[at] = unfinish(u32[at]) - Math.imul(u32[(before >>> 2) + i], 0x9e3779b1);
      }
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
    widen_u32_u64(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = BigInt(u32[(src >>> 2) + i]);
    },
    narrow_u64_u32(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = u32[(src >>> 2) + 2 * i];
    },
    narrow_u64_u8(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = Number(u64[src / 8 + i] & 0xffn);
    },
    /** -0 becomes 0 and every NaN the same NaN. */
    normal_f64(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const x = f64[src / 8 + i];
        f64[out / 8 + i] = x === 0 ? 0 : Number.isNaN(x) ? Number.NaN : x;
      }
    },
    /** One word of key. Answers the new number of groups. */
    group_upsert_u64: (...args: UpsertOne): number => upsertOne((a, b) => a === b, ...args),
    group_upsert_ref: (...args: UpsertOne): number =>
      upsertOne((a, b) => a === b || compareRefs(arena, a, b) === 0, ...args),
    /** Two words of key. */
    group_upsert_u64_u64: (...args: UpsertTwo): number => upsertTwo((a, b) => a === b, ...args),
    group_upsert_u64_ref: (...args: UpsertTwo): number =>
      upsertTwo((a, b) => a === b || compareRefs(arena, a, b) === 0, ...args),
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
        const hash = u32[(hashes >>> 2) + i];
        const at = probe(slots, mask, hash, (g) => sameKey(keys, kinds, width, i, groupKeys, g));
        if (u64[slots / 8 + at] === 0n) {
          fillSlot(slots, at, hash, groups);
          u32[(groupHashes >>> 2) + groups] = hash;
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
        const at = probe(slots, mask, u32[(hashes >>> 2) + i], (g) =>
          sameKey(keys, kinds, width, i, groupKeys, g),
        );
        u32[(gids >>> 2) + i] = Number(u64[slots / 8 + at] & 0xffffffffn) - 1;
      }
    },
    /** Fills slots for groups [from, to) that are already in the columns. */
    group_reinsert(slots: number, mask: number, groupHashes: number, from: number, to: number): void {
      for (let g = from; g < to; g++) {
        const hash = u32[(groupHashes >>> 2) + g];
        fillSlot(
          slots,
          probe(slots, mask, hash, () => false),
          hash,
          g,
        );
      }
    },
    /** Rows in the order of their partitions (8 bits of the hash from bit `shift` on), and how many each has. */
    partition_order(hashes: number, n: number, shift: number, counts: number, order: number): void {
      const partition = (row: number): number => (u32[(hashes >>> 2) + row] >>> shift) & 255;
      const rows = Array.from({ length: n }, (_, row) => row);
      u16.set(
        rows.toSorted((a, b) => partition(a) - partition(b)),
        order >>> 1,
      );
      u32.fill(0, counts >>> 2, (counts >>> 2) + PARTITIONS);
      for (const row of rows) u32[(counts >>> 2) + partition(row)]++;
    },
    /** Partitions without room for their rows; answers how many. */
    partition_full(counts: number, rows: number, capacities: number, out: number): number {
      const at = (list: number, p: number): number => u32[(list >>> 2) + p];
      const full = Array.from({ length: PARTITIONS }, (_, p) => p).filter(
        (p) => at(rows, p) + at(counts, p) > at(capacities, p),
      );
      u32.set(full, out >>> 2);
      return full.length;
    },
    /** Appends a column of words, less `base`, to the partitions' chunks, where it begins after `before` bytes a row. */
    partition_append_u8: (src: number, base: bigint, ...rest: Append): void =>
      appendColumn((row, to) => view.setUint8(to, Number((u64[src / 8 + row] - base) & 0xffn)), 1, rest),
    partition_append_u16: (src: number, base: bigint, ...rest: Append): void =>
      appendColumn(
        (row, to) => view.setUint16(to, Number((u64[src / 8 + row] - base) & 0xffffn), true),
        2,
        rest,
      ),
    partition_append_u32: (src: number, base: bigint, ...rest: Append): void =>
      appendColumn(
        (row, to) => view.setUint32(to, Number((u64[src / 8 + row] - base) & 0xffffffffn), true),
        4,
        rest,
      ),
    partition_append_u64: (src: number, ...rest: Append): void =>
      appendColumn((row, to) => view.setBigUint64(to, u64[src / 8 + row], true), 8, rest),
    /** The same for hashes, which are 4 bytes already. */
    partition_append_hash: (src: number, ...rest: Append): void =>
      appendColumn((row, to) => view.setUint32(to, u32[(src >>> 2) + row], true), 4, rest),
    partition_advance(counts: number, rows: number): void {
      for (let p = 0; p < PARTITIONS; p++) u32[(rows >>> 2) + p] += u32[(counts >>> 2) + p];
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
