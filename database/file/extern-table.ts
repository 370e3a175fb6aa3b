/**
 * EXTERN of Druid's SQL: inputs of an ingestion spec as a table, under the same guards. The wanted columns are parsed into memory before
 * the query begins, up to what the query may hold. A value that does not fit its column is NULL, as in specs; a row that cannot be
 * parsed ends the query.
 */

import type { Snapshot } from '../../engine/plan/source.ts';
import type { ExternRequest } from '../../sql/index.ts';
import type { Batch } from '../../storage/index.ts';
import {
  HeaderStream,
  type Input,
  listInputs,
  openFormat,
  parseFormat,
  parseSource,
  type SourceRules,
  type SpecFormat,
  SpecNode,
} from '../ingest/index.ts';
import { memoryPart, memorySnapshot } from '../write/memory-parts.ts';
import type { FileColumn, FileTable, SnapshotOptions } from './file-table.ts';
import { columnsToRead, parseRows } from './parse-rows.ts';

/** @throws BasaltError INVALID_SPEC, PATH_ACCESS_DENIED, CANNOT_READ */
export async function externTable(request: ExternRequest, rules: SourceRules): Promise<FileTable> {
  const source = parseSource(new SpecNode(request.source, 'inputSource'));
  const format = parseFormat(new SpecNode(request.format, 'inputFormat'));
  const inputs = await listInputs(source, rules);
  return new ExternTable(
    inputs,
    format,
    request.columns.map((column, id) => ({ id, ...column, isPartition: false })),
  );
}

class ExternTable implements FileTable {
  readonly columns: readonly FileColumn[];
  readonly #inputs: readonly Input[];
  readonly #format: SpecFormat;

  constructor(inputs: readonly Input[], format: SpecFormat, columns: readonly FileColumn[]) {
    this.#inputs = inputs;
    this.#format = format;
    this.columns = columns;
  }

  snapshot(options: SnapshotOptions): Promise<Snapshot> {
    return memorySnapshot(options, async (put, region) => {
      for (const input of this.#inputs)
        await this.#read(input, options, (batch) => put(memoryPart(batch, region, this.columns, () => null)));
    });
  }

  async #read(input: Input, options: SnapshotOptions, use: (batch: Batch) => void): Promise<void> {
    const stream = new HeaderStream(await input.open(options.signal));
    try {
      const format = await openFormat(this.#format, stream);
      const columns = columnsToRead(this.columns, options.scans);
      const { name } = input;
      await parseRows(
        { stream, format, columns, misfit: 'null', name, linesBefore: stream.lines },
        options,
        use,
      );
    } finally {
      await stream.close();
    }
  }
}
