/**
 * A table while the database is open: its segments, its memtable, and who sees which of them.
 *
 * Invariant: a row that was acknowledged is in exactly one of the two, at every moment: both change in one
 * synchronous step, between which snapshots are taken.
 */

import type { FrameCache } from '../../engine/memory/frame-cache.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import { type FileSystem, joinPath } from '../fs/file-system.ts';
import { type TableState, TOKEN_WINDOW } from '../manifest/state.ts';
import { SEGMENT_FOLDER, type SegmentMeta, segmentFileName } from '../segment/meta.ts';
import type { TableDefinition } from './definition.ts';
import { type MemoryEntry, Memtable } from './memtable.ts';
import { SegmentHandle } from './segment-handle.ts';

export class Table {
  definition: TableDefinition;
  readonly memtable = new Memtable();
  /** Being merged now. */
  readonly merging = new Set<number>();
  readonly #fs: FileSystem;
  readonly #frames: FrameCache;
  readonly #dir: string;
  readonly #segments = new Map<number, SegmentHandle>();
  readonly #tokens: Set<string>;

  constructor(fs: FileSystem, frames: FrameCache, dir: string, state: TableState) {
    this.#fs = fs;
    this.#frames = frames;
    this.#dir = dir;
    this.definition = state.definition;
    this.#tokens = new Set(state.tokens);
    for (const meta of state.segments.values()) this.#segments.set(meta.id, this.#handle(meta));
  }

  get segments(): readonly SegmentHandle[] {
    return [...this.#segments.values()];
  }

  get rows(): number {
    return this.memtable.rows + this.segments.reduce((sum, { meta }) => sum + meta.rows, 0);
  }

  hasToken(token: string): boolean {
    return this.#tokens.has(token);
  }

  addTokens(tokens: readonly string[]): void {
    for (const token of tokens) {
      this.#tokens.add(token);
      // A set iterates in insertion order: the first is the oldest.
      if (this.#tokens.size > TOKEN_WINDOW) this.#tokens.delete(this.#tokens.keys().next().value as string);
    }
  }

  /** Segments swapped, and memtable entries that went into them, in one step. */
  swap(add: readonly SegmentMeta[], remove: readonly number[], flushed: readonly MemoryEntry[]): void {
    for (const meta of add) this.#segments.set(meta.id, this.#handle(meta));
    if (flushed.length > 0) this.memtable.replace(flushed, null);
    for (const id of remove) {
      this.#segments.get(id)?.release();
      this.#segments.delete(id);
    }
  }

  /** All segments and memory batches of this moment, kept until released. */
  snapshot(): Snapshot {
    const { definition } = this;
    const entries = this.memtable.entries;
    const segments = this.segments;
    for (const held of [...entries, ...segments]) held.acquire();
    const parts = [
      ...segments.map((segment) => segment.part(definition)),
      ...entries.flatMap((entry) => entry.parts(definition)),
    ];
    let released = false;
    return {
      parts,
      rows: parts.reduce((sum, part) => sum + part.rows, 0),
      release: () => {
        if (released) return;
        released = true;
        for (const held of [...entries, ...segments]) held.release();
      },
    };
  }

  /** Lets go of everything; files of segments stay unless the table was dropped. */
  close(dropped: boolean): void {
    const { entries } = this.memtable;
    if (entries.length > 0) this.memtable.replace(entries, null);
    for (const segment of this.#segments.values()) {
      if (dropped) segment.release();
      else segment.close();
    }
    this.#segments.clear();
  }

  #handle(meta: SegmentMeta): SegmentHandle {
    const path = joinPath(joinPath(this.#dir, SEGMENT_FOLDER), segmentFileName(meta.id));
    return new SegmentHandle(this.#fs, this.#frames, path, meta);
  }
}
