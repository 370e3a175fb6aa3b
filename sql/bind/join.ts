/**
 * JOIN ... ON and USING: equalities between the sides become keys, the rest of the condition a residual.
 *
 * ClickHouse gives defaults for unmatched rows unless join_use_nulls says otherwise; SQL gives NULL.
 */

import { allOf, apply, comparable, conjuncts } from '../../engine/function/call.ts';
import { cast, commonType, laneSuffix, WIDEN } from '../../engine/function/cast.ts';
import { column, columnsOf, type Expr, literal, rewrite } from '../../engine/plan/expr.ts';
import type { Field, JoinPick, JoinPlan, JoinType, Plan } from '../../engine/plan/node.ts';
import { BOOL, INT64, notNull, nullable } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { Identifier } from '../ast/expression.ts';
import type { Join } from '../ast/query.ts';
import { asCondition, implicitCast } from './call.ts';
import { bindConditions, restrict } from './condition.ts';
import { ExpressionBinder } from './expression.ts';
import { anyJoin, nearestOf } from './pick-join.ts';
import { subqueriesIn } from './placeholder.ts';
import { filter } from './plan.ts';
import { findColumn, NO_WITH, type Relation, type Scope, type ScopeColumn, type WithScope } from './scope.ts';
import type { Session } from './session.ts';
import { Subqueries } from './subquery.ts';
import { totalsOfJoin } from './totals.ts';

/** `sides` are the join's tables, bound, in the order written. */
export function bindJoin(
  join: Join,
  sides: readonly [Relation, Relation],
  withScope: WithScope,
  session: Session,
): Relation {
  const joined = joinedBy(join, sides, withScope, session);
  if (session.dialect !== 'clickhouse') return joined;
  const { schema } = joined.plan;
  const [left, right] = sides;
  const hasBoth = schema.length === left.plan.schema.length + right.plan.schema.length;
  const shown = hasBoth ? sides : [join.keepRight ? right : left];
  // In ClickHouse a name that both tables of one join have means the left one's.
  const alone = join.left.kind !== 'join';
  const isRight = (c: ScopeColumn): boolean =>
    right.columns.some((r) => r.name === c.name && r.table === c.table);
  const columns = joined.columns.map((c) => ({ ...c, yields: alone && isRight(c) }));
  return { plan: joined.plan, columns, totals: () => totalsOfJoin(shown, schema) };
}

function joinedBy(
  join: Join,
  sides: readonly [Relation, Relation],
  withScope: WithScope,
  session: Session,
): Relation {
  if (join.natural) {
    const using = sharedNames(join, sides, session);
    return joinedBy({ ...join, natural: false, using }, sides, withScope, session);
  }
  const strictness = strictnessOf(join, session);
  const half = join.join === 'semi' || join.join === 'anti';
  if (session.dialect === 'clickhouse' && (half || strictness === 'any')) {
    const picking = pickingJoin(join, sides, withScope, session);
    if (picking !== null) return picking;
  }
  const [first, second] = sides;
  // RIGHT SEMI is SEMI with the sides exchanged: the kept side is the left one.
  const [left, right] = join.keepRight ? [second, first] : [first, second];
  if (join.join === 'cross') return crossJoin(left, right);
  const both = [...left.columns, ...shiftColumns(right.columns, left.plan.schema.length)];
  if (join.using.length > 0) {
    return joinUsing(join, left, right, session, (conditions) =>
      makeJoin(join, left, right, conditions, both, session),
    );
  }
  const scope: Scope = { columns: both, aliases: new Map(), with: withScope };
  if (join.join === 'inner' && strictness !== 'asof') return innerJoin(join, left, right, scope, session);
  const binder = new ExpressionBinder(session, scope, null, 'JOIN ON');
  return makeJoin(join, left, right, conjuncts(binder.condition(join.on!)), both, session);
}

