/**
 * EXTERN of Druid's SQL: inputs of an ingestion spec as a table, under the same guards. The wanted columns are parsed into memory before
 * the query begins, up to what the query may hold. A value that does not fit its column is NULL, as in specs; a row that cannot be
 * parsed ends the query.
 */

import { Region } from '../../engine/memory/region.ts';
import type { Part, Snapshot } from '../../engine/plan/source.ts';
import { laneOf } from '../../engine/type/type.ts';
import { type Chunk, chunk, constVector } from '../../engine/vector/vector.ts';
import type { ExternRequest } from '../../sql/index.ts';
import { type Batch, MEMORY_KIND, type MemoryDescriptor } from '../../storage/index.ts';
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
import { copyBatch } from '../write/copy-batch.ts';
import type { FileColumn, FileTable, SnapshotOptions } from './file-table.ts';
import { columnsToRead, parseRows } from './parse-rows.ts';
import { partKey } from './prune-files.ts';

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

  async snapshot(options: SnapshotOptions): Promise<Snapshot> {
    const { arena } = options.runtime.engine;
    const owner = arena.openOwner(options.memoryLimitBytes);
    const parts: Part[] = [];
    try {
      const region = new Region(arena, owner);
      for (const input of this.#inputs)
        await this.#read(input, options, (batch) => parts.push(this.#part(batch, region)));
    } catch (error) {
      arena.closeOwner(owner);
      throw error;
    }
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    return { parts, rows, release: () => arena.closeOwner(owner) };
  }

  #part(batch: Batch, region: Region): Part {
    const { rows, columns } = copyBatch(region.arena, region, batch);
    const all: [number, Chunk][] = [...columns];
    for (const { id, type } of this.columns)
      if (!columns.has(id)) all.push([id, chunk(constVector(laneOf(type), rows, null))]);
    const descriptor: MemoryDescriptor = { rows, columns: all, defaults: [] };
    return { kind: MEMORY_KIND, key: partKey(), rows, blocks: 1, zones: new Map(), descriptor };
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
