/**
 * Logical types, free of any dialect, and the lane each one computes in.
 *
 * A logical type says what a value means; its lane says which of four machine shapes kernels and functions
 * see: `i64` (all integers, days, timestamp ticks), `f64`, `bool` (one byte, 0 or 1), `str` (bytes, UTF-8 by
 * convention). Blocks are stored and scanned much narrower than their lane (see vector/vector.ts).
 *
 * Units: `date` counts days since 1970-01-01; `timestamp` counts ticks of 10^-precision seconds since the
 * epoch, UTC; `zone` only changes how a timestamp is shown and cut, never its ticks. `decimal` counts units of 10^-scale.
 * `ipv4` is the address as an unsigned integer, `enum` the code of its name. `time` counts ticks of 10^-precision seconds since
 * midnight (ClickHouse's, which may be negative and more than a day) or, without a precision, microseconds (SQL's TIME); `span` counts units of time of one kind (ClickHouse's intervals).
 * `duration` is SQL's INTERVAL: months, days and microseconds, packed (interval.ts).
 *
 * Values wider than a word, and values made of others (`array`, `map`, `tuple`), are strings of a form that is equal and
 * ordered as they are (packed.ts), so whatever stores, groups, sorts and joins strings does so with them.
 */

import { BasaltError } from '../base/error.ts';

export type TypeId =
  | 'null'
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'int128'
  | 'int256'
  | 'uint128'
  | 'uint256'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'string'
  | 'date'
  | 'timestamp'
  | 'time'
  | 'span'
  | 'duration'
  | 'decimal'
  | 'uuid'
  | 'ipv4'
  | 'ipv6'
  | 'enum8'
  | 'enum16'
  | 'fixedstring'
  | 'json'
  | 'array'
  | 'map'
  | 'tuple'
  | 'multi'
  | 'variant'
  | 'state';

export type LogicalType = {
  readonly id: TypeId;
  readonly nullable: boolean;
  /** timestamp, time: digits after the second, 0 to 9. decimal: digits in all, 1 to 76. */
  readonly precision?: number;
  /** timestamp only: IANA zone it is shown in; absent means UTC. */
  readonly zone?: string;
  /** span only: what it counts. */
  readonly unit?: SpanUnit;
  /** decimal only: digits after the point. */
  readonly scale?: number;
  /** fixedstring only: bytes. */
  readonly length?: number;
  /** enum8, enum16: names with their codes, ascending by code. */
  readonly entries?: readonly EnumEntry[];
  /** array: of its elements. map: of its values. */
  readonly element?: LogicalType;
  /** map only. */
  readonly key?: LogicalType;
  /** tuple only, at least one; either all have names or none. */
  readonly fields?: readonly TupleField[];
  /** variant only: what its values can be, ascending by ClickHouse's names; absent: anything (ClickHouse's Dynamic). */
  readonly types?: readonly LogicalType[];
  /** json only: paths that a segment keeps as columns at most; absent: the default. */
  readonly paths?: number;
  /** state only. */
  readonly state?: StateType;
  /** ClickHouse's SimpleAggregateFunction; of any type. */
  readonly simple?: SimpleType;
};

/**
 * The function by which aggregating tables combine values of the type. It is a name beside the type, which goes wherever the type is passed on
 * and nowhere else: values, and whether types are the same, know nothing of it.
 */
export type SimpleType = {
  readonly fn: string;
  /** Whether it is of a Nullable: what becomes Nullable later has it inside of that. */
  readonly nullable: boolean;
};

/** Which aggregate a state is of. */
export type StateType = {
  /** As users know it, and what they wrote after it: `quantile`, [0.9]. */
  readonly name: string;
  readonly parameters: readonly (number | string)[];
  readonly args: readonly LogicalType[];
  /** The executor's aggregate, its parameters, and the type of what it gives. */
  readonly fn: string;
  readonly params: readonly number[];
  readonly result: LogicalType;
};

/** From the shortest to the longest. */
export const SPAN_UNITS = [
  'nanosecond',
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
] as const;
export type SpanUnit = (typeof SPAN_UNITS)[number];

export type EnumEntry = readonly [name: string, code: number];
export type TupleField = { readonly name: string | null; readonly type: LogicalType };

export type Lane = 'i64' | 'f64' | 'bool' | 'str';

/** A value outside of columns: literals, constants, bounds. Integers of the i64 lane are bigints here. */
export type Value = null | boolean | bigint | number | string;

