/**
 * A segment in use: its metadata, its frame slots, and who still reads it. The file is removed, and the frames
 * dropped, once the segment left the table and the last snapshot that saw it was released.
 */

import { assert } from '../../engine/base/error.ts';
import type { FrameCache } from '../../engine/memory/frame-cache.ts';
import type { Part } from '../../engine/plan/source.ts';
import { type FileSystem, removeQuietly } from '../fs/file-system.ts';
import { segmentPart } from '../segment/descriptor.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { TableDefinition } from './definition.ts';

export class SegmentHandle {
  readonly meta: SegmentMeta;
  readonly #fs: FileSystem;
  readonly #frames: FrameCache;
  readonly #path: string;
  #slots = 0;
  #part: { definition: TableDefinition; part: Part } | null = null;
  #references = 1;
  #keepFile = false;

  constructor(fs: FileSystem, frames: FrameCache, path: string, meta: SegmentMeta) {
    this.meta = meta;
    this.#fs = fs;
    this.#frames = frames;
    this.#path = path;
  }

  part(definition: TableDefinition): Part {
    if (this.#slots === 0) this.#slots = this.#frames.allocSlots(Math.max(1, this.meta.slotCount));
    if (this.#part?.definition !== definition) {
      const file = this.#fs.descriptor(this.#path);
      this.#part = { definition, part: segmentPart(definition, this.meta, file, this.#slots) };
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
    if (this.#slots !== 0) this.#frames.dropSlots(this.#slots, this.meta.slotCount);
    if (!this.#keepFile) removeQuietly(this.#fs, this.#path);
  }

  /** Lets go of the table's own reference at shutdown, leaving the file. */
  close(): void {
    this.#keepFile = true;
    this.release();
  }
}
