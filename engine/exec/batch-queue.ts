/**
 * Result batches on their way from the workers' messages to the one reader, in order of arrival
 * (batch-order.ts brings ordered ones into theirs before). Bounded from outside:
 * workers stop when too many are pending (control.ts).
 */

import type { ResultBatch } from '../vector/batch.ts';

export class BatchQueue {
  readonly #entries: (ResultBatch | (() => void))[] = [];
  #ended = false;
  #error: unknown = null;
  #wake: (() => void) | null = null;

  push(batch: ResultBatch): void {
    this.#entries.push(batch);
    this.#wake?.();
  }

  /** Calls back when the reader has taken everything before it. */
  mark(reached: () => void): void {
    this.#entries.push(reached);
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
      const entry = this.#entries.shift();
      if (typeof entry === 'function') {
        entry();
        continue;
      }
      if (entry !== undefined) return entry;
      if (this.#error !== null) throw this.#error;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }
}
