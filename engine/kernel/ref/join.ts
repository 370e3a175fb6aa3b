/**
 * Twins of as/join.ts: join tables, from the hash of a key to the chain of rows that have it.
 * A row number is page << 13 | row in page; tables hold row numbers + 1, 0 = none. A link is the next row of the chain
 * + 1, then a word that is not 0 once the row was matched.
 */

import type { Arena } from '../../memory/arena.ts';
import { compareRefs } from './string.ts';

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
    /** The same for integer keys that lie close together: a u32 head per key from `least` on. */
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
    /** Rows of a page (row numbers) that were never matched. */
    join_unmatched(links: number, page: number, n: number, out: number): number {
      let count = 0;
      for (let i = 0; i < n; i++) {
        u32[(out >>> 2) + count] = ((page << 13) | i) >>> 0;
        if (u32[(links >>> 2) + 2 * i + 1] === 0) count++;
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
  };
};
