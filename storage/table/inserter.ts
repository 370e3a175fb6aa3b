/**
 * Inserts: small ones through the WAL into the memtable, large ones straight into segments; each with its token
 * exactly once.
 */

import { Region } from '../../engine/memory/region.ts';
import { hasPolicy } from '../../engine/plan/row-policy.ts';
import { withScratch } from '../codec/context.ts';
import { RECORD_HEADER_BYTES } from '../log/record-log.ts';
import { condenseBatches } from '../policy/condense.ts';
import type { InsertResult } from '../store-options.ts';
import { decodePayload, PayloadEncoder } from '../wal/batch-payload.ts';
import type { BackPressure } from './back-pressure.ts';
import type { Batch } from './batch.ts';
import { entriesToJoin, joinEntries } from './compact-memory.ts';
import type { Flusher } from './flusher.ts';
import { MemoryEntry } from './memtable.ts';
import { partitionBatches } from './partition.ts';
import type { SegmentSwap } from './segment-swap.ts';
import { checkLayout, type StoreCore, unknownTable } from './store-core.ts';
import type { Table } from './table.ts';

export class Inserter {
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;
  readonly #flusher: Flusher;
  readonly #pressure: BackPressure;
  readonly #tokensUnderWay = new Map<string, Promise<InsertResult>>();
  /** Inserts that were called and have not answered. */
  readonly #running = new Set<Promise<InsertResult>>();

  constructor(core: StoreCore, swap: SegmentSwap, flusher: Flusher, pressure: BackPressure) {
    this.#core = core;
    this.#swap = swap;
    this.#flusher = flusher;
    this.#pressure = pressure;
  }

  /** Resolves when the inserts under way have ended, well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  /** All or nothing; durable and visible when it resolves. */
  async insert(
    table: Table,
    batches: readonly Batch[],
    token?: string,
    layout?: number,
  ): Promise<InsertResult> {
    this.#core.checkWritable();
    if (!this.#core.isLive(table)) throw unknownTable(table.definition.id);
    const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
    if (token === undefined) return this.#track(this.#enter(table, batches, rows, null, layout));
    if (table.hasToken(token)) return { inserted: false, rows: 0 };
    const key = `${table.definition.id}:${token}`;
    const underWay = this.#tokensUnderWay.get(key);
    if (underWay !== undefined) {
      // The same insert twice at once: the second is a duplicate if the first succeeds, and takes over if not.
      const first = await underWay.catch(() => null);
      if (first !== null) return { inserted: false, rows: 0 };
      return this.insert(table, batches, token, layout);
    }
    const insert = this.#track(this.#enter(table, batches, rows, token, layout));
    this.#tokensUnderWay.set(key, insert);
    try {
      return await insert;
    } finally {
      this.#tokensUnderWay.delete(key);
    }
  }

  #track(insert: Promise<InsertResult>): Promise<InsertResult> {
    this.#running.add(insert);
    const done = (): boolean => this.#running.delete(insert);
    insert.then(done, done);
    return insert;
  }

  #enter(
    table: Table,
    batches: readonly Batch[],
    rows: number,
    token: string | null,
    layout: number | undefined,
  ): Promise<InsertResult> {
    return table.gate.pass(async () => {
      checkLayout(table.definition, layout);
      return this.#insert(table, batches, rows, token);
    });
  }

  async #insert(
    table: Table,
    batches: readonly Batch[],
    rows: number,
    token: string | null,
  ): Promise<InsertResult> {
    if (batches.length === 0) return { inserted: true, rows: 0 };
    this.#pressure.check(table);
    await this.#flusher.makeRoom(table);
    const tableId = table.definition.id;
    const region = new Region(this.#core.context.arena, this.#core.context.scratch.owner, 1);
    const record = withScratch(this.#core.context, (scratch) => {
      // A value takes a byte at least: what is certainly too large is not encoded to find that out.
      const values = rows * (batches[0]?.columns.size ?? 0);
      if (values > this.#core.settings.maxWalInsertBytes) return null;
      const kept = this.#applyPolicy(scratch, table, batches);
      if (kept.length === 0) return 'nothing';
      const encoder = new PayloadEncoder(this.#core.context, { tableId, token, batches: kept });
      const payloadBytes = encoder.bytes;
      if (payloadBytes > this.#core.settings.maxWalInsertBytes) return null;
      const address = region.alloc(RECORD_HEADER_BYTES + payloadBytes);
      encoder.copyTo(address + RECORD_HEADER_BYTES);
      return { address, payloadBytes };
    });
    if (record === 'nothing') {
      // Rows that cancel each other out: only the token is to be remembered.
      region.free();
      if (token !== null) await this.#swap.commit(table, [], { tokens: [token] });
      return { inserted: true, rows };
    }
    if (record === null) {
      await this.#insertSegments(table, batches, token);
      return { inserted: true, rows };
    }
    const sequence = ++this.#core.sequence;
    const appending = { file: this.#core.wal.number };
    this.#core.appending.add(appending);
    let walFile: number;
    try {
      walFile = await this.#core.wal.append({ kind: 1, sequence, ...record });
    } catch (error) {
      region.free();
      throw error;
    } finally {
      this.#core.appending.delete(appending);
    }
    const tokens = token === null ? [] : [token];
    const { batches: kept } = decodePayload(
      this.#core.context.arena,
      record.address + RECORD_HEADER_BYTES,
      record.payloadBytes,
    );
    const entry = new MemoryEntry({
      sequence,
      walFile,
      batches: kept,
      tokens,
      bytes: record.payloadBytes,
      createdMs: this.#core.options.clock.nowMs(),
      region,
    });
    if (!this.#core.isLive(table)) {
      entry.release();
      throw unknownTable(tableId);
    }
    table.memtable.add(entry);
    table.addTokens(tokens);
    this.#joinSmall(table);
    this.#flusher.flushIfLarge(table);
    return { inserted: true, rows };
  }

  /** What the table's policy leaves of the rows, partition by partition. */
  #applyPolicy(region: Region, table: Table, batches: readonly Batch[]): readonly Batch[] {
    const { definition } = table;
    if (!hasPolicy(definition)) return batches;
    const { context, options } = this.#core;
    const partitionOf = options.partitionOf?.(definition) ?? null;
    return partitionBatches(context, region, batches, partitionOf).flatMap((group) =>
      condenseBatches(context, region, definition, group.batches),
    );
  }

  /** The direct way of large inserts: segments, then one manifest record. */
  async #insertSegments(table: Table, batches: readonly Batch[], token: string | null): Promise<void> {
    // Rows in memory count as newer than any segment.
    if (hasPolicy(table.definition)) await this.#flusher.flush(table);
    const built = await this.#swap.buildAll(table, batches);
    await this.#swap.commit(table, built, { tokens: token === null ? [] : [token] });
  }

  #joinSmall(table: Table): void {
    const entries = entriesToJoin(table.memtable.entries);
    if (entries.length === 0 || this.#flusher.isFlushing(table)) return;
    table.memtable.replace(entries, joinEntries(this.#core.context, table.definition, entries));
  }
}
