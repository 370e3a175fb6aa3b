/**
 * The file of a segment and its frame slots, shared by the handles of all its states: rows are hidden without touching
 * the file. It is removed, and the frames dropped, with the last of them.
 */

import { assert } from '../../engine/base/error.ts';
import type { FrameCache } from '../../engine/memory/frame-cache.ts';
import { type FileSystem, type ReadableDescriptor, removeQuietly } from '../fs/file-system.ts';

export class SegmentFile {
  readonly #fs: FileSystem;
  readonly #frames: FrameCache;
  readonly #path: string;
  readonly #slotCount: number;
  #slots = 0;
  #references = 1;
  #isKept = false;

  constructor(fs: FileSystem, frames: FrameCache, path: string, slotCount: number) {
    this.#fs = fs;
    this.#frames = frames;
    this.#path = path;
    this.#slotCount = slotCount;
  }

  /** Address of the frame slots; made on first use. */
  get slots(): number {
    if (this.#slots === 0) this.#slots = this.#frames.allocSlots(Math.max(1, this.#slotCount));
    return this.#slots;
  }

  get descriptor(): ReadableDescriptor {
    return this.#fs.descriptor(this.#path);
  }

  acquire(): void {
    assert(this.#references > 0, 'a removed segment is used');
    this.#references++;
  }

  release(): void {
    assert(this.#references > 0, 'a segment is removed twice');
    if (--this.#references > 0) return;
    if (this.#slots !== 0) this.#frames.dropSlots(this.#slots, this.#slotCount);
    if (!this.#isKept) removeQuietly(this.#fs, this.#path);
  }

  /** The file is to outlive its readers. */
  keep(): void {
    this.#isKept = true;
  }
}
