/**
 * re2js, loaded when the first regular expression is compiled: it is a third of a worker's code, and few queries have one.
 *
 * Expressions are compiled while they are evaluated, where nothing can wait: hence `require`. The self-contained
 * executable has no packages beside it and brings its own.
 */

import { createRequire } from 'node:module';

type Re2 = typeof import('re2js');

let load = (): Re2 => createRequire(import.meta.url)('re2js') as Re2;
let loaded: Re2 | null = null;

/** Called by the executable's entries before anything else runs. */
export function useEmbeddedRe2(embedded: () => Re2): void {
  load = embedded;
}

export function re2(): Re2 {
  loaded ??= load();
  return loaded;
}
