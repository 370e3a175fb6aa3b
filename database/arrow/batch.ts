/**
 * Result batches as Arrow record batches. Buffers are handed over as they are where the layouts agree (values,
 * offsets, bytes); validity and booleans become bits. Arrow itself is loaded when first needed.
 */

import type { Field as ArrowField, DataType, RecordBatch } from 'apache-arrow';
import { laneReader } from '../../engine/format/cell.ts';
import { STANDARD_NESTED, valueText } from '../../engine/function/value-text.ts';
import { isPacked, type LogicalType } from '../../engine/type/type.ts';
import type { ResultBatch, ResultColumn, ResultSchema } from '../../engine/vector/batch.ts';

type Arrow = typeof import('apache-arrow');

let loaded: Promise<Arrow> | null = null;
const load = (): Promise<Arrow> => {
  loaded ??= import('apache-arrow');
  return loaded;
};

export async function arrowConverter(schema: ResultSchema): Promise<(batch: ResultBatch) => RecordBatch> {
  const arrow = await load();
  const fields = schema.map(
    ({ name, type }) =>
      arrow.Field.new({ name, type: arrowType(arrow, type), nullable: type.nullable }) as ArrowField,
  );
  const arrowSchema = new arrow.Schema(fields);
  return (batch) => {
    const children = batch.columns.map((column, c) =>
      arrowData(arrow, column, schema[c].type, fields[c].type, batch.rows),
    );
    const data = arrow.makeData({
      type: new arrow.Struct(fields),
      length: batch.rows,
      nullCount: 0,
      children,
    });
    return new arrow.RecordBatch(arrowSchema, data);
  };
}

function arrowType(arrow: Arrow, type: LogicalType): DataType {
  switch (type.id) {
    case 'bool':
      return new arrow.Bool();
    case 'int8':
      return new arrow.Int8();
    case 'int16':
      return new arrow.Int16();
    case 'int32':
      return new arrow.Int32();
    case 'int64':
    case 'span':
    case 'null':
      return new arrow.Int64();
    case 'uint8':
      return new arrow.Uint8();
    case 'uint16':
      return new arrow.Uint16();
    case 'uint32':
      return new arrow.Uint32();
    case 'uint64':
      return new arrow.Uint64();
    case 'bfloat16':
    case 'float32':
      return new arrow.Float32();
    case 'float64':
      return new arrow.Float64();
    case 'string':
    case 'uuid':
    case 'ipv4':
    case 'ipv6':
    case 'enum8':
    case 'enum16':
    case 'fixedstring':
    case 'json':
    case 'int128':
    case 'int256':
    case 'uint128':
    case 'uint256':
    case 'decimal':
    case 'time':
    case 'duration':
    case 'array':
    case 'map':
    case 'tuple':
    case 'multi':
    case 'variant':
    case 'state':
      // What is not what its lane says goes out as its text.
      return new arrow.Utf8();
    case 'date':
      return new arrow.DateDay();
    case 'timestamp':
      return new arrow.Timestamp(timestampUnit(arrow, type), type.zone ?? 'UTC');
  }
}

const PRECISIONS = [0, 3, 6, 9] as const;
/** Arrow's next finer unit; ticks are scaled up to it. */
const arrowPrecision = ({ precision = 3 }: LogicalType): number =>
  PRECISIONS.find((p) => p >= precision) ?? 9;

function timestampUnit({ TimeUnit }: Arrow, type: LogicalType) {
  switch (arrowPrecision(type)) {
    case 0:
      return TimeUnit.SECOND;
    case 3:
      return TimeUnit.MILLISECOND;
    case 6:
      return TimeUnit.MICROSECOND;
    default:
      return TimeUnit.NANOSECOND;
  }
}

const NARROW = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  date: Int32Array,
} as const;

function arrowData(arrow: Arrow, given: ResultColumn, logical: LogicalType, type: DataType, rows: number) {
  const column = isPacked(logical) && logical.id !== 'json' ? asText(given, logical, rows) : given;
  const nullBitmap = column.valid === null ? null : packBits(column.valid);
  const nullCount = column.valid === null ? 0 : column.valid.reduce((n, v) => n + (v === 0 ? 1 : 0), 0);
  if (column.lane === 'str') {
    return arrow.makeData({
      type: type as never,
      length: rows,
      nullCount,
      nullBitmap,
      valueOffsets: new Int32Array(column.offsets.buffer, column.offsets.byteOffset, rows + 1),
      data: column.bytes,
    } as never);
  }
  return arrow.makeData({
    type: type as never,
    length: rows,
    nullCount,
    nullBitmap,
    data: values(column, logical),
  } as never);
}

const encoder = new TextEncoder();

/** Each value's text. */
function asText(column: ResultColumn, type: LogicalType, rows: number): ResultColumn {
  const read = laneReader(column);
  const texts = Array.from({ length: rows }, (_, row) =>
    encoder.encode(
      column.valid?.[row] === 0 ? '' : valueText(read(row), type, { zone: 'UTC', style: STANDARD_NESTED }),
    ),
  );
  const offsets = new Uint32Array(rows + 1);
  texts.forEach((text, row) => {
    offsets[row + 1] = offsets[row] + text.length;
  });
  const bytes = new Uint8Array(offsets[rows]);
  for (const [row, text] of texts.entries()) bytes.set(text, offsets[row]);
  return { lane: 'str', offsets, bytes, valid: column.valid };
}

function values(column: Exclude<ResultColumn, { lane: 'str' }>, type: LogicalType): ArrayBufferView {
  if (column.lane === 'bool') return packBits(column.values);
  if (column.lane === 'f64') return type.id === 'float32' ? Float32Array.from(column.values) : column.values;
  if (type.id === 'uint64')
    return new BigUint64Array(column.values.buffer, column.values.byteOffset, column.values.length);
  if (type.id === 'timestamp') {
    const scale = 10n ** BigInt(arrowPrecision(type) - (type.precision ?? 3));
    return scale === 1n ? column.values : column.values.map((v) => v * scale);
  }
  const narrow = NARROW[type.id as keyof typeof NARROW];
  if (narrow === undefined) return column.values;
  const out = new narrow(column.values.length);
  for (let i = 0; i < out.length; i++) out[i] = Number(column.values[i]);
  return out;
}

function packBits(bytes: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(bytes.length / 8));
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) bits[i >> 3] |= 1 << (i & 7);
  return bits;
}
