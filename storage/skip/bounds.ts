/** Smallest and largest value of a granule, for minmax indexes. */

import { orderOfText } from '../../engine/base/text-order.ts';
import type { TermValues } from '../../engine/exec/expression/terms.ts';
import type { Zone } from '../../engine/plan/source.ts';
import type { Lane, Value } from '../../engine/type/type.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { textOf } from '../segment/statistic-text.ts';
import { type GranuleBuilder, present } from './words.ts';

type Range = { readonly min: Value; readonly max: Value };
const isBefore = (a: Exclude<Value, null>, b: Exclude<Value, null>): boolean =>
  typeof a === 'string' && typeof b === 'string' ? orderOfText(a, b) < 0 : a < b;

const UNKNOWN: Range = { min: null, max: null };

export class BoundsBuilder implements GranuleBuilder<Zone> {
  readonly form = 'bounds';
  readonly #context: CodecContext;
  readonly #lane: Lane;
  #isKnown = true;
  #rows = 0;
  #nullCount = 0;
  #range: Range | null = null;

  constructor(context: CodecContext, lane: Lane) {
    this.#context = context;
    this.#lane = lane;
  }

  add(values: TermValues | null): void {
    if (values === null) this.#isKnown = false;
    if (values === null || !this.#isKnown) return;
    withScratch(this.#context, () => {
      const { words, count } = present(this.#context, values);
      this.#rows += values.rows;
      this.#nullCount += values.rows - count;
      if (count > 0) this.#include(this.#rangeOf(words, count));
    });
  }

  finish(): Zone | null {
    const { min, max } = this.#range ?? UNKNOWN;
    const zone = { min, max, nullCount: this.#nullCount };
    const says = min !== null || max !== null || this.#nullCount === this.#rows;
    const found = this.#isKnown && says ? zone : null;
    this.#isKnown = true;
    this.#rows = 0;
    this.#nullCount = 0;
    this.#range = null;
    return found;
  }

  free(): void {}

  /** A bound that is not known once is not known. */
  #include({ min, max }: Range): void {
    const before = this.#range;
    if (before === null) {
      this.#range = { min, max };
      return;
    }
    this.#range = {
      min: before.min === null || min === null ? null : isBefore(min, before.min) ? min : before.min,
      max: before.max === null || max === null ? null : isBefore(before.max, max) ? max : before.max,
    };
  }

  #rangeOf(words: number, count: number): Range {
    const { arena, kernels, scratch } = this.#context;
    const out = scratch.alloc(24);
    switch (this.#lane) {
      case 'i64':
      case 'bool': {
        kernels.stat_range_i64(words, count, out);
        const [min, max] = arena.i64.subarray(out >>> 3, (out >>> 3) + 2);
        return this.#lane === 'i64' ? { min, max } : { min: min !== 0n, max: max !== 0n };
      }
      case 'f64': {
        kernels.stat_f64(words, count, out);
        const [min, max] = arena.f64.subarray(out >>> 3, (out >>> 3) + 2);
        return { min, max };
      }
      case 'str': {
        kernels.range_refs(words, count, out);
        const [low, high] = arena.u32.subarray(out >>> 2, (out >>> 2) + 2);
        return { min: textOf(arena, words + low * 8), max: textOf(arena, words + high * 8) };
      }
    }
  }
}
