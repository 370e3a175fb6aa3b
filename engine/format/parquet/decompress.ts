/**
 * Codecs of pages. Snappy and LZ4 are kernels; Zstd and gzip are handed in, so that this folder knows their names but not
 * who implements them (DESIGN.md D12). Inputs and outputs lie in the arena.
 */

import type { Kernels } from '../../kernel/load.ts';
import type { Arena } from '../../memory/arena.ts';

export type Inflaters = {
  /** Each fills `into` exactly or throws. Inputs may lie in shared memory. */
  readonly zstd: (input: Uint8Array, into: Uint8Array) => void;
  readonly gzip: (input: Uint8Array, into: Uint8Array) => void;
};

type Work = { readonly arena: Arena; readonly kernels: Kernels; readonly inflaters: Inflaters };
type Decompress = (work: Work, from: number, bytes: number, to: number, room: number) => boolean;

const inflate =
  (name: keyof Inflaters): Decompress =>
  ({ arena: { u8 }, inflaters }, from, bytes, to, room) => {
    try {
      inflaters[name](u8.subarray(from, from + bytes), u8.subarray(to, to + room));
      return true;
    } catch {
      return false;
    }
  };

/** By the name in the footer: fills exactly `room` bytes, or answers false. Absent: nothing is compressed. */
const CODECS: Record<string, Decompress> = {
  SNAPPY: ({ kernels }, from, bytes, to, room) => kernels.decode_snappy(from, bytes, to, room) === room,
  LZ4_RAW: ({ kernels }, from, bytes, to, room) => kernels.decode_lz4(from, bytes, to, room) === room,
  ZSTD: inflate('zstd'),
  GZIP: inflate('gzip'),
};

export const KNOWN_CODECS: readonly string[] = ['UNCOMPRESSED', ...Object.keys(CODECS)];

/** null: pages are stored as they are. */
export const decompressor = (codec: string): Decompress | null => CODECS[codec] ?? null;
