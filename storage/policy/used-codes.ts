/**
 * The entries of a sorted dictionary that rows of the output have. What is only in rows that were left out must not
 * stay: a dictionary's ends are the bounds of its column, and its size the number of distinct values.
 */

import type { Region } from '../../engine/memory/region.ts';
import type { CodecContext } from '../codec/context.ts';
import type { SortedDictionary } from '../segment/dictionary-builder.ts';

export class UsedCodes {
  readonly #context: CodecContext;
  readonly #region: Region;
  readonly #dictionary: SortedDictionary;
  /** A byte an entry. */
  readonly #used: number;

  constructor(context: CodecContext, region: Region, dictionary: SortedDictionary) {
    this.#context = context;
    this.#region = region;
    this.#dictionary = dictionary;
    this.#used = region.allocZero(dictionary.count);
  }

  /** 8-byte codes of rows of the output. */
  add(codes: number, rows: number): void {
    const { u8, u32 } = this.#context.arena;
    for (let i = 0; i < rows; i++) u8[this.#used + u32[(codes >>> 2) + i * 2]] = 1;
  }

  /** The smaller dictionary, and the address of the new code (u32) of every old one: 0 for those that went. */
  finish(): { readonly dictionary: SortedDictionary; readonly codes: number } {
    const { u8, u32 } = this.#context.arena;
    const { count, refs } = this.#dictionary;
    const codes = this.#region.allocZero(count * 4);
    const kept = this.#region.allocZero(count * 8);
    let next = 1;
    for (let code = 1; code < count; code++) {
      if (u8[this.#used + code] === 0) continue;
      u32[(kept >>> 2) + next * 2] = u32[(refs >>> 2) + code * 2];
      u32[(kept >>> 2) + next * 2 + 1] = u32[(refs >>> 2) + code * 2 + 1];
      u32[(codes >>> 2) + code] = next++;
    }
    return { dictionary: { count: next, refs: kept }, codes };
  }
}
