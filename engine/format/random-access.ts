/**
 * Bytes that can be read from any place: a Blob, or anything of its shape. A file of 4 GiB or more has to come this way, because
 * Node's `fs.openAsBlob` keeps only the lower 32 bits of its size.
 */

import type { OpenFile } from './file-bytes.ts';

export type RandomAccess = {
  readonly size: number;
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> };
};

const PIECE_BYTES = 4 << 20;

export const isRandomAccess = (data: object): data is RandomAccess => 'size' in data && 'slice' in data;

/** All of it, in pieces from front to back. */
export async function* piecesOf(source: RandomAccess): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < source.size; from += PIECE_BYTES) {
    yield new Uint8Array(await source.slice(from, Math.min(source.size, from + PIECE_BYTES)).arrayBuffer());
  }
}

/** An open file, which stays open, as bytes that can be read from any place. */
export const randomAccess = (handle: OpenFile, size: number): RandomAccess => ({
  size,
  slice: (from, to) => ({
    async arrayBuffer() {
      const bytes = new Uint8Array(to - from);
      let read = 0;
      while (read < bytes.length) {
        const { bytesRead } = await handle.read(bytes, read, bytes.length - read, from + read);
        if (bytesRead === 0) break;
        read += bytesRead;
      }
      return bytes.buffer.slice(0, read);
    },
  }),
});
