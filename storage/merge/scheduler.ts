/**
 * Runs what the store says is due (old memtables, merges), one thing at a time and with a pause in between, so
 * that background work takes at most a share of the machine. Time comes from outside: a test turns the clock.
 *
 * It sleeps until `wake()` says that something was written, and falls asleep again when nothing is waiting to become
 * due, so that an idle database uses no CPU.
 *
 * Invariant: nothing runs after stop() resolved; a failure is kept in the store's `backgroundError` and tried
 * again at the next tick, never thrown.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { type Timer, unreferencedTimer } from '../../engine/base/timer.ts';
import type { Store } from '../store.ts';

export type SchedulerSettings = {
  /** Between looks when nothing was due. */
  readonly idleMs: number;
  /** Share of the time that may go into background work, 0 to 1. */
  readonly share: number;
};

export const DEFAULT_SCHEDULER_SETTINGS: SchedulerSettings = { idleMs: 1000, share: 0.5 };

export class Scheduler {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #settings: SchedulerSettings;
  #cancel: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  #awake = false;
  #stopped = false;

  constructor(
    store: Store,
    clock: Clock,
    timer: Timer = unreferencedTimer,
    settings: SchedulerSettings = DEFAULT_SCHEDULER_SETTINGS,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#timer = timer;
    this.#settings = settings;
  }

  /** Something was written. */
  wake(): void {
    if (!this.#awake) this.#wait(this.#settings.idleMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#running;
  }

  #wait(delayMs: number): void {
    if (this.#stopped) return;
    this.#awake = true;
    this.#cancel = this.#timer.after(delayMs, () => {
      this.#running = this.#tick();
    });
  }

  async #tick(): Promise<void> {
    const { idleMs, share } = this.#settings;
    const started = this.#clock.monotonicMs();
    let busy = false;
    let failed = false;
    try {
      busy = await this.#store.maintain();
    } catch (error) {
      failed = true;
      this.#store.backgroundError = BasaltError.from(error);
    }
    this.#awake = false;
    const tookMs = this.#clock.monotonicMs() - started;
    if (busy) this.#wait(tookMs * (1 / share - 1));
    else if (failed || this.#store.hasUnflushedRows) this.#wait(idleMs);
  }
}