/** What a join says of several partners, or in ClickHouse the setting for those that say nothing. */
function strictnessOf(join: Join, session: Session): Join['strictness'] {
  const { strictness } = join;
  if (strictness === 'asof') checkAsof(join, session);
  if (strictness === 'any' && session.dialect !== 'clickhouse')
    throw session.refuse(join, 'ANY JOIN', 'Group the right side by its key, or use SEMI JOIN');
  const plain = join.join === 'inner' || join.join === 'left' || join.join === 'right';
  const byDefault = session.context.settings['join_default_strictness'];
  const asked =
    strictness ??
    (plain && session.dialect === 'clickhouse' && /^any$/i.test(String(byDefault)) ? 'any' : null);
  if (asked === 'any' && (join.join === 'full' || join.join === 'cross'))
    throw session.refuse(
      join,
      `An ANY ${join.join.toUpperCase()} JOIN`,
      'Use ANY LEFT JOIN or ANY RIGHT JOIN',
    );
  return asked;
}

/** ClickHouse's come with or without the left rows that have no partner; others with those of either side, or are of left rows alone. */
function checkAsof({ join, keepRight, ...where }: Join, session: Session): void {
  const isPlain = join === 'inner' || join === 'left';
  if (isPlain || (session.dialect !== 'clickhouse' && join !== 'cross' && !keepRight)) return;
  throw session.refuse(
    where,
    `An ASOF ${keepRight ? 'RIGHT ' : ''}${join.toUpperCase()} JOIN`,
    session.dialect === 'clickhouse'
      ? 'Only ASOF JOIN and ASOF LEFT JOIN are'
      : 'ASOF joins are INNER, LEFT, RIGHT, FULL, SEMI or ANTI',
  );
}

/** The names that both sides have, as the left one orders them. */
function sharedNames(
  join: Join,
  [left, right]: readonly [Relation, Relation],
  session: Session,
): readonly Identifier[] {
  const visible = ({ columns }: Relation): readonly ScopeColumn[] => columns.filter((c) => !c.hidden);
  const shared = visible(left).filter(({ name }) => visible(right).some((r) => session.same(name, r.name)));
  if (shared.length > 0)
    return shared.map(({ name }) => ({ text: name, quoted: true, at: join.at, end: join.end }));
  throw session.error(
    'BAD_ARGUMENTS',
    join,
    'The sides of the NATURAL JOIN have no column name in common',
    'Write CROSS JOIN, or name the columns with ON',
  );
}

/** A join of ClickHouse that shows one partner, or none; null where its condition needs the pairs themselves. */
function pickingJoin(
  join: Join,
  [left, right]: readonly [Relation, Relation],
  withScope: WithScope,
  session: Session,
): Relation | null {
  const width = left.plan.schema.length;
  const both = [...left.columns, ...shiftColumns(right.columns, width)];
  const make = (conditions: readonly Expr[]): Relation | null => {
    const sides = splitCondition(conditions, width);
    if (sides.leftKeys.length === 0 || sides.rest.length > 0) {
      if (join.join === 'semi' || join.join === 'anti') return null;
      throw session.refuse(
        join,
        'An ANY JOIN on more than equalities between its sides',
        'Move other conditions to WHERE',
      );
    }
    const plan = anyJoin(join, left.plan, right.plan, sides, givesDefaults(session));
    return { plan, columns: both.map((c) => ({ ...c, expr: retyped(c.expr, plan.schema) })) };
  };
  if (join.using.length > 0) return joinUsing(join, left, right, session, make);
  const scope: Scope = { columns: both, aliases: new Map(), with: withScope };
  return make(conjuncts(new ExpressionBinder(session, scope, null, 'JOIN ON').condition(join.on!)));
}

