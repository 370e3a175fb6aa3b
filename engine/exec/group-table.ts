/**
 * A hash table from keys of one or more 8-byte words to group numbers 0, 1, 2 ... (DESIGN.md D6).
 *
 * Keys are columns: word k of group g is at keyColumns[k] + 8 g. Words of string keys are references and are
 * compared by bytes, never by hash alone. The table grows by doubling and stays at most half full, so that a call
 * of VECTOR_ROWS rows always has room. Used by aggregation, joins and IN.
 */

import type { Region } from '../memory/region.ts';
import { VECTOR_ROWS } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { keyHashes } from './key.ts';

const SLOT_BYTES = 8;
const HASH_BYTES = 4;
const WORD_BYTES = 8;
/** Arena bytes of room for one group of so many key words; at most half of the slots are used. */
export const groupTableBytes = (keyWords: number): number =>
  keyWords * WORD_BYTES + HASH_BYTES + 2 * SLOT_BYTES;
const FIRST_SLOTS = 1024;

export class GroupTable {
  readonly #task: TaskContext;
  readonly #region: Region;
  readonly #strings: readonly boolean[];
  /** The two words of a key that has two, the one that is no string first; null = another number, or two strings. */
  readonly #pair: readonly [number, number] | null;
  readonly #kinds: number;
  readonly #keyPointers: number;
  readonly #groupPointers: number;
  #slots = 0;
  #slotCount = 0;
  #capacity = 0;
  #hashes = 0;
  #keyColumns: number[] = [];
  #count = 0;

