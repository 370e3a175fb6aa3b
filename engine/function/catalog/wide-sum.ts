/** Sums and means of decimals and of wide integers: which of aggregate/wide-sum.ts, and of what type. */

import { isWide, scaleOf, wideBits } from '../../type/exact.ts';
import { decimal, isSigned, isWideInteger, type LogicalType, MAX_DECIMAL_DIGITS } from '../../type/type.ts';
import { MEAN } from '../aggregate/wide-sum.ts';
import type { Dialect } from '../row.ts';

const DIGITS_128 = 38;

/** A decimal or a wide integer. */
export const sumsWide = (type: LogicalType): boolean => type.id === 'decimal' || isWideInteger(type);

/** The id behind `sum_`, `avg_`, `sum_count_`. Outside of ClickHouse a sum beyond its bits is an error. */
export function wideSumOf(type: LogicalType, dialect: Dialect): string {
  if (!isWide(type)) return 'wide_i64';
  const rule = dialect === 'clickhouse' ? 'wrap' : 'checked';
  return `${rule}_${isSigned(type) ? 'i' : 'u'}${wideBits(type)}`;
}

/** Integers are summed in their own type, decimals with all digits of 128 or 256 bits. */
export const wideSumType = (type: LogicalType): LogicalType =>
  type.id !== 'decimal'
    ? { ...type, nullable: false }
    : decimal(isWide(type) && wideBits(type) === 256 ? MAX_DECIMAL_DIGITS : DIGITS_128, scaleOf(type));

/** Parameters of a mean. */
export const meanParams = (type: LogicalType, dialect: Dialect): readonly number[] => [
  scaleOf(type),
  dialect === 'clickhouse' ? MEAN.ofFloats : MEAN.exact,
];

/** DuckDB sums unsigned numbers of 128 bits as floats, so that nothing leaves its bits. */
export const sumsAsFloat = (type: LogicalType, dialect: Dialect): boolean =>
  dialect !== 'clickhouse' && isWideInteger(type) && !isSigned(type);
