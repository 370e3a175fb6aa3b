/** Rows of a text, in batches: parsed on all threads, as an INSERT would, and given on in order. */

import { BasaltError } from '../../engine/base/error.ts';
import type { InputFormat } from '../../engine/format/index.ts';
import type { Batch } from '../../storage/index.ts';
import { cutRanges, type HeaderStream, inOrder, lined, rangesOf } from '../ingest/index.ts';
import { insertEnvironment } from '../work.ts';
import { type FileColumn, type SnapshotOptions, wantedIds } from './file-table.ts';

/** Columns that the query's scans read; rows are counted by reading at least one. */
export function columnsToRead(
  columns: readonly FileColumn[],
  scans: SnapshotOptions['scans'],
): readonly FileColumn[] {
  const ids = wantedIds(scans);
  const wanted = columns.filter(({ id }) => ids.has(id));
  return wanted.length > 0 ? wanted : columns.slice(0, 1);
}

export type RowText = {
  readonly stream: HeaderStream;
  readonly format: InputFormat;
  readonly columns: readonly FileColumn[];
  /** What becomes of a value that does not fit its column: its row is bad, or it is NULL. */
  readonly misfit: 'row' | 'null';
  /** What errors call the text, and how many of its lines came before. */
  readonly name: string;
  readonly linesBefore: number;
  readonly hint?: string;
};

/** @throws BasaltError CANNOT_PARSE_INPUT at the first row that cannot be parsed */
export async function parseRows(
  { stream, format, columns, misfit, name, linesBefore, hint }: RowText,
  { runtime, signal }: SnapshotOptions,
  use: (batch: Batch) => void,
): Promise<void> {
  const environment = insertEnvironment(runtime.engine, runtime.pool);
  let before = linesBefore;
  await inOrder(cutRanges(environment, format, await lined(format, stream)), {
    ...rangesOf(environment, ({ owner, address, bytes }) => ({
      owner,
      events: null,
      job: { format, columns, address, bytes, misfit, maxBadRows: 1 },
    })),
    signal,
    use: async (result) => {
      const [bad] = result.badRows;
      if (bad !== undefined)
        throw new BasaltError(
          'CANNOT_PARSE_INPUT',
          `${name}: ${bad.reason} (line ${before + bad.line}: ${bad.text})`,
          hint === undefined ? {} : { hint },
        );
      for (const { batch } of result.pieces) use(batch);
      before += result.lines;
    },
  });
}
