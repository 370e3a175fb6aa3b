/**
 * What the coordinator and the thread that merges share: the owner of all memory the merge takes, and a few words in
 * it, so that a merge is watched, stopped and cleaned up after by number, whatever became of its thread.
 *
 * A merge gives way to queries: what it holds is not counted against the memory they may have, and where they hold more
 * than GIVE_WAY_SHARE of the arena (cached frames apart), it fails, frees everything, and is tried again later.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';

/** The most that one merge may hold; what it holds where rows are of ordinary size is a quarter of it. */
const MERGE_BYTES = 256 << 20;
/** And the most of a small arena. */
const MERGE_SHARE = 0.25;
const GIVE_WAY_SHARE = 0.75;

/** Words: 8 bytes each. */
const CANCEL = 0;
const DONE = 1;
const WRITTEN = 2;
const GAVE_WAY = 3;
export const CONTROL_BYTES = 32;

/** Structured-cloneable. */
export type MergeJob = {
  readonly owner: number;
  readonly control: number;
  /** It fails where queries need the memory, for nobody waits for it. */
  readonly givesWay?: true;
};

/** Gives back the job's memory with {@link closeMergeJob}. */
export function openMergeJob(arena: Arena, givesWay = true): MergeJob {
  if (givesWay) checkRoom(arena);
  const owner = arena.openOwner(Math.min(MERGE_BYTES, arena.limitBytes * MERGE_SHARE), true);
  try {
    return {
      owner,
      control: new Region(arena, owner, 1).allocZero(CONTROL_BYTES),
      ...(givesWay ? { givesWay } : {}),
    };
  } catch (error) {
    arena.closeOwner(owner);
    throw error;
  }
}

export const closeMergeJob = (arena: Arena, { owner }: MergeJob): void => arena.closeOwner(owner);

/** Is the arena so full that merges must wait? */
const isShort = (arena: Arena): boolean => arena.heldBytes > arena.limitBytes * GIVE_WAY_SHARE;

function checkRoom(arena: Arena): void {
  if (isShort(arena)) {
    throw new BasaltError('MEMORY_LIMIT_EXCEEDED', 'A merge gave way: the memory is needed elsewhere', {
      hint: 'It is tried again by itself',
    });
  }
}

export class MergeControl {
  readonly #arena: Arena;
  readonly #words: number;
  readonly #givesWay: boolean;

  constructor(arena: Arena, { control, givesWay }: MergeJob) {
    this.#arena = arena;
    this.#words = control / 8;
    this.#givesWay = givesWay === true;
  }

  cancel(): void {
    Atomics.store(this.#arena.i64, this.#words + CANCEL, 1n);
  }

  get cancelled(): boolean {
    return Atomics.load(this.#arena.i64, this.#words + CANCEL) !== 0n;
  }

  /** Polled between steps: fails when it was cancelled. */
  checkCancelled(): void {
    if (this.cancelled) throw new BasaltError('QUERY_WAS_CANCELLED', 'The merge was cancelled');
  }

  /** The same for work in the background: fails also when it has to give way. */
  check(): void {
    this.checkCancelled();
    if (!this.#givesWay) return;
    if (isShort(this.#arena)) Atomics.store(this.#arena.i64, this.#words + GAVE_WAY, 1n);
    checkRoom(this.#arena);
  }

  /** It ended for want of memory elsewhere, not for what it took itself. */
  get gaveWay(): boolean {
    return Atomics.load(this.#arena.i64, this.#words + GAVE_WAY) !== 0n;
  }

  /** Values put in order, or written in it. */
  addDone(values: number): void {
    Atomics.add(this.#arena.i64, this.#words + DONE, BigInt(values));
  }

  get done(): number {
    return Number(Atomics.load(this.#arena.i64, this.#words + DONE));
  }

  /** Bytes of the file so far. */
  set writtenBytes(bytes: number) {
    Atomics.store(this.#arena.i64, this.#words + WRITTEN, BigInt(bytes));
  }

  get writtenBytes(): number {
    return Number(Atomics.load(this.#arena.i64, this.#words + WRITTEN));
  }
}
