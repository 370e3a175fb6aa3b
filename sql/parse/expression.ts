/**
 * Flat parse trees of expressions to AST trees, by precedence climbing over {@link PRECEDENCE}.
 *
 * Recursion is as deep as the expression nests, which parse/depth.ts has bounded; chains of AND or OR are
 * flattened as they are built.
 */

import { ParserRuleContext, TerminalNode } from 'antlr4ng';
import { callNamed } from '../ast/call-node.ts';
import type {
  BinaryOperator,
  CallExpression,
  Expression,
  ExpressionOf,
  Fill,
  Identifier,
  SortItem,
  Span,
} from '../ast/expression.ts';
import type { Operation } from '../dialect/precedence.ts';
import type {
  ArgumentContext,
  BinaryOperatorContext,
  CallContext,
  ExpressionContext,
  FillContext,
  FromPlaceContext,
  LiteralContext,
  OperandContext,
  ParameterContext,
  PostfixOperatorContext,
  PrimaryContext,
  SortItemContext,
  StarChangeContext,
  StarRenamingContext,
  SuffixContext,
} from '../grammar/generated/Sql.js';
import { Sql } from '../grammar/generated/Sql.js';
import { intervalOrCall, truncationOrCall } from './interval.ts';
import { identifierOf, nameParts } from './name.ts';
import { ALL_COLUMNS, selectOf } from './select-from.ts';
import type { Source } from './source.ts';
import { span, startOf, tokenOf } from './span.ts';
import { typeNameOf } from './type-name.ts';
import { overOf } from './window.ts';
import { withinGroup } from './within-group.ts';

/** One entry of a flat expression, classified. */
type Item =
  | { readonly kind: 'operand'; readonly value: Expression }
  | { readonly kind: 'prefix'; readonly op: 'not' | '-' | '+' | '~' | '@'; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly operation: Operation | 'escape' | 'colon';
      readonly token: number;
      readonly negated: boolean;
      readonly context: BinaryOperatorContext;
    }
  | { readonly kind: 'postfix'; readonly context: PostfixOperatorContext };

const PREFIXES: ReadonlyMap<number, Extract<Item, { kind: 'prefix' }>['op']> = new Map([
  [Sql.NOT, 'not'],
  [Sql.Minus, '-'],
  [Sql.Plus, '+'],
  [Sql.Tilde, '~'],
  [Sql.At, '@'],
]);

type OperatorRow = {
  readonly operation: Operation | 'escape' | 'colon';
  readonly op?: BinaryOperator;
  /** The function that it is. */
  readonly call?: string;
};

