/**
 * Rows kept whole, as columns of 8-byte words with validity bytes: what sorting, joins and materialized results
 * hold. Columns are contiguous and double, so that any row is one index away.
 *
 * String words are references to bytes that live as long as the query.
 */

import type { Region } from '../memory/region.ts';
import { type Lane, type LogicalType, laneOf } from '../type/type.ts';
import type { Vector } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { type Input, lazyInput } from './input.ts';
import { validOf, vectorOfWords, wordsOf } from './lane.ts';

const FIRST_ROWS = 256;

/** Where finished rows lie; plain data for other threads. */
export type StoredRows = {
  readonly lanes: readonly Lane[];
  readonly words: readonly number[];
  /** Address of validity bytes per column; 0 = the column cannot be NULL. */
  readonly valid: readonly number[];
  readonly rows: number;
};

export class RowStore {
  readonly #task: TaskContext;
  readonly #region: Region;
  readonly #lanes: readonly Lane[];
  readonly #nullable: readonly boolean[];
  #words: number[] = [];
  #valid: number[] = [];
  #capacity = 0;
  #rows = 0;

  constructor(task: TaskContext, region: Region, types: readonly LogicalType[]) {
    this.#task = task;
    this.#region = region;
    this.#lanes = types.map(laneOf);
    this.#nullable = types.map((t) => t.nullable);
  }

  get rows(): number {
    return this.#rows;
  }

  /**
   * Appends a batch; `vector(c)` gives column c. Scratch is not reset here: lazy columns made meanwhile are the
   * batch's, and others may still read them.
   */
  append(rows: number, vector: (column: number) => Vector): void {
    const { arena } = this.#task;
    this.#reserve(this.#rows + rows);
    for (let c = 0; c < this.#lanes.length; c++) {
      const v = vector(c);
      const words = wordsOf(this.#task, v);
      arena.u8.copyWithin(this.#words[c] + this.#rows * 8, words, words + rows * 8);
      if (!this.#nullable[c]) continue;
      const valid = validOf(this.#task, v);
      const to = this.#valid[c] + this.#rows;
      if (valid === 0) arena.u8.fill(1, to, to + rows);
      else arena.u8.copyWithin(to, valid, valid + rows);
    }
    this.#rows += rows;
  }

  /** Keeps only the rows whose numbers (u32) stand at `order`, in that order. */
  keep(order: number, n: number): void {
    const { arena, kernels, scratch } = this.#task;
    const mark = scratch.mark();
    const words = scratch.alloc(n * 8);
    for (let c = 0; c < this.#lanes.length; c++) {
      kernels.take_u64(this.#words[c], order, n, words);
      arena.u8.copyWithin(this.#words[c], words, words + n * 8);
      if (!this.#nullable[c]) continue;
      kernels.take_u8_by_u32(this.#valid[c], order, n, words);
      arena.u8.copyWithin(this.#valid[c], words, words + n);
    }
    scratch.reset(mark);
    this.#rows = n;
  }

  describe(): StoredRows {
    return {
      lanes: this.#lanes,
      words: this.#words.slice(),
      valid: this.#lanes.map((_, c) => (this.#nullable[c] ? this.#valid[c] : 0)),
      rows: this.#rows,
    };
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    let capacity = Math.max(FIRST_ROWS, this.#capacity);
    while (capacity < rows) capacity *= 2;
    const grow = (from: number | undefined, width: number): number => {
      this.#task.check();
      const to = this.#region.alloc(capacity * width);
      if (from !== undefined) this.#task.arena.u8.copyWithin(to, from, from + this.#rows * width);
      return to;
    };
    this.#words = this.#lanes.map((_, c) => grow(this.#words[c], 8));
    this.#valid = this.#lanes.map((_, c) => (this.#nullable[c] ? grow(this.#valid[c], 1) : 0));
    this.#capacity = capacity;
  }
}

/** Rows [from, from + n) of column c. */
export const storedColumn = (
  task: TaskContext,
  stored: StoredRows,
  c: number,
  from: number,
  n: number,
): Vector =>
  vectorOfWords(
    task,
    stored.lanes[c],
    n,
    stored.words[c] + from * 8,
    stored.valid[c] === 0 ? 0 : stored.valid[c] + from,
  );

/** Rows [from, from + n) of stored rows as a batch. */
export const storedInput = (task: TaskContext, stored: StoredRows, from: number, n: number): Input =>
  lazyInput(n, (c) => storedColumn(task, stored, c, from, n));

/** Column c of the rows whose numbers (u32) stand at `order`. */
export function takeColumn(
  task: TaskContext,
  stored: StoredRows,
  c: number,
  order: number,
  n: number,
): Vector {
  const { kernels, scratch } = task;
  const words = scratch.alloc(n * 8);
  kernels.take_u64(stored.words[c], order, n, words);
  let valid = 0;
  if (stored.valid[c] !== 0) {
    valid = scratch.alloc(n);
    kernels.take_u8_by_u32(stored.valid[c], order, n, valid);
  }
  return vectorOfWords(task, stored.lanes[c], n, words, valid);
}

/** Several stores as one; a copy unless there is only one. */
export function concatRows(
  task: TaskContext,
  types: readonly LogicalType[],
  parts: readonly StoredRows[],
): StoredRows {
  const filled = parts.filter((p) => p.rows > 0);
  if (filled.length === 1) return filled[0];
  const store = new RowStore(task, task.heap, types);
  const step = 8192;
  for (const part of filled) {
    for (let from = 0; from < part.rows; from += step) {
      task.check();
      const input = storedInput(task, part, from, Math.min(step, part.rows - from));
      store.append(input.rows, (c) => input.column(c));
    }
  }
  return store.describe();
}
