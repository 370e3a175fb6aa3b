/**
 * A result on its way to its reader, with its end made known exactly once: when the last batch was taken, when reading
 * failed or was left early, and when the statement was cancelled while nobody was reading, or before anybody began. A
 * reader that is gone would otherwise keep its statement listed, and its snapshots, for ever.
 */

import { cancelReason } from '../../engine/base/error.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';

export function observed(
  batches: AsyncGenerator<ResultBatch>,
  signal: AbortSignal,
  onBatch: (batch: ResultBatch) => void,
  onEnd: (error: unknown) => void,
): AsyncGenerator<ResultBatch> {
  let reading = false;
  let open = true;
  const end = (error: unknown): void => {
    if (!open) return;
    open = false;
    signal.removeEventListener('abort', abandon);
    onEnd(error);
  };
  const abandon = (): void => {
    // Who waits for a batch gets the error from there, and ends.
    if (reading) return;
    end(cancelReason(signal));
    batches.return(undefined).catch(() => {});
  };
  signal.addEventListener('abort', abandon);

  async function* read(): AsyncGenerator<ResultBatch> {
    try {
      for (;;) {
        if (open) reading = true;
        const next = await batches.next();
        reading = false;
        if (!open) throw cancelReason(signal);
        if (next.done === true) break;
        onBatch(next.value);
        yield next.value;
        if (!open) throw cancelReason(signal);
      }
    } catch (error) {
      reading = false;
      end(error);
      throw error;
    } finally {
      end(null);
      await batches.return(undefined);
    }
  }
  return read();
}
