/**
 * The second half of a join's build side: what all threads partitioned becomes hash tables, a table a morsel.
 *
 * When any thread had to spill, no table is made: the probe side is partitioned too, and the join goes partition by
 * partition (grace.ts).
 */

import type { JoinPlan } from '../../plan/node.ts';
import type { TaskContext } from '../context.ts';
import { IntegerBits, type IntegerRange } from '../integer-bits.ts';
import { PARTITIONS } from '../partition.ts';
import type { RowChunk } from '../row-layout.ts';
import { BuildRows } from './build-rows.ts';
import type { BuildPartial, KeyEnds } from './build-sink.ts';
import { buildTable } from './build-table.ts';
import { buildDenseTable, type HashTable, TableSet } from './hash-table.ts';
import { type KeyFilter, KeyFilters, keyFilterOf } from './key-filter.ts';
import { rightSide } from './side.ts';

/** Up to as many rows one table serves best: it stays in the cache, and is the exact set of keys for scans. */
export const SMALL_BUILD_ROWS = 65536;

/** An array of heads of so many keys is 4 MiB. */
const MAX_DENSE_KEYS = 1 << 20;
/** Keys an array may have for each row. */
const DENSE_KEYS_PER_ROW = 16;

/** Bits that tell scans which values of a key there are: at most 4 MiB, which a thread clears for each of its joins. */
const MAX_KEY_BITS = 1 << 25;
/** Below this they stay in the cache; above it they are worth their memory for so many a row. */
const FEW_KEY_BITS = 1 << 21;
const KEY_BITS_PER_ROW = 256;

/** A table by its number, and what scans ask of it first; null: nobody asks, or the table itself stays in the cache. */
type NumberedTable = HashTable & { readonly number: number; readonly filter: KeyFilter | null };

/** What one thread leaves: the tables it built. */
export type TablePartial = { readonly tables: readonly NumberedTable[] };

export const rowsOf = (builds: readonly BuildPartial[]): number => builds.reduce((sum, b) => sum + b.rows, 0);
export const isSpilled = (builds: readonly BuildPartial[]): boolean => builds.some((b) => b.spilled !== null);

/** The range of the only key when an array over it is worth its memory; else null. */
function denseRange(plan: JoinPlan, builds: readonly BuildPartial[]): IntegerRange | null {
  if (plan.rightKeys.length !== 1 || plan.nullSafe || plan.pick !== undefined) return null;
  const [ends] = keyEnds(builds);
  if (ends === null || ends === undefined) return null;
  const last = ends.max - ends.min;
  const most = Math.min(MAX_DENSE_KEYS, rowsOf(builds) * DENSE_KEYS_PER_ROW);
  return last < BigInt(most) ? { least: ends.min, last: Number(last) } : null;
}

/** The range of the only key when bits over it serve scans; else null. */
function bitRange(plan: JoinPlan, builds: readonly BuildPartial[]): IntegerRange | null {
  const [ends] = keyEnds(builds);
  if (plan.rightKeys.length !== 1 || plan.nullSafe || ends === null || ends === undefined) return null;
  const last = ends.max - ends.min;
  const most = Math.min(MAX_KEY_BITS, Math.max(FEW_KEY_BITS, rowsOf(builds) * KEY_BITS_PER_ROW));
  return last < BigInt(most) ? { least: ends.min, last: Number(last) } : null;
}

/** Which values the only key has; null: it is no integer, or they lie too far apart. */
export function keyBits(
  task: TaskContext,
  plan: JoinPlan,
  builds: readonly BuildPartial[],
): IntegerBits | null {
  const range = bitRange(plan, builds);
  if (range === null) return null;
  const { rows } = new BuiltSide(task, plan, builds);
  const { nullKey } = rows.side;
  const bits = new IntegerBits(task, task.heap, range);
  for (let page = 0; page < rows.pageCount; page++)
    bits.addAll(
      rows.pageColumn(page, 0),
      nullKey < 0 ? 0 : rows.pageColumn(page, nullKey),
      rows.pageRows(page),
    );
  return bits;
}

