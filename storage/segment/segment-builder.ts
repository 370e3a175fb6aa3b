/**
 * Who writes segments: the interface by which flushes and merges can run on workers, and the builder that does
 * them right here.
 *
 * A builder only writes files (or shared memory); it changes no state. Batches and descriptors are plain data
 * that may be posted to another thread, and stay alive until the promise settles.
 */

import { type Clock, systemClock } from '../../engine/base/clock.ts';
import { OwnFrames } from '../../engine/memory/own-frames.ts';
import { Region } from '../../engine/memory/region.ts';
import type { HiddenRows } from '../../engine/vector/hidden-rows.ts';
import type { CodecContext } from '../codec/context.ts';
import { type FinalRows, finalRows } from '../final/final-rows.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { inSlices } from '../merge/in-slices.ts';
import { MergeControl, type MergeJob } from '../merge/merge-job.ts';
import { mergeSegments } from '../merge/merge-segments.ts';
import type { Batch } from '../table/batch.ts';
import type { TableDefinition } from '../table/definition.ts';
import { buildSegment } from './build.ts';
import type { SegmentDescriptor } from './descriptor.ts';
import { SegmentReader } from './reader.ts';
import { type BuiltSegment, openTarget, type SegmentTarget, writeTarget } from './target.ts';

/** A segment to be merged: its rows without the hidden ones. Structured-cloneable. */
export type MergeInput = { readonly descriptor: SegmentDescriptor; readonly hidden: HiddenRows | null };

export interface SegmentBuilder {
  /** Merges that gain time beside each other. */
  readonly mergesAtOnce: number;
  build(table: TableDefinition, batches: readonly Batch[], target: SegmentTarget): Promise<BuiltSegment>;
  /** Inputs oldest first. The job's memory is given back by whoever opened it. */
  merge(
    table: TableDefinition,
    inputs: readonly MergeInput[],
    target: SegmentTarget,
    job: MergeJob,
  ): Promise<BuiltSegment>;
  /** What FINAL shows of segments, oldest first, that have so many rows. What comes back is memory of the job's owner. */
  final(
    table: TableDefinition,
    inputs: readonly MergeInput[],
    columnIds: readonly number[],
    job: FinalJob,
    rows: number,
  ): Promise<FinalRows>;
}

/** Memory of a query's FINAL, and where it is told to stop. Structured-cloneable. */
export type FinalJob = MergeJob;

/** Builds in the calling thread. */
export class LocalSegmentBuilder implements SegmentBuilder {
  readonly mergesAtOnce = 1;
  readonly #context: CodecContext;
  readonly #fs: FileSystem;
  readonly #clock: Clock;

  /** @param clock says when a merge has had the thread long enough. */
  constructor(context: CodecContext, fs: FileSystem, clock: Clock = systemClock) {
    this.#context = context;
    this.#fs = fs;
    this.#clock = clock;
  }

  async build(
    table: TableDefinition,
    batches: readonly Batch[],
    target: SegmentTarget,
  ): Promise<BuiltSegment> {
    const { arena, scratch } = this.#context;
    // Sorting a million rows takes a hundred megabytes for a moment; they are not to stay in the thread's scratch.
    const own = new Region(arena, scratch.owner);
    const context = { ...this.#context, scratch: own };
    try {
      return writeTarget(this.#fs, target, (output) => buildSegment(context, table, batches, target, output));
    } finally {
      own.free();
    }
  }

  async merge(
    table: TableDefinition,
    inputs: readonly MergeInput[],
    target: SegmentTarget,
    job: MergeJob,
  ): Promise<BuiltSegment> {
    const { arena } = this.#context;
    const context = { ...this.#context, scratch: new Region(arena, job.owner, 4) };
    const frames = new OwnFrames(arena, job.owner);
    const control = new MergeControl(arena, job);
    const readers: SegmentReader[] = [];
    try {
      control.check();
      for (const { descriptor, hidden } of inputs)
        readers.push(new SegmentReader(context, frames, descriptor, null, hidden));
      const { output, built } = openTarget(this.#fs, target);
      const steps = mergeSegments(context, frames, table, readers, target, output, control);
      return built(await inSlices(steps, () => control.check(), this.#clock));
    } finally {
      for (const reader of readers) reader.close();
      context.scratch.free();
    }
  }

  async final(
    table: TableDefinition,
    inputs: readonly MergeInput[],
    columnIds: readonly number[],
    job: FinalJob,
    _rows: number,
  ): Promise<FinalRows> {
    const { arena } = this.#context;
    const context = { ...this.#context, scratch: new Region(arena, job.owner, 4) };
    const frames = new OwnFrames(arena, job.owner);
    const control = new MergeControl(arena, job);
    const check = (): void => control.checkCancelled();
    const readers: SegmentReader[] = [];
    try {
      check();
      for (const { descriptor, hidden } of inputs)
        readers.push(new SegmentReader(context, frames, descriptor, null, hidden));
      const result = new Region(arena, job.owner, 4);
      const steps = finalRows(context, frames, table, readers, columnIds, result, control);
      return await inSlices(steps, check, this.#clock);
    } finally {
      for (const reader of readers) reader.close();
      context.scratch.free();
    }
  }
}
