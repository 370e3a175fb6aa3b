/**
 * Aggregates of one query block. While select list, HAVING and ORDER BY are bound, each aggregate call is taken
 * here and stands in the expression as a placeholder column; afterwards {@link Grouping} rewrites whole
 * expressions onto the aggregate node's output: keys first, then aggregates.
 */

import { apply, comparable, int, isIn } from '../../engine/function/call.ts';
import { cast, WIDEN } from '../../engine/function/cast.ts';
import type { FunctionRow, ResolveContext } from '../../engine/function/row.ts';
import {
  type AggregateCall,
  aggregateKey,
  column,
  columnsOf,
  type Expr,
  exprKey,
} from '../../engine/plan/expr.ts';
import type { Schema } from '../../engine/plan/node.ts';
import { readsAnyOuter } from '../../engine/plan/unnest/index.ts';
import { BOOL, INT64, type LogicalType, nullable, STRING } from '../../engine/type/type.ts';
import type { CallExpression, Span } from '../ast/expression.ts';
import { castArguments, functionNamed, resolve } from './call.ts';
import { composedOfNumbers } from './duration-aggregate.ts';
import type { ExpressionBinder } from './expression.ts';
import { recaptured } from './lambda.ts';
import { isMulti } from './multi-value.ts';
import { orderKey } from './order-key.ts';
import {
  aggregateNumber,
  aggregatePlaceholder,
  elementNumber,
  groupingNumber,
  groupingPlaceholder,
  hasAggregate,
  subqueryNumber,
  windowNumber,
} from './placeholder.ts';
import type { ScopeColumn } from './scope.ts';
import type { Session } from './session.ts';
import { eachValue } from './unnest-values.ts';

/** What becomes a column after the groups. */
const STAYS = [subqueryNumber, windowNumber, elementNumber];

const TAKES_DISTINCT = /^(count|sum_|avg_|min_|max_|any_|list_|bit_)/;

export class Aggregates {
  readonly calls: AggregateCall[] = [];
  /** Arguments of each call of GROUPING. */
  readonly groupings: (readonly Expr[])[] = [];
  readonly #byKey = new Map<string, number>();

