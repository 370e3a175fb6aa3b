/**
 * One SELECT block to a plan: FROM, WHERE, aggregate, HAVING, select list, DISTINCT, ORDER BY, LIMIT, in this
 * order. Sort keys that are not in the select list ride along as hidden columns and are dropped at the end.
 */

import { allOf, anyOf, apply, bool, conjuncts, int } from '../../engine/function/call.ts';
import { commonType } from '../../engine/function/cast.ts';
import { type AggregateCall, column, type Expr, exprKey } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { BOOL, INT64, nullable } from '../../engine/type/type.ts';
import type { Expression, ExpressionOf, SortItem, Span } from '../ast/expression.ts';
import type { Select, SelectItem } from '../ast/query.ts';
import { expressionName } from '../print/expression-name.ts';
import { Aggregates, Grouping } from './aggregate.ts';
import { implicitCast } from './call.ts';
import { ExpressionBinder } from './expression.ts';
import { bindFrom } from './from.ts';
import { joinPlan } from './join.ts';
import { aggregate, distinct, filter, keepColumns, project, sortAndLimit } from './plan.ts';
import type { Tail } from './query.ts';
import type { Relation, Scope, ScopeColumn, WithScope } from './scope.ts';
import type { Session } from './session.ts';
import { nullsFirst, ordinalOf } from './sort.ts';

/** A select item after `*` is spread out. `value` is null for columns that came from a star. */
type Output = {
  readonly name: string;
  readonly value: Expression | null;
  readonly column: ScopeColumn | null;
  readonly where: Span;
};

export function bindSelect(select: Select, tail: Tail, withScope: WithScope, session: Session): Plan {
  const aliases = aliasesOf(select.items);
  const from = bindFrom(select.from, withScope, session);
  const relation = bindWhere(select, from, aliases, withScope, session);
  const scope: Scope = { columns: relation.columns, aliases, with: withScope };
  const outputs = spread(select.items, relation.columns, session);

  const aggregates = new Aggregates();
  const binder = new ExpressionBinder(session, scope, aggregates, 'SELECT');
  const items = outputs.map((o) => (o.value === null ? o.column!.expr : binder.definition(o.value)));
  const having = select.having === null ? null : binder.condition(select.having);
  const sortItems = sortItemsOf(tail, outputs);
  const sorts = sortItems.map((item) => bindSortItem(item, outputs, items, binder, session));

  const plain = new ExpressionBinder(session, scope, null, 'GROUP BY');
  const keys = groupKeys(select, outputs, items, plain, aggregates, session);
  const grouped = select.grouped || aggregates.calls.length > 0;
  if (having !== null && !grouped) {
    throw session.error(
      'NOT_AN_AGGREGATE',
      select.having!,
      'HAVING needs GROUP BY or an aggregate',
      'Use WHERE to filter rows',
    );
  }

  let plan = relation.plan;
  let lift = (expr: Expr, _where: Span): Expr => expr;
  if (grouped) {
    const names = keys.map((k) => outputs[items.findIndex((e) => exprKey(e) === exprKey(k))]?.name ?? '$key');
    plan = aggregate(plan, keys, aggregates.calls, [...names, ...aggregates.calls.map((c) => c.fn)]);
    const grouping = new Grouping(keys, relation.columns, session);
    lift = (expr, where) => grouping.lift(expr, where);
  }
  if (having !== null) plan = filter(plan, lift(having, select.having!));

  const lifted = items.map((e, i) => lift(e, outputs[i].where));
  const sortExprs = sorts.map((s) => lift(s.expr, s.where));
  return finish(plan, outputs, lifted, sortExprs, sorts, select, tail, session);
}

type BoundSort = {
  readonly expr: Expr;
  readonly where: Span;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
};

/** Select list with hidden sort columns, DISTINCT, sort, limit. */
function finish(
  input: Plan,
  outputs: readonly Output[],
  items: readonly Expr[],
  sortExprs: readonly Expr[],
  sorts: readonly BoundSort[],
  select: Select,
  tail: Tail,
  session: Session,
): Plan {
  const exprs = [...items];
  const names = outputs.map((o) => o.name);
  const indexByKey = new Map(items.map((e, i) => [exprKey(e), i]).reverse() as [string, number][]);
  const keys = sortExprs.map((expr, i): SortKey => {
    let index = indexByKey.get(exprKey(expr));
    if (index === undefined) {
      if (select.distinct) {
        throw session.error(
          'BAD_ARGUMENTS',
          sorts[i].where,
          'With SELECT DISTINCT, ORDER BY takes columns of the select list only',
        );
      }
      index = exprs.length;
      exprs.push(expr);
      names.push(`$sort${i}`);
      indexByKey.set(exprKey(expr), index);
    }
    return {
      expr: column(index, exprs[index].type),
      descending: sorts[i].descending,
      nullsFirst: sorts[i].nullsFirst,
    };
  });
  let plan = project(input, exprs, names);
  if (select.distinct) plan = distinct(plan);
  return keepColumns(sortAndLimit(plan, keys, tail.limit, tail.offset), items.length);
}

