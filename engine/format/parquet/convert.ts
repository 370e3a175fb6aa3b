/**
 * From what a Parquet column means to what the table's column holds, over dense values.
 *
 * A pair of types that matters has a row in {@link FAST}: kernels over a whole page, judged by its smallest and largest
 * value. All others, and pages that have a misfit, go value by value through the converter of the text formats, so
 * that a value means the same in every format. A value that does not fit throws {@link MisfitValue}; none is rounded,
 * but for floats into `float32`, integers beyond 2^53 into floats, and time finer than the column's precision.
 */

import { civilOf } from '../../function/calendar.ts';
import { integerRange, isFloat, isInteger, type LogicalType, laneOf, type Value } from '../../type/type.ts';
import type { ReadColumn } from '../column.ts';
import { type Converter, converterOf, Misfit, NumberText, type Raw } from '../exact.ts';
import type { Leaf, Meaning } from './leaf.ts';
import { type DenseLane, laneOfPhysical, type ValueWork } from './values.ts';

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

/** null: the values need a closer look. */
type Fast = (work: ValueWork, data: number, n: number) => number | null;

const same: Fast = (_work, data) => data;

export function conversionOf(leaf: Leaf, column: ReadColumn): Conversion {
  const fast = fastOf(leaf, column.type);
  const slow = slowOf(leaf, column);
  return (work, data, n) => fast?.(work, data, n) ?? slow(work, data, n);
}

function fastOf(leaf: Leaf, to: LogicalType): Fast | null {
  const make = FAST[`${leaf.meaning.kind}-${targetKind(to)}`];
  // Decimals of bytes come as references: they have to be numbers first.
  if (leaf.meaning.kind === 'decimal' && laneOfPhysical[leaf.physical] === 'refs') {
    return make === undefined
      ? null
      : (work, data, n) => {
          const numbers = work.region.alloc(n * 8 + 8);
          if (work.kernels.big_endian_i64(data, n, numbers) >= 0) return null;
          return make(leaf.meaning, to)?.(work, numbers, n) ?? null;
        };
  }
  return make?.(leaf.meaning, to) ?? null;
}

const targetKind = (to: LogicalType): string => (isInteger(to) ? 'int' : isFloat(to) ? 'float' : to.id);

/** By `meaning-target`; a row may still answer null when the pair of details has no fast way. */
const FAST: Record<string, (from: Meaning, to: LogicalType) => Fast | null> = {
  'bool-bool': () => same,
  'float-float': () => same,
  'string-string': () => same,
  'date-date': () => same,
  'int-int': (from, to) => intoRange(isUnsigned(from), to),
  'decimal-int': (from, to) => (scaleOf(from) === 0 ? intoRange(false, to) : null),
  'int-date': (from) => within(isUnsigned(from), 0n, 65535n),
  'int-float': (from) => (isUnsigned(from) ? unsignedToFloat : toFloat),
  'decimal-float': (from) => decimalToFloat(scaleOf(from)),
  'bool-int': () => boolToInt,
  'int-timestamp': (from, to) => secondsToTicks(isUnsigned(from), precisionOf(to)),
  'timestamp-timestamp': (from, to) => rescale(precisionOfMeaning(from), precisionOf(to)),
  'int96-timestamp': () => same,
  'date-timestamp': (_from, to) => scaled(86_400n * 10n ** BigInt(precisionOf(to))),
  'timestamp-date': (from) => divided(86_400n * 10n ** BigInt(precisionOfMeaning(from))),
  'int96-date': () => divided(86_400n * 1_000_000n),
};

const isUnsigned = (from: Meaning): boolean => from.kind === 'int' && !from.signed;
const scaleOf = (from: Meaning): number => (from.kind === 'decimal' ? from.scale : 0);
const precisionOf = (to: LogicalType): number => to.precision ?? 3;
const precisionOfMeaning = (from: Meaning): number => (from.kind === 'timestamp' ? from.precision : 6);

/** Ticks that INT96 timestamps are decoded to. */
export const int96PrecisionOf = (to: LogicalType): number => (to.id === 'timestamp' ? precisionOf(to) : 6);

const HIGHEST = (1n << 63n) - 1n;

/** Whether all values lie in [low, high]; unsigned ones beyond 2^63 lie in no signed range. */
function isWithin(
  { arena, kernels, region }: ValueWork,
  data: number,
  n: number,
  low: bigint,
  high: bigint,
): boolean {
  const bounds = region.alloc(16);
  if (kernels.minmax_i64(data, 0, n, bounds) === 0) return true;
  return arena.i64[bounds >>> 3] >= low && arena.i64[(bounds >>> 3) + 1] <= high;
}

function intoRange(unsigned: boolean, to: LogicalType): Fast {
  const [low, high] = integerRange(to);
  if (unsigned && to.id === 'uint64') return same;
  if (!unsigned && to.id === 'int64') return same;
  return within(unsigned, low, high);
}

function within(unsigned: boolean, low: bigint, high: bigint): Fast {
  const from = unsigned && low < 0n ? 0n : low;
  const to = high > HIGHEST ? HIGHEST : high;
  return (work, data, n) => (isWithin(work, data, n, from, to) ? data : null);
}

