/**
 * Twins of as/join.ts: join tables, from the hash of a key to the chain of rows that have it.
 * A row number is page << 13 | row in page; tables hold row numbers + 1, 0 = none. A link is the next row of the chain
 * + 1, then a word that is not 0 once the row was matched.
 */

import type { Arena } from '../../memory/arena.ts';
import { compareRefs } from './string.ts';

/** The link of a row whose key is NULL, when rows are numbered by group. */
const NO_GROUP = 0xffffffffn;

/** A key's word in a filter, and its bits there. */
function filterPlace(hash: number, mask: number): { readonly word: number; readonly bits: bigint } {
  const mix = BigInt.asUintN(64, BigInt(hash) * 0x9e3779b97f4a7c15n);
  const bit = (shift: bigint): bigint => 1n << ((mix >> shift) & 63n);
  return { word: Number(mix >> 44n) & mask, bits: bit(20n) | bit(26n) | bit(32n) | bit(38n) };
}

export const joinKernels = (arena: Arena) => {
  const { u8, u16, u32, i64, u64 } = arena;

  const addressOf = (pages: number, id: number): number =>
    u32[(pages >>> 2) + (id >>> 13)] + (id & 0x1fff) * 8;

  /** Chains are one row long when there are no links. */
  const nextOf = (links: number, id: number): number => (links === 0 ? 0 : u32[addressOf(links, id) >>> 2]);

  const sameRow = (
    keys: number,
    i: number,
    pages: number,
    id: number,
    kinds: number,
    width: number,
  ): boolean => {
    for (let k = 0; k < width; k++) {
      const a = u64[u32[(keys >>> 2) + k] / 8 + i];
      const b = u64[addressOf(u32[(pages >>> 2) + k], id) / 8];
      if (a !== b && (u8[kinds + k] === 0 || compareRefs(arena, a, b) !== 0)) return false;
    }
    return true;
  };

  /** The slot of the row's key, or the empty one where it would be. */
  const place = (
    slots: number,
    mask: number,
    tag: number,
    same: (id: number) => boolean,
  ): { readonly at: number; readonly head: number } => {
    for (let at = (tag & mask) >>> 0; ; at = ((at + 1) & mask) >>> 0) {
      const slot = slots / 4 + at * 2;
      const head = u32[slot];
      if (head === 0 || (u32[slot + 1] === tag && same(head - 1))) return { at: slot, head };
    }
  };

  const wordOf = (pages: number, id: number): bigint => u64[addressOf(pages, id) / 8];

  /** Row a against row b over all columns of words (kinds: 1 = string). */
  const orderOfIds = (pages: number, a: number, b: number, kinds: number, width: number): number => {
    for (let k = 0; k < width; k++) {
      const [x, y] = [wordOf(u32[(pages >>> 2) + k], a), wordOf(u32[(pages >>> 2) + k], b)];
      if (x === y) continue;
      if (u8[kinds + k] === 0) return x < y ? -1 : 1;
      const order = compareRefs(arena, x, y);
      if (order !== 0) return order;
    }
    return 0;
  };

  return {
    /** Enters the n rows of a page; `links` holds hashes as words and becomes links. Answers how many keys are new. */
    join_insert(
      slots: number,
      mask: number,
      page: number,
      n: number,
      keys: number,
      links: number,
      nulls: number,
      pages: number,
      kinds: number,
      width: number,
    ): number {
      let added = 0;
      for (let i = n - 1; i >= 0; i--) {
        const tag = u32[(links >>> 2) + 2 * i];
        u64[links / 8 + i] = 0n;
        if (nulls !== 0 && u64[nulls / 8 + i] !== 0n) continue;
        const { at, head } = place(slots, mask, tag, (id) => sameRow(keys, i, pages, id, kinds, width));
        if (head === 0) added++;
        else u32[(links >>> 2) + 2 * i] = head;
        u32[at] = (((page << 13) | i) >>> 0) + 1;
        u32[at + 1] = tag;
      }
      return added;
    },
    /** Enters the chains of one table into another, larger one. */
    join_grow(from: number, count: number, slots: number, mask: number): void {
      for (let i = 0; i < count; i++) {
        const head = u32[(from >>> 2) + 2 * i];
        const tag = u32[(from >>> 2) + 2 * i + 1];
        if (head === 0) continue;
        const { at } = place(slots, mask, tag, () => false);
        u32[at] = head;
        u32[at + 1] = tag;
      }
    },
    /** First row + 1 of the chain with each row's key; `tables` is pairs of u32 (slots, mask). */
    join_find(
      tables: number,
      bits: number,
      hashes: number,
      keys: number,
      nulls: number,
      n: number,
      pages: number,
      kinds: number,
      width: number,
      heads: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const tag = u32[(hashes >>> 2) + i];
        const table = (tables >>> 2) + (bits === 0 ? 0 : tag >>> (32 - bits)) * 2;
        const out = (heads >>> 2) + i;
        u32[out] = 0;
        if (u32[table] === 0 || (nulls !== 0 && u64[nulls / 8 + i] !== 0n)) continue;
        u32[out] = place(u32[table], u32[table + 1], tag, (id) =>
          sameRow(keys, i, pages, id, kinds, width),
        ).head;
      }
    },
    /** Puts the keys of a table into a Bloom filter of `mask` + 1 words: one word a key, and four bits in it. */
    join_filter_add(slots: number, count: number, filter: number, mask: number): void {
      for (let i = 0; i < count; i++) {
        const slot = u64[slots / 8 + i];
        if (slot === 0n) continue;
        const { word, bits } = filterPlace(Number(slot >> 32n), mask);
        u64[filter / 8 + word] |= bits;
      }
    },
    /** 1 where a filter may have the row's key; `filters` is pairs of u32 (words, mask), words 0 = it has none. */
    join_filter_has(
      filters: number,
      bits: number,
      hashes: number,
      nulls: number,
      n: number,
      out: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const hash = u32[(hashes >>> 2) + i];
        const filter = (filters >>> 2) + (bits === 0 ? 0 : hash >>> (32 - bits)) * 2;
        const isNull = nulls !== 0 && u64[nulls / 8 + i] !== 0n;
        u8[out + i] = 0;
        if (u32[filter] === 0 || isNull) continue;
        const place = filterPlace(hash, u32[filter + 1]);
        u8[out + i] = (u64[u32[filter] / 8 + place.word] & place.bits) === place.bits ? 1 : 0;
      }
    },
    /** Tables of integer keys that lie close together: a u32 head per key from `least` on. */
    join_insert_dense(
      table: number,
      least: bigint,
      page: number,
      n: number,
      keys: number,
      links: number,
      nulls: number,
    ): number {
      let added = 0;
      for (let i = n - 1; i >= 0; i--) {
        u64[links / 8 + i] = 0n;
        if (nulls !== 0 && u64[nulls / 8 + i] !== 0n) continue;
        const at = (table >>> 2) + Number(i64[keys / 8 + i] - least);
        if (u32[at] === 0) added++;
        else u32[(links >>> 2) + 2 * i] = u32[at];
        u32[at] = (((page << 13) | i) >>> 0) + 1;
      }
      return added;
    },
    join_find_dense(
      table: number,
      least: bigint,
      last: number,
      keys: number,
      nulls: number,
      n: number,
      heads: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const at = BigInt.asUintN(64, i64[keys / 8 + i] - least);
        const found = at <= BigInt(last) && (nulls === 0 || u64[nulls / 8 + i] === 0n);
        u32[(heads >>> 2) + i] = found ? u32[(table >>> 2) + Number(at)] : 0;
      }
    },
    /** Pairs (left row u16, right row number u32) along the chains, at most `room`; `state`: row, place in chain; `links` 0: no chain is longer. */
    join_pairs(
      state: number,
      heads: number,
      n: number,
      links: number,
      room: number,
      left: number,
      right: number,
    ): number {
      let count = 0;
      let at = u32[(state >>> 2) + 1];
      for (let row = u32[state >>> 2]; row < n; row++) {
        for (at ||= u32[(heads >>> 2) + row]; at !== 0; at = nextOf(links, at - 1)) {
          if (count === room) {
            u32.set([row, at], state >>> 2);
            return count;
          }
          u16[(left >>> 1) + count] = row;
          u32[(right >>> 2) + count++] = at - 1;
        }
      }
      u32.set([n, 0], state >>> 2);
      return count;
    },
    /** Sets hit[left row], and with `both` the matched half of each right row's link. */
    join_mark(left: number, right: number, n: number, hit: number, links: number, both: number): void {
      for (let i = 0; i < n; i++) {
        u8[hit + u16[(left >>> 1) + i]] = 1;
        if (both !== 0) u32[(addressOf(links, u32[(right >>> 2) + i]) >>> 2) + 1] = 1;
      }
    },
    /** Rows of a page (row numbers) that were never matched, or those that were. */
    join_unmatched(links: number, page: number, n: number, matched: number, out: number): number {
      let count = 0;
      for (let i = 0; i < n; i++) {
        u32[(out >>> 2) + count] = ((page << 13) | i) >>> 0;
        if (u32[(links >>> 2) + 2 * i + 1] === matched) count++;
      }
      return count;
    },
    /** Words of a column by row numbers. */
    join_take(pages: number, rows: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = u64[addressOf(pages, u32[(rows >>> 2) + i]) / 8];
    },
    /** 1 where a u32 is not 0. */
    mask_of_u32(src: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = u32[(src >>> 2) + i] !== 0 ? 1 : 0;
    },
    /** Numbers the groups of a page's rows from `next` on: a link becomes its group, 0xffffffff without a key. Answers how many are new. */
    join_group(
      slots: number,
      mask: number,
      page: number,
      n: number,
      keys: number,
      nulls: number,
      pages: number,
      kinds: number,
      width: number,
      links: number,
      next: number,
      reps: number,
    ): number {
      const own = u32[(links >>> 2) + page];
      let group = next;
      for (let i = 0; i < n; i++) {
        const tag = u32[(own >>> 2) + 2 * i];
        if (nulls !== 0 && u64[nulls / 8 + i] !== 0n) {
          u64[own / 8 + i] = NO_GROUP;
          continue;
        }
        const { at, head } = place(slots, mask, tag, (id) => sameRow(keys, i, pages, id, kinds, width));
        if (head !== 0) {
          u64[own / 8 + i] = BigInt(u32[addressOf(links, head - 1) >>> 2]);
          continue;
        }
        const id = ((page << 13) | i) >>> 0;
        u32.set([id + 1, tag], at);
        u32[(reps >>> 2) + group] = id;
        u64[own / 8 + i] = BigInt(group++);
      }
      return group - next;
    },
    /** Words (0: all are 0) and numbers of a page's rows that have a group and a value, which `counts` counts. */
    join_candidates(
      page: number,
      n: number,
      words: number,
      valid: number,
      links: number,
      counts: number,
      outWords: number,
      outRows: number,
    ): number {
      let count = 0;
      for (let i = 0; i < n; i++) {
        if (u64[links / 8 + i] === NO_GROUP || (valid !== 0 && u8[valid + i] === 0)) continue;
        u64[outWords / 8 + count] = words === 0 ? 0n : u64[words / 8 + i];
        u32[(outRows >>> 2) + count++] = ((page << 13) | i) >>> 0;
        u32[(counts >>> 2) + u32[(links >>> 2) + 2 * i]]++;
      }
      return count;
    },
    /** Counts become the places where runs begin, in `starts` and in `ends`. */
    join_starts(starts: number, ends: number, n: number): void {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const count = u32[(starts >>> 2) + i];
        u32[(starts >>> 2) + i] = sum;
        u32[(ends >>> 2) + i] = sum;
        sum += count;
      }
    },
    /** Rows in the order of their words go to the runs of their groups (word, row number, 0); of equal words the least row stays. */
    join_runs(
      words: number,
      rows: number,
      n: number,
      links: number,
      starts: number,
      ends: number,
      pages: number,
      kinds: number,
      width: number,
      out: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const word = u64[words / 8 + i];
        const id = u32[(rows >>> 2) + i];
        const group = u32[addressOf(links, id) >>> 2];
        const end = u32[(ends >>> 2) + group];
        const last = out / 8 + (end - 1) * 2;
        if (end > u32[(starts >>> 2) + group] && u64[last] === word) {
          if (orderOfIds(pages, id, Number(u64[last + 1]), kinds, width) < 0) u64[last + 1] = BigInt(id);
          continue;
        }
        u64.set([word, BigInt(id)], last + 2);
        u32[(ends >>> 2) + group] = end + 1;
      }
    },
    /** The link of each group's row in `reps` becomes the address of its run, 0 = empty; the run's first entry ends with its length. */
    join_link_runs(reps: number, starts: number, ends: number, n: number, runs: number, links: number): void {
      for (let i = 0; i < n; i++) {
        const start = u32[(starts >>> 2) + i];
        const link = addressOf(links, u32[(reps >>> 2) + i]) >>> 2;
        const length = u32[(ends >>> 2) + i] - start;
        const run = runs + start * 16;
        u32.set([length === 0 ? 0 : run, 0], link);
        if (length !== 0) u32[(run >>> 2) + 3] = length;
      }
    },
    /** Heads become the rows of their runs with the greatest word up to the left row's, or below it; 0 = none. */
    join_nearest(
      heads: number,
      n: number,
      words: number,
      valid: number,
      links: number,
      strict: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const head = u32[(heads >>> 2) + i];
        if (head === 0) continue;
        const run = u32[addressOf(links, head - 1) >>> 2];
        const length = run === 0 ? 0 : u32[(run >>> 2) + 3];
        const word = words === 0 ? 0n : u64[words / 8 + i];
        let found = 0;
        const known = valid === 0 || u8[valid + i] !== 0;
        for (let at = run / 8; known && at < run / 8 + 2 * length; at += 2) {
          if (strict !== 0 ? u64[at] >= word : u64[at] > word) break;
          found = u32[2 * at + 2] + 1;
        }
        u32[(heads >>> 2) + i] = found;
      }
    },
  };
};
