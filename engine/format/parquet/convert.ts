/**
 * From what a Parquet column means to what the table's column holds, over dense values.
 *
 * Pairs of types that matter are converted page by page (fast-conversion.ts). All others, and pages that have a misfit, go value by value through the converter of the text formats, so
 * that a value means the same in every format. A value that does not fit throws {@link MisfitValue}; none is rounded,
 * but for floats into `float32`, integers beyond 2^53 into floats, and time finer than the column's precision.
 */

import { isFloat, laneOf, type Value } from '../../type/type.ts';
import type { ReadColumn } from '../column.ts';
import { type Converter, converterOf, Misfit } from '../exact.ts';
import { NumberText, type Raw } from '../raw.ts';
import { fastOf, MAX_SECONDS, precisionOf } from './fast-conversion.ts';
import type { Leaf } from './leaf.ts';
import { rawReader } from './raw-value.ts';
import type { DenseLane, ValueWork } from './values.ts';

const encoder = new TextEncoder();

/** Value `index` of the dense values does not fit its column. */
export class MisfitValue {
  readonly index: number;
  readonly reason: string;

  constructor(index: number, reason: string) {
    this.index = index;
    this.reason = reason;
  }
}

/** Answers the address of the n values in the column's lane. @throws MisfitValue */
export type Conversion = (work: ValueWork, data: number, n: number) => number;

export function conversionOf(leaf: Leaf, column: ReadColumn): Conversion {
  const fast = fastOf(leaf, column.type);
  const slow = slowOf(leaf, column);
  return (work, data, n) => fast?.(work, data, n) ?? slow(work, data, n);
}

/** One value at a time. */
function slowOf(leaf: Leaf, column: ReadColumn): Conversion {
  const lane = laneOf(column.type);
  const read = rawReader(leaf);
  const convert = exactConverter(leaf, column);
  return (work, data, n) => {
    const out = work.region.alloc(n * 8 + 8);
    const put = putter(work, lane === 'str' ? 'refs' : lane, out);
    for (let i = 0; i < n; i++) {
      const value = convert(read(work, data, i));
      if (value instanceof Misfit)
        throw new MisfitValue(i, value.reason.replace(`Column ${column.name}: `, ''));
      put(i, value);
    }
    return out;
  };
}

/** The text formats' converter, but for what means something else as a number than as text. */
function exactConverter(leaf: Leaf, column: ReadColumn): Converter {
  const { kind } = leaf.meaning;
  const { type } = column;
  if (kind === 'int' && type.id === 'timestamp') {
    const perSecond = 10n ** BigInt(precisionOf(type));
    return (raw) => {
      const value = BigInt(String(raw instanceof NumberText ? raw.source : raw));
      const isSeconds = value <= MAX_SECONDS && value >= -MAX_SECONDS;
      return fit64(isSeconds ? value * perSecond : value, raw);
    };
  }
  if (kind === 'decimal' && isFloat(type)) {
    return (raw) =>
      new Misfit(`${(raw as NumberText).source} has more digits than a float holds; read it as a string`);
  }
  if ((kind === 'timestamp' || kind === 'date') && type.id !== 'string' && type.id !== 'bool') {
    return (raw) => new Misfit(`${String(raw)} is not a value of type ${type.id}`);
  }
  return converterOf(column, false);
}

const fit64 = (value: bigint, raw: Raw): bigint | Misfit =>
  BigInt.asIntN(64, value) === value
    ? value
    : new Misfit(`${String(raw)} seconds are beyond the column's range`);

/** Writes values of the column's lane. */
function putter(work: ValueWork, lane: DenseLane, out: number): (index: number, value: Value) => void {
  const { arena, region } = work;
  switch (lane) {
    case 'i64':
      return (i, value) => {
        arena.i64[(out >>> 3) + i] = BigInt.asIntN(64, value as bigint);
      };
    case 'f64':
      return (i, value) => {
        arena.f64[(out >>> 3) + i] = value as number;
      };
    case 'bool':
      return (i, value) => {
        arena.u8[out + i] = value === true ? 1 : 0;
      };
    case 'refs':
      return (i, value) => {
        const bytes = encoder.encode(value as string);
        const at = region.alloc(bytes.length + 16);
        arena.u8.set(bytes, at);
        arena.u32[(out >>> 2) + i * 2] = at;
        arena.u32[(out >>> 2) + i * 2 + 1] = bytes.length;
      };
  }
}
