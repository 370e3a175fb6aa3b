/** Columns of a stretch of rows, value by value. */

import type { Arena } from '../../memory/arena.ts';
import type { SortLayout } from '../sort/spec.ts';
import type { WindowRows } from './rows.ts';

export class Columns {
  readonly #arena: Arena;
  readonly #rows: WindowRows;
  readonly #layout: SortLayout;

  constructor(arena: Arena, rows: WindowRows, layout: SortLayout) {
    this.#arena = arena;
    this.#rows = rows;
    this.#layout = layout;
  }

  /** Address of the column's words. */
  words(column: number): number {
    return this.#rows.column(column);
  }

  /** Address of one byte a row, 0 where a value is NULL; 0 when none can be. */
  valid(column: number): number {
    const flags = this.#layout.valid[column];
    return flags < 0 ? 0 : this.#rows.column(flags);
  }

  isNull(column: number, row: number): boolean {
    const valid = this.valid(column);
    return valid !== 0 && this.#arena.u8[valid + row] === 0;
  }

  i64(column: number, row: number): bigint {
    return this.#arena.i64[this.words(column) / 8 + row];
  }

  f64(column: number, row: number): number {
    return this.#arena.f64[this.words(column) / 8 + row];
  }
}
