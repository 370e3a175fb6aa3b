/**
 * Merges of one store: picks what is due, has it written, and swaps it in.
 *
 * Invariant: inputs stay readable until the last snapshot that saw them is released; a merge whose inputs were
 * replaced or dropped meanwhile, or had rows hidden, is thrown away. Whatever becomes of a merge, its memory and its file are given back
 * here.
 */

import { assert, BasaltError } from '../../engine/base/error.ts';
import { hasPolicy } from '../../engine/plan/row-policy.ts';
import type { Checker } from '../repair/checker.ts';
import type { SegmentDescriptor } from '../segment/descriptor.ts';
import type { SegmentChoice, SegmentMeta } from '../segment/meta.ts';
import type { MergeInput } from '../segment/segment-builder.ts';
import type { BuiltSegment, SegmentTarget } from '../segment/target.ts';
import { layoutOf, type TableDefinition } from '../table/definition.ts';
import type { SegmentSwap } from '../table/segment-swap.ts';
import type { StoreCore } from '../table/store-core.ts';
import type { Table } from '../table/table.ts';
import { closeMergeJob, MergeControl, type MergeJob, openMergeJob } from './merge-job.ts';
import { type MergePolicy, pickFinal, pickMerge, rowsOf } from './pick.ts';

/** Where files are memory, the merged one is there beside its inputs. */
const MAX_BYTES_IN_MEMORY = 256 << 20;

export type MergeOptions = {
  /** A merge of more rows is left to others. */
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
};

/** A merge under way, as it is now. */
export type MergeStatus = {
  readonly tableId: number;
  readonly inputs: readonly SegmentMeta[];
  readonly target: SegmentTarget;
  readonly elapsedMs: number;
  /** 0 to 1, by values put in order and written. */
  readonly progress: number;
  readonly writtenBytes: number;
  readonly memoryBytes: number;
};

type Running = Pick<MergeStatus, 'inputs' | 'target'> & {
  readonly startedMs: number;
  readonly table: Table;
  readonly job: MergeJob;
  readonly control: MergeControl;
};

/** What was learned of a table whose merges did not fit their memory. */
type Caution = { atOnce: number; readonly tooLarge: Set<number> };

const NONE: ReadonlySet<number> = new Set();

export class Merger {
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;
  readonly #checker: Checker;
  readonly #running = new Map<Running, Promise<void>>();
  readonly #cautions = new WeakMap<Table, Caution>();
  /** Of each final merge under way, the segments that were there when it began, and what came of them since. */
  readonly #finals = new Set<{ readonly table: Table; readonly ids: Set<number> }>();
  readonly #paused = new WeakSet<Table>();
  #stopped = false;

  constructor(core: StoreCore, swap: SegmentSwap, checker: Checker) {
    this.#core = core;
    this.#swap = swap;
    this.#checker = checker;
  }

