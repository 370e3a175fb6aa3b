/**
 * What every output format is: something that turns batches of a result into bytes, piece by piece, so that an
 * answer of any size needs the memory of one batch.
 */

import type { ResultBatch, ResultSchema } from '../vector/batch.ts';

/** What a format may say after the rows. */
export type Footer = {
  readonly rows: number;
  readonly elapsedMs: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  /** One row beside the others; absent or null: none. */
  readonly totals?: ResultBatch | null;
};

export type WriteOptions = {
  /** Druid's header flags. */
  readonly header?: boolean;
  readonly typesHeader?: boolean;
  readonly sqlTypesHeader?: boolean;
  /** Druid's sqlStringifyArrays: arrays and multi-value strings are texts of JSON; default true. */
  readonly stringifyArrays?: boolean;
  /** Zone that timestamps without one are shown in. */
  readonly zone?: string;
  /** output_format_json_quote_64bit_integers */
  readonly quoteInt64?: boolean;
  /** How column chunks of a Parquet file are compressed; default: not. */
  readonly parquet?: ParquetOptions;
};

export type ParquetOptions = {
  readonly codec: ParquetCodec;
  readonly compressors: { readonly [codec in ParquetCodec]?: (bytes: Uint8Array) => Uint8Array };
};
export type ParquetCodec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD';

export const plainCodec: ParquetOptions = { codec: 'UNCOMPRESSED', compressors: {} };

export interface FormatWriter {
  /** Before the first batch. */
  begin(): Uint8Array;
  batch(batch: ResultBatch): Uint8Array;
  /** After the last batch. */
  end(footer: Footer): Uint8Array;
}

export type MakeWriter = (schema: ResultSchema, options: WriteOptions) => FormatWriter;

export const EMPTY_BYTES = new Uint8Array(0);
