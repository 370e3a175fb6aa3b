/** Zstd and gzip as node:zlib has them, for formats that bring their own compressed pieces. Inputs may be shared memory. */

import * as zlib from 'node:zlib';
import { BasaltError } from '../../engine/base/error.ts';
import type { Inflaters } from '../../engine/format/index.ts';

const filling =
  (name: string, inflate: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array) =>
  (input: Uint8Array, into: Uint8Array): void => {
    let output: Uint8Array;
    try {
      output = inflate(input, { maxOutputLength: Math.max(1, into.length) });
    } catch (cause) {
      throw new BasaltError('CORRUPTED_DATA', `${name} data cannot be decompressed`, { cause });
    }
    if (output.length !== into.length) {
      throw new BasaltError(
        'CORRUPTED_DATA',
        `${name} data holds ${output.length} bytes instead of ${into.length}`,
      );
    }
    into.set(output);
  };

export const nodeInflaters: Inflaters = {
  zstd: filling('Zstd', (input, options) => zlib.zstdDecompressSync(input, options)),
  gzip: filling('Gzip', (input, options) => zlib.gunzipSync(input, options)),
};
