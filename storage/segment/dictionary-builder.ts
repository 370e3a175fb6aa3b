/**
 * Builds the sorted dictionary of a column from strings as they come.
 *
 * While building, a string's code is the order of its first appearance, from 1; when all are in, sorting gives
 * each its final code. The strings themselves stay where they are: the builder keeps references, so the batches
 * they came from must live until the dictionary is written.
 *
 * Hashes are seeded; equality is decided by bytes. Memory: 12 bytes a string and 8 bytes of slots, plus 32
 * bytes a string while sorting.
 */

import { assert } from '../../engine/base/error.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { CodecContext } from '../codec/context.ts';

/** Over either bound a column is stored as text pages. */
export const MAX_DICTIONARY_ENTRIES = 1 << 20;
export const MAX_DICTIONARY_BYTES = 16 << 20;
/** A dictionary is kept up to this many strings whatever the rows, and beyond while strings repeat. */
const SMALL_DICTIONARY = 4096;
export const MAX_DISTINCT_SHARE = 0.5;

const STATE_BYTES = 32;
const FIRST_LIMIT = 2048;
const DEFAULT_HASH_SEED = 0x5eed1e55;

/** Words of the kernel's state. */
const STATE = { slots: 0, mask: 1, entries: 2, hashes: 3, count: 4, limit: 5, bytes: 6, seed: 7 } as const;

export type SortedDictionary = {
  /** Entries including entry 0, which is NULL. */
  readonly count: number;
  /** Address of `count` references, ascending from entry 1 on; entry 0 is empty. */
  readonly refs: number;
};

export type BuiltDictionary = SortedDictionary & {
  /** Address of `count` u32: final code by building code; 0 stays 0. */
  readonly codes: number;
  readonly textBytes: number;
};

/** Strings of the type may be the same again and again; states are changed by what combines rows. */
export const mayRepeat = (type: LogicalType): boolean => type.id !== 'state';

/** Does a dictionary of this many strings pay for this many rows? */
export const keepsDictionary = (distinct: number, rows: number): boolean =>
  distinct <= SMALL_DICTIONARY || distinct <= rows * MAX_DISTINCT_SHARE;

export class DictionaryBuilder {
  readonly #context: CodecContext;
  readonly #region: Region;
  readonly #state: number;

  /** @param region takes the builder's tables; they grow by doubling, old ones stay until it is freed. */
  constructor(context: CodecContext, region: Region) {
    this.#context = context;
    this.#region = region;
    this.#state = region.allocZero(STATE_BYTES);
    this.#set('seed', context.hashSeed ?? DEFAULT_HASH_SEED);
    this.#grow(FIRST_LIMIT);
  }

  /** Distinct strings so far, NULL not counted. */
  get count(): number {
    return this.#get('count');
  }

  get textBytes(): number {
    return this.#get('bytes');
  }

  get isFull(): boolean {
    return this.count >= MAX_DICTIONARY_ENTRIES || this.textBytes > MAX_DICTIONARY_BYTES;
  }

  /** Building codes (u32) of `rows` references at `out`; false if a bound was passed and the codes are useless. */
  insert(refs: number, valid: number, rows: number, out: number): boolean {
    const { kernels } = this.#context;
    for (let done = 0; done < rows; ) {
      done += kernels.dict_insert_refs(
        this.#state,
        refs + done * 8,
        valid === 0 ? 0 : valid + done,
        rows - done,
        out + done * 4,
      );
      if (this.isFull) return false;
      if (done < rows) this.#grow(this.#get('limit') * 2);
    }
    return true;
  }

  /** References of building codes, entry 0 (code 0, NULL) being empty: index it with a code. */
  get refsByCode(): number {
    return this.#get('entries') - 8;
  }

  finish(): BuiltDictionary {
    const { arena, kernels, scratch } = this.#context;
    const { count } = this;
    const entries = this.#get('entries');
    const refs = this.#region.allocZero((count + 1) * 8);
    const codes = this.#region.allocZero((count + 1) * 4);
    const mark = scratch.mark();
    let records = scratch.alloc(count * 16 + 16);
    let other = scratch.alloc(count * 16 + 16);
    kernels.sort_records_refs(entries, count, records);
    kernels.sort_groups_refs(entries, records, count);
    for (let width = 16; width < count; width *= 2) {
      kernels.sort_merge_refs(entries, records, count, width, other);
      [records, other] = [other, records];
    }
    const ranks = kernels.sort_ranks_refs(entries, records, count, codes + 4);
    assert(ranks >>> 0 === count, 'a dictionary holds a string twice');
    kernels.sort_gather_refs(entries, records, count, refs + 8);
    scratch.reset(mark);
    arena.u32[codes >>> 2] = 0;
    return { count: count + 1, refs, codes, textBytes: this.textBytes };
  }

  #grow(limit: number): void {
    const { arena, kernels } = this.#context;
    const entries = this.#region.allocZero((limit + 1) * 8) + 8;
    const hashes = this.#region.alloc(limit * 4);
    const { count } = this;
    if (count > 0) {
      arena.u8.copyWithin(entries, this.#get('entries'), this.#get('entries') + count * 8);
      arena.u8.copyWithin(hashes, this.#get('hashes'), this.#get('hashes') + count * 4);
    }
    // Half full at most.
    const slotCount = limit * 2;
    this.#set('slots', this.#region.allocZero(slotCount * 4));
    this.#set('mask', slotCount - 1);
    this.#set('entries', entries);
    this.#set('hashes', hashes);
    this.#set('limit', limit);
    kernels.dict_rehash(this.#state);
  }

  #get(word: keyof typeof STATE): number {
    return this.#context.arena.u32[(this.#state >>> 2) + STATE[word]];
  }

  #set(word: keyof typeof STATE, value: number): void {
    this.#context.arena.u32[(this.#state >>> 2) + STATE[word]] = value;
  }
}
