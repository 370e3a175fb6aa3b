/**
 * The second half of GROUP BY: all threads' partial states of one partition become groups (sink.ts is the first).
 *
 * A morsel is a partition, or several when they are small: its table lives in a region of the thread that the next one uses
 * again, so the memory needed at once is that of the morsels under way. When threads had to spill, that memory is bounded,
 * too: a partition of too many groups is split (partition-split.ts).
 */

import { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import type { Push } from '../input.ts';
import type { KeyShape } from '../key.ts';
import { chunksByPartition, PARTITIONS } from '../partition.ts';
import type { RowChunk } from '../row-layout.ts';
import { aggregator } from './aggregator.ts';
import { emitGroups, type GroupColumns } from './emit-groups.ts';
import { groupShape, stateLayout } from './groups.ts';
import { type GroupLayouts, PartitionGroups } from './partition-groups.ts';
import { MergeBounds, PartitionSplit } from './partition-split.ts';
import { RawRows } from './raw-rows.ts';
import type { AggregatePartial, AggregateSpec } from './sink.ts';
import { SpilledRows } from './spill.ts';
import { StateHeap } from './state-heap.ts';

/** Partitions of partitions of partitions of partitions: 2^32 in all, which nobody has that many groups for. */
const LAST_LEVEL = 3;
/** Partitions of fewer rows than this share a morsel. */
const MORSEL_ROWS = 1 << 13;

export class AggregateMerge {
  readonly morsels: number;
  /** Strings from files are only in memory while their partition passes. */
  readonly fleeting: boolean;
  readonly #task: TaskContext;
  readonly #spec: AggregateSpec;
  readonly #shape: KeyShape;
  readonly #flat: readonly GroupColumns[];
  readonly #states: readonly RowChunk[][][];
  readonly #raw: readonly RowChunk[][][];
  readonly #spilled: readonly SpilledRows[];
  readonly #layouts: GroupLayouts;
  readonly #bounds: MergeBounds | null;
  readonly #region: Region;
  readonly #heap: StateHeap;

  constructor(task: TaskContext, spec: AggregateSpec, partials: readonly AggregatePartial[]) {
    const shape = groupShape(spec.keys);
    this.#task = task;
    this.#spec = spec;
    this.#shape = shape;
    this.#region = new Region(task.arena, task.heap.owner, 4);
    this.#heap = new StateHeap(new Region(task.arena, task.heap.owner, 4));
    this.#flat = partials.flatMap((p) => p.flat ?? []);
    this.#states = partials.flatMap((p) => (p.states === null ? [] : [chunksByPartition(p.states)]));
    this.#raw = partials.flatMap((p) => (p.raw === null ? [] : [chunksByPartition(p.raw)]));
    this.#spilled = partials.flatMap((p) => (p.spilled === null ? [] : [new SpilledRows(task, p.spilled)]));
    this.#layouts = {
      states: stateLayout(shape, spec.aggregates),
      raw: new RawRows(shape, spec.aggregates),
    };
    this.fleeting = this.#spilled.length > 0;
    this.#bounds = this.fleeting ? new MergeBounds(task, shape, this.#layouts.states) : null;
    this.morsels = AggregateMerge.morsels(partials);
  }

  /** Morsels to be done, a power of two; 1 when nothing was partitioned. */
  static morsels(partials: readonly AggregatePartial[]): number {
    if (partials.some(({ spilled }) => spilled !== null)) return PARTITIONS;
    if (partials.every(({ states, raw }) => states === null && raw === null)) return 1;
    const pieces = Math.max(1, AggregateMerge.rows(partials) / MORSEL_ROWS);
    return Math.min(PARTITIONS, 2 ** Math.ceil(Math.log2(pieces)));
  }

  /** Rows and groups in memory. */
  static rows(partials: readonly AggregatePartial[]): number {
    let rows = 0;
    for (const { flat, states, raw } of partials)
      rows += (flat?.rows ?? 0) + (states?.rows ?? 0) + (raw?.rows ?? 0);
    return rows;
  }

  run(morsel: number, push: Push): void {
    const onlyFlat = this.#states.length + this.#raw.length + this.#spilled.length === 0;
    if (onlyFlat && this.#flat.length === 1) {
      const aggregators = this.#spec.aggregates.map((call) => aggregator(call, true));
      emitGroups(this.#task, this.#shape, aggregators, this.#flat[0], push);
      return;
    }
    const [from, to] = [morsel, morsel + 1].map((m) => (m * PARTITIONS) / this.morsels);
    const add = (groups: PartitionGroups): void => {
      for (const flat of this.#flat) groups.addFlat(flat, from, to);
      for (let partition = from; partition < to; partition++) {
        for (const lists of this.#states) for (const chunk of lists[partition]) groups.addStates(chunk);
        for (const lists of this.#raw) for (const chunk of lists[partition]) groups.addRaw(chunk);
        for (const spilled of this.#spilled) this.#addSpilled(spilled, partition, groups);
      }
    };
    this.#merge(this.#rowsOf(from, to), add, 0, push);
  }

  /** Groups what `add` adds, about `rows` rows. */
  #merge(rows: number, add: (groups: PartitionGroups) => void, level: number, push: Push): void {
    const bounds = this.#bounds;
    const split =
      bounds === null || level === LAST_LEVEL
        ? null
        : new PartitionSplit(this.#task, this.#layouts.states, bounds, level + 1);
    const { aggregates } = this.#spec;
    const mark = this.#region.mark();
    let parts: SpilledRows | null = null;
    try {
      const partition = new PartitionGroups(
        this.#task,
        this.#region,
        this.#shape,
        aggregates,
        this.#layouts,
        split,
        bounds?.strings ?? null,
        rows,
        this.#heap,
      );
      add(partition);
      const file = split?.finish(partition.groups) ?? null;
      if (file === null) partition.emit(push);
      else parts = new SpilledRows(this.#task, file);
    } finally {
      this.#region.reset(mark);
      this.#heap.clear();
      bounds?.strings.free();
    }
    if (parts !== null) this.#mergeParts(parts, level + 1, push);
  }

  #mergeParts(parts: SpilledRows, level: number, push: Push): void {
    for (let part = 0; part < PARTITIONS; part++) {
      const rows = parts.rowsOf(part);
      if (rows > 0) this.#merge(rows, (groups) => this.#addSpilled(parts, part, groups), level, push);
    }
    parts.remove();
  }

  #addSpilled(spilled: SpilledRows, partition: number, groups: PartitionGroups): void {
    spilled.readStates(partition, this.#layouts.states, (chunk) => groups.addStates(chunk));
    spilled.readRaw(partition, this.#layouts.raw.layout, (chunk) => groups.addRaw(chunk));
  }

  #rowsOf(from: number, to: number): number {
    let rows = 0;
    for (let partition = from; partition < to; partition++) {
      for (const lists of [...this.#states, ...this.#raw])
        for (const chunk of lists[partition]) rows += chunk.rows;
      for (const spilled of this.#spilled) rows += spilled.rowsOf(partition);
    }
    return rows;
  }
}
