/**
 * A column chunk's dictionary of strings, as the working format wants one: entry 0 is NULL, all others are distinct.
 *
 * Files promise distinct entries but need not keep the promise, so entries are interned once; `codeOf` maps the file's
 * indices to codes. A column that takes no NULL has its fill among the entries. Everything lies in `region`.
 */

import type { Kernels } from '../../kernel/load.ts';
import type { Arena } from '../../memory/arena.ts';
import type { Region } from '../../memory/region.ts';

export type StringDictionary = {
  /** Entries, entry 0 counted. */
  readonly count: number;
  /** Address of `count` references; that of entry 0 is empty. */
  readonly refs: number;
  /** Address of `count + 1` u32 offsets into the bytes. */
  readonly offsets: number;
  readonly bytes: number;
  readonly textBytes: number;
  /** Address of one u32 code for each index of the file. */
  readonly codeOf: number;
  /** Code that stands for NULL in rows. */
  readonly nullCode: number;
};

/** Words of the interning kernel's state. */
const STATE = { slots: 0, mask: 1, entries: 2, hashes: 3, count: 4, limit: 5, bytes: 6, seed: 7 } as const;

type Work = { readonly arena: Arena; readonly kernels: Kernels; readonly region: Region };

/**
 * @param refs references to the file's n entries, with room for one more
 * @param fill reference to what NULL becomes; 0n: it stays NULL
 */
export function internDictionary(work: Work, refs: number, n: number, fill: bigint | null): StringDictionary {
  const { arena, kernels, region } = work;
  const limit = n + 1;
  const slots = 2 ** Math.ceil(Math.log2(limit * 2 + 2));
  const entries = region.alloc((limit + 1) * 8);
  const state = region.allocZero(32);
  const set = (field: keyof typeof STATE, value: number): void => {
    arena.u32[(state >>> 2) + STATE[field]] = value;
  };
  set('slots', region.allocZero(slots * 4));
  set('mask', slots - 1);
  set('entries', entries + 8);
  set('hashes', region.alloc(limit * 4));
  set('limit', limit);
  // Only places in the table depend on it, so that nobody can choose strings that collide.
  set('seed', crypto.getRandomValues(new Uint32Array(1))[0]);
  const codeOf = region.alloc((n + 1) * 4);
  let given = n;
  if (fill !== null) arena.i64[(refs >>> 3) + given++] = BigInt.asIntN(64, fill);
  kernels.dict_insert_refs(state, refs, 0, given, codeOf);
  const count = arena.u32[(state >>> 2) + STATE.count] + 1;
  const textBytes = arena.u32[(state >>> 2) + STATE.bytes];
  arena.i64[entries >>> 3] = 0n;
  const offsets = region.alloc((count + 1) * 4);
  const bytes = region.alloc(textBytes + 16);
  kernels.refs_to_text(entries, count, offsets, bytes);
  return {
    count,
    refs: entries,
    offsets,
    bytes,
    textBytes,
    codeOf,
    nullCode: fill === null ? 0 : arena.u32[(codeOf >>> 2) + n],
  };
}
