/**
 * The segment file.
 *
 *   file    := header stored* footer trailer
 *   header  := "BSLTSEG\n" version:u32 features:u32 identity:u64
 *   stored  := bytes of one block (codec/block.ts), text page or dictionary (codec/text-page.ts), or Roaring
 *              bitmap (portable format), or filter or values of an index -- anywhere, found through the footer
 *   footer  := rows:uint blocks:uint columns:uint column* (indexes:uint index*)? (documents:uint document*)?
 *   column  := id:uint bodyBytes:uint body
 *   body    := kind:u8 slot:uint distinct:uint entries dictionary? bitmaps zones
 *   entries := block-entry{blocks}                        -- int, float, bool, dict
 *            | (pages:uint text-entry{pages}){blocks}     -- text
 *   dictionary := text-entry                              -- dict only; its rows are entry 0 (NULL) and the strings
 *   bitmaps := count:uint (offset:uint bytes:uint checksum:u64){count}   -- dict only, by code; count 0: none
 *   zones   := pages:uint (min:value max:value){pages}    -- of each 8,192 rows; pages 0: none kept
 *   index   := skip/entry.ts                              -- feature bit 0 only
 *   document := path/entry.ts                             -- feature bit 1 only; then there are indexes, maybe 0
 *   trailer := footerBytes:u32 footerChecksum:u64 "BSLTSEG\n"
 *
 * `slot` numbers the column's first frame slot: one for each block or text page, then the dictionary's, then
 * one for each bitmap. Checksums are seeded with the identity and the offset (codec/checksum.ts). The body of a
 * column is read only when the column is. All numbers are little-endian.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Zone } from '../../engine/plan/source.ts';
import { type BlockEntry, type BlockKind, readBlockEntry, writeBlockEntry } from '../codec/block.ts';
import { ByteReader, ByteWriter } from '../codec/byte-io.ts';
import { readTextEntry, type TextEntry, writeTextEntry } from '../codec/text-page.ts';
import { documentBody, type PathFooter, readDocumentBody } from '../path/entry.ts';
import { type IndexFooter, indexBody, readIndexBody } from '../skip/entry.ts';

export const SEGMENT_MAGIC = 'BSLTSEG\n';
export const SEGMENT_VERSION = 1;
/** The footer has indexes. */
const HAS_INDEXES = 1;
/** And paths of JSON columns. */
const HAS_PATHS = 2;
/** Feature bits this version understands; a set bit outside is a newer format. */
const KNOWN_FEATURES = HAS_INDEXES | HAS_PATHS;
export const HEADER_BYTES = 24;
export const TRAILER_BYTES = 20;

export const COLUMN_KINDS = ['int', 'float', 'bool', 'dict', 'text'] as const;
export type ColumnKind = BlockKind | 'text';

export type BitmapEntry = { readonly offset: number; readonly bytes: number; readonly checksum: bigint };

export type ColumnFooter = {
  readonly kind: ColumnKind;
  readonly slot: number;
  /** Entries of the dictionary including NULL's; 0 when there is none. */
  readonly distinct: number;
  readonly blocks: readonly BlockEntry[];
  /** text: pages of each block. */
  readonly pages: readonly (readonly TextEntry[])[];
  readonly dictionary: TextEntry | null;
  readonly bitmaps: readonly BitmapEntry[];
  readonly zones: readonly Pick<Zone, 'min' | 'max'>[];
};

const encoder = new TextEncoder();

export function segmentHeader(identity: bigint, hasIndexes: boolean, hasPaths = false): Uint8Array {
  return new ByteWriter()
    .raw(encoder.encode(SEGMENT_MAGIC))
    .u32(SEGMENT_VERSION)
    .u32((hasIndexes ? HAS_INDEXES : 0) | (hasPaths ? HAS_PATHS : 0))
    .u64(identity).bytes;
}

/** Checks a header; answers the identity in it. */
export function readSegmentHeader(bytes: Uint8Array, path: string): bigint {
  const reader = new ByteReader(bytes, `The header of ${path}`);
  const magic = new TextDecoder().decode(reader.raw(8).slice());
  const version = reader.u32();
  if (magic !== SEGMENT_MAGIC || version === 0) {
    throw new BasaltError('CORRUPTED_DATA', `${path} is not a segment file`);
  }
  const features = reader.u32();
  if (version > SEGMENT_VERSION || (features & ~KNOWN_FEATURES) !== 0) {
    throw new BasaltError(
      'UNSUPPORTED_VERSION',
      `${path} has segment format ${version}, features ${features}`,
      {
        hint: `This version reads formats up to ${SEGMENT_VERSION}: use a newer one`,
      },
    );
  }
  return reader.u64();
}

export function segmentTrailer(footerBytes: number, footerChecksum: bigint): Uint8Array {
  return new ByteWriter().u32(footerBytes).u64(footerChecksum).raw(encoder.encode(SEGMENT_MAGIC)).bytes;
}

