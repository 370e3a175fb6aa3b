/**
 * Pruning by zones: which parts and blocks cannot hold a row the filter lets through (DESIGN.md D5).
 *
 * Only top-level AND conjuncts that compare one column with constants are used. Bounds are inclusive; what is not
 * understood is ignored, never guessed.
 */

import { orderOfText } from '../base/text-order.ts';
import { conjuncts } from '../function/call.ts';
import { evaluateValues } from '../function/implementation.ts';
import { implementation } from '../function/registry.ts';
import type { ColumnExpr, Expr, LiteralExpr } from '../plan/expr.ts';
import type { Zone } from '../plan/source.ts';
import type { Value } from '../type/type.ts';

type Bound = Exclude<Value, null | boolean>;

/** Rows must have lo <= column <= hi and not be NULL; a missing bound is open. */
export type Range = {
  readonly columnId: number;
  readonly lo: Bound | null;
  readonly hi: Bound | null;
  /** The only strings that fit, when they are few enough to be listed; for bitmap indexes. */
  readonly strings: readonly string[] | null;
  /** The column is of uint64, whose zones are those of its words with a sign. */
  readonly isUnsigned?: boolean;
};
export type Ranges = readonly Range[];

/** Longer lists are left to the filter itself. */
const MAX_STRINGS = 64;

const COMPARISON = /^(eq|lt|le|gt|ge)_([iu]64|f64|str)$/;
const COALESCE = /^coalesce_(i64|f64|str)$/;
const SWAPPED: Readonly<Record<string, string>> = { eq: 'eq', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' };

/** @param columnIds ids of the scan's columns, which the filter's expressions index. */
export function rangesOf(filter: Expr, columnIds: readonly number[]): Ranges {
  return conjuncts(filter).flatMap((expr) => rangeOf(expr, columnIds) ?? []);
}

function rangeOf(expr: Expr, columnIds: readonly number[]): Range | undefined {
  if (expr.kind === 'in' && !expr.negated) {
    const arg = asked(expr.arg, (value) => expr.list.includes(value));
    return arg && rangeOfList(columnIds, arg, expr.list);
  }
  if (expr.kind !== 'call') return undefined;
  const match = COMPARISON.exec(expr.fn);
  if (match === null) return undefined;
  const [left, right] = expr.args;
  const holds = (...args: readonly Value[]): boolean =>
    evaluateValues(implementation(expr.fn), args) !== false;
  if (right.kind === 'literal') {
    const column = asked(left, (value) => holds(value, right.value));
    return column && range(columnIds, column, match[1], right);
  }
  if (left.kind !== 'literal') return undefined;
  const column = asked(right, (value) => holds(left.value, value));
  return column && range(columnIds, column, SWAPPED[match[1]], left);
}

/** The column that a condition is about: by itself, or with a value in the place of NULL that the condition turns down, too. */
function asked(expr: Expr, passes: (value: Value) => boolean): ColumnExpr | undefined {
  if (expr.kind === 'column') return expr;
  if (expr.kind !== 'call' || !COALESCE.test(expr.fn) || expr.args.length !== 2) return undefined;
  const [column, instead] = expr.args;
  if (column.kind !== 'column' || instead.kind !== 'literal') return undefined;
  return passes(instead.value) ? undefined : column;
}

type ColumnIds = readonly number[];

function range(ids: ColumnIds, column: ColumnExpr, op: string, literal: LiteralExpr): Range | undefined {
  const value = boundOf(literal.value, column);
  if (value === null) return undefined;
  // Strict bounds are kept inclusive: a block that only touches the bound is read for nothing, not lost.
  return {
    columnId: ids[column.index],
    isUnsigned: isUnsigned(column),
    lo: op === 'lt' || op === 'le' ? null : value,
    hi: op === 'gt' || op === 'ge' ? null : value,
    strings: op === 'eq' && typeof value === 'string' ? [value] : null,
  };
}

function rangeOfList(ids: ColumnIds, column: ColumnExpr, list: readonly Value[]): Range | undefined {
  const values = list.flatMap((v) => (v === null ? [] : [boundOf(v, column)]));
  if (values.length === 0 || values.includes(null)) return undefined;
  let lo = values[0] as Bound;
  let hi = lo;
  for (const v of values as Bound[]) {
    if (before(v, lo)) lo = v;
    if (before(hi, v)) hi = v;
  }
  const strings = values.every((v) => typeof v === 'string') ? (values as string[]) : null;
  return {
    columnId: ids[column.index],
    isUnsigned: isUnsigned(column),
    lo,
    hi,
    strings: strings !== null && strings.length <= MAX_STRINGS ? strings : null,
  };
}

const isUnsigned = ({ type }: ColumnExpr): boolean => type.id === 'uint64';

/** A constant as a bound; null: it is none. */
function boundOf(value: Value, column: ColumnExpr): Bound | null {
  if (value === null || typeof value === 'boolean' || Number.isNaN(value)) return null;
  return typeof value === 'bigint' && isUnsigned(column) ? BigInt.asUintN(64, value) : value;
}

/** True when no row of a zone can be in the range. */
export function excludedBy(range: Range, zone: Zone, rows: number): boolean {
  return (zone.nullCount >= rows && rows > 0) || outside(range, zone);
}

/** True when the range and the bounds do not meet. */
export function outside({ lo, hi, isUnsigned }: Bounds, zone: Pick<Zone, 'min' | 'max'>): boolean {
  const { min, max } = isUnsigned ? withoutSign(zone) : zone;
  if (lo !== null && max !== null && typeof lo === typeof max && before(max as Bound, lo)) return true;
  return hi !== null && min !== null && typeof hi === typeof min && before(hi, min as Bound);
}

type Bounds = Pick<Range, 'lo' | 'hi' | 'isUnsigned'>;

/** Bounds with a sign say what those without are, unless values lie on both sides of 2^63. */
function withoutSign({ min, max }: Pick<Zone, 'min' | 'max'>): Pick<Zone, 'min' | 'max'> {
  if (typeof min !== 'bigint' || typeof max !== 'bigint' || min >= 0n) return { min, max };
  if (max >= 0n) return { min: null, max: null };
  return { min: BigInt.asUintN(64, min), max: BigInt.asUintN(64, max) };
}

function before(a: Bound, b: Bound): boolean {
  return typeof a !== 'string' || typeof b !== 'string' ? a < b : orderOfText(a, b) < 0;
}
