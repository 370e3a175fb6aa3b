/** Operands of expressions to AST: literals, names, calls, CASE, lists, lambdas, subqueries. */

import { ParserRuleContext } from 'antlr4ng';
import { plainCall } from '../ast/call-node.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { LiteralContext, ParameterContext, PrimaryContext } from '../grammar/generated/Sql.js';
import { Sql } from '../grammar/generated/Sql.js';
import { argumentOf, callOf, unitOf } from './call.ts';
import { buildExpression, buildOperand } from './expression.ts';
import { identifierOf, nameParts } from './name.ts';
import { ofElements } from './operator.ts';
import { ALL_COLUMNS } from './select-from.ts';
import type { Source } from './source.ts';
import { span, tokenOf } from './span.ts';
import { chosenColumns, starChanges } from './star.ts';
import { typeNameOf } from './type-name.ts';

export function buildPrimary(context: PrimaryContext, source: Source): Expression {
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
      const unit = context.intervalUnit();
      return {
        kind: 'interval',
        value: buildOperand(context.operand()!, source),
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
