/**
 * Results on their way out: columns copied into ordinary ArrayBuffers, so that they outlive the arena frames
 * they came from and can cross to another thread or a socket.
 *
 * Shapes: `rows` values each; `valid` one byte a row or null when no row is NULL. Strings are UTF-8 bytes with
 * rows + 1 offsets. A batch never aliases the arena.
 */

import { BasaltError } from '../base/error.ts';
import { dateText, timestampText } from '../function/time-text.ts';
import { timeZone } from '../function/time-zone.ts';
import { STANDARD_NESTED, valueText } from '../function/value-text.ts';
import { exactUnits } from '../type/exact.ts';
import { type Item, itemOf, unpackItem } from '../type/nested.ts';
import {
  elementOf,
  fieldsOf,
  isNested,
  isPacked,
  isWideInteger,
  keyOf,
  type LogicalType,
  type Value,
} from '../type/type.ts';
import { unpackVariant } from '../type/variant.ts';

export type ResultData =
  | { readonly lane: 'i64'; readonly values: BigInt64Array }
  | { readonly lane: 'f64'; readonly values: Float64Array }
  | { readonly lane: 'bool'; readonly values: Uint8Array }
  | { readonly lane: 'str'; readonly offsets: Uint32Array; readonly bytes: Uint8Array };

export type ResultColumn = ResultData & { readonly valid: Uint8Array | null };

export type ResultBatch = {
  readonly rows: number;
  readonly columns: readonly ResultColumn[];
};

/** Rows [from, to) by themselves. */
export function rowsOf({ columns }: ResultBatch, from: number, to: number): ResultBatch {
  const slice = (column: ResultColumn): ResultColumn => {
    const valid = column.valid?.subarray(from, to) ?? null;
    switch (column.lane) {
      case 'i64':
        return { lane: 'i64', values: column.values.subarray(from, to), valid };
      case 'f64':
        return { lane: 'f64', values: column.values.subarray(from, to), valid };
      case 'bool':
        return { lane: 'bool', values: column.values.subarray(from, to), valid };
      case 'str': {
        const first = column.offsets[from];
        const offsets = column.offsets.subarray(from, to + 1).map((offset) => offset - first);
        return { lane: 'str', offsets, bytes: column.bytes.subarray(first, column.offsets[to]), valid };
      }
    }
  };
  return { rows: to - from, columns: columns.map(slice) };
}

/** Bytes of its values. */
export const batchBytes = ({ columns }: ResultBatch): number =>
  columns.reduce(
    (sum, c) => sum + (c.lane === 'str' ? c.bytes.byteLength + c.offsets.byteLength : c.values.byteLength),
    0,
  );

/** One batch of the rows of several, which have the same columns; at least one. */
export function concatBatches(batches: readonly ResultBatch[]): ResultBatch {
  const [first] = batches;
  if (batches.length === 1) return first;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  return {
    rows,
    columns: first.columns.map((_, c) =>
      concatColumns(
        batches.map((batch) => batch.columns[c]),
        batches.map((batch) => batch.rows),
        rows,
      ),
    ),
  };
}

function concatColumns(
  columns: readonly ResultColumn[],
  counts: readonly number[],
  rows: number,
): ResultColumn {
  const put = <T extends { set(values: T, at: number): void }>(into: T, of: (c: ResultColumn) => T): T => {
    let at = 0;
    columns.forEach((c, i) => {
      into.set(of(c), at);
      at += counts[i];
    });
    return into;
  };
  const valid = columns.every((c) => c.valid === null)
    ? null
    : put(
        new Uint8Array(rows),
        (c) => c.valid ?? new Uint8Array(c.lane === 'str' ? c.offsets.length - 1 : c.values.length).fill(1),
      );
  const { lane } = columns[0];
  switch (lane) {
    case 'i64':
      return {
        lane,
        values: put(new BigInt64Array(rows), (c) => (c as { values: BigInt64Array }).values),
        valid,
      };
    case 'f64':
      return {
        lane,
        values: put(new Float64Array(rows), (c) => (c as { values: Float64Array }).values),
        valid,
      };
    case 'bool':
      return { lane, values: put(new Uint8Array(rows), (c) => (c as { values: Uint8Array }).values), valid };
    case 'str':
      return { ...concatStrings(columns as readonly StringColumn[], rows), valid };
  }
}

type StringColumn = Extract<ResultData, { lane: 'str' }>;

function concatStrings(columns: readonly StringColumn[], rows: number): StringColumn {
  const size = (c: StringColumn): number => c.offsets[c.offsets.length - 1] - c.offsets[0];
  const bytes = new Uint8Array(columns.reduce((sum, c) => sum + size(c), 0));
  const offsets = new Uint32Array(rows + 1);
  let at = 0;
  let row = 0;
  for (const c of columns) {
    const from = c.offsets[0];
    bytes.set(c.bytes.subarray(from, from + size(c)), at);
    for (let i = 0; i < c.offsets.length; i++) offsets[row + i] = at + c.offsets[i] - from;
    row += c.offsets.length - 1;
    at += size(c);
  }
  return { lane: 'str', offsets, bytes };
}

/** Name and type of each column of a result. */
export type ResultField = { readonly name: string; readonly type: LogicalType };
export type ResultSchema = readonly ResultField[];

export type Int64Mode = 'number' | 'bigint' | 'string';
export type TimestampMode = 'date' | 'string';
export type ValueOptions = { readonly int64: Int64Mode; readonly timestamp: TimestampMode };

/**
 * What a JavaScript caller gets for one value (DESIGN.md section 3). Arrays and tuples without names are arrays, tuples with names
 * are objects, maps are Maps; decimals, UUIDs, addresses and enums are text.
 */