/** `bits`: of an integer; 0 where there is no such number. */
type TypeRow = { readonly lane: Lane; readonly bits: number; readonly signed: boolean };

const TYPES: Record<TypeId, TypeRow> = {
  null: { lane: 'i64', bits: 64, signed: true },
  bool: { lane: 'bool', bits: 8, signed: false },
  int8: { lane: 'i64', bits: 8, signed: true },
  int16: { lane: 'i64', bits: 16, signed: true },
  int32: { lane: 'i64', bits: 32, signed: true },
  int64: { lane: 'i64', bits: 64, signed: true },
  uint8: { lane: 'i64', bits: 8, signed: false },
  uint16: { lane: 'i64', bits: 16, signed: false },
  uint32: { lane: 'i64', bits: 32, signed: false },
  /** Kept as the same 64 bits in the i64 lane; functions on it say `_u64` in their name. */
  uint64: { lane: 'i64', bits: 64, signed: false },
  /** Packed, and so are all of more than 64 bits. */
  int128: { lane: 'str', bits: 128, signed: true },
  int256: { lane: 'str', bits: 256, signed: true },
  uint128: { lane: 'str', bits: 128, signed: false },
  uint256: { lane: 'str', bits: 256, signed: false },
  /** The upper half of a float32's bits. */
  bfloat16: { lane: 'f64', bits: 16, signed: true },
  float32: { lane: 'f64', bits: 32, signed: true },
  float64: { lane: 'f64', bits: 64, signed: true },
  string: { lane: 'str', bits: 0, signed: false },
  date: { lane: 'i64', bits: 32, signed: true },
  timestamp: { lane: 'i64', bits: 64, signed: true },
  time: { lane: 'i64', bits: 64, signed: true },
  span: { lane: 'i64', bits: 64, signed: true },
  duration: { lane: 'str', bits: 0, signed: false },
  /** Up to DECIMAL64_DIGITS; wider ones are packed. */
  decimal: { lane: 'i64', bits: 64, signed: true },
  uuid: { lane: 'str', bits: 0, signed: false },
  ipv4: { lane: 'i64', bits: 32, signed: false },
  ipv6: { lane: 'str', bits: 0, signed: false },
  enum8: { lane: 'i64', bits: 8, signed: true },
  enum16: { lane: 'i64', bits: 16, signed: true },
  fixedstring: { lane: 'str', bits: 0, signed: false },
  json: { lane: 'str', bits: 0, signed: false },
  array: { lane: 'str', bits: 0, signed: false },
  map: { lane: 'str', bits: 0, signed: false },
  tuple: { lane: 'str', bits: 0, signed: false },
  /** One text or several (multi.ts). */
  multi: { lane: 'str', bits: 0, signed: false },
  /** A value with its own type (variant.ts). */
  variant: { lane: 'str', bits: 0, signed: false },
  /** Bytes of seven bits a character (packed.ts). */
  state: { lane: 'str', bits: 0, signed: false },
};

/** Digits of a decimal that is an integer of 64 bits. */
export const DECIMAL64_DIGITS = 18;
export const MAX_DECIMAL_DIGITS = 76;

export const type = (id: TypeId, nullable = false): LogicalType => ({ id, nullable });
export const timestamp = (precision: number, nullable = false, zone?: string): LogicalType =>
  zone === undefined
    ? { id: 'timestamp', nullable, precision }
    : { id: 'timestamp', nullable, precision, zone };

/** The type with a zone for what it has of timestamps without one. */
export const zonedWithin = (of: LogicalType, zone: string): LogicalType => ({
  ...of,
  ...(of.id === 'timestamp' && of.zone === undefined ? { zone } : {}),
  ...(of.element === undefined ? {} : { element: zonedWithin(of.element, zone) }),
  ...(of.key === undefined ? {} : { key: zonedWithin(of.key, zone) }),
  ...(of.fields === undefined
    ? {}
    : { fields: of.fields.map((field) => ({ ...field, type: zonedWithin(field.type, zone) })) }),
});

export const decimal = (precision: number, scale: number, mayBeNull = false): LogicalType => ({
  id: 'decimal',
  nullable: mayBeNull,
  precision,
  scale,
});
export const time = (precision: number, mayBeNull = false): LogicalType => ({
  id: 'time',
  nullable: mayBeNull,
  precision,
});
/** Digits after the second that a time counts. */
export const timeDigits = ({ precision = 6 }: LogicalType): number => precision;
export const span = (unit: SpanUnit, mayBeNull = false): LogicalType => ({
  id: 'span',
  nullable: mayBeNull,
  unit,
});
export const array = (element: LogicalType): LogicalType => ({ id: 'array', nullable: false, element });
export const map = (key: LogicalType, element: LogicalType): LogicalType => ({
  id: 'map',
  nullable: false,
  key,
  element,
});
export const tuple = (fields: readonly TupleField[]): LogicalType => ({
  id: 'tuple',
  nullable: false,
  fields,
});

