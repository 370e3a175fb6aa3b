/** Twins of as/text.ts: parts of strings and strings made of others. */

import type { Arena } from '../../memory/arena.ts';

export const textKernels = ({ u8, u32, i64, u64 }: Arena) => {
  const at = (refs: number, i: number): number => u32[(refs >>> 2) + 2 * i];
  const bytesOf = (refs: number, i: number): number => u32[(refs >>> 2) + 2 * i + 1];
  const put = (out: number, i: number, address: number, bytes: number): void => {
    u32[(out >>> 2) + 2 * i] = address;
    u32[(out >>> 2) + 2 * i + 1] = bytes;
  };
  return {
    /** Bytes that do not continue a character. */
    char_lengths(refs: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const from = u32[(refs >>> 2) + 2 * i];
        let count = 0;
        for (let k = from; k < from + u32[(refs >>> 2) + 2 * i + 1]; k++) {
          if ((u8[k] & 0xc0) !== 0x80) count++;
        }
        u64[out / 8 + i] = BigInt(count);
      }
    },
    /** Parts of strings from `low` to before `high`, either counted from the end where its flag is 1, in characters or bytes. */
    slice_refs(
      refs: number,
      n: number,
      low: number,
      lowFromEnd: number,
      high: number,
      highFromEnd: number,
      chars: number,
      out: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const start = u32[(refs >>> 2) + 2 * i];
        const end = start + u32[(refs >>> 2) + 2 * i + 1];
        const places: number[] = [];
        for (let k = start; k < end; k++) if (chars === 0 || (u8[k] & 0xc0) !== 0x80) places.push(k);
        const from = Math.max(0, lowFromEnd === 1 ? places.length + low : low);
        const to = Math.max(from, highFromEnd === 1 ? places.length + high : high);
        const first = from === 0 ? start : (places[from] ?? end);
        const last = to === from ? first : (places[to] ?? end);
        u32[(out >>> 2) + 2 * i] = first;
        u32[(out >>> 2) + 2 * i + 1] = last - first;
      }
    },
    empty_refs(refs: number, n: number, invert: number, out: number): void {
      for (let i = 0; i < n; i++) u8[out + i] = (bytesOf(refs, i) === 0 ? 1 : 0) ^ invert;
    },
    /** Begins with the needle, or with `atEnd` 1 ends with it. */
    affix_refs(refs: number, n: number, needle: number, length: number, atEnd: number, out: number): void {
      const wanted = u8.slice(needle, needle + length);
      for (let i = 0; i < n; i++) {
        const from = at(refs, i) + (atEnd === 1 ? bytesOf(refs, i) - length : 0);
        u8[out + i] = bytesOf(refs, i) >= length && wanted.every((c, k) => u8[from + k] === c) ? 1 : 0;
      }
    },
    /** Without the bytes of `set` (256 bytes, 1 = taken off) at the left (side 1), the right (2) or both (3). */
    trim_refs(refs: number, n: number, set: number, sides: number, out: number): void {
      for (let i = 0; i < n; i++) {
        let from = at(refs, i);
        let end = from + bytesOf(refs, i);
        while (sides !== 2 && from < end && u8[set + u8[from]] !== 0) from++;
        while (sides !== 1 && from < end && u8[set + u8[end - 1]] !== 0) end--;
        put(out, i, from, end - from);
      }
    },
    /** Rows of `count` columns of references, whose addresses (u32) are at `columns`, one behind the other from `to` on. */
    concat_refs(columns: number, count: number, n: number, to: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const start = to;
        for (let c = 0; c < count; c++) {
          const refs = u32[(columns >>> 2) + c];
          u8.copyWithin(to, at(refs, i), at(refs, i) + bytesOf(refs, i));
          to += bytesOf(refs, i);
        }
        put(out, i, start, to - start);
      }
    },
    /** Letters of ASCII in upper or lower case; answers 1 where there is nothing else than ASCII. */
    case_refs(refs: number, n: number, upper: number, to: number, out: number): number {
      const first = upper === 0 ? 65 : 97;
      let isAscii = 1;
      for (let i = 0; i < n; i++) {
        const from = at(refs, i);
        const bytes = bytesOf(refs, i);
        for (let k = 0; k < bytes; k++) {
          const c = u8[from + k];
          if (c > 127) isAscii = 0;
          u8[to + k] = c >= first && c < first + 26 ? c ^ 32 : c;
        }
        put(out, i, to, bytes);
        to += bytes;
      }
      return isAscii;
    },
    /** The bytes of each string from its end to its start, one string behind the other at `to`. */
    reverse_refs(refs: number, n: number, to: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const bytes = u8.slice(at(refs, i), at(refs, i) + bytesOf(refs, i)).reverse();
        u8.set(bytes, to);
        put(out, i, to, bytes.length);
        to += bytes.length;
      }
    },
    /** Decimal digits of integers with or without a sign, at the ends of 20 bytes each. */
    digits_refs(src: number, n: number, unsigned: number, to: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const text = String(unsigned === 1 ? u64[src / 8 + i] : i64[src / 8 + i]);
        const start = to + i * 20 + 20 - text.length;
        for (let k = 0; k < text.length; k++) u8[start + k] = text.charCodeAt(k);
        put(out, i, start, text.length);
      }
    },
  };
};
