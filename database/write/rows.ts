/**
 * What `insert` takes, as columns of storage values: objects, arrays, columns by name, Arrow, or a stream of them.
 *
 * Values are JavaScript's: numbers and bigints for integers, Date, ISO text or milliseconds for timestamps and dates,
 * anything with a text form for strings. What does not fit its column is an error that names row and column.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { type Converter, converterOf, Misfit, NumberText, type Raw } from '../../engine/format/index.ts';
import { isPacked, type LogicalType, laneOf, typeName } from '../../engine/type/type.ts';
import type { ColumnDefinition } from '../../storage/index.ts';
import type { ArrowLike, InsertData } from '../types.ts';

export type StorageValue = null | boolean | number | bigint | string;

/** Rows as arrays in the order of `columns`. */
export type RowSource = {
  readonly columns: readonly ColumnDefinition[];
  readonly rows: AsyncIterable<readonly unknown[]>;
};

/** @param names columns the arrays are in; null = the table's own order. */
export function rowSource(
  data: InsertData,
  all: readonly ColumnDefinition[],
  names: readonly string[] | null,
): RowSource {
  const find = (name: string): ColumnDefinition => {
    const found =
      all.find((c) => c.name === name) ?? all.find((c) => c.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    throw new BasaltError('NO_SUCH_COLUMN_IN_TABLE', `The table has no column ${name}`, {
      hint: `Its columns are ${all.map((c) => c.name).join(', ')}`,
    });
  };
  const columns = names === null ? all : names.map(find);
  if (isArrow(data)) {
    const fields = data.schema.fields.map((f) => find(f.name));
    return { columns: fields, rows: toAsync(arrowRows(data)) };
  }
  if (isStream(data)) return { columns, rows: streamedRows(data, columns) };
  if (Array.isArray(data)) return arrayRows(data, columns, find, names);
  const given = Object.keys(data).map(find);
  return { columns: given, rows: toAsync(columnRows(data as Readonly<Record<string, ArrayLike<unknown>>>)) };
}

function arrayRows(
  data: readonly unknown[],
  columns: readonly ColumnDefinition[],
  find: (name: string) => ColumnDefinition,
  names: readonly string[] | null,
): RowSource {
  const [first] = data;
  if (Array.isArray(first) || first === undefined)
    return { columns, rows: toAsync(data as readonly (readonly unknown[])[]) };
  const keys = names ?? [...new Set(data.flatMap((row) => Object.keys(row as object)))];
  return {
    columns: keys.map(find),
    rows: toAsync(
      (data as readonly Readonly<Record<string, unknown>>[]).map((row) => keys.map((key) => row[key])),
    ),
  };
}

async function* streamedRows(
  data: AsyncIterable<unknown>,
  columns: readonly ColumnDefinition[],
): AsyncGenerator<readonly unknown[]> {
  for await (const item of data) {
    if (isArrow(item)) {
      const at = columns.map((c) => item.schema.fields.findIndex((f) => f.name === c.name));
      for (const row of arrowRows(item)) yield at.map((i) => (i < 0 ? undefined : row[i]));
    } else if (Array.isArray(item)) yield item;
    else yield columns.map((c) => (item as Readonly<Record<string, unknown>>)[c.name]);
  }
}

function* arrowRows(data: ArrowLike): Generator<unknown[]> {
  const children = data.schema.fields.map((_, i) => data.getChildAt(i));
  for (let row = 0; row < data.numRows; row++) yield children.map((child) => child?.get(row) ?? null);
}

function* columnRows(data: Readonly<Record<string, ArrayLike<unknown>>>): Generator<unknown[]> {
  const columns = Object.entries(data);
  const rows = Math.max(0, ...columns.map(([, values]) => values.length));
  for (const [name, values] of columns) {
    if (values.length === rows) continue;
    throw new BasaltError(
      'INCORRECT_DATA',
      `Column ${name} has ${values.length} values, others have ${rows}`,
    );
  }
  for (let row = 0; row < rows; row++) yield columns.map(([, values]) => values[row]);
}

async function* toAsync<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

const isArrow = (data: unknown): data is ArrowLike =>
  typeof data === 'object' && data !== null && 'numRows' in data && 'schema' in data && 'getChildAt' in data;
const isStream = (data: unknown): data is AsyncIterable<unknown> =>
  typeof data === 'object' && data !== null && Symbol.asyncIterator in data;

/** A JavaScript value as its column stores it. `undefined` is the column's default. */
export function storageValue(value: unknown, column: ColumnDefinition, row: number): StorageValue {
  if (value === undefined) return column.default;
  if (value === null) return null;
  const { type } = column;
  const wrong = (): never => {
    throw new BasaltError(
      'INCORRECT_DATA',
      `Row ${row + 1}, column ${column.name}: ${shown(value)} is not a value of ${typeName(type)}`,
    );
  };
  if (isPacked(type)) {
    const converted = packedConverter(column)(asJson(value));
    return converted instanceof Misfit ? wrong() : converted;
  }
  if (type.id === 'timestamp') return ticksOf(value, type) ?? wrong();
  if (type.id === 'date') return daysOf(value) ?? wrong();
  switch (laneOf(type)) {
    case 'bool':
      return typeof value === 'boolean' ? value : value === 0 || value === 1 ? value === 1 : wrong();
    case 'str':
      return typeof value === 'object'
        ? value instanceof Date
          ? value.toISOString()
          : JSON.stringify(value)
        : String(value);
    case 'f64':
      return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : wrong();
    case 'i64':
      if (typeof value === 'bigint') return value;
      if (typeof value === 'boolean') return value ? 1n : 0n;
      return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : wrong();
  }
}

const converters = new WeakMap<ColumnDefinition, Converter>();

/** Arrays, objects and texts as in JSON, without what JSON cannot write. */
function packedConverter(column: ColumnDefinition): Converter {
  let converter = converters.get(column);
  if (converter === undefined) {
    converter = converterOf({ id: column.id, name: column.name, type: column.type }, false);
    converters.set(column, converter);
  }
  return converter;
}

function asJson(value: unknown): Raw {
  if (typeof value === 'bigint') return new NumberText(String(value));
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [String(k), asJson(v)]));
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as unknown[], asJson);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, asJson(v)]));
  return value as Raw;
}

