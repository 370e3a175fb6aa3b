/** One path on its way into a column: a page of values at a time, in memory of the arena. */

import { contentOf, textOf } from '../../engine/json/find.ts';
import { KIND, type Kind } from '../../engine/json/scanner.ts';
import type { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS, VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import { type BuiltDictionary, DictionaryBuilder, keepsDictionary } from '../segment/dictionary-builder.ts';
import type { ColumnWriter } from '../segment/writer.ts';
import type { ChosenPath } from './choose-paths.ts';
import { FITS, SEEN, seenOf } from './value-kind.ts';

const encoder = new TextEncoder();
/** Of a path: strings of a dictionary, and their bytes. */
const MAX_STRINGS = 1 << 16;
const MAX_STRING_BYTES = 4 << 20;

export class PathColumn {
  readonly path: ChosenPath;
  /** Pages with a value that is not stored, and with null; a bit each, by block. */
  readonly unfit: number[] = [];
  readonly nulls: number[] = [];
  dictionary: BuiltDictionary | null = null;
  writer: ColumnWriter | null = null;
  readonly #context: CodecContext;
  readonly #region: Region;
  readonly #fits: number;
  /** Of a page: references to strings, or values. */
  readonly #page: number;
  readonly #valid: number;
  #block = 0;
  #blockValid = 0;
  #strings: DictionaryBuilder | null = null;
  #seen = 0;
  #row = -1;

  constructor(context: CodecContext, region: Region, path: ChosenPath) {
    this.#context = context;
    this.#region = region;
    this.path = path;
    this.#fits = FITS[path.kind];
    this.#page = region.alloc(VECTOR_ROWS * 8);
    this.#valid = region.alloc(VECTOR_ROWS);
    if (path.kind === 'string') this.#strings = new DictionaryBuilder(context, region);
  }

  get isString(): boolean {
    return this.path.kind === 'string';
  }

  /** Its strings may still make a dictionary. */
  get collects(): boolean {
    return this.#strings !== null && this.dictionary === null;
  }

  beginPage(): void {
    const { arena } = this.#context;
    arena.fill(this.#valid, VECTOR_ROWS, 0);
    arena.fill(this.#page, VECTOR_ROWS * 8, 0);
    this.#seen = 0;
  }

  set row(row: number) {
    this.#row = row;
  }

  /** The value of the row at hand. */
  put(bytes: Uint8Array, kind: Kind, from: number, to: number, escaped: boolean): void {
    const seen = seenOf(bytes, kind, from, to);
    this.#seen |= seen;
    if ((seen & this.#fits) === 0) return;
    const { arena, scratch } = this.#context;
    const word = (this.#page >>> 3) + this.#row;
    arena.u8[this.#valid + this.#row] = 1;
    switch (this.path.kind) {
      case 'int':
        if (to - from <= 15) putInteger(arena.i32, word * 2, Number(textOf(bytes, from, to)));
        else arena.i64[word] = BigInt(textOf(bytes, from, to));
        return;
      case 'float':
      case 'double':
        arena.f64[word] = Number(textOf(bytes, from, to));
        return;
      case 'bool':
        arena.u8[this.#page + this.#row] = kind === KIND.true ? 1 : 0;
        return;
      case 'string': {
        let [at, length] = [from, to - from];
        if (escaped) {
          const content = encoder.encode(contentOf(bytes, from, to, true));
          at = scratch.alloc(content.length + 1);
          arena.u8.set(content, at);
          length = content.length;
        }
        arena.u32[word * 2] = at;
        arena.u32[word * 2 + 1] = length;
      }
    }
  }

  /** A document that is no JSON. */
  spoil(): void {
    this.#seen |= SEEN.other;
  }

  /** Takes the page's strings into the dictionary, or gives it up. */
  collect(rows: number): void {
    if (this.#strings === null) return;
    const { kernels, scratch } = this.#context;
    const before = this.#strings.count;
    const fits = this.#strings.insert(this.#page, this.#valid, rows, scratch.alloc(rows * 4));
    const added = this.#strings.count - before;
    if (!fits || this.#strings.count > MAX_STRINGS || this.#strings.textBytes > MAX_STRING_BYTES) {
      this.#strings = null;
      return;
    }
    // The dictionary keeps references: what is new is copied, and referred to from now on.
    const from = this.#strings.refsByCode + (before + 1) * 8;
    const bytes = kernels.refs_bytes(from, added) >>> 0;
    kernels.refs_copy(from, added, this.#region.alloc(bytes + 16), from);
  }

  /** All strings are in. */
  finishDictionary(rows: number): void {
    if (this.#strings !== null && keepsDictionary(this.#strings.count, rows))
      this.dictionary = this.#strings.finish();
    else this.#strings = null;
  }

  /** Writes the page, or keeps it until the block is full. */
  endPage(block: number, page: number, rows: number, isLast: boolean): void {
    const { arena, kernels, scratch } = this.#context;
    this.unfit[block] ??= 0;
    this.nulls[block] ??= 0;
    if ((this.#seen & ~(this.#fits | SEEN.null)) !== 0) this.unfit[block] |= 1 << page;
    if ((this.#seen & SEEN.null) !== 0) this.nulls[block] |= 1 << page;
    const writer = this.writer!;
    if (this.isString && this.dictionary === null) {
      const valid = kernels.mask_count(this.#valid, rows) === rows ? 0 : this.#valid;
      writer.writeText(this.#page, valid, rows);
      return;
    }
    if (this.#block === 0) {
      this.#block = this.#region.alloc(BLOCK_ROWS * 8);
      this.#blockValid = this.#region.alloc(BLOCK_ROWS);
    }
    const from = page * VECTOR_ROWS;
    const width = this.path.kind === 'bool' ? 1 : 8;
    if (this.dictionary === null)
      arena.u8.copyWithin(this.#block + from * width, this.#page, this.#page + rows * width);
    else {
      const codes = scratch.alloc(rows * 4);
      this.#strings!.insert(this.#page, this.#valid, rows, codes);
      kernels.remap_u32_u32(codes, rows, this.dictionary.codes, codes);
      kernels.widen_u32_i64(codes, rows, 0n, this.#block + from * 8);
    }
    arena.u8.copyWithin(this.#blockValid + from, this.#valid, this.#valid + rows);
    if (!isLast && from + rows < BLOCK_ROWS) return;
    const count = from + rows;
    const all = this.dictionary !== null || kernels.mask_count(this.#blockValid, count) === count;
    writer.writeBlock({ rows: count, data: this.#block, valid: all ? 0 : this.#blockValid });
  }
}

/** A safe integer as 64 bits. */
function putInteger(words: Int32Array, at: number, value: number): void {
  words[at] = value % 4294967296;
  words[at + 1] = Math.floor(value / 4294967296);
}
