/** The operators between two values: a row each, and what those become that are no plain operator of the AST. */

import type { ParserRuleContext } from 'antlr4ng';
import { plainCall } from '../ast/call-node.ts';
import type { BinaryOperator, Expression, Span } from '../ast/expression.ts';
import type { Operation } from '../dialect/precedence.ts';
import type { BinaryOperatorContext } from '../grammar/generated/Sql.js';
import { Sql } from '../grammar/generated/Sql.js';
import { selectOf } from './select-from.ts';
import type { Source } from './source.ts';
import { span, tokenOf } from './span.ts';

/** An operator where it stands. */
export type BinaryItem = {
  readonly kind: 'binary';
  readonly operation: OperatorRow['operation'];
  readonly token: number;
  readonly negated: boolean;
  readonly context: BinaryOperatorContext;
};

type OperatorRow = {
  readonly operation: Operation | 'escape' | 'colon';
  readonly op?: BinaryOperator;
  /** The function that it is. */
  readonly call?: string;
};

export const OPERATORS = new Map<number, OperatorRow>([
  [Sql.OR, { operation: 'or' }],
  [Sql.AND, { operation: 'and' }],
  [Sql.Equal, { operation: 'comparison', op: '=' }],
  [Sql.DoubleEqual, { operation: 'comparison', op: '=' }],
  [Sql.NotEqual, { operation: 'comparison', op: '<>' }],
  [Sql.Less, { operation: 'comparison', op: '<' }],
  [Sql.LessEqual, { operation: 'comparison', op: '<=' }],
  [Sql.Greater, { operation: 'comparison', op: '>' }],
  [Sql.GreaterEqual, { operation: 'comparison', op: '>=' }],
  [Sql.NullSafeEqual, { operation: 'comparison', op: 'is not distinct from' }],
  [Sql.Tilde, { operation: 'comparison', op: '~' }],
  [Sql.LIKE, { operation: 'like' }],
  [Sql.ILIKE, { operation: 'like' }],
  [Sql.SIMILAR, { operation: 'like' }],
  [Sql.Like, { operation: 'like' }],
  [Sql.NotLike, { operation: 'like' }],
  [Sql.LikeCaseless, { operation: 'like' }],
  [Sql.NotLikeCaseless, { operation: 'like' }],
  [Sql.Has, { operation: 'call', call: 'list_has_all' }],
  [Sql.IsIn, { operation: 'call', call: 'list_has_all' }],
  [Sql.Apart, { operation: 'call', call: 'list_distance' }],
  [Sql.BeginsWith, { operation: 'call', call: 'starts_with' }],
  [Sql.Glob, { operation: 'call', call: 'glob_matches' }],
  [Sql.GLOB, { operation: 'call', call: 'glob_matches' }],
  [Sql.AT, { operation: 'zone' }],
  [Sql.BETWEEN, { operation: 'between' }],
  [Sql.IN, { operation: 'in' }],
  [Sql.IS, { operation: 'is', op: 'is distinct from' }],
  [Sql.DoublePipe, { operation: 'concat', op: '||' }],
  [Sql.Plus, { operation: 'add', op: '+' }],
  [Sql.Minus, { operation: 'add', op: '-' }],
  [Sql.Star, { operation: 'multiply', op: '*' }],
  [Sql.Slash, { operation: 'multiply', op: '/' }],
  [Sql.DoubleSlash, { operation: 'multiply', op: 'div' }],
  [Sql.Percent, { operation: 'multiply', op: '%' }],
  [Sql.MOD, { operation: 'multiply', op: '%' }],
  [Sql.DIV, { operation: 'multiply', op: 'div' }],
  [Sql.Caret, { operation: 'power', op: '^' }],
  [Sql.DoubleStar, { operation: 'power', op: '^' }],
  [Sql.Ampersand, { operation: 'concat', op: '&' }],
  [Sql.Pipe, { operation: 'concat', op: '|' }],
  [Sql.ShiftLeft, { operation: 'concat', op: '<<' }],
  [Sql.ShiftRight, { operation: 'concat', op: '>>' }],
  [Sql.Arrow, { operation: 'lambda' }],
  [Sql.LongArrow, { operation: 'arrow', op: '->>' }],
  [Sql.Question, { operation: 'ternary' }],
  [Sql.Colon, { operation: 'colon' }],
  [Sql.ESCAPE, { operation: 'escape' }],
]);

