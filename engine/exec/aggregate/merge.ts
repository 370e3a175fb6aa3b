/**
 * The second half of GROUP BY: all threads' partial states of one partition become groups (sink.ts is the first).
 *
 * A partition is a morsel: its table lives in a region of the thread that the next partition uses again, so the memory
 * needed at once is that of the partitions under way.
 */

import { Region } from '../../memory/region.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { GroupTable } from '../group-table.ts';
import { lazyInput, type Push } from '../input.ts';
import { type KeyShape, keyShape, keyVector } from '../key.ts';
import { chunkColumn, chunksByPartition, PARTITIONS, type RowChunk } from '../partition.ts';
import {
  type AggregatePartial,
  type AggregateSpec,
  argumentsCanMiss,
  type FlatStates,
  rawColumns,
  rawKeepsHash,
} from './sink.ts';
import { AggregateStates } from './state.ts';

export class AggregateMerge {
  readonly #task: TaskContext;
  readonly #spec: AggregateSpec;
  readonly #shape: KeyShape;
  readonly #flat: readonly FlatStates[];
  readonly #states: readonly RowChunk[][][];
  readonly #raw: readonly RowChunk[][][];
  readonly #region: Region;

  constructor(task: TaskContext, spec: AggregateSpec, partials: readonly AggregatePartial[]) {
    this.#task = task;
    this.#spec = spec;
    this.#region = new Region(task.arena, task.heap.owner, 4);
    this.#shape = keyShape(spec.keys.map((k) => k.type));
    this.#flat = partials.flatMap((p) => p.flat ?? []);
    this.#states = partials.flatMap((p) => (p.states === null ? [] : [chunksByPartition(p.states)]));
    this.#raw = partials.flatMap((p) => (p.raw === null ? [] : [chunksByPartition(p.raw)]));
  }

  /** Morsels to be done: 1 when nothing was partitioned. */
  static morsels(partials: readonly AggregatePartial[]): number {
    return partials.some((p) => p.states !== null || p.raw !== null) ? PARTITIONS : 1;
  }

