/**
 * Byte compressors, handed in from outside (DESIGN.md D12): this folder knows the two formats, not who
 * implements them. Inputs and outputs may lie in shared memory.
 */

export interface Compressors {
  /** A raw LZ4 block. */
  lz4Compress(input: Uint8Array): Uint8Array;
  /** Fills `into` exactly; anything else is CORRUPTED_DATA. */
  lz4Decompress(input: Uint8Array, into: Uint8Array): void;
  /** One Zstd frame. */
  zstdCompress(input: Uint8Array, level: number): Uint8Array;
  /** Fills `into` exactly; anything else is CORRUPTED_DATA. */
  zstdDecompress(input: Uint8Array, into: Uint8Array): void;
}
