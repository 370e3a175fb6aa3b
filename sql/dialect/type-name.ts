/**
 * Type names of statements: what each dialect means by them. How types are shown is in engine/type/dialect-name.ts.
 *
 * ClickHouse types are not nullable unless `Nullable(...)`; standard and Druid ones are nullable unless NOT NULL
 * says otherwise, which the caller of {@link resolveType} applies.
 */

import type { BasaltError } from '../../engine/base/error.ts';
import { nearest } from '../../engine/function/nearest.ts';
import type { Dialect } from '../../engine/function/row.ts';
import { clickhouseTypeName } from '../../engine/type/dialect-name.ts';
import {
  array,
  isNested,
  type LogicalType,
  nullable,
  SPAN_UNITS,
  type SpanUnit,
  span,
  type TypeId,
  time,
  timestamp,
  type,
} from '../../engine/type/type.ts';
import type { TypeName } from '../ast/expression.ts';
import { CLICKHOUSE_COMPOSED, SQL_COMPOSED } from './composed-type.ts';

const SQL_TYPES: Readonly<Record<string, TypeId>> = {
  BOOLEAN: 'bool',
  BOOL: 'bool',
  LOGICAL: 'bool',
  TINYINT: 'int8',
  INT1: 'int8',
  SMALLINT: 'int16',
  INT2: 'int16',
  SHORT: 'int16',
  INTEGER: 'int32',
  INT: 'int32',
  INT4: 'int32',
  INT64: 'int64',
  FLOAT64: 'float64',
  SIGNED: 'int32',
  BIGINT: 'int64',
  INT8: 'int64',
  LONG: 'int64',
  UTINYINT: 'uint8',
  USMALLINT: 'uint16',
  UINTEGER: 'uint32',
  UBIGINT: 'uint64',
  HUGEINT: 'int128',
  INT128: 'int128',
  UHUGEINT: 'uint128',
  UINT128: 'uint128',
  REAL: 'float32',
  FLOAT4: 'float32',
  FLOAT: 'float32',
  DOUBLE: 'float64',
  'DOUBLE PRECISION': 'float64',
  FLOAT8: 'float64',
  UUID: 'uuid',
  JSON: 'json',
  IPV4: 'ipv4',
  IPV6: 'ipv6',
  VARCHAR: 'string',
  TEXT: 'string',
  STRING: 'string',
  CHAR: 'string',
  BPCHAR: 'string',
  'CHARACTER VARYING': 'string',
  CHARACTER: 'string',
  DATE: 'date',
};

/** Druid keeps every integer as BIGINT and every DECIMAL as DOUBLE. */
const DRUID_TYPES: Readonly<Record<string, TypeId>> = {
  ...SQL_TYPES,
  TINYINT: 'int64',
  SMALLINT: 'int64',
  INTEGER: 'int64',
  INT: 'int64',
  REAL: 'float64',
  DECIMAL: 'float64',
  NUMERIC: 'float64',
  FLOAT: 'float32',
};

const STANDARD_TYPES: Readonly<Record<string, TypeId>> = { ...SQL_TYPES, TIME: 'time', INTERVAL: 'duration' };

export const CLICKHOUSE_TYPES: Readonly<Record<string, TypeId>> = {
  Bool: 'bool',
  Int8: 'int8',
  Int16: 'int16',
  Int32: 'int32',
  Int64: 'int64',
  UInt8: 'uint8',
  UInt16: 'uint16',
  UInt32: 'uint32',
  UInt64: 'uint64',
  Int128: 'int128',
  Int256: 'int256',
  UInt128: 'uint128',
  UInt256: 'uint256',
  BFloat16: 'bfloat16',
  Float32: 'float32',
  Float64: 'float64',
  String: 'string',
  Date: 'date',
  Date32: 'date',
  UUID: 'uuid',
  IPv4: 'ipv4',
  IPv6: 'ipv6',
};

