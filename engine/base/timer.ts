/**
 * Being called back later, as a dependency: a test turns its own clock instead of waiting (clock.ts).
 *
 * No timer made here keeps the process alive. Delays in milliseconds.
 */

export interface Timer {
  /** Calls back once after `delayMs`; the answer cancels. Must not keep the process alive. */
  after(delayMs: number, run: () => void): () => void;
}

/** Node's timers take no longer delays. */
const LONGEST_MS = 0x7fffffff;

export const unreferencedTimer: Timer = {
  after(delayMs, run) {
    const handle = setTimeout(run, Math.min(delayMs, LONGEST_MS));
    handle.unref();
    return () => clearTimeout(handle);
  },
};