/** What ON says with subqueries can be said of the joined rows. */
function innerJoin(join: Join, left: Relation, right: Relation, scope: Scope, session: Session): Relation {
  const subqueries = new Subqueries(session);
  const binder = new ExpressionBinder(session, { ...scope, subqueries }, null, 'JOIN ON');
  const { plain, tests } = bindConditions([join.on!], subqueries, binder);
  const isPlain = (c: { readonly expr: Expr }): boolean => subqueriesIn(c.expr).length === 0;
  const on = plain.filter(isPlain).map((c) => c.expr);
  const joined = makeJoin(join, left, right, on, scope.columns, session);
  const rest = { plain: plain.filter((c) => !isPlain(c)), tests };
  return { ...joined, plan: restrict(joined.plan, rest, subqueries, (e) => e) };
}

export function crossJoin(left: Relation, right: Relation): Relation {
  const plan: Plan = {
    kind: 'join',
    join: 'cross',
    left: left.plan,
    right: right.plan,
    leftKeys: [],
    rightKeys: [],
    residual: null,
    nullSafe: false,
    defaultIfUnmatched: false,
    schema: [...left.plan.schema, ...right.plan.schema],
  };
  return {
    plan,
    columns: [...left.columns, ...shiftColumns(right.columns, left.plan.schema.length)],
    totals: () => totalsOfJoin([left, right], plan.schema),
  };
}

/** Columns of a right side, as a join sees them. */
export const shiftColumns = (columns: readonly ScopeColumn[], by: number): ScopeColumn[] =>
  columns.map((c) => ({ ...c, expr: shift(c.expr, by) }));

function shift(expr: Expr, by: number): Expr {
  switch (expr.kind) {
    case 'column':
      return { ...expr, index: expr.index + by };
    case 'call':
      return { ...expr, args: expr.args.map((a) => shift(a, by)) };
    default:
      return expr;
  }
}

/** What a condition says about the two sides. */
type Condition = {
  readonly leftKeys: Expr[];
  readonly rightKeys: Expr[];
  readonly leftOnly: Expr[];
  readonly rightOnly: Expr[];
  readonly rest: Expr[];
  readonly nullSafe: boolean;
};

function splitCondition(conditions: readonly Expr[], leftWidth: number): Condition {
  const found = {
    leftKeys: [] as Expr[],
    rightKeys: [] as Expr[],
    leftOnly: [] as Expr[],
    rightOnly: [] as Expr[],
    rest: [] as Expr[],
  };
  const sideOf = (e: Expr): 'left' | 'right' | 'both' | 'none' => {
    const used = columnsOf(e);
    if (used.length === 0) return 'none';
    return used.every((c) => c < leftWidth) ? 'left' : used.every((c) => c >= leftWidth) ? 'right' : 'both';
  };
  // Null-safe equality makes the whole join null-safe, so it is a key only if all are.
  const safe =
    conditions.some((c) => isKey(c, 'is_not_distinct_')) && !conditions.some((c) => isKey(c, 'eq_'));
  for (const condition of conditions) {
    const side = sideOf(condition);
    if (condition.kind === 'call' && isKey(condition, safe ? 'is_not_distinct_' : 'eq_')) {
      const [a, b] = condition.args;
      const [sideA, sideB] = [sideOf(a), sideOf(b)];
      if ((sideA === 'left' && sideB === 'right') || (sideA === 'right' && sideB === 'left')) {
        found.leftKeys.push(sideA === 'left' ? a : b);
        found.rightKeys.push(unshift(sideA === 'left' ? b : a, leftWidth));
        continue;
      }
    }
    if (side === 'left') found.leftOnly.push(condition);
    else if (side === 'right') found.rightOnly.push(unshift(condition, leftWidth));
    else found.rest.push(condition);
  }
  return { ...found, nullSafe: safe && found.leftKeys.length > 0 };
}

const isKey = (e: Expr, prefix: string): boolean => e.kind === 'call' && e.fn.startsWith(prefix);

const unshift = (expr: Expr, by: number): Expr =>
  rewrite(expr, (e) => (e.kind === 'column' ? { ...e, index: e.index - by } : e));

