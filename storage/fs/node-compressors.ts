/**
 * LZ4 and Zstd as Node has them: zstd from node:zlib, LZ4 from lz4-wasm-nodejs, loaded on first use.
 *
 * Blocks are raw LZ4 blocks and single Zstd frames. lz4-wasm puts a 4-byte little-endian length in front of a
 * block; it is stripped on the way out and put back on the way in.
 */

import { createRequire } from 'node:module';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BasaltError } from '../../engine/base/error.ts';
import type { Compressors } from '../codec/compressors.ts';

const LENGTH_BYTES = 4;

type Lz4 = { compress(input: Uint8Array): Uint8Array; decompress(input: Uint8Array): Uint8Array };
let loaded: Lz4 | null = null;

function lz4(): Lz4 {
  loaded ??= createRequire(import.meta.url)('lz4-wasm-nodejs') as Lz4;
  return loaded;
}

export const nodeCompressors: Compressors = {
  lz4Compress: (input) => lz4().compress(input).subarray(LENGTH_BYTES),

  lz4Decompress(input, into) {
    const framed = new Uint8Array(LENGTH_BYTES + input.length);
    new DataView(framed.buffer).setUint32(0, into.length, true);
    framed.set(input, LENGTH_BYTES);
    copyExactly('LZ4', () => lz4().decompress(framed), into);
  },

  zstdCompress: (input, level) =>
    zstdCompressSync(input, { params: { [constants.ZSTD_c_compressionLevel]: level } }),

  zstdDecompress(input, into) {
    copyExactly('Zstd', () => zstdDecompressSync(input, { maxOutputLength: into.length }), into);
  },
};

function copyExactly(codec: string, decompress: () => Uint8Array, into: Uint8Array): void {
  let output: Uint8Array;
  try {
    output = decompress();
  } catch (cause) {
    throw new BasaltError('CORRUPTED_DATA', `A ${codec} block cannot be decompressed`, { cause });
  }
  if (output.length !== into.length) {
    throw new BasaltError(
      'CORRUPTED_DATA',
      `A ${codec} block holds ${output.length} bytes instead of ${into.length}`,
    );
  }
  into.set(output);
}
