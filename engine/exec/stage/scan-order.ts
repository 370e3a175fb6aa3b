/**
 * The order in which a scan takes blocks, morsel by morsel: that of the parts, or for a top-N (sort/leading-key.ts) the one in which the
 * first values come first, as far as bounds tell. What has no bounds comes before all. Every thread comes to the same order.
 */

import type { Part, PartReader, Zone } from '../../plan/source.ts';

/** Which end of the column with this id comes first. */
export type ScanKey = { readonly columnId: number; readonly descending: boolean };
export type BlockPlace = { readonly part: number; readonly block: number };

export class ScanOrder {
  readonly morsels: number;
  readonly #parts: readonly Part[];
  readonly #key: ScanKey | null;
  readonly #readerOf: (part: Part) => PartReader;
  /** Numbers of parts, and the first morsel of each, in order. */
  readonly #order: readonly number[];
  readonly #first: readonly number[];
  /** By part, its blocks in order. */
  readonly #blocks = new Map<number, readonly number[]>();

  constructor(parts: readonly Part[], key: ScanKey | null, readerOf: (part: Part) => PartReader) {
    this.#parts = parts;
    this.#key = key;
    this.#readerOf = readerOf;
    const numbers = parts.map((_, i) => i);
    this.#order =
      key === null ? numbers : inOrder(numbers, (part) => endOf(parts[part].zones.get(key.columnId), key));
    const first: number[] = [];
    let morsels = 0;
    for (const part of this.#order) {
      first.push(morsels);
      morsels += parts[part].blocks;
    }
    this.#first = first;
    this.morsels = morsels;
  }

  /** `block` in its part's own order. */
  place(morsel: number): BlockPlace {
    let at = this.#order.length - 1;
    while (this.#first[at] > morsel) at--;
    return { part: this.#order[at], block: morsel - this.#first[at] };
  }

  /** The block of a place; only now its part is opened. */
  blockAt({ part, block }: BlockPlace): number {
    const key = this.#key;
    if (key === null) return block;
    let blocks = this.#blocks.get(part);
    if (blocks === undefined) {
      const reader = this.#readerOf(this.#parts[part]);
      const numbers = Array.from({ length: reader.blockCount }, (_, i) => i);
      blocks = inOrder(numbers, (i) => endOf(reader.zone(i, key.columnId), key));
      this.#blocks.set(part, blocks);
    }
    return blocks[block];
  }
}

/** What to order by, so that the smallest comes first; null: unknown. */
function endOf(zone: Zone | undefined, { descending }: ScanKey): bigint | null {
  const end = descending ? zone?.max : zone?.min;
  if (typeof end !== 'bigint') return null;
  return descending ? -end : end;
}

/** Those without an end first, equal ones as they were. */
function inOrder(numbers: readonly number[], end: (number: number) => bigint | null): readonly number[] {
  const ends = numbers.map(end);
  const before = (a: bigint | null, b: bigint | null): number => {
    if (a === null || b === null) return Number(a !== null) - Number(b !== null);
    return a < b ? -1 : a > b ? 1 : 0;
  };
  return numbers.toSorted((a, b) => before(ends[a], ends[b]));
}
