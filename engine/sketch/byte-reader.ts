/** Bytes of a state from outside: nothing is read beyond them, whatever they say. */

import { BasaltError } from '../base/error.ts';

export const damagedState = (what: string): BasaltError =>
  new BasaltError('CORRUPTED_DATA', `A damaged aggregate state: ${what}`, {
    hint: 'States are made by functions with -State, by sketch functions, or by Apache DataSketches',
  });

/** A view of the bytes after a check that there are so many. */
export function viewOf(bytes: Uint8Array, atLeast: number, what: string): DataView {
  if (bytes.length < atLeast)
    throw damagedState(`${what} of ${bytes.length} bytes, at least ${atLeast} belong to it`);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
