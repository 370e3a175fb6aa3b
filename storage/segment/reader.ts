/**
 * Reads one segment in any thread: file bytes through the shared frame cache into the working format.
 *
 * Invariant: every byte handed out was compared with its checksum after the read that brought it; damage is
 * CORRUPTED_DATA naming file and offset, never a wrong value. Frames are filled once for all threads; a
 * dictionary stays pinned until it is let go of. The file is opened with the first read that no cache answers.
 */

import { utf8Text } from '../../engine/base/bytes-text.ts';
import { assert, BasaltError } from '../../engine/base/error.ts';
import { FramePins, type Frames, SLOT_BYTES } from '../../engine/memory/frame-cache.ts';
import type { PathKind } from '../../engine/plan/path-read.ts';
import type { PartReader, Pins, SkipIndexReader, StoredPath, Zone } from '../../engine/plan/source.ts';
import type { Value } from '../../engine/type/type.ts';
import type { HiddenRows } from '../../engine/vector/hidden-rows.ts';
import {
  BLOCK_ROWS,
  boolVector,
  type Chunk,
  chunk,
  constVector,
  type Dictionary,
  dictVector,
  floatVector,
  intVector,
  pagedChunk,
  textVector,
  VECTOR_ROWS,
  type Vector,
} from '../../engine/vector/vector.ts';
import { align16, type BlockEntry, type BlockKind, frameBytes, hasValidity } from '../codec/block.ts';
import { checksumAt, checksumError, checksumSeed } from '../codec/checksum.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { decodeBlock } from '../codec/decode-block.ts';
import { decodeText, type TextEntry, textFrame } from '../codec/text-page.ts';
import type { ReadableFile } from '../fs/file-system.ts';
import { openDescriptor } from '../fs/open-descriptor.ts';
import type { IndexFooter } from '../skip/entry.ts';
import { type SegmentPieces, SegmentSkipIndex } from '../skip/reader.ts';
import { maskFromBitmap } from './bitmap-index.ts';
import type { MissingColumn, SegmentDescriptor } from './descriptor.ts';
import {
  type ColumnFooter,
  type ColumnKind,
  HEADER_BYTES,
  readSegmentHeader,
  SegmentFooter,
} from './footer.ts';
import type { FooterCache } from './footer-cache.ts';

export class SegmentReader implements PartReader {
  readonly rows: number;
  readonly blockCount: number;
  /** What a merge leaves out; queries have it of their parts. */
  readonly hidden: HiddenRows | null;
  readonly #context: CodecContext;
  readonly #frames: Frames;
  readonly #descriptor: SegmentDescriptor;
  /** null: nothing was read yet. */
  #file: ReadableFile | null = null;
  readonly #footer: SegmentFooter;
  readonly #indexes = new Map<number, SkipIndexReader>();
  /** By column and path; null: the segment does not keep it. */
  readonly #paths = new Map<string, StoredPath | null>();
  readonly #dictionaries = new Map<number, { readonly dictionary: Dictionary; readonly pins: FramePins }>();

  /**
   * @param footers those this thread has read already; without it the footer is read anew.
   * @param hidden for merges only: {@link chunk} has all rows.
   */
  constructor(
    context: CodecContext,
    frames: Frames,
    descriptor: SegmentDescriptor,
    footers: Pick<FooterCache, 'get'> | null = null,
    hidden: HiddenRows | null = null,
  ) {
    this.hidden = hidden;
    this.#context = context;
    this.#frames = frames;
    this.#descriptor = descriptor;
    try {
      this.#footer = footers?.get(descriptor, () => this.#readFooter()) ?? this.#readFooter();
    } catch (error) {
      this.close();
      throw error;
    }
    this.rows = this.#footer.rows;
    this.blockCount = this.#footer.blocks;
  }

  get liveRows(): number {
    return this.rows - (this.hidden?.rows ?? 0);
  }

  get columnIds(): number[] {
    return this.#footer.columnIds;
  }

