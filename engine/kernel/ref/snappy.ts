/** Twin of as/snappy.ts: Snappy's raw block format. */

import type { Arena } from '../../memory/arena.ts';

export const snappyKernels = ({ u8 }: Arena) => ({
  /** A block of n bytes into `size` bytes; answers the bytes written, or -1 when malformed or of another length. */
  decode_snappy(src: number, n: number, out: number, size: number): number {
    const end = src + n;
    const start = out;
    const limit = out + size;
    const little = (bytes: number): number => {
      let value = 0;
      for (let k = bytes - 1; k >= 0; k--) value = value * 256 + u8[src + k];
      src += bytes;
      return value;
    };
    let length = 0;
    for (let scale = 1; ; scale *= 128) {
      if (src >= end || scale > 2 ** 28) return -1;
      const byte = u8[src++];
      length += (byte & 127) * scale;
      if (byte < 128) break;
    }
    if (length % 2 ** 32 !== size) return -1;
    while (src < end) {
      const tag = u8[src++];
      if ((tag & 3) === 0) {
        let literals = (tag >> 2) + 1;
        if (literals > 60) {
          if (literals - 60 > end - src) return -1;
          literals = little(literals - 60) + 1;
        }
        if (literals > end - src || literals > limit - out) return -1;
        u8.copyWithin(out, src, src + literals);
        src += literals;
        out += literals;
        continue;
      }
      const bytes = [0, 1, 2, 4][tag & 3];
      if (bytes > end - src) return -1;
      const count = bytes === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      const distance = little(bytes) + (bytes === 1 ? (tag & 0xe0) << 3 : 0);
      if (distance === 0 || distance > out - start || count > limit - out) return -1;
      for (let k = 0; k < count; k++, out++) u8[out] = u8[out - distance];
    }
    return out - start;
  },
});
