/**
 * The order of rows by their key columns (spec.ts): a permutation of row numbers.
 *
 * A stable radix sort by bytes runs from the last key column to the first and leaves out bytes that all rows share.
 * A column of strings takes part with eight bytes, those behind what all strings begin with; only when that leaves
 * rows out of order does a merge sort compare whole rows. It finds most of them in order and only copies those.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { KIND_REF_DESCENDING, KIND_WORD } from './spec.ts';

const DIGITS = 256;
const FIRST_GROUP = 16;

/** Key columns as the kernels take them. */
export class KeyTable {
  readonly columns: number;
  readonly kinds: number;
  readonly width: number;
  readonly #task: TaskContext;

  constructor(task: TaskContext, region: Region, kinds: readonly number[]) {
    this.#task = task;
    this.width = kinds.length;
    this.columns = region.alloc(kinds.length * 4);
    this.kinds = region.alloc(kinds.length);
    task.arena.u8.set(kinds, this.kinds);
  }

  /** Sets where the columns lie. */
  point(addresses: readonly number[]): this {
    this.#task.arena.u32.set(addresses, this.columns >>> 2);
    return this;
  }
}

/** Address of `rows` u32 row numbers in order, in scratch. @param keys whose columns have these addresses */
export function sortOrder(
  task: TaskContext,
  keys: KeyTable,
  addresses: readonly number[],
  kinds: readonly number[],
  rows: number,
): number {
  const { kernels, scratch } = task;
  const sorter = new RadixSorter(task, rows);
  let strings = false;
  for (let k = addresses.length - 1; k >= 0; k--) {
    if (kinds[k] === KIND_WORD) {
      sorter.sortBy(addresses[k]);
      continue;
    }
    strings = true;
    const common = kernels.refs_common(addresses[k], rows) >>> 0;
    const words = scratch.alloc(rows * 8);
    const flip = kinds[k] === KIND_REF_DESCENDING ? -1n : 0n;
    kernels.order_refs(addresses[k], rows, common, flip, words);
    sorter.sortBy(words);
  }
  if (!strings) return sorter.order;
  keys.point(addresses);
  return inOrder(task, keys, sorter.order, rows) ? sorter.order : mergeSort(task, keys, sorter.order, rows);
}

const inOrder = ({ kernels }: TaskContext, keys: KeyTable, order: number, rows: number): boolean =>
  kernels.rows_sorted(keys.columns, keys.kinds, keys.width, order, rows) === 1;

function mergeSort(task: TaskContext, keys: KeyTable, order: number, rows: number): number {
  const { kernels, scratch } = task;
  const { columns, kinds, width } = keys;
  kernels.rows_sort_groups(columns, kinds, width, order, rows);
  let from = order;
  let to = scratch.alloc(rows * 4);
  for (let group = FIRST_GROUP; group < rows && !inOrder(task, keys, from, rows); group *= 2) {
    task.check();
    kernels.rows_sort_merge(columns, kinds, width, from, rows, group, to);
    [from, to] = [to, from];
  }
  return from;
}

class RadixSorter {
  readonly #task: TaskContext;
  readonly #rows: number;
  readonly #counts: number;
  #order: number;
  #nextOrder: number;
  #words: number;
  #nextWords: number;
  #moved = false;

  constructor(task: TaskContext, rows: number) {
    const { scratch, kernels } = task;
    this.#task = task;
    this.#rows = rows;
    this.#counts = scratch.alloc(DIGITS * 4);
    this.#order = scratch.alloc(rows * 4);
    this.#nextOrder = scratch.alloc(rows * 4);
    this.#words = scratch.alloc(rows * 8);
    this.#nextWords = scratch.alloc(rows * 8);
    kernels.iota_u32(rows, 0, this.#order);
  }

  get order(): number {
    return this.#order;
  }

  /** Stable sort of the current order by words given in row-number order. */
  sortBy(words: number): void {
    const { kernels, arena } = this.#task;
    const n = this.#rows;
    const bits = BigInt.asUintN(64, kernels.differing_u64(words, n));
    if (bits === 0n) return;
    this.#task.check();
    if (this.#moved) kernels.take_u64(words, this.#order, n, this.#words);
    else arena.u8.copyWithin(this.#words, words, words + n * 8);
    for (let shift = 0; shift < 64; shift += 8) {
      if (((bits >> BigInt(shift)) & 255n) === 0n) continue;
      const moved = kernels.sort_pass_u64(
        this.#words,
        this.#order,
        n,
        shift,
        this.#counts,
        this.#nextWords,
        this.#nextOrder,
      );
      if (moved === 0) continue;
      [this.#words, this.#nextWords] = [this.#nextWords, this.#words];
      [this.#order, this.#nextOrder] = [this.#nextOrder, this.#order];
    }
    this.#moved = true;
  }
}
