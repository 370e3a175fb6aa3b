/**
 * Writers of single values, shared by all row formats. A format is a {@link CellStyle}: how strings are quoted,
 * what NULL, times and floats look like. {@link cellWriters} binds a style to the columns of one batch.
 */

import { bytesOfText, textOfBytes } from '../base/bytes-text.ts';
import { civilOf } from '../function/calendar.ts';
import { javaText, shortest32 } from '../function/number-text.ts';
import { SQL_MOMENTS } from '../function/time-text.ts';
import { timeZone, UTC } from '../function/time-zone.ts';
import { CLICKHOUSE_NESTED, type NestedStyle, valueText } from '../function/value-text.ts';
import { LIST_MARK, valuesOf } from '../type/multi.ts';
import {
  isNarrowFloat,
  isNested,
  isPacked,
  isWideInteger,
  type LogicalType,
  type Value,
} from '../type/type.ts';
import { unpackVariant } from '../type/variant.ts';
import type { ResultBatch, ResultColumn, ResultSchema } from '../vector/batch.ts';
import { ByteSink } from './byte-sink.ts';
import { writeJsonString } from './escape.ts';

export type StringWriter = (sink: ByteSink, bytes: Uint8Array, from: number, to: number) => void;

export type CellStyle = {
  readonly string: StringWriter;
  readonly nullText: string;
  readonly float: (value: number) => string;
  /** `iso`: 2015-09-12T00:46:58.771Z, dates too (Druid). `sql`: 2015-09-12 00:46:58.771. */
  readonly time: 'iso' | 'sql';
  /** Around times, and around NaN and infinities where `float` asks for it. */
  readonly timeQuote: string;
  /** Quotes around 64-bit integers. */
  readonly int64Quote: string;
  /**
   * Arrays, maps and tuples: as values of JSON, on lines of their own if they hold more than scalars, or as a text that is written
   * like strings, or as it is; or as a text of JSON.
   */
  readonly nested: 'json' | 'lines' | 'string' | 'bare' | 'text';
  /** Zone for types without one; UTC when absent. */
  readonly zone?: string;
};

export type CellWriter = (sink: ByteSink, row: number) => void;

export const cellWriters = (batch: ResultBatch, schema: ResultSchema, style: CellStyle): CellWriter[] =>
  batch.columns.map((column, i) => cellWriter(column, schema[i].type, style));

function cellWriter(column: ResultColumn, type: LogicalType, style: CellStyle): CellWriter {
  const write = plainWriter(column, type, style);
  const { valid } = column;
  const { nullText } = style;
  if (type.id === 'null') return (sink) => sink.ascii(nullText);
  if (valid === null) return write;
  return (sink, row) => (valid[row] === 0 ? sink.ascii(nullText) : write(sink, row));
}

function plainWriter(column: ResultColumn, type: LogicalType, style: CellStyle): CellWriter {
  if (isPacked(type)) return packedWriter(column, type, style);
  if (column.lane === 'bool') {
    const { values } = column;
    return (sink, row) => sink.ascii(values[row] !== 0 ? 'true' : 'false');
  }
  if (column.lane === 'f64') {
    const { values } = column;
    const narrow = isNarrowFloat(type);
    const pointZero = style.time === 'iso';
    return (sink, row) => {
      const value = values[row];
      if (!narrow && writeDecimal(sink, value, pointZero)) return;
      sink.ascii(style.float(narrow ? shortest32(value) : value));
    };
  }
  if (column.lane === 'str') {
    const { offsets, bytes } = column;
    const { string } = style;
    return (sink, row) => string(sink, bytes, offsets[row], offsets[row + 1]);
  }
  const { values } = column;
  if (type.id === 'timestamp' || type.id === 'date') return timeWriter(values, type, style);
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const unsigned = type.id === 'uint64';
  const quote = type.id === 'uint64' || type.id === 'int64' ? style.int64Quote : '';
  return (sink, row) => {
    if (quote !== '') sink.ascii(quote);
    sink.int64(words[row * 2], words[row * 2 + 1], unsigned);
    if (quote !== '') sink.ascii(quote);
  };
}

