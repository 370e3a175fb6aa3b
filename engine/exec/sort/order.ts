/**
 * The order of stored rows by sort keys: a permutation of row numbers.
 *
 * Each key becomes unsigned 64-bit words that ascend in the wanted order; a stable radix sort by bytes runs from the
 * last key to the first and skips bytes that are equal in all rows. Strings sort by eight bytes at a time: rows whose
 * bytes so far are equal get the same rank, and only as many rounds run as the longest tie needs.
 * NaN is the largest number; NULLs go where the key says.
 */

import type { Lane } from '../../type/type.ts';
import { STEP_ROWS, type TaskContext } from '../context.ts';
import type { StoredRows } from '../row-store.ts';

/** Column `column` of the stored rows, as a key. */
export type OrderKey = {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  /** uint64 compares without sign. */
  readonly unsigned: boolean;
};

const DIGITS = 256;

/** Address of `rows` u32 row numbers in order, in scratch. */
export function sortOrder(task: TaskContext, stored: StoredRows, keys: readonly OrderKey[]): number {
  const { rows } = stored;
  const sorter = new RadixSorter(task, rows);
  for (const key of keys.toReversed()) {
    const lane = stored.lanes[key.column];
    const words = task.scratch.alloc(Math.max(8, rows * 8));
    if (lane === 'str')
      rankStrings(task, stored.words[key.column], stored.valid[key.column], rows, key.descending, words);
    else orderWords(task, lane, key, stored.words[key.column], rows, words);
    const valid = stored.valid[key.column];
    // What lies under a NULL has no order: the next keys decide among NULLs.
    if (valid !== 0) task.kernels.zero_nulls_u64(words, valid, rows, words);
    sorter.sortBy(words);
    if (valid !== 0) {
      const nulls = task.scratch.alloc(Math.max(8, rows * 8));
      const { u8, u32 } = task.arena;
      for (let i = 0; i < rows; i++) {
        u32[(nulls >>> 2) + 2 * i] = (u8[valid + i] === 0) === key.nullsFirst ? 0 : 1;
        u32[(nulls >>> 2) + 2 * i + 1] = 0;
      }
      sorter.sortBy(nulls, 1);
    }
  }
  return sorter.order;
}

/** Words that ascend, unsigned, in the key's order. Strings are not ranked here. */
export function orderWords(
  task: TaskContext,
  lane: Lane,
  key: OrderKey,
  words: number,
  rows: number,
  out: number,
): void {
  const { kernels } = task;
  const flip = key.descending ? -1n : 0n;
  if (lane === 'f64') kernels.order_f64(words, rows, flip, out);
  else if (key.unsigned || lane === 'bool') kernels.order_u64(words, rows, flip, out);
  else kernels.order_i64(words, rows, flip, out);
}

class RadixSorter {
  readonly #task: TaskContext;
  readonly #rows: number;
  readonly #counts: number;
  #order: number;
  #nextOrder: number;
  #words: number;
  #nextWords: number;

  constructor(task: TaskContext, rows: number) {
    const { scratch, kernels } = task;
    this.#task = task;
    this.#rows = rows;
    this.#counts = scratch.alloc(DIGITS * 4);
    this.#order = scratch.alloc(Math.max(8, rows * 4));
    this.#nextOrder = scratch.alloc(Math.max(8, rows * 4));
    this.#words = scratch.alloc(Math.max(8, rows * 8));
    this.#nextWords = scratch.alloc(Math.max(8, rows * 8));
    kernels.iota_u32(rows, 0, this.#order);
  }

  get order(): number {
    return this.#order;
  }

  /** Stable sort of the current order by words given in row-number order. */
  sortBy(words: number, bytes = 8): void {
    const { kernels, arena } = this.#task;
    const n = this.#rows;
    this.#task.inSteps(n, (from, rows) =>
      kernels.take_u64(words, this.#order + from * 4, rows, this.#words + from * 8),
    );
    for (let byte = 0; byte < bytes; byte++) {
      this.#task.check();
      kernels.radix_count(this.#words, n, byte * 8, this.#counts);
      const at = this.#counts >>> 2;
      let sum = 0;
      let whole = false;
      for (let d = 0; d < DIGITS; d++) {
        const count = arena.u32[at + d];
        if (count === n) whole = true;
        arena.u32[at + d] = sum;
        sum += count;
      }
      if (whole) continue;
      this.#task.inSteps(n, (from, rows) =>
        kernels.radix_move(
          this.#words + from * 8,
          this.#order + from * 4,
          rows,
          byte * 8,
          this.#counts,
          this.#nextWords,
          this.#nextOrder,
        ),
      );
      [this.#words, this.#nextWords] = [this.#nextWords, this.#words];
      [this.#order, this.#nextOrder] = [this.#nextOrder, this.#order];
    }
  }
}

/** Dense ranks of strings as words: equal strings get equal words, smaller strings smaller ones. */
function rankStrings(
  task: TaskContext,
  refs: number,
  valid: number,
  rows: number,
  descending: boolean,
  out: number,
): void {
  const { arena, kernels, scratch } = task;
  const { u8, u32 } = arena;
  const at = out >>> 2;
  arena.u8.fill(0, out, out + rows * 8);
  const words = scratch.alloc(Math.max(8, rows * 8));
  let longest = 0;
  for (let i = 0; i < rows; i++) {
    if (valid === 0 || u8[valid + i] !== 0) longest = Math.max(longest, u32[(refs >>> 2) + 2 * i + 1]);
  }
  // Ranks so far are the high key, eight more bytes the low one; a length word last tells 'a' from 'a\0'.
  for (let skip = 0, last = false; !last; skip += 8) {
    last = skip >= longest;
    if (last) for (let i = 0; i < rows; i++) lengthWord(arena, refs, words, i);
    else task.inSteps(rows, (from, n) => kernels.order_refs(refs + from * 8, n, skip, 0n, words + from * 8));
    const sorter = new RadixSorter(task, rows);
    sorter.sortBy(words);
    sorter.sortBy(out, 4);
    const ordered = sorter.order >>> 2;
    const next = scratch.alloc(Math.max(8, rows * 8));
    let rank = 0;
    for (let k = 0; k < rows; k++) {
      if ((k & (STEP_ROWS - 1)) === 0) task.check();
      const row = u32[ordered + k];
      if (k > 0) {
        const before = u32[ordered + k - 1];
        const same =
          u32[at + 2 * row] === u32[at + 2 * before] &&
          u32[(words >>> 2) + 2 * row] === u32[(words >>> 2) + 2 * before] &&
          u32[(words >>> 2) + 2 * row + 1] === u32[(words >>> 2) + 2 * before + 1];
        if (!same) rank++;
      }
      u32[(next >>> 2) + 2 * row] = rank;
      u32[(next >>> 2) + 2 * row + 1] = 0;
    }
    arena.u8.copyWithin(out, next, next + rows * 8);
    if (rank === rows - 1) break;
  }
  if (descending) for (let i = 0; i < rows; i++) u32[at + 2 * i] = 0xffffffff - u32[at + 2 * i];
}

function lengthWord({ u32 }: TaskContext['arena'], refs: number, words: number, i: number): void {
  u32[(words >>> 2) + 2 * i] = u32[(refs >>> 2) + 2 * i + 1];
  u32[(words >>> 2) + 2 * i + 1] = 0;
}
