/**
 * CSV, TSV and JSON files as a table. Types are those of a sample of the first file, or as given.
 *
 * Where rows lie in text shows only when it is read, so the wanted columns are parsed into memory before the query begins: as an INSERT
 * would, on all threads, all or nothing, up to what the query may hold.
 */

import { basename } from 'node:path';
import { BasaltError } from '../../engine/base/error.ts';
import {
  type DelimitedFormat,
  type Discovered,
  discoverDelimited,
  discoverJson,
  type FormatRow,
  type InputFormat,
  type RowShape,
  splitRecord,
} from '../../engine/format/index.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { Part, Snapshot } from '../../engine/plan/source.ts';
import { nullable } from '../../engine/type/type.ts';
import type { FileRequest } from '../../sql/index.ts';
import { type Batch, MEMORY_KIND } from '../../storage/index.ts';
import { HeaderStream, type Input, lined } from '../ingest/index.ts';
import { memoryPart, memorySnapshot } from '../write/memory-parts.ts';
import { type FileColumn, type FileTable, type SnapshotOptions, withPartitions } from './file-table.ts';
import { partitionValue } from './hive.ts';
import { columnsToRead, parseRows } from './parse-rows.ts';
import { isPruned, partitionName, partKey, pathZones, prunedPart } from './prune-files.ts';

const SAMPLE_BYTES = 1 << 20;
const decoder = new TextDecoder();

/** A file that has been looked at: names of its fields, and types of its first rows. */
type Sample = { readonly columns: readonly Discovered[]; readonly headerLines: number };

/** Where a text is, and its bytes, decompressed. */
export type Text = Pick<Input, 'name' | 'open'>;

export async function textTable(
  texts: readonly Text[],
  format: FormatRow,
  request: FileRequest,
): Promise<FileTable> {
  const shape = format.read as RowShape;
  const stored = request.columns ?? (await columnsOf(texts, shape, request));
  const paths = texts.map(({ name }) => name);
  return new TextTable(texts, withPartitions(stored, paths, request), shape, request);
}

async function columnsOf(
  texts: readonly Text[],
  shape: RowShape,
  request: FileRequest,
): Promise<readonly Discovered[]> {
  const samples: Sample[] = [];
  for (const text of request.unionByName ? texts : texts.slice(0, 1))
    samples.push(await withStream(text, (stream) => sampleOf(stream, shape, request)));
  return unitedColumns(samples);
}

class TextTable implements FileTable {
  readonly columns: readonly FileColumn[];
  readonly #texts: readonly Text[];
  readonly #shape: RowShape;
  readonly #request: FileRequest;

  constructor(texts: readonly Text[], columns: readonly FileColumn[], shape: RowShape, request: FileRequest) {
    this.#texts = texts;
    this.columns = columns;
    this.#shape = shape;
    this.#request = request;
  }

  snapshot(options: SnapshotOptions): Promise<Snapshot> {
    return memorySnapshot(options, async (put, region) => {
      for (const text of this.#texts) {
        if (isPruned(text.name, this.columns, options.scans))
          put(prunedPart(MEMORY_KIND, partKey(), text.name, this.columns));
        else await this.#read(text, options, (batch) => put(this.#part(text.name, batch, region)));
      }
    });
  }

  #part(path: string, batch: Batch, region: Region): Part {
    const part = memoryPart(batch, region, this.columns, ({ name, type, isPartition }) =>
      isPartition ? partitionValue(path, name, type) : null,
    );
    const partition = partitionName(path);
    const zones = pathZones(path, part.rows, this.columns);
    return { ...part, zones, ...(partition === '' ? {} : { partition }) };
  }

  #read(text: Text, options: SnapshotOptions, use: (batch: Batch) => void): Promise<void> {
    return withStream(text, (stream) => this.#parse(stream, text.name, options, use), options.signal);
  }

  async #parse(
    stream: HeaderStream,
    name: string,
    options: SnapshotOptions,
    use: (batch: Batch) => void,
  ): Promise<void> {
    const [format, linesBefore] = await this.#fields(stream, name);
    const stored = this.columns.filter(({ isPartition }) => !isPartition);
    // Arrays do not say which of their values is which.
    const isWhole = format.kind === 'json' && format.shape === 'array';
    const wanted = isWhole ? stored : columnsToRead(stored, options.scans);
    const columns = wanted.filter((column) => hasField(format, column));
    const hint = "Types come from the file's first rows; file('...', 'CSV', 'name Type, ...') says them";
    const text = { stream, format, columns, misfit: 'row', name, linesBefore, hint } as const;
    await parseRows(text, options, use);
  }

  /** The format with the file's own fields, and how many lines came before its rows. */
  async #fields(stream: HeaderStream, path: string): Promise<readonly [InputFormat, number]> {
    const names = this.columns.filter(({ isPartition }) => !isPartition).map(({ name }) => name);
    const format = delimited(this.#shape.format(names), this.#request);
    if (format.kind === 'json') return [format, 0];
    const { columns, headerLines } = await sampleOf(stream, this.#shape, this.#request);
    for (let line = 0; line < headerLines; line++) await stream.takeLine();
    // Without a header the schema's names are those of the fields, in order.
    const fields = headerLines === 0 ? names : columns.map(({ name }) => name);
    const lacking = names.filter((name) => !fields.includes(name));
    if (lacking.length > 0 && !this.#request.unionByName) {
      throw new BasaltError('INCORRECT_DATA', `${basename(path)} has no column ${lacking.join(', ')}`, {
        hint: 'union_by_name = true gives NULL where a file lacks a column',
      });
    }
    return [{ ...format, fields }, headerLines];
  }
}

