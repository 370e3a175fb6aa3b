/**
 * The rows of a table that are durable in the WAL but not yet in a segment: immutable batches in the arena,
 * each in the bytes of its own WAL record (wal/batch-payload.ts), visible to every thread at once.
 *
 * Invariant: entries are in sequence order. An entry's memory goes when it left the memtable and the last
 * snapshot that saw it was released.
 */

import { assert } from '../../engine/base/error.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { Part } from '../../engine/plan/source.ts';
import type { Batch } from './batch.ts';
import type { TableDefinition } from './definition.ts';
import { memoryPart } from './memory-part.ts';

let nextKey = 1;

export class MemoryEntry {
  /** Of the newest record in it. */
  readonly sequence: number;
  /** Oldest WAL file it needs. */
  readonly walFile: number;
  readonly batches: readonly Batch[];
  readonly tokens: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly createdMs: number;
  readonly #region: Region;
  readonly #key = nextKey++;
  #parts: { definition: TableDefinition; parts: readonly Part[] } | null = null;
  #references = 1;

  /** @param region holds the batches, and is freed with the last reference. */
  constructor(fields: {
    readonly sequence: number;
    readonly walFile: number;
    readonly batches: readonly Batch[];
    readonly tokens: readonly string[];
    readonly bytes: number;
    readonly createdMs: number;
    readonly region: Region;
  }) {
    this.sequence = fields.sequence;
    this.walFile = fields.walFile;
    this.batches = fields.batches;
    this.tokens = fields.tokens;
    this.bytes = fields.bytes;
    this.createdMs = fields.createdMs;
    this.#region = fields.region;
    this.rows = fields.batches.reduce((sum, batch) => sum + batch.rows, 0);
  }

  parts(definition: TableDefinition): readonly Part[] {
    if (this.#parts?.definition !== definition) {
      // Readers know the columns of the day they were opened: a changed table needs new keys.
      const columns = definition.columns.map(({ id }) => id).join();
      const parts = this.batches.map((batch, i) =>
        memoryPart(definition, batch, `memory:${definition.id}:${this.#key}:${i}:${columns}`),
      );
      this.#parts = { definition, parts };
    }
    return this.#parts.parts;
  }

  acquire(): void {
    assert(this.#references > 0, 'a freed batch is used');
    this.#references++;
  }

  release(): void {
    assert(this.#references > 0, 'a batch is freed twice');
    if (--this.#references === 0) this.#region.free();
  }
}

export class Memtable {
  #entries: readonly MemoryEntry[] = [];

  get entries(): readonly MemoryEntry[] {
    return this.#entries;
  }

  get rows(): number {
    return this.#entries.reduce((sum, { rows }) => sum + rows, 0);
  }

  get bytes(): number {
    return this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get oldestMs(): number | null {
    return this.#entries.length === 0 ? null : Math.min(...this.#entries.map(({ createdMs }) => createdMs));
  }

  add(entry: MemoryEntry): void {
    const last = this.#entries.at(-1);
    assert(last === undefined || last.sequence < entry.sequence, 'memtable entries are in sequence order');
    this.#entries = [...this.#entries, entry];
  }

  /** Takes entries out, perhaps putting one in their place, and lets go of them. */
  replace(gone: readonly MemoryEntry[], by: MemoryEntry | null): void {
    const first = this.#entries.indexOf(gone[0]);
    assert(
      first >= 0 && gone.every((entry, i) => this.#entries[first + i] === entry),
      'entries are neighbours',
    );
    this.#entries = [
      ...this.#entries.slice(0, first),
      ...(by === null ? [] : [by]),
      ...this.#entries.slice(first + gone.length),
    ];
    for (const entry of gone) entry.release();
  }
}
