/**
 * Lambdas as arguments: which arguments are some, what their parameters are called, and the body bound over parameters of the types that
 * the function gives them (FunctionRow.lambda). A bound body is closed over what it reads besides (engine/plan/lambda.ts).
 */

import { text } from '../../engine/function/call.ts';
import type { FunctionRow } from '../../engine/function/row.ts';
import { bodyText } from '../../engine/plan/body.ts';
import { isDraw } from '../../engine/plan/draw.ts';
import {
  type CallExpr,
  children,
  column,
  type Expr,
  exprKey,
  mapChildren,
  rewrite,
} from '../../engine/plan/expr.ts';
import { appliedLambda, type Lambda, lambdaExpr } from '../../engine/plan/lambda.ts';
import { cannotFail } from '../../engine/plan/rules/cannot-fail.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { CallExpression, Expression, Identifier, Span } from '../ast/expression.ts';
import { argumentOf, resolve } from './call.ts';
import type { ExpressionBinder } from './expression.ts';
import { arrowOf, parameterNames } from './lambda-node.ts';
import { parameterPlaceholder } from './placeholder.ts';
import { findColumn, type Scope } from './scope.ts';
import type { Session } from './session.ts';

type LambdaNode = Span & { readonly parameters: readonly string[]; readonly body: Expression };

function lambdaOf(node: Expression, session: Session): LambdaNode | undefined {
  const { at, end } = node;
  const arrow = arrowOf(node, session);
  if (arrow === undefined) return undefined;
  const parameters = parameterNames(arrow.left);
  if (parameters === undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      arrow.left,
      'The parameters of a lambda are names',
      'Write x -> x + 1, or (x, y) -> x + y',
    );
  return { parameters, body: arrow.body, at, end };
}

/** The arguments of a call of a function that takes lambdas; undefined: none is there. */
export function lambdaArguments(
  node: CallExpression,
  row: FunctionRow,
  binder: ExpressionBinder,
): Expr[] | undefined {
  const { session } = binder;
  if (row.lambda === undefined) {
    const arrow =
      session.dialect === 'clickhouse' ? node.args.find((arg) => lambdaOf(arg, session)) : undefined;
    if (arrow === undefined) return undefined;
    throw session.error(
      'ILLEGAL_TYPE_OF_ARGUMENT',
      arrow,
      `Function ${node.name} can't have lambda-expressions as arguments.`,
      `Write ${row.syntax}`,
    );
  }
  const found = node.args.map((arg) => lambdaOf(arg, session) ?? namedLambda(arg, node, binder));
  if (found.every((lambda) => lambda === undefined)) return undefined;
  const values = node.args.map((arg, i) => (found[i] === undefined ? binder.bind(arg) : undefined));
  const others = values.filter((value) => value !== undefined);
  return values.map((value, i) => {
    const lambda = found[i];
    if (value !== undefined || lambda === undefined) return value as Expr;
    const { parameters } = lambda;
    const types = row.lambda?.(others.map(argumentOf), parameters.length, session.resolveContext);
    // What does not fit is said as for any function.
    if (types === undefined) return resolve(row, node.name, others, node, session) as never;
    return bindLambda(lambda, types, binder);
  });
}

/** `arrayMap(toString, list)`, and a lambda that WITH or an alias has named. */
function namedLambda(
  arg: Expression,
  node: CallExpression,
  { scope, session }: ExpressionBinder,
): LambdaNode | undefined {
  if (session.dialect !== 'clickhouse' || arg.kind !== 'name' || arg.parts.length !== 1) return undefined;
  const [{ text }] = arg.parts;
  const alias = scope.aliases.get(text) ?? scope.with.expressions.get(text);
  if (alias !== undefined) return lambdaOf(alias, session);
  if (
    arg !== node.args[0] ||
    scope.parameters?.has(text) ||
    findColumn(arg.parts, scope, session) !== undefined
  )
    return undefined;
  const { at, end } = arg;
  const parameters = node.args.slice(1).map((_, i) => `__function_ref_arg_${i}`);
  const args = parameters.map(
    (name): Expression => ({ kind: 'name', parts: [identifier(name, arg)], at, end }),
  );
  return { parameters, body: { ...node, name: text, nameEnd: end, args, at, end }, at, end };
}

const identifier = (text: string, { at, end }: Span): Identifier => ({ text, quoted: true, at, end });

