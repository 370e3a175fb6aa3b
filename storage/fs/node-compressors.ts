/**
 * Zstd as node:zlib has it. Frames are ordinary single Zstd frames; nothing here knows where they are stored.
 * The module is imported whole: a Node that lacks Zstd then gets as far as saying so in our words (database/node.ts).
 */

import * as zlib from 'node:zlib';
import { BasaltError } from '../../engine/base/error.ts';
import type { Compressors } from '../codec/compressors.ts';

export const nodeCompressors: Compressors = {
  zstdCompress: (input, level) =>
    zlib.zstdCompressSync(input, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }),

  zstdDecompress(input, into) {
    let output: Uint8Array;
    try {
      output = zlib.zstdDecompressSync(input, { maxOutputLength: Math.max(1, into.length) });
    } catch (cause) {
      throw new BasaltError('CORRUPTED_DATA', 'A Zstd frame cannot be decompressed', { cause });
    }
    if (output.length !== into.length) {
      throw new BasaltError(
        'CORRUPTED_DATA',
        `A Zstd frame holds ${output.length} bytes instead of ${into.length}`,
      );
    }
    into.set(output);
  },
};
