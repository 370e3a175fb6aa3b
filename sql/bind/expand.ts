/**
 * A row for each element of an array: ClickHouse's ARRAY JOIN and arrayJoin(), UNNEST in FROM and in the select list.
 */

import { retype } from '../../engine/function/cast.ts';
import { column, columnsOf, type Expr, exprKey, rewrite } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import {
  array,
  elementOf,
  keyOf,
  type LogicalType,
  nullable,
  tuple,
  type Value,
} from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { ArrayJoin, TableExpression } from '../ast/query.ts';
import { ExpressionBinder } from './expression.ts';
import { elementNumber, elementPlaceholder, hasAggregate } from './placeholder.ts';
import { sortAndLimit } from './plan.ts';
import {
  findColumn,
  nestedColumns,
  nestedPart,
  type Relation,
  type ScopeColumn,
  type WithScope,
} from './scope.ts';
import type { Session } from './session.ts';

/** The array that an expression is; maps are arrays of their pairs. */
function arrayOf(expr: Expr, where: Span, session: Session): Expr {
  const { type } = expr;
  if (type.id === 'array') return expr;
  if (type.id === 'map') {
    const pairs = array(
      tuple([
        { name: null, type: keyOf(type) },
        { name: null, type: elementOf(type) },
      ]),
    );
    return retype(expr, type.nullable ? nullable(pairs) : pairs);
  }
  throw session.error(
    'ILLEGAL_TYPE_OF_ARGUMENT',
    where,
    `An array is wanted here, not ${dialectTypeName(type, session.dialect)}`,
    type.id === 'multi' ? 'Write UNNEST(MV_TO_ARRAY(x))' : 'Put the value into an array: [value]',
  );
}

type Options = { readonly padded: boolean; readonly outer: boolean };

/** What stands where there is no element: NULL, in ClickHouse the type's zero. */
const missingOf = (type: LogicalType, session: Session): Value =>
  session.dialect === 'clickhouse' && !type.nullable ? zeroOf(type) : null;

export function expand(
  input: Plan,
  arrays: readonly Expr[],
  names: readonly string[],
  { padded, outer }: Options,
  session: Session,
): Plan {
  const mayMiss = session.dialect !== 'clickhouse' && (outer || (padded && arrays.length > 1));
  const types = arrays.map(({ type }) => (mayMiss ? nullable(elementOf(type)) : elementOf(type)));
  return {
    kind: 'expand',
    input,
    arrays,
    padded,
    outer,
    missing: types.map((type) => missingOf(type, session)),
    schema: [...input.schema, ...types.map((type, i) => ({ name: names[i], type }))],
  };
}

/** \`FROM t ARRAY JOIN a AS x\`: without an alias the element takes the array's name. */
export function bindArrayJoin(
  item: ArrayJoin,
  left: Relation,
  withScope: WithScope,
  session: Session,
): Relation {
  const binder = binderOver(left, withScope, session, 'ARRAY JOIN');
  const joined = item.arrays.flatMap((node, i): readonly Joined[] => {
    const parts = joinedNested(node, binder);
    if (parts.length > 0) return parts;
    const name = nameOf(node, binder) ?? `array${i + 1}`;
    const array = arrayOf(binder.definition(node), node, session);
    return [{ name, array, inPlace: node.kind !== 'aliased' }];
  });
  const arrays = joined.map(({ array }) => array);
  const names = joined.map(({ name }) => name);
  const over = (input: Plan): Plan =>
    expand(input, arrays, names, { padded: false, outer: item.outer }, session);
  const plan = over(left.plan);
  const width = left.plan.schema.length;
  const elements = names.map((name, i) => elementColumn(name, null, width + i, plan));
  // An element without an alias stands in the place of its array; `*` has no others.
  const placed = joined.map(
    ({ name, inPlace }) => inPlace && left.columns.some((c) => !c.hidden && c.name === name),
  );
  return {
    plan,
    columns: [
      ...left.columns.map((c) => {
        const at = c.hidden ? -1 : names.indexOf(c.name);
        if (at < 0) return c;
        return placed[at] ? { ...c, expr: elements[at].expr } : { ...c, yields: true };
      }),
      ...elements.flatMap((element, i) => (placed[i] ? [] : [{ ...element, unlisted: true }])),
    ],
    totals: () => {
      const row = left.totals?.() ?? null;
      return row === null ? null : sortAndLimit(over(row), [], 1, 0);
    },
  };
}

