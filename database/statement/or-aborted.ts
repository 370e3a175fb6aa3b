/** What is waited for, unless the waiting is called off first: what goes on without the statement that waits for it. */

import { cancelReason } from '../../engine/base/error.ts';

export async function orAborted<T>(wanted: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw cancelReason(signal);
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(cancelReason(signal));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([wanted, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
