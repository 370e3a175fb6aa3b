/**
 * Conditions that raise no error whatever the row: comparisons of columns and constants, and logic over them. A rule may run
 * these for rows that a guard (`b <> 0 AND 1 / b > x`) kept from the original.
 */

import { children, type Expr } from '../expr.ts';

const SAFE =
  /^(and|or|not|xor|is_null|is_not_null|is_true|is_false|like|ilike|bool_to_i64|i64_to_bool|[iu]64_to_f64|coalesce_\w+|(eq|ne|lt|le|gt|ge|is_distinct|is_not_distinct)_\w+)$/;

export const cannotFail = (expr: Expr): boolean =>
  (expr.kind !== 'call' || SAFE.test(expr.fn)) && children(expr).every(cannotFail);
