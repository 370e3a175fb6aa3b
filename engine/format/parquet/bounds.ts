/**
 * Bounds that a Parquet file keeps of its values, as the engine's zones: for pruning, and exact for integers and times.
 *
 * Only the newer fields are used, whose order is defined, and only types whose order is the engine's: floats are left out (writers
 * forget NaN), and strings beyond ASCII (bounds may be cut, and code units order otherwise than bytes).
 */

import type { ColumnMetaData, ParquetParsers } from 'hyparquet';
import type { Zone } from '../../plan/source.ts';
import type { Value } from '../../type/type.ts';
import type { Leaf } from './leaf.ts';

const ascii = (bytes: Uint8Array): string | undefined =>
  bytes.every((byte) => byte < 0x80) ? String.fromCharCode(...bytes) : undefined;

/** Days and ticks as they are, where the library would make dates of them. */
export const BOUND_PARSERS = {
  stringFromBytes: ascii,
  dateFromDays: (days: number) => days,
  timestampFromMilliseconds: (ticks: bigint) => ticks,
  timestampFromMicroseconds: (ticks: bigint) => ticks,
  timestampFromNanoseconds: (ticks: bigint) => ticks,
} as unknown as ParquetParsers;

const HIGHEST = (1n << 63n) - 1n;

export function zoneOf(leaf: Leaf | undefined, statistics: ColumnMetaData['statistics']): Zone | undefined {
  if (leaf === undefined || statistics === undefined || leaf.refusal !== null) return undefined;
  if (leaf.maxRepetition > 0) return undefined;
  const nulls = leaf.maxDefinition > 0 ? statistics.null_count : 0n;
  if (typeof nulls !== 'bigint' || nulls < 0n || nulls > Number.MAX_SAFE_INTEGER) return undefined;
  const nullCount = Number(nulls);
  const min = boundOf(leaf, statistics.min_value);
  const max = boundOf(leaf, statistics.max_value);
  return min === null || max === null || min > max
    ? { min: null, max: null, nullCount }
    : { min, max, nullCount };
}

function boundOf({ meaning: { kind }, physical }: Leaf, value: unknown): Exclude<Value, boolean> {
  if (kind === 'string') return physical === 'BYTE_ARRAY' && typeof value === 'string' ? value : null;
  if (kind !== 'int' && kind !== 'date' && kind !== 'timestamp') return null;
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return null;
  const bound = BigInt(value as number | bigint);
  return bound > HIGHEST ? null : bound;
}