/** The key of joins that have no equality and keep rows without a partner: all pairs meet, the residual decides. */
const EVERY_ROW = literal(0n, INT64);

function makeJoin(
  join: Join,
  left: Relation,
  right: Relation,
  conditions: readonly Expr[],
  both: readonly ScopeColumn[],
  session: Session,
): Relation {
  const kind = join.join;
  const width = left.plan.schema.length;
  const split = splitCondition(conditions, width);
  const nearest = join.strictness === 'asof' ? nearestOf(split.rest, width, join, session) : undefined;
  const isHalf = kind === 'semi' || kind === 'anti';
  // Where there is any partner there is a nearest.
  const pick = isHalf ? undefined : nearest;
  const keyless = split.leftKeys.length === 0 && pick === undefined;
  if (keyless && kind === 'inner') {
    const cross = crossJoin(left, right);
    return { plan: filter(cross.plan, allOf(conditions)), columns: cross.columns };
  }
  // A condition on the side that may be missing can filter that side first; one on the kept side cannot.
  const filterLeft = kind === 'inner' || kind === 'right' || kind === 'semi';
  const filterRight = kind === 'inner' || kind === 'left' || isHalf;
  if (pick !== undefined && !filterRight && split.rightOnly.length > 0)
    throw session.refuse(
      join,
      `An ASOF ${kind.toUpperCase()} JOIN with a condition on its right side`,
      'Filter the right side in a subquery, or the result in WHERE',
    );
  const leftPlan = filterLeft ? filter(left.plan, allOf(split.leftOnly)) : left.plan;
  const rightPlan = filterRight ? filter(right.plan, allOf(split.rightOnly)) : right.plan;
  const residual = [
    ...(filterLeft ? [] : split.leftOnly),
    ...(filterRight
      ? []
      : split.rightOnly.map((e) =>
          rewrite(e, (n) => (n.kind === 'column' ? { ...n, index: n.index + width } : n)),
        )),
    ...(pick === undefined ? split.rest : []),
  ];
  const plan = joinPlan(
    kind,
    leftPlan,
    rightPlan,
    keyless ? [EVERY_ROW] : split.leftKeys,
    keyless ? [EVERY_ROW] : split.rightKeys,
    residual,
    split.nullSafe,
    session,
    pick,
  );
  const columns = isHalf ? left.columns : both;
  return { plan, columns: columns.map((c) => ({ ...c, expr: retyped(c.expr, plan.schema) })) };
}

function joinPlan(
  join: JoinType,
  left: Plan,
  right: Plan,
  leftKeys: readonly Expr[],
  rightKeys: readonly Expr[],
  residual: readonly Expr[],
  nullSafe: boolean,
  session: Session,
  pick?: JoinPick,
): JoinPlan {
  const defaultIfUnmatched = givesDefaults(session);
  const maybeMissing = (fields: readonly Field[], missing: boolean): Field[] =>
    fields.map((f) => (missing && !defaultIfUnmatched ? { ...f, type: nullable(f.type) } : f));
  const schema =
    join === 'semi' || join === 'anti'
      ? left.schema
      : [
          ...maybeMissing(left.schema, join === 'right' || join === 'full'),
          ...maybeMissing(right.schema, join === 'left' || join === 'full'),
        ];
  return {
    kind: 'join',
    join,
    left,
    right,
    leftKeys,
    rightKeys,
    residual: residual.length === 0 ? null : allOf(residual),
    nullSafe,
    defaultIfUnmatched,
    ...(pick === undefined ? {} : { pick }),
    schema,
  };
}

function givesDefaults({ dialect, context }: Session): boolean {
  const useNulls = context.settings['join_use_nulls'];
  return dialect === 'clickhouse' && (useNulls === undefined || Number(useNulls) === 0);
}

const retyped = (expr: Expr, schema: readonly Field[]): Expr =>
  rewrite(expr, (e) => (e.kind === 'column' ? column(e.index, schema[e.index].type) : e));