  /** How a column is stored; for inspection and for merges. */
  columnFooter(columnId: number): ColumnFooter | undefined {
    return this.#column(columnId);
  }

  /** What rows have that the file says nothing of; for columns without {@link columnFooter}. */
  constantOf(columnId: number): Value {
    return this.#missing(columnId).value;
  }

  #column(columnId: number): ColumnFooter | undefined {
    const { defaults, renumbered } = this.#descriptor;
    if (defaults.some(({ id }) => id === columnId)) return undefined;
    return this.#footer.column(renumbered.get(columnId) ?? columnId);
  }

  blockRows(block: number): number {
    assert(block >= 0 && block < this.blockCount, `block ${block} of ${this.blockCount}`);
    return block < this.blockCount - 1 ? BLOCK_ROWS : this.rows - block * BLOCK_ROWS;
  }

  zone(block: number, columnId: number): Zone | undefined {
    const column = this.#column(columnId);
    if (column === undefined) {
      const { value } = this.#missing(columnId);
      return { min: value, max: value, nullCount: value === null ? this.blockRows(block) : 0 };
    }
    if (column.kind === 'text') {
      const nullCount = column.pages[block].reduce((sum, page) => sum + page.nullCount, 0);
      return { min: null, max: null, nullCount };
    }
    const { min, max, nullCount } = column.blocks[block];
    if (column.kind !== 'dict' || min === null || max === null) return { min, max, nullCount };
    // Codes are bounds too; code 0 is NULL, and what comes after it is not known.
    const dictionary = this.dictionary(columnId);
    const low = nullCount > 0 ? null : this.#entryText(dictionary, Number(min));
    return { min: low, max: this.#entryText(dictionary, Number(max)), nullCount };
  }

  /** Of columns with a dictionary, and of constants. */
  distinct(columnId: number): number | undefined {
    const column = this.#column(columnId);
    if (column === undefined) return 1;
    // Code 0 of a dictionary is NULL.
    return column.distinct === 0 ? undefined : column.distinct - 1;
  }

  /** Bounds of each 8,192 rows of the block; undefined where none are kept. */
  pageZones(block: number, columnId: number): readonly Pick<Zone, 'min' | 'max'>[] | undefined {
    const zones = this.#column(columnId)?.zones;
    if (zones === undefined || zones.length === 0) return undefined;
    const perBlock = BLOCK_ROWS / VECTOR_ROWS;
    return zones.slice(block * perBlock, (block + 1) * perBlock);
  }

  chunk(block: number, columnId: number, pins: Pins): Chunk {
    const rows = this.blockRows(block);
    const column = this.#column(columnId);
    if (column === undefined) {
      const { lane, value } = this.#missing(columnId);
      return chunk(constVector(lane, rows, value));
    }
    return column.kind === 'text'
      ? pagedChunk(
          rows,
          column.pages[block].map((_, page) => this.textPage(block, page, columnId, pins)),
        )
      : chunk(this.#vector(column, column.kind, block, columnId, pins));
  }

  /** The block of a column that has no text pages, for as long as `use` takes. */
  withVector(block: number, columnId: number, use: (vector: Vector) => void): void {
    const pins = new FramePins(this.#frames);
    try {
      const { whole } = this.chunk(block, columnId, pins);
      assert(whole !== null, `column ${columnId} has text pages`);
      use(whole);
    } finally {
      pins.release();
    }
  }

  /** One page of a text column's block, without the others. */
  textPage(block: number, page: number, columnId: number, pins: Pins): Vector {
    const column = this.#column(columnId);
    assert(column !== undefined, `column ${columnId} is not in the segment`);
    const entry = column.pages[block][page];
    // All blocks but the last are full.
    return this.#text(entry, this.#slot(column, block * (BLOCK_ROWS / VECTOR_ROWS) + page), pins);
  }

  #text(entry: TextEntry, slot: number, pins: Pins): Vector {
    if (entry.nullCount === entry.rows) return constVector('str', entry.rows, null);
    const at = textFrame(entry);
    const frame = this.#frames.pin(slot, at.size, pins, (address) => this.#fillText(entry, address));
    return textVector(entry.rows, frame, frame + at.bytes, at.valid === 0 ? 0 : frame + at.valid);
  }

  /** The column's sorted dictionary, good until it is let go of; codes of chunks index it. */
  dictionary(columnId: number): Dictionary {
    const known = this.#dictionaries.get(columnId);
    if (known !== undefined) return known.dictionary;
    const column = this.#column(columnId);
    const entry = column?.dictionary;
    assert(column !== undefined && entry != null, `column ${columnId} has no dictionary`);
    const at = textFrame(entry);
    const slot = this.#slot(column, column.blocks.length);
    const pins = new FramePins(this.#frames);
    const frame = this.#frames.pin(slot, at.size, pins, (address) => this.#fillText(entry, address));
    const dictionary = { count: entry.rows, offsets: frame, bytes: frame + at.bytes, sorted: true };
    this.#dictionaries.set(columnId, { dictionary, pins });
    return dictionary;
  }

  /** Lets go of the column's dictionary before close(). */
  releaseDictionary(columnId: number): void {
    this.#dictionaries.get(columnId)?.pins.release();
    this.#dictionaries.delete(columnId);
  }

  /** Codes of those of the strings that the dictionary has; undefined when the column has no bitmap index. */
  codes(columnId: number, values: readonly string[]): number[] | undefined {
    const column = this.#column(columnId);
    if (column === undefined || column.bitmaps.length === 0) return undefined;
    const dictionary = this.dictionary(columnId);
    return values
      .map((value) => this.#findCode(dictionary, encoder.encode(value)))
      .filter((code) => code > 0);
  }

  /**
   * Sets the mask byte of every row of the block whose code is one of `codes`, from the bitmap index, and
   * answers how many there are; undefined when the column has no bitmaps. Other mask bytes are left alone.
   */
  candidates(block: number, columnId: number, codes: readonly number[], mask: number): number | undefined {
    const column = this.#column(columnId);
    if (column === undefined || column.bitmaps.length === 0) return undefined;
    const pins = new FramePins(this.#frames);
    try {
      let count = 0;
      for (const code of codes) {
        const { offset, bytes, checksum } = column.bitmaps[code];
        const slot = this.#slot(column, column.blocks.length + 1 + code);
        const address = this.#frames.pin(slot, bytes, pins, (frame) =>
          this.#read(frame, offset, bytes, checksum, 'bitmap'),
        );
        count += maskFromBitmap(this.#context, address, block, this.blockRows(block), mask);
      }
      return count;
    } finally {
      pins.release();
    }
  }

  path(columnId: number, path: string): StoredPath | undefined {
    const { defaults, renumbered } = this.#descriptor;
    if (defaults.some(({ id }) => id === columnId)) return undefined;
    const key = `${columnId} ${path}`;
    let stored = this.#paths.get(key);
    if (stored === undefined) {
      stored = storedPath(this.#footer, renumbered.get(columnId) ?? columnId, path);
      this.#paths.set(key, stored);
    }
    return stored ?? undefined;
  }

  skipIndex(indexId: number): SkipIndexReader | undefined {
    const known = this.#indexes.get(indexId);
    if (known !== undefined) return known;
    const footer = this.indexFooter(indexId);
    if (footer === undefined) return undefined;
    const index = new SegmentSkipIndex(this.#pieces(), footer);
    this.#indexes.set(indexId, index);
    return index;
  }

  /** How an index is stored; undefined: it is not. */
  indexFooter(indexId: number): IndexFooter | undefined {
    return this.#footer.index(this.#descriptor.indexIds.get(indexId) ?? indexId);
  }

  #pieces(): SegmentPieces {
    return {
      context: this.#context,
      frames: this.#frames,
      slot: (number) => this.#descriptor.slots + number * SLOT_BYTES,
      read: (address, offset, bytes, checksum, what) => this.#read(address, offset, bytes, checksum, what),
      values: (term, granule, slot, pins) => {
        const entry = term.granules[granule];
        assert(entry !== null && entry !== undefined, `values of granule ${granule}`);
        return term.kind === 'text'
          ? this.#text(entry as TextEntry, slot, pins)
          : this.#numbers(term.kind, entry as BlockEntry, slot, pins);
      },
    };
  }

  close(): void {
    for (const columnId of [...this.#dictionaries.keys()]) this.releaseDictionary(columnId);
    this.#file?.close();
    this.#file = null;
  }

  /** Opened when something is read: what the caches have needs no file. */
  #openFile(): ReadableFile {
    this.#file ??= openDescriptor(this.#descriptor.file);
    return this.#file;
  }

  #vector(column: ColumnFooter, kind: BlockKind, block: number, columnId: number, pins: Pins): Vector {
    const entry = column.blocks[block];
    if (kind !== 'dict') return this.#numbers(kind, entry, this.#slot(column, block), pins);
    if (entry.encoding === 'constant')
      return this.#constantText(entry, columnId) ?? this.#repeatedCode(column, block, columnId, pins);
    const frame = this.#frame(kind, entry, this.#slot(column, block), pins);
    return dictVector(entry.rows, frame, entry.width as 1 | 2 | 4, this.dictionary(columnId));
  }

  #numbers(kind: Exclude<BlockKind, 'dict'>, entry: BlockEntry, slot: number, pins: Pins): Vector {
    const { rows, width } = entry;
    if (entry.encoding === 'constant') return constant(kind, entry);
    const frame = this.#frame(kind, entry, slot, pins);
    const valid = hasValidity(kind, entry) ? frame + align16(rows * width) : 0;
    switch (kind) {
      case 'int':
        return intVector(rows, frame, width as 1 | 2 | 4 | 8, width === 8 ? 0n : entry.base, valid);
      case 'float':
        return floatVector(rows, frame, width as 4 | 8, valid);
      case 'bool':
        return boolVector(rows, frame, valid);
    }
  }

  #frame(kind: BlockKind, entry: BlockEntry, slot: number, pins: Pins): number {
    return this.#frames.pin(slot, frameBytes(kind, entry), pins, (address) =>
      decodeBlock(this.#context, kind, entry, address, (to) =>
        this.#read(to, entry.offset, entry.storedBytes, entry.checksum, 'block'),
      ),
    );
  }

  /** null: a string that no JavaScript value can hold. */
  #constantText({ rows, nullCount, base }: BlockEntry, columnId: number): Vector | null {
    if (nullCount === rows) return constVector('str', rows, null);
    const text = this.#entryText(this.dictionary(columnId), Number(base));
    return text === null ? null : constVector('str', rows, text);
  }

  /** A constant block as codes, for bytes that are not UTF-8. */
  #repeatedCode(column: ColumnFooter, block: number, columnId: number, pins: Pins): Vector {
    const { rows, base } = column.blocks[block];
    const { arena } = this.#context;
    const frame = this.#frames.pin(this.#slot(column, block), rows * 4, pins, (address) => {
      arena.u32.fill(Number(base), address >>> 2, (address >>> 2) + rows);
    });
    return dictVector(rows, frame, 4, this.dictionary(columnId));
  }

  #fillText(entry: TextEntry, address: number): void {
    decodeText(this.#context, entry, address, (to) =>
      this.#read(to, entry.offset, entry.storedBytes, entry.checksum, 'text page'),
    );
  }

  #slot(column: ColumnFooter, index: number): number {
    return this.#descriptor.slots + (column.slot + index) * SLOT_BYTES;
  }

  /** Fills arena memory from the file and compares the checksum. */
  #read(address: number, offset: number, bytes: number, checksum: bigint, what: string): void {
    const { arena } = this.#context;
    const file = this.#openFile();
    if (offset + bytes > file.bytes) throw checksumError(file.path, `A ${what}`, offset);
    file.readSync(arena.u8.subarray(address, address + bytes), offset);
    const found = checksumAt(this.#context, address, bytes, checksumSeed(this.#descriptor.identity, offset));
    if (found !== checksum) throw checksumError(file.path, `A ${what}`, offset);
  }

  #readFooter(): SegmentFooter {
    const { footerOffset, footerBytes, footerChecksum, identity } = this.#descriptor;
    const file = this.#openFile();
    const { path } = file;
    const header = new Uint8Array(HEADER_BYTES);
    file.readSync(header, 0);
    if (readSegmentHeader(header, path) !== identity) {
      throw new BasaltError('CORRUPTED_DATA', `${path} holds another segment than the manifest says`);
    }
    return withScratch(this.#context, (scratch) => {
      const address = scratch.alloc(footerBytes);
      this.#read(address, footerOffset, footerBytes, footerChecksum, 'footer');
      return new SegmentFooter(this.#context.arena.u8.slice(address, address + footerBytes), path);
    });
  }

  #missing(columnId: number): MissingColumn {
    const missing = this.#descriptor.defaults.find(({ id }) => id === columnId);
    assert(missing !== undefined, `column ${columnId} is neither in the segment nor in the table`);
    return missing;
  }

  /** Code of the bytes in a sorted dictionary; 0 when they are not there. */
  #findCode({ count, offsets, bytes }: Dictionary, wanted: Uint8Array): number {
    const { u8, u32 } = this.#context.arena;
    let low = 1;
    let high = count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const at = bytes + u32[(offsets >>> 2) + middle];
      const length = u32[(offsets >>> 2) + middle + 1] - u32[(offsets >>> 2) + middle];
      const order = compareBytes(u8, at, length, wanted);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return 0;
  }

  /** A dictionary entry as text; null when it is not UTF-8. */
  #entryText({ offsets, bytes }: Dictionary, code: number): string | null {
    const { arena } = this.#context;
    const [from, to] = arena.u32.subarray((offsets >>> 2) + code, (offsets >>> 2) + code + 2);
    return utf8Text(arena.u8.slice(bytes + from, bytes + to));
  }
}

