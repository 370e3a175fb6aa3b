/**
 * The words that threads of one query share: cancel flag, morsel counter, progress (DESIGN.md D13).
 *
 * They live in the arena, so reading or raising them needs no message. One block per query holds the flag and the
 * totals; each stage has a morsel counter of its own. Units: rows and bytes are counts since the query began.
 */

import { BasaltError } from '../base/error.ts';
import type { Arena } from '../memory/arena.ts';

const CANCEL = 0;
const PENDING_BATCHES = 1;
const ROWS_READ = 1; // 8-byte words from here on
const BYTES_READ = 2;
const SPILLED_BYTES = 3;
const SPILL_FILES = 8; // 4-byte words from here on
const DELIVERED_MORSELS = 9;
const STAGE_COUNTERS = 10; // one a stage
/** Stages, and row-counting LIMITs, of one query at most. */
export const MAX_STAGES = 500;
const CONTROL_BYTES = (STAGE_COUNTERS + MAX_STAGES) * 4;
const LIMIT_COUNTERS = MAX_STAGES;
/** Bytes to allocate, zeroed: the words above, then one 8-byte row counter per LIMIT. */
export const CONTROL_SIZE = CONTROL_BYTES + LIMIT_COUNTERS * 8;

export class Control {
  readonly address: number;
  readonly #i32: Int32Array;
  readonly #i64: BigInt64Array;

  /** @param address CONTROL_SIZE zeroed bytes. */
  constructor(arena: Arena, address: number) {
    this.address = address;
    this.#i32 = arena.i32;
    this.#i64 = arena.i64;
  }

  cancel(): void {
    Atomics.store(this.#i32, this.address / 4 + CANCEL, 1);
  }

  get cancelled(): boolean {
    return Atomics.load(this.#i32, this.address / 4 + CANCEL) !== 0;
  }

  /** Polled between kernel calls. */
  check(): void {
    if (this.cancelled) throw new BasaltError('QUERY_WAS_CANCELLED', 'The query was cancelled');
  }

  /** The next morsel number of a stage, from 0; each is given to exactly one thread. */
  nextMorsel(stage: number): number {
    return Atomics.add(this.#i32, this.address / 4 + STAGE_COUNTERS + stage, 1);
  }

  /** Rows that LIMIT number `counter` saw before these `rows`, over all threads. */
  claimRows(counter: number, rows: number): number {
    return Number(Atomics.add(this.#i64, (this.address + CONTROL_BYTES) / 8 + counter, BigInt(rows)));
  }

  addRead(rows: number, bytes: number): void {
    Atomics.add(this.#i64, this.address / 8 + ROWS_READ, BigInt(rows));
    Atomics.add(this.#i64, this.address / 8 + BYTES_READ, BigInt(bytes));
  }

  get rowsRead(): number {
    return Number(Atomics.load(this.#i64, this.address / 8 + ROWS_READ));
  }

  get bytesRead(): number {
    return Number(Atomics.load(this.#i64, this.address / 8 + BYTES_READ));
  }

  /** The next morsel number, without taking it. */
  peekMorsel(stage: number): number {
    return Atomics.load(this.#i32, this.address / 4 + STAGE_COUNTERS + stage);
  }

  /** Bytes written to files for want of memory, with these, over all threads. */
  addSpilled(bytes: number): number {
    return Number(Atomics.add(this.#i64, this.address / 8 + SPILLED_BYTES, BigInt(bytes))) + bytes;
  }

  get spilledBytes(): number {
    return Number(Atomics.load(this.#i64, this.address / 8 + SPILLED_BYTES));
  }

  nextSpillFile(): number {
    return Atomics.add(this.#i32, this.address / 4 + SPILL_FILES, 1);
  }

  get spillFiles(): number {
    return Atomics.load(this.#i32, this.address / 4 + SPILL_FILES);
  }

  /** Morsels of an ordered result whose batches have all been taken by the reader. */
  get deliveredMorsels(): number {
    return Atomics.load(this.#i32, this.address / 4 + DELIVERED_MORSELS);
  }

  set deliveredMorsels(count: number) {
    Atomics.store(this.#i32, this.address / 4 + DELIVERED_MORSELS, count);
  }

  /** Result batches made but not yet taken by the reader. */
  addPending(count: number): number {
    return Atomics.add(this.#i32, this.address / 4 + PENDING_BATCHES, count) + count;
  }

  get pending(): number {
    return Atomics.load(this.#i32, this.address / 4 + PENDING_BATCHES);
  }
}
