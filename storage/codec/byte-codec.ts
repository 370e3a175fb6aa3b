/**
 * The second step of a stored block: a general byte compressor over the encoded payload, where it pays.
 *
 * A compressor must save a quarter (DESIGN.md D2), else raw file bytes stay frame bytes. LZ4 is tried first on
 * a sample, so that what does not compress costs one sample and no more.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { type CodecContext, SLACK_BYTES } from './context.ts';

export const BYTE_CODECS = ['none', 'lz4', 'zstd'] as const;
export type ByteCodec = (typeof BYTE_CODECS)[number];

/** What a table asks for: `fast` is LZ4, `small` is Zstd, both only where they pay. */
export type Compression = 'none' | 'fast' | 'small';

const MIN_BYTES = 512;
const SAMPLE_BYTES = 16384;
const PAYS = 0.75;
const ZSTD_LEVEL = 3;
const LZ4_TABLE_BYTES = 8192 * 4;

export type Packed = { readonly codec: ByteCodec; readonly bytes: Uint8Array };

/** The `size` bytes at `address` as they go to the file. The result may view scratch memory. */
export function packBytes(
  context: CodecContext,
  address: number,
  size: number,
  compression: Compression,
): Packed {
  const plain = context.arena.u8.subarray(address, address + size);
  if (compression === 'none' || size < MIN_BYTES || !sampleShrinks(context, address, size)) {
    return { codec: 'none', bytes: plain };
  }
  if (compression === 'small') {
    const bytes = context.compressors.zstdCompress(plain, ZSTD_LEVEL);
    return bytes.length <= size * PAYS ? { codec: 'zstd', bytes } : { codec: 'none', bytes: plain };
  }
  const bytes = lz4(context, address, size);
  return bytes.length <= size * PAYS ? { codec: 'lz4', bytes } : { codec: 'none', bytes: plain };
}

function sampleShrinks(context: CodecContext, address: number, size: number): boolean {
  if (size <= SAMPLE_BYTES * 2) return true;
  // From the middle: the start of a block is often not like the rest.
  const start = address + Math.floor((size - SAMPLE_BYTES) / 2);
  return lz4(context, start, SAMPLE_BYTES).length <= SAMPLE_BYTES * (PAYS + 0.1);
}

function lz4({ arena, kernels, scratch }: CodecContext, address: number, size: number): Uint8Array {
  const table = scratch.alloc(LZ4_TABLE_BYTES);
  const out = scratch.alloc(size + Math.ceil(size / 255) + SLACK_BYTES);
  return arena.u8.subarray(out, out + kernels.encode_lz4(address, size, table, out));
}

/** Undoes {@link packBytes}: fills `size` bytes at `out` from the `stored` bytes at `address`. */
export function unpackBytes(
  context: CodecContext,
  codec: ByteCodec,
  address: number,
  stored: number,
  out: number,
  size: number,
): void {
  const { arena, kernels, compressors } = context;
  if (codec === 'lz4') {
    const written = kernels.decode_lz4(address, stored, out, size);
    if (written !== size)
      throw new BasaltError('CORRUPTED_DATA', `An LZ4 block gave ${written} of ${size} bytes`);
  } else if (codec === 'zstd') {
    compressors.zstdDecompress(
      arena.u8.subarray(address, address + stored),
      arena.u8.subarray(out, out + size),
    );
  } else {
    arena.u8.copyWithin(out, address, address + size);
  }
}