/** An array, what its elements are called, and whether that is its own name. */
type Joined = { readonly name: string; readonly array: Expr; readonly inPlace: boolean };

function nameOf(node: Expression, { scope, session }: ExpressionBinder): string | null {
  if (node.kind === 'aliased') return node.alias.text;
  if (node.kind !== 'name') return null;
  return findColumn(node.parts, scope, session)?.name ?? node.parts[node.parts.length - 1].text;
}

/** `ARRAY JOIN n AS m`: all arrays of a Nested at once, whose elements are `m.a`, `m.b`; none: it is no Nested. */
function joinedNested(node: Expression, { scope, session }: ExpressionBinder): readonly Joined[] {
  const named = node.kind === 'aliased' ? node.value : node;
  if (named.kind !== 'name' || findColumn(named.parts, scope, session) !== undefined) return [];
  const own = node.kind === 'aliased' ? node.alias.text : named.parts[named.parts.length - 1].text;
  return nestedColumns(named.parts, scope, session).map(({ name, expr }) => ({
    name: `${own}.${nestedPart(name)}`,
    array: expr,
    inPlace: node.kind !== 'aliased',
  }));
}

const elementColumn = (name: string, table: string | null, index: number, plan: Plan): ScopeColumn => ({
  name,
  table,
  schema: null,
  expr: column(index, plan.schema[index].type),
  hidden: false,
});

const binderOver = (
  { columns }: Relation,
  withScope: WithScope,
  session: Session,
  place: string,
): ExpressionBinder =>
  new ExpressionBinder(session, { columns, aliases: new Map(), with: withScope }, null, place);

export const isUnnest = (item: TableExpression): item is Extract<TableExpression, { kind: 'function' }> =>
  item.kind === 'function' && item.name.toLowerCase() === 'unnest';

/** \`UNNEST(a, b) AS u(x, y)\` behind what its arrays are taken from; shorter arrays go on with NULL. */
export function bindUnnest(
  item: Extract<TableExpression, { kind: 'function' }>,
  left: Relation,
  outer: boolean,
  withScope: WithScope,
  session: Session,
): Relation {
  if (item.args.length === 0)
    throw session.error('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', item, 'UNNEST takes arrays', 'Write UNNEST(a)');
  const binder = binderOver(left, withScope, session, 'UNNEST');
  const arrays = item.args.map((node) => arrayOf(binder.bind(node), node, session));
  const { alias } = item;
  const given = alias?.columns ?? [];
  if (given.length > arrays.length)
    throw session.error(
      'BAD_ARGUMENTS',
      item,
      `${given.length} column names are given for ${arrays.length} columns`,
    );
  const own = session.dialect === 'druid' ? 'EXPR$0' : 'unnest';
  const names = arrays.map((_, i) => given[i]?.text ?? (i === 0 ? (alias?.name.text ?? own) : `${own}_${i}`));
  const plan = expand(left.plan, arrays, names, { padded: true, outer }, session);
  const width = left.plan.schema.length;
  const elements = names.map((name, i) => elementColumn(name, alias?.name.text ?? own, width + i, plan));
  return { plan, columns: [...left.columns, ...elements] };
}

/**
 * arrayJoin() and UNNEST() among a block's expressions. While they are bound, each stands in them as the column that its elements will
 * be, behind those of the block's rows; {@link Expansions.over} makes these columns. The same array is walked once. Where there are groups,
 * arrays of what is grouped by or aggregated are walked over them.
 */
export class Expansions {
  readonly #session: Session;
  readonly #width: number;
  readonly #arrays: Expr[] = [];
  readonly #byKey = new Map<string, Expr>();
  /** The last call. */
  #where: Span = { at: 0, end: 0 };

  constructor(input: Plan, session: Session) {
    this.#width = input.schema.length;
    this.#session = session;
  }