/** SQL spellings ClickHouse takes in any case. */
export const CLICKHOUSE_ALIASES: Readonly<Record<string, TypeId>> = {
  BOOL: 'bool',
  BOOLEAN: 'bool',
  TINYINT: 'int8',
  SMALLINT: 'int16',
  INT: 'int32',
  INTEGER: 'int32',
  BIGINT: 'int64',
  FLOAT: 'float32',
  REAL: 'float32',
  DOUBLE: 'float64',
  'DOUBLE PRECISION': 'float64',
  VARCHAR: 'string',
  TEXT: 'string',
  CHAR: 'string',
  'CHARACTER VARYING': 'string',
  DATE: 'date',
};

/** Names that exist elsewhere, with what to use here. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  BLOB: 'Use a string',
  BYTEA: 'Use a string',
  HUGEINT: 'Use Int128',
  UHUGEINT: 'Use UInt128',
  INT256: 'Use HUGEINT',
  UINT256: 'Use UHUGEINT',
  BFLOAT16: 'Use Float32',
  INTERVAL: 'Store a number of seconds',
  TIME: 'Store a number of seconds',
  TIMETZ: 'Store a TIME, or a TIMESTAMP',
  VARIANT: 'Use one column per type, or JSON',
  DYNAMIC: 'Use JSON',
};

export type TypeNameError = (
  name: TypeName,
  error:
    | 'UNKNOWN_TYPE'
    | 'UNKNOWN_AGGREGATE_FUNCTION'
    | 'NOT_IMPLEMENTED'
    | 'BAD_ARGUMENTS'
    | 'ILLEGAL_TYPE_OF_ARGUMENT',
  message: string,
  hint?: string,
) => BasaltError;

/** @param zone the session's, which a TIMESTAMP WITH TIME ZONE is shown in */
export function resolveType(
  name: TypeName,
  dialect: Dialect,
  fail: TypeNameError,
  zone = 'UTC',
): LogicalType {
  let resolved = dialect === 'clickhouse' ? clickhouseType(name, fail) : sqlType(name, dialect, fail, zone);
  for (let i = 0; i < name.arrays; i++)
    resolved = dialect === 'clickhouse' ? array(resolved) : nullable(array(nullable(resolved)));
  return resolved;
}

function sqlType(name: TypeName, dialect: Dialect, fail: TypeNameError, zone: string): LogicalType {
  const word = name.name.toUpperCase();
  const table = { druid: DRUID_TYPES, standard: STANDARD_TYPES }[dialect as Exclude<Dialect, 'clickhouse'>];
  if (word === 'TIME' && name.withZone)
    throw fail(name, 'NOT_IMPLEMENTED', 'TIME WITH TIME ZONE is not supported', UNSUPPORTED['TIMETZ']);
  if ((word === 'TIME' || word === 'INTERVAL') && name.args.length > 0)
    throw fail(name, 'BAD_ARGUMENTS', `${word} takes no digits`, 'It has microseconds');
  if (word === 'TIMESTAMP' || word === 'DATETIME' || word === 'TIMESTAMPTZ') {
    const digits = name.args[0]?.kind === 'number' ? name.args[0].value : 6;
    if (dialect === 'druid') return timestamp(3, true);
    const isZoned = word === 'TIMESTAMPTZ' || name.withZone;
    return timestamp(checkPrecision(name, digits, fail), true, isZoned ? zone : undefined);
  }
  const fixed = /^TIMESTAMP_(S|MS|US|NS)$/.exec(word);
  if (fixed !== null)
    return timestamp({ S: 0, MS: 3, US: 6, NS: 9 }[fixed[1] as 'S' | 'MS' | 'US' | 'NS'], true);
  const id = Object.hasOwn(table, word) ? table[word] : undefined;
  if (id !== undefined) return type(id, true);
  const inner = (of: TypeName): LogicalType => nullable(resolveType(of, dialect, fail, zone));
  const made = Object.hasOwn(SQL_COMPOSED, word) ? SQL_COMPOSED[word](name, inner, fail) : undefined;
  if (made !== undefined) return nullable(made);
  throw unknown(name, [...Object.keys(table), ...Object.keys(SQL_COMPOSED), 'TIMESTAMP'], fail);
}

