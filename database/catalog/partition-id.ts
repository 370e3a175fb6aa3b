/**
 * Partitions under the names that ClickHouse gives them: `partition_id`, which files and statements use, and `partition`,
 * the value as text.
 *
 * Integers, dates and seconds are their own names, joined by `-`; anything else is named by a hash (MergeTreePartition::getID).
 */

import { dateText, timestampText } from '../../engine/function/time-text.ts';
import { timeZone, UTC } from '../../engine/function/time-zone.ts';
import { decimalText } from '../../engine/type/decimal.ts';
import { exactUnits, isWide, scaleOf, wideBits } from '../../engine/type/exact.ts';
import { isWideInteger, type LogicalType, type Value } from '../../engine/type/type.ts';
import type { SegmentMeta, TableDefinition } from '../../storage/index.ts';
import type { PartitionBy } from '../partition.ts';
import { type HashedValue, partitionHash } from './partition-hash.ts';

export const partitionTypes = (table: TableDefinition): readonly LogicalType[] =>
  ((table.partitionBy ?? []) as PartitionBy).map((expr) => expr.type);

export function partitionId(values: readonly Value[], types: readonly LogicalType[]): string {
  if (types.length === 0) return 'all';
  const names = values.map((value, i) => plainName(value, types[i]));
  if (names.every((name) => name !== null)) return names.join('-');
  return partitionHash(values.map((value, i) => hashed(value, types[i])));
}

/** null: not named by its value. */
function plainName(value: Value, type: LogicalType | undefined): string | null {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value !== 'bigint') return null;
  if (type?.id === 'date') return dateText(Number(value)).replaceAll('-', '');
  if (type?.id === 'timestamp' && (type.precision ?? 3) > 0) return null;
  if (type !== undefined && !INTEGRAL.test(type.id)) return null;
  return String(type?.id === 'uint64' ? BigInt.asUintN(64, value) : value);
}

/** Types whose values ClickHouse keeps as integers there. */
const INTEGRAL = /^(u?int(8|16|32|64)|timestamp|enum8|enum16)$/;

const isNamedByBits = (type: LogicalType): boolean => type.id === 'decimal' || isWideInteger(type);

/** ClickHouse's decimals have as many bits as their digits need. */
function exactKind(type: LogicalType): Exclude<HashedValue['kind'], 'other' | 'unsigned' | 'signed'> {
  if (type.id !== 'decimal') return type.id as 'int128';
  if (isWide(type)) return wideBits(type) === 128 ? 'decimal128' : 'decimal256';
  return (type.precision ?? 0) > DIGITS_32 ? 'decimal64' : 'decimal32';
}

const DIGITS_32 = 9;

function hashed(value: Value, type: LogicalType | undefined): HashedValue {
  if (typeof value === 'boolean') return { kind: 'unsigned', value: value ? 1n : 0n };
  if (value !== null && type !== undefined && isNamedByBits(type))
    return { kind: exactKind(type), value: exactUnits(value, type) };
  if (typeof value !== 'bigint') return { kind: 'other', value };
  const isUnsigned = type === undefined || type.id.startsWith('u') || type.id === 'date';
  return { kind: isUnsigned || type.id === 'timestamp' ? 'unsigned' : 'signed', value };
}

export function partitionText(values: readonly Value[], types: readonly LogicalType[]): string {
  if (types.length === 0) return 'tuple()';
  if (values.length === 1) return valueText(values[0], types[0]);
  const quotes = (value: Value, type: LogicalType | undefined): boolean =>
    (typeof value === 'string' && (type === undefined || !isNamedByBits(type))) ||
    type?.id === 'date' ||
    type?.id === 'timestamp';
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const items = values.map((value, i) => {
    const text = valueText(value, types[i]);
    return value !== null && quotes(value, types[i]) ? quoted(text) : text;
  });
  return `(${items.join(',')})`;
}

function valueText(value: Value, type: LogicalType | undefined): string {
  if (value === null) return 'NULL';
  if (type !== undefined && isNamedByBits(type))
    return decimalText(exactUnits(value, type), scaleOf(type), false);
  if (typeof value !== 'bigint') return String(value);
  if (type?.id === 'date') return dateText(Number(value));
  if (type?.id === 'timestamp')
    return timestampText(value, type.precision ?? 3, type.zone === undefined ? UTC : timeZone(type.zone));
  return String(type?.id === 'uint64' ? BigInt.asUintN(64, value) : value);
}

/** A segment under the name of a part: partition, block numbers from and to, and how often it was merged. */
export const partName = (meta: SegmentMeta, types: readonly LogicalType[]): string =>
  `${partitionId(meta.partition, types)}_${meta.id}_${meta.id}_${meta.level ?? 0}`;
