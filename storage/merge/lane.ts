/**
 * One kind of background work, again and again as long as there is some, with pauses so that it takes at most a share
 * of the time. Time comes from outside: a test turns the clock.
 *
 * It sleeps until `wake()`, and falls asleep again when nothing is waiting to become due, so that an idle database uses
 * no CPU. A failure is told, never thrown, and what failed is tried again after ever longer pauses.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { Timer } from '../../engine/base/timer.ts';

export type LaneSettings = {
  /** Between looks when nothing was due. */
  readonly idleMs: number;
  /** Share of the time that may go into background work, 0 to 1. */
  readonly share: number;
};

export type LaneWork = {
  /** Does what is due; answers whether anything was. */
  readonly run: () => Promise<boolean>;
  /** Will something become due without a wake()? */
  readonly isWaiting: () => boolean;
  readonly failed: (error: BasaltError) => void;
};

/** A long piece of work let others in while it ran: it is not followed by as long a pause. */
const LONGEST_REST_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

export class Lane {
  readonly #work: LaneWork;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #settings: LaneSettings;
  #cancel: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  #awake = false;
  #stopped = false;
  #failures = 0;

  constructor(work: LaneWork, clock: Clock, timer: Timer, settings: LaneSettings) {
    this.#work = work;
    this.#clock = clock;
    this.#timer = timer;
    this.#settings = settings;
  }

  /** There may be something to do. */
  wake(): void {
    if (!this.#awake) this.#wait(this.#settings.idleMs);
  }

  /** Nothing runs after this resolved. */
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
    const startedMs = this.#clock.monotonicMs();
    let busy = false;
    try {
      busy = await this.#work.run();
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.#work.failed(BasaltError.from(error));
    }
    this.#awake = false;
    const tookMs = this.#clock.monotonicMs() - startedMs;
    if (busy) this.#wait(Math.min(tookMs * (1 / share - 1), LONGEST_REST_MS));
    else if (this.#failures > 0) this.#wait(Math.min(idleMs * 2 ** (this.#failures - 1), LONGEST_RETRY_MS));
    else if (this.#work.isWaiting()) this.#wait(idleMs);
  }
}
