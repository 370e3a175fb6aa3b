/**
 * The door of all readers: bytes of a range in, batches of columns out. Plain and synchronous, so that it runs
 * on the main thread for small inputs and in a worker for all others.
 */

import { BatchBuilder, type ReadContext } from './builder.ts';
import type { ReadJob, ReadResult } from './column.ts';
import { csvParser } from './csv/read.ts';
import { jsonParser } from './json/read.ts';
import { readRows } from './run.ts';

/**
 * Reads a range. The batches lie in `context.region`; everything else that was needed is given back.
 * @throws BasaltError MEMORY_LIMIT_EXCEEDED when the region's owner may take no more; bad rows never throw.
 */
export function readRange(context: ReadContext, job: ReadJob): ReadResult {
  // A row takes a byte at least: its line end.
  const builder = new BatchBuilder(context, job.columns, job.bytes + 1, job.nearUnique);
  try {
    const { format } = job;
    const parser =
      format.kind === 'json' ? jsonParser(builder, format, job) : csvParser(builder, format, job);
    return readRows(builder, parser, job);
  } finally {
    builder.close();
  }
}
