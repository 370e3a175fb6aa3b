/**
 * The type of several values that stand in one place: the one they all fit in, or, between which something chooses, a variant of their types where
 * ClickHouse has none that they fit in.
 */

import {
  BOOL,
  bitsOf,
  elementOf,
  fieldsOf,
  isEnum,
  isFloat,
  isInteger,
  isSigned,
  isWideInteger,
  keyOf,
  type LogicalType,
  nullable,
  STRING,
} from '../type/type.ts';
import { variantOf } from '../type/variant.ts';
import { commonType } from './cast.ts';
import type { Dialect } from './row.ts';

/**
 * The type all values fit in. ClickHouse shows truth as UInt8, and Bool next to UInt8 stays Bool there; next to
 * other numbers Bool counts as one.
 */
export function commonOf(types: readonly LogicalType[], dialect: Dialect): LogicalType | undefined {
  if (
    dialect === 'clickhouse' &&
    types.some(isBool) &&
    types.every((t) => isBool(t) || t.id === 'uint8' || isNull(t))
  )
    return types.some((t) => t.nullable) ? nullable(BOOL) : BOOL;
  let common: LogicalType | undefined = types[0];
  for (const t of types.slice(1)) common = common === undefined ? undefined : commonType(common, t);
  return common;
}

/**
 * The type that values have between which something chooses: in ClickHouse a variant of their types where no type of its holds them all, and it
 * has none for integers of 64 bits with and without a sign, nor for these beside floats.
 */
export function choiceOf(types: readonly LogicalType[], dialect: Dialect): LogicalType | undefined {
  if (dialect !== 'clickhouse') return commonOf(types, dialect);
  const hasText = types.some(({ id }) => id === 'string');
  if (
    hasText &&
    types.some(isEnum) &&
    types.every((type) => type.id === 'string' || type.id === 'null' || isEnum(type))
  )
    return types.some((t) => t.nullable) ? nullable(STRING) : STRING;
  const isVariant = types.some(({ id }) => id === 'variant') || lackCommon(types);
  return (isVariant ? undefined : commonOf(types, dialect)) ?? variantOf(types);
}

/** Their common type here has not all of their values. */
function lackCommon(types: readonly LogicalType[]): boolean {
  const given = types.filter(({ id }) => id !== 'null');
  const integers = given.filter((type) => isInteger(type) || isWideInteger(type));
  const most = Math.max(0, ...integers.map(bitsOf));
  const unsigned = Math.max(0, ...integers.filter((type) => !isSigned(type)).map(bitsOf));
  if (given.some(isFloat)) return most >= 64 || given.some(({ id }) => id === 'decimal');
  if (integers.some(isSigned) && unsigned === most && (most === 64 || most === 256)) return true;
  const [first] = given;
  if (given.length < 2 || !given.every(({ id }) => id === first.id)) return false;
  return partsOf(given).some(lackCommon);
}

/** The types that arrays, maps or tuples have in the same places. */
function partsOf(types: readonly LogicalType[]): readonly (readonly LogicalType[])[] {
  const [{ id }] = types;
  if (id === 'array') return [types.map(elementOf)];
  if (id === 'map') return [types.map(keyOf), types.map(elementOf)];
  if (id !== 'tuple') return [];
  return fieldsOf(types[0]).map((_, i) => types.flatMap((type) => fieldsOf(type)[i]?.type ?? []));
}

const isBool = (t: LogicalType): boolean => t.id === 'bool';
const isNull = (t: LogicalType): boolean => t.id === 'null';
