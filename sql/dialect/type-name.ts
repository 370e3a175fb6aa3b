/**
 * Type names: what each dialect calls the logical types, both ways.
 *
 * ClickHouse types are not nullable unless `Nullable(...)`; standard and Druid ones are nullable unless NOT NULL
 * says otherwise, which the caller of {@link resolveType} applies.
 */

import type { BasaltError } from '../../engine/base/error.ts';
import { nearest } from '../../engine/function/nearest.ts';
import type { Dialect } from '../../engine/function/row.ts';
import { type LogicalType, nullable, type TypeId, timestamp, type } from '../../engine/type/type.ts';
import type { TypeName } from '../ast/expression.ts';

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
  SIGNED: 'int32',
  BIGINT: 'int64',
  INT8: 'int64',
  LONG: 'int64',
  UTINYINT: 'uint8',
  USMALLINT: 'uint16',
  UINTEGER: 'uint32',
  UBIGINT: 'uint64',
  REAL: 'float32',
  FLOAT4: 'float32',
  FLOAT: 'float32',
  DOUBLE: 'float64',
  'DOUBLE PRECISION': 'float64',
  FLOAT8: 'float64',
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

const CLICKHOUSE_TYPES: Readonly<Record<string, TypeId>> = {
  Bool: 'bool',
  Int8: 'int8',
  Int16: 'int16',
  Int32: 'int32',
  Int64: 'int64',
  UInt8: 'uint8',
  UInt16: 'uint16',
  UInt32: 'uint32',
  UInt64: 'uint64',
  Float32: 'float32',
  Float64: 'float64',
  String: 'string',
  Date: 'date',
  Date32: 'date',
};

/** SQL spellings ClickHouse takes in any case. */
const CLICKHOUSE_ALIASES: Readonly<Record<string, TypeId>> = {
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
  DECIMAL: 'Use DOUBLE, or BIGINT counting the smallest unit',
  NUMERIC: 'Use DOUBLE, or BIGINT counting the smallest unit',
  UUID: 'Use a string',
  ARRAY: 'Arrays are not supported yet',
  MAP: 'Maps are not supported yet',
  TUPLE: 'Tuples are not supported yet',
  JSON: 'Use a string',
  BLOB: 'Use a string',
  BYTEA: 'Use a string',
  HUGEINT: 'Use BIGINT',
  INTERVAL: 'Store a number of seconds',
  TIME: 'Store a number of seconds',
  FIXEDSTRING: 'Use String',
  ENUM8: 'Use LowCardinality(String)',
  ENUM16: 'Use LowCardinality(String)',
  ENUM: 'Use LowCardinality(String)',
  NESTED: 'Use one column per element',
  IPV4: 'Use String',
  IPV6: 'Use String',
  AGGREGATEFUNCTION: 'Store the values instead',
};

export type TypeNameError = (
  name: TypeName,
  error: 'UNKNOWN_TYPE' | 'NOT_IMPLEMENTED' | 'BAD_ARGUMENTS',
  message: string,
  hint?: string,
) => BasaltError;

export function resolveType(name: TypeName, dialect: Dialect, fail: TypeNameError): LogicalType {
  if (name.arrays > 0)
    throw fail(name, 'NOT_IMPLEMENTED', 'Arrays are not supported', 'Store one row per element');
  return dialect === 'clickhouse' ? clickhouseType(name, fail) : sqlType(name, dialect, fail);
}

function sqlType(name: TypeName, dialect: Dialect, fail: TypeNameError): LogicalType {
  const word = name.name.toUpperCase();
  const table = dialect === 'druid' ? DRUID_TYPES : SQL_TYPES;
  if (word === 'TIMESTAMP' || word === 'DATETIME' || word === 'TIMESTAMPTZ') {
    const digits = name.args[0]?.kind === 'number' ? name.args[0].value : dialect === 'druid' ? 3 : 6;
    return timestamp(checkPrecision(name, dialect === 'druid' ? 3 : digits, fail), true);
  }
  const fixed = /^TIMESTAMP_(S|MS|US|NS)$/.exec(word);
  if (fixed !== null)
    return timestamp({ S: 0, MS: 3, US: 6, NS: 9 }[fixed[1] as 'S' | 'MS' | 'US' | 'NS'], true);
  const id = Object.hasOwn(table, word) ? table[word] : undefined;
  if (id !== undefined) return type(id, true);
  throw unknown(name, [...Object.keys(table), 'TIMESTAMP'], fail);
}