  /** @param strings per key word: whether it is a string reference. */
  constructor(task: TaskContext, region: Region, strings: readonly boolean[], expected = 0) {
    this.#task = task;
    this.#region = region;
    this.#strings = strings;
    this.#pair = strings.length !== 2 || (strings[0] && strings[1]) ? null : strings[0] ? [1, 0] : [0, 1];
    this.#kinds = region.allocZero(strings.length + 1);
    this.#keyPointers = region.alloc(strings.length * 4 + 4);
    this.#groupPointers = region.alloc(strings.length * 4 + 4);
    for (let k = 0; k < strings.length; k++) task.arena.u8[this.#kinds + k] = strings[k] ? 1 : 0;
    let slots = FIRST_SLOTS;
    while (slots < expected * 2) slots *= 2;
    this.#grow(slots);
  }

  /** Groups so far. */
  get count(): number {
    return this.#count;
  }

  /** Groups that fit before the next doubling; sizes state columns. */
  get capacity(): number {
    return this.#capacity;
  }

  get keyColumns(): readonly number[] {
    return this.#keyColumns;
  }

  get hashes(): number {
    return this.#hashes;
  }

  /**
   * Group numbers (u32) of n <= VECTOR_ROWS rows, new groups added. Answers their address, in scratch.
   * @param hashes what {@link keyHashes} gives for the keys; computed here when 0.
   */
  upsert(keys: readonly number[], n: number, hashes = 0): number {
    const { kernels, scratch } = this.#task;
    if (hashes === 0) hashes = this.#hash(keys, n);
    const gids = scratch.alloc(n * 4);
    this.reserve(n);
    const mask = this.#slotCount - 1;
    if (keys.length === 1) {
      const upsert = this.#strings[0] ? kernels.group_upsert_ref : kernels.group_upsert_u64;
      this.#count = upsert(
        this.#slots,
        mask,
        hashes,
        keys[0],
        n,
        this.#hashes,
        this.#keyColumns[0],
        this.#count,
        gids,
      );
      return gids;
    }
    if (this.#pair !== null) {
      const [first, second] = this.#pair;
      const upsert = this.#strings[second] ? kernels.group_upsert_u64_ref : kernels.group_upsert_u64_u64;
      this.#count = upsert(
        this.#slots,
        mask,
        hashes,
        keys[first],
        keys[second],
        n,
        this.#hashes,
        this.#keyColumns[first],
        this.#keyColumns[second],
        this.#count,
        gids,
      );
      return gids;
    }
    this.#point(this.#keyPointers, keys);
    this.#count = kernels.group_upsert(
      this.#slots,
      mask,
      hashes,
      this.#keyPointers,
      this.#kinds,
      keys.length,
      n,
      this.#hashes,
      this.#groupPointers,
      this.#count,
      gids,
    );
    return gids;
  }

  /** {@link upsert} for any number of rows, when the group numbers are not needed. */
  upsertAll(keys: readonly number[], n: number): void {
    for (let from = 0; from < n; from += VECTOR_ROWS) {
      const mark = this.#task.scratch.mark();
      this.upsert(
        keys.map((k) => k + from * 8),
        Math.min(VECTOR_ROWS, n - from),
      );
      this.#task.scratch.reset(mark);
    }
  }

  /** Group numbers without adding: 0xffffffff where there is none. */
  find(keys: readonly number[], n: number, hashes = 0): number {
    const { kernels, scratch } = this.#task;
    if (hashes === 0) hashes = this.#hash(keys, n);
    const gids = scratch.alloc(n * 4);
    this.#point(this.#keyPointers, keys);
    kernels.group_find(
      this.#slots,
      this.#slotCount - 1,
      hashes,
      this.#keyPointers,
      this.#kinds,
      keys.length,
      n,
      this.#groupPointers,
      gids,
    );
    return gids;
  }

  /** Room for n more groups. */
  reserve(n: number): void {
    let slots = this.#slotCount;
    while ((this.#count + n) * 2 > slots) slots *= 2;
    if (slots !== this.#slotCount) this.#grow(slots);
  }

  /** Forgets all groups, keeping the memory. */
  clear(): void {
    this.#count = 0;
    this.#task.arena.fill(this.#slots, this.#slotCount * SLOT_BYTES, 0);
  }

  /** Adopts a table built on another thread, for {@link find} only. */
  describe(): GroupTableData {
    return {
      slots: this.#slots,
      slotCount: this.#slotCount,
      hashes: this.#hashes,
      keyColumns: this.#keyColumns,
      count: this.#count,
    };
  }

  static adopt(task: TaskContext, strings: readonly boolean[], data: GroupTableData): GroupTable {
    const table = new GroupTable(task, task.heap, strings);
    table.#slots = data.slots;
    table.#slotCount = data.slotCount;
    table.#hashes = data.hashes;
    table.#keyColumns = [...data.keyColumns];
    table.#count = data.count;
    table.#point(table.#groupPointers, table.#keyColumns);
    return table;
  }

  #hash(keys: readonly number[], n: number): number {
    return keyHashes(this.#task, { strings: this.#strings }, keys, [], n);
  }

  #grow(slots: number): void {
    const { arena, kernels } = this.#task;
    const capacity = slots / 2;
    const move = (from: number, width: number): number => {
      this.#task.check();
      const to = this.#region.alloc(capacity * width);
      if (from !== 0) arena.u8.copyWithin(to, from, from + this.#count * width);
      return to;
    };
    this.#hashes = move(this.#hashes, HASH_BYTES);
    this.#keyColumns = this.#strings.map((_, k) => move(this.#keyColumns[k] ?? 0, WORD_BYTES));
    const table = this.#region.alloc(slots * SLOT_BYTES);
    this.#task.inSteps(slots, (from, n) => arena.fill(table + from * SLOT_BYTES, n * SLOT_BYTES, 0));
    this.#slots = table;
    this.#slotCount = slots;
    this.#capacity = capacity;
    this.#point(this.#groupPointers, this.#keyColumns);
    for (let from = 0; from < this.#count; from += 65536) {
      this.#task.check();
      kernels.group_reinsert(this.#slots, slots - 1, this.#hashes, from, Math.min(this.#count, from + 65536));
    }
  }

  #point(at: number, columns: readonly number[]): void {
    for (let k = 0; k < columns.length; k++) this.#task.arena.u32[at / 4 + k] = columns[k];
  }
}

/** Where a finished table lies; plain data for other threads. */
export type GroupTableData = {
  readonly slots: number;
  readonly slotCount: number;
  readonly hashes: number;
  readonly keyColumns: readonly number[];
  readonly count: number;
};
