/**
 * Background work of a store, in lanes (lane.ts) beside each other: flushes of old memtables, small merges, and any
 * merges. So neither waits for a merge that takes minutes.
 *
 * Invariant: nothing runs after stop() resolved; a failure is kept in the store's `backgroundError` and tried
 * again later, never thrown.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { type Timer, unreferencedTimer } from '../../engine/base/timer.ts';
import type { Store } from '../store.ts';
import { Lane, type LaneSettings } from './lane.ts';

/** Rows that a small merge puts out at most. */
const SMALL_MERGE_ROWS = 1 << 20;

export type SchedulerSettings = LaneSettings;

export const DEFAULT_SCHEDULER_SETTINGS: SchedulerSettings = { idleMs: 1000, share: 0.5 };

export class Scheduler {
  readonly #store: Store;
  readonly #lanes: readonly Lane[];

  constructor(
    store: Store,
    clock: Clock,
    timer: Timer = unreferencedTimer,
    settings: SchedulerSettings = DEFAULT_SCHEDULER_SETTINGS,
  ) {
    this.#store = store;
    const lane = (run: () => Promise<boolean>, isWaiting = () => false): Lane =>
      new Lane(
        {
          run,
          isWaiting,
          failed: (error) => {
            store.backgroundError = error;
          },
        },
        clock,
        timer,
        settings,
      );
    const flushes = lane(
      async () => {
        const flushed = await store.flushDue();
        // There are new segments.
        if (flushed) this.#wakeMerges();
        return flushed;
      },
      () => store.hasUnflushedRows,
    );
    const small = lane(() => store.mergeDue({ maxRows: SMALL_MERGE_ROWS }));
    const any = lane(() => store.mergeDue());
    this.#lanes = [flushes, small, any];
  }

  /** Something was written. */
  wake(): void {
    for (const lane of this.#lanes) lane.wake();
  }

  async stop(): Promise<void> {
    const stopped = this.#lanes.map((lane) => lane.stop());
    await this.#store.stopMerges();
    await Promise.all(stopped);
  }

  #wakeMerges(): void {
    const [, ...merges] = this.#lanes;
    for (const lane of merges) lane.wake();
  }
}