  /** Runs one merge that is due; false when none is, or it was stopped. */
  async mergeOnce(
    table: Table,
    { maxRows = Number.POSITIVE_INFINITY, signal }: MergeOptions = {},
  ): Promise<boolean> {
    // What is being changed would be merged for nothing.
    if (this.#stopped || this.#paused.has(table) || table.changing > 0) return false;
    const metas = table.segments.map(({ meta }) => meta);
    const busy = new Set([...table.merging, ...this.#caution(table).tooLarge, ...this.#core.damaged.keys()]);
    const picked = pickMerge(metas, busy, this.#policy(table), hasPolicy(table.definition));
    if (picked.length === 0 || rowsOf(picked) > maxRows) return false;
    return this.#mergePicked(table, picked, signal);
  }

  async #mergePicked(
    table: Table,
    picked: readonly SegmentMeta[],
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { arena } = this.#core.context;
    const target = this.#swap.ownTarget(table, picked[0].partition);
    const job = openMergeJob(arena);
    const control = new MergeControl(arena, job);
    const startedMs = this.#core.options.clock.monotonicMs();
    const running: Running = { table, inputs: picked, target, startedMs, job, control };
    const stop = (): void => control.cancel();
    signal?.addEventListener('abort', stop);
    try {
      const merged = this.#merge(running);
      this.#running.set(running, merged);
      await merged;
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      if (control.cancelled) return false;
      const { errorName } = BasaltError.from(error);
      if (!control.gaveWay && errorName === 'MEMORY_LIMIT_EXCEEDED') this.#takeFewer(table, picked);
      if (errorName === 'CORRUPTED_DATA') await this.#findDamaged(table, picked);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#running.delete(running);
      closeMergeJob(arena, job);
    }
  }

  /** So that the damaged ones among them are not tried again and again. */
  async #findDamaged(table: Table, inputs: readonly SegmentMeta[]): Promise<void> {
    const ids = new Set(inputs.map(({ id }) => id));
    for await (const _ of this.#checker.check(
      table,
      ({ meta }) => ids.has(meta.id),
      () => {},
    ));
  }

  /** Merges until nothing is due any more, and until those that others began have ended. */
  mergeAll(table: Table, signal: AbortSignal): Promise<void> {
    return this.#mergeWhile(table, signal, () => this.mergeOnce(table, { signal }));
  }

  /**
   * Merges until each partition of the wanted segments that are there now is as few segments as may be (pick.ts), as many at once as are
   * built at once. What is written meanwhile is left to others: else this would not end as long as somebody inserts.
   */
  async mergeFinal(table: Table, signal: AbortSignal, wanted: SegmentChoice): Promise<void> {
    const ids = new Set(table.segments.filter(({ meta }) => wanted(meta)).map(({ meta }) => meta.id));
    const pick = (busy: ReadonlySet<number>): SegmentMeta[] => {
      const metas = table.segments.map(({ meta }) => meta).filter(({ id }) => ids.has(id));
      return pickFinal(metas, busy, this.#policy(table), !hasPolicy(table.definition));
    };
    const mergeOne = async (): Promise<boolean> => {
      if (this.#stopped || table.changing > 0) return false;
      const picked = pick(table.merging);
      return picked.length > 0 && this.#mergePicked(table, picked, signal);
    };
    const isDone = (): boolean => pick(NONE).length === 0;
    const final = { table, ids };
    this.#finals.add(final);
    const lanes = Array.from({ length: this.#core.builder.mergesAtOnce }, () =>
      this.#mergeWhile(table, signal, mergeOne, isDone),
    );
    // Where one fails, the others' merges are worth their work.
    const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
    this.#finals.delete(final);
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** Writes wanted segments anew, each by itself, until none is wanted and merges that others began have ended. */
  rewrite(table: Table, signal: AbortSignal, wanted: SegmentChoice): Promise<void> {
    return this.#mergeWhile(table, signal, async () => {
      if (this.#stopped || table.changing > 0) return false;
      const picked = table.segments.find(({ meta }) => wanted(meta) && !table.merging.has(meta.id));
      if (picked === undefined) return false;
      await this.#mergePicked(table, [picked.meta], signal);
      // One that was stopped for the sake of another change is tried again after it.
      return true;
    });
  }

  /**
   * @param mergeOne runs a merge; false when there is none.
   * @param isDone there is none, whatever others do; without it, others' changes and merges are waited for.
   */
  async #mergeWhile(
    table: Table,
    signal: AbortSignal,
    mergeOne: () => Promise<boolean>,
    isDone: () => boolean = () => false,
  ): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    for (;;) {
      await Promise.race([aborted, table.turns.settled()]);
      signal.throwIfAborted();
      if (isDone()) return;
      if (await mergeOne()) continue;
      if (table.changing > 0 || table.turns.isTaken) continue;
      const others = [...this.#running].filter(([running]) => running.table === table);
      if (others.length === 0) return;
      // How they end is theirs to tell.
      await Promise.race([aborted, ...others.map(([, ended]) => ended.catch(() => {}))]);
    }
  }

  /** Merges under way. */
  list(): MergeStatus[] {
    const { arena } = this.#core.context;
    const nowMs = this.#core.options.clock.monotonicMs();
    return [...this.#running.keys()].map(({ table, inputs, target, startedMs, job, control }) => ({
      tableId: table.definition.id,
      inputs,
      target,
      elapsedMs: nowMs - startedMs,
      progress: control.done / (rowsOf(inputs) * (1 + table.definition.columns.length)),
      writtenBytes: control.writtenBytes,
      memoryBytes: arena.ownerBytes(job.owner),
    }));
  }

  /** Ends the table's merges soon, and begins none until told otherwise, but for those that are asked for by themselves. */
  pause(table: Table, isPaused: boolean): void {
    if (!isPaused) this.#paused.delete(table);
    else {
      this.#paused.add(table);
      this.cancel(table);
    }
  }

  isPaused(table: Table): boolean {
    return this.#paused.has(table);
  }

  /** Ends the table's merges soon. */
  cancel(table: Table): void {
    for (const running of this.#running.keys()) if (running.table === table) running.control.cancel();
  }

  /** Ends all merges and begins no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { control } of this.#running.keys()) control.cancel();
    await Promise.allSettled(this.#running.values());
  }

  async #merge(running: Running): Promise<void> {
    const { table, inputs, target } = running;
    const ids = inputs.map(({ id }) => id);
    const handles = table.segments.filter(({ meta }) => ids.includes(meta.id));
    for (const handle of handles) handle.acquire();
    for (const id of ids) table.merging.add(id);
    try {
      const { definition } = table;
      const merging = ids.map((id) => {
        const handle = handles.find(({ meta }) => meta.id === id);
        assert(handle !== undefined, 'a picked segment is in the table');
        const { descriptor, hidden = null } = handle.part(definition);
        return { descriptor: descriptor as SegmentDescriptor, hidden };
      });
      const merged = await this.#write(running, definition, merging);
      const level = 1 + Math.max(...inputs.map((input) => input.level ?? 0));
      await table.turns.run(async () => {
        // Dropped meanwhile: there is nothing left to merge into.
        if (!this.#core.isLive(table)) this.#swap.discard([{ target }]);
        else if (
          await this.#swap.commit(table, [{ ...merged, meta: { ...merged.meta, level } }], {
            remove: () => ids,
            expects: inputs,
            expectsLayout: layoutOf(definition),
          })
        )
          this.#follow(table, ids, merged.meta.id);
      });
    } finally {
      for (const id of ids) table.merging.delete(id);
      for (const handle of handles) handle.release();
    }
  }

  /** What came of segments that are to be merged is to be merged on. */
  #follow(table: Table, inputs: readonly number[], output: number): void {
    for (const final of this.#finals)
      if (final.table === table && inputs.some((id) => final.ids.has(id))) final.ids.add(output);
  }

  async #write(
    { target, job }: Running,
    definition: TableDefinition,
    inputs: readonly MergeInput[],
  ): Promise<BuiltSegment> {
    try {
      return await this.#core.builder.merge(definition, inputs, target, job);
    } catch (error) {
      // Its thread may have ended before it could.
      this.#swap.discard([{ target }]);
      throw error;
    }
  }

  #policy(table: Table): MergePolicy {
    const { merge } = this.#core.settings;
    const inMemory = this.#core.options.fs.kind === 'shared';
    return {
      ...merge,
      maxInputs: Math.min(merge.maxInputs, this.#caution(table).atOnce),
      maxBytes: inMemory ? Math.min(merge.maxBytes, MAX_BYTES_IN_MEMORY) : merge.maxBytes,
    };
  }

  #caution(table: Table): Caution {
    let caution = this.#cautions.get(table);
    if (caution === undefined) {
      caution = { atOnce: Number.POSITIVE_INFINITY, tooLarge: new Set() };
      this.#cautions.set(table, caution);
    }
    return caution;
  }

  /** Dictionaries or texts of so many inputs do not fit: half as many next time, and two that do not are left alone. */
  #takeFewer(table: Table, picked: readonly SegmentMeta[]): void {
    const caution = this.#caution(table);
    caution.atOnce = Math.max(2, picked.length >> 1);
    if (picked.length === 2) for (const { id } of picked) caution.tooLarge.add(id);
  }
}
