/**
 * What users call the logical types: ClickHouse's and DuckDB's names, Druid's native and SQL names. One row per type.
 *
 * A ClickHouse type is not nullable unless it says so; Druid's and DuckDB's always are.
 */

import {
  elementOf,
  entriesOf,
  fieldsOf,
  isEnum,
  keyOf,
  type LogicalType,
  parametersText,
  stateOf,
  type TypeId,
  timeDigits,
} from './type.ts';

type TypeNames = {
  readonly clickhouse: string;
  readonly standard: string;
  /** As Druid's SQL computes: every integer is a BIGINT. */
  readonly druid: string;
  /** Native: the `types` line of an answer. */
  readonly druidNative: string;
  /** The `sqlTypes` line of an answer. */
  readonly druidSql: string;
};

const row = (
  clickhouse: string,
  standard: string,
  druid: string,
  druidNative: string,
  druidSql: string,
): TypeNames => ({ clickhouse, standard, druid, druidNative, druidSql });

const TYPE_NAMES: Readonly<Record<TypeId, TypeNames>> = {
  null: row('Nothing', 'NULL', 'VARCHAR', 'STRING', 'NULL'),
  bool: row('Bool', 'BOOLEAN', 'BOOLEAN', 'LONG', 'BOOLEAN'),
  int8: row('Int8', 'TINYINT', 'BIGINT', 'LONG', 'TINYINT'),
  int16: row('Int16', 'SMALLINT', 'BIGINT', 'LONG', 'SMALLINT'),
  int32: row('Int32', 'INTEGER', 'BIGINT', 'LONG', 'INTEGER'),
  int64: row('Int64', 'BIGINT', 'BIGINT', 'LONG', 'BIGINT'),
  uint8: row('UInt8', 'UTINYINT', 'BIGINT', 'LONG', 'SMALLINT'),
  uint16: row('UInt16', 'USMALLINT', 'BIGINT', 'LONG', 'INTEGER'),
  uint32: row('UInt32', 'UINTEGER', 'BIGINT', 'LONG', 'BIGINT'),
  uint64: row('UInt64', 'UBIGINT', 'BIGINT', 'LONG', 'BIGINT'),
  int128: row('Int128', 'HUGEINT', 'DECIMAL', 'DOUBLE', 'DECIMAL'),
  int256: row('Int256', 'INT256', 'DECIMAL', 'DOUBLE', 'DECIMAL'),
  uint128: row('UInt128', 'UHUGEINT', 'DECIMAL', 'DOUBLE', 'DECIMAL'),
  uint256: row('UInt256', 'UINT256', 'DECIMAL', 'DOUBLE', 'DECIMAL'),
  bfloat16: row('BFloat16', 'FLOAT', 'FLOAT', 'FLOAT', 'FLOAT'),
  float32: row('Float32', 'FLOAT', 'FLOAT', 'FLOAT', 'FLOAT'),
  float64: row('Float64', 'DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE'),
  string: row('String', 'VARCHAR', 'VARCHAR', 'STRING', 'VARCHAR'),
  date: row('Date', 'DATE', 'DATE', 'LONG', 'DATE'),
  timestamp: row('DateTime', 'TIMESTAMP', 'TIMESTAMP', 'LONG', 'TIMESTAMP'),
  time: row('Time', 'TIME', 'VARCHAR', 'STRING', 'TIME'),
  span: row('Interval', 'INTERVAL', 'BIGINT', 'LONG', 'INTERVAL'),
  duration: row('String', 'INTERVAL', 'VARCHAR', 'STRING', 'INTERVAL'),
  decimal: row('Decimal', 'DECIMAL', 'DECIMAL', 'DOUBLE', 'DECIMAL'),
  uuid: row('UUID', 'UUID', 'VARCHAR', 'STRING', 'VARCHAR'),
  ipv4: row('IPv4', 'IPV4', 'VARCHAR', 'STRING', 'VARCHAR'),
  ipv6: row('IPv6', 'IPV6', 'VARCHAR', 'STRING', 'VARCHAR'),
  enum8: row('Enum8', 'ENUM', 'VARCHAR', 'STRING', 'VARCHAR'),
  enum16: row('Enum16', 'ENUM', 'VARCHAR', 'STRING', 'VARCHAR'),
  fixedstring: row('FixedString', 'VARCHAR', 'VARCHAR', 'STRING', 'VARCHAR'),
  json: row('JSON', 'JSON', 'JSON', 'COMPLEX<json>', 'OTHER'),
  array: row('Array', 'LIST', 'ARRAY', 'ARRAY', 'ARRAY'),
  map: row('Map', 'MAP', 'JSON', 'COMPLEX<json>', 'OTHER'),
  tuple: row('Tuple', 'STRUCT', 'JSON', 'COMPLEX<json>', 'OTHER'),
  multi: row('Array(Nullable(String))', 'VARCHAR[]', 'VARCHAR', 'STRING', 'VARCHAR'),
  variant: row('Variant', 'VARCHAR', 'VARCHAR', 'STRING', 'VARCHAR'),
  state: row('AggregateFunction', 'STATE', 'COMPLEX', 'COMPLEX', 'OTHER'),
};

/** `Nullable(String)`, `DateTime64(3, 'UTC')`, `Array(UInt64)`... */
export function clickhouseTypeName(type: LogicalType): string {
  const { simple } = type;
  // Without the NULLs that it is of, it is no longer of that function.
  if (simple === undefined || (simple.nullable && !type.nullable))
    return nullableName(plainName(type), type, type.nullable);
  const of = `SimpleAggregateFunction(${simple.fn}, ${nullableName(plainName(type), type, simple.nullable)})`;
  return nullableName(of, type, type.nullable && !simple.nullable);
}

