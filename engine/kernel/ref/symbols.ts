/** Twins of as/symbols.ts: texts as codes of symbols of 1 to 8 bytes. */

import type { Arena } from '../../memory/arena.ts';

const ESCAPE = 255;
const SLOTS = 131072;

/** From so many bytes on, a text is encoded as four. */
const QUARTERS_FROM = 256;

export const symbolKernels = ({ u8, u16 }: Arena) => {
  const encodeText = (src: number, n: number, matcher: number, out: number): number => {
    const end = src + n;
    const start = out;
    const byte = (at: number): number => (at < end ? u8[at] : 0);
    while (src < end) {
      const hashed = byte(src) | (byte(src + 1) << 8) | (byte(src + 2) << 16);
      const slot = matcher + SLOTS + (Math.imul(hashed, 2971215073) >>> 21) * 16;
      const length = u8[slot + 9];
      let same = length > 0 && length <= end - src;
      for (let k = 0; same && k < length; k++) same = u8[slot + k] === u8[src + k];
      const entry = u16[(matcher >>> 1) + (hashed & 0xffff)];
      const short = (entry >> 8) & 3;
      if (same) {
        u8[out++] = u8[slot + 8];
        src += length;
      } else if (entry >> 15 === 1 || short > end - src) {
        u8[out++] = ESCAPE;
        u8[out++] = u8[src++];
      } else {
        u8[out++] = entry & 255;
        src += short;
      }
    }
    return out - start;
  };
  return {
    /**
     * n bytes to codes; answers the bytes written, at most 2n. `matcher` is u16[65536] by two bytes (code, length << 8, 1 << 15 when it is
     * the escape), then 2048 slots of 16 bytes by a hash of three bytes (symbol, code, length, bits of a word that are not the symbol's).
     */
    encode_symbols(src: number, n: number, matcher: number, out: number): number {
      if (n < QUARTERS_FROM) return encodeText(src, n, matcher, out);
      const quarter = n >> 2;
      let written = 0;
      for (const from of [0, quarter, 2 * quarter, 3 * quarter]) {
        const size = from === 3 * quarter ? n - from : quarter;
        written += encodeText(src + from, size, matcher, out + written);
      }
      return written;
    },

    /** n bytes of codes to `size` bytes; answers the bytes written, -1 when the codes are malformed or give more. */
    decode_symbols(src: number, n: number, symbols: number, out: number, size: number): number {
      const [end, start, limit] = [src + n, out, out + size];
      while (src < end) {
        const code = u8[src++];
        if (code === ESCAPE) {
          if (src >= end || out >= limit) return -1;
          u8[out++] = u8[src++];
          continue;
        }
        const length = u8[symbols + 2048 + code];
        if (length > limit - out) return -1;
        u8.copyWithin(out, symbols + code * 8, symbols + code * 8 + length);
        out += length;
      }
      return out - start;
    },
  };
};
