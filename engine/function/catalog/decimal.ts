/**
 * Arithmetic of decimals, exact: which scale and how many digits a result has in each dialect. Up to 18 digits it is arithmetic
 * of integers; wider ones are computed value by value.
 *
 * ClickHouse knows four widths and checks only that a result fits its width; DuckDB counts digits. In both, a decimal and a float
 * make a float.
 */

import { isWide, scaleOf } from '../../type/exact.ts';
import {
  DECIMAL64_DIGITS,
  decimal,
  type LogicalType,
  MAX_DECIMAL_DIGITS,
  notNull,
  nullable,
} from '../../type/type.ts';
import { apply, int } from '../call.ts';
import { asDecimal } from '../cast-packed.ts';
import type { Argument, Dialect, Resolution, Resolve, ResolveContext } from '../row.ts';
import { exact, withoutTruth } from './exact.ts';

export type DecimalOperator = 'add' | 'sub' | 'mul' | 'div' | 'mod';

const WIDTHS = [9, DECIMAL64_DIGITS, 38, MAX_DECIMAL_DIGITS] as const;
const STANDARD_DIGITS = 38;

const digits = (type: LogicalType): number => type.precision ?? 0;

const widthOf = (precision: number): number =>
  WIDTHS.find((width) => precision <= width) ?? MAX_DECIMAL_DIGITS;

/** undefined: the operator does not give a decimal. */
function resultType(
  op: DecimalOperator,
  given: readonly [LogicalType, LogicalType],
  [a, b]: readonly [LogicalType, LogicalType],
  dialect: Dialect,
): LogicalType | undefined {
  const scale =
    op === 'mul'
      ? scaleOf(a) + scaleOf(b)
      : op === 'div'
        ? scaleOf(given[0].id === 'decimal' ? a : b)
        : Math.max(scaleOf(a), scaleOf(b));
  if (dialect === 'clickhouse') {
    // Integers take the width of the decimal beside them.
    const widths = given.map((type) => (type.id === 'decimal' ? widthOf(digits(type)) : 0));
    const width = Math.max(...widths, widthOf(scale));
    return scale > MAX_DECIMAL_DIGITS ? undefined : decimal(width, scale);
  }
  if (op === 'div' || scale > STANDARD_DIGITS) return undefined;
  const whole = Math.max(digits(a) - scaleOf(a), digits(b) - scaleOf(b));
  const wanted = op === 'mul' ? digits(a) + digits(b) : whole + scale + (op === 'mod' ? 0 : 1);
  const bothNarrow = digits(a) <= DECIMAL64_DIGITS && digits(b) <= DECIMAL64_DIGITS;
  const limit = bothNarrow && scale <= DECIMAL64_DIGITS && op !== 'mod' ? DECIMAL64_DIGITS : STANDARD_DIGITS;
  return decimal(Math.min(wanted, limit), scale);
}

/** Where one of the two is a decimal and the other is one, or an integer. */
export function decimalArithmetic(
  op: DecimalOperator,
  args: readonly Argument[],
  context: ResolveContext,
): Resolution | undefined {
  const [first, second] = args.map((arg) => arg.type);
  if (first.id !== 'decimal' && second.id !== 'decimal') return undefined;
  const [a, b] = [asDecimal(first), asDecimal(second)];
  if (a === undefined || b === undefined) return undefined;
  const type = resultType(op, [first, second], [a, b], context.dialect);
  if (type === undefined) return undefined;
  if ([first, second, a, b, type].some(isWide)) return exactly(op, args, type, context.dialect);
  const own = (of: LogicalType): number => scaleOf(op === 'mul' ? of : type);
  // All digits there are room for: what is computed is checked, not what goes in.
  const operand = (of: LogicalType, scale: number): LogicalType => ({
    ...decimal(DECIMAL64_DIGITS, scale),
    nullable: of.nullable,
  });
  return {
    casts: [operand(a, own(a)), operand(b, op === 'div' ? scaleOf(b) : own(b))],
    build: (values) => narrow(op, values, scaleOf(b), type, context.dialect),
  };
}

/** Value by value, on operands of any types. In DuckDB a remainder of a division by zero is NULL. */
function exactly(
  op: DecimalOperator,
  args: readonly Argument[],
  type: LogicalType,
  dialect: Dialect,
): Resolution {
  const rule = op === 'mod' && dialect === 'standard' ? 'null' : 'checked';
  return {
    casts: args.map((arg) => withoutTruth(arg.type)),
    build: (values) => exact(op, values, type, rule),
  };
}

function narrow(
  op: DecimalOperator,
  args: readonly Parameters<typeof apply>[1][number][],
  divisorScale: number,
  type: LogicalType,
  dialect: Dialect,
) {
  if (op === 'div') return apply('decimal_div_i64', [...args, int(divisorScale)], type);
  if (op !== 'mod') return apply(`${op}_checked_i64`, args, type);
  return dialect === 'standard'
    ? apply('mod_null_i64', args, nullable(type))
    : apply('mod_checked_i64', args, type);
}

/** -x */
export const negateDecimal: Resolve = ([{ type }]) =>
  type.id !== 'decimal'
    ? undefined
    : {
        casts: [type],
        build: ([x]) =>
          isWide(type)
            ? exact('neg', [x], notNull(type), 'checked')
            : apply('neg_checked_i64', [x], notNull(type)),
      };
