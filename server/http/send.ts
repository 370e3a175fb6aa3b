/** Writing to a response with back-pressure, and noticing that its client has hung up. */

import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/**
 * Writes and waits until the stream wants more. A closed stream swallows the bytes: its query is cancelled elsewhere.
 * @param signal ends the waiting too: a client that does not read must not keep a cancelled query's place
 */
export async function send(stream: Writable, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
  if (bytes.length === 0 || stream.destroyed || stream.writableEnded) return;
  if (stream.write(bytes) || signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    signal?.addEventListener('abort', done);
  });
}

/** Aborted when the connection closes before the response was finished. */
export function hangUpSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
