/**
 * One granule of one term while its rows come by, and what its builders share.
 *
 * A granule is gone through once and starts anew after {@link GranuleBuilder.finish}. Memory: a region of the builder's own, at
 * most eight bytes a row and the filter, of strings kept once their bytes.
 */

import type { TermValues } from '../../engine/exec/expression/terms.ts';
import { Region } from '../../engine/memory/region.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';

/** Bytes to be stored, with all of their entry but the place. */
export type Piece<E> = { readonly entry: Omit<E, 'offset' | 'checksum'>; readonly stored: Uint8Array };

/** `T` is what {@link finish} gives: bounds, or a piece. */
export interface GranuleBuilder<T> {
  /** Some rows; null: their values are not known, so nothing is known of the granule. */
  add(values: TermValues | null): void;
  /** What is known of the granule; null: nothing. Bytes view scratch memory. */
  finish(): T | null;
  free(): void;
}

/** The rows that are not NULL, one after another: address and number. Good until the scratch is reset. */
export function present(
  { kernels, scratch }: CodecContext,
  { words, valid, rows }: TermValues,
): { readonly words: number; readonly count: number } {
  if (valid === 0) return { words, count: rows };
  const out = scratch.alloc(rows * 8);
  return { words: out, count: kernels.compact_u64(words, valid, rows, out) };
}

/** Words of a granule, in a region that grows. */
export class WordList {
  readonly #context: CodecContext;
  readonly #region: Region;
  #address = 0;
  #room = 0;
  count = 0;

  constructor(context: CodecContext) {
    this.#context = context;
    this.#region = new Region(context.arena, context.scratch.owner, 4);
  }

  /** Address of the words; they stay there until more are added. */
  get address(): number {
    return this.#address;
  }

  /** Room for `count` words more; answers where they go. The caller counts them. */
  reserve(count: number): number {
    const { arena } = this.#context;
    if (this.count + count > this.#room) {
      this.#room = Math.max(this.count + count, this.#room * 2);
      const grown = this.#region.alloc(this.#room * 8);
      arena.u8.copyWithin(grown, this.#address, this.#address + this.count * 8);
      this.#address = grown;
    }
    return this.#address + this.count * 8;
  }

  /** Leaves each word once. */
  distinct(): void {
    const { kernels } = this.#context;
    withScratch(this.#context, (scratch) => {
      let slots = 16;
      while (slots < this.count * 2) slots *= 2;
      this.count = kernels.distinct_u64(this.#address, this.count, scratch.allocZero(slots * 4), slots - 1);
    });
  }

  clear(): void {
    this.count = 0;
  }

  free(): void {
    this.#region.free();
    this.#address = 0;
    this.#room = 0;
    this.count = 0;
  }
}
