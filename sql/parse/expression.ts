/**
 * Flat parse trees of expressions to AST trees, by precedence climbing over {@link PRECEDENCE}.
 *
 * Recursion is as deep as the expression nests, which parse/depth.ts has bounded; chains of AND or OR are
 * flattened as they are built.
 */

import { ParserRuleContext, TerminalNode } from 'antlr4ng';
import { plainCall } from '../ast/call-node.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type {
  BinaryOperatorContext,
  ExpressionContext,
  OperandContext,
  PostfixOperatorContext,
  SuffixContext,
} from '../grammar/generated/Sql.js';
import { Sql } from '../grammar/generated/Sql.js';
import { callOf } from './call.ts';
import { identifierOf } from './name.ts';
import {
  anyElement,
  atTimeZone,
  type BinaryItem,
  CASELESS,
  checkKnown,
  likeColumns,
  membership,
  OPERATORS,
  similar,
} from './operator.ts';
import { buildPrimary } from './primary.ts';
import type { Source } from './source.ts';
import { span, tokenOf } from './span.ts';
import { typeNameOf } from './type-name.ts';

/** One entry of a flat expression, classified. */
type Item =
  | { readonly kind: 'operand'; readonly value: Expression }
  | { readonly kind: 'prefix'; readonly op: 'not' | '-' | '+' | '~' | '@'; readonly at: number }
  | BinaryItem
  | { readonly kind: 'postfix'; readonly context: PostfixOperatorContext };

const PREFIXES: ReadonlyMap<number, Extract<Item, { kind: 'prefix' }>['op']> = new Map([
  [Sql.NOT, 'not'],
  [Sql.Minus, '-'],
  [Sql.Plus, '+'],
  [Sql.Tilde, '~'],
  [Sql.At, '@'],
]);

export function buildExpression(context: ExpressionContext, source: Source): Expression {
  if (context.getChildCount() === 1) {
    const only = context.operand(0);
    if (only !== null && only.getChildCount() === 1) return buildPrimary(only.primary(), source);
  }
  return new Climber(itemsOf(context, source), source).expression(0);
}

/** A value with its signs and suffixes. */
export function buildOperand(context: OperandContext, source: Source): Expression {
  const items: Item[] = [];
  operandItems(context, source, items);
  return new Climber(items, source).expression(0);
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

  #binary(left: Expression, item: BinaryItem, binding: number): Expression {
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

/** A chain grows the array it has begun: a copy per operator would be quadratic. */
function chain(left: Expression, right: Expression, op: 'and' | 'or', source: Source): Expression {
  if (left.kind === 'logic' && left.op === op && !source.parenthesised.has(left)) {
    (left.operands as Expression[]).push(right);
    return Object.assign(left, { end: right.end });
  }
  return { kind: 'logic', op, operands: [left, right], at: left.at, end: right.end };
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