/** A variant of some types; NULL is always one of its values. */
export const variant = (types: readonly LogicalType[]): LogicalType => ({
  id: 'variant',
  nullable: true,
  types,
});

export const NULL_TYPE: LogicalType = type('null', true);
/** A variant of anything. */
export const DYNAMIC: LogicalType = type('variant', true);
export const BOOL: LogicalType = type('bool');
export const INT64: LogicalType = type('int64');
export const UINT64: LogicalType = type('uint64');
export const FLOAT64: LogicalType = type('float64');
export const INT128: LogicalType = type('int128');
export const UINT128: LogicalType = type('uint128');
export const STRING: LogicalType = type('string');
export const DATE: LogicalType = type('date');
export const TIME: LogicalType = type('time');
export const DURATION: LogicalType = type('duration');

export const nullable = (t: LogicalType): LogicalType => (t.nullable ? t : { ...t, nullable: true });
export const notNull = (t: LogicalType): LogicalType =>
  t.nullable && !ALWAYS_NULLABLE.has(t.id) ? { ...t, nullable: false } : t;
const ALWAYS_NULLABLE: ReadonlySet<TypeId> = new Set(['null', 'variant']);

/** The type as values that a function combines have it. */
export const simpleOf = (fn: string, t: LogicalType): LogicalType => ({
  ...t,
  simple: { fn, nullable: t.nullable },
});
/** The type without the function that combines its values. */
export function plainType(t: LogicalType): LogicalType {
  if (t.simple === undefined) return t;
  const { simple: _, ...plain } = t;
  return plain;
}
/** Whether both have the same function, or none. */
const sameSimple = ({ simple: a }: LogicalType, { simple: b }: LogicalType): boolean =>
  a === b || (a?.fn === b?.fn && a?.nullable === b?.nullable);

export const laneOf = (t: LogicalType): Lane =>
  t.id === 'decimal' && (t.precision ?? 0) > DECIMAL64_DIGITS ? 'str' : TYPES[t.id].lane;
export const bitsOf = (t: LogicalType): number => TYPES[t.id].bits;
/** An integer of up to 64 bits: of the i64 lane. */
export const isInteger = (t: LogicalType): boolean => /^u?int(8|16|32|64)$/.test(t.id);
/** One of 128 or 256 bits: packed. */
export const isWideInteger = (t: LogicalType): boolean => TYPES[t.id].bits > 64;
export const isSigned = (t: LogicalType): boolean => TYPES[t.id].signed;
export const isFloat = (t: LogicalType): boolean => t.id === 'float64' || isNarrowFloat(t);
/** Its values are ones of float32, as which they are stored and written. */
export const isNarrowFloat = (t: LogicalType): boolean => t.id === 'float32' || t.id === 'bfloat16';
export const isNumeric = (t: LogicalType): boolean =>
  isInteger(t) || isFloat(t) || t.id === 'decimal' || isWideInteger(t);
export const isEnum = (t: LogicalType): boolean => t.id === 'enum8' || t.id === 'enum16';
/** Made of values of other types. */
export const isNested = (t: LogicalType): boolean => t.id === 'array' || t.id === 'map' || t.id === 'tuple';
const PACKED: ReadonlySet<TypeId> = new Set([
  'int128',
  'int256',
  'uint128',
  'uint256',
  'time',
  'duration',
  'decimal',
  'uuid',
  'ipv4',
  'ipv6',
  'enum8',
  'enum16',
  'fixedstring',
  'json',
  'array',
  'map',
  'tuple',
  'multi',
  'variant',
  'state',
]);
/** What a value means needs more than its lane and its id. */
export const isPacked = (t: LogicalType): boolean => PACKED.has(t.id);
export const isTemporal = (t: LogicalType): boolean => t.id === 'date' || t.id === 'timestamp';

/** Smallest and largest value of an integer type. */
export const integerRange = (t: LogicalType): readonly [bigint, bigint] => {
  const { bits, signed } = TYPES[t.id];
  return signed
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, (1n << BigInt(bits)) - 1n];
};

