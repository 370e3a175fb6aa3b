/**
 * Background merges of one store: picks what is due, has it written, and swaps it in.
 *
 * Invariant: inputs stay readable until the last snapshot that saw them is released; a merge whose inputs were
 * replaced or dropped meanwhile is thrown away.
 */

import { assert } from '../../engine/base/error.ts';
import type { SegmentDescriptor } from '../segment/descriptor.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { SegmentSwap } from '../table/segment-swap.ts';
import type { StoreCore } from '../table/store-core.ts';
import type { Table } from '../table/table.ts';
import { pickMerge } from './pick.ts';

export class Merger {
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;

  constructor(core: StoreCore, swap: SegmentSwap) {
    this.#core = core;
    this.#swap = swap;
  }

  /** Runs one merge that is due; false when none is. */
  async mergeOnce(table: Table): Promise<boolean> {
    const picked = pickMerge(
      table.segments.map(({ meta }) => meta),
      table.merging,
      this.#core.settings.merge,
    );
    if (picked.length > 0) await this.#merge(table, picked);
    return picked.length > 0;
  }

  async #merge(table: Table, picked: readonly SegmentMeta[]): Promise<void> {
    const ids = picked.map(({ id }) => id);
    const handles = table.segments.filter(({ meta }) => ids.includes(meta.id));
    for (const handle of handles) handle.acquire();
    for (const id of ids) table.merging.add(id);
    try {
      const { definition } = table;
      const inputs = picked.map(({ id }) => {
        const handle = handles.find(({ meta }) => meta.id === id);
        assert(handle !== undefined, 'a picked segment is in the table');
        return handle.part(definition).descriptor as SegmentDescriptor;
      });
      const target = this.#swap.ownTarget(table, picked[0].partition);
      const merged = await this.#core.builder.merge(definition, inputs, target);
      if (!this.#core.isLive(table)) {
        // Dropped meanwhile: there is nothing left to merge into.
        this.#swap.discard([merged]);
        return;
      }
      await this.#swap.commit(table, [merged], { remove: () => ids, expects: ids });
    } finally {
      for (const id of ids) table.merging.delete(id);
      for (const handle of handles) handle.release();
    }
  }
}
