/**
 * Exact numbers: integers and decimals of any width, as bigints that count units of 10^-scale, and as what their lanes hold. Up to
 * 64 bits that is the integer itself (of an unsigned one the same bits, signed), beyond that a packed one of 128 or 256 bits.
 */

import { PackedReader, packSigned, packUnsigned } from './packed.ts';
import {
  bitsOf,
  DECIMAL64_DIGITS,
  integerRange,
  isInteger,
  isSigned,
  isWideInteger,
  type LogicalType,
  type Value,
} from './type.ts';

const DIGITS_128 = 38;

export const isExact = (type: LogicalType): boolean =>
  type.id === 'decimal' || isInteger(type) || isWideInteger(type);

export const isWideDecimal = (type: LogicalType): boolean =>
  type.id === 'decimal' && (type.precision ?? 0) > DECIMAL64_DIGITS;

/** Its lane holds it packed. */
export const isWide = (type: LogicalType): boolean => isWideDecimal(type) || isWideInteger(type);

/** Bits of a packed number. */
export const wideBits = (type: LogicalType): number =>
  type.id === 'decimal' ? ((type.precision ?? 0) > DIGITS_128 ? 256 : 128) : bitsOf(type);

/** What the lane of `type` holds for `units`, which fit it. */
export const exactValue = (units: bigint, type: LogicalType): Value => {
  if (!isWide(type)) return BigInt.asIntN(64, units);
  return isSigned(type) ? packSigned(units, wideBits(type)) : packUnsigned(units, wideBits(type));
};

/** Units of a lane's value. */
export const exactUnits = (value: Value, type: LogicalType): bigint => {
  if (isWide(type)) {
    const reader = new PackedReader(value as string);
    return isSigned(type) ? reader.signed(wideBits(type)) : reader.unsigned(wideBits(type));
  }
  return type.id === 'uint64' ? BigInt.asUintN(64, value as bigint) : (value as bigint);
};

export const fitsDecimal = (units: bigint, precision: number): boolean => {
  const limit = 10n ** BigInt(precision);
  return units < limit && units > -limit;
};

export const fitsExact = (units: bigint, type: LogicalType): boolean => {
  if (type.id === 'decimal') return fitsDecimal(units, type.precision ?? 0);
  const [min, max] = integerRange(type);
  return units >= min && units <= max;
};

/** The low bits, as a value of an integer type. */
export const wrapInteger = (units: bigint, type: LogicalType): bigint =>
  isSigned(type) ? BigInt.asIntN(bitsOf(type), units) : BigInt.asUintN(bitsOf(type), units);

export const scaleOf = (type: LogicalType): number => type.scale ?? 0;