function aliasesOf(items: readonly SelectItem[]): ReadonlyMap<string, Expression> {
  const aliases = new Map<string, Expression>();
  for (const item of items) {
    if (item.alias !== null) aliases.set(item.alias.text, item.value);
    if (item.value.kind === 'aliased') aliases.set(item.value.alias.text, item.value.value);
  }
  return aliases;
}

/** The select list with `*` and `t.*` written out. */
function spread(items: readonly SelectItem[], columns: readonly ScopeColumn[], session: Session): Output[] {
  return items.flatMap((item, i): Output[] => {
    const { value } = item;
    if (value.kind !== 'star') {
      return [
        {
          name: item.alias?.text ?? expressionName(value, i, session.dialect),
          value,
          column: null,
          where: value,
        },
      ];
    }
    return starColumns(value, columns, session).map((c) => {
      const replaced = value.replace.find((r) => session.same(r.name.text, c.name));
      return { name: c.name, value: replaced?.value ?? null, column: c, where: value };
    });
  });
}

function starColumns(
  star: ExpressionOf<'star'>,
  columns: readonly ScopeColumn[],
  session: Session,
): readonly ScopeColumn[] {
  const table = star.table[star.table.length - 1];
  const chosen =
    table === undefined
      ? columns.filter((c) => !c.hidden)
      : columns.filter((c) => c.table !== null && session.same(table.text, c.table));
  if (chosen.length === 0) {
    if (table === undefined)
      throw session.error('SYNTAX_ERROR', star, 'There is no FROM that could give columns for *');
    const tables = new Set(columns.flatMap((c) => (c.table === null ? [] : [c.table])));
    throw session.error(
      'UNKNOWN_TABLE',
      star,
      `Unknown table ${table.text} in ${table.text}.*`,
      session.didYouMean(table.text, tables),
    );
  }
  for (const name of star.except) {
    if (!chosen.some((c) => session.same(name.text, c.name))) {
      throw session.error(
        'UNKNOWN_IDENTIFIER',
        name,
        `There is no column ${name.text} to leave out`,
        session.didYouMean(
          name.text,
          chosen.map((c) => c.name),
        ),
      );
    }
  }
  return chosen.filter((c) => !star.except.some((name) => session.same(name.text, c.name)));
}

/** WHERE, with its `x IN (SELECT ...)` conjuncts turned into joins. */
function bindWhere(
  select: Select,
  from: Relation,
  aliases: ReadonlyMap<string, Expression>,
  withScope: WithScope,
  session: Session,
): Relation {
  const all = [select.prewhere, select.where].flatMap((c) => (c === null ? [] : conjunctsOf(c)));
  if (all.length === 0) return from;
  const binder = new ExpressionBinder(
    session,
    { columns: from.columns, aliases, with: withScope },
    null,
    'WHERE',
  );
  const plain = all.filter((c) => !isSubqueryTest(c));
  let plan = filter(from.plan, allOf(plain.flatMap((c) => conjuncts(binder.condition(c)))));
  for (const test of all.filter(isSubqueryTest))
    plan = bindSubqueryTest(test, plan, binder, withScope, session);
  return { plan, columns: from.columns };
}

const conjunctsOf = (node: Expression): readonly Expression[] =>
  node.kind === 'logic' && node.op === 'and' ? node.operands.flatMap(conjunctsOf) : [node];

const isSubqueryTest = (node: Expression): boolean =>
  (node.kind === 'in' && node.query !== null) ||
  (node.kind === 'unary' && node.op === 'not' && node.operand.kind === 'in' && node.operand.query !== null);

function bindSubqueryTest(
  node: Expression,
  input: Plan,
  binder: ExpressionBinder,
  withScope: WithScope,
  session: Session,
): Plan {
  const outerNot = node.kind === 'unary';
  const test = (node.kind === 'unary' ? node.operand : node) as ExpressionOf<'in'>;
  const negated = outerNot !== test.negated;
  const operands = test.operand.kind === 'tuple' ? test.operand.items : [test.operand];
  const right = session.bindQuery(test.query!, withScope).plan;
  if (right.schema.length !== operands.length) {
    throw session.error(
      'TYPE_MISMATCH',
      test,
      `The subquery gives ${right.schema.length} columns, ${operands.length} are compared`,
    );
  }
  const pairs = operands.map((operand, i) => {
    const left = binder.bind(operand);
    const type = right.schema[i].type;
    const common = commonType(left.type, type);
    if (common === undefined)
      throw session.error(
        'TYPE_MISMATCH',
        test,
        'The subquery gives a type that does not compare with the left side',
        'Cast one of them',
      );
    const to = (e: Expr): Expr =>
      implicitCast(e, e.type.nullable ? nullable(common) : { ...common, nullable: false }, test, session);
    return { left: to(left), right: to(column(i, type)) };
  });
  const joined = joinPlan(
    negated ? 'anti' : 'semi',
    input,
    right,
    pairs.map((p) => p.left),
    pairs.map((p) => p.right),
    [],
    false,
    session,
  );
  // SQL: a NULL on either side of NOT IN makes it unknown, never true. ClickHouse ignores NULLs of the subquery.
  return negated ? notIn(joined, right, pairs, test, session) : joined;
}