/** Values that are not what their lane says: through their text. */
function packedWriter(column: ResultColumn, type: LogicalType, style: CellStyle): CellWriter {
  const read = laneReader(column);
  const zone = style.zone ?? 'UTC';
  const asString = (sink: ByteSink, text: string): void => {
    const bytes = bytesOfText(text);
    style.string(sink, bytes, 0, bytes.length);
  };
  if (type.id === 'decimal' || isWideInteger(type)) {
    const quote = isWideInteger(type) ? style.int64Quote : '';
    const options = { zone, style: CLICKHOUSE_NESTED };
    return (sink, row) => sink.ascii(quote + valueText(read(row), type, options) + quote);
  }
  const isJson = style.nested === 'json' || style.nested === 'lines';
  if (type.id === 'multi' && isJson) {
    const list = (text: string): string => JSON.stringify(valuesOf(text));
    return (sink, row) => {
      const text = read(row) as string;
      if (text.startsWith(LIST_MARK)) sink.text(list(text));
      else asString(sink, text);
    };
  }
  if (type.id === 'variant') return variantWriter(read, style);
  if (type.id === 'json' && isJson) return (sink, row) => sink.text(read(row) as string);
  if (!isNested(type)) {
    const options = { zone, style: CLICKHOUSE_NESTED };
    return (sink, row) => asString(sink, valueText(read(row), type, options));
  }
  if (isJson) {
    const options = { zone, style: jsonNested(style) };
    return (sink, row) => sink.text(valueText(read(row), type, options));
  }
  if (style.nested === 'text') {
    const options = { zone, style: jsonNested({ ...style, string: writeJsonString, nullText: 'null' }) };
    return (sink, row) => asString(sink, valueText(read(row), type, options));
  }
  const options = { zone, style: CLICKHOUSE_NESTED };
  return style.nested === 'bare'
    ? (sink, row) => sink.text(valueText(read(row), type, options))
    : (sink, row) => asString(sink, valueText(read(row), type, options));
}

/** Each value as a column of its own type would write it. */
const variantWriter =
  (read: (row: number) => Exclude<Value, null>, style: CellStyle): CellWriter =>
  (sink, row) => {
    const { type, value } = unpackVariant(read(row) as string);
    plainWriter(columnOf(value), type, style)(sink, 0);
  };

/** One value as a column. */
function columnOf(value: Exclude<Value, null>): ResultColumn {
  if (typeof value === 'bigint') return { lane: 'i64', values: BigInt64Array.of(value), valid: null };
  if (typeof value === 'number') return { lane: 'f64', values: Float64Array.of(value), valid: null };
  if (typeof value === 'boolean') return { lane: 'bool', values: Uint8Array.of(Number(value)), valid: null };
  const bytes = bytesOfText(value);
  return { lane: 'str', offsets: Uint32Array.of(0, bytes.length), bytes, valid: null };
}

/** Row i of a column as its lane's value. */
export function laneReader(column: ResultColumn): (row: number) => Exclude<Value, null> {
  switch (column.lane) {
    case 'i64':
      return (row) => column.values[row];
    case 'f64':
      return (row) => column.values[row];
    case 'bool':
      return (row) => column.values[row] !== 0;
    case 'str':
      return (row) => textOfBytes(column.bytes.subarray(column.offsets[row], column.offsets[row + 1]));
  }
}

/** How values look inside of JSON's arrays and objects, with the style's strings. */
function jsonNested(style: CellStyle): NestedStyle {
  const sink = new ByteSink();
  const string = (text: string): string => {
    const bytes = bytesOfText(text);
    style.string(sink, bytes, 0, bytes.length);
    return textOfBytes(sink.take());
  };
  const key = (text: string): string => (text.startsWith('"') ? text : string(text));
  const listed = style.nested === 'lines' ? onLines : inline;
  const colon = style.nested === 'lines' ? ': ' : ':';
  return {
    string,
    other: (text) => `"${text}"`,
    ...SQL_MOMENTS,
    documents: true,
    null: style.nullText,
    float: style.float,
    array: (items, depth, ofNested) => (ofNested ? listed : inline)('[', items, ']', depth),
    tuple: (fields, names, depth) =>
      names === null
        ? listed('[', fields, ']', depth)
        : listed(
            '{',
            fields.map((field, i) => `${string(names[i])}${colon}${field}`),
            '}',
            depth,
          ),
    map: (pairs, depth) =>
      listed(
        '{',
        pairs.map(([name, value]) => `${key(name)}${colon}${value}`),
        '}',
        depth,
      ),
    zeros: false,
  };
}

const inline = (open: string, items: readonly string[], close: string): string =>
  open + items.join(',') + close;

/** Tabs before a value of a row in a document. */
const ROW_DEPTH = 3;

function onLines(open: string, items: readonly string[], close: string, depth: number): string {
  if (items.length === 0) return open + close;
  const indent = '\t'.repeat(ROW_DEPTH + depth);
  return `${open}\n${items.map((item) => `${indent}\t${item}`).join(',\n')}\n${indent}${close}`;
}

/**
 * Writes a number of few decimals without making a string; false when it is none. With at most 15 digits the
 * decimal that gives the number back is the shortest one, so the text is the same as the slow way's.
 * @param pointZero whole numbers get `.0`
 */
function writeDecimal(sink: ByteSink, value: number, pointZero: boolean): boolean {
  const size = Math.abs(value);
  if (!(size < 1e7 && size >= 1e-3) && value !== 0) return false;
  if (Object.is(value, -0)) return false;
  for (let decimals = 0, scale = 1; decimals <= 4; decimals++, scale *= 10) {
    const digits = Math.round(size * scale);
    if (digits / scale !== size) continue;
    if (value < 0) sink.byte(45);
    const whole = Math.floor(digits / scale);
    sink.digits(whole);
    if (decimals > 0) {
      sink.byte(46);
      sink.digits(digits - whole * scale, decimals);
    } else if (pointZero) sink.ascii('.0');
    return true;
  }
  return false;
}

