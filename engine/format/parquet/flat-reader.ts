/**
 * Decodes the one column chunk of a flat column: pages in, chunks of the working format out.
 *
 * A page is decompressed and decoded whole, converted to the table's type, and spread over the blocks its rows fall
 * into. Only what a block still needs is held: pages of numbers go at once, pages that strings point into when the
 * block is finished. Nothing of the file is trusted: every size and index is checked before it is used, and what is
 * wrong becomes an error that names column, row group and page.
 */

import { assert } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import { laneOf } from '../../type/type.ts';
import { BLOCK_ROWS, type Chunk } from '../../vector/vector.ts';
import { ChunkPages, type KnownPage } from './chunk-pages.ts';
import type { ColumnBlocks, ParquetContext } from './context.ts';
import { type Conversion, conversionOf, MisfitValue } from './convert.ts';
import { misfitValue, type Place, unsupportedPage } from './damage.ts';
import { int96PrecisionOf } from './fast-conversion.ts';
import type { ChunkBytes, ColumnJob } from './job.ts';
import { NumberBlock } from './number-block.ts';
import { dictionaryCodes, dictionaryValues, type PageBody, pageBody } from './page-body.ts';
import type { PageHeader } from './page-header.ts';
import { StringBlock } from './string-block.ts';
import { internDictionary, type StringDictionary } from './string-dictionary.ts';
import { isDictionaryEncoding, type ValueWork, valueDecoder } from './values.ts';

type Dictionary =
  | { readonly kind: 'strings'; readonly count: number; readonly strings: StringDictionary }
  /** `values` are in the column's lane when `isConverted`, else as they were in the file. */
  | {
      readonly kind: 'values';
      readonly count: number;
      readonly values: number;
      readonly isConverted: boolean;
    };

export class FlatReader implements ColumnBlocks {
  readonly #context: ParquetContext;
  readonly #job: ColumnJob;
  readonly #chunk: ChunkBytes;
  readonly #place: Place;
  readonly #convert: Conversion;
  readonly #numbers: NumberBlock | null;
  readonly #strings: StringBlock | null;
  readonly #isStringLane: boolean;
  readonly #chunks: Chunk[] = [];
  /** Regions of pages that strings of the unfinished block point into. */
  #held: Region[] = [];
  #dictionary: Dictionary | null = null;
  readonly #pages: ChunkPages;
  /** First row of the page being read. */
  #rows = 0;
  /** Rows that are wanted. */
  #from = 0;
  #to: number;

  constructor(context: ParquetContext, job: ColumnJob) {
    const { memory } = context;
    const { column, rowGroup, rows } = job;
    const [chunk] = job.chunks;
    this.#context = context;
    this.#job = job;
    this.#chunk = chunk;
    this.#to = rows;
    this.#place = { column: column.name, rowGroup };
    this.#pages = new ChunkPages(context.arena.u8, chunk, this.#place, (header) =>
      this.#readDictionary(header),
    );
    this.#convert = conversionOf(chunk.leaf, column);
    this.#isStringLane = laneOf(column.type) === 'str';
    this.#numbers = this.#isStringLane ? null : new NumberBlock(context, memory.blocks, column, rows);
    this.#strings = this.#isStringLane ? new StringBlock(context, memory.blocks, column, rows) : null;
  }

  all(): readonly Chunk[] {
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
    for (let rows = this.#from; rows < this.#to; ) {
      const { number, firstValue, header } = this.#knownPage(index++);
      this.#pages.current = number;
      this.#rows = firstValue;
      this.#pages.guarded(() => this.#readData(header));
      rows = firstValue + header.values;
    }
    if ((this.#numbers ?? this.#strings)?.rows !== 0) this.#finishBlock();
  }

  /** Index of the page that has the row. */
  #pageOf(row: number): number {
    let index = 0;
    for (let page = this.#knownPage(0); page.firstValue + page.header.values <= row; ) {
      page = this.#knownPage(++index);
    }
    return index;
  }

  #knownPage(index: number): KnownPage {
    const { rows } = this.#job;
    const page = this.#pages.page(index);
    if (page === undefined) {
      const last = index === 0 ? undefined : this.#pages.page(index - 1);
      const there = last === undefined ? 0 : last.firstValue + last.header.values;
      throw this.#pages.damaged(`the chunk ends after ${there} of ${rows} rows`);
    }
    const { firstValue, header } = page;
    if (firstValue + header.values > rows)
      throw this.#pages.damaged(`brings row ${firstValue + header.values} of ${rows}`);
    return page;
  }

  #work(region: Region): ValueWork {
    const { arena, kernels } = this.#context;
    const int96Precision = int96PrecisionOf(this.#job.column.type);
    return { arena, kernels, region, leaf: this.#chunk.leaf, int96Precision };
  }

  #readDictionary(header: PageHeader): void {
    if (this.#dictionary !== null) throw this.#pages.damaged('a second dictionary');
    const { values: n } = header;
    const work = this.#work(this.#context.memory.dictionary);
    const raw = dictionaryValues(this.#context, this.#chunk, work, header);
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
    const body = pageBody(this.#context, this.#chunk, region, header);
    if (isDictionaryEncoding(header.encoding)) this.#readCodes(region, body);
    else this.#readValues(region, body, header.encoding);
    if (!this.#isStringLane) this.#recycle();
  }

  #recycle(): void {
    for (const region of this.#held) this.#context.memory.givePage(region);
    this.#held = [];
  }

  #readCodes(region: Region, body: PageBody): void {
    const { kernels } = this.#context;
    const dictionary = this.#dictionary;
    if (dictionary === null) throw this.#pages.damaged('refers to a dictionary that the chunk does not have');
    const codes = dictionaryCodes(this.#context, region, body, body.present, dictionary.count);
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
      : this.#chunk.leaf.physical === 'BOOLEAN';
    const out = region.alloc(n * 8 + 8);
    if (isByte) kernels.take_u8_by_u32(values, codes, n, out);
    else kernels.take_u64_by_u32(values, codes, n, out);
    return out;
  }

  #readValues(region: Region, body: PageBody, encoding: number): void {
    const decode = valueDecoder(this.#chunk.leaf, encoding);
    if (decode === undefined) {
      throw unsupportedPage(
        this.#place,
        `page ${this.#pages.current} has values of type ${this.#chunk.leaf.physical} in encoding ${encoding}`,
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