export function writeFooter(
  rows: number,
  blocks: number,
  columns: ReadonlyMap<number, ColumnFooter>,
  indexes: ReadonlyMap<number, IndexFooter> = new Map(),
  documents: ReadonlyMap<number, readonly PathFooter[]> = new Map(),
): Uint8Array {
  const out = new ByteWriter().uint(rows).uint(blocks).uint(columns.size);
  for (const [id, column] of columns) {
    const body = columnBody(column);
    out.uint(id).uint(body.length).raw(body);
  }
  if (indexes.size > 0 || documents.size > 0) out.uint(indexes.size);
  for (const [id, index] of indexes) {
    const body = new ByteWriter();
    indexBody(body, index);
    out.uint(id).uint(body.length).raw(body.bytes);
  }
  if (documents.size > 0) out.uint(documents.size);
  for (const [id, paths] of documents) {
    const body = new ByteWriter();
    documentBody(body, paths);
    out.uint(id).uint(body.length).raw(body.bytes);
  }
  return out.bytes;
}

function columnBody(column: ColumnFooter): Uint8Array {
  const out = new ByteWriter();
  out.u8(COLUMN_KINDS.indexOf(column.kind)).uint(column.slot).uint(column.distinct);
  for (const entry of column.blocks) writeBlockEntry(out, entry);
  for (const pages of column.pages) {
    out.uint(pages.length);
    for (const page of pages) writeTextEntry(out, page);
  }
  if (column.dictionary !== null) writeTextEntry(out, column.dictionary);
  if (column.kind === 'dict') {
    out.uint(column.bitmaps.length);
    for (const { offset, bytes, checksum } of column.bitmaps) out.uint(offset).uint(bytes).u64(checksum);
  }
  out.uint(column.zones.length);
  for (const { min, max } of column.zones) out.value(min).value(max);
  return out.bytes;
}

/** A parsed footer; columns and indexes are parsed when first asked for. */
export class SegmentFooter {
  readonly rows: number;
  readonly blocks: number;
  readonly #bodies = new Map<number, Uint8Array>();
  readonly #columns = new Map<number, ColumnFooter>();
  readonly #indexBodies = new Map<number, Uint8Array>();
  readonly #indexes = new Map<number, IndexFooter>();
  readonly #documentBodies = new Map<number, Uint8Array>();
  readonly #documents = new Map<number, readonly PathFooter[]>();
  readonly #what: string;

  constructor(bytes: Uint8Array, path: string) {
    this.#what = `The footer of ${path}`;
    const reader = new ByteReader(bytes, this.#what);
    this.rows = reader.uint();
    this.blocks = reader.uint();
    for (let left = reader.uint(); left > 0; left--) {
      const id = reader.uint();
      this.#bodies.set(id, reader.raw(reader.uint()));
    }
    if (reader.left > 0) {
      for (let left = reader.uint(); left > 0; left--) {
        const id = reader.uint();
        this.#indexBodies.set(id, reader.raw(reader.uint()));
      }
    }
    if (reader.left > 0) {
      for (let left = reader.uint(); left > 0; left--) {
        const id = reader.uint();
        this.#documentBodies.set(id, reader.raw(reader.uint()));
      }
    }
    reader.end();
  }

  get columnIds(): number[] {
    return [...this.#bodies.keys()];
  }

  get indexIds(): number[] {
    return [...this.#indexBodies.keys()];
  }

  /** Ids of the JSON columns that have paths. */
  get documentIds(): number[] {
    return [...this.#documentBodies.keys()];
  }

  /** The paths of a JSON column that are columns of the file. */
  paths(id: number): readonly PathFooter[] {
    const known = this.#documents.get(id);
    const body = this.#documentBodies.get(id);
    if (known !== undefined || body === undefined) return known ?? [];
    const paths = readDocumentBody(new ByteReader(body, this.#what), this.blocks, this.#what);
    this.#documents.set(id, paths);
    return paths;
  }

  /** undefined: the segment was written without this index. */
  index(id: number): IndexFooter | undefined {
    const known = this.#indexes.get(id);
    const body = this.#indexBodies.get(id);
    if (known !== undefined || body === undefined) return known;
    const index = readIndexBody(new ByteReader(body, this.#what), this.rows, this.#what);
    this.#indexes.set(id, index);
    return index;
  }

  /** undefined: the segment was written without this column. */
  column(id: number): ColumnFooter | undefined {
    const known = this.#columns.get(id);
    const body = this.#bodies.get(id);
    if (known !== undefined || body === undefined) return known;
    const column = readColumnBody(new ByteReader(body, this.#what), this.blocks);
    this.#columns.set(id, column);
    return column;
  }
}

function readColumnBody(from: ByteReader, blockCount: number): ColumnFooter {
  const kind = COLUMN_KINDS[from.u8()];
  const slot = from.uint();
  const distinct = from.uint();
  const list = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read);
  const blocks = kind === 'text' ? [] : list(blockCount, () => readBlockEntry(from));
  const pages = kind === 'text' ? list(blockCount, () => list(from.uint(), () => readTextEntry(from))) : [];
  const dictionary = kind === 'dict' ? readTextEntry(from) : null;
  const bitmaps =
    kind === 'dict'
      ? list(from.uint(), () => ({ offset: from.uint(), bytes: from.uint(), checksum: from.u64() }))
      : [];
  const zones = list(from.uint(), () => ({ min: from.value(), max: from.value() }));
  from.end();
  return { kind, slot, distinct, blocks, pages, dictionary, bitmaps, zones };
}