  run(morsel: number, morsels: number, push: Push): void {
    const region = this.#region;
    const mark = region.mark();
    try {
      const groups = new PartitionGroups(this.#task, region, this.#spec, this.#shape, this.#rowsOf(morsel));
      for (const flat of this.#flat) groups.addFlat(flat, morsels === 1 ? null : morsel);
      for (const lists of this.#states) for (const chunk of lists[morsel]) groups.addStates(chunk);
      for (const lists of this.#raw) for (const chunk of lists[morsel]) groups.addRaw(chunk);
      groups.emit(push);
    } finally {
      region.reset(mark);
    }
  }

  #rowsOf(morsel: number): number {
    let rows = 0;
    for (const lists of [...this.#states, ...this.#raw])
      for (const chunk of lists[morsel]) rows += chunk.rows;
    return rows;
  }
}

class PartitionGroups {
  readonly #task: TaskContext;
  readonly #shape: KeyShape;
  readonly #calls: readonly AggregateCall[];
  readonly #table: GroupTable;
  readonly #states: AggregateStates;
  readonly #keyWords: number;

  constructor(task: TaskContext, region: Region, spec: AggregateSpec, shape: KeyShape, rows: number) {
    this.#task = task;
    this.#shape = shape;
    this.#calls = spec.aggregates;
    this.#keyWords = shape.strings.length;
    // Rows repeat keys: room for a quarter of them saves most doublings without much waste.
    this.#table = new GroupTable(task, region, shape.strings, rows >> 2);
    this.#states = new AggregateStates(task, region, spec.aggregates, true, this.#table.capacity);
  }

  /** Flat states, of one partition only when `partition` is not null. */
  addFlat(flat: FlatStates, partition: number | null): void {
    const { arena, kernels, scratch } = this.#task;
    const hashes = flat.columns[flat.columns.length - 1];
    for (let from = 0; from < flat.rows; from += VECTOR_ROWS) {
      const mark = scratch.mark();
      const rows = Math.min(VECTOR_ROWS, flat.rows - from);
      let columns = flat.columns.map((c) => c + from * 8);
      let n = rows;
      if (partition !== null) {
        const sel = scratch.alloc(rows * 4);
        n = 0;
        for (let i = 0; i < rows; i++) {
          if (arena.u8[hashes + (from + i) * 8 + 7] === partition) arena.u32[(sel >>> 2) + n++] = i;
        }
        columns = columns.map((c) => {
          const out = scratch.alloc(n * 8);
          kernels.take_u64(c, sel, n, out);
          return out;
        });
      }
      if (n > 0) this.#addStateColumns(columns, n);
      scratch.reset(mark);
    }
  }

  addStates(chunk: RowChunk): void {
    const columns = this.#keyWords + this.#states.wordCount + 1;
    this.#vectors(chunk, columns, (addresses, n) => this.#addStateColumns(addresses, n));
  }

  addRaw(chunk: RowChunk): void {
    const { kernels, scratch } = this.#task;
    const columns = rawColumns(this.#shape, this.#calls);
    const canMiss = argumentsCanMiss(this.#calls);
    const keepsHash = rawKeepsHash(this.#shape);
    this.#vectors(chunk, columns, (addresses, n) => {
      const hashes = keepsHash ? addresses[columns - 1] : 0;
      const gids = this.#upsert(addresses.slice(0, this.#keyWords), hashes, n);
      let at = this.#keyWords;
      const bits = addresses[columns - (keepsHash ? 2 : 1)];
      const args = this.#calls.map((c, i) => {
        const words = addresses.slice(at, at + c.args.length);
        at += c.args.length;
        let valid = 0;
        if (canMiss && (c.filter !== null || c.args.some((a) => a.type.nullable))) {
          valid = scratch.alloc(n);
          kernels.valid_of_bit(bits, n, i, valid);
        }
        return { words, valid };
      });
      this.#states.update(gids, args, n);
    });
  }

  emit(push: Push): void {
    const { scratch } = this.#task;
    for (let from = 0; from < this.#table.count; from += VECTOR_ROWS) {
      const mark = scratch.mark();
      const rows = Math.min(VECTOR_ROWS, this.#table.count - from);
      const keys = this.#table.keyColumns.map((c) => c + from * 8);
      const states = this.#states.columns.map((c) => c + from * 8);
      const keyCount = this.#shape.lanes.length;
      push(
        lazyInput(rows, (index) =>
          index < keyCount
            ? keyVector(this.#task, this.#shape, keys, index, rows)
            : this.#states.aggregators[index - keyCount].result(
                this.#task,
                this.#states.slice(states, index - keyCount),
                rows,
              ),
        ),
      );
      scratch.reset(mark);
    }
  }

  #addStateColumns(columns: readonly number[], n: number): void {
    const gids = this.#upsert(columns.slice(0, this.#keyWords), columns[columns.length - 1], n);
    this.#states.merge(gids, columns.slice(this.#keyWords, this.#keyWords + this.#states.wordCount), n);
  }

  #upsert(keys: readonly number[], hashes: number, n: number): number {
    const gids = this.#table.upsert(keys, n, hashes);
    this.#states.ensure(this.#table.capacity, this.#table.count);
    return gids;
  }

  #vectors(chunk: RowChunk, columns: number, use: (addresses: number[], n: number) => void): void {
    const { scratch } = this.#task;
    for (let from = 0; from < chunk.rows; from += VECTOR_ROWS) {
      this.#task.check();
      const mark = scratch.mark();
      use(
        Array.from({ length: columns }, (_, c) => chunkColumn(chunk, c) + from * 8),
        Math.min(VECTOR_ROWS, chunk.rows - from),
      );
      scratch.reset(mark);
    }
  }
}