function timeWriter(values: BigInt64Array, type: LogicalType, style: CellStyle): CellWriter {
  const { timeQuote } = style;
  const isDate = type.id === 'date';
  const precision = isDate ? 0 : (type.precision ?? 3);
  const isIso = style.time === 'iso';
  // A day is written by itself, or as its midnight in the reader's zone.
  const zone = timeZone(isDate && !isIso ? 'UTC' : (type.zone ?? style.zone ?? 'UTC'));
  const split = instantReader(values, isDate, precision);
  const date = dateCache();
  return (sink, row) => {
    if (timeQuote !== '') sink.ascii(timeQuote);
    const seconds = split.seconds(row);
    const epochSeconds = isDate ? zone.toUtc(seconds) : seconds;
    const offset = zone.offsetAt(epochSeconds);
    const local = epochSeconds + offset;
    const days = Math.floor(local / 86400);
    sink.bytes(date(days));
    if (isIso || !isDate) {
      sink.byte(isIso ? 84 : 32);
      writeClock(sink, local - days * 86400);
    }
    if (isIso) {
      sink.byte(46);
      sink.digits(toMillis(split.fraction(row), precision), 3);
      if (zone === UTC) sink.byte(90);
      else writeOffset(sink, offset);
    } else if (precision > 0) {
      sink.byte(46);
      sink.digits(split.fraction(row), precision);
    }
    if (timeQuote !== '') sink.ascii(timeQuote);
  };
}

const toMillis = (fraction: number, precision: number): number =>
  precision <= 3 ? fraction * 10 ** (3 - precision) : Math.floor(fraction / 10 ** (precision - 3));

type InstantReader = {
  /** Whole seconds since the epoch, rounded towards the past. */
  readonly seconds: (row: number) => number;
  /** Ticks after them. */
  readonly fraction: (row: number) => number;
};

/** Splits ticks without BigInt wherever a double holds them exactly: always up to microseconds. */
function instantReader(values: BigInt64Array, isDate: boolean, precision: number): InstantReader {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const ticks = (row: number): number => words[row * 2 + 1] * 4294967296 + (words[row * 2] >>> 0);
  if (isDate) return { seconds: (row) => ticks(row) * 86400, fraction: () => 0 };
  if (precision <= 6) {
    const unit = 10 ** precision;
    return {
      seconds: (row) => Math.floor(ticks(row) / unit),
      fraction: (row) => ticks(row) - Math.floor(ticks(row) / unit) * unit,
    };
  }
  const unit = BigInt(10 ** precision);
  const fraction = (row: number): bigint => ((values[row] % unit) + unit) % unit;
  return {
    seconds: (row) => Number((values[row] - fraction(row)) / unit),
    fraction: (row) => Number(fraction(row)),
  };
}

/** The text of a day; rows near each other mostly share it. */
function dateCache(): (days: number) => Uint8Array {
  const sink = new ByteSink(32);
  let known = Number.NaN;
  let text: Uint8Array = sink.take();
  return (days) => {
    if (days !== known) {
      writeDate(sink, days);
      text = sink.take();
      known = days;
    }
    return text;
  };
}

function writeDate(sink: ByteSink, days: number): void {
  const { year, month, day } = civilOf(days);
  if (year < 0) sink.byte(45);
  sink.digits(Math.abs(year), 4);
  sink.byte(45);
  sink.digits(month, 2);
  sink.byte(45);
  sink.digits(day, 2);
}

function writeClock(sink: ByteSink, secondOfDay: number): void {
  sink.digits(Math.floor(secondOfDay / 3600), 2);
  sink.byte(58);
  sink.digits(Math.floor((secondOfDay % 3600) / 60), 2);
  sink.byte(58);
  sink.digits(secondOfDay % 60, 2);
}

function writeOffset(sink: ByteSink, offset: number): void {
  sink.byte(offset < 0 ? 45 : 43);
  const minutes = Math.floor(Math.abs(offset) / 60);
  sink.digits(Math.floor(minutes / 60), 2);
  sink.byte(58);
  sink.digits(minutes % 60, 2);
}

/** ClickHouse's floats: the shortest digits, exponents as in 1e21 and 1e-7. */
export const clickhouseFloat =
  (nonFinite: (value: number) => string) =>
  (value: number): string => {
    if (!Number.isFinite(value)) return nonFinite(value);
    return Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e');
  };

/** `nan`, `inf`, `-inf`. */
export const bareNonFinite = (value: number): string =>
  Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';

/** As Java writes floats; NaN and infinities in the given quotes. */
export const javaFloat =
  (quote: string) =>
  (value: number): string =>
    Number.isFinite(value) ? javaText(value) : `${quote}${javaText(value)}${quote}`;