/**
 * Rows whose operands equal no row of the subquery, from the anti join of both. In SQL one NULL on the right makes every
 * answer unknown, and so does a NULL on the left unless the subquery has no rows: both are counted once, and the counts
 * stand beside every row.
 */
function notIn(
  anti: Plan,
  right: Plan,
  pairs: readonly { left: Expr; right: Expr }[],
  where: Span,
  session: Session,
): Plan {
  // ClickHouse: NULL is in no set, and not outside of one either; NULLs of the set are left out.
  if (session.dialect === 'clickhouse')
    return pairs.length === 1 ? filter(anti, notNullTest(pairs[0].left)) : anti;
  if (pairs.every((p) => !p.left.type.nullable && !p.right.type.nullable)) return anti;
  if (pairs.length > 1)
    throw session.refuse(
      where,
      'NOT IN over several columns that may be NULL',
      'Declare them NOT NULL, or use ANTI JOIN',
    );
  const [{ left, right: value }] = pairs;
  const call = (fn: string, args: readonly Expr[]): AggregateCall => ({
    fn,
    args,
    filter: null,
    distinct: false,
    type: INT64,
  });
  const counts = aggregate(right, [], [call('count_star', []), call('count', [value])], ['rows', 'values']);
  const width = anti.schema.length;
  const both: Plan = {
    kind: 'join',
    join: 'cross',
    left: anti,
    right: counts,
    leftKeys: [],
    rightKeys: [],
    residual: null,
    nullSafe: false,
    defaultIfUnmatched: false,
    schema: [...anti.schema, ...counts.schema],
  };
  const [rows, values] = [column(width, INT64), column(width + 1, INT64)];
  const empty = apply('eq_i64', [rows, int(0)], BOOL);
  const known = allOf([apply('eq_i64', [rows, values], BOOL), notNullTest(left)]);
  return keepColumns(filter(both, anyOf([empty, known])), width);
}

const notNullTest = (expr: Expr): Expr =>
  expr.type.nullable ? apply('is_not_null', [expr], BOOL) : bool(true);

/** GROUP BY items: expressions, positions, aliases; ALL means every select item without an aggregate. */
function groupKeys(
  select: Select,
  outputs: readonly Output[],
  items: readonly Expr[],
  binder: ExpressionBinder,
  aggregates: Aggregates,
  session: Session,
): Expr[] {
  const keys: Expr[] = [];
  const add = (key: Expr): void => {
    if (!keys.some((k) => exprKey(k) === exprKey(key))) keys.push(key);
  };
  if (select.groupBy === 'all') {
    for (const [i, output] of outputs.entries()) {
      if (output.value === null || aggregates.isFree(items[i])) add(items[i]);
    }
    return keys;
  }
  for (const node of select.groupBy.flatMap((g) => (g.kind === 'tuple' ? g.items : [g]))) {
    const position = ordinalOf(node, outputs.length, 'GROUP BY', session);
    if (position === undefined) {
      add(binder.bind(node));
      continue;
    }
    if (!aggregates.isFree(items[position])) {
      throw session.error('ILLEGAL_AGGREGATION', node, `GROUP BY ${position + 1} is an aggregate`);
    }
    add(items[position]);
  }
  return keys;
}

const sortItemsOf = (tail: Tail, outputs: readonly Output[]): readonly SortItem[] =>
  tail.orderBy === 'all'
    ? outputs.map((o, i) => ({
        value: { kind: 'number', text: String(i + 1), decimal: false, at: o.where.at, end: o.where.end },
        descending: false,
        nulls: null,
      }))
    : tail.orderBy;

/** A sort item is a position, an output name, or any expression the block could select. */
function bindSortItem(
  item: SortItem,
  outputs: readonly Output[],
  items: readonly Expr[],
  binder: ExpressionBinder,
  session: Session,
): BoundSort {
  const position =
    ordinalOf(item.value, outputs.length, 'ORDER BY', session) ?? outputNamed(item.value, outputs, session);
  const expr = position === undefined ? binder.bind(item.value) : items[position];
  return {
    expr,
    where: item.value,
    descending: item.descending,
    nullsFirst: nullsFirst(item, session.dialect),
  };
}

function outputNamed(node: Expression, outputs: readonly Output[], session: Session): number | undefined {
  if (node.kind !== 'name' || node.parts.length !== 1) return undefined;
  const index = outputs.findIndex((o) => session.same(node.parts[0].text, o.name));
  return index === -1 ? undefined : index;
}
