/**
 * Aggregates made of parts: the rows of a group are aggregated in pieces, whatever these are, and the pieces put together. Counts, sums of
 * integers and extremes can be; a sum of floats would round each piece.
 */

import { bitsOf, FLOAT64, INT64, type LogicalType, nullable } from '../type/type.ts';
import { type AggregateCall, call, type Expr, literal } from './expr.ts';

/** A value that comes once more changes nothing. */
export const INSENSITIVE = /^(min|max|any)_/;

/** An aggregate made of parts: what is computed per part, how parts are put together, and the result over those columns. */
export type Parts = {
  readonly inner: readonly AggregateCall[];
  readonly outer: readonly Pick<AggregateCall, 'fn' | 'params' | 'type'>[];
  readonly result: (columns: readonly Expr[], type: LogicalType) => Expr;
};

const only = ([column]: readonly Expr[]): Expr => column;
const INT_SUM_BITS = 32;

/** Null: it cannot be made of parts. */
export function partsOf(c: AggregateCall): Parts | null {
  const whole = (fn: string, part: AggregateCall): Parts => ({
    inner: [part],
    outer: [{ fn, type: c.type }],
    result: only,
  });
  if (c.fn === 'count_star' || c.fn === 'count') return whole('sum_checked_i64', c);
  if (/^sum_(checked|wrap)_/.test(c.fn)) return whole(c.fn, c);
  if (c.fn === 'sum_wide_i64') return whole('sum_checked_i128', c);
  // A part without values is NULL even where the result has a default instead: it must not count.
  if (INSENSITIVE.test(c.fn)) return whole(c.fn, { ...c, type: nullable(c.type) });
  if (c.fn !== 'avg_i64' || bitsOf(c.args[0].type) > INT_SUM_BITS) return null;
  const sum = { ...c, fn: 'sum_checked_i64', type: nullable(INT64) };
  const count = { ...c, fn: 'count', type: INT64 };
  return {
    inner: [sum, count],
    outer: [sum, count].map(({ type }) => ({ fn: 'sum_checked_i64', type })),
    // Without values the sum is NULL, and so is the quotient: NaN where the mean cannot be NULL.
    result: (parts, type) => {
      const [dividend, divisor] = parts.map((part) =>
        call('i64_to_f64', [part], { ...FLOAT64, nullable: part.type.nullable }),
      );
      const mean = call('div_f64', [dividend, divisor], nullable(type));
      return type.nullable ? mean : call('coalesce_f64', [mean, literal(Number.NaN, type)], type);
    },
  };
}
