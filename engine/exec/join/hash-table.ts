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
import type { BuildRows } from './build-rows.ts';
import type { JoinKeys } from './side.ts';

const FIRST_SLOTS = 64;
const SLOT_BYTES = 8;

/** A finished table; plain data. `slots` 0 = no rows. */
export type HashTable = { readonly slots: number; readonly mask: number };

/** Enters the rows of these pages. */
export function buildTable(
  task: TaskContext,
  region: Region,
  plan: JoinPlan,
  rows: BuildRows,
  pages: readonly number[],
): HashTable {
  const { kernels, scratch, arena } = task;
  const { side } = rows;
  const nullKey = plan.nullSafe ? -1 : side.nullKey;
  const mark = scratch.mark();
  const keys = scratch.alloc(side.keyWords * 4 + 4);
  let slots = 0;
  let count = FIRST_SLOTS;
  let used = 0;
  for (const page of pages.toReversed()) {
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
    used += kernels.join_insert(
      slots,
      count - 1,
      page,
      n,
      keys,
      rows.pageColumn(page, side.hash),
      nullKey < 0 ? 0 : rows.pageColumn(page, nullKey),
      rows.keyPages,
      rows.kinds,
      side.keyWords,
    );
  }
  scratch.reset(mark);
  return { slots, mask: count - 1 };
}

/** Finds chains in one table, or in one of a power of two of them by the upper bits of the hash. */
export class TableSet {
  readonly rows: BuildRows;
  readonly #task: TaskContext;
  readonly #tables: number;
  readonly #bits: number;
  readonly #nullKey: number;
  readonly #keys: number;

  constructor(
    task: TaskContext,
    region: Region,
    plan: JoinPlan,
    rows: BuildRows,
    tables: readonly HashTable[],
  ) {
    this.#task = task;
    this.rows = rows;
    this.#bits = Math.log2(tables.length);
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
    arena.u32.set(keys.words, this.#keys >>> 2);
    kernels.join_find(
      this.#tables,
      this.#bits,
      keys.hashes,
      this.#keys,
      this.#nullKey < 0 ? 0 : keys.words[this.#nullKey],
      n,
      this.rows.keyPages,
      this.rows.kinds,
      this.rows.side.keyWords,
      heads,
    );
    return heads;
  }
}
