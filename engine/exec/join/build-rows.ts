/**
 * The right rows of a join, or of one partition of it, where they lie: chunks of word columns are the pages of their
 * row numbers (page << 13 | row), so that nothing is copied between partitioning and probing.
 */

import { BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import type { RowChunk } from '../row-layout.ts';
import type { JoinSide } from './side.ts';

const PAGE_BITS = 13;
/** Row numbers + 1 must fit 32 bits. */
const MAX_PAGES = 2 ** (32 - PAGE_BITS) - 1;

export class BuildRows {
  readonly side: JoinSide;
  /** Table of page addresses of the link column; it was the hash column before. */
  readonly links: number;
  /** u32 per key word: the table of its page addresses. */
  readonly keyPages: number;
  /** A byte per key word: 1 = string. */
  readonly kinds: number;
  readonly #task: TaskContext;
  readonly #chunks: readonly RowChunk[];
  readonly #pages: readonly number[];

  constructor(task: TaskContext, region: Region, side: JoinSide, chunks: readonly RowChunk[]) {
    const { u8, u32 } = task.arena;
    if (chunks.length > MAX_PAGES) {
      throw new BasaltError('LIMIT_EXCEEDED', 'The right side of the join has too many rows', {
        hint: 'Put the smaller table on the right side of the join',
      });
    }
    this.#task = task;
    this.side = side;
    this.#chunks = chunks;
    this.#pages = side.layout.columns.map((_, word) => {
      const table = region.alloc(chunks.length * 4 + 4);
      for (let page = 0; page < chunks.length; page++) {
        u32[(table >>> 2) + page] = side.layout.address(chunks[page], word);
      }
      return table;
    });
    this.links = this.#pages[side.hash];
    this.keyPages = region.alloc(side.keyWords * 4 + 4);
    this.kinds = region.alloc(side.keyWords + 1);
    u32.set(this.#pages.slice(0, side.keyWords), this.keyPages >>> 2);
    u8.set(
      side.shape.strings.map((string) => (string ? 1 : 0)),
      this.kinds,
    );
  }

  get pageCount(): number {
    return this.#chunks.length;
  }

  pageRows(page: number): number {
    return this.#chunks[page].rows;
  }

  pageColumn(page: number, word: number): number {
    return this.side.layout.address(this.#chunks[page], word);
  }

  /** Tables of the page addresses of each word column. */
  get pageTables(): readonly number[] {
    return this.#pages;
  }

  /** The rows of a page as a batch. */
  pageInput(page: number): Input {
    return this.side.input(this.#task, this.pageRows(page), (word) => this.pageColumn(page, word));
  }

  /** Column c of the rows whose numbers (u32) stand at `rows`. */
  take(c: number, rows: number, n: number): Vector {
    const { kernels, scratch } = this.#task;
    return this.side.column(this.#task, c, n, (word) => {
      const out = scratch.alloc(n * 8);
      kernels.join_take(this.#pages[word], rows, n, out);
      return out;
    });
  }
}
