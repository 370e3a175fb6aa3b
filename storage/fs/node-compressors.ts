/** Zstd as node:zlib has it. Frames are ordinary single Zstd frames; nothing here knows where they are stored. */

import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BasaltError } from '../../engine/base/error.ts';
import type { Compressors } from '../codec/compressors.ts';

export const nodeCompressors: Compressors = {
  zstdCompress: (input, level) =>
    zstdCompressSync(input, { params: { [constants.ZSTD_c_compressionLevel]: level } }),

  zstdDecompress(input, into) {
    let output: Uint8Array;
    try {
      output = zstdDecompressSync(input, { maxOutputLength: Math.max(1, into.length) });
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
