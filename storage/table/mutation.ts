/**
 * A change of rows that are there: some are hidden, and others may come in their place, in one manifest record.
 *
 * It sees the segments of the moment it began; what was inserted before is in them, what comes later is not its business.
 * Nobody else hides or merges rows of the table meanwhile (the table's turns), so what it saw is still there when it
 * commits. Until then it has left no trace.
 *
 * Memory: a bit for each row of blocks with hidden rows, of an owner of its own.
 */

import { assert } from '../../engine/base/error.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import { type HiddenRows, HiddenRowsBuilder } from '../../engine/vector/hidden-rows.ts';
import { liveRowsOf, type SegmentMeta } from '../segment/meta.ts';
import type { BuiltSegment } from '../segment/target.ts';
import type { SegmentHandle } from './segment-handle.ts';
import type { SegmentSwap } from './segment-swap.ts';
import type { StoreCore } from './store-core.ts';
import type { Table } from './table.ts';

export class Mutation {
  /** What it sees: parts that are segments, numbered in their order. */
  readonly snapshot: Snapshot;
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;
  readonly #table: Table;
  readonly #segments: readonly SegmentHandle[];
  readonly #region: Region;
  /** By part; undefined where nothing was hidden so far. */
  readonly #builders: HiddenRowsBuilder[] = [];
  /** Segments that go whole. */
  readonly #gone = new Set<number>();

  constructor(core: StoreCore, swap: SegmentSwap, table: Table) {
    this.#core = core;
    this.#swap = swap;
    this.#table = table;
    const { snapshot, segments } = table.segmentSnapshot();
    this.snapshot = { ...snapshot, parts: snapshot.parts.map((part, number) => ({ ...part, number })) };
    this.#segments = segments;
    const { arena } = core.context;
    this.#region = new Region(arena, arena.openOwner(), 4);
  }

  /** Hides a row of the snapshot. */
  hide(part: number, block: number, row: number): void {
    this.#builders[part] ??= this.#builderOf(part);
    this.#builders[part].hide(block, row);
  }

  hideAll(): void {
    for (const { meta } of this.#segments) this.#gone.add(meta.id);
  }

  /** By part of the snapshot. */
  get segments(): readonly SegmentMeta[] {
    return this.#segments.map(({ meta }) => meta);
  }

  /** Rows that are hidden when it commits, and were not before. */
  get hiddenRows(): number {
    return this.#segments.reduce((sum, { meta }, part) => {
      if (this.#gone.has(meta.id)) return sum + liveRowsOf(meta);
      const rows = this.#builders[part]?.rows;
      return rows === undefined ? sum : sum + rows - (meta.overlay?.rows ?? 0);
    }, 0);
  }

  /** Makes it durable and visible, with new segments in the same step. */
  async commit(built: readonly BuiltSegment[] = []): Promise<void> {
    const hidden: { meta: SegmentMeta; rows: HiddenRows }[] = [];
    const gone: SegmentMeta[] = [];
    this.#segments.forEach(({ meta }, part) => {
      const rows = this.#builders[part]?.finish() ?? null;
      // A segment without rows to be seen is no segment.
      if (this.#gone.has(meta.id) || rows?.rows === meta.rows) gone.push(meta);
      else if (rows !== null && rows.rows > (meta.overlay?.rows ?? 0)) hidden.push({ meta, rows });
    });
    if (hidden.length + gone.length + built.length === 0) return;
    const expects = [...gone, ...hidden.map(({ meta }) => meta)];
    let changed: SegmentMeta[];
    try {
      this.#core.checkWritable();
      changed = await this.#swap.writeOverlays(hidden);
    } catch (error) {
      this.#swap.discard(built);
      throw error;
    }
    const happened = await this.#swap.commit(this.#table, built, {
      remove: () => gone.map(({ id }) => id),
      changed,
      expects,
    });
    assert(happened, 'what a mutation saw is still there');
  }

  /** Gives back its memory and lets go of the segments. */
  close(): void {
    this.#core.context.arena.closeOwner(this.#region.owner);
    this.snapshot.release();
  }

  #builderOf(part: number): HiddenRowsBuilder {
    const { blocks, hidden } = this.snapshot.parts[part];
    const builder = new HiddenRowsBuilder(this.#region, blocks);
    if (hidden !== undefined) builder.copy(hidden);
    return builder;
  }
}