const DAY_MS = 86400000;

/** Milliseconds of a Date, ISO text (UTC when it names no zone), or a number of milliseconds. */
function millisOf(value: unknown): number | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.getTime();
  if (typeof value === 'number') return Number.isFinite(value) ? Math.floor(value) : null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return null;
  const iso = value.trim().replace(' ', 'T');
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(iso) || !iso.includes('T');
  const ms = Date.parse(zoned ? iso : `${iso}Z`);
  return Number.isNaN(ms) ? null : ms;
}

function ticksOf(value: unknown, { precision = 3 }: LogicalType): bigint | null {
  const ms = millisOf(value);
  if (ms === null) return null;
  const fraction = typeof value === 'string' ? fractionBeyondMs(value, precision) : 0n;
  const ticks =
    precision >= 3
      ? BigInt(ms) * 10n ** BigInt(precision - 3)
      : BigInt(Math.floor(ms / 10 ** (3 - precision)));
  return ticks + fraction;
}

/** Digits after the millisecond that a Date cannot hold, as ticks. */
function fractionBeyondMs(text: string, precision: number): bigint {
  const digits = /\.\d{3}(\d+)/.exec(text)?.[1];
  if (digits === undefined || precision <= 3) return 0n;
  return BigInt(digits.slice(0, precision - 3).padEnd(precision - 3, '0'));
}

function daysOf(value: unknown): bigint | null {
  const ms = millisOf(value);
  return ms === null ? null : BigInt(Math.floor(ms / DAY_MS));
}

const shown = (value: unknown): string =>
  (JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)) ?? String(value)).slice(0, 80);
