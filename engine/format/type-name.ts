/**
 * How the doors call the logical types: ClickHouse's names, Druid's native and SQL names. One row per type.
 * A ClickHouse type is not nullable unless it says so; Druid's always are.
 */

import type { LogicalType, TypeId } from '../type/type.ts';

type TypeNames = { readonly clickhouse: string; readonly druid: string; readonly druidSql: string };

const row = (clickhouse: string, druid: string, druidSql: string): TypeNames => ({
  clickhouse,
  druid,
  druidSql,
});

export const TYPE_NAMES: Readonly<Record<TypeId, TypeNames>> = {
  null: row('Nothing', 'STRING', 'NULL'),
  bool: row('Bool', 'LONG', 'BOOLEAN'),
  int8: row('Int8', 'LONG', 'TINYINT'),
  int16: row('Int16', 'LONG', 'SMALLINT'),
  int32: row('Int32', 'LONG', 'INTEGER'),
  int64: row('Int64', 'LONG', 'BIGINT'),
  uint8: row('UInt8', 'LONG', 'SMALLINT'),
  uint16: row('UInt16', 'LONG', 'INTEGER'),
  uint32: row('UInt32', 'LONG', 'BIGINT'),
  uint64: row('UInt64', 'LONG', 'BIGINT'),
  float32: row('Float32', 'FLOAT', 'FLOAT'),
  float64: row('Float64', 'DOUBLE', 'DOUBLE'),
  string: row('String', 'STRING', 'VARCHAR'),
  date: row('Date', 'LONG', 'DATE'),
  timestamp: row('DateTime', 'LONG', 'TIMESTAMP'),
};

/** `Nullable(String)`, `DateTime64(3, 'UTC')`, `UInt64`... */
export function clickhouseTypeName(type: LogicalType): string {
  const name = type.id === 'timestamp' ? clickhouseTime(type) : TYPE_NAMES[type.id].clickhouse;
  return type.nullable || type.id === 'null' ? `Nullable(${name})` : name;
}

function clickhouseTime({ precision = 3, zone }: LogicalType): string {
  if (precision === 0) return zone === undefined ? 'DateTime' : `DateTime('${zone}')`;
  return zone === undefined ? `DateTime64(${precision})` : `DateTime64(${precision}, '${zone}')`;
}

export const druidTypeName = (type: LogicalType): string => TYPE_NAMES[type.id].druid;
export const druidSqlTypeName = (type: LogicalType): string => TYPE_NAMES[type.id].druidSql;
