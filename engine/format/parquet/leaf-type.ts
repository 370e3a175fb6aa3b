/** The type that values of a Parquet file have when nothing says otherwise. */

import {
  BOOL,
  DATE,
  decimal,
  type LogicalType,
  MAX_DECIMAL_DIGITS,
  STRING,
  TIME,
  type TypeId,
  timestamp,
  type,
} from '../../type/type.ts';
import type { Leaf } from './leaf.ts';

/** INT96 holds nanoseconds, but of years that 64 bits of them do not reach; DuckDB reads microseconds as well. */
export const INT96_PRECISION = 6;

/** NULL apart. */
export function typeOfLeaf({ meaning, physical }: Leaf): LogicalType {
  switch (meaning.kind) {
    case 'bool':
      return BOOL;
    case 'float':
      return type(physical === 'FLOAT' ? 'float32' : 'float64');
    case 'string':
      return STRING;
    case 'uuid':
      return type('uuid');
    case 'date':
      return DATE;
    case 'int96':
      return timestamp(INT96_PRECISION);
    case 'time':
      return TIME;
    case 'timestamp':
      return timestamp(meaning.precision);
    case 'int': {
      const bits = meaning.bits ?? (physical === 'INT32' ? 32 : 64);
      return type(`${meaning.signed ? 'int' : 'uint'}${bits}` as TypeId);
    }
    case 'decimal': {
      const { precision, scale } = meaning;
      const isKnown = precision >= 1 && precision <= MAX_DECIMAL_DIGITS && scale <= precision;
      return isKnown ? decimal(precision, scale) : STRING;
    }
  }
}
