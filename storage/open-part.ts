/** Opens any part that storage makes, in any thread. */

import { BasaltError } from '../engine/base/error.ts';
import type { Frames } from '../engine/memory/frame-cache.ts';
import type { Part, PartReader } from '../engine/plan/source.ts';
import type { CodecContext } from './codec/context.ts';
import { SEGMENT_KIND, type SegmentDescriptor } from './segment/descriptor.ts';
import type { FooterCache } from './segment/footer-cache.ts';
import { SegmentReader } from './segment/reader.ts';
import { MEMORY_KIND, type MemoryDescriptor, MemoryReader } from './table/memory-part.ts';

export function openPart(
  context: CodecContext,
  frames: Frames,
  part: Pick<Part, 'kind' | 'descriptor'>,
  footers: FooterCache | null = null,
): PartReader {
  switch (part.kind) {
    case SEGMENT_KIND:
      return new SegmentReader(context, frames, part.descriptor as SegmentDescriptor, footers);
    case MEMORY_KIND:
      return new MemoryReader(part.descriptor as MemoryDescriptor);
    default:
      throw new BasaltError('LOGICAL_ERROR', `Storage has no parts of kind ${part.kind}`);
  }
}