export const sameType = (a: LogicalType, b: LogicalType): boolean =>
  a.nullable === b.nullable && sameValues(a, b);

/** The same type, by the same name. */
export const sameNamed = (a: LogicalType, b: LogicalType): boolean => sameType(a, b) && sameSimple(a, b);

/** The same type but for whether it may be NULL. */
export const sameValues = (a: LogicalType, b: LogicalType): boolean =>
  a === b ||
  (a.id === b.id &&
    a.precision === b.precision &&
    a.zone === b.zone &&
    a.unit === b.unit &&
    a.scale === b.scale &&
    a.length === b.length &&
    sameEntries(a.entries, b.entries) &&
    sameOptional(a.element, b.element) &&
    sameOptional(a.key, b.key) &&
    sameFields(a.fields, b.fields) &&
    sameTypes(a.types, b.types) &&
    sameState(a.state, b.state));

const sameOptional = (a: LogicalType | undefined, b: LogicalType | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && sameType(a, b));

const sameEntries = (a: LogicalType['entries'], b: LogicalType['entries']): boolean =>
  a === b ||
  (a?.length === b?.length &&
    (a?.every(([name, code], i) => name === b?.[i][0] && code === b[i][1]) ?? false));

const sameFields = (a: LogicalType['fields'], b: LogicalType['fields']): boolean =>
  a === b ||
  (a?.length === b?.length &&
    (a?.every((field, i) => field.name === b?.[i].name && sameType(field.type, b[i].type)) ?? false));

const sameTypes = (a: LogicalType['types'], b: LogicalType['types']): boolean =>
  a === b ||
  (a?.length === b?.length && (a?.every((of, i) => b !== undefined && sameType(of, b[i])) ?? false));

const sameState = (a: StateType | undefined, b: StateType | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.name === b.name &&
    a.fn === b.fn &&
    String(a.params) === String(b.params) &&
    a.args.length === b.args.length &&
    a.args.every((arg, i) => sameType(arg, b.args[i])));

/** Basalt's own spelling, used in EXPLAIN, in errors and on disk; each door has its own names. */
export const typeName = (t: LogicalType): string => {
  const base = plainName(t);
  return t.nullable && !ALWAYS_NULLABLE.has(t.id) ? `${base}?` : base;
};

/** As they are written. */
export const parametersText = (parameters: StateType['parameters']): string =>
  parameters
    .map((value) => (typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : value))
    .join(', ');

function plainName(t: LogicalType): string {
  switch (t.id) {
    case 'timestamp':
      return `timestamp(${t.precision ?? 3}${t.zone === undefined ? '' : `, '${t.zone}'`})`;
    case 'time':
      return t.precision === undefined ? t.id : `time(${t.precision})`;
    case 'span':
      return `span(${t.unit})`;
    case 'duration':
      return 'interval';
    case 'decimal':
      return `decimal(${t.precision}, ${t.scale})`;
    case 'fixedstring':
      return `fixedstring(${t.length})`;
    case 'enum8':
    case 'enum16':
      return `${t.id}(${(t.entries ?? []).map(([name, code]) => `'${name}' = ${code}`).join(', ')})`;
    case 'array':
      return `array(${typeName(elementOf(t))})`;
    case 'map':
      return `map(${typeName(keyOf(t))}, ${typeName(elementOf(t))})`;
    case 'tuple':
      return `tuple(${fieldsOf(t)
        .map(({ name, type }) => (name === null ? typeName(type) : `${name} ${typeName(type)}`))
        .join(', ')})`;
    case 'variant':
      return t.types === undefined ? 'dynamic' : `variant(${t.types.map(typeName).join(', ')})`;
    case 'state': {
      const { name, parameters, args } = stateOf(t);
      const head = parameters.length === 0 ? name : `${name}(${parametersText(parameters)})`;
      return `state(${[head, ...args.map(typeName)].join(', ')})`;
    }
    default:
      return t.id;
  }
}

const missing = (what: string): never => {
  throw new BasaltError('LOGICAL_ERROR', `A type without ${what} was asked for it`);
};
export const elementOf = (t: LogicalType): LogicalType => t.element ?? missing('elements');
export const keyOf = (t: LogicalType): LogicalType => t.key ?? missing('keys');
export const fieldsOf = (t: LogicalType): readonly TupleField[] => t.fields ?? missing('fields');
export const stateOf = (t: LogicalType): StateType => t.state ?? missing('an aggregate');
export const entriesOf = (t: LogicalType): readonly EnumEntry[] => t.entries ?? missing('names');
