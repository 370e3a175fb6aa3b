/** Twins of as/string.ts: string search and comparison over bytes. */

import type { Arena } from '../../memory/arena.ts';

/** Order of two string references by unsigned bytes: negative, 0 or positive. */
export function compareRefs({ u8 }: Arena, a: bigint, b: bigint): number {
  const pa = Number(a & 0xffffffffn);
  const pb = Number(b & 0xffffffffn);
  const la = Number(a >> 32n);
  const lb = Number(b >> 32n);
  for (let i = 0; i < Math.min(la, lb); i++) {
    const d = u8[pa + i] - u8[pb + i];
    if (d !== 0) return d;
  }
  return la - lb;
}

export const ANY_CHARACTER = 256;
export const ANY_RUN = 257;

export const stringKernels = (arena: Arena) => {
  const { u8, u16, u32, u64 } = arena;

  const likeOne = (text: Uint8Array, pattern: Uint16Array): boolean => {
    let t = 0;
    let p = 0;
    let starT = -1;
    let starP = -1;
    while (t < text.length) {
      const token = p < pattern.length ? pattern[p] : -1;
      if (token === ANY_RUN) {
        starP = p++;
        starT = t;
      } else if (token === ANY_CHARACTER) {
        t++;
        while (t < text.length && (text[t] & 0xc0) === 0x80) t++;
        p++;
      } else if (token === text[t]) {
        t++;
        p++;
      } else if (starP < 0) {
        return false;
      } else {
        p = starP + 1;
        t = ++starT;
      }
    }
    while (p < pattern.length && pattern[p] === ANY_RUN) p++;
    return p === pattern.length;
  };

  return {
    /** Rows whose text contains the needle of `length` >= 1 bytes; `pa`, `pb` are offsets of two of its rare bytes. */
    find_text(
      offsets: number,
      bytes: number,
      n: number,
      needle: number,
      length: number,
      _pa: number,
      _pb: number,
      out: number,
    ): void {
      const o = offsets >>> 2;
      for (let i = 0; i < n; i++) {
        let found = 0;
        for (let at = bytes + u32[o + i]; at + length <= bytes + u32[o + i + 1] && found === 0; at++) {
          let k = 0;
          while (k < length && u8[at + k] === u8[needle + k]) k++;
          if (k === length) found = 1;
        }
        u8[out + i] = found;
      }
    },
    /** The same for references. */
    find_refs(
      refs: number,
      n: number,
      needle: number,
      length: number,
      _pa: number,
      _pb: number,
      out: number,
    ): void {
      const wanted = Buffer.from(u8.buffer, needle, length);
      for (let i = 0; i < n; i++) {
        const r = (refs >>> 2) + 2 * i;
        u8[out + i] = Buffer.from(u8.buffer, u32[r], u32[r + 1]).includes(wanted) ? 1 : 0;
      }
    },
    /** `op`: 0 eq, 1 ne, 2 lt, 3 le, 4 gt, 5 ge, by unsigned bytes. */
    cmp_refs_vv(op: number, a: number, b: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) {
        const c = compareRefs(arena, u64[a / 8 + i], u64[b / 8 + i]);
        const r = [c === 0, c !== 0, c < 0, c <= 0, c > 0, c >= 0][op];
        u8[out + i] = r ? 1 : 0;
      }
    },
    /** The pattern is u16 tokens: a byte, ANY_CHARACTER or ANY_RUN. */
    like_refs(refs: number, n: number, pattern: number, tokens: number, out: number): void {
      const program = u16.subarray(pattern >>> 1, (pattern >>> 1) + tokens);
      for (let i = 0; i < n; i++) {
        const from = u32[(refs >>> 2) + 2 * i];
        const length = u32[(refs >>> 2) + 2 * i + 1];
        u8[out + i] = likeOne(u8.subarray(from, from + length), program) ? 1 : 0;
      }
    },
    eq_text_vc(
      offsets: number,
      bytes: number,
      n: number,
      needle: number,
      length: number,
      invert: number,
      out: number,
    ): void {
      const o = offsets >>> 2;
      for (let i = 0; i < n; i++) {
        const at = bytes + u32[o + i];
        let same = u32[o + i + 1] - u32[o + i] === length;
        for (let k = 0; same && k < length; k++) same = u8[at + k] === u8[needle + k];
        u8[out + i] = (same ? 1 : 0) ^ invert;
      }
    },
    byte_lengths(refs: number, n: number, out: number): void {
      for (let i = 0; i < n; i++) u64[out / 8 + i] = u64[refs / 8 + i] >> 32n;
    },
  };
};
