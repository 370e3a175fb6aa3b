/**
 * A segment in use, in one of its states: its metadata, its hidden rows, and who still reads it so. When rows are hidden
 * a handle of the new state takes the place of the old one, which lives until the last snapshot that saw it was released;
 * then its overlay is removed, and the segment's file with the last state of all.
 */

import { assert } from '../../engine/base/error.ts';
import type { FrameCache } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Part } from '../../engine/plan/source.ts';
import type { HiddenRows } from '../../engine/vector/hidden-rows.ts';
import type { CodecContext } from '../codec/context.ts';
import { type FileSystem, joinPath, removeQuietly } from '../fs/file-system.ts';
import { segmentPart } from '../segment/descriptor.ts';
import {
  isSameState,
  overlayFileName,
  SEGMENT_FOLDER,
  type SegmentMeta,
  segmentFileName,
} from '../segment/meta.ts';
import { readOverlay } from '../segment/overlay.ts';
import type { TableDefinition } from './definition.ts';
import { SegmentFile } from './segment-file.ts';

/** What handles work with. */
export type HandleContext = {
  readonly codec: CodecContext;
  readonly fs: FileSystem;
  readonly frames: FrameCache;
  readonly dir: string;
};

export class SegmentHandle {
  readonly meta: SegmentMeta;
  readonly #context: HandleContext;
  readonly #file: SegmentFile;
  /** Holds the hidden rows once they were read. */
  readonly #region: Region;
  #hidden: HiddenRows | null = null;
  #part: { definition: TableDefinition; part: Part } | null = null;
  #references = 1;
  #isKept = false;
  /** Another handle has the same overlay, and removes it. */
  #sharesOverlay = false;

  private constructor(context: HandleContext, meta: SegmentMeta, file: SegmentFile) {
    this.meta = meta;
    this.#context = context;
    this.#file = file;
    this.#region = new Region(context.codec.arena, context.codec.scratch.owner, 1);
  }

  static of(context: HandleContext, meta: SegmentMeta): SegmentHandle {
    const path = segmentPath(context.dir, segmentFileName(meta.id));
    return new SegmentHandle(
      context,
      meta,
      new SegmentFile(context.fs, context.frames, path, meta.slotCount),
    );
  }

  /** The same segment with other rows hidden, or with something else known of it. */
  withState(meta: SegmentMeta): SegmentHandle {
    this.#sharesOverlay = isSameState(meta, this.meta);
    this.#file.acquire();
    return new SegmentHandle(this.#context, meta, this.#file);
  }

  part(definition: TableDefinition): Part {
    if (this.#part?.definition !== definition) {
      const { slots, descriptor } = this.#file;
      const hidden = this.#hiddenRows();
      this.#part = { definition, part: segmentPart(definition, this.meta, descriptor, slots, hidden) };
    }
    return this.#part.part;
  }

  acquire(): void {
    assert(this.#references > 0, 'a removed segment is used');
    this.#references++;
  }

  release(): void {
    assert(this.#references > 0, 'a segment is removed twice');
    if (--this.#references > 0) return;
    this.#region.free();
    const { id, overlay } = this.meta;
    const { fs, dir } = this.#context;
    if (!this.#isKept && !this.#sharesOverlay && overlay !== undefined)
      removeQuietly(fs, segmentPath(dir, overlayFileName(id, overlay.number)));
    this.#file.release();
  }

  /** Lets go of the table's own reference at shutdown, leaving the files. */
  close(): void {
    this.#isKept = true;
    this.#file.keep();
    this.release();
  }

  #hiddenRows(): HiddenRows | null {
    const { id, identity, overlay, blocks } = this.meta;
    if (overlay === undefined || this.#hidden !== null) return this.#hidden;
    const { codec, fs, dir } = this.#context;
    const path = segmentPath(dir, overlayFileName(id, overlay.number));
    try {
      this.#hidden = readOverlay(codec, fs, path, identity, overlay, blocks, this.#region);
      return this.#hidden;
    } catch (error) {
      this.#region.free();
      throw error;
    }
  }
}

const segmentPath = (dir: string, name: string): string => joinPath(joinPath(dir, SEGMENT_FOLDER), name);
