/**
 * Bloom filters of a granule. A filter of distinct values is as large as their number and the rate of false positives say;
 * filters of tokens and n-grams have the size they were asked for. NULL is in none.
 */

import type { TermValues } from '../../engine/exec/expression/terms.ts';
import { Region } from '../../engine/memory/region.ts';
import type { SkipIndexKind } from '../../engine/plan/skip-index.ts';
import type { Lane } from '../../engine/type/type.ts';
import { COMPRESSORS, packBytes } from '../codec/byte-codec.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { type FilterEntry, MAX_FILTER_BITS } from './entry.ts';
import { type GranuleBuilder, type Piece, present, WordList } from './words.ts';

/** Seed of the hashes of whole values. */
export const VALUE_SEED = 0n;
/** Rows of one kernel call: texts may be long. */
const STEP_ROWS = 1024;
const MOST_HASHES = 30;

/** Bits for so many values, and bits a value, at a rate of false positives (Bloom 1970). */
export function filterSize(count: number, falsePositives: number): { bits: number; hashes: number } {
  const perValue = -Math.log(falsePositives) / Math.LN2 ** 2;
  const bits = Math.min(MAX_FILTER_BITS, Math.max(64, Math.ceil((count * perValue) / 64) * 64));
  const hashes = Math.min(MOST_HASHES, Math.max(1, Math.round(perValue * Math.LN2)));
  return { bits, hashes };
}

function piece(context: CodecContext, filter: number, bits: number, hashes: number): Piece<FilterEntry> {
  const { codec, bytes } = packBytes(context, filter, Math.ceil(bits / 8), COMPRESSORS.fast);
  return { entry: { bits, hashes, storedBytes: bytes.length, codec }, stored: bytes };
}

/** The granule's values. */
export class DistinctFilterBuilder implements GranuleBuilder<Piece<FilterEntry>> {
  readonly form = 'filter';
  readonly #context: CodecContext;
  readonly #lane: Lane;
  readonly #falsePositives: number;
  readonly #words: WordList;
  #isKnown = true;

  constructor(context: CodecContext, lane: Lane, falsePositives: number) {
    this.#context = context;
    this.#lane = lane;
    this.#falsePositives = falsePositives;
    this.#words = new WordList(context);
  }

  add(values: TermValues | null): void {
    if (values === null) this.#isKnown = false;
    if (values === null || !this.#isKnown) return;
    const { arena, kernels } = this.#context;
    withScratch(this.#context, () => {
      const { words, count } = present(this.#context, values);
      const to = this.#words.reserve(count);
      if (this.#lane === 'str') kernels.bloom_hash_refs(words, count, VALUE_SEED, to);
      else arena.u8.copyWithin(to, words, words + count * 8);
      this.#words.count += count;
    });
  }

  finish(): Piece<FilterEntry> | null {
    const { kernels, scratch } = this.#context;
    const words = this.#words;
    const wasKnown = this.#isKnown;
    this.#isKnown = true;
    words.distinct();
    const { address, count } = words;
    words.clear();
    if (!wasKnown) return null;
    if (this.#lane !== 'str') kernels.bloom_hash_u64(address, count, VALUE_SEED, address);
    const { bits, hashes } = filterSize(count, this.#falsePositives);
    const filter = scratch.allocZero(bits / 8);
    kernels.bloom_add(address, count, filter, bits, hashes);
    return piece(this.#context, filter, bits, hashes);
  }

  free(): void {
    this.#words.free();
  }
}

/** Tokens or n-grams of the granule's texts. */
export class GramFilterBuilder implements GranuleBuilder<Piece<FilterEntry>> {
  readonly form = 'filter';
  readonly #context: CodecContext;
  readonly #kind: Extract<SkipIndexKind, { type: 'tokenbf_v1' | 'ngrambf_v1' }>;
  readonly #region: Region;
  readonly #filter: number;
  #isKnown = true;

  constructor(context: CodecContext, kind: Extract<SkipIndexKind, { type: 'tokenbf_v1' | 'ngrambf_v1' }>) {
    this.#context = context;
    this.#kind = kind;
    this.#region = new Region(context.arena, context.scratch.owner, 1);
    this.#filter = this.#region.allocZero(kind.bytes);
  }

  add(values: TermValues | null): void {
    if (values === null) this.#isKnown = false;
    if (values === null || !this.#isKnown) return;
    const { kernels } = this.#context;
    const { bytes, hashes, seed: given } = this.#kind;
    const seed = BigInt(given);
    withScratch(this.#context, () => {
      const { words, count } = present(this.#context, values);
      for (let from = 0; from < count; from += STEP_ROWS) {
        const n = Math.min(STEP_ROWS, count - from);
        const refs = words + from * 8;
        if (this.#kind.type === 'tokenbf_v1')
          kernels.bloom_add_tokens(refs, n, seed, this.#filter, bytes * 8, hashes);
        else kernels.bloom_add_ngrams(refs, n, this.#kind.length, seed, this.#filter, bytes * 8, hashes);
      }
    });
  }

  finish(): Piece<FilterEntry> | null {
    const { arena, scratch } = this.#context;
    const { bytes, hashes } = this.#kind;
    const wasKnown = this.#isKnown;
    this.#isKnown = true;
    const copy = scratch.alloc(bytes);
    arena.u8.copyWithin(copy, this.#filter, this.#filter + bytes);
    arena.fill(this.#filter, bytes, 0);
    return wasKnown ? piece(this.#context, copy, bytes * 8, hashes) : null;
  }

  free(): void {
    this.#region.free();
  }
}
