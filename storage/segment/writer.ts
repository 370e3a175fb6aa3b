/**
 * Writes one segment file, column by column, block by block.
 *
 * Invariant: everything written is described in the footer with its checksum, and the footer's checksum is in
 * the metadata handed back; nothing is readable before that metadata is in the manifest.
 */

import { assert } from '../../engine/base/error.ts';
import type { Frames } from '../../engine/memory/frame-cache.ts';
import { SLOT_BYTES } from '../../engine/memory/frame-cache.ts';
import { OwnFrames } from '../../engine/memory/own-frames.ts';
import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import { isNarrowFloat, type LogicalType, laneOf, type Value } from '../../engine/type/type.ts';
import { BLOCK_ROWS, VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { BlockEntry, BlockKind } from '../codec/block.ts';
import type { Compressor } from '../codec/byte-codec.ts';
import { checksumAt, checksumOf, checksumSeed } from '../codec/checksum.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { encodeBlock, type StagedBlock } from '../codec/encode-block.ts';
import { ColumnSymbols } from '../codec/symbol-training.ts';
import { encodeText, type TextEntry } from '../codec/text-page.ts';
import { buildPaths, type DocumentColumn } from '../path/build-paths.ts';
import type { PathFooter } from '../path/entry.ts';
import { buildIndexes } from '../skip/build-indexes.ts';
import { type IndexFooter, slotsOf } from '../skip/entry.ts';
import { indexMetas } from '../skip/index-meta.ts';
import type { ColumnDefinition } from '../table/definition.ts';
import { BitmapIndexBuilder } from './bitmap-index.ts';
import type { SegmentDescriptor } from './descriptor.ts';
import type { SortedDictionary } from './dictionary-builder.ts';
import {
  type BitmapEntry,
  type ColumnFooter,
  type ColumnKind,
  HEADER_BYTES,
  SegmentFooter,
  segmentHeader,
  segmentTrailer,
  writeFooter,
} from './footer.ts';
import { type ColumnStatistics, type SegmentMeta, segmentIdentity } from './meta.ts';
import type { SegmentOutput } from './output.ts';
import { SegmentReader } from './reader.ts';
import { textOf } from './statistic-text.ts';

/** `auto` bitmaps: enough values that one reads little, few enough that all of them stay small. */
const AUTO_BITMAP_CODES = { least: 64, most: 1000 };

export type SegmentIdentity = {
  readonly tableId: number;
  readonly segmentId: number;
  readonly partition: readonly Value[];
};

export type SegmentOptions = {
  readonly rowCount: number;
  /** What is tried on the blocks of a column. */
  readonly compressorOf: (column: ColumnDefinition) => Compressor;
  /** Columns that get zones for every 8,192 rows: sort key and time. */
  readonly zonedColumns: readonly number[];
  readonly indexes: readonly SkipIndex[];
  /** JSON columns whose frequent paths become columns. */
  readonly documents: readonly DocumentColumn[];
};

export class SegmentWriter {
  readonly #context: CodecContext;
  readonly #output: SegmentOutput;
  readonly #identity: SegmentIdentity;
  readonly #seed: bigint;
  readonly #options: SegmentOptions;
  readonly #columns: ColumnWriter[] = [];
  readonly #pathColumns: ColumnWriter[] = [];
  #paths: ReadonlyMap<number, readonly PathFooter[]> = new Map();
  #indexes: ReadonlyMap<number, IndexFooter> = new Map();

  constructor(
    context: CodecContext,
    output: SegmentOutput,
    identity: SegmentIdentity,
    options: SegmentOptions,
  ) {
    this.#context = context;
    this.#output = output;
    this.#identity = identity;
    this.#seed = segmentIdentity(identity.tableId, identity.segmentId);
    this.#options = options;
    output.write(segmentHeader(this.#seed, this.#hasIndexes, this.#hasPaths));
    assert(output.offset === HEADER_BYTES, 'segment header size');
  }

  /** Strings with a dictionary come as blocks of i64 final codes, without one as references. */
  openColumn(definition: ColumnDefinition, dictionary: SortedDictionary | null): ColumnWriter {
    const column = this.#newColumn(definition, dictionary, this.#options);
    this.#columns.push(column);
    return column;
  }

  #newColumn(
    definition: ColumnDefinition,
    dictionary: SortedDictionary | null,
    options: SegmentOptions,
  ): ColumnWriter {
    return new ColumnWriter(this.#context, definition, dictionary, options, (bytes, address) =>
      this.#store(bytes, address),
    );
  }

  get #hasPaths(): boolean {
    return this.#options.documents.length > 0 && this.#options.rowCount > 0;
  }

  get #hasIndexes(): boolean {
    return this.#options.indexes.length > 0 && this.#options.rowCount > 0;
  }

  /** Builds what is made of columns that are all written: paths of JSON, and indexes. Yields between steps. */
  *writeDerived(): Generator<void, void> {
    if (this.#hasPaths) {
      const { documents } = this.#options;
      const open = (definition: ColumnDefinition, dictionary: SortedDictionary | null): ColumnWriter => {
        const options = { ...this.#options, zonedColumns: [definition.id] };
        const column = this.#newColumn(definition, dictionary, options);
        this.#pathColumns.push(column);
        return column;
      };
      this.#paths = yield* this.#overWritten((reader, frames) =>
        buildPaths(this.#context, frames, documents, reader, open),
      );
    }
    if (!this.#hasIndexes) return;
    const { indexes } = this.#options;
    const store = (stored: Uint8Array): Stored => this.#store(stored, addressOf(this.#context, stored));
    this.#indexes = yield* this.#overWritten((reader, frames, slotCount) =>
      buildIndexes(this.#context, frames, indexes, reader, store, slotCount),
    );
  }

  /** Runs steps that read the columns as they were written, past every cache. */
  *#overWritten<T>(
    run: (reader: SegmentReader, frames: Frames, slotCount: number) => Generator<void, T>,
  ): Generator<void, T> {
    const { rowCount } = this.#options;
    const { columns, slotCount } = this.#columnFooters();
    const bytes = writeFooter(rowCount, Math.ceil(rowCount / BLOCK_ROWS), columns);
    const footer = new SegmentFooter(bytes, 'the segment under way');
    const descriptor: SegmentDescriptor = {
      file: this.#output.written(),
      identity: this.#seed,
      footerOffset: 0,
      footerBytes: 0,
      footerChecksum: 0n,
      slots: SLOT_BYTES,
      defaults: [],
      renumbered: new Map(),
      indexIds: new Map(),
    };
    const frames = new OwnFrames(this.#context.arena, this.#context.scratch.owner);
    const reader = new SegmentReader(this.#context, frames, descriptor, { get: () => footer });
    try {
      return yield* run(reader, frames, slotCount);
    } finally {
      reader.close();
    }
  }

  #columnFooters(): { readonly columns: ReadonlyMap<number, ColumnFooter>; readonly slotCount: number } {
    const columns = new Map<number, ColumnFooter>();
    let slotCount = 0;
    for (const column of [...this.#columns, ...this.#pathColumns]) {
      const footer = column.footer(slotCount);
      columns.set(column.definition.id, footer);
      slotCount +=
        footer.blocks.length +
        footer.pages.reduce((sum, pages) => sum + pages.length, 0) +
        (footer.dictionary === null ? 0 : 1) +
        footer.bitmaps.length;
    }
    return { columns, slotCount };
  }

  finish(): SegmentMeta {
    const { rowCount } = this.#options;
    const statistics = this.#columns.map((column) => column.statistics);
    const { columns, slotCount } = this.#columnFooters();
    const indexSlots = [...this.#indexes.values()].reduce((sum, index) => sum + slotsOf(index), 0);
    const blocks = Math.ceil(rowCount / BLOCK_ROWS);
    assert(
      [...this.#columns, ...this.#pathColumns].every(
        (column) => column.rows === rowCount && column.blocks === blocks,
      ),
      'every column of a segment has all its rows, in whole blocks',
    );
    assert(this.#indexes.size > 0 === this.#hasIndexes, 'indexes are written before a segment is finished');
    const footer = writeFooter(rowCount, blocks, columns, this.#indexes, this.#paths);
    const footerOffset = this.#output.offset;
    const footerChecksum = checksumOf(this.#context, footer, checksumSeed(this.#seed, footerOffset));
    this.#output.write(footer);
    this.#output.write(segmentTrailer(footer.length, footerChecksum));
    const fileBytes = this.#output.offset;
    this.#output.finish();
    return {
      id: this.#identity.segmentId,
      identity: this.#seed,
      age: 0,
      rows: rowCount,
      blocks,
      fileBytes,
      footerOffset,
      footerBytes: footer.length,
      footerChecksum,
      slotCount: slotCount + indexSlots,
      partition: this.#identity.partition,
      columns: statistics,
      ...(this.#hasIndexes ? { indexes: indexMetas(this.#indexes) } : {}),
    };
  }

  /** Appends bytes; `address` says where they lie if that is the arena, which saves a copy. */
  #store(bytes: Uint8Array, address: number | null): Stored {
    const offset = this.#output.offset;
    const seed = checksumSeed(this.#seed, offset);
    const checksum =
      address === null
        ? checksumOf(this.#context, bytes, seed)
        : checksumAt(this.#context, address, bytes.length, seed);
    this.#output.write(bytes);
    return { offset, checksum };
  }
}

/** Where bytes lie in the arena; null when they lie elsewhere. */
const addressOf = ({ arena }: CodecContext, bytes: Uint8Array): number | null =>
  bytes.buffer === arena.u8.buffer ? bytes.byteOffset : null;

type Stored = { readonly offset: number; readonly checksum: bigint };
type Store = (bytes: Uint8Array, address: number | null) => Stored;

function kindOf(type: LogicalType, dictionary: SortedDictionary | null): ColumnKind {
  switch (laneOf(type)) {
    case 'str':
      return dictionary === null ? 'text' : 'dict';
    case 'bool':
      return 'bool';
    case 'f64':
      return 'float';
    case 'i64':
      return 'int';
  }
}

export class ColumnWriter {
  readonly definition: ColumnDefinition;
  readonly kind: ColumnKind;
  rows = 0;
  readonly #context: CodecContext;
  readonly #dictionary: SortedDictionary | null;
  readonly #compressor: Compressor;
  readonly #symbols = new ColumnSymbols();
  readonly #store: Store;
  readonly #blocks: BlockEntry[] = [];
  readonly #pages: TextEntry[][] = [];
  readonly #zones: { min: Value; max: Value }[] = [];
  readonly #zoned: boolean;
  /** Gone once written: it has two bytes a row. */
  #bitmaps: BitmapIndexBuilder | null;
  #sealed: {
    readonly dictionary: TextEntry | null;
    readonly bitmaps: BitmapEntry[];
    readonly statistics: ColumnStatistics;
  } | null = null;
  #nullCount = 0;
  #min: Value = null;
  #max: Value = null;

  constructor(
    context: CodecContext,
    definition: ColumnDefinition,
    dictionary: SortedDictionary | null,
    options: SegmentOptions,
    store: Store,
  ) {
    this.#context = context;
    this.definition = definition;
    this.#dictionary = dictionary;
    this.#compressor = options.compressorOf(definition);
    this.#store = store;
    this.kind = kindOf(definition.type, dictionary);
    this.#zoned = this.kind === 'int' && options.zonedColumns.includes(definition.id);
    this.#bitmaps =
      dictionary !== null && wantsBitmaps(definition, dictionary.count, options)
        ? new BitmapIndexBuilder(dictionary.count)
        : null;
  }

  get blocks(): number {
    return this.kind === 'text' ? this.#pages.length : this.#blocks.length;
  }

  /**
   * The next block: dense values in scratch memory, which may be overwritten (see encode-block.ts); for dict
   * i64 final codes.
   */
  writeBlock(block: Omit<StagedBlock, 'kind' | 'floatWidth'>): void {
    assert(this.kind !== 'text', 'a text column takes references');
    const kind: BlockKind = this.kind;
    withScratch(this.#context, () => {
      if (this.#zoned) this.#addZones(block);
      this.#bitmaps?.add(this.#context, this.#blocks.length, block.data, block.rows);
      const floatWidth = isNarrowFloat(this.definition.type) ? 4 : 8;
      const { entry, stored } = encodeBlock(this.#context, { ...block, kind, floatWidth }, this.#compressor);
      this.#blocks.push({ ...entry, ...this.#put(stored) });
      this.#count(entry.rows, entry.nullCount, entry.min, entry.max);
    });
  }

  /**
   * The next rows of a text column, in whole pages but for the column's last: u64 references in scratch memory, which
   * may be overwritten.
   */
  writeText(refs: number, valid: number, rows: number): void {
    assert(this.kind === 'text', 'only a text column takes references');
    for (let start = 0; start < rows; start += VECTOR_ROWS) {
      withScratch(this.#context, () => {
        const { entry, stored } = encodeText(
          this.#context,
          refs + start * 8,
          valid === 0 ? 0 : valid + start,
          Math.min(VECTOR_ROWS, rows - start),
          this.#compressor,
          this.#symbols,
        );
        this.#pagesOfBlock().push({ ...entry, ...this.#put(stored) });
        this.#count(entry.rows, entry.nullCount, null, null);
      });
    }
  }

  /** Ends the column: writes its dictionary and bitmaps. After this its dictionary's memory is not used again. */
  seal(): void {
    assert(this.#sealed === null, 'a column is sealed once');
    const dictionary = this.#dictionary === null ? null : this.#writeDictionary(this.#dictionary);
    const bitmaps = this.#bitmaps === null ? [] : this.#writeBitmaps(this.#bitmaps);
    this.#bitmaps = null;
    this.#sealed = { dictionary, bitmaps, statistics: this.#statistics() };
  }

  get statistics(): ColumnStatistics {
    assert(this.#sealed !== null, `column ${this.definition.name} was not sealed`);
    return this.#sealed.statistics;
  }

  /** @param slot number of the column's first frame slot. */
  footer(slot: number): ColumnFooter {
    assert(this.#sealed !== null, `column ${this.definition.name} was not sealed`);
    return {
      kind: this.kind,
      slot,
      distinct: this.#dictionary?.count ?? 0,
      blocks: this.#blocks,
      pages: this.#pages,
      dictionary: this.#sealed.dictionary,
      bitmaps: this.#sealed.bitmaps,
      zones: this.#zones,
    };
  }

  #statistics(): ColumnStatistics {
    const { id, type } = this.definition;
    if (this.#dictionary !== null) {
      const { count } = this.#dictionary;
      const [min, max] = count > 1 ? [this.#entryText(1), this.#entryText(count - 1)] : [null, null];
      return { id, min, max, nullCount: this.#nullCount };
    }
    // The lane's order is signed: bounds of unsigned values say nothing once the sign bit is in use.
    const unordered = type.id === 'uint64' && typeof this.#min === 'bigint' && this.#min < 0n;
    return {
      id,
      min: unordered ? null : this.#min,
      max: unordered ? null : this.#max,
      nullCount: this.#nullCount,
    };
  }

  /** The pages of the block that is not full. */
  #pagesOfBlock(): TextEntry[] {
    const last = this.#pages.at(-1);
    if (last !== undefined && last.length * VECTOR_ROWS < BLOCK_ROWS) return last;
    const pages: TextEntry[] = [];
    this.#pages.push(pages);
    return pages;
  }

  #put(stored: Uint8Array): Stored {
    return this.#store(stored, addressOf(this.#context, stored));
  }

  #count(rows: number, nullCount: number, min: Value, max: Value): void {
    this.rows += rows;
    this.#nullCount += nullCount;
    if (min === null || max === null) return;
    if (this.#min === null || min < this.#min) this.#min = min;
    // NaN is above all numbers, and no number is above it.
    if (this.#max === null || max > this.#max || Number.isNaN(max)) this.#max = max;
  }

  /** Bounds of each 8,192 rows. A NULL counts as whatever lies under it: bounds may only be too wide. */
  #addZones({ data, valid, rows }: Omit<StagedBlock, 'kind'>): void {
    const { arena, kernels, scratch } = this.#context;
    if (valid !== 0) kernels.fill_null_u64(data, valid, rows);
    const out = scratch.alloc(16);
    for (let start = 0; start < rows; start += VECTOR_ROWS) {
      kernels.stat_range_i64(data + start * 8, Math.min(VECTOR_ROWS, rows - start), out);
      this.#zones.push({ min: arena.i64[out >>> 3], max: arena.i64[(out >>> 3) + 1] });
    }
  }

  #writeDictionary(dictionary: SortedDictionary): TextEntry {
    return withScratch(this.#context, () => {
      const { entry, stored } = encodeText(
        this.#context,
        dictionary.refs,
        0,
        dictionary.count,
        this.#compressor,
      );
      return { ...entry, ...this.#put(stored) };
    });
  }

  #writeBitmaps(bitmaps: BitmapIndexBuilder): BitmapEntry[] {
    return Array.from(bitmaps.bitmaps(), (bytes) => ({ ...this.#store(bytes, null), bytes: bytes.length }));
  }

  /** A dictionary entry as a bound; null when it is long or not UTF-8. */
  #entryText(code: number): string | null {
    return textOf(this.#context.arena, (this.#dictionary as SortedDictionary).refs + code * 8);
  }
}

function wantsBitmaps({ id, bitmap }: ColumnDefinition, codeCount: number, options: SegmentOptions): boolean {
  if (bitmap !== 'auto') return bitmap === 'always';
  // Rows of one value lie together in a sort column: its zones say as much in less.
  if (options.zonedColumns[0] === id || options.rowCount < BLOCK_ROWS) return false;
  return codeCount >= AUTO_BITMAP_CODES.least && codeCount <= AUTO_BITMAP_CODES.most;
}
