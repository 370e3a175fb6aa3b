/**
 * Brings the batches of an ordered stage, made by several threads, into the order of its morsels.
 *
 * Batches of the morsel whose turn it is pass through; later ones wait. How many can wait is bounded by the stage
 * itself: it takes no morsel too far ahead of those the reader has taken (Control.deliveredMorsels).
 */

import type { ResultBatch } from '../vector/batch.ts';
import type { BatchQueue } from './batch-queue.ts';

type Waiting = { readonly batches: ResultBatch[]; ended: boolean };

export class BatchOrder {
  readonly #queue: BatchQueue;
  readonly #delivered: (morsels: number) => void;
  readonly #waiting = new Map<number, Waiting>();
  #turn = 0;

  /** @param delivered hears how many morsels the reader has taken all of, perhaps after the query's memory has gone */
  constructor(queue: BatchQueue, delivered: (morsels: number) => void) {
    this.#queue = queue;
    this.#delivered = delivered;
  }

  /** A batch of a morsel, or null when it has no more. */
  receive(batch: ResultBatch | null, morsel: number): void {
    if (morsel !== this.#turn) {
      const waiting = this.#waiting.get(morsel) ?? { batches: [], ended: false };
      this.#waiting.set(morsel, waiting);
      if (batch === null) waiting.ended = true;
      else waiting.batches.push(batch);
      return;
    }
    if (batch !== null) {
      this.#queue.push(batch);
      return;
    }
    this.#endTurn();
    for (let next = this.#waiting.get(this.#turn); next !== undefined; next = this.#waiting.get(this.#turn)) {
      this.#waiting.delete(this.#turn);
      for (const waiting of next.batches) this.#queue.push(waiting);
      if (!next.ended) return;
      this.#endTurn();
    }
  }

  #endTurn(): void {
    this.#turn++;
    const morsels = this.#turn;
    this.#queue.mark(() => this.#delivered(morsels));
  }
}
