/** Twins of as/dictionary.ts. The hash differs (FNV-1a); codes, order and ranks do not depend on it. */

import type { Arena } from '../../memory/arena.ts';

export const dictionaryKernels = (arena: Arena) => {
  const { u8, u16, u32, i64, u64 } = arena;

  const refAt = (refs: number, i: number): Uint8Array => {
    const at = u32[(refs >>> 2) + i * 2];
    return u8.subarray(at, at + u32[(refs >>> 2) + i * 2 + 1]);
  };

  const hashBytes = (bytes: Uint8Array, seed: number): number => {
    let hash = (0x811c9dc5 ^ seed) >>> 0;
    for (const b of bytes) hash = Math.imul(hash ^ b, 0x01000193) >>> 0;
    return hash;
  };

  const compare = (a: Uint8Array, b: Uint8Array): number => {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i] - b[i];
    return a.length - b.length;
  };

  const numberOf = (record: number): number => u32[(record >>> 2) + 2];
  const inOrder = (refs: number, a: number, b: number): boolean =>
    compare(refAt(refs, numberOf(a)), refAt(refs, numberOf(b))) <= 0;
  const copyRecord = (to: number, from: number): void => void u8.copyWithin(to, from, from + 16);

  return {
    /** Codes (u32, from 1; NULL rows 0) of n strings; answers the rows done, fewer than n when the table is full. */
    dict_insert_refs(state: number, refs: number, valid: number, n: number, out: number): number {
      const s = state >>> 2;
      const [slots, mask, entries, hashes] = u32.subarray(s, s + 4);
      let i = 0;
      for (; i < n; i++) {
        u32[(out >>> 2) + i] = 0;
        if (valid !== 0 && u8[valid + i] === 0) continue;
        const bytes = refAt(refs, i);
        const hash = hashBytes(bytes, u32[s + 7]);
        let slot = (hash & mask) >>> 0;
        let code: number;
        for (; (code = u32[(slots >>> 2) + slot]) !== 0; slot = ((slot + 1) & mask) >>> 0) {
          if (u32[(hashes >>> 2) + code - 1] === hash && compare(bytes, refAt(entries, code - 1)) === 0)
            break;
        }
        if (code === 0) {
          const count = u32[s + 4];
          if (count === u32[s + 5]) break;
          u64[(entries >>> 3) + count] = u64[(refs >>> 3) + i];
          u32[(hashes >>> 2) + count] = hash;
          u32[s + 4] = code = count + 1;
          u32[s + 6] += bytes.length;
          u32[(slots >>> 2) + slot] = code;
        }
        u32[(out >>> 2) + i] = code;
      }
      return i;
    },

    /** Enters all entries again into empty slots. */
    dict_rehash(state: number): void {
      const [slots, mask, , hashes, count] = u32.subarray(state >>> 2, (state >>> 2) + 5);
      for (let entry = 0; entry < count; entry++) {
        let slot = (u32[(hashes >>> 2) + entry] & mask) >>> 0;
        while (u32[(slots >>> 2) + slot] !== 0) slot = ((slot + 1) & mask) >>> 0;
        u32[(slots >>> 2) + slot] = entry + 1;
      }
    },

    /** Sort records of n references: u64 big-endian prefix, u32 number, u32 length. */
    sort_records_refs(refs: number, n: number, records: number): void {
      for (let i = 0; i < n; i++) {
        const bytes = refAt(refs, i);
        let prefix = 0n;
        for (let k = 0; k < 8; k++) prefix = (prefix << 8n) | BigInt(bytes[k] ?? 0);
        u64[(records >>> 3) + i * 2] = prefix;
        u32[(records >>> 2) + i * 4 + 2] = i;
        u32[(records >>> 2) + i * 4 + 3] = bytes.length;
      }
    },

    /** Sorts each group of 16 neighbours. */
    sort_groups_refs(refs: number, records: number, n: number): void {
      for (let start = 0; start < n; start += 16) {
        const end = Math.min(start + 16, n);
        const group: { number: number; bytes: Uint8Array }[] = [];
        for (let i = start; i < end; i++) {
          const record = records + i * 16;
          group.push({ number: numberOf(record), bytes: u8.slice(record, record + 16) });
        }
        group.sort((a, b) => compare(refAt(refs, a.number), refAt(refs, b.number)));
        group.forEach(({ bytes }, i) => {
          u8.set(bytes, records + (start + i) * 16);
        });
      }
    },

    /** Sorted groups of `width` records at src become groups of 2 * width at out. */
    sort_merge_refs(refs: number, src: number, n: number, width: number, out: number): void {
      for (let start = 0; start < n; start += 2 * width) {
        let a = src + start * 16;
        const aEnd = src + Math.min(start + width, n) * 16;
        let b = aEnd;
        const bEnd = src + Math.min(start + 2 * width, n) * 16;
        for (; a < aEnd || b < bEnd; out += 16) {
          if (b >= bEnd || (a < aEnd && inOrder(refs, a, b))) {
            copyRecord(out, a);
            a += 16;
          } else {
            copyRecord(out, b);
            b += 16;
          }
        }
      }
    },

    /** ranks[number] = rank from 1 of each sorted record, equal strings sharing one; answers the largest rank. */
    sort_ranks_refs(refs: number, records: number, n: number, ranks: number): number {
      let rank = 0;
      for (let i = 0; i < n; i++) {
        const record = records + i * 16;
        if (i === 0 || !inOrder(refs, record, record - 16)) rank++;
        u32[(ranks >>> 2) + numberOf(record)] = rank;
      }
      return rank;
    },

    /** out[i] = refs[number of sorted record i]. */
    sort_gather_refs(refs: number, records: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[(out >>> 3) + i] = u64[(refs >>> 3) + numberOf(records + i * 16)];
    },

    /** Codes looked up in a table of u32. */
    remap_u8_u32(codes: number, n: number, map: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = u32[(map >>> 2) + u8[codes + i]];
    },
    remap_u16_u32(codes: number, n: number, map: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = u32[(map >>> 2) + u16[(codes >>> 1) + i]];
    },
    remap_u32_u32(codes: number, n: number, map: number, out: number): void {
      for (let i = 0; i < n; i++) u32[(out >>> 2) + i] = u32[(map >>> 2) + u32[(codes >>> 2) + i]];
    },

    /** Row numbers (u16) grouped by code (i64, below count), ascending within each; count + 1 u32 starts. */
    group_positions_i64(codes: number, n: number, count: number, starts: number, positions: number): void {
      const groups: number[][] = Array.from({ length: count }, () => []);
      for (let i = 0; i < n; i++) groups[Number(i64[(codes >>> 3) + i])].push(i);
      let at = 0;
      groups.forEach((rows, code) => {
        u32[(starts >>> 2) + code] = at;
        for (const row of rows) u16[(positions >>> 1) + at++] = row;
      });
      u32[(starts >>> 2) + count] = at;
    },
  };
};
