/**
 * What one thread's source read, and what pruning spared it (DESIGN.md D5): always counted, since it is a few additions
 * a block. Page: VECTOR_ROWS rows of a block. Every row of a block is counted once: spared by exactly one step, or read.
 */

import { VECTOR_ROWS } from '../../vector/vector.ts';

/** The steps a block's rows can fall to, in the order they are tried. */
export type BlockStep = 'deleted' | 'blockZones' | 'bitmap';

type Spared = { units: number; rows: number };
type Filtered = { of: number; rows: number };

/** Plain data, for the way to the coordinator. */
export type ReadRecord = {
  readonly rows: number;
  readonly bytes: number;
  /** Blocks looked into. */
  readonly blocks: number;
  readonly pages: number;
  /** Blocks, or pages, that each step removed; `deleted`: all of their rows are hidden. */
  readonly deleted: Readonly<Spared>;
  readonly blockZones: Readonly<Spared>;
  readonly bitmap: Readonly<Spared>;
  readonly pageZones: Readonly<Spared>;
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
      joinFilter: this.#joinFilter,
    };
  }
}
