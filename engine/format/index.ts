/** The public door of the formats: readers, writers and the table that names them. */

export { clickhouseTypeName, druidColumnTypeName, druidTypeName } from '../type/dialect-name.ts';
export type { ReadContext } from './builder.ts';
export { cutRows } from './chunk.ts';
export type {
  BadRow,
  DelimitedFormat,
  InputFormat,
  JsonFormat,
  ListHandling,
  ReadColumn,
  ReadJob,
  ReadResult,
  RowBatch,
  TimeFormat,
} from './column.ts';
export { absentOf } from './column.ts';
export { splitRecord } from './csv/read.ts';
export { writePlainCsv, writePlainCsvWithNames } from './csv/write.ts';
export { type Discovered, discoverDelimited, discoverJson } from './discover.ts';
export { type Converter, converterOf, listedValues, Misfit } from './exact.ts';
export { FileBytes, type FillingStream, isFilling } from './file-bytes.ts';
export { type InputData, placesOf, sizeOf, streamOf } from './input-data.ts';
export { ChunkMemory } from './parquet/chunk-memory.ts';
export { columnBlocks, readColumn } from './parquet/column-reader.ts';
export type { ColumnBlocks, ParquetContext } from './parquet/context.ts';
export type { Inflaters } from './parquet/decompress.ts';
export { type ChunkPlace, fillBytes, type ParquetFile, readFooter } from './parquet/footer.ts';
export type { ChunkBytes, ColumnJob, DecodedColumn } from './parquet/job.ts';
export type { Leaf } from './parquet/leaf.ts';
export { isFlat, type ParquetColumn, type Shape, typeOfColumn } from './parquet/shape.ts';
export { type RandomAccess, randomAccess } from './random-access.ts';
export { NumberText, type Raw } from './raw.ts';
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
export type { MakeWriter } from './writer.ts';
export {
  EMPTY_BYTES,
  type Footer,
  type FormatWriter,
  type ParquetCodec,
  type ParquetOptions,
  type WriteOptions,
} from './writer.ts';