  add(node: CallExpression, row: FunctionRow, binder: ExpressionBinder): Expr {
    const { calls, finish } = aggregateCalls(node, row, binder);
    return finish(calls.map((call) => this.#placeholder(call)));
  }

  /** GROUPING (a, b): a number with a bit for each key, which is set where the row's grouping set leaves it out. */
  grouping(args: readonly Expr[]): Expr {
    return column(groupingPlaceholder(this.groupings.push(args) - 1), INT64);
  }

  /** True when no aggregate stands in the expression. */
  isFree(expr: Expr): boolean {
    return !hasAggregate(expr);
  }

  #placeholder(call: AggregateCall): Expr {
    const key = aggregateKey(call);
    let index = this.#byKey.get(key);
    if (index === undefined) {
      index = this.calls.length;
      this.calls.push(call);
      this.#byKey.set(key, index);
    }
    return column(aggregatePlaceholder(index), call.type);
  }
}

/** An aggregate as it is called, which may take several, and what becomes of their results. @param binder of its arguments */
export function aggregateCalls(
  node: CallExpression,
  row: FunctionRow,
  binder: ExpressionBinder,
): { readonly calls: readonly AggregateCall[]; readonly finish: (results: readonly Expr[]) => Expr } {
  const { session } = binder;
  if (node.nulls === 'respect')
    throw session.refuse(node, 'RESPECT NULLS', 'Aggregates skip NULLs: wrap the argument in coalesce');
  const star = node.args.length === 1 && node.args[0].kind === 'star';
  if (star && !/^count(if)?$/i.test(node.name))
    throw session.error('BAD_ARGUMENTS', node, `${node.name} does not take *`, row.syntax);
  const args = star
    ? []
    : timed(
        binder.arguments(node, false).map((arg) => takenOf(arg, node)),
        node,
        row,
        binder,
      );
  const composed = composedOfNumbers(node, args, session);
  if (composed !== undefined) {
    const made = composed.calls.map(([name, arg]) =>
      aggregateCall({ ...node, name }, functionNamed(name, node, session), [arg], binder),
    );
    return {
      calls: made.map(({ call }) => call),
      finish: (results) => composed.finish(made.map(({ finish }, i) => finish(results[i]))),
    };
  }
  const { call, finish } = aggregateCall(node, row, args, binder);
  return { calls: [call], finish: ([result]) => finish(result) };
}

/** @param args bound */
function aggregateCall(
  node: CallExpression,
  row: FunctionRow,
  args: readonly Expr[],
  binder: ExpressionBinder,
): { readonly call: AggregateCall; readonly finish: (result: Expr) => Expr } {
  const { session } = binder;
  if (node.distinct && args.slice(1).some(({ kind }) => kind !== 'literal'))
    throw severalDistinct(node, session);
  const found = resolve(row, node.name, args, node, session, parametersOf(node, row, binder));
  if (found.build !== undefined) throw session.refuse(node, node.name, row.syntax);
  const cast = castArguments(args, found, node, session);
  const given = cast.filter((_, i) => i !== found.filterArg);
  const converted = found.prepare?.(given) ?? given;
  if (converted.some(readsAnyOuter) && columnsOf(...converted).length === 0) {
    throw session.refuse(
      node,
      'An aggregate of columns of the query around it',
      'Compute it in that query, in a subquery of its FROM',
    );
  }
  const isOrdered = node.orderBy.length > 0;
  if (isOrdered && found.fn !== 'list_str')
    throw session.refuse(
      node,
      `ORDER BY inside of ${node.name}`,
      'array_agg, string_agg, first and last take it',
    );
  const filters = [
    ...(node.filter === null ? [] : [binder.condition(node.filter)]),
    ...(found.filterArg === undefined ? [] : [cast[found.filterArg]]),
  ];
  const distinct = (node.distinct || found.distinct === true) && !/^(min|max|any)_/.test(found.fn);
  if (node.distinct && (found.fn === 'count_star' || !TAKES_DISTINCT.test(found.fn)))
    throw session.refuse(node, `${node.name} with DISTINCT`, 'Use a subquery with SELECT DISTINCT');
  const values = distinct && found.fn.startsWith('count') ? converted.map(comparable) : [...converted];
  if (node.distinct && values.length > 1) throw severalDistinct(node, session);
  if (isOrdered) values.push(orderKey(node, binder, distinct ? args[0] : null));
  const call: AggregateCall = {
    fn: isOrdered ? 'sorted_list_str' : found.fn,
    args: values,
    ...(found.params === undefined ? {} : { params: found.params }),
    filter: filters.length === 0 ? null : filters.length === 1 ? filters[0] : apply('and', filters, BOOL),
    distinct,
    type: found.type,
  };
  return { call, finish: (result) => found.finish?.(result) ?? result };
}

/** Of a multi-value string COUNT counts rows, what picks a row takes the whole, and everything else takes each value. */
function takenOf(arg: Expr, { name, distinct }: CallExpression): Expr {
  if (!isMulti(arg) || (!distinct && /^count$/i.test(name))) return arg;
  return /^(any_value|(earliest|latest)(_by)?)$/i.test(name) ? cast(arg, STRING, WIDEN) : eachValue(arg);
}

const severalDistinct = (node: CallExpression, session: Session): Error =>
  session.refuse(node, 'DISTINCT over several columns', 'Group by them in a subquery and count its rows');

/** Arguments with the row's time among them where the function goes by it. */
function timed(
  args: readonly Expr[],
  node: CallExpression,
  row: FunctionRow,
  binder: ExpressionBinder,
): readonly Expr[] {
  if (row.byRowTime !== true || args.length === 0 || args[0].type.id === 'state') return args;
  const { at, end } = node;
  const time = binder.bind({ kind: 'name', parts: [{ text: '__time', quoted: true, at, end }], at, end });
  return [args[0], time, ...args.slice(1)];
}

/** Its value says all: no unit or scale of a type is needed to read it. */
const isPlainParameter = ({ id, precision }: LogicalType): boolean =>
  id !== 'decimal' && id !== 'array' && !(id === 'timestamp' && precision !== 0);

/** Values of the first of two lists; undefined where there is one list only. */
function parametersOf(
  node: CallExpression,
  row: FunctionRow,
  binder: ExpressionBinder,
): Pick<ResolveContext, 'parameters' | 'parameterTypes'> | undefined {
  if (node.parameters === null) return undefined;
  if (row.parametric !== true)
    throw binder.session.error(
      'AGGREGATE_FUNCTION_DOESNT_ALLOW_PARAMETERS',
      node,
      `Aggregate function ${node.name} cannot have parameters`,
      `Write ${row.syntax}`,
    );
  const takesLists = row.takesLists === true;
  const bound = node.parameters.map((parameter) => {
    const value = binder.inner('parameters').bind(parameter);
    const isTaken = isPlainParameter(value.type) || (takesLists && value.type.id === 'array');
    if (value.kind === 'literal' && isTaken) return value;
    throw binder.session.error('BAD_ARGUMENTS', parameter, `A parameter of ${node.name} must be a literal`);
  });
  return {
    parameters: bound.map(({ value }) => value),
    ...(takesLists ? { parameterTypes: bound.map(({ type }) => type) } : {}),
  };
}

/** Which keys each grouping set has; null where there is only the one of all keys. */
export type GroupingSets = readonly (readonly number[])[] | null;

/** Moves expressions from the input of an aggregate to its output. */
export class Grouping {
  readonly #keys: readonly Expr[];
  readonly #indexByKey: ReadonlyMap<string, number>;
  readonly #session: Session;
  readonly #columns: readonly ScopeColumn[];
  readonly #schema: Schema;
  readonly #sets: GroupingSets;
  readonly #aggregates: Aggregates;

