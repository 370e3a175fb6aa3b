/** Helpers of the Parquet tests: files from an independent writer, and what Basalt's reader makes of them. */

import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { compress } from 'lz4-wasm-nodejs';
import { BasaltError } from '../../engine/base/error.ts';
import { ChunkMemory, type ReadColumn, readColumn, readFooter } from '../../engine/format/index.ts';
import type { Kernels } from '../../engine/kernel/load.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Value } from '../../engine/type/type.ts';
import { nodeInflaters } from '../../storage/index.ts';
import { arena, chunkValues, kernels, twins } from './reading.ts';

export type WriteOptions = Omit<Parameters<typeof parquetWriteBuffer>[0], 'columnData'>;

const compressors = {
  GZIP: (bytes: Uint8Array) => gzipSync(bytes),
  ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes),
  // The package puts the length before the raw block.
  LZ4_RAW: (bytes: Uint8Array) => compress(bytes).subarray(4),
};

export const writeParquet = (columnData: ColumnSource[], options: WriteOptions = {}): Blob =>
  new Blob([parquetWriteBuffer({ columnData, compressors, ...options })]);

/** Values of the columns, row groups one after another. */
export async function readColumns(
  file: Blob,
  columns: readonly ReadColumn[],
  use: Kernels = kernels,
): Promise<Value[][]> {
  const { columns: inFile, rowGroups } = await readFooter(file);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const owner = arena.openOwner();
  try {
    const input = new Region(arena, owner).alloc(bytes.length + 64);
    arena.u8.set(bytes, input);
    const memory = new ChunkMemory(arena, owner);
    const context = {
      arena,
      kernels: use,
      inflaters: nodeInflaters,
      region: new Region(arena, owner),
      memory,
    };
    return columns.map((column) => {
      const stored = inFile.find(({ name }) => name === column.name);
      if (stored === undefined || stored.refusal !== null)
        throw new BasaltError('INCORRECT_DATA', `The file has no column ${column.name} that can be read`);
      const { shape, leaves } = stored;
      return rowGroups.flatMap(({ rows, chunks: places }, i) => {
        const chunks = leaves.map((leaf) => {
          const place = places[leaf.index];
          if (place === undefined)
            throw new BasaltError('INCORRECT_DATA', `Row group ${i + 1} lacks column ${column.name}`);
          return { leaf, codec: place.codec, address: input + place.offset, bytes: place.bytes };
        });
        const job = { column, shape, chunks, rowGroup: i + 1, rows };
        return readColumn(context, job).chunks.flatMap(chunkValues);
      });
    });
  } finally {
    arena.closeOwner(owner);
  }
}

/** Of bytes that may be damaged: by the compiled kernels and by their twins, the values as text, or the message of a typed error. */
export async function outcomesOf(
  bytes: Uint8Array<ArrayBuffer>,
  columns: readonly ReadColumn[],
): Promise<{ readonly outcomes: readonly string[]; readonly errors: number }> {
  const outcomes: string[] = [];
  let errors = 0;
  for (const set of [kernels, twins]) {
    try {
      const values = await readColumns(new Blob([bytes]), columns, set);
      outcomes.push(JSON.stringify(values, (_, v) => (typeof v === 'bigint' ? `${v}` : v)));
    } catch (error) {
      if (!(error instanceof BasaltError) || error.errorName === 'LOGICAL_ERROR') throw error;
      errors++;
      outcomes.push(error.message);
    }
  }
  return { outcomes, errors };
}
