/**
 * A segment file by itself, read without the manifest and past every cache: what is in it, and whether its bytes are what they
 * were when they were written.
 *
 * Invariant: every byte of a file is checked by some piece: the header, the stored pieces the footer lists, the footer, the
 * trailer. A byte that belongs to none of them is damage, too.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { ByteReader } from '../codec/byte-io.ts';
import { checksumAt, checksumError, checksumOf, checksumSeed } from '../codec/checksum.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import type { ReadableFile } from '../fs/file-system.ts';
import {
  HEADER_BYTES,
  readSegmentHeader,
  SEGMENT_MAGIC,
  SegmentFooter,
  TRAILER_BYTES,
} from '../segment/footer.ts';
import type { SegmentMeta } from '../segment/meta.ts';

/** Bytes that the footer lists, with their checksum. */
export type Piece = {
  /** `block 3 of column 5` */
  readonly what: string;
  /** What it belongs to. */
  readonly of: 'column' | 'index';
  readonly id: number;
  readonly offset: number;
  readonly bytes: number;
  readonly checksum: bigint;
};

export class RawSegment {
  readonly identity: bigint;
  readonly footer: SegmentFooter;
  readonly footerOffset: number;
  readonly footerBytes: number;
  readonly footerChecksum: bigint;
  readonly #context: CodecContext;
  readonly #file: ReadableFile;

  /** Reads header, trailer and footer. CORRUPTED_DATA, UNSUPPORTED_VERSION. */
  constructor(context: CodecContext, file: ReadableFile) {
    this.#context = context;
    this.#file = file;
    const { path } = file;
    if (file.bytes < HEADER_BYTES + TRAILER_BYTES)
      throw new BasaltError('CORRUPTED_DATA', `${path} is too short for a segment: ${file.bytes} bytes`);
    this.identity = readSegmentHeader(bytesOf(file, 0, HEADER_BYTES), path);
    const trailer = new ByteReader(
      bytesOf(file, file.bytes - TRAILER_BYTES, TRAILER_BYTES),
      `The trailer of ${path}`,
    );
    this.footerBytes = trailer.u32();
    this.footerChecksum = trailer.u64();
    this.footerOffset = file.bytes - TRAILER_BYTES - this.footerBytes;
    if (
      new TextDecoder().decode(trailer.raw(8).slice()) !== SEGMENT_MAGIC ||
      this.footerOffset < HEADER_BYTES
    )
      throw new BasaltError(
        'CORRUPTED_DATA',
        `The trailer of ${path} at offset ${file.bytes - TRAILER_BYTES} is damaged`,
      );
    const footer = bytesOf(file, this.footerOffset, this.footerBytes);
    const seed = checksumSeed(this.identity, this.footerOffset);
    if (checksumOf(context, footer, seed) !== this.footerChecksum)
      throw checksumError(path, 'The footer', this.footerOffset);
    this.footer = new SegmentFooter(footer, path);
  }

  /** What the footer lists, in the order of the file. */
  pieces(): Piece[] {
    const { columnIds, indexIds } = this.footer;
    return [
      ...columnIds.flatMap((id) => this.#piecesOf(id)),
      ...indexIds.flatMap((id) => this.#indexPieces(id)),
    ].sort((a, b) => a.offset - b.offset);
  }

  /** Compares the bytes with their checksum. */
  check({ what, offset, bytes, checksum }: Piece): void {
    const { path } = this.#file;
    if (offset + bytes > this.footerOffset) throw checksumError(path, what, offset);
    withScratch(this.#context, (scratch) => {
      const address = scratch.alloc(bytes + 1);
      this.#file.readSync(this.#context.arena.u8.subarray(address, address + bytes), offset);
      if (checksumAt(this.#context, address, bytes, checksumSeed(this.identity, offset)) !== checksum)
        throw checksumError(path, what, offset);
    });
  }

  /** Fails if the file is another than the manifest says. */
  compare(meta: SegmentMeta): void {
    const { path } = this.#file;
    if (this.identity !== meta.identity)
      throw new BasaltError('CORRUPTED_DATA', `${path} holds another segment than the manifest says`);
    if (
      this.footerOffset !== meta.footerOffset ||
      this.footerBytes !== meta.footerBytes ||
      this.footerChecksum !== meta.footerChecksum ||
      this.#file.bytes !== meta.fileBytes
    )
      throw new BasaltError(
        'CORRUPTED_DATA',
        `The footer of ${path} at offset ${this.footerOffset} is not the one the manifest says`,
      );
  }

  #piecesOf(columnId: number): Piece[] {
    const column = this.footer.column(columnId);
    if (column === undefined) return [];
    const piece = (what: string, stored: { offset: number; bytes: number; checksum: bigint }): Piece => ({
      what: `${what} of column ${columnId}`,
      of: 'column',
      id: columnId,
      ...stored,
    });
    const entry = (what: string, e: { offset: number; storedBytes: number; checksum: bigint }): Piece =>
      piece(what, { offset: e.offset, bytes: e.storedBytes, checksum: e.checksum });
    return [
      ...column.blocks.map((block, i) => entry(`Block ${i}`, block)),
      ...column.pages.flatMap((pages, block) =>
        pages.map((page, i) => entry(`Page ${i} of block ${block}`, page)),
      ),
      ...(column.dictionary === null ? [] : [entry('The dictionary', column.dictionary)]),
      ...column.bitmaps.map((bitmap, code) => piece(`The bitmap of code ${code}`, bitmap)),
    ].filter(({ bytes }) => bytes > 0);
  }

  #indexPieces(id: number): Piece[] {
    const terms = this.footer.index(id)?.terms ?? [];
    return terms
      .flatMap((term) =>
        term.form === 'bounds'
          ? []
          : term.granules.map((entry, granule): Piece | null =>
              entry === null
                ? null
                : {
                    what: `Granule ${granule} of index ${id}`,
                    of: 'index',
                    id,
                    offset: entry.offset,
                    bytes: entry.storedBytes,
                    checksum: entry.checksum,
                  },
            ),
      )
      .filter((piece) => piece !== null && piece.bytes > 0) as Piece[];
  }
}

/** Where bytes lie that no piece covers; null when there are none. */
export function uncovered(pieces: readonly Piece[], footerOffset: number): number | null {
  let at = HEADER_BYTES;
  for (const { offset, bytes } of pieces) {
    if (offset > at) return at;
    at = Math.max(at, offset + bytes);
  }
  return at < footerOffset ? at : null;
}

function bytesOf(file: ReadableFile, offset: number, bytes: number): Uint8Array {
  const into = new Uint8Array(bytes);
  file.readSync(into, offset);
  return into;
}
