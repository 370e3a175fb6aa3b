/**
 * The pages of one column chunk: headers are followed as far as somebody asks, and kept. Nothing of them is trusted: what is
 * wrong becomes an error that names column, row group and page.
 */

import type { BasaltError } from '../../base/error.ts';
import { damagedPage, type Place, unsupportedPage } from './damage.ts';
import { KNOWN_CODECS } from './decompress.ts';
import type { ChunkBytes } from './job.ts';
import { PAGE, type PageHeader, readPageHeader } from './page-header.ts';
import { MalformedHeader } from './thrift.ts';
import { BadValues } from './values.ts';

const MAX_PAGE_BYTES = 1 << 30;
const MAX_PAGE_VALUES = 1 << 26;

/** `firstValue`: of the chunk's values, NULLs among them, the page's first. */
export type KnownPage = { readonly number: number; readonly firstValue: number; readonly header: PageHeader };

export class ChunkPages {
  readonly #u8: Uint8Array;
  readonly #place: Place;
  readonly #end: number;
  readonly #readDictionary: (header: PageHeader) => void;
  readonly #pages: KnownPage[] = [];
  #nextHeader: number;
  #headers = 0;
  /** Number of the page that is at fault where something is; a dictionary counts, too. */
  current = 0;

  /** @param readDictionary told of dictionaries on the way */
  constructor(u8: Uint8Array, chunk: ChunkBytes, place: Place, readDictionary: (header: PageHeader) => void) {
    const { address, bytes, codec } = chunk;
    if (!KNOWN_CODECS.includes(codec))
      throw unsupportedPage(place, `is compressed with ${codec}`, `Use one of ${KNOWN_CODECS.join(', ')}`);
    this.#u8 = u8;
    this.#place = place;
    this.#nextHeader = address;
    this.#end = address + bytes;
    this.#readDictionary = readDictionary;
  }

  /** Data page `index`, from 0; undefined behind the last one. */
  page(index: number): KnownPage | undefined {
    while (this.#pages.length <= index) {
      this.current = ++this.#headers;
      if (this.#nextHeader >= this.#end) return undefined;
      const header = this.#header(this.#nextHeader);
      this.#nextHeader = header.end + header.storedBytes;
      if (header.kind === PAGE.dictionary) this.guarded(() => this.#readDictionary(header));
      else if (header.kind === PAGE.data || header.kind === PAGE.dataV2) {
        const last = this.#pages.at(-1);
        const firstValue = last === undefined ? 0 : last.firstValue + last.header.values;
        this.#pages.push({ number: this.current, firstValue, header });
      }
    }
    return this.#pages[index];
  }

  damaged(what: string): BasaltError {
    return damagedPage(this.#place, this.current, what);
  }

  guarded(read: () => void): void {
    try {
      read();
    } catch (error) {
      throw error instanceof BadValues ? this.damaged(error.what) : error;
    }
  }

  #header(at: number): PageHeader {
    let header: PageHeader;
    try {
      header = readPageHeader(this.#u8, at, this.#end);
    } catch (error) {
      throw error instanceof MalformedHeader ? this.damaged('its header is not valid') : error;
    }
    const { end, storedBytes, plainBytes, values } = header;
    const left = this.#end - end;
    if (storedBytes > left) throw this.damaged(`says it has ${storedBytes} bytes, ${left} are left`);
    if (plainBytes > MAX_PAGE_BYTES) throw this.damaged(`says it has ${plainBytes} bytes`);
    if (values > MAX_PAGE_VALUES) throw this.damaged(`says it has ${values} values`);
    return header;
  }
}
