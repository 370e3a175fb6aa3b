/**
 * Logical types, free of any dialect, and the lane each one computes in.
 *
 * A logical type says what a value means; its lane says which of four machine shapes kernels and functions
 * see: `i64` (all integers, days, timestamp ticks), `f64`, `bool` (one byte, 0 or 1), `str` (bytes, UTF-8 by
 * convention). Blocks are stored and scanned much narrower than their lane (see vector/vector.ts).
 *
 * Units: `date` counts days since 1970-01-01; `timestamp` counts ticks of 10^-precision seconds since the
 * epoch, UTC; `zone` only changes how a timestamp is shown and cut, never its ticks.
 */

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
  | 'float32'
  | 'float64'
  | 'string'
  | 'date'
  | 'timestamp';

export type LogicalType = {
  readonly id: TypeId;
  readonly nullable: boolean;
  /** timestamp only: digits after the second, 0 to 9. */
  readonly precision?: number;
  /** timestamp only: IANA zone it is shown in; absent means UTC. */
  readonly zone?: string;
};

export type Lane = 'i64' | 'f64' | 'bool' | 'str';

/** A value outside of columns: literals, constants, bounds. Integers of the i64 lane are bigints here. */
export type Value = null | boolean | bigint | number | string;

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
  float32: { lane: 'f64', bits: 32, signed: true },
  float64: { lane: 'f64', bits: 64, signed: true },
  string: { lane: 'str', bits: 0, signed: false },
  date: { lane: 'i64', bits: 32, signed: true },
  timestamp: { lane: 'i64', bits: 64, signed: true },
};

export const type = (id: TypeId, nullable = false): LogicalType => ({ id, nullable });
export const timestamp = (precision: number, nullable = false, zone?: string): LogicalType =>
  zone === undefined
    ? { id: 'timestamp', nullable, precision }
    : { id: 'timestamp', nullable, precision, zone };

export const NULL_TYPE: LogicalType = type('null', true);
export const BOOL: LogicalType = type('bool');
export const INT64: LogicalType = type('int64');
export const UINT64: LogicalType = type('uint64');
export const FLOAT64: LogicalType = type('float64');
export const STRING: LogicalType = type('string');
export const DATE: LogicalType = type('date');

export const nullable = (t: LogicalType): LogicalType => (t.nullable ? t : { ...t, nullable: true });
export const notNull = (t: LogicalType): LogicalType =>
  t.nullable && t.id !== 'null' ? { ...t, nullable: false } : t;

export const laneOf = (t: LogicalType): Lane => TYPES[t.id].lane;
export const bitsOf = (t: LogicalType): number => TYPES[t.id].bits;
export const isInteger = (t: LogicalType): boolean => /^u?int/.test(t.id);
export const isSigned = (t: LogicalType): boolean => TYPES[t.id].signed;
export const isFloat = (t: LogicalType): boolean => t.id === 'float32' || t.id === 'float64';
export const isNumeric = (t: LogicalType): boolean => isInteger(t) || isFloat(t);
export const isTemporal = (t: LogicalType): boolean => t.id === 'date' || t.id === 'timestamp';

/** Smallest and largest value of an integer type. */
export const integerRange = (t: LogicalType): readonly [bigint, bigint] => {
  const { bits, signed } = TYPES[t.id];
  return signed
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, (1n << BigInt(bits)) - 1n];
};

export const sameType = (a: LogicalType, b: LogicalType): boolean =>
  a.id === b.id && a.nullable === b.nullable && a.precision === b.precision && a.zone === b.zone;

/** Basalt's own spelling, used in EXPLAIN, in errors and on disk; each door has its own names. */
export const typeName = (t: LogicalType): string => {
  const base =
    t.id === 'timestamp'
      ? `timestamp(${t.precision ?? 3}${t.zone === undefined ? '' : `, '${t.zone}'`})`
      : t.id;
  return t.nullable && t.id !== 'null' ? `${base}?` : base;
};