function bindLambda(lambda: LambdaNode, types: readonly LogicalType[], binder: ExpressionBinder): Expr {
  const { session } = binder;
  const first = session.numbers(types.length);
  const placeholders = types.map((type, i) => column(parameterPlaceholder(first + i), type));
  const body = binder.within(parametersOf(lambda.parameters, placeholders, binder.scope)).bind(lambda.body);
  const own = new Map(placeholders.map(({ index }, i) => [index, i]));
  return lambdaExpr(close(body, own, (expr) => isDrawnOnce(expr, session)));
}

function parametersOf(names: readonly string[], values: readonly Expr[], { parameters }: Scope) {
  const all = new Map(parameters);
  names.forEach((name, i) => {
    all.set(name, values[i]);
  });
  return all;
}

/** The value of a lambda that has a name, for the arguments at hand; undefined: the name is none's. */
export function callOfLambda(node: CallExpression, binder: ExpressionBinder): Expr | undefined {
  const { scope, session } = binder;
  if (session.dialect !== 'clickhouse') return undefined;
  const named = scope.aliases.get(node.name) ?? scope.with.expressions.get(node.name);
  const lambda = named === undefined ? undefined : lambdaOf(named, session);
  if (lambda === undefined) return undefined;
  const { parameters, body } = lambda;
  if (node.args.length !== parameters.length)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      node,
      `${node.name} takes ${parameters.length} arguments, not ${node.args.length}`,
    );
  const values = node.args.map((arg) => binder.bind(arg));
  return binder.within(parametersOf(parameters, values, scope)).bind(body);
}

/** ClickHouse draws once a row what does not read an element. */
const isDrawnOnce = (expr: Expr, { dialect }: Session): boolean =>
  dialect === 'clickhouse' && expr.kind === 'call' && isDraw(expr);

/**
 * A call that applies a lambda, closed anew: what `isWhole` says of the body is captured as it is. So an expression that is grouped by may
 * stand in a lambda. Other calls stay as they are.
 */
export function recaptured(call: CallExpr, isWhole: (expr: Expr) => boolean, session: Session): CallExpr {
  const applied = appliedLambda(call);
  if (applied === null) return call;
  const { body, parameters } = applied;
  const given = call.args.slice(2, 2 + parameters);
  const captured = call.args.slice(2 + parameters);
  const first = session.numbers(parameters);
  const open = rewrite(body, (e) => {
    if (e.kind !== 'column') return e;
    return e.index < parameters
      ? { ...e, index: parameterPlaceholder(first + e.index) }
      : captured[e.index - parameters];
  });
  const own = new Map(given.map((_, i) => [parameterPlaceholder(first + i), i]));
  const closed = close(open, own, (expr) => isWhole(expr) || isDrawnOnce(expr, session));
  return { ...call, args: [text(bodyText(closed.body)), call.args[1], ...given, ...closed.captured] };
}

/**
 * The body over its parameters and what it captures. Whatever reads no parameter and cannot fail is captured whole, so it is computed
 * once a row and not once an element.
 *
 * @param own positions of parameters by their placeholders
 */
function close(body: Expr, own: ReadonlyMap<number, number>, isWhole: (expr: Expr) => boolean): Lambda {
  const captured: Expr[] = [];
  const byKey = new Map<string, number>();
  const reads = new Map<Expr, boolean>();
  const readsOwn = (expr: Expr): boolean => {
    let known = reads.get(expr);
    if (known === undefined) {
      known = expr.kind === 'column' ? own.has(expr.index) : children(expr).some(readsOwn);
      reads.set(expr, known);
    }
    return known;
  };
  const capture = (expr: Expr): Expr => {
    const key = exprKey(expr);
    let at = byKey.get(key);
    if (at === undefined) {
      at = captured.push(expr) - 1;
      byKey.set(key, at);
    }
    return column(own.size + at, expr.type);
  };
  const over = (expr: Expr): Expr => {
    if (expr.kind === 'literal') return expr;
    if (expr.kind === 'column' && own.has(expr.index)) return { ...expr, index: own.get(expr.index)! };
    const isLeaf = expr.kind === 'column' || expr.kind === 'outer';
    if (isLeaf) return capture(expr);
    const isOutside = children(expr).length > 0 && !readsOwn(expr);
    if (isOutside && (cannotFail(expr) || isWhole(expr))) return capture(expr);
    return mapChildren(expr, over);
  };
  return { body: over(body), parameters: own.size, captured };
}