/** Arrays are never NULL there, and variants need not say that they may be. */
const nullableName = (name: string, { id }: LogicalType, isNullable: boolean): string =>
  isNullable && id !== 'multi' && id !== 'variant' ? `Nullable(${name})` : name;

function plainName(type: LogicalType): string {
  const name = TYPE_NAMES[type.id].clickhouse;
  if (type.id === 'timestamp') return clickhouseTime(type);
  if (type.id === 'span') return `${name}${(type.unit ?? '').replace(/^./, (c) => c.toUpperCase())}`;
  if (type.id === 'variant' && type.types === undefined) return 'Dynamic';
  if (type.id === 'time') return timeDigits(type) === 0 ? name : `${name}64(${timeDigits(type)})`;
  const args = argumentsOf(type);
  return args === '' ? name : `${name}(${args})`;
}

function argumentsOf(type: LogicalType): string {
  if (isEnum(type))
    return entriesOf(type)
      .map(([name, code]) => `${quoted(name)} = ${code}`)
      .join(', ');
  switch (type.id) {
    case 'decimal':
      return `${type.precision}, ${type.scale}`;
    case 'json':
      return type.paths === undefined ? '' : `max_dynamic_paths=${type.paths}`;
    case 'fixedstring':
      return String(type.length);
    case 'array':
      return clickhouseTypeName(elementOf(type));
    case 'map':
      return `${clickhouseTypeName(keyOf(type))}, ${clickhouseTypeName(elementOf(type))}`;
    case 'tuple':
      return fieldsOf(type)
        .map((field) =>
          field.name === null
            ? clickhouseTypeName(field.type)
            : `${identifier(field.name)} ${clickhouseTypeName(field.type)}`,
        )
        .join(', ');
    case 'variant':
      return (type.types ?? []).map(clickhouseTypeName).join(', ');
    case 'state': {
      const { name, parameters, args } = stateOf(type);
      const head = parameters.length === 0 ? name : `${name}(${parametersText(parameters)})`;
      return [head, ...args.map(clickhouseTypeName)].join(', ');
    }
    default:
      return '';
  }
}

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
const identifier = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replace(/[\\`]/g, '\\$&')}\``;

function clickhouseTime({ precision = 3, zone }: LogicalType): string {
  if (precision === 0) return zone === undefined ? 'DateTime' : `DateTime('${zone}')`;
  return zone === undefined ? `DateTime64(${precision})` : `DateTime64(${precision}, '${zone}')`;
}

export function druidTypeName(type: LogicalType): string {
  if (type.id === 'array') return `ARRAY<${druidTypeName(elementOf(type))}>`;
  return type.id === 'state' ? druidComplex(type) : TYPE_NAMES[type.id].druidNative;
}

/** Druid's names of sketches, and of values at a time, by the aggregate. */
const DRUID_STATES: readonly (readonly [fn: RegExp, name: string])[] = [
  [/^hll_/, 'HLLSketch'],
  [/^theta_/, 'thetaSketch'],
  [/^quantile(s|_inclusive)?_f64$/, 'quantilesDoublesSketch'],
  [/^digest_/, 'tDigestSketch'],
  [/^buckets_/, 'fixedBucketsHistogram'],
  [/^tuples_/, 'arrayOfDoublesSketch'],
  [/^bloom_/, 'bloom'],
  [/^(first|last)_i64$/, 'serializablePairLongLong'],
  [/^(first|last)_f64$/, 'serializablePairLongDouble'],
  [/^(first|last)_str$/, 'serializablePairLongString'],
];
const druidComplex = (type: LogicalType): string =>
  `COMPLEX<${DRUID_STATES.find(([fn]) => fn.test(stateOf(type).fn))?.[1] ?? stateOf(type).name}>`;
export const druidSqlTypeName = (type: LogicalType): string => TYPE_NAMES[type.id].druidSql;
/** As INFORMATION_SCHEMA.COLUMNS has it. */
export const druidColumnTypeName = (type: LogicalType): string =>
  type.id === 'state' ? druidComplex(type) : druidSqlTypeName(type);

/** The type as a dialect writes it. */
export function dialectTypeName(type: LogicalType, dialect: 'standard' | 'druid' | 'clickhouse'): string {
  if (dialect === 'druid') return type.id === 'state' ? druidComplex(type) : TYPE_NAMES[type.id].druid;
  return dialect === 'standard' ? standardTypeName(type) : clickhouseTypeName(type);
}

function standardTypeName(type: LogicalType): string {
  const name = TYPE_NAMES[type.id].standard;
  switch (type.id) {
    case 'timestamp':
      if (type.zone !== undefined) return `${name} WITH TIME ZONE`;
      return `${name}${{ 0: '_S', 3: '_MS', 9: '_NS' }[type.precision ?? 6] ?? ''}`;
    case 'decimal':
      return `${name}(${type.precision},${type.scale})`;
    case 'enum8':
    case 'enum16':
      return `${name}(${entriesOf(type)
        .map(([text]) => `'${text.replaceAll("'", "''")}'`)
        .join(', ')})`;
    case 'array':
      return `${standardTypeName(elementOf(type))}[]`;
    case 'map':
      return `${name}(${standardTypeName(keyOf(type))}, ${standardTypeName(elementOf(type))})`;
    case 'tuple':
      return `${name}(${fieldsOf(type)
        .map((field) => `${field.name === null ? '' : `"${field.name}" `}${standardTypeName(field.type)}`)
        .join(', ')})`;
    case 'state':
      return `${name}(${argumentsOf(type)})`;
    default:
      return name;
  }
}
