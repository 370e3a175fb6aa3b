/**
 * Is a segment on disk what it was when it was written? Reads all of its files past every cache, a piece at a time.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { Region } from '../../engine/memory/region.ts';
import type { CodecContext } from '../codec/context.ts';
import { type FileSystem, joinPath } from '../fs/file-system.ts';
import { overlayFileName, SEGMENT_FOLDER, type SegmentMeta, segmentFileName } from '../segment/meta.ts';
import { readOverlay } from '../segment/overlay.ts';
import { RawSegment, uncovered } from './raw-segment.ts';

/** Yields the bytes of each piece that was read. Fails with CORRUPTED_DATA, or with what reading failed with. */
export function* checkSegment(
  context: CodecContext,
  fs: FileSystem,
  dir: string,
  meta: SegmentMeta,
): Generator<number, void> {
  const folder = joinPath(dir, SEGMENT_FOLDER);
  const file = fs.open(joinPath(folder, segmentFileName(meta.id)));
  try {
    const segment = new RawSegment(context, file);
    segment.compare(meta);
    yield segment.footerBytes;
    const pieces = segment.pieces();
    const hole = uncovered(pieces, segment.footerOffset);
    if (hole !== null)
      throw new BasaltError('CORRUPTED_DATA', `Bytes at offset ${hole} of ${file.path} belong to nothing`);
    for (const piece of pieces) {
      segment.check(piece);
      yield piece.bytes;
    }
  } finally {
    file.close();
  }
  const { overlay } = meta;
  if (overlay === undefined) return;
  const region = new Region(context.arena, context.scratch.owner);
  try {
    const path = joinPath(folder, overlayFileName(meta.id, overlay.number));
    readOverlay(context, fs, path, meta.identity, overlay, meta.blocks, region);
  } finally {
    region.free();
  }
  yield overlay.fileBytes;
}
