/** Calls of functions to AST: their arguments, and what each dialect reads as something else. */

import type { CallExpression, Expression, Span } from '../ast/expression.ts';
import type { ArgumentContext, CallContext, FromPlaceContext } from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { intervalOrCall, truncationOrCall } from './interval.ts';
import { identifierOf } from './name.ts';
import { sortItems } from './sort-item.ts';
import type { Source } from './source.ts';
import { span, startOf, tokenOf } from './span.ts';
import { typeNameOf } from './type-name.ts';
import { overOf } from './window.ts';
import { withinGroup } from './within-group.ts';

/** @param receiver the first argument, which stands before the name: `x.f(y)` */
export function callOf(
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

/** `DAYS` and `day` are one unit. */
export const unitOf = (word: string): string => word.toLowerCase().replace(/s$/, '');
