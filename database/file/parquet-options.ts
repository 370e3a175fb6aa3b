/** How column chunks of written Parquet files are compressed: with what the runtime has, and the writing library's own Snappy. */

import * as zlib from 'node:zlib';
import type { ParquetCodec, ParquetOptions } from '../../engine/format/index.ts';

export const parquetOptions = (codec: ParquetCodec): ParquetOptions => ({
  codec,
  compressors: {
    GZIP: (bytes) => zlib.gzipSync(bytes),
    ZSTD: (bytes) => zlib.zstdCompressSync(bytes),
  },
});
