/**
 * Bloom filters of a join's keys, for scans of the other side (scan-filter.ts): where the tables themselves do not stay in the cache, these do,
 * and a row they do not know needs neither table nor its other columns.
 *
 * A table has a filter of its own, made from its slots by the thread that built it. With at least 16 bits a key, fewer than one in fifty rows
 * without a partner passes; a filter takes at most a quarter of its table.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import type { HashTable } from './hash-table.ts';
import type { JoinKeys } from './side.ts';

const KEYS_PER_WORD = 4;
const WORD_BYTES = 8;

/** `mask` + 1 words at an address; plain data. */
export type KeyFilter = { readonly words: number; readonly mask: number };

export function keyFilterOf(
  { kernels }: TaskContext,
  region: Region,
  { slots, mask, keys }: HashTable,
): KeyFilter {
  let count = 1;
  while (count * KEYS_PER_WORD < keys) count *= 2;
  const words = region.allocZero(count * WORD_BYTES);
  kernels.join_filter_add(slots, mask + 1, words, count - 1);
  return { words, mask: count - 1 };
}

/** The filters of all tables, a power of two of them, chosen by the upper bits of the hash. */
export class KeyFilters {
  readonly #task: TaskContext;
  readonly #filters: number;
  readonly #bits: number;
  readonly #nullKey: number;

  /** @param filters by table; null: it has no key. @param nullKey the word that is not 0 where a key is NULL; -1: that is a key like others */
  constructor(task: TaskContext, filters: readonly (KeyFilter | null)[], nullKey: number) {
    this.#task = task;
    this.#bits = Math.log2(filters.length);
    this.#nullKey = nullKey;
    this.#filters = task.heap.alloc(filters.length * 8);
    task.arena.u32.set(
      filters.flatMap((filter) => [filter?.words ?? 0, filter?.mask ?? 0]),
      this.#filters >>> 2,
    );
  }

  /** One byte a row, in scratch: 0 where no table has the key. */
  mayHave(keys: JoinKeys, n: number): number {
    const { kernels, scratch } = this.#task;
    const out = scratch.alloc(n);
    const nulls = this.#nullKey < 0 ? 0 : keys.words[this.#nullKey];
    kernels.join_filter_has(this.#filters, this.#bits, keys.hashes, nulls, n, out);
    return out;
  }
}
