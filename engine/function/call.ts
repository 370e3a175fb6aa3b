/**
 * Builds calls of implementations, folding them when every argument is a literal.
 *
 * Invariant: a call's type is nullable when it can give NULL. A call whose evaluation fails stays a call, so
 * that the error is raised only if the row is reached (`CASE WHEN x = 0 THEN 0 ELSE 1 / 0 END`).
 */

import { BasaltError } from '../base/error.ts';
import { type Expr, type LiteralExpr, literal } from '../plan/expr.ts';
import { isDeterministicCall } from '../plan/rules/deterministic.ts';
import {
  BOOL,
  INT64,
  type LogicalType,
  notNull,
  nullable,
  STRING,
  sameNamed,
  type Value,
} from '../type/type.ts';
import { evaluateConstant } from './evaluate.ts';
import { evaluateValues } from './implementation.ts';
import { wordOf } from './integer.ts';
import { implementation } from './registry.ts';

export const int = (value: bigint | number): LiteralExpr => literal(BigInt(value), INT64);
export const text = (value: string): LiteralExpr => literal(value, STRING);
export const bool = (value: boolean): LiteralExpr => literal(value, BOOL);
/** The same lane value under another type. A column may so carry a wider type than its field. */
export const retype = (expr: Expr, type: LogicalType): Expr =>
  sameNamed(expr.type, type) ? expr : { ...expr, type };

export const nullOf = (type: LogicalType): LiteralExpr => literal(null, nullable(type));

/** The call of implementation `fn`; its type is nullable if it says so, or if an argument is and NULL propagates. */
export function apply(fn: string, args: readonly Expr[], type: LogicalType): Expr {
  const row = implementation(fn);
  const mayBeNull = type.nullable || (row.nulls === 'propagate' && args.some((a) => a.type.nullable));
  const full = mayBeNull ? nullable(type) : notNull(type);
  const call: Expr = { kind: 'call', fn, args, type: full };
  if (args.every((a) => a.kind === 'literal') && isDeterministicCall(call)) {
    const value = tryEvaluate(fn, args as readonly LiteralExpr[]);
    // A known value keeps the type: whether it may be NULL is visible in ClickHouse's empty aggregates.
    if (value !== undefined) return literal(value, value === null ? nullable(full) : full);
  }
  return call;
}

function tryEvaluate(fn: string, args: readonly LiteralExpr[]): Value | undefined {
  try {
    return evaluateValues(
      implementation(fn),
      args.map((a) => a.value),
    );
  } catch (error) {
    if (error instanceof BasaltError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether `arg` has one of some values of its type; a literal answers at once. */
export function isIn(arg: Expr, values: readonly Value[], negated = false): Expr {
  const list = [...new Set(values.map(wordOf))];
  const type = arg.type.nullable || list.includes(null) ? nullable(BOOL) : BOOL;
  const isOneOf: Expr = { kind: 'in', arg, list, negated, type };
  if (arg.kind !== 'literal') return isOneOf;
  const value = evaluateConstant(isOneOf);
  return literal(value, value === null || arg.type.nullable ? nullable(BOOL) : BOOL);
}

/** What is equal exactly where values of the type are: intervals of equal length can be different ones. */
export const comparable = (expr: Expr): Expr =>
  expr.type.id === 'duration' ? apply('interval_normal', [expr], expr.type) : expr;

/** n-ary AND without the constants; flat. */
export function allOf(conditions: readonly Expr[]): Expr {
  return combine('and', conditions, true);
}

export function anyOf(conditions: readonly Expr[]): Expr {
  return combine('or', conditions, false);
}

function combine(fn: 'and' | 'or', conditions: readonly Expr[], neutral: boolean): Expr {
  const flat: Expr[] = [];
  // Of what is left out, too: ClickHouse's min of no rows asks.
  const type = conditions.some((c) => c.type.nullable) ? nullable(BOOL) : BOOL;
  for (const condition of conditions) {
    if (condition.kind === 'literal' && condition.value === neutral) continue;
    if (condition.kind === 'literal' && condition.value === !neutral) return literal(!neutral, type);
    if (condition.kind === 'call' && condition.fn === fn) flat.push(...condition.args);
    else flat.push(condition);
  }
  if (flat.length === 0) return literal(neutral, type);
  if (flat.length === 1) return flat[0].type.nullable === type.nullable ? flat[0] : { ...flat[0], type };
  return { kind: 'call', fn, args: flat, type };
}

/** The conjuncts of a condition. */
export const conjuncts = (condition: Expr): readonly Expr[] =>
  condition.kind === 'call' && condition.fn === 'and' ? condition.args.flatMap(conjuncts) : [condition];

/** CASE with one branch. */
export function choose(when: Expr, value: Expr, otherwise: Expr, type: LogicalType): Expr {
  if (when.kind === 'literal') return retype(when.value === true ? value : otherwise, type);
  return { kind: 'case', branches: [{ when, value }], otherwise, type };
}

/** NULL where one of these is NULL, also if the value is not. */
export function unlessNull(asked: readonly Expr[], value: Expr): Expr {
  const nulls = asked.filter((arg) => arg.type.nullable).map((arg) => apply('is_null', [arg], BOOL));
  return nulls.length === 0
    ? value
    : choose(anyOf(nulls), nullOf(value.type), retype(value, nullable(value.type)), nullable(value.type));
}
