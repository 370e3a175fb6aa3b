/**
 * Arithmetic of decimals, exact: which scale and how many digits a result has in each dialect. Up to 18 digits it is arithmetic
 * of integers; wider ones are computed value by value.
 *
 * ClickHouse knows four widths and checks only that a result fits its width; DuckDB counts digits. In both, a decimal and a float
 * make a float.
 */

import { isWideDecimal } from '../../type/exact.ts';
import { typeText } from '../../type/literal.ts';
import {
  DECIMAL64_DIGITS,
  decimal,
  type LogicalType,
  MAX_DECIMAL_DIGITS,
  notNull,
  nullable,
} from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import { asDecimal } from '../cast-packed.ts';
import type { Argument, Dialect, Resolution, Resolve, ResolveContext } from '../row.ts';

export type DecimalOperator = 'add' | 'sub' | 'mul' | 'div' | 'mod';

const WIDTHS = [9, DECIMAL64_DIGITS, 38, MAX_DECIMAL_DIGITS] as const;
const STANDARD_DIGITS = 38;

const digits = (type: LogicalType): number => type.precision ?? 0;
const scaleOf = (type: LogicalType): number => type.scale ?? 0;

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
    op === 'mul' ? scaleOf(a) + scaleOf(b) : op === 'div' ? scaleOf(a) : Math.max(scaleOf(a), scaleOf(b));
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
  const isWide = isWideDecimal(type) || isWideDecimal(a) || isWideDecimal(b);
  // All digits there are room for: what is computed is checked, not what goes in.
  const room = isWide ? MAX_DECIMAL_DIGITS : DECIMAL64_DIGITS;
  const operand = (own: LogicalType): LogicalType => {
    const scale = op === 'mul' || op === 'div' ? scaleOf(own) : scaleOf(type);
    return { ...decimal(room, scale), nullable: own.nullable };
  };
  return {
    casts: [operand(a), operand(b)],
    build: ([x, y]) =>
      isWide
        ? apply(
            `decimal_${op}_str`,
            [x, y, text(typeText(operand(a))), text(typeText(operand(b))), text(typeText(notNull(type)))],
            type,
          )
        : narrow(op, [x, y], scaleOf(b), type, context.dialect),
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
          isWideDecimal(type)
            ? apply('decimal_neg_str', [x, text(typeText(notNull(type)))], notNull(type))
            : apply('neg_checked_i64', [x], notNull(type)),
      };
