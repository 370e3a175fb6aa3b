/** Decodes columns: chunks as they lie in a file in, chunks of the working format out. */

import type { ColumnBlocks, ParquetContext } from './context.ts';
import { FlatReader } from './flat-reader.ts';
import type { ColumnJob, DecodedColumn } from './job.ts';
import { NestedReader } from './nested-reader.ts';
import { isFlat } from './shape.ts';

/** The chunks' bytes, and `context.memory`, which nothing else may use, have to stay as long as blocks are read. */
export function columnBlocks(context: ParquetContext, job: ColumnJob): ColumnBlocks {
  context.memory.begin();
  return isFlat(job.shape) ? new FlatReader(context, job) : new NestedReader(context, job);
}

/** @throws BasaltError CANNOT_PARSE_INPUT, INCORRECT_DATA, NOT_IMPLEMENTED */
export const readColumn = (context: ParquetContext, job: ColumnJob): DecodedColumn => ({
  id: job.column.id,
  chunks: columnBlocks(context, job).all(),
});
