/**
 * Reads all segments of a store now and then, slowly, so that damage is found while there still is a backup without it.
 *
 * When the last pass ended is kept in the manifest, so that restarts neither forget nor repeat it. A pass goes by `bytesPerSecond`
 * on average; it gives way to nothing else, being slow. Timers do not keep the process alive.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { Timer } from '../../engine/base/timer.ts';
import type { Store } from '../store.ts';

export type ScrubSettings = {
  /** From the end of a pass to the begin of the next. */
  readonly intervalMs: number;
  /** From the start of the database to the first pass of a folder that never had one. */
  readonly firstMs: number;
  readonly bytesPerSecond: number;
};

const HOUR_MS = 3_600_000;

export const DEFAULT_SCRUB_SETTINGS: ScrubSettings = {
  intervalMs: 7 * 24 * HOUR_MS,
  firstMs: HOUR_MS,
  bytesPerSecond: 20 << 20,
};

/** Key of the manifest: when the last pass ended, in milliseconds since the epoch. */
const LAST_PASS = 'scrub.ended';
/** Bytes read between two rests. */
const STRIDE_BYTES = 1 << 20;

export class Scrubber {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #settings: ScrubSettings;
  readonly #stopping = new AbortController();
  #cancel: () => void = () => {};
  #running: Promise<void> | null = null;

  constructor(store: Store, clock: Clock, timer: Timer, settings: ScrubSettings = DEFAULT_SCRUB_SETTINGS) {
    this.#store = store;
    this.#clock = clock;
    this.#timer = timer;
    this.#settings = settings;
    const last = store.value(LAST_PASS);
    const dueMs = typeof last === 'number' ? last + settings.intervalMs - clock.nowMs() : settings.firstMs;
    this.#schedule(Math.max(0, dueMs));
  }

  /** Something is damaged: find out what, now. */
  soon(): void {
    if (this.#running === null) this.#schedule(0);
  }

  /** Nothing runs after this resolved. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel();
    await this.#running;
  }

  #schedule(delayMs: number): void {
    this.#cancel();
    if (this.#stopping.signal.aborted) return;
    this.#cancel = this.#timer.after(delayMs, () => {
      this.#running ??= this.#pass().finally(() => {
        this.#running = null;
      });
    });
  }

  async #pass(): Promise<void> {
    try {
      for (const { id } of this.#store.tables()) {
        for await (const _ of this.#store.check(id, { pace: this.#pace() }));
      }
      await this.#store.putValues([[LAST_PASS, this.#clock.nowMs()]]);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#store.backgroundError = BasaltError.from(error);
    }
    this.#schedule(this.#settings.intervalMs);
  }

  /** Rests after every stride for as long as its bytes are to take. */
  #pace(): (bytes: number) => Promise<void> | undefined {
    let left = STRIDE_BYTES;
    return (bytes) => {
      this.#stopping.signal.throwIfAborted();
      left -= bytes;
      if (left > 0) return undefined;
      const restMs = ((STRIDE_BYTES - left) / this.#settings.bytesPerSecond) * 1000;
      left = STRIDE_BYTES;
      return this.#rest(restMs);
    };
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stopping;
      const wake = (): void => {
        cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const cancel = this.#timer.after(ms, wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
