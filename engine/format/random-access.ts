/**
 * Bytes that can be read from any place: a Blob, or anything of its shape. A file of 4 GiB or more has to come this way, because
 * Node's `fs.openAsBlob` keeps only the lower 32 bits of its size.
 */

import type { OpenFile } from './file-bytes.ts';

export type RandomAccess = {
  readonly size: number;
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> };
  /** Fills memory that is given, which may be shared, with the bytes at `from`; answers how many, fewer only at the end. */
  readonly fill?: (target: Uint8Array, from: number) => Promise<number>;
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
export function randomAccess(handle: OpenFile, size: number): RandomAccess {
  const fill = async (target: Uint8Array, from: number): Promise<number> => {
    for (let done = 0; ; ) {
      const { bytesRead } = await handle.read(target, done, target.length - done, from + done);
      done += bytesRead;
      if (bytesRead === 0 || done === target.length) return done;
    }
  };
  const arrayBuffer = async (from: number, to: number): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(to - from);
    const done = await fill(bytes, from);
    return done === bytes.length ? bytes.buffer : bytes.buffer.slice(0, done);
  };
  return { size, fill, slice: (from, to) => ({ arrayBuffer: () => arrayBuffer(from, to) }) };
}
