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
import type { LogicalType } from '../type/type.ts';

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

/** Name and type of each column of a result. */
export type ResultField = { readonly name: string; readonly type: LogicalType };
export type ResultSchema = readonly ResultField[];

export type Int64Mode = 'number' | 'bigint' | 'string';
export type TimestampMode = 'date' | 'string';
export type ValueOptions = { readonly int64: Int64Mode; readonly timestamp: TimestampMode };

/** What a JavaScript caller gets for one value (DESIGN.md section 3). */
export type JsValue = null | boolean | number | bigint | string | Date;

const decoder = new TextDecoder('utf-8');
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
  if (column.lane === 'f64') return (row) => column.values[row];
  if (column.lane === 'bool') return (row) => column.values[row] !== 0;
  if (column.lane === 'str') {
    return (row) => decoder.decode(column.bytes.subarray(column.offsets[row], column.offsets[row + 1]));
  }
  const { values } = column;
  const { type } = field;
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
  if (type.id !== 'int64' && !unsigned) return (row) => Number(values[row]);
  if (options.int64 === 'bigint') return exact;
  if (options.int64 === 'string') return (row) => exact(row).toString();
  return (row) => {
    const value = exact(row);
    if (value <= MAX_SAFE && value >= -MAX_SAFE) return Number(value);
    throw new BasaltError(
      'LOSSY_INTEGER',
      `Column ${field.name}: ${value} does not fit a JavaScript number`,
      {
        hint: "Ask for int64: 'bigint' or int64: 'string'",
      },
    );
  };
}

/** Milliseconds since the epoch of a tick count, rounded towards the past. */
export function ticksToMs(ticks: bigint, precision: number): number {
  if (precision === 3) return Number(ticks);
  if (precision < 3) return Number(ticks) * 10 ** (3 - precision);
  const unit = 10n ** BigInt(precision - 3);
  const ms = ticks / unit;
  return Number(ticks % unit < 0n ? ms - 1n : ms);
}
