/**
 * The end of a large insert: the sorted runs that it wrote on the way, which nobody sees yet, become segments as large as
 * merges make them. So rows are compressed and synced once, and leave nothing for background merges to do (external
 * sorting, as any bulk load into a sorted table).
 *
 * Runs are in the order of their ids; ages of what comes out are in that order, too. A run that was merged is gone, and
 * when it fails, everything.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { SegmentDescriptor } from '../segment/descriptor.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { BuiltSegment } from '../segment/target.ts';
import { partitionKey } from '../table/partition.ts';
import type { SegmentSwap } from '../table/segment-swap.ts';
import type { StoreCore } from '../table/store-core.ts';
import type { Table } from '../table/table.ts';
import { closeMergeJob, MergeControl, openMergeJob } from './merge-job.ts';
import { byAge, type MergePolicy, pickFinal } from './pick.ts';

export type MergeRunsOptions = {
  /** Of a segment that comes out, where that is less than merges make. */
  readonly maxRows?: number;
  readonly signal?: AbortSignal | undefined;
};

export class RunMerger {
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;
  readonly #table: Table;
  readonly #signal: AbortSignal | undefined;
  /** What there is now, by id. */
  readonly #segments = new Map<number, BuiltSegment>();
  readonly #busy = new Set<number>();
  /** They did not fit a merge together with another one. */
  readonly #tooLarge = new Set<number>();
  #policy: MergePolicy;

  constructor(core: StoreCore, swap: SegmentSwap, table: Table, { maxRows, signal }: MergeRunsOptions) {
    this.#core = core;
    this.#swap = swap;
    this.#table = table;
    this.#signal = signal;
    const { merge } = core.settings;
    this.#policy = { ...merge, maxRows: Math.min(merge.maxRows, maxRows ?? merge.maxRows) };
  }

  /** Answers the segments to publish. @throws BasaltError then none of them is left */
  async run(built: readonly BuiltSegment[]): Promise<BuiltSegment[]> {
    for (const one of built) this.#add(one, one.meta.id);
    const lanes = Array.from({ length: this.#core.builder.mergesAtOnce }, () => this.#mergeAll());
    const failed = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected');
    const left = [...this.#segments.values()].sort((a, b) => byAge(a.meta, b.meta));
    if (failed?.status !== 'rejected') return left;
    this.#swap.discard(left);
    throw failed.reason;
  }

  /** By a policy nothing may be left of rows that came. */
  #add(segment: BuiltSegment, age: number): void {
    const { meta } = segment;
    if (meta.rows === 0) this.#swap.discard([segment]);
    else this.#segments.set(meta.id, { ...segment, meta: { ...meta, age } });
  }

  async #mergeAll(): Promise<void> {
    for (let picked = this.#pick(); picked.length > 0; picked = this.#pick()) {
      this.#signal?.throwIfAborted();
      await this.#merge(picked);
    }
  }

  /** Oldest first. */
  #pick(): SegmentMeta[] {
    const metas = [...this.#segments.values()].map(({ meta }) => meta);
    const picked = pickFinal(metas, new Set([...this.#busy, ...this.#tooLarge]), this.#policy, true);
    if (picked.length > 0) return picked;
    // A run that finds nothing to be merged with is written anew by itself.
    const alone = metas.find(
      (meta) => this.#isRun(meta) && (this.#tooLarge.has(meta.id) || !this.#isMerging(meta.partition)),
    );
    return alone === undefined ? [] : [alone];
  }

  #isRun({ id }: SegmentMeta): boolean {
    return this.#segments.get(id)?.target.isRun === true && !this.#busy.has(id);
  }

  #isMerging(partition: SegmentMeta['partition']): boolean {
    return [...this.#busy].some((id) => {
      const busy = this.#segments.get(id);
      return busy !== undefined && partitionKey(busy.meta.partition) === partitionKey(partition);
    });
  }

  async #merge(inputs: readonly SegmentMeta[]): Promise<void> {
    for (const { id } of inputs) this.#busy.add(id);
    try {
      const merged = await this.#write(inputs);
      for (const { id } of inputs) this.#discard(id);
      this.#add(merged, inputs[inputs.length - 1].age);
    } catch (error) {
      const isTooMuch = BasaltError.from(error).errorName === 'MEMORY_LIMIT_EXCEEDED' && inputs.length > 1;
      if (!isTooMuch) throw error;
      this.#policy = { ...this.#policy, maxInputs: Math.max(2, inputs.length >> 1) };
      if (inputs.length === 2) for (const { id } of inputs) this.#tooLarge.add(id);
    } finally {
      for (const { id } of inputs) this.#busy.delete(id);
    }
  }

  async #write(inputs: readonly SegmentMeta[]): Promise<BuiltSegment> {
    const { definition } = this.#table;
    const { arena } = this.#core.context;
    const target = this.#swap.ownTarget(this.#table, inputs[0].partition);
    const handles = inputs.map((meta) => this.#table.unlisted(meta));
    const job = openMergeJob(arena, false);
    const control = new MergeControl(arena, job);
    const stop = (): void => control.cancel();
    this.#signal?.addEventListener('abort', stop);
    try {
      const merging = handles.map((handle) => ({
        descriptor: handle.part(definition).descriptor as SegmentDescriptor,
        hidden: null,
      }));
      return await this.#core.builder.merge(definition, merging, target, job);
    } catch (error) {
      // Its thread may have ended before it could.
      this.#swap.discard([{ target }]);
      this.#signal?.throwIfAborted();
      throw error;
    } finally {
      this.#signal?.removeEventListener('abort', stop);
      closeMergeJob(arena, job);
      for (const handle of handles) handle.close();
    }
  }

  #discard(id: number): void {
    const gone = this.#segments.get(id);
    this.#segments.delete(id);
    if (gone !== undefined) this.#swap.discard([gone]);
  }
}
