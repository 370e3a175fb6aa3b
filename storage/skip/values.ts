/** The distinct values of a granule, for set indexes: strings told apart by their bytes, never by a hash alone. */

import type { TermValues } from '../../engine/exec/expression/terms.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Lane } from '../../engine/type/type.ts';
import type { BlockEntry, BlockKind } from '../codec/block.ts';
import { COMPRESSORS } from '../codec/byte-codec.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { encodeBlock } from '../codec/encode-block.ts';
import { encodeText, type TextEntry } from '../codec/text-page.ts';
import { DictionaryBuilder } from '../segment/dictionary-builder.ts';
import type { ValueKind } from './entry.ts';
import { type GranuleBuilder, type Piece, present, WordList } from './words.ts';

const KINDS: Readonly<Record<Exclude<Lane, 'str'>, Exclude<BlockKind, 'dict'>>> = {
  i64: 'int',
  f64: 'float',
  bool: 'bool',
};

export class ValuesBuilder implements GranuleBuilder<Piece<BlockEntry> | Piece<TextEntry>> {
  readonly form = 'values';
  readonly kind: ValueKind;
  readonly #context: CodecContext;
  readonly #mostValues: number;
  readonly #words: WordList;
  /** Of strings: where they and their table lie. */
  readonly #region: Region;
  #strings: DictionaryBuilder | null = null;
  #hasNull = false;
  #isKnown = true;

  /** @param maxRows 0: however many values there are. */
  constructor(context: CodecContext, lane: Lane, maxRows: number) {
    this.#context = context;
    this.kind = lane === 'str' ? 'text' : KINDS[lane];
    this.#mostValues = maxRows === 0 ? Number.POSITIVE_INFINITY : maxRows;
    this.#words = new WordList(context);
    this.#region = new Region(context.arena, context.scratch.owner, 4);
  }

  add(values: TermValues | null): void {
    if (values === null) this.#isKnown = false;
    if (values === null || !this.#isKnown) return;
    withScratch(this.#context, () => {
      const { words, count } = present(this.#context, values);
      if (count < values.rows) this.#hasNull = true;
      if (this.kind === 'text') this.#addStrings(words, count);
      else this.#addWords(words, count);
    });
  }

  finish(): Piece<BlockEntry> | Piece<TextEntry> | null {
    try {
      const count = this.#words.count + (this.#hasNull ? 1 : 0);
      return this.#isKnown && count > 0 && count <= this.#mostValues ? this.#piece(count) : null;
    } finally {
      this.#words.clear();
      this.#region.free();
      this.#strings = null;
      this.#hasNull = false;
      this.#isKnown = true;
    }
  }

  free(): void {
    this.#words.free();
    this.#region.free();
  }

  #addWords(words: number, count: number): void {
    const { arena } = this.#context;
    arena.u8.copyWithin(this.#words.reserve(count), words, words + count * 8);
    this.#words.count += count;
    this.#words.distinct();
    this.#giveUp();
  }

  #addStrings(refs: number, count: number): void {
    const { arena, kernels, scratch } = this.#context;
    this.#strings ??= new DictionaryBuilder(this.#context, this.#region);
    const before = this.#strings.count;
    if (!this.#strings.insert(refs, 0, count, scratch.alloc(count * 4))) {
      this.#isKnown = false;
      return;
    }
    // The dictionary keeps references: what is new is copied, and referred to from now on.
    const added = this.#strings.count - before;
    const from = this.#strings.refsByCode + (before + 1) * 8;
    const bytes = kernels.refs_bytes(from, added) >>> 0;
    kernels.refs_copy(from, added, this.#region.alloc(bytes + 16), from);
    arena.u8.copyWithin(this.#words.reserve(added), from, from + added * 8);
    this.#words.count += added;
    this.#giveUp();
  }

  /** A granule of too many values is not known. */
  #giveUp(): void {
    if (this.#words.count > this.#mostValues) this.#isKnown = false;
  }

  #piece(count: number): Piece<BlockEntry> | Piece<TextEntry> {
    const { arena, kernels, scratch } = this.#context;
    const data = scratch.allocZero(count * 8);
    arena.u8.copyWithin(data, this.#words.address, this.#words.address + this.#words.count * 8);
    let valid = 0;
    if (this.#hasNull) {
      valid = scratch.alloc(count);
      arena.fill(valid, count, 1);
      arena.u8[valid + count - 1] = 0;
    }
    if (this.kind === 'text') return encodeText(this.#context, data, valid, count, COMPRESSORS.fast);
    let values = data;
    if (this.kind === 'bool') {
      values = scratch.alloc(count);
      kernels.narrow_u64_u8(data, count, values);
    }
    return encodeBlock(
      this.#context,
      { kind: this.kind, rows: count, data: values, valid },
      COMPRESSORS.fast,
    );
  }
}
