/**
 * The cache of decoded column data, shared by all workers without a lock.
 *
 * A slot is two words: the frame's first page (or 0: not loaded, LOADING, EVICTING) and its pin count with a
 * "used lately" bit. Whoever finds a slot empty claims it by compare-and-swap and fills the frame; the others
 * wait on the word. A reader first counts itself in, then looks at the page; an evictor first marks the page,
 * then looks at the count: sequential consistency of Atomics makes one of them see the other.
 *
 * Each worker keeps a log of its pins and of the frame it is loading, in the arena, so that both can be taken back when
 * the worker is terminated ({@link reclaim}).
 *
 * A frame is `HEADER_BYTES` (slot address, page count) and then the caller's bytes. Frames leave by a clock
 * hand over the page table, only when nobody pins them.
 */

import type { Pins } from '../plan/source.ts';
import { Arena, OWNER_FRAME, OWNER_FRAME_TAIL, PAGE_BYTES } from './arena.ts';
import { Region } from './region.ts';

/** Where decoded column data lies while somebody reads it. */
export interface Frames {
  /**
   * Address of the slot's frame bytes, kept in memory until `pins` lets go. `fill` writes the `bytes` bytes at the
   * address it gets, unless the frame is there already.
   */
  pin(slot: number, bytes: number, pins: Pins, fill: (address: number) => void): number;
  /** @param entry what {@link note} gave for the pin */
  unpin(slot: number, entry: number): void;
  /** Notes a pin about to be taken; answers its entry for {@link unpin}, 0 when it is not logged. */
  note(slot: number): number;
}

const HEADER_BYTES = 16;
export const SLOT_BYTES = 8;
/** A thread's log: the slot it is loading (or 0), then one word per pin it holds (slot address, or 0 = free). */
const LOG_WORDS = 32768;
export const LOG_BYTES = LOG_WORDS * 4;
const EMPTY = 0;
const LOADING = -1;
const EVICTING = -2;
const USED_BIT = 1 << 30;
const PIN_MASK = USED_BIT - 1;
const WAIT_MS = 1000;

export class FrameCache implements Frames {
  readonly #arena: Arena;
  readonly #slots: Region;
  readonly #log: number;
  readonly #freeEntries: number[] = [];
  #usedEntries = 1;
  #hand = Arena.firstPage;

  /** @param log address of LOG_BYTES zeroed bytes for this thread's pins; 0 on a thread that is never terminated. */
  constructor(arena: Arena, log = 0) {
    this.#arena = arena;
    this.#slots = new Region(arena, OWNER_FRAME_TAIL, 4);
    this.#log = log;
    arena.reclaim = (pages) => this.evict(pages);
  }

  /** Address of a new thread's log. */
  allocLog(): number {
    return this.#slots.allocZero(LOG_BYTES);
  }

  /** Takes back what a terminated thread held: its pins, and the frame it was loading. */
  reclaim(log: number): void {
    const { i32, u32 } = this.#arena;
    const loading = u32[log >>> 2];
    if (loading !== 0 && Atomics.compareExchange(i32, loading >>> 2, LOADING, EMPTY) === LOADING) {
      Atomics.notify(i32, loading >>> 2);
    }
    for (let i = 1; i < LOG_WORDS; i++) {
      const slot = u32[(log >>> 2) + i];
      if (slot !== 0) this.unpin(slot, 0);
    }
    u32.fill(0, log >>> 2, (log >>> 2) + LOG_WORDS);
  }

