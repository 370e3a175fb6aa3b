/**
 * RETURNING: what a statement answers of the rows it changes. Whoever asked may never read it, and the change has happened all the same,
 * so it is held until then, within the query's memory.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Schema } from '../../engine/plan/node.ts';
import { batchBytes, type ResultBatch } from '../../engine/vector/batch.ts';
import { memoryLimitOf, type PlanContext } from './query.ts';

export class ReturnedRows {
  readonly batches: ResultBatch[] = [];
  readonly #from: number;
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(from: number, limitBytes: number) {
    this.#from = from;
    this.#limitBytes = limitBytes;
  }

  take({ rows, columns }: ResultBatch): void {
    if (rows === 0) return;
    const batch = { rows, columns: columns.slice(this.#from) };
    this.#bytes += batchBytes(batch);
    if (this.#bytes > this.#limitBytes)
      throw new BasaltError(
        'MEMORY_LIMIT_EXCEEDED',
        `RETURNING gives more than ${this.#limitBytes} bytes, and nothing was changed`,
        { hint: 'Raise max_memory_usage, or return fewer columns' },
      );
    this.batches.push(batch);
  }
}

/** null: nothing is returned. What is stands in columns from `from` on. */
export const returnedRows = (
  returning: Schema | null,
  from: number,
  context: PlanContext,
): ReturnedRows | null => (returning === null ? null : new ReturnedRows(from, memoryLimitOf(context)));
