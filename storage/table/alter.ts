/**
 * Changes of what a table is: its columns, their types and defaults, its options; in one manifest record.
 *
 * A change has the table's turn (turns.ts), so that nothing merges or hides rows meanwhile. Inserts under way have ended
 * when it begins, and new ones wait (write-gate.ts). A change that rows do not
 * survive as they are (`settles`) finds the memtable in segments, ends merges, and gives the table a new layout number,
 * by which whoever made rows for the old one is refused.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Edit } from '../manifest/state.ts';
import type { Merger } from '../merge/merger.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { BuiltSegment } from '../segment/target.ts';
import { layoutOf, type TableDefinition } from './definition.ts';
import type { Flusher } from './flusher.ts';
import { arrived, type SegmentSwap } from './segment-swap.ts';
import { type StoreCore, unknownTable } from './store-core.ts';
import type { Table } from './table.ts';

export type TableChange = {
  /** The table as it shall be; may be asked twice. What it throws leaves the table as it was. */
  readonly define: (table: TableDefinition) => TableDefinition;
  /** Rows in memory go to segments first, and rows made for the table as it was are refused. */
  readonly settles?: boolean;
  /** What is known of a segment afterwards; the same object when nothing changes. */
  readonly revise?: (segment: SegmentMeta, before: TableDefinition) => SegmentMeta;
  /** Writes all rows anew, in the place of all segments. */
  readonly rewrite?: (before: TableDefinition, after: TableDefinition) => Promise<readonly BuiltSegment[]>;
};

export class Alterer {
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;
  readonly #flusher: Flusher;
  readonly #merger: Merger;

  constructor(core: StoreCore, swap: SegmentSwap, flusher: Flusher, merger: Merger) {
    this.#core = core;
    this.#swap = swap;
    this.#flusher = flusher;
    this.#merger = merger;
  }

  alter(table: Table, change: TableChange): Promise<TableDefinition> {
    return table.change(() => table.gate.close(() => this.#alter(table, change)));
  }

  async #alter(table: Table, change: TableChange): Promise<TableDefinition> {
    this.#core.checkWritable();
    if (!this.#core.isLive(table)) throw unknownTable(table.definition.id);
    const { settles = false } = change;
    if (settles) {
      // Refused before it costs anything.
      change.define(table.definition);
      await this.#flusher.flush(table);
      this.#merger.cancel(table);
    }
    return change.rewrite === undefined
      ? this.#commit(table, change, null)
      : this.#rewrite(table, change, change.rewrite);
  }

  async #rewrite(
    table: Table,
    change: TableChange,
    rewrite: NonNullable<TableChange['rewrite']>,
  ): Promise<TableDefinition> {
    const before = table.definition;
    const built = await rewrite(before, this.#changed(before, change));
    try {
      return await this.#commit(table, change, built);
    } catch (error) {
      if (this.#core.manifest.failed === null) this.#swap.discard(built);
      throw error;
    }
  }

  /** @param built null: the segments stay. */
  async #commit(
    table: Table,
    change: TableChange,
    built: readonly BuiltSegment[] | null,
  ): Promise<TableDefinition> {
    const { id } = table.definition;
    const publishedMs = this.#core.options.clock.nowMs();
    let add: readonly SegmentMeta[] = [];
    let after = table.definition;
    let remove: readonly number[] = [];
    let revised: readonly SegmentMeta[] = [];
    if (built !== null) await this.#swap.settle(built);
    await this.#core.manifest.commit(
      ({ tables }) => {
        const state = tables.get(id);
        if (state === undefined) throw unknownTable(id);
        const before = state.definition;
        after = this.#changed(before, change);
        checkName(
          after,
          [...tables.values()].map(({ definition }) => definition),
        );
        const edits: Edit[] = [{ kind: 'alterTable', table: after }];
        const segments = [...state.segments.values()];
        if (built !== null) {
          remove = segments.map((meta) => meta.id);
          const written = built.map(({ meta }) => ({ ...meta, publishedMs }));
          add = arrived(written, segments);
          edits.push({ kind: 'swapSegments', tableId: id, add, remove });
        } else if (change.revise !== undefined) {
          const { revise } = change;
          revised = segments.flatMap((meta) => {
            const next = revise(meta, before);
            return next === meta ? [] : [next];
          });
          if (revised.length > 0) edits.push({ kind: 'reviseSegments', tableId: id, segments: revised });
        }
        return edits;
      },
      () => {
        table.definition = after;
        table.swap(add, remove, [], revised);
      },
    );
    return after;
  }

  #changed(before: TableDefinition, { define, settles = false }: TableChange): TableDefinition {
    const after = define(before);
    return settles ? { ...after, layout: layoutOf(before) + 1 } : after;
  }
}

/** Names of tables are unique. */
export function checkName(table: TableDefinition, all: readonly TableDefinition[]): void {
  if (!all.some(({ id, name }) => id !== table.id && name === table.name)) return;
  throw new BasaltError('TABLE_ALREADY_EXISTS', `Table ${table.name} exists already`);
}
