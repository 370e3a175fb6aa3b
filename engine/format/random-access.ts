/**
 * Bytes that can be read from any place: a Blob, or anything of its shape. A file of 4 GiB or more has to come this way, because
 * Node's `fs.openAsBlob` keeps only the lower 32 bits of its size.
 */

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
