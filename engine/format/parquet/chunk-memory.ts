/**
 * Memory that decoding one column chunk after another needs besides its results: block buffers, the dictionary, pages.
 * Taken from the arena once for a task and used again for each of its chunks, since looking for free pages is not free.
 */

import type { Arena } from '../../memory/arena.ts';
import { Region } from '../../memory/region.ts';

const EMPTY = { chunk: -1, top: 0 } as const;

export class ChunkMemory {
  readonly #arena: Arena;
  readonly #owner: number;
  readonly #pages: Region[] = [];
  #free: Region[] = [];
  readonly blocks: Region;
  readonly dictionary: Region;

  constructor(arena: Arena, owner: number) {
    this.#arena = arena;
    this.#owner = owner;
    this.blocks = new Region(arena, owner);
    this.dictionary = new Region(arena, owner);
  }

  /** Arena bytes that it holds. */
  get heldBytes(): number {
    return [this.blocks, this.dictionary, ...this.#pages].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Forgets what the chunk before has left, also when it ended in an error. */
  begin(): void {
    for (const region of [this.blocks, this.dictionary, ...this.#pages]) region.reset(EMPTY);
    this.#free = [...this.#pages];
  }

  /** An empty region for one page. */
  takePage(): Region {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const region = new Region(this.#arena, this.#owner);
    this.#pages.push(region);
    return region;
  }

  givePage(region: Region): void {
    region.reset(EMPTY);
    this.#free.push(region);
  }

  close(): void {
    for (const region of [this.blocks, this.dictionary, ...this.#pages]) region.free();
  }
}
