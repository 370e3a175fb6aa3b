/**
 * One SELECT block to a plan: FROM, WHERE, aggregate, HAVING, select list, DISTINCT, ORDER BY, LIMIT, in this
 * order. Sort keys that are not in the select list ride along as hidden columns and are dropped at the end.
 */

import { comparable } from '../../engine/function/call.ts';
import { retype } from '../../engine/function/cast.ts';
import { type AggregateCall, column, type Expr, exprKey } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { isDeterministic } from '../../engine/plan/rules/deterministic.ts';
import { nullable, STRING } from '../../engine/type/type.ts';
import type { Expression, Fill, SortItem, Span } from '../ast/expression.ts';
import type { Select, SelectItem } from '../ast/query.ts';
import { Aggregates, Grouping, type GroupingSets } from './aggregate.ts';
import { ColumnNames } from './column-name.ts';
import { bindConditions, NO_CONDITIONS, restrict } from './condition.ts';
import { Expansions } from './expand.ts';
import { ExpressionBinder } from './expression.ts';
import { filledBy } from './fill.ts';
import { bindFrom } from './from.ts';
import { aggregateSets, type LeftOut } from './grouping-sets.ts';
import { asDynamic } from './json-path.ts';
import { type Bounds, inOrder, isOfAll, someOfEach } from './limit.ts';
import { isMulti } from './multi-value.ts';
import { hasWindow, subqueriesIn } from './placeholder.ts';
import { aggregate, distinct, filter, keepColumns, project } from './plan.ts';
import { randomlySampled } from './random-sample.ts';
import type { BoundQuery, Relation, Scope, ScopeColumn, WithScope } from './scope.ts';
import type { Session } from './session.ts';
import { nullsFirst, ordinalOf } from './sort.ts';
import { appliedTo, starColumns, withoutStars } from './star.ts';
import { type Lift, Subqueries } from './subquery.ts';
import { NO_TAIL, type Tail } from './tail.ts';
import { unnestColumns, unnestGroups } from './unnest-values.ts';
import { untupled } from './untuple.ts';
import { Windows } from './window.ts';

/** A select item after `*` is spread out. `value` is null for columns that came from a star. */
type Output = {
  readonly name: string;
  readonly value: Expression | null;
  readonly column: ScopeColumn | null;
  readonly where: Span;
};

/**
 * What a block gives: its rows; the keys of its groups, those that HAVING leaves; or the one row of WITH TOTALS, of all groups together, in
 * which keys are defaults.
 */
type Part = 'rows' | 'groups' | 'totals';

export function bindSelect(select: Select, tail: Tail, withScope: WithScope, session: Session): BoundQuery {
  const whole = bindFrom(select.from, withScope, session);
  const { sample } = select;
  const from = sample === null ? whole : { ...whole, plan: randomlySampled(whole.plan, sample, session) };
  const { plan, grouped } = bindPart(select, from, tail, withScope, session, 'rows');
  return { plan, totals: () => bindTotals(select, grouped, from, withScope, session) };
}

/** The row of WITH TOTALS; of a block without groups what it makes of the row below. Neither conditions nor order change it. */
function bindTotals(
  select: Select,
  grouped: boolean,
  from: Relation,
  withScope: WithScope,
  session: Session,
): Plan | null {
  const whole = { ...select, distinct: false, distinctOn: [], qualify: null };
  const oneRow = { ...NO_TAIL, limit: 1 };
  if (select.withTotals) return bindPart(whole, from, oneRow, withScope, session, 'totals').plan;
  const below = grouped ? null : (from.totals?.() ?? null);
  if (below === null) return null;
  const row = { plan: below, columns: from.columns };
  return bindPart({ ...whole, prewhere: null, where: null }, row, oneRow, withScope, session, 'rows').plan;
}