  add(bound: Expr, where: Span): Expr {
    this.#where = where;
    const key = exprKey(bound);
    let element = this.#byKey.get(key);
    if (element === undefined) {
      const expr = arrayOf(bound, where, this.#session);
      element = column(this.#width + this.#arrays.length, this.#elementType(expr));
      this.#arrays.push(expr);
      this.#byKey.set(key, element);
    }
    return element;
  }

  /**
   * The rows with the elements behind them. `read`: keys and arguments of aggregates, where there are groups: arrays that these do not walk
   * are walked over the groups, by {@link Expanded.ofGroups}.
   */
  over(input: Plan, read: readonly Expr[] | null): Expanded {
    const early = read === null ? [...this.#arrays.keys()] : this.#readBy(read);
    if (early.length === this.#arrays.length)
      return {
        plan: this.#walk(input, this.#arrays),
        settle: same,
        ofGroups: (plan) => ({ plan, settle: same }),
      };
    const late = [...this.#arrays.keys()].filter((i) => !early.includes(i));
    const settle = (expr: Expr): Expr =>
      rewrite(expr, (e) => {
        const i = e.kind === 'column' ? e.index - this.#width : -1;
        if (i < 0 || i >= this.#arrays.length) return e;
        const place = early.indexOf(i);
        return column(place < 0 ? elementPlaceholder(i) : this.#width + place, e.type);
      });
    const earlyArrays = early.map((i) => settle(this.#arrays[i]));
    if (earlyArrays.some((array) => hasAggregate(array)))
      throw this.#session.error(
        'ILLEGAL_AGGREGATION',
        this.#where,
        'Elements of an array of aggregates can be neither grouped by nor aggregated',
        'Write the outer aggregate in a query around this one',
      );
    const ofGroups: Expanded['ofGroups'] = (groups, lift) => {
      const width = groups.schema.length;
      const settleLate = (expr: Expr): Expr =>
        rewrite(expr, (e) => {
          const i = e.kind === 'column' ? elementNumber(e.index) : undefined;
          return i === undefined ? e : column(width + late.indexOf(i), e.type);
        });
      const arrays = late.map((i) => settleLate(lift(settle(this.#arrays[i]), this.#where)));
      return { plan: this.#walk(groups, arrays), settle: settleLate };
    };
    return { plan: this.#walk(input, earlyArrays), settle, ofGroups };
  }

  /** Those that expressions read, with those that these are made of. */
  #readBy(read: readonly Expr[]): number[] {
    const found = new Set<number>();
    const visit = (expr: Expr): void => {
      for (const index of columnsOf(expr)) {
        const i = index - this.#width;
        if (i < 0 || i >= this.#arrays.length || found.has(i)) continue;
        found.add(i);
        visit(this.#arrays[i]);
      }
    };
    for (const expr of read) visit(expr);
    return [...found].sort((a, b) => a - b);
  }

  /** ClickHouse: all combinations of several arrays; elsewhere they are walked together. */
  #walk(input: Plan, arrays: readonly Expr[]): Plan {
    if (arrays.length === 0) return input;
    const width = input.schema.length;
    const names = arrays.map((_, i) => `element${i}`);
    const options = { padded: true, outer: false };
    if (this.#session.dialect !== 'clickhouse') {
      const plan = expand(input, arrays, names, options, this.#session);
      const columns = plan.schema.map((field, i) =>
        i < width ? field : { ...field, type: this.#elementType(arrays[i - width]) },
      );
      return { ...plan, schema: columns };
    }
    return arrays.reduce((plan, one, i) => expand(plan, [one], [names[i]], options, this.#session), input);
  }

  #elementType(expr: Expr): LogicalType {
    const element = elementOf(expr.type);
    return this.#session.dialect === 'clickhouse' ? element : nullable(element);
  }
}

const same = (expr: Expr): Expr => expr;

/** Rows with elements, and how expressions over a block's rows are written over them. */
type Expanded = {
  readonly plan: Plan;
  readonly settle: (expr: Expr) => Expr;
  /** The groups with the elements of the other arrays behind them. @param lift moves an expression of the rows to the groups */
  readonly ofGroups: (
    groups: Plan,
    lift: (expr: Expr, where: Span) => Expr,
  ) => { readonly plan: Plan; readonly settle: (expr: Expr) => Expr };
};