function clickhouseType(name: TypeName, fail: TypeNameError): LogicalType {
  const inner = (): LogicalType => {
    const first = name.args[0];
    if (first?.kind !== 'type' || name.args.length !== 1)
      throw fail(name, 'BAD_ARGUMENTS', `${name.name} takes one type`);
    return clickhouseType(first.type, fail);
  };
  if (name.name === 'Nullable') {
    const nested = inner();
    if (isNested(nested) || nested.id === 'state' || nested.id === 'variant')
      throw fail(
        name,
        'ILLEGAL_TYPE_OF_ARGUMENT',
        `${clickhouseTypeName(nested)} cannot be inside Nullable`,
        nested.id === 'variant'
          ? 'Leave Nullable out: it may be NULL without'
          : 'Leave Nullable out, or put it around the elements',
      );
    return nullable(nested);
  }
  if (name.name === 'LowCardinality') return inner();
  if (name.name === 'DateTime' || name.name === 'DateTime64' || /^timestamp$/i.test(name.name))
    return clickhouseDateTime(name, fail);
  if (name.name === 'Time' || name.name === 'Time64') return clickhouseTime(name, fail);
  const unit = SPANS.get(name.name);
  if (unit !== undefined) return span(unit);
  if (name.name === 'Nothing' || name.name === 'NULL') return { id: 'null', nullable: true };
  const id = Object.hasOwn(CLICKHOUSE_TYPES, name.name)
    ? CLICKHOUSE_TYPES[name.name]
    : CLICKHOUSE_ALIASES[name.name.toUpperCase()];
  if (id !== undefined) return type(id);
  const make = CLICKHOUSE_COMPOSED[name.name] ?? CLICKHOUSE_COMPOSED[name.name.toUpperCase()];
  if (make !== undefined) return make(name, (of) => resolveType(of, 'clickhouse', fail), fail);
  throw unknown(
    name,
    [...Object.keys(CLICKHOUSE_TYPES), ...Object.keys(CLICKHOUSE_COMPOSED), ...OTHER_CLICKHOUSE_TYPES],
    fail,
  );
}

function clickhouseDateTime(name: TypeName, fail: TypeNameError): LogicalType {
  const zone = name.args.find((a) => a.kind === 'string')?.value;
  const digits = name.args.find((a) => a.kind === 'number')?.value;
  const precision = name.name === 'DateTime64' ? (digits ?? 3) : 0;
  return timestamp(checkPrecision(name, precision, fail), false, zone);
}

function clickhouseTime(name: TypeName, fail: TypeNameError): LogicalType {
  const digits = name.args.find((a) => a.kind === 'number')?.value;
  if (name.name === 'Time' && name.args.length > 0)
    throw fail(name, 'BAD_ARGUMENTS', 'Time takes no digits', 'Write Time64(3)');
  return time(checkPrecision(name, name.name === 'Time64' ? (digits ?? 3) : 0, fail));
}

/** `IntervalDay` and its like. */
const SPANS: ReadonlyMap<string, SpanUnit> = new Map(
  SPAN_UNITS.map((unit) => [clickhouseTypeName(span(unit)), unit]),
);

/** Those that stand in no table. */
export const OTHER_CLICKHOUSE_TYPES: readonly string[] = [
  ...['DateTime', 'DateTime64', 'Time', 'Time64', 'Nothing', 'Nullable', 'LowCardinality'],
  ...SPANS.keys(),
];

function checkPrecision(name: TypeName, precision: number, fail: TypeNameError): number {
  if (precision > 9) throw fail(name, 'BAD_ARGUMENTS', `${name.name} has at most 9 digits after the second`);
  return precision;
}

function unknown(name: TypeName, known: readonly string[], fail: TypeNameError): BasaltError {
  const word = name.name.toUpperCase();
  const hint = Object.hasOwn(UNSUPPORTED, word) ? UNSUPPORTED[word] : undefined;
  if (hint !== undefined)
    return fail(name, 'NOT_IMPLEMENTED', `The type ${name.name} is not supported`, hint);
  const near = nearest(name.name, known);
  return fail(
    name,
    'UNKNOWN_TYPE',
    `Unknown type ${name.name}`,
    near === undefined ? `Known: ${known.slice(0, 12).join(', ')} ...` : `Did you mean ${near}?`,
  );
}