/** `grouped`: its rows are groups. */
function bindPart(
  written: Select,
  from: Relation,
  tail: Tail,
  withScope: WithScope,
  session: Session,
  part: Part,
): { readonly plan: Plan; readonly grouped: boolean } {
  const starless = { ...written, items: withoutStars(written.items, from.columns, session) };
  const aliases = aliasesOf(starless, session);
  const rows = bindWhere(starless, from, aliases, withScope, session);
  // The keys of totals are defaults whatever grouping sets leave out.
  const leftOut = part === 'totals' ? 'default' : leftOutBy(session);
  const relation = written.groupingSets === null || leftOut === 'default' ? rows : maybeLeftOut(rows);
  const subqueries = new Subqueries(session);
  const expansions = new Expansions(relation.plan, session);
  const windows = new Windows(written.windows, session);
  const scope: Scope = {
    columns: relation.columns,
    aliases,
    with: withScope,
    subqueries,
    expansions,
    windows,
  };
  const select = untupled(starless, scope, relation.plan, session);
  const outputs = spread(select.items, relation.columns, aliases.keys(), session);

  const aggregates = new Aggregates();
  const binder = new ExpressionBinder(session, scope, aggregates, 'SELECT');
  const items = outputs.map((o) => (o.value === null ? o.column!.expr : binder.definition(o.value)));
  const having = bindHaving(select, subqueries, binder, session);
  const qualify = select.qualify === null ? null : binder.condition(select.qualify);
  const sortItems = sortItemsOf(tail, outputs);
  const sorts = sortItems.map((item) => bindSortItem(item, outputs, items, binder, session));

  const plain = new ExpressionBinder(session, scope, null, 'GROUP BY');
  const isFree = (e: Expr): boolean =>
    subqueries.readBy([e]).every((read) => aggregates.isFree(read) && !hasWindow(read));
  const { keys, sets: given } = groupKeys(select, outputs, items, plain, isFree, session);
  const sets = part === 'totals' ? [[]] : given;
  const grouped = select.grouped || aggregates.calls.length > 0;
  if (having !== null && !grouped) {
    throw session.error(
      'NOT_AN_AGGREGATE',
      select.having!,
      'HAVING needs GROUP BY or an aggregate',
      'Use WHERE to filter rows',
    );
  }

  const names = keys.map((k) => outputs[items.findIndex((e) => exprKey(e) === exprKey(k))]?.name ?? '$key');
  const counted = part === 'totals' && having !== null && totalsAfterHaving(session);
  const expanded = expansions.over(
    relation.plan,
    grouped ? [...keys, ...aggregates.calls.flatMap(readBy)] : null,
  );
  const settledKeys = keys.map(expanded.settle);
  const expandedRelation = {
    ...relation,
    plan: counted ? ofGroups(expanded.plan, settledKeys, select, from, withScope, session) : expanded.plan,
  };
  const { input: groups, lift: toGroups } = grouped
    ? groupedBy(
        { keys: settledKeys, names, sets },
        aggregates,
        expanded.settle,
        expandedRelation,
        subqueries,
        isFree,
        leftOut,
        select,
        session,
      )
    : { input: expanded.plan, lift: (expr: Expr) => expr };
  const elements = expanded.ofGroups(groups, toGroups);
  const lift: Lift = (expr, where) => elements.settle(toGroups(expanded.settle(expr), where));
  const plan = restrict(
    elements.plan,
    part === 'totals' ? NO_CONDITIONS : (having ?? NO_CONDITIONS),
    subqueries,
    lift,
  );
  if (part === 'groups') return { plan: keepColumns(plan, keys.length), grouped };

  const over = (expr: Expr, where: Span): Expr => subqueries.settle(lift(expr, where));
  const windowed = windows.over(plan, over);
  const above = (expr: Expr, where: Span): Expr => windowed.settle(over(expr, where));
  const kept =
    qualify === null ? windowed.plan : filter(windowed.plan, above(qualify, select.qualify ?? select));
  // Values with their types are neither grouped by nor sorted by: those are their texts.
  const isShown = session.isShown(written) && !grouped && !(select.distinct && sorts.length > 0);
  const lifted = items.map((e, i) => above(isShown ? asDynamic(e) : e, outputs[i].where));
  const sortExprs = sorts.map((s) => above(s.expr, s.where));
  const each = eachOf(select, tail, session);
  const by = (each?.by ?? []).map((node) => above(bindByItem(node, outputs, items, binder, session), node));
  const finished = finish(
    kept,
    outputs,
    lifted,
    sortExprs,
    sorts,
    each === null ? null : { ...each, by },
    select,
    tail,
    session,
  );
  return { plan: finished, grouped };
}

const totalsAfterHaving = ({ context }: Session): boolean =>
  String(context.settings['totals_mode'] ?? '') !== 'before_having';

