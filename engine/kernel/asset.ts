/**
 * The one way to a file that ships with the product but is not code (DESIGN.md D14).
 *
 * From a checkout or the npm package the file stands beside this module; in the self-contained executable it
 * is an asset inside the executable. Nothing else in the tree may look for its own files.
 */

import { readFileSync } from 'node:fs';

/** Set by the executable's entry before anything else runs. */
let embedded: ((name: string) => Uint8Array<ArrayBuffer>) | null = null;

export function useEmbeddedAssets(read: (name: string) => Uint8Array<ArrayBuffer>): void {
  embedded = read;
}

/** Bytes of the named asset. */
export function asset(name: string): Uint8Array<ArrayBuffer> {
  if (embedded !== null) return embedded(name);
  return readFileSync(new URL(`./${name}`, import.meta.url)) as Uint8Array<ArrayBuffer>;
}