  note(slot: number): number {
    if (this.#log === 0) return 0;
    const entry = this.#freeEntries.pop() ?? (this.#usedEntries < LOG_WORDS ? this.#usedEntries++ : 0);
    if (entry !== 0) this.#arena.u32[(this.#log >>> 2) + entry] = slot;
    return entry;
  }

  /** Address of `count` empty slots of {@link SLOT_BYTES}; coordinator only. */
  allocSlots(count: number): number {
    return this.#slots.allocZero(count * SLOT_BYTES);
  }

  /** `fill` runs at most once until the frame is evicted, on whichever thread came first. */
  pin(slot: number, bytes: number, pins: Pins, fill: (address: number) => void): number {
    const { i32 } = this.#arena;
    const word = slot >>> 2;
    pins.add(slot, bytes);
    Atomics.add(i32, word + 1, 1);
    for (;;) {
      const state = Atomics.load(i32, word);
      if (state > 0) return state * PAGE_BYTES + HEADER_BYTES;
      if (state === EMPTY && Atomics.compareExchange(i32, word, EMPTY, LOADING) === EMPTY) {
        return this.#load(slot, bytes, fill);
      }
      if (state !== EMPTY) Atomics.wait(i32, word, state, WAIT_MS);
    }
  }

  unpin(slot: number, entry: number): void {
    const { i32 } = this.#arena;
    if (entry !== 0) {
      this.#arena.u32[(this.#log >>> 2) + entry] = 0;
      this.#freeEntries.push(entry);
    }
    const word = (slot >>> 2) + 1;
    Atomics.or(i32, word, USED_BIT);
    Atomics.sub(i32, word, 1);
  }

  /** Empties slots whose owner is gone; they must not be pinned. */
  dropSlots(address: number, count: number): void {
    for (let i = 0; i < count; i++) this.#tryEvict(address + i * SLOT_BYTES, true);
  }

  /** Frees unpinned frames until `pages` pages came back or two rounds found none; answers the pages freed. */
  evict(pages: number): number {
    const { i32 } = this.#arena;
    let freed = 0;
    for (let steps = this.#arena.highWaterPage * 2; steps > 0 && freed < pages; steps--) {
      const page = this.#hand++;
      if (this.#hand >= this.#arena.highWaterPage) this.#hand = Arena.firstPage;
      if (Atomics.load(i32, page) !== OWNER_FRAME) continue;
      const slot = i32[(page * PAGE_BYTES) >>> 2];
      freed += this.#tryEvict(slot >>> 0, false);
    }
    return freed;
  }

  #load(slot: number, bytes: number, fill: (address: number) => void): number {
    const { i32 } = this.#arena;
    const word = slot >>> 2;
    let page = 0;
    const pages = Math.ceil((bytes + HEADER_BYTES) / PAGE_BYTES);
    if (this.#log !== 0) this.#arena.u32[this.#log >>> 2] = slot;
    try {
      page = this.#arena.takePages(pages, OWNER_FRAME_TAIL);
      const address = page * PAGE_BYTES;
      i32[address >>> 2] = slot;
      i32[(address >>> 2) + 1] = pages;
      fill(address + HEADER_BYTES);
      Atomics.store(i32, page, OWNER_FRAME);
      Atomics.store(i32, word, page);
      Atomics.notify(i32, word);
      return address + HEADER_BYTES;
    } catch (error) {
      if (page !== 0) this.#arena.freePages(page, pages, OWNER_FRAME_TAIL);
      Atomics.store(i32, word, EMPTY);
      Atomics.notify(i32, word);
      throw error;
    } finally {
      if (this.#log !== 0) this.#arena.u32[this.#log >>> 2] = 0;
    }
  }

  #tryEvict(slot: number, force: boolean): number {
    const { i32 } = this.#arena;
    const word = slot >>> 2;
    const page = Atomics.load(i32, word);
    if (page <= 0) return 0;
    const pins = Atomics.load(i32, word + 1);
    if ((pins & PIN_MASK) !== 0) return 0;
    if (!force && (pins & USED_BIT) !== 0) {
      Atomics.and(i32, word + 1, ~USED_BIT);
      return 0;
    }
    if (Atomics.compareExchange(i32, word, page, EVICTING) !== page) return 0;
    if ((Atomics.load(i32, word + 1) & PIN_MASK) !== 0) {
      Atomics.store(i32, word, page);
      Atomics.notify(i32, word);
      return 0;
    }
    const pages = i32[((page * PAGE_BYTES) >>> 2) + 1];
    this.#arena.freePages(page, pages, OWNER_FRAME_TAIL);
    Atomics.store(i32, word, EMPTY);
    Atomics.notify(i32, word);
    return pages;
  }
}

/** The frames one morsel or one query holds; released together. */
export class FramePins implements Pins {
  readonly #frames: Frames;
  readonly #slots: number[] = [];
  readonly #entries: number[] = [];
  readonly #held: { free(): void }[] = [];
  #bytes = 0;

  constructor(frames: Frames) {
    this.#frames = frames;
  }

  /** Bytes of the frames it holds. */
  get bytes(): number {
    return this.#bytes;
  }

  add(slot: number, bytes: number): void {
    this.#bytes += bytes;
    this.#slots.push(slot);
    this.#entries.push(this.#frames.note(slot));
  }

  hold(memory: { readonly bytes: number; free(): void }): void {
    this.#bytes += memory.bytes;
    this.#held.push(memory);
  }

  release(): void {
    for (let i = 0; i < this.#slots.length; i++) this.#frames.unpin(this.#slots[i], this.#entries[i]);
    for (const memory of this.#held) memory.free();
    this.#held.length = 0;
    this.#slots.length = 0;
    this.#entries.length = 0;
    this.#bytes = 0;
  }
}
