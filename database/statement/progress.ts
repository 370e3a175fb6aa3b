/** Tells a caller at intervals how far its statement has come, and once more at its end, with what it was in all. */

import type { Timer } from '../../engine/base/timer.ts';
import type { Progress, Statistics } from '../types.ts';

export const PROGRESS_INTERVAL_MS = 100;

/** Answers what ends it. `onProgress` is never called after that. */
export function watchProgress(
  timer: Timer,
  intervalMs: number,
  statistics: () => Statistics,
  onProgress: (progress: Progress) => void,
): () => void {
  const tell = (): void => {
    const { elapsedMs, rowsRead, bytesRead, rowsToRead } = statistics();
    onProgress({ elapsedMs, rowsRead, bytesRead, rowsToRead });
  };
  const tick = (): void => {
    stop = timer.after(intervalMs, tick);
    tell();
  };
  let stop = timer.after(intervalMs, tick);
  return () => {
    stop();
    tell();
  };
}
