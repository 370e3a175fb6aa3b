/**
 * Rows on their way in: up to 65,536 of them, as chunks of the working format in arena memory.
 *
 * Ingestion makes batches in workers, {@link ../table/batch-builder.ts} makes small ones from JavaScript
 * values. A column that is not there has its default in every row. A dictionary may be of this batch alone and
 * unsorted. The memory belongs to whoever made the batch; storage copies what it keeps.
 */

import { assert } from '../../engine/base/error.ts';
import { BLOCK_ROWS, type Chunk } from '../../engine/vector/vector.ts';

export type Batch = {
  readonly rows: number;
  /** By column id; every chunk has `rows` rows. */
  readonly columns: ReadonlyMap<number, Chunk>;
};

export function checkBatch(batch: Batch): void {
  assert(batch.rows > 0 && batch.rows <= BLOCK_ROWS, `a batch of ${batch.rows} rows`);
  for (const [id, chunk] of batch.columns) {
    assert(chunk.rows === batch.rows, `column ${id} of a batch has ${chunk.rows} of ${batch.rows} rows`);
  }
}
