/**
 * Frames of one owner alone: filled when first pinned, gone with the last pin.
 *
 * For work that reads everything once (a merge): it takes nothing out of the cache that queries use, puts nothing in,
 * and all it has in memory is charged to its owner.
 */

import type { Pins } from '../plan/source.ts';
import { type Arena, PAGE_BYTES } from './arena.ts';
import type { Frames } from './frame-cache.ts';

type Frame = { readonly page: number; readonly pages: number; pins: number };

export class OwnFrames implements Frames {
  readonly #arena: Arena;
  readonly #owner: number;
  readonly #frames = new Map<number, Frame>();

  constructor(arena: Arena, owner: number) {
    this.#arena = arena;
    this.#owner = owner;
  }

  pin(slot: number, bytes: number, pins: Pins, fill: (address: number) => void): number {
    let frame = this.#frames.get(slot);
    if (frame === undefined) {
      frame = this.#load(bytes, fill);
      this.#frames.set(slot, frame);
    }
    frame.pins++;
    pins.add(slot, bytes);
    return frame.page * PAGE_BYTES;
  }

  unpin(slot: number): void {
    const frame = this.#frames.get(slot);
    if (frame === undefined || --frame.pins > 0) return;
    this.#frames.delete(slot);
    this.#arena.freePages(frame.page, frame.pages, this.#owner);
  }

  /** The owner's number gives everything back, so pins need no log. */
  note(): number {
    return 0;
  }

  #load(bytes: number, fill: (address: number) => void): Frame {
    const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
    const page = this.#arena.takePages(pages, this.#owner);
    try {
      fill(page * PAGE_BYTES);
    } catch (error) {
      this.#arena.freePages(page, pages, this.#owner);
      throw error;
    }
    return { page, pages, pins: 0 };
  }
}
