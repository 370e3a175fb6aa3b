/**
 * Sorted rows as they come, one behind the other in one piece of memory per column, until whole partitions of them have been
 * handled. A byte a row says whether it begins a partition, or a group of peers.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { KeptStrings } from '../keep-strings.ts';
import type { MergedRows } from '../sort/merge.ts';
import { KIND_WORD, type SortLayout } from '../sort/spec.ts';

export const BEGINS_PEERS = 1;
export const BEGINS_PARTITION = 2;

const FIRST_CAPACITY = 8192;

export class WindowRows {
  readonly #task: TaskContext;
  readonly #layout: SortLayout;
  /** Key columns of a run that say which rows belong together; the rest are those of the order. */
  readonly #partitionColumns: number;
  /** Strings have to be copied to stay. */
  readonly #fleeting: boolean;
  #region: Region;
  #strings: KeptStrings;
  #columns: number[] = [];
  #flags = 0;
  #capacity = 0;
  rows = 0;
  /** The row that begins the last partition. */
  lastPartition = 0;

  constructor(task: TaskContext, layout: SortLayout, partitionColumns: number, fleeting: boolean) {
    this.#task = task;
    this.#layout = layout;
    this.#partitionColumns = partitionColumns;
    this.#fleeting = fleeting;
    this.#region = task.region();
    this.#strings = new KeptStrings(task, task.region());
  }

  /** Address of run column c of the first row. */
  column(c: number): number {
    return this.#columns[c];
  }

  /** One byte a row. */
  get flags(): Uint8Array {
    return this.#task.arena.u8.subarray(this.#flags, this.#flags + this.rows);
  }

  /** The first row from `from` on that begins a partition, -1 when none does. */
  nextPartition(from: number): number {
    const { flags } = this;
    for (let row = from; row < this.rows; row++) if ((flags[row] & BEGINS_PARTITION) !== 0) return row;
    return -1;
  }

  /** Appends the rows of a merged range. The first row of all begins a partition. */
  append(merged: MergedRows): void {
    const { arena, scratch } = this.#task;
    const n = merged.rows;
    this.#ensure(this.rows + n);
    const mark = scratch.mark();
    this.#layout.shape.forEach(({ width, string }, c) => {
      const taken = merged.take(c, 0, n);
      if (string && this.#fleeting) this.#strings.keepHere(taken, n);
      arena.u8.copyWithin(this.#columns[c] + this.rows * width, taken, taken + n * width);
    });
    scratch.reset(mark);
    this.rows += n;
    this.#mark(this.rows - n, this.rows);
  }

  /** Forgets the first `n` rows. */
  drop(n: number): void {
    const { u8 } = this.#task.arena;
    const left = this.rows - n;
    this.#layout.shape.forEach(({ width }, c) => {
      const at = this.#columns[c];
      u8.copyWithin(at, at + n * width, at + this.rows * width);
    });
    u8.copyWithin(this.#flags, this.#flags + n, this.#flags + this.rows);
    this.rows = left;
    this.lastPartition = Math.max(0, this.lastPartition - n);
    if (this.#fleeting) this.#keepOnly();
  }

  free(): void {
    this.#region.free();
    this.#strings.free();
  }

  /** Strings of rows that went go, too. */
  #keepOnly(): void {
    const strings = new KeptStrings(this.#task, this.#task.region());
    this.#layout.shape.forEach(({ string }, c) => {
      if (string) strings.keepHere(this.#columns[c], this.rows);
    });
    this.#strings.free();
    this.#strings = strings;
  }

  #ensure(rows: number): void {
    if (rows <= this.#capacity) return;
    const { u8 } = this.#task.arena;
    const capacity = Math.max(FIRST_CAPACITY, rows, this.#capacity * 2);
    const region = this.#task.region();
    const moved = (from: number, width: number): number => {
      const to = region.alloc(capacity * width);
      if (this.rows > 0) u8.copyWithin(to, from, from + this.rows * width);
      return to;
    };
    this.#columns = this.#layout.shape.map(({ width }, c) => moved(this.#columns[c] ?? 0, width));
    this.#flags = moved(this.#flags, 1);
    this.#region.free();
    this.#region = region;
    this.#capacity = capacity;
  }

  #mark(from: number, to: number): void {
    const { u8 } = this.#task.arena;
    u8.fill(0, this.#flags + from, this.#flags + to);
    const keys = this.#layout.kinds.length;
    for (let k = keys - 1; k >= 0; k--) {
      const flag = k < this.#partitionColumns ? BEGINS_PEERS | BEGINS_PARTITION : BEGINS_PEERS;
      this.#markKey(this.#columns[this.#layout.firstKey + k], this.#layout.kinds[k], flag, from, to);
    }
    if (from === 0 && to > 0) u8[this.#flags] = BEGINS_PEERS | BEGINS_PARTITION;
    for (let row = from; row < to; row++)
      if ((u8[this.#flags + row] & BEGINS_PARTITION) !== 0) this.lastPartition = row;
  }

  /** Marks the rows whose key is not that of the row before. */
  #markKey(column: number, kind: number, flag: number, from: number, to: number): void {
    const { u8, u32 } = this.#task.arena;
    const words = column >>> 2;
    for (let row = Math.max(1, from); row < to; row++) {
      const a = words + row * 2;
      if (u32[a] === u32[a - 2] && u32[a + 1] === u32[a - 1]) continue;
      if (kind !== KIND_WORD && this.#sameText(a)) continue;
      u8[this.#flags + row] |= flag;
    }
  }

  /** The strings of two references one behind the other. */
  #sameText(at: number): boolean {
    const { u8, u32 } = this.#task.arena;
    const bytes = u32[at + 1];
    if (bytes !== u32[at - 1]) return false;
    const [a, b] = [u32[at], u32[at - 2]];
    for (let i = 0; i < bytes; i++) if (u8[a + i] !== u8[b + i]) return false;
    return true;
  }
}
