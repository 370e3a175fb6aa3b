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

/** What may be tried on a block. */
export type Compressor = { readonly codec: ByteCodec /** zstd */; readonly level: number };

export const COMPRESSORS: Record<Compression, Compressor> = {
  none: { codec: 'none', level: 0 },
  fast: { codec: 'lz4', level: 0 },
  small: { codec: 'zstd', level: 3 },
};

const MIN_BYTES = 512;
const SAMPLE_BYTES = 16384;
const PAYS = 0.75;
const LZ4_TABLE_BYTES = 8192 * 4;

export type Packed = { readonly codec: ByteCodec; readonly bytes: Uint8Array };

/**
 * The `size` bytes at `address` as they go to the file. The result may view scratch memory.
 * @param pays share of the size that the compressor may leave.
 */
export function packBytes(
  context: CodecContext,
  address: number,
  size: number,
  { codec, level }: Compressor,
  pays = PAYS,
): Packed {
  const plain = context.arena.u8.subarray(address, address + size);
  if (codec === 'none' || size < MIN_BYTES || !sampleShrinks(context, address, size, pays)) {
    return { codec: 'none', bytes: plain };
  }
  const bytes =
    codec === 'zstd' ? context.compressors.zstdCompress(plain, level) : lz4(context, address, size);
  return bytes.length <= size * pays ? { codec, bytes } : { codec: 'none', bytes: plain };
}

function sampleShrinks(context: CodecContext, address: number, size: number, pays: number): boolean {
  if (size <= SAMPLE_BYTES * 2) return true;
  // From the middle: the start of a block is often not like the rest.
  const start = address + Math.floor((size - SAMPLE_BYTES) / 2);
  return lz4(context, start, SAMPLE_BYTES).length <= SAMPLE_BYTES * (pays + 0.1);
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

/** The payload of a block or page in scratch memory, with slack behind it. `read(address)` puts the stored bytes there. */
export function readPayload(
  context: CodecContext,
  entry: { readonly codec: ByteCodec; readonly storedBytes: number; readonly payloadBytes: number },
  read: (address: number) => void,
): number {
  const { codec, storedBytes, payloadBytes } = entry;
  if (codec === 'none' && storedBytes !== payloadBytes)
    throw new BasaltError('CORRUPTED_DATA', `${storedBytes} bytes are to be ${payloadBytes} without a codec`);
  const stored = context.scratch.alloc(storedBytes + SLACK_BYTES);
  read(stored);
  if (codec === 'none') return stored;
  const plain = context.scratch.alloc(payloadBytes + SLACK_BYTES);
  unpackBytes(context, codec, stored, storedBytes, plain, payloadBytes);
  return plain;
}
