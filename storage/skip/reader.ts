/** What a segment has of one index, through the frame cache. Damage is CORRUPTED_DATA, as everywhere in a segment. */

import { FramePins, type Frames } from '../../engine/memory/frame-cache.ts';
import type { HashList, Pins, SkipIndexReader, Zone } from '../../engine/plan/source.ts';
import type { Vector } from '../../engine/vector/vector.ts';
import { unpackBytes } from '../codec/byte-codec.ts';
import { type CodecContext, SLACK_BYTES, withScratch } from '../codec/context.ts';
import { type FilterEntry, filterBytes, type IndexFooter } from './entry.ts';

/** What an index's reader needs of its segment's. */
export interface SegmentPieces {
  readonly context: CodecContext;
  readonly frames: Frames;
  /** Address of a frame slot by its number in the segment. */
  slot(number: number): number;
  /** Fills arena memory from the file and compares the checksum. */
  read(address: number, offset: number, bytes: number, checksum: bigint, what: string): void;
  /** Values of an entry, as of a block of a column of this kind. */
  values(
    term: Extract<IndexFooter['terms'][number], { form: 'values' }>,
    granule: number,
    slot: number,
    pins: Pins,
  ): Vector;
}

export class SegmentSkipIndex implements SkipIndexReader {
  readonly #segment: SegmentPieces;
  readonly #footer: IndexFooter;

  constructor(segment: SegmentPieces, footer: IndexFooter) {
    this.#segment = segment;
    this.#footer = footer;
  }

  bounds(term: number, granule: number): Zone | undefined {
    const footer = this.#footer.terms[term];
    return footer?.form === 'bounds' ? (footer.granules[granule] ?? undefined) : undefined;
  }

  values(term: number, granule: number, pins: Pins): Vector | undefined {
    const footer = this.#footer.terms[term];
    if (footer?.form !== 'values' || (footer.granules[granule] ?? null) === null) return undefined;
    return this.#segment.values(footer, granule, this.#slot(term, granule), pins);
  }

  hasHashes(term: number, granule: number, lists: readonly HashList[]): boolean {
    const footer = this.#footer.terms[term];
    const entry = footer?.form === 'filter' ? footer.granules[granule] : undefined;
    if (entry == null) return true;
    const { context, frames } = this.#segment;
    const pins = new FramePins(frames);
    try {
      const slot = this.#slot(term, granule);
      const filter = frames.pin(slot, filterBytes(entry), pins, (frame) => this.#fill(entry, frame));
      const { bits, hashes } = entry;
      return lists.some(
        ({ address, count }) => context.kernels.bloom_has(address, count, filter, bits, hashes) !== 0,
      );
    } finally {
      pins.release();
    }
  }

  #slot(term: number, granule: number): number {
    const { slot, granules } = this.#footer;
    return this.#segment.slot(slot + term * granules + granule);
  }

  #fill(entry: FilterEntry, frame: number): void {
    const { context } = this.#segment;
    const { offset, storedBytes, checksum, codec } = entry;
    const read = (address: number): void =>
      this.#segment.read(address, offset, storedBytes, checksum, 'filter');
    if (codec === 'none') {
      read(frame);
      return;
    }
    withScratch(context, (scratch) => {
      const packed = scratch.alloc(storedBytes + SLACK_BYTES);
      read(packed);
      unpackBytes(context, codec, packed, storedBytes, frame, filterBytes(entry));
    });
  }
}