const OPERATORS = new Map<number, OperatorRow>([
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

const CASELESS = new Set([Sql.ILIKE, Sql.LikeCaseless, Sql.NotLikeCaseless]);

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

function checkKnown(token: number, where: ParserRuleContext, source: Source): void {
  const { dialect } = source;
  const elsewhere = CALLED_ELSEWHERE.get(token);
  if (elsewhere === undefined || dialect === 'standard') return;
  throw source.refuse(span(where), `The operator ${tokenOf(where).value}`, `Write ${elsewhere[dialect]}`);
}

export function buildExpression(context: ExpressionContext, source: Source): Expression {
  if (context.getChildCount() === 1) {
    const only = context.operand(0);
    if (only !== null && only.getChildCount() === 1) return buildPrimary(only.primary(), source);
  }
  return new Climber(itemsOf(context, source), source).expression(0);
}

export const buildExpressions = (contexts: readonly ExpressionContext[], source: Source): Expression[] =>
  contexts.map((c) => buildExpression(c, source));

function itemsOf(context: ExpressionContext, source: Source): Item[] {
  const items: Item[] = [];
  for (const child of context.children) {
    if (!(child instanceof ParserRuleContext)) continue;
    switch (child.ruleIndex) {
      case Sql.RULE_operand:
        operandItems(child as OperandContext, source, items);
        break;
      case Sql.RULE_binaryOperator:
        items.push(binaryItem(child as BinaryOperatorContext, source, items));
        break;
      default:
        items.push({ kind: 'postfix', context: child as PostfixOperatorContext });
    }
  }
  return items;
}

function operandItems(operand: OperandContext, source: Source, items: Item[]): void {
  const prefixes = operand.prefixOperator();
  for (const prefix of prefixes) {
    const token = tokenOf(prefix);
    checkKnown(token.type, prefix, source);
    items.push({ kind: 'prefix', op: PREFIXES.get(token.type)!, at: token.start });
  }
  let value = buildPrimary(operand.primary(), source);
  for (const suffix of operand.suffix()) value = buildSuffix(value, suffix, source);
  items.push({ kind: 'operand', value });
}

function binaryItem(context: BinaryOperatorContext, source: Source, before: readonly Item[]): Item {
  let negated = false;
  let token = tokenOf(context).type;
  for (const child of context.children) {
    if (!(child instanceof TerminalNode)) continue;
    const type = child.symbol.type;
    if (type === Sql.NOT) negated = true;
    else if (OPERATORS.has(type)) token = type;
  }
  if (token === Sql.NotLike || token === Sql.NotLikeCaseless) negated = true;
  if (token !== Sql.Tilde) checkKnown(token, context, source);
  const { operation } = OPERATORS.get(token)!;
  // DuckDB's arrow: a lambda where names stand before it and no literal behind, which the binder finds out, else a path of JSON.
  const isPath = token === Sql.Arrow && source.dialect === 'standard' && !areNames(before);
  return { kind: 'binary', operation: isPath ? 'arrow' : operation, token, negated, context };
}

/** One name, or several in brackets, and nothing else. */
function areNames([first, ...more]: readonly Item[]): boolean {
  if (first?.kind !== 'operand' || more.length > 0) return false;
  const { value } = first;
  const isName = (node: Expression): boolean => node.kind === 'name' && node.parts.length === 1;
  return value.kind === 'tuple' ? value.items.every(isName) : isName(value);
}

class Climber {
  readonly #items: readonly Item[];
  readonly #source: Source;
  #next = 0;

  constructor(items: readonly Item[], source: Source) {
    this.#items = items;
    this.#source = source;
  }

  /** The longest expression from here whose operators bind at least as tight as `level`. */
  expression(level: number): Expression {
    let left = this.#prefixed();
    for (;;) {
      const item = this.#items[this.#next];
      if (item === undefined || item.kind === 'operand' || item.kind === 'prefix') return left;
      if (item.kind === 'postfix') {
        const { precedence } = this.#source;
        if ((item.context.Bang() === null ? precedence.is : precedence.call) < level) return left;
        this.#next += 1;
        left = postfix(left, item.context, this.#source);
        continue;
      }
      // ESCAPE and the colon of `a ? b : c` belong to the operator they follow, which looks for them itself.
      if (item.operation === 'escape' || item.operation === 'colon') {
        if (level > 0) return left;
        if (item.operation === 'colon' && this.#source.dialect === 'druid') {
          this.#next += 1;
          return this.#member(left);
        }
        throw this.#source.error(
          span(item.context),
          `\`${tokenOf(item.context).value}\` does not follow what it belongs to`,
        );
      }
      const binding = this.#source.precedence[item.operation];
      if (binding < level) return left;
      this.#next += 1;
      left = this.#binary(left, item, binding);
    }
  }

  /** Druid: `'a': 1` of JSON_OBJECT. */
  #member(key: Expression): Expression {
    const value = this.expression(0);
    return { kind: 'keyed', key, value, at: key.at, end: value.end };
  }

  /** `low`, `low : high` or `low : high : step`. */
  range(): readonly Expression[] {
    const places: Expression[] = [];
    for (;;) {
      const place = this.expression(this.#source.precedence.lambda);
      places.push(place);
      const colon = this.#items[this.#next];
      if (colon === undefined) return places;
      if (colon.kind !== 'binary' || colon.operation !== 'colon' || places.length === 3)
        throw this.#source.error(place, 'A place ends in something that does not belong to it');
      this.#next += 1;
    }
  }

  #prefixed(): Expression {
    const item = this.#items[this.#next++];
    if (item.kind === 'operand') return item.value;
    if (item.kind !== 'prefix') throw this.#source.error({ at: 0, end: 0 }, 'An operand is missing');
    const { precedence } = this.#source;
    // `~ a + b` is `~ (a + b)`.
    const level =
      item.op === 'not'
        ? precedence.not
        : item.op === '~' || item.op === '@'
          ? precedence.concat + 1
          : precedence.negate;
    const operand = this.expression(level);
    const where = { at: item.at, end: operand.end };
    if (item.op === '-' && operand.kind === 'number' && !operand.text.startsWith('-')) {
      return { ...operand, ...where, text: `-${operand.text}` };
    }
    if (item.op === '@') return plainCall('abs', [operand], where);
    return { kind: 'unary', op: item.op, operand, ...where };
  }

  #binary(left: Expression, item: Extract<Item, { kind: 'binary' }>, binding: number): Expression {
    const { negated, token } = item;
    switch (item.operation) {
      case 'between': {
        const low = this.expression(binding + 1);
        const and = this.#items[this.#next];
        if (and?.kind !== 'binary' || and.operation !== 'and') {
          throw this.#source.error(span(item.context), 'BETWEEN has no AND', 'Write x BETWEEN low AND high');
        }
        this.#next += 1;
        const high = this.expression(binding + 1);
        return { kind: 'between', operand: left, low, high, negated, at: left.at, end: high.end };
      }
      case 'like': {
        if (token === Sql.SIMILAR && this.#source.dialect !== 'standard')
          throw this.#source.refuse(span(item.context), 'SIMILAR TO', 'Use regexp_like or LIKE');
        const pattern = this.expression(binding + 1);
        if (token === Sql.SIMILAR) return similar(left, pattern, negated);
        let escapeWith: Expression | null = null;
        const next = this.#items[this.#next];
        if (next?.kind === 'binary' && next.operation === 'escape') {
          this.#next += 1;
          escapeWith = this.expression(binding + 1);
        }
        const chosen = escapeWith === null ? likeColumns(left, pattern, item, this.#source) : null;
        if (chosen !== null) return chosen;
        return {
          kind: 'like',
          operand: left,
          pattern,
          escape: escapeWith,
          caseless: CASELESS.has(token),
          negated,
          at: left.at,
          end: (escapeWith ?? pattern).end,
        };
      }
      case 'in':
        return membership(left, this.expression(binding + 1), negated);
      case 'ternary': {
        const value = this.expression(binding + 1);
        const colon = this.#items[this.#next];
        if (colon?.kind !== 'binary' || colon.operation !== 'colon') {
          throw this.#source.error(
            span(item.context),
            'This `?` has no `:`',
            'Write condition ? value : otherwise',
          );
        }
        this.#next += 1;
        const otherwise = this.expression(binding);
        const args = [left, value, otherwise];
        return plainCall('if', args, { at: left.at, end: otherwise.end });
      }
      case 'lambda': {
        const next = this.#items[this.#next];
        if (this.#source.dialect === 'standard' && next?.kind === 'operand' && isLiteral(next.value)) {
          const right = this.expression(this.#source.precedence.arrow + 1);
          return { kind: 'binary', op: '->', left, right, at: left.at, end: right.end };
        }
        const body = this.expression(binding);
        return { kind: 'lambda', parameters: left, body, at: left.at, end: body.end };
      }
      case 'zone':
        return atTimeZone(left, this.expression(binding + 1), item, this.#source);
      default: {
        const right = anyElement(this.expression(binding + 1), item, this.#source);
        const where = { at: left.at, end: right.end };
        if (item.operation === 'and' || item.operation === 'or') {
          return chain(left, right, item.operation, this.#source);
        }
        const row = OPERATORS.get(token)!;
        // DuckDB's is no comparison.
        if (token === Sql.NullSafeEqual && this.#source.dialect === 'standard')
          return plainCall('list_cosine_distance', [left, right], where);
        if (row.call !== undefined)
          return plainCall(row.call, token === Sql.IsIn ? [right, left] : [left, right], where);
        if (item.operation === 'arrow') return { kind: 'binary', op: row.op ?? '->', left, right, ...where };
        const op = row.operation === 'is' ? (negated ? 'is not distinct from' : 'is distinct from') : row.op!;
        return { kind: 'binary', op, left, right, ...where };
      }
    }
  }
}

/** DuckDB's `* LIKE 'a%'`: the columns whose names fit. */
function likeColumns(
  star: Expression,
  pattern: Expression,
  { negated, token }: Extract<Item, { kind: 'binary' }>,
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

/** A chain grows the array it has begun: a copy per operator would be quadratic. */
function chain(left: Expression, right: Expression, op: 'and' | 'or', source: Source): Expression {
  if (left.kind === 'logic' && left.op === op && !source.parenthesised.has(left)) {
    (left.operands as Expression[]).push(right);
    return Object.assign(left, { end: right.end });
  }
  return { kind: 'logic', op, operands: [left, right], at: left.at, end: right.end };
}

/** What stands behind `x =`, where it is ANY or SOME of a list. */
function anyElement(
  right: Expression,
  { operation }: Extract<Item, { kind: 'binary' }>,
  { dialect }: Source,
): Expression {
  if (operation !== 'comparison' || dialect !== 'standard' || right.kind !== 'call') return right;
  return /^(any|some)$/i.test(right.name) && right.args.length === 1
    ? ofElements(right.args[0], 'any', right)
    : right;
}

/** The elements of a list as the rows of a subquery. */
function ofElements(list: Expression, quantifier: 'any' | 'all', { at, end }: Span): Expression {
  const query = selectOf([plainCall('unnest', [list], { at, end })], [], { at, end });
  return { kind: 'quantified', quantifier, query, at, end };
}

/** A regular expression that matches the whole text, as DuckDB has it. */
function similar(operand: Expression, pattern: Expression, negated: boolean): Expression {
  const where = { at: operand.at, end: pattern.end };
  const matches = plainCall('regexp_full_match', [operand, pattern], where);
  return negated ? { kind: 'unary', op: 'not', operand: matches, ...where } : matches;
}

function atTimeZone(
  moment: Expression,
  zone: Expression,
  { context }: Extract<Item, { kind: 'binary' }>,
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

function membership(operand: Expression, right: Expression, negated: boolean): Expression {
  const where = { at: operand.at, end: right.end };
  if (right.kind === 'subquery')
    return { kind: 'in', operand, list: null, query: right.query, negated, ...where };
  const list = right.kind === 'tuple' || right.kind === 'array' ? right.items : [right];
  return { kind: 'in', operand, list, query: null, negated, ...where };
}

function postfix(operand: Expression, context: PostfixOperatorContext, source: Source): Expression {
  const where = { at: operand.at, end: span(context).end };
  if (context.COLLATE() !== null)
    throw source.refuse(span(context), 'COLLATE', 'Strings are compared by their bytes');
  if (context.Bang() !== null) return plainCall('factorial', [operand], where);
  if (context.ISNULL() !== null) return { kind: 'is', operand, test: 'null', negated: false, ...where };
  if (context.NOTNULL() !== null) return { kind: 'is', operand, test: 'null', negated: true, ...where };
  const negated = context.NOT() !== null;
  const test = context.TRUE() !== null ? 'true' : context.FALSE() !== null ? 'false' : 'null';
  return { kind: 'is', operand, test, negated, ...where };
}

function buildSuffix(value: Expression, context: SuffixContext, source: Source): Expression {
  const where = { at: value.at, end: span(context).end };
  const type = context.typeName();
  if (type !== null && context.Colon().length > 0)
    return { kind: 'subtype', operand: value, type: typeNameOf(type, source), ...where };
  if (type !== null) {
    const cast = { kind: 'cast', operand: value, type: typeNameOf(type, source), orNull: false } as const;
    const literal = value.kind === 'string' ? value.value : source.text.slice(value.at, value.end);
    return isLiteral(value) ? { ...cast, literal, ...where } : { ...cast, ...where };
  }
  if (context.LeftBracket() !== null) return subscriptOf(value, context, where, source);
  const number = context.IntegerLiteral();
  const name = context.identifier();
  const call = context.call();
  if (name !== null && call !== null) {
    if (source.dialect !== 'standard')
      throw source.refuse(where, 'A function behind a dot', 'Write it before its arguments');
    return callOf(identifierOf(name).text, span(name).end, call, where, source, value);
  }
  const end = where.end;
  if (context.Caret() !== null)
    return { kind: 'subobject', operand: value, name: identifierOf(name!).text, ...where };
  const field: Expression =
    number !== null
      ? { kind: 'number', text: number.getText(), decimal: false, at: number.symbol.start, end }
      : { kind: 'string', value: identifierOf(name!).text, at: end, end };
  return { kind: 'field', operand: value, field, ...where };
}

/** `x[i]`, or the slice `x[low:high]` of the standard dialect, where an end may be left out. */
function subscriptOf(operand: Expression, context: SuffixContext, where: Span, source: Source): Expression {
  const inner = context.expression();
  if (source.dialect !== 'standard') {
    if (context.Colon().length > 0)
      throw source.refuse(where, 'A slice', 'Use arraySlice(array, from, length) or substring');
    return { kind: 'subscript', operand, index: buildExpression(inner[0], source), ...where };
  }
  const places = inner.map((e) => new Climber(itemsOf(e, source), source).range());
  const colons = context.Colon().length;
  if (colons === 0 && places[0].length === 1)
    return { kind: 'subscript', operand, index: places[0][0], ...where };
  const isOpen = context.getChild(1) instanceof TerminalNode;
  const open = null;
  // A minus between two colons is a place that is left out.
  const [low, high, step] =
    context.Minus() !== null
      ? [isOpen ? open : places[0][0], open, places.at(-1)![0]]
      : [...(isOpen ? [open] : []), ...(places[0] ?? []), ...(colons > 0 && !isOpen ? [open] : [])];
  return sliceOf(operand, [low ?? null, high ?? null, step ?? null], where);
}

/** list_slice; a place that is left out is the end that the step begins or ends with. */
function sliceOf(
  operand: Expression,
  [low, high, step]: readonly (Expression | null)[],
  where: Span,
): Expression {
  const number = (text: string): Expression => ({ kind: 'number', text, decimal: false, ...where });
  const end = (ahead: string, back: string): Expression =>
    step === null
      ? number(ahead)
      : plainCall(
          'if',
          [
            { kind: 'binary', op: '>', left: step, right: number('0'), ...where },
            number(ahead),
            number(back),
          ],
          where,
        );
  const args = [operand, low ?? end('1', '-1'), high ?? end('-1', '1')];
  return plainCall('list_slice', step === null ? args : [...args, step], where);
}

const isLiteral = (node: Expression): boolean =>
  node.kind === 'array' || node.kind === 'tuple'
    ? node.items.every(isLiteral)
    : node.kind === 'number' || node.kind === 'string';

/** Call of a function by plain name with plain arguments. */
export const plainCall = (name: string, args: readonly Expression[], where: Span): Expression =>
  callNamed(name, args, where, where.at);

function buildPrimary(context: PrimaryContext, source: Source): Expression {
  const where = span(context);
  if (context.LeftBrace() !== null) return entriesOf(context, where, source);
  const first = context.getChild(0);
  if (first instanceof ParserRuleContext) {
    switch (first.ruleIndex) {
      case Sql.RULE_literal:
        return literalOf(first as LiteralContext);
      case Sql.RULE_parameter:
        return parameterOf(first as ParameterContext, source);
      default:
        return namedPrimary(context, where, source);
    }
  }
  const one = (i: number): Expression => buildExpression(context.expression(i)!, source);
  switch (tokenOf(context).type) {
    case Sql.CASE:
      return caseOf(context, where, source);
    case Sql.CAST:
    case Sql.TRY_CAST: {
      const type = context.typeName();
      const orNull = context.TRY_CAST() !== null;
      if (type !== null)
        return { kind: 'cast', operand: one(0), type: typeNameOf(type, source), orNull, ...where };
      return plainCall('cast', [one(0), one(1)], where);
    }
    case Sql.EXTRACT: {
      const unit = context.StringLiteral()?.getText() ?? identifierOf(context.identifier(0)!).text;
      return plainCall(
        'extract',
        [{ kind: 'unit', value: one(0), unit: unit.toLowerCase(), ...where }],
        where,
      );
    }
    case Sql.SUBSTRING:
      return plainCall(
        'substring',
        context.expression().map((e) => buildExpression(e, source)),
        where,
      );
    case Sql.TRIM:
      return trimOf(context, where, source);
    case Sql.INTERVAL: {
      const items: Item[] = [];
      operandItems(context.operand()!, source, items);
      const unit = context.intervalUnit();
      return {
        kind: 'interval',
        value: new Climber(items, source).expression(0),
        unit: unit === null ? null : unitOf(tokenOf(unit).value),
        ...where,
      };
    }
    case Sql.LAMBDA:
      return context.Colon() === null
        ? namedPrimary(context, where, source)
        : lambdaOf(context, where, source);
    case Sql.DATE:
    case Sql.TIME:
    case Sql.TIMESTAMP: {
      const text = context.StringLiteral();
      if (context.typeTail() !== null) return typedLiteral(context, where, source);
      if (text !== null) {
        return {
          kind: 'typed',
          type: context.DATE() !== null ? 'date' : context.TIME() !== null ? 'time' : 'timestamp',
          text: text.getText(),
          ...where,
        };
      }
      return namedPrimary(context, where, source);
    }
    case Sql.EXISTS:
      return { kind: 'exists', query: source.buildQuery(context.query()!), ...where };
    case Sql.ANY:
    case Sql.SOME:
    case Sql.ALL: {
      const query = context.query();
      const quantifier = context.ALL() === null ? 'any' : 'all';
      if (query !== null)
        return { kind: 'quantified', quantifier, query: source.buildQuery(query), ...where };
      if (quantifier === 'any') return namedPrimary(context, where, source);
      if (source.dialect !== 'standard')
        throw source.refuse(where, 'ALL of an array', 'Compare with each element in a function of arrays');
      return ofElements(buildExpression(context.expression(0)!, source), quantifier, where);
    }
    case Sql.QueryParen:
      return { kind: 'subquery', query: source.buildQuery(context.query()!), ...where };
    case Sql.LeftParen:
      return parenthesised(context, where, source);
    case Sql.LeftBracket:
    case Sql.ARRAY:
      if (context.FOR() !== null) return comprehension(context, where, source);
      return { kind: 'array', items: context.expression().map((e) => buildExpression(e, source)), ...where };
    case Sql.Star:
      return { ...ALL_COLUMNS, ...starChanges(context.starChange(), source), ...where };
    case Sql.COLUMNS:
      return context.COLUMNS() === null
        ? namedPrimary(context, where, source)
        : chosenColumns(context, where, source);
    default:
      return namedPrimary(context, where, source);
  }
}

const nameOf = (name: Identifier): Expression => ({
  kind: 'name',
  parts: [name],
  at: name.at,
  end: name.end,
});
const lambdaFrom = (names: readonly Identifier[], body: Expression, where: Span): Expression => ({
  kind: 'lambda',
  parameters: names.length === 1 ? nameOf(names[0]) : { kind: 'tuple', items: names.map(nameOf), ...where },
  body,
  ...where,
});

/** `lambda x, y: x + y` */
function lambdaOf(context: PrimaryContext, where: Span, source: Source): Expression {
  if (source.dialect !== 'standard')
    throw source.refuse(where, 'lambda x: ...', 'Write the arrow: x -> x + 1');
  return lambdaFrom(
    context.identifier().map(identifierOf),
    buildExpression(context.expression(0)!, source),
    where,
  );
}

/** `[x + 1 FOR x IN list IF x > 2]`: what is made of the elements that are chosen. */
function comprehension(context: PrimaryContext, where: Span, source: Source): Expression {
  if (source.dialect !== 'standard')
    throw source.refuse(
      where,
      'A list comprehension',
      'Write arrayMap(x -> ..., arrayFilter(x -> ..., list))',
    );
  const names = context.identifier().map(identifierOf);
  const [made, list, condition] = context.expression().map((e) => buildExpression(e, source));
  const chosen =
    condition === undefined
      ? list
      : plainCall('list_filter', [list, lambdaFrom(names, condition, where)], where);
  return plainCall('list_transform', [chosen, lambdaFrom(names, made, where)], where);
}

/** `UUID '...'`, `TIMESTAMP WITH TIME ZONE '...'`: a text read as a type. */
function typedLiteral(context: PrimaryContext, where: Span, source: Source): Expression {
  if (source.dialect !== 'standard')
    throw source.refuse(where, 'A type before a text', "Write CAST('...' AS type)");
  const text = context.StringLiteral()!;
  const head = tokenOf(context);
  const operand: Expression = {
    kind: 'string',
    value: text.getText(),
    at: text.symbol.start,
    end: text.symbol.stop + 1,
  };
  const withZone = context.typeTail()?.WITH() != null;
  return {
    kind: 'cast',
    operand,
    type: { name: head.value, args: [], withZone, arrays: 0, at: where.at, end: head.stop + 1 },
    orNull: false,
    literal: text.getText(),
    ...where,
  };
}

function entriesOf(context: PrimaryContext, where: Span, source: Source): Expression {
  const word = context.identifier(0);
  const entries = context.entry().map((entry) => {
    const [key, value] = entry.expression().map((e) => buildExpression(e, source));
    return { key, value };
  });
  return {
    kind: 'entries',
    word: word === null ? null : identifierOf(word).text.toUpperCase(),
    entries,
    ...where,
  };
}

function parenthesised(context: PrimaryContext, where: Span, source: Source): Expression {
  const args = context.argument();
  const items = args.map((a) => argumentOf(a, source));
  if (items.length !== 1 || context.Comma().length > 0) return { kind: 'tuple', items, ...where };
  const inner = items[0];
  if (inner.kind === 'logic') source.parenthesised.add(inner);
  return inner;
}

function namedPrimary(context: PrimaryContext, where: Span, source: Source): Expression {
  if (context.StringLiteral() !== null) return typedLiteral(context, where, source);
  const call = context.call();
  const name = context.qualifiedName();
  if (call !== null) {
    if (name === null) return callOf(tokenOf(context).value, tokenOf(context).stop + 1, call, where, source);
    const parts = nameParts(name);
    const { text, end: nameEnd } = parts[parts.length - 1];
    if (source.dialect !== 'standard')
      return callOf(parts.map((p) => p.text).join('.'), span(name).end, call, where, source);
    const receiver = parts.slice(0, -1);
    const isSchema = receiver.length === 1 && /^(main|system|pg_catalog)$/i.test(receiver[0].text);
    if (receiver.length === 0 || isSchema) return callOf(text, nameEnd, call, where, source);
    const value: Expression = { kind: 'name', parts: receiver, at: where.at, end: receiver.at(-1)!.end };
    return callOf(text, nameEnd, call, where, source, value);
  }
  const parts = name === null ? [] : nameParts(name);
  if (context.Star() !== null)
    return { ...ALL_COLUMNS, table: parts, ...starChanges(context.starChange(), source), ...where };
  return { kind: 'name', parts, ...where };
}

/** @param receiver the first argument, which stands before the name: `x.f(y)` */
function callOf(
  name: string,
  nameEnd: number,
  context: CallContext,
  where: Span,
  source: Source,
  receiver: Expression | null = null,
): Expression {
  const lists = context.LeftParen().length;
  const secondStart = lists === 2 ? context.LeftParen(1)!.symbol.start : Number.POSITIVE_INFINITY;
  const all = context.argument();
  const isPosition = /^position$/i.test(name) && source.dialect !== 'clickhouse';
  const given = all.filter((a) => startOf(a) < secondStart).map((a) => argumentOf(a, source));
  const from = context.fromPlace();
  if (from !== null && !(isPosition && given.length === 1))
    throw source.error(span(from), 'FROM means nothing here', 'POSITION(needle IN text FROM 3) takes it');
  const first = isPosition ? positionArguments(given, from, source) : given;
  const second = all.filter((a) => startOf(a) > secondStart).map((a) => argumentOf(a, source));
  const orderBy = context.orderBy();
  const filter = context.filter();
  const nulls = context.nullTreatment(0);
  const over = context.over();
  const args = lists === 2 ? second : first;
  // ClickHouse's position(needle IN text) parses as a membership test.
  const only = args[0];
  const positioned =
    args.length === 1 && only.kind === 'in' && only.list?.length === 1 && /^position$/i.test(name)
      ? [...only.list, only.operand]
      : withLambda(receiver === null ? args : [receiver, ...args], source);
  const written: CallExpression = {
    kind: 'call',
    name,
    nameEnd,
    args: positioned,
    parameters: lists === 2 ? first : null,
    distinct: context.DISTINCT().length > 0,
    filter: filter === null ? null : buildExpression(filter.expression(), source),
    orderBy: orderBy === null ? [] : sortItems(orderBy.sortItem(), source),
    over: over === null ? null : overOf(over, source),
    nulls: nulls === null ? null : nulls.IGNORE() !== null ? 'ignore' : 'respect',
    ...where,
  };
  const within = context.withinGroup();
  const call =
    within === null
      ? written
      : withinGroup(written, sortItems(within.orderBy().sortItem(), source), span(within), source);
  if (source.dialect === 'clickhouse') return intervalOrCall(call);
  return source.dialect === 'standard' ? withLevels(withFields(truncationOrCall(call))) : call;
}

/** A list of levels gives a list of quantiles, NULL of no values. */
function withLevels(call: Expression): Expression {
  if (call.kind !== 'call' || !/^(quantile(_cont|_disc)?|approx_quantile)$/i.test(call.name)) return call;
  const [value, levels] = call.args;
  if (call.args.length !== 2 || levels.kind !== 'array') return call;
  const { at, end } = call;
  const items = levels.items.map((level) => ({ ...call, args: [value, level] }));
  const count: Expression = { ...call, name: 'count', args: [value] };
  const when: Expression = {
    kind: 'binary',
    op: '>',
    left: count,
    right: { kind: 'number', text: '0', decimal: false, at, end },
    at,
    end,
  };
  return {
    kind: 'case',
    subject: null,
    branches: [{ when, value: { kind: 'array', items, at, end } }],
    otherwise: null,
    at,
    end,
  };
}

/** Functions whose named arguments are fields: they become one struct, the last argument, or all there is. */
const OF_FIELDS = /^struct_(pack|insert|update)$/i;

function withFields(call: CallExpression): Expression {
  const fields = call.args.filter((arg) => arg.kind === 'named');
  if (fields.length === 0 || !OF_FIELDS.test(call.name)) return call;
  const { at, end } = call;
  const entries = fields.map(({ name, value }) => ({
    key: { kind: 'string', value: name.text, at: name.at, end: name.end } as const,
    value,
  }));
  const struct: Expression = { kind: 'entries', word: null, entries, at, end };
  const others = call.args.filter((arg) => arg.kind !== 'named');
  return /pack$/i.test(call.name) && others.length === 0 ? struct : { ...call, args: [...others, struct] };
}

/** `needle IN text [FROM start]`, which parses as a membership test, as two or three arguments. */
function positionArguments(
  given: readonly Expression[],
  from: FromPlaceContext | null,
  source: Source,
): Expression[] {
  const [value] = given;
  const both =
    given.length === 1 && value.kind === 'in' && value.list?.length === 1
      ? [value.operand, ...value.list]
      : given;
  const start = from === null ? [] : [buildExpression(from.expression(), source)];
  return [...both, ...start];
}

/** ClickHouse: all that stands before an arrow without brackets are parameters, `f(x, y -> x + y, list)`. */
function withLambda(args: Expression[], source: Source): Expression[] {
  const at = args.findIndex(({ kind }) => kind === 'lambda');
  const lambda = args[at];
  if (at < 1 || lambda.kind !== 'lambda' || lambda.parameters.kind === 'tuple') return args;
  if (source.dialect !== 'clickhouse' || source.parenthesised.has(lambda.parameters)) return args;
  const items = [...args.slice(0, at), lambda.parameters];
  const start = items[0].at;
  const parameters: Expression = { kind: 'tuple', items, at: start, end: lambda.parameters.end };
  return [{ ...lambda, parameters, at: start }, ...args.slice(at + 1)];
}

export function argumentOf(context: ArgumentContext, source: Source): Expression {
  const value = buildExpression(context.expression(0)!, source);
  const type = context.typeName();
  if (type !== null) return { kind: 'returning', value, type: typeNameOf(type, source), ...span(context) };
  if (context.VALUE() !== null)
    return {
      kind: 'keyed',
      key: value,
      value: buildExpression(context.expression(1)!, source),
      ...span(context),
    };
  const alias = context.identifier();
  if (alias !== null && (context.Equal() !== null || context.FatArrow() !== null))
    return { kind: 'named', name: identifierOf(alias), value, ...span(context) };
  if (alias !== null) return { kind: 'aliased', value, alias: identifierOf(alias), ...span(context) };
  const unit = context.intervalUnit();
  if (unit !== null) return { kind: 'unit', value, unit: unitOf(tokenOf(unit).value), ...span(context) };
  return value;
}

function caseOf(context: PrimaryContext, where: Span, source: Source): Expression {
  const all = context.expression().map((e) => buildExpression(e, source));
  const branchCount = context.WHEN().length;
  const hasElse = context.ELSE() !== null;
  const hasSubject = all.length - 2 * branchCount - (hasElse ? 1 : 0) === 1;
  const from = hasSubject ? 1 : 0;
  const branches = Array.from({ length: branchCount }, (_, i) => ({
    when: all[from + 2 * i],
    value: all[from + 2 * i + 1],
  }));
  return {
    kind: 'case',
    subject: hasSubject ? all[0] : null,
    branches,
    otherwise: hasElse ? all[all.length - 1] : null,
    ...where,
  };
}

function trimOf(context: PrimaryContext, where: Span, source: Source): Expression {
  const all = context.expression().map((e) => buildExpression(e, source));
  const name = context.LEADING() !== null ? 'ltrim' : context.TRAILING() !== null ? 'rtrim' : 'trim';
  const args = all.length === 2 ? [all[1], all[0]] : all;
  return plainCall(source.dialect === 'clickhouse' ? CLICKHOUSE_TRIMS[name] : name, args, where);
}

const CLICKHOUSE_TRIMS = { trim: 'trimBoth', ltrim: 'trimLeft', rtrim: 'trimRight' } as const;

/** COLUMNS('pattern'), COLUMNS(a, b) or COLUMNS(* EXCLUDE (a)), which is the star itself. */
function chosenColumns(context: PrimaryContext, where: Span, source: Source): ExpressionOf<'star'> {
  const items = context.expression().map((e) => buildExpression(e, source));
  const [first] = items;
  const changes = context.starChange();
  // All of them, so that what stands around it is of each: COLUMNS(*)::VARCHAR.
  if (items.length === 1 && first.kind === 'star' && changes.length === 0)
    return source.dialect === 'standard' && first.only === null ? { ...first, only: '' } : first;
  const names = items.flatMap((item) => (item.kind === 'name' && item.parts.length === 1 ? item.parts : []));
  if (items.length === 1 && first.kind === 'lambda' && source.dialect === 'standard')
    return { ...ALL_COLUMNS, only: first, ...starChanges(changes, source), ...where };
  const isPattern = items.length === 1 && first.kind === 'string';
  if (!isPattern && names.length < items.length)
    throw source.error(
      items.find((item) => item.kind !== 'name' || item.parts.length > 1) ?? where,
      'COLUMNS takes a pattern or names',
      "Write COLUMNS('^a'), COLUMNS(a, b) or COLUMNS(* EXCLUDE (a))",
    );
  const only = isPattern ? first.value : names;
  return { ...ALL_COLUMNS, only, ...starChanges(changes, source), ...where };
}

function starChanges(
  changes: readonly StarChangeContext[],
  source: Source,
): Pick<ExpressionOf<'star'>, 'except' | 'replace' | 'rename' | 'apply'> {
  const except: Identifier[] = [];
  const replace: { name: Identifier; value: Expression }[] = [];
  const rename: { name: Identifier; to: Identifier }[] = [];
  const apply: Expression[] = [];
  for (const change of changes) {
    const names = change.identifier().map(identifierOf);
    const values = change.expression().map((e) => buildExpression(e, source));
    if (change.APPLY() !== null)
      apply.push(...values, ...names.map((name): Expression => ({ kind: 'name', parts: [name], ...name })));
    else if (change.RENAME() !== null)
      rename.push(...change.starRenaming().map((r) => renamingOf(r, source)));
    else if (change.REPLACE() === null) except.push(...names);
    else values.forEach((value, i) => void replace.push({ name: names[i], value }));
  }
  for (const { name } of rename)
    if ([...except, ...replace.map((r) => r.name)].some(({ text }) => text === name.text))
      throw source.error(name, `The column ${name.text} is renamed, and left out or replaced, too`);
  return { except, replace, rename, apply };
}

function renamingOf(context: StarRenamingContext, source: Source): { name: Identifier; to: Identifier } {
  if (source.dialect !== 'standard')
    throw source.refuse(span(context), '* RENAME', 'Write the columns out with AS');
  const parts = nameParts(context.qualifiedName());
  return { name: parts[parts.length - 1], to: identifierOf(context.identifier()) };
}

function literalOf(context: LiteralContext): Expression {
  const token = tokenOf(context);
  const where = { at: token.start, end: token.stop + 1 };
  switch (token.type) {
    case Sql.StringLiteral:
      return { kind: 'string', value: token.value, ...where };
    case Sql.IntegerLiteral:
      return { kind: 'number', text: token.value, decimal: false, ...where };
    case Sql.DecimalLiteral:
      return { kind: 'number', text: token.value, decimal: true, ...where };
    case Sql.NULL:
      return { kind: 'null', ...where };
    default:
      return { kind: 'boolean', value: token.type === Sql.TRUE, ...where };
  }
}

function parameterOf(context: ParameterContext, source: Source): Expression {
  const where = span(context);
  const numbered = context.NumberedParameter();
  if (numbered !== null)
    return { kind: 'parameter', index: Number(numbered.getText()) - 1, name: null, type: null, ...where };
  const name = context.identifier();
  if (name === null)
    return { kind: 'parameter', index: source.nextParameter(), name: null, type: null, ...where };
  const type = context.typeName();
  return {
    kind: 'parameter',
    index: null,
    name: identifierOf(name).text,
    type: type === null ? null : typeNameOf(type, source),
    ...where,
  };
}

/** `DAYS` and `day` are one unit. */
const unitOf = (word: string): string => word.toLowerCase().replace(/s$/, '');

/** @param mayFill whether rows can be made here: in the ORDER BY of a query */
export const sortItems = (
  contexts: readonly SortItemContext[],
  source: Source,
  mayFill = false,
): SortItem[] =>
  contexts.map((c) => {
    const fill = fillOf(c.fill(), source);
    if (fill !== null && !mayFill)
      throw source.error(fill, 'WITH FILL belongs to the ORDER BY of a query', 'Leave it out here');
    return {
      value: buildExpression(c.expression(), source),
      descending: c.DESC() !== null || c.DESCENDING() !== null,
      nulls: c.FIRST() !== null ? 'first' : c.LAST() !== null ? 'last' : null,
      fill,
    };
  });

function fillOf(context: FillContext | null, source: Source): Fill | null {
  if (context === null) return null;
  const where = span(context);
  if (source.dialect !== 'clickhouse')
    throw source.refuse(where, 'WITH FILL', 'Ask in the ClickHouse dialect, or join with generate_series()');
  const part = (e: ExpressionContext | null | undefined): Expression | null =>
    e === null || e === undefined ? null : buildExpression(e, source);
  const { _first, _last, _step, _staleness } = context;
  return { from: part(_first), to: part(_last), step: part(_step), staleness: part(_staleness), ...where };
}
