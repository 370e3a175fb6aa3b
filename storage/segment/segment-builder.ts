/**
 * Who writes segments: the interface by which flushes and merges can run on workers, and the builder that does
 * them right here.
 *
 * A builder only writes files (or shared memory); it changes no state. Batches and descriptors are plain data
 * that may be posted to another thread, and stay alive until the promise settles.
 */

import type { FrameCache } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import type { CodecContext } from '../codec/context.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { mergeSegments } from '../merge/merge-segments.ts';
import type { Batch } from '../table/batch.ts';
import type { TableDefinition } from '../table/definition.ts';
import { buildSegment } from './build.ts';
import type { SegmentDescriptor } from './descriptor.ts';
import { SegmentReader } from './reader.ts';
import { type BuiltSegment, type SegmentTarget, writeTarget } from './target.ts';

export interface SegmentBuilder {
  build(table: TableDefinition, batches: readonly Batch[], target: SegmentTarget): Promise<BuiltSegment>;
  /** Inputs oldest first. */
  merge(
    table: TableDefinition,
    inputs: readonly SegmentDescriptor[],
    target: SegmentTarget,
  ): Promise<BuiltSegment>;
}

/** Builds in the calling thread. */
export class LocalSegmentBuilder implements SegmentBuilder {
  readonly #context: CodecContext;
  readonly #frames: FrameCache;
  readonly #fs: FileSystem;

  constructor(context: CodecContext, frames: FrameCache, fs: FileSystem) {
    this.#context = context;
    this.#frames = frames;
    this.#fs = fs;
  }

  async build(
    table: TableDefinition,
    batches: readonly Batch[],
    target: SegmentTarget,
  ): Promise<BuiltSegment> {
    return this.#withOwnScratch((context) =>
      writeTarget(this.#fs, target, (output) => buildSegment(context, table, batches, target, output)),
    );
  }

  async merge(
    table: TableDefinition,
    inputs: readonly SegmentDescriptor[],
    target: SegmentTarget,
  ): Promise<BuiltSegment> {
    return this.#withOwnScratch((context) => {
      const readers: SegmentReader[] = [];
      try {
        for (const input of inputs) readers.push(new SegmentReader(context, this.#frames, input));
        return writeTarget(this.#fs, target, (output) =>
          mergeSegments(context, this.#frames, table, readers, target, output),
        );
      } finally {
        for (const reader of readers) reader.close();
      }
    });
  }

  /** Sorting a million rows takes a hundred megabytes for a moment; they are not to stay in the thread's scratch. */
  #withOwnScratch<T>(work: (context: CodecContext) => T): T {
    const { arena, scratch } = this.#context;
    const own = new Region(arena, scratch.owner);
    try {
      return work({ ...this.#context, scratch: own });
    } finally {
      own.free();
    }
  }
}
