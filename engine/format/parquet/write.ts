/**
 * Parquet files, written by `hyparquet-writer`: dictionaries where they pay, bounds, indexes of pages, Zstd.
 *
 * Row groups of {@link GROUP_ROWS} rows, fewer where values are long, so that what is gathered stays small whatever the result; a
 * reader's threads share the work by row groups. The library is loaded when the first file is written. It was taken because it writes
 * all our types exactly and every file piece by piece; the other candidate is 5 MB of WebAssembly that wants Arrow tables.
 */

import type { SchemaElement } from 'hyparquet';
import type { ColumnSource } from 'hyparquet-writer';
import { BasaltError } from '../../base/error.ts';
import type { Value } from '../../type/type.ts';
import type { ResultBatch, ResultColumn, ResultSchema } from '../../vector/batch.ts';
import { type FormatWriter, type MakeWriter, type ParquetOptions, plainCodec } from '../writer.ts';
import { withFooter } from './footer-bytes.ts';
import { elementsOf, type Written, writtenOf } from './write-schema.ts';

type Library = typeof import('hyparquet-writer');

/** As DuckDB's: two blocks of a reader. */
const GROUP_ROWS = 122_880;
const GROUP_BYTES = 64 << 20;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export async function loadParquetWriter(): Promise<MakeWriter> {
  const library = await import('hyparquet-writer');
  return (schema, { parquet = plainCodec }) => new ParquetFileWriter(library, schema, parquet);
}

class ParquetFileWriter implements FormatWriter {
  readonly #schema: ResultSchema;
  readonly #out: InstanceType<Library['ByteWriter']>;
  readonly #writer: InstanceType<Library['ParquetWriter']>;
  readonly #converters: readonly ((value: Exclude<Value, null>) => Written)[];
  #columns: Written[][];
  #rows = 0;
  #bytes = 0;

  constructor(
    { ByteWriter, ParquetWriter }: Library,
    schema: ResultSchema,
    { codec, compressors }: ParquetOptions,
  ) {
    if (schema.length === 0)
      throw new BasaltError('BAD_ARGUMENTS', 'A Parquet file needs at least one column');
    const names = new Set(schema.map(({ name }) => name));
    if (names.size < schema.length)
      throw new BasaltError('BAD_ARGUMENTS', 'Two columns of a Parquet file have the same name', {
        hint: 'Give them names with AS',
      });
    this.#schema = schema;
    this.#converters = schema.map(({ type }) => writtenOf(type));
    this.#columns = schema.map(() => []);
    this.#out = new ByteWriter();
    const root: SchemaElement = { name: 'schema', num_children: schema.length };
    this.#writer = new ParquetWriter({
      writer: this.#out,
      // What a result's type promises not to hold may still come as NULL from functions: every column is optional.
      schema: [root, ...schema.flatMap(({ name, type }) => elementsOf(name, type, true))],
      codec,
      compressors,
      createdBy: 'basalt',
    });
  }

  begin(): Uint8Array {
    return this.#taken();
  }

  batch({ rows, columns }: ResultBatch): Uint8Array {
    for (const [c, column] of columns.entries()) this.#append(c, column, rows);
    this.#rows += rows;
    if (this.#rows >= GROUP_ROWS || this.#bytes >= GROUP_BYTES) this.#writeGroup();
    return this.#taken();
  }

  end(): Uint8Array {
    if (this.#rows > 0) this.#writeGroup();
    withFooter(this.#out, () => this.#writer.finish());
    return this.#taken();
  }

  #append(c: number, column: ResultColumn, rows: number): void {
    const { name } = this.#schema[c];
    const convert = this.#converters[c];
    const read = laneReader(column, name);
    const into = this.#columns[c];
    const { valid } = column;
    for (let row = 0; row < rows; row++)
      into.push(valid !== null && valid[row] === 0 ? null : convert(read(row)));
    this.#bytes += column.lane === 'str' ? column.offsets[rows] + rows * 8 : rows * 8;
  }

  #writeGroup(): void {
    const columnData = this.#schema.map(({ name }, c) => ({
      name,
      data: this.#columns[c],
      columnIndex: true,
    }));
    this.#writer.write({ columnData: columnData as ColumnSource[], rowGroupSize: this.#rows });
    this.#columns = this.#schema.map(() => []);
    this.#rows = 0;
    this.#bytes = 0;
  }

  /** What was written since; offsets in the file go on. */
  #taken(): Uint8Array {
    const bytes = this.#out.getBytes().slice();
    this.#out.index = 0;
    return bytes;
  }
}

function laneReader(column: ResultColumn, name: string): (row: number) => Exclude<Value, null> {
  switch (column.lane) {
    case 'bool':
      return (row) => column.values[row] !== 0;
    case 'str':
      return (row) => {
        try {
          return decoder.decode(column.bytes.subarray(column.offsets[row], column.offsets[row + 1]));
        } catch {
          throw new BasaltError('INCORRECT_DATA', `Column ${name} has a text that is not UTF-8`, {
            hint: 'Parquet texts are UTF-8: write hex() of it',
          });
        }
      };
    default:
      return (row) => column.values[row];
  }
}
