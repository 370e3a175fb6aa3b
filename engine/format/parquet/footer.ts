/**
 * The footer of a Parquet file as plain data: its columns, its row groups, and where each column chunk lies.
 *
 * `hyparquet` reads the metadata, here and nowhere else; pages are decoded by this folder. Everything that is used for
 * addressing is checked against the file's size here, so that later code can trust it.
 */

import type { FileMetaData, RowGroup } from 'hyparquet';
import { utf8 } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import type { Zone } from '../../plan/source.ts';
import type { RandomAccess } from '../random-access.ts';
import { BOUND_PARSERS, zoneOf } from './bounds.ts';
import { damagedFile } from './damage.ts';
import type { Leaf } from './leaf.ts';
import { columnsOf, type ParquetColumn } from './shape.ts';

export type ChunkPlace = {
  readonly offset: number;
  readonly bytes: number;
  /** Bytes of its pages when decompressed, as the file says. */
  readonly plainBytes: number;
  readonly codec: string;
  /** What the file says of its values; undefined where it says nothing that can be used. */
  readonly zone: Zone | undefined;
};

export type RowGroupPlace = { readonly rows: number; readonly chunks: readonly ChunkPlace[] };

export type ParquetFile = {
  readonly rows: number;
  readonly columns: readonly ParquetColumn[];
  readonly rowGroups: readonly RowGroupPlace[];
};

const TAIL_BYTES = 8;
const MAX_FOOTER_BYTES = 256 << 20;

/** @throws BasaltError CANNOT_PARSE_INPUT, NOT_IMPLEMENTED */
export async function readFooter(file: RandomAccess): Promise<ParquetFile> {
  const metadata = await readMetadata(file);
  try {
    const columns = columnsOf(metadata.schema);
    const leaves = columns.flatMap((column) => column.leaves);
    return {
      rows: size(metadata.num_rows, 'rows'),
      columns,
      rowGroups: metadata.row_groups.map((group, i) => rowGroupPlace(group, leaves, i + 1, file.size)),
    };
  } catch (error) {
    throw error instanceof BasaltError ? error : damagedFile('its footer is not valid', error);
  }
}

async function readMetadata(file: RandomAccess): Promise<FileMetaData> {
  const tail = await bytesOf(file, Math.max(0, file.size - TAIL_BYTES), file.size);
  const magic = utf8.decode(tail.subarray(-4));
  if (magic === 'PARE') {
    throw new BasaltError('NOT_IMPLEMENTED', 'The Parquet file is encrypted', { hint: 'Decrypt it first' });
  }
  if (file.size < 12 || magic !== 'PAR1') {
    // Node's openAsBlob tells sizes modulo 4 GiB.
    throw damagedFile(`it does not end with PAR1 (${file.size} bytes)`);
  }
  const footerBytes = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (footerBytes > Math.min(MAX_FOOTER_BYTES, file.size - 12)) {
    throw damagedFile(`its footer of ${footerBytes} bytes does not fit (${file.size} bytes in all)`);
  }
  const footer = await bytesOf(file, file.size - TAIL_BYTES - footerBytes, file.size);
  const { parquetMetadata } = await import('hyparquet');
  try {
    return parquetMetadata(footer, { geoparquet: false, parsers: BOUND_PARSERS });
  } catch (error) {
    throw damagedFile('its footer is not valid', error);
  }
}

/** Fills the target, which may be shared memory, with the bytes at `from`. @throws BasaltError CANNOT_READ */
export async function fillBytes(file: RandomAccess, from: number, target: Uint8Array): Promise<void> {
  const to = from + target.length;
  let filled: number;
  try {
    if (file.fill !== undefined) filled = await file.fill(target, from);
    else {
      const bytes = new Uint8Array(await file.slice(from, to).arrayBuffer());
      filled = Math.min(bytes.length, target.length);
      target.set(bytes.subarray(0, filled));
    }
  } catch (cause) {
    throw new BasaltError('CANNOT_READ', `Bytes ${from} to ${to} of the Parquet file cannot be read`, {
      cause,
    });
  }
  if (filled < target.length)
    throw new BasaltError('CANNOT_READ', `The Parquet file ended at ${from + filled} while it was read`);
}

async function bytesOf(file: RandomAccess, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(to - from);
  await fillBytes(file, from, bytes);
  return bytes;
}

function rowGroupPlace(
  { columns, num_rows: groupRows }: RowGroup,
  leaves: readonly Leaf[],
  number: number,
  fileBytes: number,
): RowGroupPlace {
  const rows = size(groupRows, `rows in row group ${number}`);
  const chunks = columns.map(({ meta_data: meta, file_path: path }, i): ChunkPlace => {
    if (meta === undefined || path !== undefined) {
      throw new BasaltError('NOT_IMPLEMENTED', `Row group ${number}: column ${i + 1} lies in another file`);
    }
    const where = `row group ${number}, column ${i + 1}`;
    const dictionary = size(meta.dictionary_page_offset ?? 0n, `as offset of ${where}`);
    const data = size(meta.data_page_offset, `as offset of ${where}`);
    const offset = dictionary > 0 && dictionary < data ? dictionary : data;
    const bytes = size(meta.total_compressed_size, `bytes in ${where}`);
    const plainBytes = size(meta.total_uncompressed_size, `bytes in ${where}`);
    // Nobody reads chunks of no rows, and some writers have them nowhere.
    if (rows > 0 && (offset < 4 || offset + bytes > fileBytes)) {
      throw damagedFile(`${where} lies at bytes ${offset} to ${offset + bytes} of ${fileBytes}`);
    }
    return { offset, bytes, plainBytes, codec: meta.codec, zone: zoneOf(leaves[i], meta.statistics) };
  });
  return { rows, chunks };
}

/** A count or an offset of the footer; damaged ones may be anything. */
function size(value: bigint, what: string): number {
  if (typeof value === 'bigint' && value >= 0n && value <= Number.MAX_SAFE_INTEGER) return Number(value);
  throw damagedFile(`it says ${value} ${what}`);
}
