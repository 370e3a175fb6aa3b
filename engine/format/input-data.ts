/** Rows that come with a statement: a stream, an open file, or bytes that can be read from any place. */

import { FileBytes, type OpenFile } from './file-bytes.ts';
import { isRandomAccess, piecesOf, type RandomAccess, randomAccess } from './random-access.ts';

export type InputData = AsyncIterable<Uint8Array> | RandomAccess | OpenFile;

/** A stream of a file has these, too. */
const isOpenFile = (data: InputData): data is OpenFile =>
  'fd' in data && 'read' in data && !(Symbol.asyncIterator in data);

/** All of it, from front to back. An open file stays open. */
export function streamOf(data: InputData): AsyncIterable<Uint8Array> {
  if (isOpenFile(data)) return new FileBytes(data, 'the file', false);
  return isRandomAccess(data) ? piecesOf(data) : data;
}

/** Bytes of all of it; null: nobody knows. */
export async function sizeOf(data: InputData): Promise<number | null> {
  if (isOpenFile(data)) return (await data.stat()).size;
  return isRandomAccess(data) ? data.size : null;
}

/** The data as bytes that can be read from any place; null: it is a stream. */
export async function placesOf(data: InputData): Promise<RandomAccess | null> {
  if (isOpenFile(data)) return randomAccess(data, (await data.stat()).size);
  return isRandomAccess(data) ? data : null;
}