const encoder = new TextEncoder();

/** How the column of a path may be stored. */
const PATH_COLUMNS: Readonly<Record<PathKind, readonly ColumnKind[]>> = {
  int: ['int'],
  float: ['float'],
  double: ['float'],
  bool: ['bool'],
  string: ['dict', 'text'],
};

function storedPath(footer: SegmentFooter, documentId: number, wanted: string): StoredPath | null {
  const found = footer.paths(documentId).find(({ path }) => path === wanted);
  if (found === undefined) return null;
  const { columnId, kind, unfit, nulls } = found;
  const column = footer.column(columnId);
  if (column === undefined || !PATH_COLUMNS[kind].includes(column.kind))
    throw new BasaltError('CORRUPTED_DATA', `The footer has no column of ${kind} for the path ${wanted}`);
  return { columnId, kind, unfit: (block) => unfit[block], nulls: (block) => nulls[block] };
}

function constant(kind: Exclude<BlockKind, 'dict'>, { rows, nullCount, base }: BlockEntry): Vector {
  const isNull = nullCount === rows;
  switch (kind) {
    case 'int':
      return constVector('i64', rows, isNull ? null : base);
    case 'bool':
      return constVector('bool', rows, isNull ? null : base !== 0n);
    case 'float': {
      const bits = new DataView(new ArrayBuffer(8));
      bits.setBigInt64(0, base);
      return constVector('f64', rows, isNull ? null : bits.getFloat64(0));
    }
  }
}

/** Order of `length` arena bytes against others, unsigned. */
function compareBytes(u8: Uint8Array, at: number, length: number, other: Uint8Array): number {
  for (let i = 0; i < length && i < other.length; i++)
    if (u8[at + i] !== other[i]) return u8[at + i] - other[i];
  return length - other.length;
}
