/**
 * Functions written in SQL: a call is what the function's text says, with the arguments in the place of its parameters. Arguments are
 * bound where they stand, so aggregates, subqueries and window functions work in them and in the text alike.
 */

import { findFunction } from '../../engine/function/index.ts';
import type { CallExpression, Expression, Span } from '../ast/expression.ts';
import type { Query, TableExpression } from '../ast/query.ts';
import { parse } from '../parse/parser.ts';
import type { SqlFunction } from './context.ts';
import { namesWithin } from './lambda-node.ts';
import type { Session } from './session.ts';

type FunctionTable = Extract<TableExpression, { kind: 'function' }>;

/** The function of the house's own table that is written in SQL, which is the standard dialect's, for as many arguments. */
export function writtenFunction(node: CallExpression, { dialect }: Session): SqlFunction | undefined {
  if (dialect !== 'standard') return undefined;
  const count = node.args.length;
  const written = findFunction(dialect, node.name)?.written?.find(
    ({ parameters }) =>
      count <= parameters.length && parameters.slice(count).every((p) => p.defaultText !== null),
  );
  return written && { ...written, name: node.name, dialect, givesRows: false };
}

export function expandCall(fn: SqlFunction, node: CallExpression, session: Session): Expression {
  if (fn.givesRows)
    throw session.error(
      'BAD_ARGUMENTS',
      node,
      `${fn.name} gives rows`,
      `Write SELECT ... FROM ${fn.name}(...)`,
    );
  const behind = behindOf(fn, node, session);
  const { body } = parse(`SELECT ${fn.text}`, fn.dialect);
  const select = body.kind === 'query' ? body.query.body : null;
  if (select?.kind !== 'select') throw session.error('LOGICAL_ERROR', node, `${fn.name} is no expression`);
  return withArguments(
    select.items[0].value,
    argumentsOf(fn, node.args, node, session),
    node,
    session,
    behind,
  ) as Expression;
}

/** What stands behind a call and goes to the aggregates that the function's text is made of. */
type Behind = Pick<CallExpression, 'filter' | 'over' | 'distinct'>;

function behindOf(fn: SqlFunction, node: CallExpression, session: Session): Behind | null {
  const { filter, over, distinct } = node;
  const isPlain = filter === null && over === null && !distinct;
  const ofHouse = findFunction(fn.dialect, fn.name);
  const goesOn =
    ofHouse?.written !== undefined &&
    ofHouse.kind === 'aggregate' &&
    (!distinct || fn.parameters.length === 1);
  if (node.parameters === null && node.nulls === null && node.orderBy.length === 0 && (isPlain || goesOn))
    return isPlain ? null : { filter, over, distinct };
  throw session.error(
    'BAD_ARGUMENTS',
    node,
    `${node.name} is written in SQL: it takes no parameters of its own, DISTINCT, ORDER BY, FILTER or OVER`,
    'Write them within the function',
  );
}

function withBehind(call: CallExpression, { filter, over, distinct }: Behind): CallExpression {
  const { at, end } = call;
  const both: Expression | null =
    call.filter === null || filter === null
      ? (call.filter ?? filter)
      : { kind: 'logic', op: 'and', operands: [call.filter, filter], at, end };
  return { ...call, filter: both, over, distinct: call.distinct || distinct };
}

export function expandTable(fn: SqlFunction, item: FunctionTable, session: Session): Query {
  const { body } = parse(fn.text, fn.dialect);
  if (body.kind !== 'query') throw session.error('LOGICAL_ERROR', item, `${fn.name} is no query`);
  return withArguments(body.query, argumentsOf(fn, item.args, item, session), item, session) as Query;
}

type Arguments = ReadonlyMap<string, Expression>;

const keyOf = (name: string, { dialect }: Session): string =>
  dialect === 'standard' ? name.toLowerCase() : name;

/** By position, then by name; defaults where neither is. */
function argumentsOf(
  { name, parameters, dialect }: SqlFunction,
  args: readonly Expression[],
  where: Span,
  session: Session,
): Arguments {
  const shown = `${name}(${parameters.map((p) => `${p.name}${p.defaultText === null ? '' : ` := ${p.defaultText}`}`).join(', ')})`;
  const wrong = (at: Span, message: string): Error =>
    session.error('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', at, message, `It is ${shown}`);
  const given = new Map<string, Expression>();
  for (const [i, arg] of args.entries()) {
    const parameter =
      arg.kind === 'named' ? parameters.find((p) => session.same(arg.name.text, p.name)) : parameters[i];
    if (parameter === undefined || given.has(keyOf(parameter.name, session)))
      throw wrong(arg, `Function ${name} has no place for this argument`);
    given.set(keyOf(parameter.name, session), arg.kind === 'named' ? arg.value : arg);
  }
  for (const { name: parameter, defaultText } of parameters) {
    const key = keyOf(parameter, session);
    if (given.has(key)) continue;
    if (defaultText === null) throw wrong(where, `Function ${name} lacks its argument ${parameter}`);
    const { body } = parse(`SELECT ${defaultText}`, dialect);
    const select = body.kind === 'query' ? body.query.body : null;
    if (select?.kind === 'select') given.set(key, moved(select.items[0].value, where, session) as Expression);
  }
  return given;
}

const moved = (node: unknown, where: Span, session: Session): unknown =>
  withArguments(node, new Map(), where, session);

const isAggregate = ({ name }: CallExpression, { dialect }: Session): boolean =>
  findFunction(dialect, name)?.kind === 'aggregate';

/** The text's tree with arguments for names, but for those that a lambda in it gives another meaning; mistakes in it are at the call. */
export function withArguments(
  node: unknown,
  args: Arguments,
  where: Span,
  session: Session,
  behind: Behind | null = null,
): unknown {
  if (Array.isArray(node))
    return node.map((item: unknown) => withArguments(item, args, where, session, behind));
  if (node === null || typeof node !== 'object') return node;
  const expression = node as Expression;
  if (behind !== null && expression.kind === 'call' && isAggregate(expression, session))
    return withBehind(withArguments(expression, args, where, session) as CallExpression, behind);
  if (expression.kind === 'name' && expression.parts.length === 1) {
    const value = args.get(keyOf(expression.parts[0].text, session));
    if (value !== undefined) return value;
  }
  const own = namesWithin(expression, session) ?? [];
  const hidden = own.map((name) => keyOf(name, session));
  const within = hidden.length === 0 ? args : new Map([...args].filter(([name]) => !hidden.includes(name)));
  const entries = Object.entries(node).map(
    ([key, child]) => [key, withArguments(child, within, where, session, behind)] as const,
  );
  const copy = Object.fromEntries(entries) as Record<string, unknown>;
  return 'at' in copy ? { ...copy, at: where.at, end: where.end } : copy;
}