const hasField = (format: InputFormat, { name }: FileColumn): boolean =>
  format.kind === 'json' || format.fields.includes(name);

async function withStream<T>(
  text: Text,
  use: (stream: HeaderStream) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const stream = new HeaderStream(await text.open(signal));
  try {
    return await use(stream);
  } finally {
    await stream.close();
  }
}

function delimited(format: InputFormat, { delimiter }: FileRequest): InputFormat {
  if (format.kind === 'json' || delimiter === null) return format;
  if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 127 || delimiter === '"')
    throw new BasaltError('BAD_ARGUMENTS', `'${delimiter}' cannot part fields: write one ASCII character`);
  return { ...format, delimiter };
}

async function sampleOf(stream: HeaderStream, shape: RowShape, request: FileRequest): Promise<Sample> {
  const format = delimited(shape.format([]), request);
  const start = await stream.peek(SAMPLE_BYTES);
  if (format.kind === 'json') {
    if (format.shape === 'array')
      throw new BasaltError('BAD_ARGUMENTS', 'Arrays do not name their columns', {
        hint: 'Read JSON objects',
      });
    const lines = await lined(format, new HeaderStream(once(start)));
    return { columns: discoverJson(await texts(lines)), headerLines: 0 };
  }
  const records = recordsOf(start, format);
  const [first] = records;
  if (first === undefined) return { columns: [], headerLines: 0 };
  const headerLines = headerLinesOf(first, shape, request);
  const names = headerLines > 0 ? first : first.map((_, i) => `c${i + 1}`);
  return { columns: discoverDelimited(names, records.slice(headerLines)), headerLines };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function texts(stream: AsyncIterable<Uint8Array>): Promise<string[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return decoder.decode(Buffer.concat(pieces)).split('\n');
}

/** A first record of texts alone is a line of names, unless the statement says otherwise. */
function headerLinesOf(first: readonly string[], shape: RowShape, { header, columns }: FileRequest): number {
  if (header !== null) return header ? Math.max(1, shape.headerLines) : 0;
  if (shape.headerLines > 0) return shape.headerLines;
  const isText = (text: string): boolean => discoverDelimited(['x'], [[text]])[0].type.id === 'string';
  const isHeader = first.every((text) => text !== '' && isText(text)) && new Set(first).size === first.length;
  // Rows of given columns begin at once, unless the first is their names.
  return isHeader && (columns === null || columns.every(({ name }) => first.includes(name))) ? 1 : 0;
}

/** Whole records of a file's first bytes. */
function recordsOf(start: Uint8Array, format: DelimitedFormat): string[][] {
  const skip = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0;
  const isWhole = start.length < SAMPLE_BYTES;
  const records: string[][] = [];
  for (let at = skip; at < start.length; ) {
    const { fields, end } = splitRecord(start, at, start.length, format);
    if (end >= start.length && !isWhole && records.length > 0) break;
    if (fields.length > 1 || fields[0].text !== '')
      records.push(fields.map((field) => (field.isNull ? '' : field.text)));
    at = end;
  }
  return records;
}

/** Columns of all samples; types that differ are as wide as both need. */
function unitedColumns(samples: readonly Sample[]): Discovered[] {
  const columns = new Map<string, Discovered>();
  for (const sample of samples) {
    for (const { name, type } of sample.columns) {
      const known = columns.get(name);
      if (known === undefined) columns.set(name, { name, type: nullable(type) });
      else if (known.type.id !== type.id) {
        const numbers = [known.type.id, type.id].every((id) => id === 'int64' || id === 'float64');
        columns.set(name, discoverDelimited([name], [[numbers ? '1.5' : 'text']])[0]);
      }
    }
  }
  return [...columns.values()];
}
