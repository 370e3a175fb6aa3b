/**
 * The rows of a segment that are hidden, as a file beside it: `segment/ID.N.del`, the N-th overlay of segment ID. It says
 * all of them; the next one takes its place.
 *
 *   overlay := "BSLTDEL\n" version:u32 features:u32 identity:u64 number:u64 bitmap    -- roaring.ts, never empty
 *
 * The checksum of the whole file lies in the manifest, seeded with the segment's identity and the overlay's number.
 * In memory an overlay is what engine/vector/hidden-rows.ts says.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Region } from '../../engine/memory/region.ts';
import {
  HIDDEN_BYTES,
  type HiddenRows,
  HiddenRowsBuilder,
  hiddenBits,
  hiddenInBlock,
} from '../../engine/vector/hidden-rows.ts';
import { ByteReader, ByteWriter } from '../codec/byte-io.ts';
import { checksumError, checksumOf, checksumSeed } from '../codec/checksum.ts';
import type { CodecContext } from '../codec/context.ts';
import { type FileSystem, readWhole, removeQuietly } from '../fs/file-system.ts';
import type { OverlayMeta } from './meta.ts';
import { ARRAY_LIMIT, type Container, roaringContainers, serializeRoaring } from './roaring.ts';

const MAGIC = 'BSLTDEL\n';
const VERSION = 1;
const HEADER_BYTES = 32;

/** Writes an overlay whose bytes are durable then; its name is not, until the directory is synced. */
export async function writeOverlay(
  context: CodecContext,
  fs: FileSystem,
  path: string,
  identity: bigint,
  number: number,
  hidden: HiddenRows,
  blockCount: number,
): Promise<OverlayMeta> {
  const { arena } = context;
  const containers: Container[] = [];
  for (let block = 0; block < blockCount; block++) {
    const rows = hiddenInBlock(arena, hidden, block);
    const at = hiddenBits(arena, hidden, block);
    if (rows > 0)
      containers.push({ block, rows, positions: null, bits: arena.u8.subarray(at, at + HIDDEN_BYTES) });
  }
  const bytes = new ByteWriter()
    .raw(new TextEncoder().encode(MAGIC))
    .u32(VERSION)
    .u32(0)
    .u64(identity)
    .u64(BigInt(number))
    .raw(serializeRoaring(containers)).bytes;
  const file = fs.create(path);
  try {
    file.writeSync(bytes, 0);
    await file.dataSync();
    file.close();
  } catch (error) {
    file.close();
    removeQuietly(fs, path);
    throw error;
  }
  const checksum = checksumOf(context, bytes, checksumSeed(identity, number));
  return { number, rows: hidden.rows, fileBytes: bytes.length, checksum };
}

/** The hidden rows of a segment of so many blocks, in the region's memory. */
export function readOverlay(
  context: CodecContext,
  fs: FileSystem,
  path: string,
  identity: bigint,
  { number, rows, checksum }: OverlayMeta,
  blockCount: number,
  region: Region,
): HiddenRows {
  const bytes = readWhole(fs, path);
  if (checksumOf(context, bytes, checksumSeed(identity, number)) !== checksum)
    throw checksumError(path, 'An overlay', 0);
  checkHeader(bytes, path);
  const containers = roaringContainers(bytes.subarray(HEADER_BYTES));
  const builder = new HiddenRowsBuilder(region, blockCount);
  for (const { block, rows: count, at } of containers ?? []) {
    const from = HEADER_BYTES + at;
    if (block >= blockCount) break;
    if (count > ARRAY_LIMIT) builder.hideBits(block, bytes.subarray(from, from + HIDDEN_BYTES), count);
    else
      for (let i = 0; i < count; i++)
        builder.hide(block, bytes[from + i * 2] | (bytes[from + i * 2 + 1] << 8));
  }
  const hidden = builder.finish();
  if (hidden?.rows !== rows) throw new BasaltError('CORRUPTED_DATA', `${path} does not hide ${rows} rows`);
  return hidden;
}

function checkHeader(bytes: Uint8Array, path: string): void {
  const reader = new ByteReader(bytes, `The header of ${path}`);
  const magic = new TextDecoder().decode(reader.raw(8).slice());
  if (magic !== MAGIC) throw new BasaltError('CORRUPTED_DATA', `${path} is not an overlay`);
  const version = reader.u32();
  const features = reader.u32();
  if (version === VERSION && features === 0) return;
  throw new BasaltError(
    'UNSUPPORTED_VERSION',
    `${path} has overlay format ${version}, features ${features}`,
    {
      hint: `This version reads formats up to ${VERSION}: use a newer one`,
    },
  );
}
