/**
 * Result batches on their way from the workers' messages to the one reader, in order of arrival. Bounded from outside:
 * workers stop when too many are pending (control.ts).
 */

import type { ResultBatch } from '../vector/batch.ts';

export class BatchQueue {
  readonly #batches: ResultBatch[] = [];
  #ended = false;
  #error: unknown = null;
  #wake: (() => void) | null = null;

  push(batch: ResultBatch): void {
    this.#batches.push(batch);
    this.#wake?.();
  }

  end(error: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  /** The next batch, or null at the end; throws what the query failed with. */
  async next(): Promise<ResultBatch | null> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) return batch;
      if (this.#error !== null) throw this.#error;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }
}
