/**
 * What one thread's source read, and what pruning spared it (DESIGN.md D5): always counted, since it is a few additions
 * a block. Page: VECTOR_ROWS rows of a block. Every row of a block is counted once: spared by exactly one step, or read.
 */

import { VECTOR_ROWS } from '../../vector/vector.ts';

/** The steps a block's rows can fall to, in the order they are tried. */
export type BlockStep = 'deleted' | 'blockZones' | 'bitmap';

type Spared = { units: number; rows: number };
type Filtered = { of: number; rows: number };

/** `names`: of the indexes. */
export type IndexRecord = { readonly names: string; readonly of: number } & Readonly<Spared>;

/** Plain data, for the way to the coordinator. */
export type ReadRecord = {
  readonly rows: number;
  readonly bytes: number;
  /** Blocks looked into. */
  readonly blocks: number;
  /** Of these, and of `indexedBlocks`. */
  readonly pages: number;
  /** Blocks, or pages, that each step removed; `deleted`: all of their rows are hidden. */
  readonly deleted: Readonly<Spared>;
  readonly blockZones: Readonly<Spared>;
  readonly bitmap: Readonly<Spared>;
  readonly pageZones: Readonly<Spared>;
  /** Blocks that indexes left nothing of; the pages are counted with each index. */
  readonly indexedBlocks: number;
  /** By conjunct of the filter that asks indexes: pages that it was asked about, and those it removed. */
  readonly indexes: readonly IndexRecord[];
  /** Rows read that came to the filters of joins, and those that went no further. */
  readonly joinFilter: Readonly<Filtered>;
};

export class ReadCounters {
  #rows = 0;
  #bytes = 0;
  #blocks = 0;
  #pages = 0;
  readonly #spared = {
    deleted: { units: 0, rows: 0 },
    blockZones: { units: 0, rows: 0 },
    bitmap: { units: 0, rows: 0 },
    pageZones: { units: 0, rows: 0 },
  };
  #indexedBlocks = 0;
  readonly #indexes = new Map<string, { of: number } & Spared>();
  readonly #joinFilter: Filtered = { of: 0, rows: 0 };

  /** A block was left out whole; answers true, for the one who decides so. */
  spareBlock(step: BlockStep, rows: number): true {
    this.#spared[step].units++;
    this.#spared[step].rows += rows;
    return true;
  }

  /** Rows of a block, whole pages of it, were left out by their bounds. */
  sparePages(rows: number): void {
    this.#spared.pageZones.units += Math.ceil(rows / VECTOR_ROWS);
    this.#spared.pageZones.rows += rows;
  }

  /** Indexes were asked about `of` pages, and removed some. */
  askIndexes(names: string, of: number): void {
    const known = this.#indexes.get(names);
    if (known === undefined) this.#indexes.set(names, { of, units: 0, rows: 0 });
    else known.of += of;
  }

  /** A page of so many rows was left out because of indexes. */
  spareIndexedPage(names: string, rows: number): void {
    const index = this.#indexes.get(names);
    if (index === undefined) return;
    index.units++;
    index.rows += rows;
  }

  /** Nothing was left of a block, at least one of its pages because of indexes. */
  indexedBlock(blockRows: number): void {
    this.#indexedBlocks++;
    this.#pages += Math.ceil(blockRows / VECTOR_ROWS);
  }

  /** Of `of` rows that passed the scan's own filter, `rows` cannot find a partner in a join further on. */
  filterByJoins(of: number, rows: number): void {
    this.#joinFilter.of += of;
    this.#joinFilter.rows += rows;
  }

  /** The rest of a block, `rows` of its `blockRows`, was read. */
  readBlock(blockRows: number, rows: number, bytes: number): void {
    this.#blocks++;
    this.#pages += Math.ceil(blockRows / VECTOR_ROWS);
    this.#rows += rows;
    this.#bytes += bytes;
  }

  record(): ReadRecord {
    return {
      rows: this.#rows,
      bytes: this.#bytes,
      blocks: this.#blocks,
      pages: this.#pages,
      ...this.#spared,
      indexedBlocks: this.#indexedBlocks,
      indexes: Array.from(this.#indexes, ([names, counts]) => ({ names, ...counts })),
      joinFilter: this.#joinFilter,
    };
  }
}
