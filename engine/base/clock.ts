/**
 * Time as a dependency. Nothing below `server/` calls `Date.now()`: a test or a replay passes its own clock.
 * Units: milliseconds since the Unix epoch for `nowMs`, milliseconds of a monotonic clock for `monotonicMs`.
 */

export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** A clock that stands still until told to move. */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(nowMs = 0) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