/** USING: one column per name in the result, from the side that is sure to have it. */
function joinUsing<R extends Relation | null>(
  join: Join,
  left: Relation,
  right: Relation,
  session: Session,
  make: (conditions: readonly Expr[]) => R,
): Relation | R {
  const width = left.plan.schema.length;
  const pairs = join.using.map((name) => {
    const l = columnOf(name, left.columns, 'left', session);
    const r = columnOf(name, right.columns, 'right', session);
    return { name, l, r: { ...r, expr: shiftColumns([r], width)[0].expr }, bare: r };
  });
  const conditions = pairs.map(({ name, l, r }, i) => {
    const op = join.strictness === 'asof' && i === pairs.length - 1 ? 'ge' : 'eq';
    const common = commonType(l.expr.type, r.expr.type);
    if (common === undefined || common.id === 'multi')
      throw session.error(
        'TYPE_MISMATCH',
        name,
        `The columns ${name.text} of both sides have types that do not compare`,
      );
    const args = [l.expr, r.expr].map((e) =>
      comparable(implicitCast(e, e.type.nullable ? nullable(common) : common, name, session)),
    );
    return asCondition(
      apply(`${op}_${laneSuffix(common)}`, args, { id: 'bool', nullable: false }),
      name,
      session,
    );
  });
  const joined = make(conditions);
  if (joined === null || joined.columns.length === left.columns.length) return joined;
  const merged = pairs.map(({ name }, i) => {
    const [l, r] = [pairs[i].l, pairs[i].r].map((c) => retyped(c.expr, joined.plan.schema));
    const expr =
      join.join === 'right' || join.keepRight ? r : join.join === 'full' ? merge(l, r, session) : l;
    return { name: name.text, table: null, schema: null, expr, hidden: false } satisfies ScopeColumn;
  });
  const isUsed = (c: ScopeColumn): boolean => pairs.some((p) => session.same(p.name.text, c.name));
  const hide = (c: ScopeColumn): ScopeColumn => (isUsed(c) ? { ...c, hidden: true } : c);
  // DuckDB leaves them where the left side has them, others put them first.
  if (session.dialect !== 'standard')
    return { plan: joined.plan, columns: [...merged, ...joined.columns.map(hide)] };
  const inPlace = joined.columns.flatMap((c, i) => {
    const own = i < left.columns.length ? merged.filter((m) => session.same(m.name, c.name)) : [];
    return [...(c.hidden ? [] : own), hide(c)];
  });
  return { plan: joined.plan, columns: inPlace };
}

/** The value of the side that has the row; the other has NULL or, where joins give defaults, the default. */
function merge(l: Expr, r: Expr, session: Session): Expr {
  const common = commonType(l.type, r.type) ?? l.type;
  const suffix = laneSuffix(common);
  if (l.type.nullable || !givesDefaults(session)) {
    const [a, b] = [l, r].map((e) => cast(e, nullable(common), WIDEN));
    return apply(`coalesce_${suffix.replace('u64', 'i64')}`, [a, b], nullable(common));
  }
  const type = r.type.nullable ? nullable(common) : common;
  const [a, b] = [cast(l, notNull(common), WIDEN), cast(r, type, WIDEN)];
  const isMissing = apply(`eq_${suffix}`, [a, literal(zeroOf(a.type), a.type)], BOOL);
  return { kind: 'case', branches: [{ when: isMissing, value: b }], otherwise: cast(a, type, WIDEN), type };
}

function columnOf(
  name: Identifier,
  columns: readonly ScopeColumn[],
  side: string,
  session: Session,
): ScopeColumn {
  const found = findColumn([name], { columns, aliases: new Map(), with: NO_WITH }, session);
  if (found !== undefined) return found;
  throw session.error(
    'UNKNOWN_IDENTIFIER',
    name,
    `The ${side} side of the join has no column ${name.text}`,
    session.didYouMean(
      name.text,
      columns.map((c) => c.name),
    ),
  );
}
