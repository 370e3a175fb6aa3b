/**
 * Decodes one column chunk: pages in, chunks of the working format out.
 *
 * A page is decompressed and decoded whole, converted to the table's type, and spread over the blocks its rows fall
 * into. Only what a block still needs is held: pages of numbers go at once, pages that strings point into when the
 * block is finished. Nothing of the file is trusted: every size and index is checked before it is used, and what is
 * wrong becomes an error that names column, row group and page.
 */

import type { BasaltError } from '../../base/error.ts';
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

type Dictionary =
  | { readonly kind: 'strings'; readonly count: number; readonly strings: StringDictionary }
  /** `values` are in the column's lane when `isConverted`, else as they were in the file. */
  | {
      readonly kind: 'values';
      readonly count: number;
      readonly values: number;
      readonly isConverted: boolean;
    };

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
  #page = 0;
  #rows = 0;

  constructor(context: ParquetContext, job: ChunkJob) {
    const { memory } = context;
    const { column, leaf, rowGroup, rows } = job;
    this.#context = context;
    this.#job = job;
    this.#place = { column: column.name, rowGroup };
    this.#convert = conversionOf(leaf, column);
    this.#isStringLane = laneOf(column.type) === 'str';
    this.#numbers = this.#isStringLane ? null : new NumberBlock(context, memory.blocks, column, rows);
    this.#strings = this.#isStringLane ? new StringBlock(context, memory.blocks, column, rows) : null;
  }

  read(): Chunk[] {
    const { address, bytes, codec, rows } = this.#job;
    if (!KNOWN_CODECS.includes(codec)) {
      throw unsupportedPage(
        this.#place,
        `is compressed with ${codec}`,
        `Use one of ${KNOWN_CODECS.join(', ')}`,
      );
    }
    const end = address + bytes;
    for (let at = address; this.#rows < rows; ) {
      this.#page++;
      if (at >= end) throw this.#damaged(`the chunk ends after ${this.#rows} of ${rows} rows`);
      const header = this.#header(at, end);
      if (header.storedBytes > end - header.end) {
        throw this.#damaged(`says it has ${header.storedBytes} bytes, ${end - header.end} are left`);
      }
      if (header.plainBytes > MAX_PAGE_BYTES) throw this.#damaged(`says it has ${header.plainBytes} bytes`);
      if (header.values > MAX_PAGE_VALUES) throw this.#damaged(`says it has ${header.values} values`);
      this.#readPage(header);
      at = header.end + header.storedBytes;
    }
    if ((this.#numbers ?? this.#strings)?.rows !== 0) this.#finishBlock();
    return this.#chunks;
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

  #readPage(header: PageHeader): void {
    const { kind } = header;
    if (kind === PAGE.index) return;
    try {
      if (kind === PAGE.dictionary) this.#readDictionary(header);
      else if (kind === PAGE.data || kind === PAGE.dataV2) this.#readData(header);
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
    if (this.#rows + header.values > this.#job.rows) {
      throw this.#damaged(`brings row ${this.#rows + header.values} of ${this.#job.rows}`);
    }
    const region = this.#context.memory.takePage();
    this.#held.push(region);
    const body = pageBody(this.#context, this.#job, region, header);
    if (isDictionaryEncoding(header.encoding)) this.#readCodes(region, body);
    else this.#readValues(region, body, header.encoding);
    this.#rows += body.rows;
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
    let taken = 0;
    for (let row = 0; block !== null && row < rows; ) {
      const n = Math.min(rows - row, BLOCK_ROWS - block.rows);
      taken += place(taken, valid === 0 ? 0 : valid + row, n);
      row += n;
      if (block.rows === BLOCK_ROWS) this.#finishBlock(row < rows);
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