function clickhouseType(name: TypeName, fail: TypeNameError): LogicalType {
  const inner = (): LogicalType => {
    const first = name.args[0];
    if (first?.kind !== 'type' || name.args.length !== 1)
      throw fail(name, 'BAD_ARGUMENTS', `${name.name} takes one type`);
    return clickhouseType(first.type, fail);
  };
  if (name.name === 'Nullable') return nullable(inner());
  if (name.name === 'LowCardinality') return inner();
  if (name.name === 'DateTime' || name.name === 'DateTime64' || /^timestamp$/i.test(name.name))
    return clickhouseDateTime(name, fail);
  if (name.name === 'Nothing' || name.name === 'NULL') return { id: 'null', nullable: true };
  const id = Object.hasOwn(CLICKHOUSE_TYPES, name.name)
    ? CLICKHOUSE_TYPES[name.name]
    : CLICKHOUSE_ALIASES[name.name.toUpperCase()];
  if (id !== undefined) return type(id);
  throw unknown(
    name,
    [...Object.keys(CLICKHOUSE_TYPES), 'DateTime', 'DateTime64', 'Nullable', 'LowCardinality'],
    fail,
  );
}

function clickhouseDateTime(name: TypeName, fail: TypeNameError): LogicalType {
  const zone = name.args.find((a) => a.kind === 'string')?.value;
  const digits = name.args.find((a) => a.kind === 'number')?.value;
  const precision = name.name === 'DateTime64' ? (digits ?? 3) : 0;
  return timestamp(checkPrecision(name, precision, fail), false, zone);
}

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

const STANDARD_NAMES: Record<TypeId, string> = {
  null: 'NULL',
  bool: 'BOOLEAN',
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  uint8: 'UTINYINT',
  uint16: 'USMALLINT',
  uint32: 'UINTEGER',
  uint64: 'UBIGINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
  string: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

const DRUID_NAMES: Record<TypeId, string> = {
  ...STANDARD_NAMES,
  null: 'VARCHAR',
  int8: 'BIGINT',
  int16: 'BIGINT',
  int32: 'BIGINT',
  uint8: 'BIGINT',
  uint16: 'BIGINT',
  uint32: 'BIGINT',
  uint64: 'BIGINT',
};

const CLICKHOUSE_NAMES: Record<TypeId, string> = {
  null: 'Nothing',
  bool: 'Bool',
  int8: 'Int8',
  int16: 'Int16',
  int32: 'Int32',
  int64: 'Int64',
  uint8: 'UInt8',
  uint16: 'UInt16',
  uint32: 'UInt32',
  uint64: 'UInt64',
  float32: 'Float32',
  float64: 'Float64',
  string: 'String',
  date: 'Date',
  timestamp: 'DateTime64',
};

/** The type as a dialect writes it. */
export function dialectTypeName(t: LogicalType, dialect: Dialect): string {
  if (dialect === 'druid') return DRUID_NAMES[t.id];
  if (dialect === 'standard') {
    const suffix = { 0: '_S', 3: '_MS', 9: '_NS' }[t.precision ?? 6] ?? '';
    return t.id === 'timestamp' ? `TIMESTAMP${suffix}` : STANDARD_NAMES[t.id];
  }
  const base = t.id === 'timestamp' ? clickhouseTimestampName(t) : CLICKHOUSE_NAMES[t.id];
  return t.nullable ? `Nullable(${base})` : base;
}

function clickhouseTimestampName(t: LogicalType): string {
  const precision = t.precision ?? 3;
  const zone = t.zone === undefined ? '' : `'${t.zone}'`;
  if (precision === 0) return zone === '' ? 'DateTime' : `DateTime(${zone})`;
  return zone === '' ? `DateTime64(${precision})` : `DateTime64(${precision}, ${zone})`;
}