export const CASELESS = new Set([Sql.ILIKE, Sql.LikeCaseless, Sql.NotLikeCaseless]);

/** What they are called in dialects without them. */
const CALLED_ELSEWHERE: ReadonlyMap<number, { readonly clickhouse: string; readonly druid: string }> =
  new Map([
    [Sql.DoubleStar, { clickhouse: 'pow(a, b)', druid: 'POWER(a, b)' }],
    [Sql.Ampersand, { clickhouse: 'bitAnd(a, b)', druid: 'BITWISE_AND(a, b)' }],
    [Sql.Pipe, { clickhouse: 'bitOr(a, b)', druid: 'BITWISE_OR(a, b)' }],
    [Sql.ShiftLeft, { clickhouse: 'bitShiftLeft(a, n)', druid: 'a * POWER(2, n)' }],
    [Sql.ShiftRight, { clickhouse: 'bitShiftRight(a, n)', druid: 'FLOOR(a / POWER(2, n))' }],
    [Sql.Tilde, { clickhouse: 'bitNot(a)', druid: '-1 - a' }],
    [Sql.GLOB, { clickhouse: "match(a, '^x.*$')", druid: "REGEXP_LIKE(a, '^x.*$')" }],
  ]);

export function checkKnown(token: number, where: ParserRuleContext, source: Source): void {
  const { dialect } = source;
  const elsewhere = CALLED_ELSEWHERE.get(token);
  if (elsewhere === undefined || dialect === 'standard') return;
  throw source.refuse(span(where), `The operator ${tokenOf(where).value}`, `Write ${elsewhere[dialect]}`);
}

/** DuckDB's `* LIKE 'a%'`: the columns whose names fit. */
export function likeColumns(
  star: Expression,
  pattern: Expression,
  { negated, token }: BinaryItem,
  { dialect }: Source,
): Expression | null {
  if (star.kind !== 'star' || pattern.kind !== 'string' || dialect !== 'standard') return null;
  if (negated || star.only !== null) return null;
  const body = pattern.value
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return { ...star, only: `${CASELESS.has(token) ? '(?i)' : ''}^${body}$`, end: pattern.end };
}

/** What stands behind `x =`, where it is ANY or SOME of a list. */
export function anyElement(right: Expression, { operation }: BinaryItem, { dialect }: Source): Expression {
  if (operation !== 'comparison' || dialect !== 'standard' || right.kind !== 'call') return right;
  return /^(any|some)$/i.test(right.name) && right.args.length === 1
    ? ofElements(right.args[0], 'any', right)
    : right;
}

/** The elements of a list as the rows of a subquery. */
export function ofElements(list: Expression, quantifier: 'any' | 'all', { at, end }: Span): Expression {
  const query = selectOf([plainCall('unnest', [list], { at, end })], [], { at, end });
  return { kind: 'quantified', quantifier, query, at, end };
}

/** A regular expression that matches the whole text, as DuckDB has it. */
export function similar(operand: Expression, pattern: Expression, negated: boolean): Expression {
  const where = { at: operand.at, end: pattern.end };
  const matches = plainCall('regexp_full_match', [operand, pattern], where);
  return negated ? { kind: 'unary', op: 'not', operand: matches, ...where } : matches;
}

export function atTimeZone(
  moment: Expression,
  zone: Expression,
  { context }: BinaryItem,
  source: Source,
): Expression {
  const where = { at: moment.at, end: zone.end };
  if (source.dialect === 'clickhouse') return plainCall('toTimeZone', [moment, zone], where);
  if (source.dialect === 'standard') return plainCall('timezone', [zone, moment], where);
  throw source.refuse(
    span(context),
    'AT TIME ZONE',
    "Give the zone to the function: TIME_FLOOR(__time, 'P1D', NULL, zone)",
  );
}

export function membership(operand: Expression, right: Expression, negated: boolean): Expression {
  const where = { at: operand.at, end: right.end };
  if (right.kind === 'subquery')
    return { kind: 'in', operand, list: null, query: right.query, negated, ...where };
  const list = right.kind === 'tuple' || right.kind === 'array' ? right.items : [right];
  return { kind: 'in', operand, list, query: null, negated, ...where };
}
