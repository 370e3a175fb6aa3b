/**
 * Decodes one column chunk: pages in, chunks of the working format out.
 *
 * A page is decompressed and decoded whole, converted to the table's type, and spread over the blocks its rows fall
 * into. Only what a block still needs is held: pages of numbers go at once, pages that strings point into when the
 * block is finished. Nothing of the file is trusted: every size and index is checked before it is used, and what is
 * wrong becomes an error that names column, row group and page.
 */

import { assert, type BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import { laneOf } from '../../type/type.ts';
import { BLOCK_ROWS, type Chunk } from '../../vector/vector.ts';
import type { ReadContext } from '../builder.ts';
import type { ChunkMemory } from './chunk-memory.ts';
import { type Conversion, conversionOf, MisfitValue } from './convert.ts';
import { damagedPage, misfitValue, type Place, unsupportedPage } from './damage.ts';
import { type Inflaters, KNOWN_CODECS } from './decompress.ts';
import { int96PrecisionOf } from './fast-conversion.ts';
import type { ChunkJob, DecodedColumn } from './job.ts';
import { NumberBlock } from './number-block.ts';
import { type PageBody, pageBody, plainBytesOf } from './page-body.ts';
import { PAGE, type PageHeader, readPageHeader } from './page-header.ts';
import { StringBlock } from './string-block.ts';
import { internDictionary, type StringDictionary } from './string-dictionary.ts';
import { MalformedHeader } from './thrift.ts';
import { BadValues, ENCODING, isDictionaryEncoding, type ValueWork, valueDecoder } from './values.ts';

export type ParquetContext = ReadContext & { readonly inflaters: Inflaters; readonly memory: ChunkMemory };

const MAX_PAGE_BYTES = 1 << 30;
const MAX_PAGE_VALUES = 1 << 26;

type KnownPage = { readonly number: number; readonly firstRow: number; readonly header: PageHeader };

type Dictionary =
  | { readonly kind: 'strings'; readonly count: number; readonly strings: StringDictionary }
  /** `values` are in the column's lane when `isConverted`, else as they were in the file. */
  | {
      readonly kind: 'values';
      readonly count: number;
      readonly values: number;
      readonly isConverted: boolean;
    };

/** A column chunk read a block at a time, in any order; its dictionary and where its pages lie are found out once. */
export interface ColumnBlocks {
  /** Rows [from, from + rows), at most a block of them, in `context.region`. */
  block(from: number, rows: number): Chunk;
}

/** The chunk's bytes, and `context.memory`, which nothing else may use, have to stay as long as blocks are read. */
export function columnBlocks(context: ParquetContext, job: ChunkJob): ColumnBlocks {
  context.memory.begin();
  return new ColumnReader(context, job);
}

/** @throws BasaltError CANNOT_PARSE_INPUT, INCORRECT_DATA, NOT_IMPLEMENTED */
export function readColumnChunk(context: ParquetContext, job: ChunkJob): DecodedColumn {
  context.memory.begin();
  return { id: job.column.id, chunks: new ColumnReader(context, job).read() };
}

class ColumnReader {
  readonly #context: ParquetContext;
  readonly #job: ChunkJob;
  readonly #place: Place;
  readonly #convert: Conversion;
  readonly #numbers: NumberBlock | null;
  readonly #strings: StringBlock | null;
  readonly #isStringLane: boolean;
  readonly #chunks: Chunk[] = [];
  /** Regions of pages that strings of the unfinished block point into. */
  #held: Region[] = [];
  #dictionary: Dictionary | null = null;
  /** Number and first row of the page being read. */
  #page = 0;
  #rows = 0;
  /** Data pages whose headers were seen, and where the next header lies. */
  readonly #pages: KnownPage[] = [];
  #nextHeader: number;
  #headers = 0;
  /** Rows that are wanted. */
  #from = 0;
  #to: number;

  constructor(context: ParquetContext, job: ChunkJob) {
    const { memory } = context;
    const { column, leaf, rowGroup, rows } = job;
    this.#context = context;
    this.#job = job;
    this.#nextHeader = job.address;
    this.#to = rows;
    this.#place = { column: column.name, rowGroup };
    this.#convert = conversionOf(leaf, column);
    this.#isStringLane = laneOf(column.type) === 'str';
    this.#numbers = this.#isStringLane ? null : new NumberBlock(context, memory.blocks, column, rows);
    this.#strings = this.#isStringLane ? new StringBlock(context, memory.blocks, column, rows) : null;
  }

  read(): Chunk[] {
    this.#readPages(0);
    return this.#chunks;
  }

  block(from: number, rows: number): Chunk {
    this.#from = from;
    this.#to = from + rows;
    this.#readPages(this.#pageOf(from));
    const chunk = this.#chunks.pop();
    assert(chunk !== undefined, 'a block was wanted and read');
    return chunk;
  }

  /** Pages from `index` on, until the last wanted row. */
  #readPages(index: number): void {
    const { codec } = this.#job;
    if (!KNOWN_CODECS.includes(codec)) {
      throw unsupportedPage(
        this.#place,
        `is compressed with ${codec}`,
        `Use one of ${KNOWN_CODECS.join(', ')}`,
      );
    }
    for (let rows = this.#from; rows < this.#to; ) {
      const { number, firstRow, header } = this.#knownPage(index++);
      this.#page = number;
      this.#rows = firstRow;
      this.#guarded(() => this.#readData(header));
      rows = firstRow + header.values;
    }
    if ((this.#numbers ?? this.#strings)?.rows !== 0) this.#finishBlock();
  }

  /** Index of the page that has the row. */
  #pageOf(row: number): number {
    let index = 0;
    for (let page = this.#knownPage(0); page.firstRow + page.header.values <= row; ) {
      page = this.#knownPage(++index);
    }
    return index;
  }

  /** Data page `index`; headers are followed as far as that, and a dictionary on the way is read. */
  #knownPage(index: number): KnownPage {
    const { address, bytes, rows } = this.#job;
    const end = address + bytes;
    while (this.#pages.length <= index) {
      const last = this.#pages.at(-1);
      const firstRow = last === undefined ? 0 : last.firstRow + last.header.values;
      this.#page = ++this.#headers;
      if (this.#nextHeader >= end) throw this.#damaged(`the chunk ends after ${firstRow} of ${rows} rows`);
      const header = this.#header(this.#nextHeader, end);
      if (header.storedBytes > end - header.end) {
        throw this.#damaged(`says it has ${header.storedBytes} bytes, ${end - header.end} are left`);
      }
      if (header.plainBytes > MAX_PAGE_BYTES) throw this.#damaged(`says it has ${header.plainBytes} bytes`);
      if (header.values > MAX_PAGE_VALUES) throw this.#damaged(`says it has ${header.values} values`);
      this.#nextHeader = header.end + header.storedBytes;
      if (header.kind === PAGE.dictionary) this.#guarded(() => this.#readDictionary(header));
      else if (header.kind === PAGE.data || header.kind === PAGE.dataV2) {
        if (firstRow + header.values > rows) {
          throw this.#damaged(`brings row ${firstRow + header.values} of ${rows}`);
        }
        this.#pages.push({ number: this.#page, firstRow, header });
      }
    }
    return this.#pages[index];
  }

  #damaged(what: string): BasaltError {
    return damagedPage(this.#place, this.#page, what);
  }

  #header(at: number, end: number): PageHeader {
    try {
      return readPageHeader(this.#context.arena.u8, at, end);
    } catch (error) {
      throw error instanceof MalformedHeader ? this.#damaged('its header is not valid') : error;
    }
  }

  #guarded(read: () => void): void {
    try {
      read();
    } catch (error) {
      throw error instanceof BadValues ? this.#damaged(error.what) : error;
    }
  }

  #work(region: Region): ValueWork {
    const { arena, kernels } = this.#context;
    const { leaf, column } = this.#job;
    return { arena, kernels, region, leaf, int96Precision: int96PrecisionOf(column.type) };
  }

  #readDictionary({ end, storedBytes, plainBytes, values: n, encoding, isCompressed }: PageHeader): void {
    if (this.#dictionary !== null) throw this.#damaged('a second dictionary');
    if (encoding !== ENCODING.plain && encoding !== ENCODING.plainDictionary) {
      throw this.#damaged(`a dictionary of encoding ${encoding}`);
    }
    const region = this.#context.memory.dictionary;
    const from = plainBytesOf(
      this.#context,
      this.#job.codec,
      region,
      end,
      storedBytes,
      plainBytes,
      isCompressed,
    );
    const work = this.#work(region);
    const decode = valueDecoder(this.#job.leaf, ENCODING.plain);
    if (decode === undefined) throw this.#damaged('a dictionary of values that have none');
    const raw = decode(work, from, plainBytes, n);
    const values = this.#converted(work, raw, n);
    if (this.#strings !== null && values !== null) {
      const strings = internDictionary(work, values, n, this.#strings.fillRef);
      this.#dictionary = { kind: 'strings', count: n, strings };
    } else {
      this.#dictionary = { kind: 'values', count: n, values: values ?? raw, isConverted: values !== null };
    }
  }

  /** null: some entry does not fit. Whether a row uses it will be seen. */
  #converted(work: ValueWork, raw: number, n: number): number | null {
    try {
      return this.#convert(work, raw, n);
    } catch (error) {
      if (error instanceof MisfitValue) return null;
      throw error;
    }
  }

  #readData(header: PageHeader): void {
    const region = this.#context.memory.takePage();
    this.#held.push(region);
    const body = pageBody(this.#context, this.#job, region, header);
    if (isDictionaryEncoding(header.encoding)) this.#readCodes(region, body);
    else this.#readValues(region, body, header.encoding);
    if (!this.#isStringLane) this.#recycle();
  }

  #recycle(): void {
    for (const region of this.#held) this.#context.memory.givePage(region);
    this.#held = [];
  }

  #readCodes(region: Region, body: PageBody): void {
    const { arena, kernels } = this.#context;
    const dictionary = this.#dictionary;
    if (dictionary === null) throw this.#damaged('refers to a dictionary that the chunk does not have');
    const codes = region.alloc(body.present * 4 + 16);
    if (body.present > 0) {
      if (body.bytes < 1) throw this.#damaged('has no codes');
      const bits = arena.u8[body.from];
      if (bits > 32) throw this.#damaged(`has codes of ${bits} bits`);
      const taken = kernels.hybrid_u32(
        body.from + 1,
        body.bytes - 1,
        bits,
        body.present,
        dictionary.count,
        codes,
      );
      if (taken === -1) throw this.#damaged(`ends before its ${body.present} codes do`);
      if (taken < 0)
        throw this.#damaged(`has a code that is not below the dictionary's ${dictionary.count} entries`);
    }
    if (dictionary.kind === 'strings') {
      kernels.remap_u32_u32(codes, body.present, dictionary.strings.codeOf, codes);
      this.#spread(body, (first, valid, n) => this.#placeCodes(dictionary.strings, codes, first, valid, n));
      return;
    }
    this.#placeValues(
      region,
      body,
      this.#lookedUp(region, body.present, codes, dictionary),
      dictionary.isConverted,
    );
  }

  #placeCodes(strings: StringDictionary, codes: number, first: number, valid: number, n: number): number {
    return this.#strings?.placeCodes(strings, codes, first, valid, n) ?? 0;
  }

  #lookedUp(
    region: Region,
    n: number,
    codes: number,
    { values, isConverted }: Extract<Dictionary, { kind: 'values' }>,
  ): number {
    const { kernels } = this.#context;
    const isByte = isConverted
      ? laneOf(this.#job.column.type) === 'bool'
      : this.#job.leaf.physical === 'BOOLEAN';
    const out = region.alloc(n * 8 + 8);
    if (isByte) kernels.take_u8_by_u32(values, codes, n, out);
    else kernels.take_u64_by_u32(values, codes, n, out);
    return out;
  }

  #readValues(region: Region, body: PageBody, encoding: number): void {
    const decode = valueDecoder(this.#job.leaf, encoding);
    if (decode === undefined) {
      throw unsupportedPage(
        this.#place,
        `page ${this.#page} has values of type ${this.#job.leaf.physical} in encoding ${encoding}`,
        'Write the file with other encodings',
      );
    }
    this.#placeValues(region, body, decode(this.#work(region), body.from, body.bytes, body.present), false);
  }

  #placeValues(region: Region, body: PageBody, values: number, isConverted: boolean): void {
    const converted = isConverted ? values : this.#convertPage(region, body, values);
    this.#spread(body, (first, valid, n) =>
      this.#numbers !== null
        ? this.#numbers.place(converted, first, valid, n)
        : (this.#strings?.placeRefs(converted, first, valid, n) ?? 0),
    );
  }

  #convertPage(region: Region, { present, valid }: PageBody, values: number): number {
    try {
      return this.#convert(this.#work(region), values, present);
    } catch (error) {
      if (!(error instanceof MisfitValue)) throw error;
      const row = this.#rows + this.#rowOf(error.index, valid) + 1;
      throw misfitValue(this.#place, row, error.reason);
    }
  }

  /** Row of the page that holds dense value `index`. */
  #rowOf(index: number, valid: number): number {
    if (valid === 0) return index;
    const { u8 } = this.#context.arena;
    let row = 0;
    for (let seen = 0; ; row++) if (u8[valid + row] !== 0 && seen++ === index) return row;
  }

  /** Cuts a page's rows where blocks end. `place` answers the dense values it took. */
  #spread({ rows, valid }: PageBody, place: (first: number, valid: number, n: number) => number): void {
    const block = this.#numbers ?? this.#strings;
    const first = Math.max(0, this.#from - this.#rows);
    const end = Math.min(rows, this.#to - this.#rows);
    let taken = valid === 0 || first === 0 ? first : this.#context.kernels.mask_count(valid, first);
    for (let row = first; block !== null && row < end; ) {
      const n = Math.min(end - row, BLOCK_ROWS - block.rows);
      taken += place(taken, valid === 0 ? 0 : valid + row, n);
      row += n;
      if (block.rows === BLOCK_ROWS) this.#finishBlock(row < end);
    }
  }

  /** @param isPageOpen the last page has rows for the next block: what they point at stays */
  #finishBlock(isPageOpen = false): void {
    const block = this.#numbers ?? this.#strings;
    if (block !== null) this.#chunks.push(block.finish());
    if (!this.#isStringLane) return;
    const open = isPageOpen ? this.#held.pop() : undefined;
    this.#recycle();
    if (open !== undefined) this.#held.push(open);
  }
}
