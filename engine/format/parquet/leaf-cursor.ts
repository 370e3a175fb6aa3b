/**
 * Walks through the entries of one leaf: its levels, and its values as JSON would bring them.
 *
 * Forward only; {@link LeafCursor.restart} begins again. Holds one page, decoded, besides the dictionary.
 */

import type { BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import type { Raw } from '../raw.ts';
import { ChunkPages } from './chunk-pages.ts';
import type { ParquetContext } from './context.ts';
import { type Place, unsupportedPage } from './damage.ts';
import type { ChunkBytes } from './job.ts';
import { INT96_PRECISION } from './leaf-type.ts';
import { dictionaryCodes, dictionaryValues, type NestedBody, nestedBody } from './page-body.ts';
import type { PageHeader } from './page-header.ts';
import { rawReader } from './raw-value.ts';
import { BadValues, isDictionaryEncoding, type ValueWork, valueDecoder } from './values.ts';

/** Value of a page by number. */
type Values = (index: number) => Raw;

export class LeafCursor {
  readonly #context: ParquetContext;
  readonly #chunk: ChunkBytes;
  readonly #place: Place;
  readonly #pages: ChunkPages;
  readonly #region: Region;
  readonly #empty: ReturnType<Region['mark']>;
  readonly #dictionaryRegion: Region;
  #dictionary: { readonly count: number; readonly at: Values } | null = null;
  #nextPage = 0;
  #body: NestedBody | null = null;
  #values: Values = () => null;
  #entry = 0;
  /** Values of the page before the entry. */
  #value = 0;
  /** Levels of the entry; of none behind the last one, where `repetition` is 0. */
  definition = 0;
  repetition = 0;
  isAtEnd = false;

  constructor(context: ParquetContext, chunk: ChunkBytes, place: Place) {
    this.#context = context;
    this.#chunk = chunk;
    this.#place = place;
    this.#region = context.memory.takePage();
    this.#empty = this.#region.mark();
    this.#dictionaryRegion = context.memory.takePage();
    this.#pages = new ChunkPages(context.arena.u8, chunk, place, (header) => this.#readDictionary(header));
    this.restart();
  }

  /** The first entry. */
  restart(): void {
    this.#nextPage = 0;
    this.isAtEnd = false;
    this.#turnPage();
  }

  /** The entry's value, null where it has none; goes on to the next. */
  take(): Raw {
    const raw = this.definition === this.#chunk.leaf.maxDefinition ? this.#values(this.#value) : null;
    this.skip();
    return raw;
  }

  /** Goes on to the next entry. */
  skip(): void {
    if (this.isAtEnd) throw this.damaged('the chunk ends before its rows do');
    if (this.definition === this.#chunk.leaf.maxDefinition) this.#value++;
    this.#entry++;
    if (this.#entry < (this.#body?.entries ?? 0)) this.#readLevels();
    else this.#turnPage();
  }

  /** Goes on to the next row. */
  skipRow(): void {
    do this.skip();
    while (this.repetition > 0);
  }

  damaged(what: string): BasaltError {
    return this.#pages.damaged(what);
  }

  #readLevels(): void {
    const { u32 } = this.#context.arena;
    const { repetitions, definitions } = this.#body as NestedBody;
    this.repetition = repetitions === 0 ? 0 : u32[(repetitions >>> 2) + this.#entry];
    this.definition = definitions === 0 ? 0 : u32[(definitions >>> 2) + this.#entry];
  }

  /** The next page that has entries. */
  #turnPage(): void {
    this.#entry = 0;
    this.#value = 0;
    for (;;) {
      const page = this.#pages.page(this.#nextPage++);
      if (page === undefined) {
        this.isAtEnd = true;
        this.definition = this.repetition = 0;
        return;
      }
      this.#pages.current = page.number;
      if (page.header.values === 0) continue;
      this.#pages.guarded(() => this.#readPage(page.header));
      this.#readLevels();
      return;
    }
  }

  #readPage(header: PageHeader): void {
    this.#region.reset(this.#empty);
    const body = nestedBody(this.#context, this.#chunk, this.#region, header);
    this.#body = body;
    this.#values = isDictionaryEncoding(header.encoding)
      ? this.#codedValues(body)
      : this.#plainValues(body, header.encoding);
  }

  #plainValues({ from, bytes, present }: NestedBody, encoding: number): Values {
    const { leaf } = this.#chunk;
    const decode = valueDecoder(leaf, encoding);
    if (decode === undefined) {
      throw unsupportedPage(
        this.#place,
        `page ${this.#pages.current} has values of type ${leaf.physical} in encoding ${encoding}`,
        'Write the file with other encodings',
      );
    }
    return this.#reader(this.#region, (work) => decode(work, from, bytes, present));
  }

  #codedValues(body: NestedBody): Values {
    const { u32 } = this.#context.arena;
    const dictionary = this.#dictionary;
    if (dictionary === null) throw new BadValues('refers to a dictionary that the chunk does not have');
    const codes = dictionaryCodes(this.#context, this.#region, body, body.present, dictionary.count);
    return (index) => dictionary.at(u32[(codes >>> 2) + index]);
  }

  #readDictionary(header: PageHeader): void {
    if (this.#dictionary !== null) throw new BadValues('a second dictionary');
    const read = this.#reader(this.#dictionaryRegion, (work) =>
      dictionaryValues(this.#context, this.#chunk, work, header),
    );
    const known: Raw[] = [];
    this.#dictionary = { count: header.values, at: (code) => (known[code] ??= read(code)) };
  }

  #reader(region: Region, decode: (work: ValueWork) => number): Values {
    const { arena, kernels } = this.#context;
    const { leaf } = this.#chunk;
    const work = { arena, kernels, region, leaf, int96Precision: INT96_PRECISION };
    const data = decode(work);
    const read = rawReader(leaf);
    return (index) => read(work, data, index);
  }
}