/** A join's right side in memory, as every thread sees it. */
class BuiltSide {
  readonly rows: BuildRows;
  readonly tableCount: number;
  readonly dense: IntegerRange | null;
  /** Partition of each page. */
  readonly partitions: readonly number[];

  constructor(task: TaskContext, plan: JoinPlan, builds: readonly BuildPartial[]) {
    const chunks: RowChunk[] = [];
    const partitions: number[] = [];
    for (const { memory } of builds) {
      for (let i = 0; i < memory.chunks.length; i += 4) {
        const [partition, address, rows, capacity] = memory.chunks.subarray(i, i + 4);
        chunks.push({ address, rows, capacity });
        partitions.push(partition);
      }
    }
    this.partitions = partitions;
    this.dense = denseRange(plan, builds);
    this.tableCount = this.dense !== null || rowsOf(builds) <= SMALL_BUILD_ROWS ? 1 : PARTITIONS;
    this.rows = new BuildRows(task, task.heap, rightSide(plan), chunks);
  }
}

/** Builds the tables. */
export class TableBuilder {
  readonly morsels: number;
  readonly #task: TaskContext;
  readonly #plan: JoinPlan;
  readonly #side: BuiltSide | null;
  readonly #pages: readonly number[][];
  /** Scans want a filter of each table. */
  readonly #isAsked: boolean;
  readonly #built: NumberedTable[] = [];

  /** @param isAsked by scans of the left side */
  constructor(task: TaskContext, plan: JoinPlan, builds: readonly BuildPartial[], isAsked: boolean) {
    this.#task = task;
    this.#plan = plan;
    this.#isAsked = isAsked && bitRange(plan, builds) === null;
    const side = isSpilled(builds) || rowsOf(builds) === 0 ? null : new BuiltSide(task, plan, builds);
    const count = side?.tableCount ?? 0;
    const pages: number[][] = Array.from({ length: count }, () => []);
    side?.partitions.forEach((partition, page) => {
      pages[count === 1 ? 0 : partition].push(page);
    });
    this.#side = side;
    this.#pages = pages;
    this.morsels = count;
  }

  run(morsel: number): void {
    if (this.#side === null || this.#pages[morsel].length === 0) return;
    const { rows, dense } = this.#side;
    const { heap } = this.#task;
    const table =
      dense === null
        ? buildTable(this.#task, heap, this.#plan, rows, this.#pages[morsel])
        : buildDenseTable(this.#task, heap, rows, dense);
    const filter = this.#isAsked && this.morsels > 1 ? keyFilterOf(this.#task, heap, table) : null;
    this.#built.push({ ...table, number: morsel, filter });
  }

  finish(): TablePartial {
    return { tables: this.#built };
  }
}

/** The tables all threads built, to be probed. */
export function tableSet(
  task: TaskContext,
  plan: JoinPlan,
  builds: readonly BuildPartial[],
  partials: readonly TablePartial[],
): TableSet {
  const side = new BuiltSide(task, plan, builds);
  const tables: HashTable[] = Array.from({ length: side.tableCount }, () => ({
    slots: 0,
    mask: 0,
    keys: 0,
    unique: true,
  }));
  for (const partial of partials) for (const table of partial.tables) tables[table.number] = table;
  return new TableSet(task, task.heap, plan, side.rows, tables, side.dense);
}

/** The filters of all tables, where scans asked for them. */
export function keyFilters(task: TaskContext, plan: JoinPlan, partials: readonly TablePartial[]): KeyFilters {
  const filters = new Array<KeyFilter | null>(PARTITIONS).fill(null);
  for (const { tables } of partials) for (const { number, filter } of tables) filters[number] = filter;
  return new KeyFilters(task, filters, plan.nullSafe ? -1 : rightSide(plan).nullKey);
}

/** Ends of each key over all threads; null = no thread knows any. */
export function keyEnds(builds: readonly BuildPartial[]): KeyEnds[] {
  const all: KeyEnds[] = [];
  for (const { ends } of builds) {
    ends.forEach((next, k) => {
      const known = all[k] ?? null;
      all[k] =
        known === null || next === null
          ? (known ?? next)
          : {
              min: next.min < known.min ? next.min : known.min,
              max: next.max > known.max ? next.max : known.max,
            };
    });
  }
  return all;
}
