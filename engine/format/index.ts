/** The public door of the formats: readers, writers and the table that names them. */

export { clickhouseTypeName, druidColumnTypeName, druidTypeName } from '../type/dialect-name.ts';
export type { ReadContext } from './builder.ts';
export { cutRows } from './chunk.ts';
export type {
  BadRow,
  DelimitedFormat,
  InputFormat,
  JsonFormat,
  ReadColumn,
  ReadJob,
  ReadResult,
  RowBatch,
  TimeFormat,
} from './column.ts';
export { splitRecord } from './csv/read.ts';
export { type Discovered, discoverDelimited, discoverJson } from './discover.ts';
export { type Converter, converterOf, Misfit, NumberText, type Raw } from './exact.ts';
export { FileBytes, type FillingStream, isFilling } from './file-bytes.ts';
export { type InputData, placesOf, sizeOf, streamOf } from './input-data.ts';
export { ChunkMemory } from './parquet/chunk-memory.ts';
export {
  type ColumnBlocks,
  columnBlocks,
  type ParquetContext,
  readColumnChunk,
} from './parquet/column-reader.ts';
export type { Inflaters } from './parquet/decompress.ts';
export { type ChunkPlace, fillBytes, type ParquetFile, readFooter } from './parquet/footer.ts';
export type { ChunkJob, DecodedColumn } from './parquet/job.ts';
export type { Leaf } from './parquet/leaf.ts';
export { typeOfLeaf } from './parquet/leaf-type.ts';
export { type RandomAccess, randomAccess } from './random-access.ts';
export { readRange } from './read.ts';
export {
  DRUID_FORMATS,
  druidFormatByName,
  FORMATS,
  type FormatRow,
  formatByName,
  type ReadShape,
  type RowShape,
  writerOf,
} from './registry.ts';
export { compileTime } from './time.ts';
export {
  EMPTY_BYTES,
  type Footer,
  type FormatWriter,
  type ParquetCodec,
  type ParquetOptions,
  type WriteOptions,
} from './writer.ts';