const toFloat: Fast = ({ kernels, region }, data, n) => {
  const out = region.alloc(n * 8 + 8);
  kernels.widen_i64_f64(data, n, out);
  return out;
};
const unsignedToFloat: Fast = (work, data, n) =>
  isWithin(work, data, n, 0n, HIGHEST) ? toFloat(work, data, n) : null;

const boolToInt: Fast = ({ kernels, region }, data, n) => {
  const out = region.alloc(n * 8 + 8);
  kernels.widen_u8_u64(data, n, out);
  return out;
};

/** The quotient of two integers that doubles hold exactly is the double nearest to the decimal. */
const MAX_EXACT = 1n << 53n;
const MAX_POWER = 22;

function decimalToFloat(scale: number): Fast | null {
  if (scale > MAX_POWER || scale < 0) return null;
  const divisor = 10 ** scale;
  return (work, data, n) => {
    if (!isWithin(work, data, n, -MAX_EXACT, MAX_EXACT)) return null;
    const out = toFloat(work, data, n) as number;
    const { f64 } = work.arena;
    for (let i = out >>> 3; i < (out >>> 3) + n; i++) f64[i] /= divisor;
    return out;
  };
}

const scaled =
  (factor: bigint): Fast =>
  ({ kernels, region }, data, n) => {
    if (factor === 1n) return data;
    const out = region.alloc(n * 8 + 8);
    return kernels.scale_i64(data, n, factor, out) < 0 ? out : null;
  };

const divided =
  (divisor: bigint): Fast =>
  ({ kernels, region }, data, n) => {
    const out = region.alloc(n * 8 + 8);
    kernels.floor_div_i64(data, n, divisor, out);
    return out;
  };

const rescale = (from: number, to: number): Fast =>
  to >= from ? scaled(10n ** BigInt(to - from)) : divided(10n ** BigInt(from - to));

/** Plain integers into a timestamp are seconds, as they are in text; those of eleven digits and more are ticks. */
const MAX_SECONDS = 9_999_999_999n;

function secondsToTicks(unsigned: boolean, precision: number): Fast {
  const factor = scaled(10n ** BigInt(precision));
  const low = unsigned ? 0n : -MAX_SECONDS;
  return (work, data, n) => (isWithin(work, data, n, low, MAX_SECONDS) ? factor(work, data, n) : null);
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

type ReadRaw = (work: ValueWork, data: number, index: number) => Raw;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function bytesAt({ arena: { u8, u32 } }: ValueWork, refs: number, index: number): Uint8Array {
  const at = u32[(refs >>> 2) + index * 2];
  return u8.slice(at, at + u32[(refs >>> 2) + index * 2 + 1]);
}

const integerAt = ({ arena }: ValueWork, data: number, index: number): bigint =>
  arena.i64[(data >>> 3) + index];

/** Values as JSON would bring them: integers and decimals by their digits, times as text. */
function rawReader({ meaning, physical }: Leaf): ReadRaw {
  switch (meaning.kind) {
    case 'bool':
      return ({ arena }, data, i) => arena.u8[data + i] !== 0;
    case 'float':
      return ({ arena }, data, i) => arena.f64[(data >>> 3) + i];
    case 'int':
      return (work, data, i) => {
        const value = integerAt(work, data, i);
        return digits(meaning.signed ? value : BigInt.asUintN(64, value));
      };
    case 'decimal':
      return laneOfPhysical[physical] === 'refs'
        ? (work, data, i) => new NumberText(decimalText(bigEndian(bytesAt(work, data, i)), meaning.scale))
        : (work, data, i) => new NumberText(decimalText(integerAt(work, data, i), meaning.scale));
    case 'date':
      return (work, data, i) => dateText(integerAt(work, data, i));
    case 'timestamp':
      return (work, data, i) => timeText(integerAt(work, data, i), meaning.precision);
    case 'int96':
      return (work, data, i) => timeText(integerAt(work, data, i), work.int96Precision);
    case 'uuid':
      return (work, data, i) => uuidText(bytesAt(work, data, i));
    case 'string':
      return (work, data, i) => decoder.decode(bytesAt(work, data, i));
  }
}

const digits = (value: bigint): number | NumberText => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : new NumberText(String(value));
};

function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) return String(value * 10n ** BigInt(-scale));
  const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

function dateText(days: bigint): string {
  const { year, month, day } = civilOf(Number(days));
  const sign = year < 0 ? '-' : '';
  return `${sign}${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

const two = (n: number): string => String(n).padStart(2, '0');

function timeText(ticks: bigint, precision: number): string {
  const perDay = 86_400n * 10n ** BigInt(precision);
  const inDay = ((ticks % perDay) + perDay) % perDay;
  const fraction = String(inDay % 10n ** BigInt(precision)).padStart(precision, '0');
  const second = Number(inDay / 10n ** BigInt(precision));
  const clock = [second / 3600, (second / 60) % 60, second % 60].map((n) => two(Math.floor(n))).join(':');
  return `${dateText((ticks - inDay) / perDay)} ${clock}${precision === 0 ? '' : `.${fraction}`}`;
}

function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

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
