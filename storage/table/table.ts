/**
 * A table while the database is open: its segments, its memtable, and who sees which of them.
 *
 * Invariant: a row that was acknowledged is in exactly one of the two, at every moment: both change in one
 * synchronous step, between which snapshots are taken.
 */

import type { Snapshot } from '../../engine/plan/source.ts';
import { liveRows } from '../../engine/vector/hidden-rows.ts';
import { type TableState, TOKEN_WINDOW } from '../manifest/state.ts';
import { liveRowsOf, type SegmentMeta } from '../segment/meta.ts';
import type { TableDefinition } from './definition.ts';
import { type MemoryEntry, Memtable } from './memtable.ts';
import { type HandleContext, SegmentHandle } from './segment-handle.ts';
import { Turns } from './turns.ts';
import { WriteGate } from './write-gate.ts';

export class Table {
  definition: TableDefinition;
  readonly memtable = new Memtable();
  /** Being merged now. */
  readonly merging = new Set<number>();
  /** Of what hides, merges or replaces rows that are there. */
  readonly turns = new Turns();
  /** Mutations and replacements under way or waiting: no merge is begun beside them. */
  changing = 0;
  /** Passed by inserts, closed by who changes the table; closed only by who has the turn. */
  readonly gate = new WriteGate();
  readonly #context: HandleContext;
  readonly #segments = new Map<number, SegmentHandle>();
  readonly #tokens: Set<string>;

  constructor(context: HandleContext, state: TableState) {
    this.#context = context;
    this.definition = state.definition;
    this.#tokens = new Set(state.tokens);
    for (const meta of state.segments.values())
      this.#segments.set(meta.id, SegmentHandle.of(this.#context, meta));
  }

  /** Of a file that is no segment of the table; it is closed by who asked, and stays. */
  unlisted(meta: SegmentMeta): SegmentHandle {
    return SegmentHandle.of(this.#context, meta);
  }

  get segments(): readonly SegmentHandle[] {
    return [...this.#segments.values()];
  }

  /** Rows to be seen. */
  get rows(): number {
    return this.memtable.rows + this.segments.reduce((sum, { meta }) => sum + liveRowsOf(meta), 0);
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

  /**
   * Segments swapped, memtable entries that went into them, and other rows of segments hidden, in one step.
   * @param changed segments of the table in their new state.
   */
  swap(
    add: readonly SegmentMeta[],
    remove: readonly number[],
    flushed: readonly MemoryEntry[],
    changed: readonly SegmentMeta[] = [],
  ): void {
    for (const meta of add) this.#segments.set(meta.id, SegmentHandle.of(this.#context, meta));
    for (const meta of changed) {
      const old = this.#segments.get(meta.id);
      if (old === undefined) continue;
      this.#segments.set(meta.id, old.withState(meta));
      old.release();
    }
    if (flushed.length > 0) this.memtable.replace(flushed, null);
    for (const id of remove) {
      this.#segments.get(id)?.release();
      this.#segments.delete(id);
    }
  }

  /** All segments and memory batches of this moment, kept until released. */
  snapshot(): Snapshot {
    return this.#snapshotOf(this.segments, this.memtable.entries);
  }

  /** The segments of this moment, part by part. */
  segmentSnapshot(): { readonly snapshot: Snapshot; readonly segments: readonly SegmentHandle[] } {
    const { segments } = this;
    return { snapshot: this.#snapshotOf(segments, []), segments };
  }

  /** Runs a change of rows that are there in its turn, beside which no merge is begun. */
  async change<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.changing++;
    try {
      return await this.turns.run(work, signal);
    } finally {
      this.changing--;
    }
  }

  #snapshotOf(segments: readonly SegmentHandle[], entries: readonly MemoryEntry[]): Snapshot {
    const { definition } = this;
    const parts = [
      ...segments.map((segment) => segment.part(definition)),
      ...entries.flatMap((entry) => entry.parts(definition)),
    ];
    for (const held of [...entries, ...segments]) held.acquire();
    let released = false;
    return {
      parts,
      rows: parts.reduce((sum, part) => sum + liveRows(part), 0),
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
}
