/**
 * The groups of one partition: takes what threads left of it, then passes the groups on.
 */

import type { Region } from '../../memory/region.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { Push } from '../input.ts';
import type { KeptStrings } from '../keep-strings.ts';
import type { KeyShape } from '../key.ts';
import { PARTITIONS } from '../partition.ts';
import type { RowChunk, RowLayout } from '../row-layout.ts';
import { emitGroups, type GroupColumns } from './emit-groups.ts';
import { Groups } from './groups.ts';
import type { PartitionSplit } from './partition-split.ts';
import type { RawRows } from './raw-rows.ts';
import type { StateHeap } from './state-heap.ts';

/** New groups per row from which on a table is taken to get one of nearly every row. */
const NEARLY_UNIQUE = 0.75;

/** How what threads left lies in partitions. */
export type GroupLayouts = { readonly states: RowLayout; readonly raw: RawRows };

export class PartitionGroups {
  readonly #task: TaskContext;
  readonly #shape: KeyShape;
  readonly #groups: Groups;
  readonly #layouts: GroupLayouts;
  readonly #split: PartitionSplit | null;
  /** Rows in all, about, and so far. */
  readonly #rows: number;
  #seen = 0;

  /**
   * @param split takes the groups away whenever they are too many; null = they never are
   * @param strings see {@link Groups}
   * @param heap takes the blocks of states
   */
  constructor(
    task: TaskContext,
    region: Region,
    shape: KeyShape,
    calls: readonly AggregateCall[],
    layouts: GroupLayouts,
    split: PartitionSplit | null,
    strings: KeptStrings | null,
    rows: number,
    heap: StateHeap,
  ) {
    this.#task = task;
    this.#shape = shape;
    this.#split = split;
    this.#rows = rows;
    this.#layouts = layouts;
    // Rows repeat keys: room for a quarter of them saves most doublings without much waste.
    const expected = Math.min(rows >> 2, split?.maxGroups ?? Number.POSITIVE_INFINITY);
    this.#groups = new Groups(task, region, shape, calls, strings, expected, heap);
  }

  get groups(): Groups {
    return this.#groups;
  }

  /** Those of the groups that belong to partitions [first, end). */
  addFlat(flat: GroupColumns, first: number, end: number): void {
    const { arena, kernels, scratch } = this.#task;
    for (let from = 0; from < flat.rows; from += VECTOR_ROWS) {
      const mark = scratch.mark();
      const rows = Math.min(VECTOR_ROWS, flat.rows - from);
      let columns = flat.columns.map((c) => c + from * 8);
      let hashes = flat.hashes + from * 4;
      let n = rows;
      if (end - first < PARTITIONS) {
        const sel = scratch.alloc(rows * 4);
        n = 0;
        for (let i = 0; i < rows; i++) {
          const partition = arena.u8[hashes + i * 4 + 3];
          if (partition >= first && partition < end) arena.u32[(sel >>> 2) + n++] = i;
        }
        const taken = scratch.alloc(n * 4);
        kernels.take_u32(hashes, sel, n, taken);
        hashes = taken;
        columns = columns.map((c) => {
          const out = scratch.alloc(n * 8);
          kernels.take_u64(c, sel, n, out);
          return out;
        });
      }
      if (n > 0) this.#addStates(columns, hashes, n);
      scratch.reset(mark);
    }
  }

  addStates(chunk: RowChunk): void {
    this.#vectors(chunk, this.#layouts.states, (words, hashes, n) => this.#addStates(words, hashes, n));
  }

  addRaw(chunk: RowChunk): void {
    this.#vectors(chunk, this.#layouts.raw.layout, (words, hashes, n) => {
      const keys = words.slice(0, this.#shape.strings.length);
      this.#groups.addRows(keys, hashes, this.#layouts.raw.args(this.#task, words, n), n);
    });
  }

  emit(push: Push): void {
    const { states, count, columns, hashes } = this.#groups;
    emitGroups(this.#task, this.#shape, states.aggregators, { columns, hashes, rows: count }, push);
  }

  #addStates(words: readonly number[], hashes: number, n: number): void {
    const keys = this.#shape.strings.length;
    this.#groups.addStates(words.slice(0, keys), words.slice(keys), hashes, n);
  }

  /** A table that must grow, and got a new group from nearly every row so far, will get one from nearly every row to come. */
  #foresee(n: number): void {
    const { count, capacity } = this.#groups;
    if (count + n > capacity && this.#split === null && count > this.#seen * NEARLY_UNIQUE)
      this.#groups.reserve(this.#rows - this.#seen);
    this.#seen += n;
  }

  /** Passes on a chunk's words, and its hashes or 0. */
  #vectors(
    chunk: RowChunk,
    layout: RowLayout,
    use: (words: number[], hashes: number, n: number) => void,
  ): void {
    const { scratch } = this.#task;
    for (let from = 0; from < chunk.rows; from += VECTOR_ROWS) {
      this.#task.check();
      const mark = scratch.mark();
      const n = Math.min(VECTOR_ROWS, chunk.rows - from);
      this.#foresee(n);
      use(layout.read(this.#task, chunk, from, n), layout.hashed ? layout.hashes(chunk, from) : 0, n);
      scratch.reset(mark);
      this.#split?.relieve(this.#groups);
    }
  }
}
