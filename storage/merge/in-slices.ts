/**
 * Runs a merge a few milliseconds at a time: between slices the thread does what else there is to do, and between steps
 * the merge looks whether it is still wanted and may keep its memory.
 */

import type { Clock } from '../../engine/base/clock.ts';

const SLICE_MS = 5;

/** Others on this thread get a turn. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function inSlices<T>(
  steps: Generator<Promise<void> | void, T>,
  check: () => void,
  clock: Clock,
): Promise<T> {
  let untilMs = clock.monotonicMs() + SLICE_MS;
  let step = steps.next();
  while (step.done !== true) {
    try {
      check();
      if (step.value !== undefined) await step.value;
      if (clock.monotonicMs() >= untilMs) {
        await pause();
        untilMs = clock.monotonicMs() + SLICE_MS;
      }
    } catch (error) {
      // The merge cleans up and throws it on.
      steps.throw(error);
    }
    step = steps.next();
  }
  return step.value;
}
