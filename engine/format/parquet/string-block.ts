/**
 * Rows of a string column on their way to a chunk. While all of a block's rows come as codes of one dictionary they stay
 * codes, and no string is touched; a page of plain strings turns the block's rows into references.
 *
 * A finished block is a `dict` vector with only the entries it uses, or text pages when most of its strings are
 * distinct. References of pages must stay good until the block is finished.
 */

import { assert, BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import { passesWith } from '../../vector/passing-dictionary.ts';
import {
  BLOCK_ROWS,
  type Chunk,
  chunk,
  constVector,
  dictVector,
  pagedChunk,
  textVector,
  VECTOR_ROWS,
  type Vector,
} from '../../vector/vector.ts';
import type { ReadContext } from '../builder.ts';
import type { ReadColumn } from '../column.ts';
import { finishCodes, keepBytes } from '../finish.ts';
import type { StringDictionary } from './string-dictionary.ts';

/** Dictionaries up to this size are kept whole. */
const SMALL_DICTIONARY = 256;
/** Of one text page: few long strings can stand in many rows. */
const MAX_TEXT_BYTES = 1 << 30;
const encoder = new TextEncoder();

export class StringBlock {
  readonly #context: ReadContext;
  readonly #scratch: Region;
  readonly #refs: number;
  readonly #codes: number;
  readonly #valid: number;
  #isCoded = true;
  #dictionary: StringDictionary | null = null;
  #nulls = 0;
  rows = 0;
  /** Reference to what NULL becomes in a column that takes none; null: NULL stays. */
  readonly fillRef: bigint | null;

  constructor(context: ReadContext, scratch: Region, column: ReadColumn, maxRows: number) {
    this.#context = context;
    this.#scratch = scratch;
    const room = Math.min(BLOCK_ROWS, maxRows);
    this.#codes = scratch.alloc(room * 4 + 16);
    this.#refs = scratch.alloc(room * 8 + 16);
    this.#valid = scratch.alloc(room + 16);
    this.fillRef = column.type.nullable ? null : this.#textRef(String(column.fill ?? ''));
  }

  #textRef(text: string): bigint {
    const bytes = encoder.encode(text);
    const at = this.#scratch.alloc(bytes.length + 16);
    this.#context.arena.u8.set(bytes, at);
    return (BigInt(bytes.length) << 32n) | BigInt(at);
  }

  /** Appends n rows of codes of the dictionary. Answers the dense codes taken. */
  placeCodes(dictionary: StringDictionary, codes: number, first: number, valid: number, n: number): number {
    const { arena, kernels } = this.#context;
    if (this.rows === 0) this.#dictionary = dictionary;
    if (!this.#isCoded || this.#dictionary !== dictionary) {
      return this.#placeReferred(dictionary, codes + first * 4, valid, n);
    }
    const from = codes + first * 4;
    const to = this.#codes + this.rows * 4;
    let taken = n;
    if (valid === 0) arena.u8.copyWithin(to, from, from + n * 4);
    else taken = kernels.expand_u32(from, valid, n, dictionary.nullCode, to);
    this.#mark(valid, n, taken);
    return taken;
  }

  /** Appends n rows of references. Answers the dense references taken. */
  placeRefs(refs: number, first: number, valid: number, n: number): number {
    const { arena, kernels } = this.#context;
    this.#toRefs();
    const from = refs + first * 8;
    const to = this.#refs + this.rows * 8;
    let taken = n;
    if (valid === 0) arena.u8.copyWithin(to, from, from + n * 8);
    else taken = kernels.expand_u64(from, valid, n, this.fillRef ?? 0n, to);
    this.#mark(valid, n, taken);
    return taken;
  }

  #placeReferred(dictionary: StringDictionary, codes: number, valid: number, n: number): number {
    const { kernels } = this.#context;
    const mark = this.#scratch.mark();
    const taken = valid === 0 ? n : kernels.mask_count(valid, n);
    const refs = this.#scratch.alloc(taken * 8 + 8);
    kernels.take_u64_by_u32(dictionary.refs, codes, taken, refs);
    this.#toRefs();
    this.placeRefs(refs, 0, valid, n);
    this.#scratch.reset(mark);
    return taken;
  }

  #mark(valid: number, n: number, taken: number): void {
    const { u8 } = this.#context.arena;
    const to = this.#valid + this.rows;
    if (valid === 0) u8.fill(1, to, to + n);
    else u8.copyWithin(to, valid, valid + n);
    this.#nulls += n - taken;
    this.rows += n;
  }

  /** The rows so far as references; from here on the block has no codes. */
  #toRefs(): void {
    if (!this.#isCoded) return;
    this.#isCoded = false;
    if (this.rows === 0) return;
    assert(this.#dictionary !== null, 'codes without a dictionary');
    this.#context.kernels.take_u64_by_u32(this.#dictionary.refs, this.#codes, this.rows, this.#refs);
  }

  finish(): Chunk {
    const { rows } = this;
    const isAllNull = this.#nulls === rows && this.fillRef === null;
    const result = isAllNull
      ? chunk(constVector('str', rows, null))
      : this.#isCoded
        ? this.#finishCodes()
        : this.#finishRefs();
    this.rows = 0;
    this.#nulls = 0;
    this.#isCoded = true;
    return result;
  }

  #finishCodes(): Chunk {
    const { rows } = this;
    const context = this.#context;
    const { kernels, region } = context;
    const dictionary = this.#dictionary;
    assert(dictionary !== null, 'codes without a dictionary');
    if (dictionary.count <= SMALL_DICTIONARY) {
      const { count } = dictionary;
      const offsets = keepBytes(context, dictionary.offsets, (count + 1) * 4);
      const bytes = keepBytes(context, dictionary.bytes, dictionary.textBytes, dictionary.textBytes + 16);
      return this.#dictChunk(rows, { count, offsets, bytes, sorted: false });
    }
    const mark = this.#scratch.mark();
    const map = this.#scratch.alloc(dictionary.count * 4);
    const refs = this.#scratch.alloc(Math.min(dictionary.count, rows + 1) * 8);
    const used = kernels.compact_codes(this.#codes, rows, dictionary.count, dictionary.refs, map, refs);
    const isText = used * 2 > rows;
    let result: Chunk;
    if (isText) {
      const rowRefs = this.#scratch.alloc(rows * 8);
      kernels.take_u64_by_u32(refs, this.#codes, rows, rowRefs);
      result = this.#textChunk(rowRefs);
    } else {
      const offsets = region.alloc((used + 1) * 4);
      const bytes = region.alloc(kernels.refs_bytes(refs, used) + 16);
      kernels.refs_to_text(refs, used, offsets, bytes);
      result = this.#dictChunk(rows, { count: used, offsets, bytes, sorted: false });
    }
    this.#scratch.reset(mark);
    return result;
  }

  #dictChunk(rows: number, dictionary: Parameters<typeof dictVector>[3]): Chunk {
    const { data, width } = finishCodes(this.#context, this.#codes, rows, dictionary.count);
    return chunk(dictVector(rows, data, width, passesWith(dictionary, this.#context.region)));
  }

  #finishRefs(): Chunk {
    return this.#textChunk(this.#refs);
  }

  #textChunk(refs: number): Chunk {
    const context = this.#context;
    const { kernels, region } = context;
    const pages: Vector[] = [];
    for (let start = 0; start < this.rows; start += VECTOR_ROWS) {
      const n = Math.min(VECTOR_ROWS, this.rows - start);
      const from = refs + start * 8;
      const offsets = region.alloc((n + 1) * 4);
      const size = kernels.text_bytes(from, n);
      if (size > MAX_TEXT_BYTES) {
        throw new BasaltError('LIMIT_EXCEEDED', `${n} rows of a string column have ${size} bytes together`, {
          hint: `They may have ${MAX_TEXT_BYTES}`,
        });
      }
      const bytes = region.alloc(size + 16);
      kernels.refs_to_text(from, n, offsets, bytes);
      const valid = this.#valid + start;
      const hasNulls = this.fillRef === null && this.#nulls > 0 && kernels.mask_count(valid, n) < n;
      pages.push(textVector(n, offsets, bytes, hasNulls ? keepBytes(context, valid, n) : 0));
    }
    return pagedChunk(this.rows, pages);
  }
}
