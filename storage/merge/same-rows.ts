/**
 * Marks rows of a merge that have the key of the row before them, while their key columns are staged (order-rows.ts).
 *
 * Between two steps an input may bring other rows to where its last ones were: the key of the last row is kept as a
 * copy of its own, text included.
 */

import { Region } from '../../engine/memory/region.ts';
import type { CodecContext } from '../codec/context.ts';
import { FATE } from '../policy/row-fates.ts';

export class SameRows {
  readonly #context: CodecContext;
  /** By word: is it a reference to text? */
  readonly #isText: readonly boolean[];
  /** By input: address of a u32 address a word. */
  readonly #words: readonly number[];
  readonly #region: Region;
  readonly #texts: Region;
  /** Address of the last row's words: 8 bytes each. */
  readonly #last: number;
  readonly #next: Uint32Array;
  #isFirst = true;

  constructor(context: CodecContext, isText: readonly boolean[], words: readonly number[]) {
    const { arena, scratch } = context;
    this.#context = context;
    this.#isText = isText;
    this.#words = words;
    this.#region = new Region(arena, scratch.owner, 1);
    this.#texts = new Region(arena, scratch.owner, 1);
    this.#last = this.#region.alloc(isText.length * 8 + 16);
    this.#next = new Uint32Array(words.length);
  }

  /** Remembers the inputs' next rows, before an order takes them. `inputs` are records of merge_order. */
  begin(inputs: number): void {
    const { u32 } = this.#context.arena;
    for (let i = 0; i < this.#next.length; i++) this.#next[i] = u32[(inputs >>> 2) + i * 3 + 1];
  }

  /** Fates of the rows an order took since {@link begin}. */
  mark(order: number, rows: number, fates: number): void {
    const { u8, u32 } = this.#context.arena;
    const width = this.#isText.length;
    if (width === 0) {
      // No key: every row is alike.
      for (let i = 0; i < rows; i++) u8[fates + i] = FATE.fold;
      if (this.#isFirst && rows > 0) u8[fates] = FATE.row;
      this.#isFirst = false;
      return;
    }
    const last = new Uint32Array(width);
    for (let w = 0; w < width; w++) last[w] = this.#last + w * 8;
    for (let i = 0; i < rows; i++) {
      const input = u8[order + i];
      const row = this.#next[input]++;
      const words = this.#words[input] >>> 2;
      let same = !this.#isFirst;
      for (let w = 0; w < width; w++) {
        const at = u32[words + w] + row * 8;
        if (same && !this.#isSame(w, last[w], at)) same = false;
        last[w] = at;
      }
      this.#isFirst = false;
      u8[fates + i] = same ? FATE.fold : FATE.row;
    }
    this.#keep(last);
  }

  free(): void {
    this.#texts.free();
    this.#region.free();
  }

  #isSame(word: number, a: number, b: number): boolean {
    const { u8, u32 } = this.#context.arena;
    const high = u32[(a >>> 2) + 1];
    if (high !== u32[(b >>> 2) + 1]) return false;
    const x = u32[a >>> 2];
    const y = u32[b >>> 2];
    if (x === y) return true;
    if (!this.#isText[word]) return false;
    for (let i = 0; i < high; i++) if (u8[x + i] !== u8[y + i]) return false;
    return true;
  }

  #keep(last: Uint32Array): void {
    const { u8, u32 } = this.#context.arena;
    // A text may be kept from the step before, where nothing was taken since.
    const texts = this.#isText.map((isText, w) => {
      if (!isText) return null;
      const [at, bytes] = [u32[last[w] >>> 2], u32[(last[w] >>> 2) + 1]];
      return u8.slice(at, at + bytes);
    });
    this.#texts.free();
    texts.forEach((text, w) => {
      const to = (this.#last >>> 2) + w * 2;
      const from = last[w] >>> 2;
      u32[to] = u32[from];
      u32[to + 1] = u32[from + 1];
      if (text === null) return;
      u32[to] = this.#texts.alloc(text.length + 1);
      u8.set(text, u32[to]);
    });
  }
}
