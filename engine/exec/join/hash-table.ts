/**
 * Hash tables over right rows (kernels join_*): one for a small side, else one per partition, so that no table needs
 * much contiguous memory and threads build them without each other.
 *
 * The table holds one slot per distinct key: the head of the chain of its rows. It grows by doubling, from the slots
 * alone.
 */

import type { Region } from '../../memory/region.ts';
import type { JoinPlan } from '../../plan/node.ts';
import type { TaskContext } from '../context.ts';
import type { IntegerRange } from '../integer-bits.ts';
import type { BuildRows } from './build-rows.ts';
import type { JoinKeys } from './side.ts';

const FIRST_SLOTS = 64;
const SLOT_BYTES = 8;

/** A finished table; plain data. `slots` 0 = no rows. */
export type HashTable = {
  readonly slots: number;
  readonly mask: number;
  /** Different keys it has. */
  readonly keys: number;
  /** No two rows have the same key. */
  readonly unique: boolean;
};

/** Enters the rows of these pages. */
export function buildChains(
  task: TaskContext,
  region: Region,
  plan: JoinPlan,
  rows: BuildRows,
  pages: readonly number[],
): HashTable {
  const { side } = rows;
  let entered = 0;
  const { slots, mask, used } = growSlots(task, region, plan, rows, pages.toReversed(), (page, to) => {
    entered += to.rows;
    return task.kernels.join_insert(
      to.slots,
      to.mask,
      page,
      to.rows,
      to.keys,
      rows.pageColumn(page, side.hash),
      to.nullKey,
      rows.keyPages,
      rows.kinds,
      side.keyWords,
    );
  });
  return { slots, mask, keys: used, unique: used === entered };
}

/** Where a page's rows go: `keys` are the columns of its key, `nullKey` that of rows without one (0: there are none). */
type Entry = {
  readonly slots: number;
  readonly mask: number;
  readonly rows: number;
  readonly keys: number;
  readonly nullKey: number;
  /** Slots that are taken. */
  readonly used: number;
};

/** Slots for the keys of page after page, at most half of them taken. @param enter answers how many keys it added */
export function growSlots(
  task: TaskContext,
  region: Region,
  plan: JoinPlan,
  rows: BuildRows,
  pages: readonly number[],
  enter: (page: number, to: Entry) => number,
): { readonly slots: number; readonly mask: number; readonly used: number } {
  const { kernels, scratch, arena } = task;
  const { side } = rows;
  const nullKey = plan.nullSafe ? -1 : side.nullKey;
  const mark = scratch.mark();
  const keys = scratch.alloc(side.keyWords * 4 + 4);
  let slots = 0;
  let count = FIRST_SLOTS;
  let used = 0;
  for (const page of pages) {
    task.check();
    const n = rows.pageRows(page);
    const before = count;
    while ((used + n) * 2 > count) count *= 2;
    if (slots === 0 || count !== before) {
      const next = region.allocZero(count * SLOT_BYTES);
      if (slots !== 0) kernels.join_grow(slots, before, next, count - 1);
      slots = next;
    }
    for (let k = 0; k < side.keyWords; k++) arena.u32[(keys >>> 2) + k] = rows.pageColumn(page, k);
    const nulls = nullKey < 0 ? 0 : rows.pageColumn(page, nullKey);
    used += enter(page, { slots, mask: count - 1, rows: n, keys, nullKey: nulls, used });
  }
  scratch.reset(mark);
  return { slots, mask: count - 1, used };
}

/** The table of an integer key whose values lie close together: an array of heads, no hash and nothing to compare. */
export function buildDenseTable(
  task: TaskContext,
  region: Region,
  rows: BuildRows,
  range: IntegerRange,
): HashTable {
  const { side } = rows;
  const slots = region.allocZero((range.last + 1) * 4);
  let used = 0;
  let entered = 0;
  for (let page = rows.pageCount - 1; page >= 0; page--) {
    task.check();
    const n = rows.pageRows(page);
    entered += n;
    used += task.kernels.join_insert_dense(
      slots,
      range.least,
      page,
      n,
      rows.pageColumn(page, 0),
      rows.pageColumn(page, side.hash),
      side.nullKey < 0 ? 0 : rows.pageColumn(page, side.nullKey),
    );
  }
  return { slots, mask: 0, keys: used, unique: used === entered };
}

/** Finds chains in one table, or in one of a power of two of them by the upper bits of the hash. */
export class TableSet {
  readonly rows: BuildRows;
  readonly #task: TaskContext;
  readonly #tables: number;
  readonly #bits: number;
  readonly #dense: (IntegerRange & { readonly table: number }) | null;
  /** No chain is longer than one row. */
  readonly unique: boolean;
  readonly #nullKey: number;
  readonly #keys: number;

  constructor(
    task: TaskContext,
    region: Region,
    plan: JoinPlan,
    rows: BuildRows,
    tables: readonly HashTable[],
    dense: IntegerRange | null = null,
  ) {
    this.#task = task;
    this.rows = rows;
    this.#bits = Math.log2(tables.length);
    this.#dense = dense === null ? null : { ...dense, table: tables[0].slots };
    this.unique = tables.every((table) => table.unique);
    this.#nullKey = plan.nullSafe ? -1 : rows.side.nullKey;
    this.#tables = region.alloc(tables.length * 8);
    this.#keys = region.alloc(rows.side.keyWords * 4 + 4);
    task.arena.u32.set(
      tables.flatMap(({ slots, mask }) => [slots, mask]),
      this.#tables >>> 2,
    );
  }

  /** Address of the first row number + 1 of each row's chain (u32; 0 = none), in scratch. */
  find(keys: JoinKeys, n: number): number {
    const { arena, kernels, scratch } = this.#task;
    const heads = scratch.alloc(n * 4);
    const nulls = this.#nullKey < 0 ? 0 : keys.words[this.#nullKey];
    if (this.#dense !== null) {
      const { table, least, last } = this.#dense;
      kernels.join_find_dense(table, least, last, keys.words[0], nulls, n, heads);
      return heads;
    }
    arena.u32.set(keys.words, this.#keys >>> 2);
    kernels.join_find(
      this.#tables,
      this.#bits,
      keys.hashes,
      this.#keys,
      nulls,
      n,
      this.rows.keyPages,
      this.rows.kinds,
      this.rows.side.keyWords,
      heads,
    );
    return heads;
  }
}