export type JsValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | readonly JsValue[]
  | ReadonlyMap<JsValue, JsValue>
  | { readonly [name: string]: JsValue };

const UTC = timeZone('UTC');
const MAX_SAFE = 9007199254740991n;

/** A function that reads row i of a column as a JavaScript value. */
export function valueReader(
  column: ResultColumn,
  field: ResultField,
  options: ValueOptions,
): (row: number) => JsValue {
  const read = plainReader(column, field, options);
  const valid = column.valid;
  return valid === null ? read : (row) => (valid[row] === 0 ? null : read(row));
}

function plainReader(
  column: ResultColumn,
  field: ResultField,
  options: ValueOptions,
): (row: number) => JsValue {
  const { type } = field;
  if (isPacked(type)) return packedReader(column, field, options);
  if (column.lane === 'f64') return (row) => column.values[row];
  if (column.lane === 'bool') return (row) => column.values[row] !== 0;
  if (column.lane === 'str') {
    return textReader(column);
  }
  const { values } = column;
  if (type.id === 'timestamp') {
    const precision = type.precision ?? 3;
    return options.timestamp === 'string'
      ? (row) => timestampText(values[row], precision, UTC)
      : (row) => new Date(ticksToMs(values[row], precision));
  }
  if (type.id === 'date') {
    return options.timestamp === 'string'
      ? (row) => dateText(Number(values[row]))
      : (row) => new Date(Number(values[row]) * 86400000);
  }
  const unsigned = type.id === 'uint64';
  const exact = (row: number): bigint => (unsigned ? BigInt.asUintN(64, values[row]) : values[row]);
  if (type.id !== 'int64' && type.id !== 'span' && !unsigned) return (row) => Number(values[row]);
  return (row) => integerValue(exact(row), field, options);
}

/** An integer of 64 bits or more as it was asked for. */
function integerValue(value: bigint, field: ResultField, { int64 }: ValueOptions): JsValue {
  if (int64 === 'bigint') return value;
  if (int64 === 'string') return value.toString();
  if (value <= MAX_SAFE && value >= -MAX_SAFE) return Number(value);
  throw new BasaltError('LOSSY_INTEGER', `Column ${field.name}: ${value} does not fit a JavaScript number`, {
    hint: "Ask for int64: 'bigint' or int64: 'string'",
  });
}

function textReader({ bytes, offsets }: Extract<ResultColumn, { lane: 'str' }>): (row: number) => string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (row) => buffer.toString('utf8', offsets[row], offsets[row + 1]);
}

function packedReader(
  column: ResultColumn,
  field: ResultField,
  options: ValueOptions,
): (row: number) => JsValue {
  const { type } = field;
  const read =
    column.lane === 'str'
      ? textReader(column)
      : (row: number): Value => (column.lane === 'i64' ? column.values[row] : null);
  if (isWideInteger(type)) return (row) => integerValue(exactUnits(read(row), type), field, options);
  if (type.id === 'variant')
    return (row) => {
      const typed = unpackVariant(read(row) as string);
      return jsItem(itemOf(typed.value, typed.type), { ...field, type: typed.type }, options);
    };
  if (!isNested(type)) {
    const text = { zone: 'UTC', style: PLAIN };
    return (row) => valueText(read(row), type, text);
  }
  return (row) => jsItem(unpackItem(read(row) as string, type), { ...field, type }, options);
}

/** DuckDB's and Druid's drivers show decimals with all their digits. */
const PLAIN = STANDARD_NESTED;

function jsItem(item: Item, field: ResultField, options: ValueOptions): JsValue {
  const { type } = field;
  const inner = (value: Item, of: LogicalType): JsValue => jsItem(value, { ...field, type: of }, options);
  if (item === null) return null;
  switch (type.id) {
    case 'array':
      return (item as readonly Item[]).map((value) => inner(value, elementOf(type)));
    case 'map':
      return new Map(
        (item as readonly (readonly [Item, Item])[]).map(([key, value]) => [
          inner(key, keyOf(type)),
          inner(value, elementOf(type)),
        ]),
      );
    case 'tuple': {
      const values = (item as readonly Item[]).map((value, i) => inner(value, fieldsOf(type)[i].type));
      const names = fieldsOf(type).flatMap(({ name }) => (name === null ? [] : [name]));
      return names.length === 0 ? values : Object.fromEntries(names.map((name, i) => [name, values[i]]));
    }
    case 'variant': {
      const typed = unpackVariant(item as string);
      return inner(itemOf(typed.value, typed.type), typed.type);
    }
    default:
      return jsScalar(item as Exclude<Value, null>, field, options);
  }
}

/** One value as its own column would show it. */
function jsScalar(value: Exclude<Value, null>, field: ResultField, options: ValueOptions): JsValue {
  if (isWideInteger(field.type)) return integerValue(exactUnits(value, field.type), field, options);
  if (isPacked(field.type)) return valueText(value, field.type, { zone: 'UTC', style: PLAIN });
  if (typeof value !== 'bigint') return value;
  const column: ResultColumn = { lane: 'i64', values: BigInt64Array.of(value), valid: null };
  return plainReader(column, field, options)(0);
}

/** Milliseconds since the epoch of a tick count, rounded towards the past. */
export function ticksToMs(ticks: bigint, precision: number): number {
  if (precision === 3) return Number(ticks);
  if (precision < 3) return Number(ticks) * 10 ** (3 - precision);
  const unit = 10n ** BigInt(precision - 3);
  const ms = ticks / unit;
  return Number(ticks % unit < 0n ? ms - 1n : ms);
}
