/**
 * Lets the event loop turn between statements. One that is done on the spot ends without an event from outside, so a program that
 * awaits one after another would keep its own timers and sockets waiting, and the database's background work.
 */

import type { Clock } from '../../engine/base/clock.ts';

const LONGEST_MS = 10;

export class Turns {
  readonly #clock: Clock;
  #turnedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turnedMs = clock.monotonicMs();
  }

  /** Waits for a turn when the last one is too long ago. */
  async take(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#turnedMs < LONGEST_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnedMs = this.#clock.monotonicMs();
  }
}
