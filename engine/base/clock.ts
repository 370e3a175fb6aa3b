/**
 * Time as a dependency. Nothing below `server/` calls `Date.now()`: a test or a replay passes its own clock.
 * Units: milliseconds since the Unix epoch for `nowMs`, milliseconds of a monotonic clock for `monotonicMs`.
 */

import type { Timer } from './timer.ts';

export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** A clock that stands still until told to move, and the timer that goes by it. */
export class ManualClock implements Clock, Timer {
  #nowMs: number;
  #due: { readonly atMs: number; readonly run: () => void }[] = [];

  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { atMs: this.#nowMs + delayMs, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  /** Moves on, calling back at each moment on the way that something was due at. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#due.filter((e) => e.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#due = this.#due.filter((e) => e !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.run();
    }
    this.#nowMs = untilMs;
  }
}
