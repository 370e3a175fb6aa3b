/**
 * From memtables to segments: when they are large, when they are old, when asked. Also says which WAL files are
 * not needed any more.
 *
 * Invariant: one flush of a table at a time; its entries leave the memtable in the step in which their segments
 * appear.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { joinPath, removeQuietly } from '../fs/file-system.ts';
import { walFileName } from '../wal/wal.ts';
import type { MemoryEntry } from './memtable.ts';
import { partitionKey } from './partition.ts';
import type { SegmentSwap } from './segment-swap.ts';
import type { StoreCore } from './store-core.ts';
import type { Table } from './table.ts';

/** How many times as old as others rows become that are scattered over partitions. */
const SCATTERED_AGE = 10;
/** Rows of a partition, on average, that are worth a segment. */
const SCATTERED_ROWS = 1024;
const FEW_PARTITIONS = 16;

/** Memtable sizes over its limit at which inserts wait. */
const FAR_BEHIND = 4;

export class Flusher {
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;
  readonly #running = new Map<number, Promise<void>>();
  /** Age at which a memtable that was found scattered is looked at again. */
  readonly #countAgainMs = new WeakMap<Table, number>();

  constructor(core: StoreCore, swap: SegmentSwap) {
    this.#core = core;
    this.#swap = swap;
  }

  isFlushing(table: Table): boolean {
    return this.#running.has(table.definition.id);
  }

  /** Resolves when the flushes under way have ended, well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  /** Starts a flush in the background when the memtable is large. */
  flushIfLarge(table: Table): void {
    if (this.isFlushing(table) || !this.#isOver(table, 1)) return;
    this.flush(table).catch((error: unknown) => {
      // What was inserted is durable in the WAL: no caller is told.
      this.#core.backgroundError = BasaltError.from(error);
    });
  }

  /** Before more goes in: when flushes fell far behind, waits for one, and fails if it fails. */
  async makeRoom(table: Table): Promise<void> {
    if (this.#isOver(table, FAR_BEHIND)) await this.flush(table);
  }

  /**
   * Are rows of this age to be put into segments? Those that are scattered over many partitions wait for more: a segment a
   * partition a minute would be more than merges can bear. They are durable meanwhile.
   */
  isOld(table: Table, ageMs: number): boolean {
    const { flushAgeMs } = this.#core.settings;
    if (ageMs < flushAgeMs) {
      this.#countAgainMs.delete(table);
      return false;
    }
    if (ageMs >= flushAgeMs * SCATTERED_AGE) return true;
    if (ageMs < (this.#countAgainMs.get(table) ?? 0)) return false;
    if (!this.#isScattered(table)) return true;
    this.#countAgainMs.set(table, ageMs + flushAgeMs);
    return false;
  }

  #isScattered({ definition, memtable }: Table): boolean {
    const partitionOf = this.#core.options.partitionOf?.(definition) ?? null;
    if (partitionOf === null) return false;
    const partitions = new Set<string>();
    for (const batch of memtable.entries.flatMap(({ batches }) => batches))
      for (const partition of partitionOf(batch).values) partitions.add(partitionKey(partition));
    return partitions.size > FEW_PARTITIONS && memtable.rows < SCATTERED_ROWS * partitions.size;
  }

  #isOver({ memtable }: Table, factor: number): boolean {
    const { flushRows, flushBytes } = this.#core.settings;
    return memtable.rows >= flushRows * factor || memtable.bytes >= flushBytes * factor;
  }

  async flush(table: Table): Promise<void> {
    const { id } = table.definition;
    // One flush of a table at a time; who comes later may have newer rows and goes after it.
    for (let running = this.#running.get(id); running !== undefined; running = this.#running.get(id)) {
      await running.catch(() => {});
    }
    const { entries } = table.memtable;
    if (entries.length === 0 || !this.#core.isLive(table)) return;
    const flush = this.#flushEntries(table, entries);
    this.#running.set(id, flush);
    try {
      await flush;
    } finally {
      this.#running.delete(id);
    }
  }

  async #flushEntries(table: Table, entries: readonly MemoryEntry[]): Promise<void> {
    // The table may be dropped meanwhile.
    for (const entry of entries) entry.acquire();
    try {
      const batches = entries.flatMap((entry) => entry.batches);
      await this.#swap.commit(table, await this.#swap.buildAll(table, batches), {
        flushed: entries,
        tokens: entries.flatMap(({ tokens }) => tokens),
      });
    } finally {
      for (const entry of entries) entry.release();
    }
    const needed = [...this.#core.tables.values()].flatMap((t) =>
      t.memtable.entries.map(({ walFile }) => walFile),
    );
    const under = [...this.#core.appending].map(({ file }) => file);
    await this.advanceWal(Math.min(this.#core.wal.number, ...needed, ...under));
  }

  /** Forgets WAL files below `number`. */
  async advanceWal(number: number): Promise<void> {
    const first = this.#core.manifest.state.firstWal;
    if (number <= first) return;
    await this.#core.manifest.commit(() => [{ kind: 'firstWal', number }]);
    for (let old = first; old < Math.min(number, this.#core.wal.number); old++) this.removeWal(old);
  }

  removeWal(number: number): void {
    removeQuietly(this.#core.options.fs, joinPath(this.#core.options.dir, walFileName(number)));
  }
}
