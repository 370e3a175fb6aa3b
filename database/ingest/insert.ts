/**
 * Rows of `INSERT ... FORMAT x`: bytes as they come in, batches of the table's columns out.
 *
 * All or nothing: the first row that does not fit ends the insert with its line and reason. Batches are handed
 * to the caller one after another; their memory is given back when the caller's promise resolves.
 */

import { BasaltError } from '../../engine/base/error.ts';
import {
  type FormatRow,
  type InputData,
  type InputFormat,
  type ReadColumn,
  type RowBatch,
  type RowShape,
  sizeOf,
  splitRecord,
  streamOf,
} from '../../engine/format/index.ts';
import type { Kernels } from '../../engine/kernel/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { cutRanges, HeaderStream, type Range } from './cut.ts';
import { type InOrderOptions, inOrder } from './in-order.ts';
import { inLines } from './json-lines.ts';
import { type RunChunks, readParquet } from './parquet.ts';
import type { RangeResult, RangeTask, RunTask } from './range-task.ts';

export type InsertEnvironment = {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly runTask: RunTask;
  /** Decodes column chunks of Parquet files. */
  readonly runChunks: RunChunks;
  /** Ranges in memory at once. */
  readonly width: number;
  readonly rangeBytes?: number;
};

export type InsertStream = {
  readonly format: FormatRow;
  /** Columns of the table, in the order of the statement's column list. */
  readonly columns: readonly ReadColumn[];
  readonly data: InputData;
  /** Most bytes of a stream that has to be there as a whole before it can be read. */
  readonly maxFileBytes: number;
  /** Told before rows are used: the share of the data that was read with them, where that is known. */
  readonly onShare?: (share: number) => void;
  readonly signal?: AbortSignal;
};

/** Answers how many rows were read. @throws BasaltError CANNOT_PARSE_INPUT, NOT_IMPLEMENTED */
export async function readInsert(
  environment: InsertEnvironment,
  insert: InsertStream,
  use: (batch: RowBatch) => Promise<void>,
): Promise<number> {
  const { read, names } = insert.format;
  if (read === null) throw new BasaltError('NOT_IMPLEMENTED', `Format ${names[0]} cannot be read`);
  return read.kind === 'parquet'
    ? readParquet(environment, insert, use)
    : readStream(environment, read, insert, use);
}

async function readStream(
  environment: InsertEnvironment,
  read: RowShape,
  insert: InsertStream,
  use: (batch: RowBatch) => Promise<void>,
): Promise<number> {
  const stream = new HeaderStream(streamOf(insert.data));
  try {
    return await readRows(environment, read, insert, stream, use);
  } finally {
    await stream.close();
  }
}

async function readRows(
  environment: InsertEnvironment,
  read: RowShape,
  insert: InsertStream,
  stream: HeaderStream,
  use: (batch: RowBatch) => Promise<void>,
): Promise<number> {
  let fields = insert.columns.map((column) => column.name);
  if (read.headerLines > 0) {
    fields = headerFields(await stream.takeLine(), read.format(fields)) ?? fields;
    for (const name of fields) {
      if (insert.columns.some((column) => column.name === name)) continue;
      throw new BasaltError(
        'NO_SUCH_COLUMN_IN_TABLE',
        `The header names column ${name}, which the table does not have`,
      );
    }
    if (read.headerLines === 2) await stream.takeLine();
  }
  const format = read.format(fields);
  const size = await sizeOf(insert.data);
  let bytes = 0;
  let rows = 0;
  let lines = stream.lines;
  await inOrder(cutRanges(environment, format, await lined(format, stream), environment.rangeBytes), {
    ...rangesOf(environment, ({ owner, address, bytes }) => ({
      owner,
      events: null,
      job: { format, columns: insert.columns, address, bytes, misfit: 'row', maxBadRows: 1 },
    })),
    signal: insert.signal,
    use: async (result, range) => {
      bytes += range.bytes;
      if (size !== null) insert.onShare?.(Math.min(1, bytes / size));
      const [bad] = result.badRows;
      if (bad !== undefined) {
        throw new BasaltError(
          'CANNOT_PARSE_INPUT',
          `${bad.reason} (line ${lines + bad.line} of the data: ${bad.text})`,
        );
      }
      for (const { batch } of result.pieces) await use(batch);
      rows += result.rows;
      lines += result.lines;
    },
  });
  return rows;
}

/** How ranges of rows run: on the workers, as many at once as the environment says. */
export function rangesOf(
  { arena, runTask, width }: InsertEnvironment,
  task: (range: Range) => RangeTask,
): Omit<InOrderOptions<Range, RangeResult>, 'use' | 'signal'> {
  /** What ranges say of columns, for those that start after them. */
  const nearUnique = new Set<number>();
  return {
    start: async (range) => {
      const { job, ...rest } = task(range);
      const result = await runTask({ ...rest, job: { ...job, nearUnique: [...nearUnique] } });
      for (const id of result.nearUnique) nearUnique.add(id);
      return result;
    },
    release: ({ owner }) => arena.closeOwner(owner),
    isFull: (underWay) => underWay.length >= width,
  };
}

/** JSON objects one a line; other formats as they are. */
export const lined = async (format: InputFormat, stream: HeaderStream): Promise<AsyncIterable<Uint8Array>> =>
  format.kind === 'json' && format.shape === 'object' ? inLines(stream) : stream;

/** Names of a header line, split as the format splits its rows. */
export function headerFields(line: Uint8Array | null, format: InputFormat): string[] | null {
  if (line === null || format.kind !== 'delimited') return null;
  const clean = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
  return splitRecord(clean, 0, clean.length, format).fields.map((field) => field.text);
}