/** The rows of groups that HAVING leaves. */
function ofGroups(
  plan: Plan,
  keys: readonly Expr[],
  select: Select,
  from: Relation,
  withScope: WithScope,
  session: Session,
): Plan {
  if (select.groupingSets !== null || subqueriesIn(...keys).length > 0)
    throw session.refuse(
      select.having ?? select,
      'WITH TOTALS with HAVING over several grouping sets or subqueries as keys',
      "Say SETTINGS totals_mode = 'before_having', or filter in a query around it",
    );
  const groups = bindPart(select, from, NO_TAIL, withScope, session, 'groups').plan;
  return {
    kind: 'join',
    join: 'semi',
    left: plan,
    right: groups,
    leftKeys: keys,
    rightKeys: keys.map((_, i) => column(i, groups.schema[i].type)),
    residual: null,
    nullSafe: true,
    defaultIfUnmatched: false,
    schema: plan.schema,
  };
}

/** Window functions come after groups. */
function bindHaving(
  select: Select,
  subqueries: Subqueries,
  binder: ExpressionBinder,
  session: Session,
): ReturnType<typeof bindConditions> | null {
  if (select.having === null) return null;
  const conditions = bindConditions([select.having], subqueries, binder);
  if (conditions.plain.some(({ expr }) => hasWindow(expr)))
    throw session.error('BAD_ARGUMENTS', select.having, 'HAVING takes no window functions', 'Use QUALIFY');
  return conditions;
}

/** Groups, and how expressions over the rows look over them. Subqueries of keys and aggregates are joined before, others after. */
function groupedBy(
  { keys, names, sets }: GroupKeys & { readonly names: readonly string[] },
  aggregates: Aggregates,
  ofElements: (expr: Expr) => Expr,
  relation: Relation,
  subqueries: Subqueries,
  isFree: (expr: Expr) => boolean,
  leftOut: LeftOut,
  where: Span,
  session: Session,
): { readonly input: Plan; readonly lift: Lift } {
  const written = aggregates.calls.map((c) => ({
    ...c,
    args: c.args.map(ofElements),
    filter: c.filter === null ? null : ofElements(c.filter),
  }));
  const read = [...keys, ...written.flatMap(readBy)];
  if (!read.every(isFree)) {
    throw session.error(
      'ILLEGAL_AGGREGATION',
      where,
      'What reads an aggregate can be neither grouped by nor aggregated',
    );
  }
  const { plan, settle } = subqueries.placeOf(relation.plan, read);
  const settled = keys.map(settle);
  const calls = written.map((c) => ({
    ...c,
    args: c.args.map(settle),
    filter: c.filter === null ? null : settle(c.filter),
  }));
  const fns = calls.map((c) => c.fn);
  const single = unnestGroups({ plan, keys: settled, calls }, session);
  const input =
    sets === null
      ? aggregate(single.plan, single.keys, single.calls, [...names, ...fns])
      : aggregateSets(single.plan, single.keys, sets, single.calls, [...names, '$set', ...fns], leftOut);
  const grouping = new Grouping({ keys: settled, sets }, input.schema, aggregates, relation.columns, session);
  return {
    input,
    lift: (expr, at) => grouping.lift(settle(expr), at),
  };
}

const readBy = (call: AggregateCall): readonly Expr[] =>
  call.filter === null ? call.args : [...call.args, call.filter];

/** ClickHouse has NULL for keys that a set leaves out only where it is told to. */
const leftOutBy = ({ dialect, context }: Session): LeftOut =>
  dialect === 'clickhouse' && Number(context.settings['group_by_use_nulls'] ?? 0) === 0 ? 'default' : 'null';

/** Any column may be part of a key that a grouping set leaves out: none can be taken for not NULL. */
const maybeLeftOut = ({ plan, columns }: Relation): Relation => ({
  plan,
  columns: columns.map((c) => ({ ...c, expr: retype(c.expr, nullable(c.expr.type)) })),
});

/** Of each value of something so many rows: LIMIT BY, or DISTINCT ON, which is one of each. */
function eachOf(
  { distinctOn, ...where }: Select,
  { limitBy }: Tail,
  session: Session,
): (Bounds & { readonly by: readonly Expression[] }) | null {
  if (distinctOn.length === 0) return limitBy;
  if (limitBy !== null)
    throw session.refuse(where, 'DISTINCT ON with LIMIT BY', 'Use a subquery for one of them');
  return { by: distinctOn, limit: 1, offset: 0 };
}

