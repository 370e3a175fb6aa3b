/**
 * A bump allocator over arena pages: the memory of one worker's share of one query, or of one memtable.
 *
 * Nothing is freed singly. A caller marks, allocates, and resets to the mark; the whole region goes with
 * {@link Region.free} or, after a crash of its worker, with `arena.closeOwner`. Addresses are 16-byte aligned.
 */

import { type Arena, PAGE_BYTES } from './arena.ts';

type Chunk = { readonly page: number; readonly pages: number };
export type Mark = { readonly chunk: number; readonly top: number };

const MAX_CHUNK_PAGES = 256;
const CHUNKS_PER_SIZE = 4;

export class Region {
  readonly arena: Arena;
  readonly owner: number;
  #chunkPages: number;
  readonly #chunks: Chunk[] = [];
  #chunk = -1;
  #top = 0;
  #end = 0;
  #pages = 0;

  /** @param chunkPages pages taken at first, doubling up to MAX_CHUNK_PAGES; larger requests get a chunk of their own size. */
  constructor(arena: Arena, owner: number, chunkPages = 32) {
    this.arena = arena;
    this.owner = owner;
    this.#chunkPages = chunkPages;
  }

  /** Bytes of the arena it holds. */
  get bytes(): number {
    return this.#pages * PAGE_BYTES;
  }

  /** Address of `bytes` uninitialised bytes. */
  alloc(bytes: number): number {
    const start = this.#top;
    const next = start + ((bytes + 15) & ~15);
    if (next <= this.#end && start !== 0) {
      this.#top = next;
      return start;
    }
    this.#advance(bytes);
    const address = this.#top;
    this.#top = address + Math.ceil(bytes / 16) * 16;
    return address;
  }

  /** Like {@link alloc}, with every byte zero. */
  allocZero(bytes: number): number {
    const address = this.alloc(bytes);
    this.arena.fill(address, bytes, 0);
    return address;
  }

  mark(): Mark {
    return { chunk: this.#chunk, top: this.#top };
  }

  /** Forgets everything allocated since the mark; its chunks stay for reuse. */
  reset(mark: Mark): void {
    this.#chunk = mark.chunk;
    this.#top = mark.top;
    const chunk = this.#chunks[mark.chunk];
    this.#end = chunk === undefined ? 0 : (chunk.page + chunk.pages) * PAGE_BYTES;
  }

  /** Gives every page back. The region may be used again. */
  free(): void {
    for (const chunk of this.#chunks) this.arena.freePages(chunk.page, chunk.pages, this.owner);
    this.#chunks.length = 0;
    this.#pages = 0;
    this.#chunk = -1;
    this.#top = 0;
    this.#end = 0;
  }

  #advance(bytes: number): void {
    const needPages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
    let next = this.#chunk + 1;
    while (next < this.#chunks.length && this.#chunks[next].pages < needPages) next++;
    if (next >= this.#chunks.length) {
      const pages = Math.max(this.#chunkPages, needPages);
      // What is small stays small; what grows does not look for pages all the time.
      if (next % CHUNKS_PER_SIZE === CHUNKS_PER_SIZE - 1)
        this.#chunkPages = Math.max(this.#chunkPages, Math.min(MAX_CHUNK_PAGES, this.#chunkPages * 2));
      next = this.#chunks.length;
      const chunk = this.arena.takeRun(pages, needPages, this.owner);
      this.#chunks.push(chunk);
      this.#pages += chunk.pages;
    }
    this.#chunk = next;
    this.#top = this.#chunks[next].page * PAGE_BYTES;
    this.#end = this.#top + this.#chunks[next].pages * PAGE_BYTES;
  }
}