  /** @param schema the aggregate's: keys, the number of the grouping set if there are several, aggregates */
  constructor(
    { keys, sets }: { readonly keys: readonly Expr[]; readonly sets: GroupingSets },
    schema: Schema,
    aggregates: Aggregates,
    columns: readonly ScopeColumn[],
    session: Session,
  ) {
    this.#keys = keys;
    this.#sets = sets;
    this.#schema = schema;
    this.#aggregates = aggregates;
    this.#indexByKey = new Map(keys.map((key, i) => [exprKey(key), i]));
    this.#session = session;
    this.#columns = columns;
  }

  /** @throws NOT_AN_AGGREGATE for a column that is neither grouped by nor inside an aggregate. */
  lift(expr: Expr, where: Span): Expr {
    if (expr.kind === 'column') {
      const aggregate = aggregateNumber(expr.index);
      if (aggregate !== undefined)
        return column(this.#schema.length - this.#aggregates.calls.length + aggregate, expr.type);
      if (STAYS.some((numberOf) => numberOf(expr.index) !== undefined)) return expr;
      const asked = groupingNumber(expr.index);
      if (asked !== undefined) return this.#leftOut(this.#aggregates.groupings[asked], where);
    }
    const grouped = this.#grouped(expr);
    if (grouped !== undefined) return grouped;
    switch (expr.kind) {
      case 'literal':
      case 'outer':
        return expr;
      case 'column':
        throw this.#notGrouped(expr.index, where);
      case 'call': {
        const call = recaptured(expr, (part) => this.#grouped(part) !== undefined, this.#session);
        return maybeNull({ ...call, args: call.args.map((a) => this.lift(a, where)) });
      }
      case 'case':
        return maybeNull({
          ...expr,
          branches: expr.branches.map((b) => ({
            when: this.lift(b.when, where),
            value: this.lift(b.value, where),
          })),
          otherwise: this.lift(expr.otherwise, where),
        });
      case 'in':
        return maybeNull({ ...expr, arg: this.lift(expr.arg, where) });
    }
  }

  /** GROUPING of keys, from the number of the set. */
  #leftOut(args: readonly Expr[], where: Span): Expr {
    const keys = args.map((arg) => this.#indexByKey.get(exprKey(arg)));
    if (keys.includes(undefined))
      throw this.#session.error('NOT_AN_AGGREGATE', where, 'GROUPING takes expressions of GROUP BY');
    const number = column(this.#keys.length, INT64);
    const masks = (this.#sets ?? []).map((set) =>
      keys.reduce<bigint>((mask, key) => mask * 2n + (set.includes(key!) ? 0n : 1n), 0n),
    );
    const branches = [...new Set(masks)].map((mask) => {
      const list = masks.flatMap((m, i) => (m === mask ? [BigInt(i)] : []));
      const when: Expr = isIn(number, list);
      return { when, value: int(mask) };
    });
    return branches.length === 0 ? int(0) : { kind: 'case', branches, otherwise: int(0), type: INT64 };
  }

  /** A key's column; one that a grouping set may leave out can be NULL. */
  #key(index: number, of: LogicalType): Expr {
    // Groups have one value of a multi-value string.
    const type = of.id === 'multi' ? this.#schema[index].type : of;
    return column(index, this.#schema[index].type.nullable ? nullable(type) : type);
  }

  #grouped(expr: Expr): Expr | undefined {
    if (this.#keys.length === 0) return undefined;
    const index = this.#indexByKey.get(exprKey(expr));
    if (index !== undefined) return this.#key(index, expr.type);
    if (expr.kind === 'column') return this.#retyped(expr);
    // A condition whose number was grouped by (ClickHouse: GROUP BY a = 1 HAVING a = 1).
    if (expr.type.id !== 'bool') return undefined;
    const asNumber = apply('bool_to_i64', [expr], { id: 'uint8', nullable: false });
    const number = this.#indexByKey.get(exprKey(asNumber));
    return number === undefined ? undefined : apply('i64_to_bool', [this.#key(number, asNumber.type)], BOOL);
  }

  /** A grouped column under a wider type. */
  #retyped(expr: Extract<Expr, { kind: 'column' }>): Expr | undefined {
    const index = this.#keys.findIndex((k) => k.kind === 'column' && k.index === expr.index);
    return index === -1 ? undefined : this.#key(index, expr.type);
  }

  #notGrouped(index: number, where: Span): Error {
    const name =
      this.#columns.find((c) => c.expr.kind === 'column' && c.expr.index === index)?.name ?? `#${index}`;
    return this.#session.error(
      'NOT_AN_AGGREGATE',
      where,
      `The column ${name} is neither in GROUP BY nor inside an aggregate`,
      `Add ${name} to GROUP BY, or take any_value(${name})`.replace(
        'any_value',
        this.#session.dialect === 'clickhouse' ? 'any' : 'any_value',
      ),
    );
  }
}

/** The expression with a type that allows for NULL where its values may now be NULL. */
function maybeNull(expr: Expr): Expr {
  return expr.type.nullable || !canBeNull(expr) ? expr : { ...expr, type: nullable(expr.type) };
}

function canBeNull(expr: Expr): boolean {
  const isNullable = (e: Expr): boolean => e.type.nullable;
  switch (expr.kind) {
    case 'call':
      if (expr.fn.startsWith('is_')) return false;
      return expr.fn.startsWith('coalesce_') ? expr.args.every(isNullable) : expr.args.some(isNullable);
    case 'case':
      return [...expr.branches.map((b) => b.value), expr.otherwise].some(isNullable);
    case 'in':
      return isNullable(expr.arg);
    default:
      return false;
  }
}