/** A position, an output name, or any expression, as in ORDER BY. */
const bindByItem = (
  value: Expression,
  outputs: readonly Output[],
  items: readonly Expr[],
  binder: ExpressionBinder,
  session: Session,
): Expr =>
  bindSortItem({ value, descending: false, nulls: null, fill: null }, outputs, items, binder, session).expr;

type BoundSort = {
  readonly expr: Expr;
  readonly where: Span;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly fill: Fill | null;
};

/** Select list with hidden sort columns, DISTINCT, sort, limit. */
function finish(
  input: Plan,
  outputs: readonly Output[],
  items: readonly Expr[],
  sortExprs: readonly Expr[],
  sorts: readonly BoundSort[],
  each: (Bounds & { readonly by: readonly Expr[] }) | null,
  select: Select,
  tail: Tail,
  session: Session,
): Plan {
  const exprs = [...items];
  const names = outputs.map((o) => o.name);
  const indexByKey = new Map(items.map((e, i) => [exprKey(e), i]).reverse() as [string, number][]);
  const place = (expr: Expr, where: Span, clause: string): Expr => {
    let index = indexByKey.get(exprKey(expr));
    if (index === undefined) {
      if (select.distinct) {
        throw session.error(
          'BAD_ARGUMENTS',
          where,
          `With SELECT DISTINCT, ${clause} takes columns of the select list only`,
        );
      }
      index = exprs.length;
      exprs.push(expr);
      names.push(`$key${index}`);
      indexByKey.set(exprKey(expr), index);
    }
    // DISTINCT leaves one value of a multi-value string.
    const type = select.distinct && isMulti(exprs[index]) ? nullable(STRING) : exprs[index].type;
    return column(index, type);
  };
  const keys = sortExprs.map((expr, i): SortKey => {
    return {
      expr: comparable(place(expr, sorts[i].where, 'ORDER BY')),
      descending: sorts[i].descending,
      nullsFirst: sorts[i].nullsFirst,
    };
  });
  const by = (each?.by ?? []).map((expr) => comparable(place(expr, select, 'LIMIT BY')));
  let plan = project(input, exprs, names);
  if (select.distinct) plan = distinct(unnestColumns(plan, session));
  if (each !== null) plan = someOfEach(plan, by, keys, each);
  const sorted = keys.map((key, i) => ({ key, where: sorts[i].where, fill: sorts[i].fill }));
  const filled = filledBy(plan, sorted, tail.interpolate, items.length, session);
  if (filled !== null && isOfAll(tail))
    throw session.refuse(select, 'WITH FILL below a LIMIT from the end or of a share', 'Use a plain LIMIT');
  // Rows that are made are in order, and count for LIMIT.
  const [rows, order] = filled === null ? [plan, keys] : [filled, []];
  return keepColumns(inOrder(rows, order, tail, select, session), items.length);
}

/** Names of the select list; in ClickHouse those given within expressions of the block, too. */
function aliasesOf(
  { items, prewhere, where, groupBy, having, qualify }: Select,
  session: Session,
): ReadonlyMap<string, Expression> {
  const aliases = new Map<string, Expression>();
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    const expression = node as Expression;
    if (expression.kind === 'subquery' || expression.kind === 'exists') return;
    if (expression.kind === 'aliased' && !aliases.has(expression.alias.text))
      aliases.set(expression.alias.text, expression.value);
    Object.values(node).forEach(visit);
  };
  if (session.dialect === 'clickhouse')
    visit([items.map(({ value }) => value), prewhere, where, groupBy, having, qualify]);
  for (const item of items) {
    if (item.alias !== null) aliases.set(item.alias.text, item.value);
    if (item.value.kind === 'aliased') aliases.set(item.value.alias.text, item.value.value);
  }
  return aliases;
}

