/**
 * Checksums of stored bytes: XXH64, seeded with what the bytes are and where they lie, so that a block read
 * from the wrong place or the wrong file is as bad as a damaged one (TigerBeetle's misdirected reads).
 *
 * The checksum of a thing is always kept in its parent: a block's in the footer, the footer's in the manifest.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { type CodecContext, withScratch } from './context.ts';

const MIX = 0x9e3779b97f4a7c15n;

/** Seed for the bytes at `offset` of the file whose identity is `file`. */
export const checksumSeed = (file: bigint, offset: number): bigint =>
  BigInt.asUintN(64, (file ^ BigInt(offset)) * MIX + file);

/** Checksum of arena bytes. */
export const checksumAt = ({ kernels }: CodecContext, address: number, size: number, seed: bigint): bigint =>
  BigInt.asUintN(64, kernels.checksum_xxh64(address, size, BigInt.asIntN(64, seed)));

/** Checksum of bytes outside the arena; copies them through scratch memory. */
export function checksumOf(context: CodecContext, bytes: Uint8Array, seed: bigint): bigint {
  return withScratch(context, (scratch) => {
    const address = scratch.alloc(bytes.length + 1);
    context.arena.u8.set(bytes, address);
    return checksumAt(context, address, bytes.length, seed);
  });
}

export function checksumError(path: string, what: string, offset: number): BasaltError {
  return new BasaltError(
    'CORRUPTED_DATA',
    `${what} at offset ${offset} of ${path} does not match its checksum`,
    {
      hint: 'The file was damaged on disk: restore it from a backup, or take its part (system.damaged_parts) out with ALTER TABLE ... DETACH PART',
    },
  );
}
