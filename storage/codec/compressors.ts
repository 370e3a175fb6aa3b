/**
 * The byte compressor that is handed in from outside (DESIGN.md D12): this folder knows the Zstd format's
 * place in a block, not who implements it. LZ4 needs nobody: both directions are kernels. Inputs may lie in
 * shared memory.
 */

export interface Compressors {
  /** One Zstd frame. */
  zstdCompress(input: Uint8Array, level: number): Uint8Array;
  /** Fills `into` exactly; anything else is CORRUPTED_DATA. */
  zstdDecompress(input: Uint8Array, into: Uint8Array): void;
}