/** A select list with `*` and `t.*` written out. @param aliases those of the block */
export function spread(
  items: readonly SelectItem[],
  columns: readonly ScopeColumn[],
  aliases: Iterable<string>,
  session: Session,
): Output[] {
  const names = new ColumnNames(columns, aliases, session);
  return items.flatMap((item, i): Output[] => {
    const { value } = item;
    if (value.kind !== 'star') {
      return [
        {
          name: item.alias?.text ?? names.of(value, i),
          value,
          column: null,
          where: value,
        },
      ];
    }
    return starColumns(value, columns, session).map((c) => {
      const replaced = value.replace.find((r) => session.same(r.name.text, c.name));
      const made = appliedTo(c, replaced?.value ?? null, value, columns, session);
      const renamed = value.rename.find((r) => session.same(r.name.text, c.name))?.to.text;
      const own = (): string => renamed ?? (replaced === undefined ? names.ofColumn(c) : c.name);
      const name = value.apply.length === 0 ? own() : names.of(made!, i);
      return { name, value: made, column: c, where: value };
    });
  });
}

function bindWhere(
  select: Select,
  from: Relation,
  aliases: ReadonlyMap<string, Expression>,
  withScope: WithScope,
  session: Session,
): Relation {
  const nodes = [select.prewhere, select.where].flatMap((node) => node ?? []);
  if (nodes.length === 0) return from;
  const subqueries = new Subqueries(session);
  const scope: Scope = { columns: from.columns, aliases, with: withScope, subqueries };
  const binder = new ExpressionBinder(session, scope, null, 'WHERE');
  const conditions = bindConditions(nodes, subqueries, binder);
  return { plan: restrict(from.plan, conditions, subqueries, (e) => e), columns: from.columns };
}

/** Keys, each once, and which of them each grouping set has. */
type GroupKeys = {
  readonly keys: readonly Expr[];
  readonly sets: GroupingSets;
};

/** GROUP BY items: expressions, positions, aliases; ALL means every select item without an aggregate. */
function groupKeys(
  select: Select,
  outputs: readonly Output[],
  items: readonly Expr[],
  binder: ExpressionBinder,
  isFree: (expr: Expr) => boolean,
  session: Session,
): GroupKeys {
  const keys: Expr[] = [];
  const add = (key: Expr): number => {
    const known = keys.findIndex((k) => exprKey(k) === exprKey(key));
    return known === -1 ? keys.push(key) - 1 : known;
  };
  if (select.groupBy === 'all') {
    for (const [i, output] of outputs.entries()) {
      if (output.value === null || isFree(items[i])) add(items[i]);
    }
    return { keys, sets: null };
  }
  const places = select.groupBy
    .flatMap((g) => (g.kind === 'tuple' ? g.items : [g]))
    .map((node) => {
      const position =
        ordinalOf(node, outputs.length, 'GROUP BY', session) ?? drawnAlike(node, outputs, items, session);
      if (position === undefined) return add(binder.bind(node));
      if (!isFree(items[position])) {
        throw session.error('ILLEGAL_AGGREGATION', node, `GROUP BY ${position + 1} is an aggregate`);
      }
      return add(items[position]);
    });
  return { keys, sets: select.groupingSets?.map((set) => set.map((i) => places[i])) ?? null };
}

const sortItemsOf = (tail: Tail, outputs: readonly Output[]): readonly SortItem[] =>
  tail.orderBy === 'all'
    ? outputs.map((o, i) => ({
        value: { kind: 'number', text: String(i + 1), decimal: false, at: o.where.at, end: o.where.end },
        descending: false,
        nulls: null,
        fill: null,
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
    ordinalOf(item.value, outputs.length, 'ORDER BY', session) ??
    outputNamed(item.value, outputs, session) ??
    drawnAlike(item.value, outputs, items, session);
  const expr = position === undefined ? binder.bind(item.value) : items[position];
  return {
    expr,
    where: item.value,
    descending: item.descending,
    nullsFirst: nullsFirst(item, session.dialect),
    fill: item.fill,
  };
}

/** The select item that draws at random and is written as this: what is grouped or ordered by is what is shown, not drawn once more. */
function drawnAlike(
  node: Expression,
  outputs: readonly Output[],
  items: readonly Expr[],
  { text }: Session,
): number | undefined {
  const written = ({ at, end }: Span): string => text.slice(at, end);
  const index = outputs.findIndex(
    ({ value }, i) => value !== null && !isDeterministic(items[i]) && written(value) === written(node),
  );
  return index === -1 ? undefined : index;
}

function outputNamed(node: Expression, outputs: readonly Output[], session: Session): number | undefined {
  if (node.kind !== 'name' || node.parts.length !== 1) return undefined;
  const index = outputs.findIndex((o) => session.same(node.parts[0].text, o.name));
  return index === -1 ? undefined : index;
}
