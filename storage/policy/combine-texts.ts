/**
 * Values that are texts, of rows of equal key, into one: aggregate states, and sums of numbers of more than 64 bits. The value of the
 * row under way is open, out of its packed form, until another row's turn comes or the batch ends; only then it is written again.
 */

import { textIn } from '../../engine/base/bytes-text.ts';
import { mergeStates } from '../../engine/function/aggregate/state.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import { writeText } from '../../engine/memory/text.ts';
import type { CombineRule } from '../../engine/plan/row-policy.ts';
import { exactUnits, exactValue, isWide, wideBits } from '../../engine/type/exact.ts';
import { packedLength, readPackedBytes, unpackedLength, writePackedBytes } from '../../engine/type/packed.ts';
import { isSigned, type LogicalType, stateOf } from '../../engine/type/type.ts';

/** What is done with open values. */
type TextRule<T> = {
  readonly read: (address: number, length: number) => T;
  readonly merge: (a: T, b: T) => T;
  /** @param reference gets where it lies in `region` */
  readonly write: (value: T, region: Region, reference: number) => void;
};

/** @throws CORRUPTED_DATA */
function statesOf({ u8, u32 }: Arena, type: LogicalType): TextRule<Uint8Array> {
  return {
    read: (address, length) => {
      const bytes = new Uint8Array(unpackedLength(length));
      readPackedBytes(u8, address, length, bytes, 0);
      return bytes;
    },
    merge: (a, b) => mergeStates(stateOf(type), a, b),
    write: (bytes, region, reference) => {
      const length = packedLength(bytes.length);
      const address = region.alloc(Math.max(1, length));
      writePackedBytes(bytes, u8, address);
      u32[reference >>> 2] = address;
      u32[(reference >>> 2) + 1] = length;
    },
  };
}

/** Sums wrap at the width of their type. */
function sumsOf({ bytes }: Arena, type: LogicalType): TextRule<bigint> {
  const bits = wideBits(type);
  const wrap = isSigned(type) ? BigInt.asIntN : BigInt.asUintN;
  return {
    read: (address, length) => exactUnits(textIn(bytes, address, address + length), type),
    merge: (a, b) => wrap(bits, a + b),
    write: (sum, region, reference) => writeText(region, String(exactValue(sum, type)), reference),
  };
}

export class TextCombiner<T = unknown> {
  readonly #u32: Uint32Array;
  readonly #region: Region;
  readonly #rule: TextRule<T>;
  #row = 0;
  #open: T | null = null;

  private constructor(arena: Arena, region: Region, rule: TextRule<T>) {
    this.#u32 = arena.u32;
    this.#region = region;
    this.#rule = rule;
  }

  /** @param region takes what is written. Null: values of the type are combined otherwise. */
  static of(arena: Arena, region: Region, type: LogicalType, rule: CombineRule | null): TextCombiner | null {
    if (rule === 'states') return new TextCombiner(arena, region, statesOf(arena, type)) as TextCombiner;
    return rule === 'sum' && isWide(type)
      ? (new TextCombiner(arena, region, sumsOf(arena, type)) as TextCombiner)
      : null;
  }

  /** Adds the value that the reference at `from` names to the one at `to`. */
  readonly combine = (to: number, from: number): void => {
    if (this.#row !== to) this.close();
    this.#open = this.#rule.merge(this.#open ?? this.#read(to), this.#read(from));
    this.#row = to;
  };

  /** Writes the value under way. */
  close(): void {
    const open = this.#open;
    if (open === null) return;
    this.#rule.write(open, this.#region, this.#row);
    this.#open = null;
    this.#row = 0;
  }

  #read(reference: number): T {
    return this.#rule.read(this.#u32[reference >>> 2], this.#u32[(reference >>> 2) + 1]);
  }
}
