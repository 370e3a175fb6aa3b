/**
 * The subqueries of one block's expressions. While the expressions are bound, each stands in them as placeholder columns; when the
 * plan they are evaluated over is known, {@link Subqueries.place} joins them to it and {@link Subqueries.settle} puts in the
 * columns they became.
 *
 * Every kind is made of subqueries of one row: EXISTS asks whether a count is above 0, a scalar subquery takes any of its values
 * after a check that there are not several, IN and ANY are in quantified.ts. EXISTS and IN as conditions of their own are cheaper
 * joins (subquery-test.ts).
 */

import { apply, choose, int, nullOf } from '../../engine/function/call.ts';
import { type AggregateCall, column, type Expr, rewrite } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { givesOneRow, type OuterColumns, scalarJoin } from '../../engine/plan/unnest/index.ts';
import { BOOL, INT64, laneOf, nullable } from '../../engine/type/type.ts';
import type { Expression, ExpressionOf, Span } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import { Around } from './around.ts';
import type { ExpressionBinder } from './expression.ts';
import { subqueriesIn, subqueryNumber, subqueryPlaceholder } from './placeholder.ts';
import { aggregate, project } from './plan.ts';
import type { Session } from './session.ts';

/** A bound subquery and what it reads of the block it stands in. */
export type Subquery = { readonly plan: Plan; readonly around: Around };

type Entry = {
  readonly plan: Plan;
  readonly outer: OuterColumns;
  readonly where: Span;
  /** Number of its first placeholder. */
  readonly first: number;
  /** What its columns are, when it has been placed. */
  values: readonly Expr[] | null;
};

/** How expressions over a block's input look over the plan that subqueries are joined to. */
export type Lift = (expr: Expr, where: Span) => Expr;

export class Subqueries {
  readonly #session: Session;
  readonly #entries: Entry[] = [];
  readonly #made = new Map<Expression, Expr>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The placeholder expression of a node, made once: aliases bind it again. */
  once(node: Expression, make: () => Expr): Expr {
    let made = this.#made.get(node);
    if (made === undefined) {
      made = make();
      this.#made.set(node, made);
    }
    return made;
  }

  bind(query: Query, binder: ExpressionBinder): Subquery {
    const around = new Around(binder.scope, this.#session);
    const { plan } = this.#session.bindQuery(query, { ...binder.scope.with, around });
    return { plan: this.#session.limitPlan(plan, query), around };
  }

  /** Takes a subquery of one row; answers a placeholder for each of its columns. */
  add({ plan, around }: Subquery, where: Span): readonly Expr[] {
    const first = this.#session.numbers(plan.schema.length);
    this.#entries.push({ plan, outer: around.columns, where, first, values: null });
    return plan.schema.map((field, i) => column(subqueryPlaceholder(first + i), field.type));
  }

  /** `(SELECT ...)` as a value. */
  scalar(node: ExpressionOf<'subquery'>, binder: ExpressionBinder): Expr {
    return this.once(node, () => {
      const { plan, around } = this.bind(node.query, binder);
      const width = plan.schema.length;
      if (width !== 1)
        throw this.#session.error(
          'TYPE_MISMATCH',
          node,
          `The subquery gives ${width} columns, a value is one`,
          'Select one column',
        );
      return this.add({ plan: givesOneRow(plan) ? plan : onlyRow(plan), around }, node)[0];
    });
  }

  /** EXISTS (SELECT ...) as a value. */
  exists(node: ExpressionOf<'exists'>, binder: ExpressionBinder): Expr {
    return this.once(node, () => this.any(this.bind(node.query, binder), node));
  }

  /** Whether the subquery has a row. */
  any({ plan, around }: Subquery, where: Span): Expr {
    const [count] = this.add({ plan: totals(plan, [['count_star', []]]), around }, where);
    return apply('gt_i64', [count, int(0)], BOOL);
  }

  /** The plan with the columns of those subqueries behind its own that have no place yet. */
  place(plan: Plan, lift: Lift): Plan {
    return this.#place(plan, lift, this.#entries);
  }

  /** The same for the subqueries that the expressions hold, and those that these read; `settle` puts in the columns of no others. */
  placeOf(plan: Plan, exprs: readonly Expr[]): { readonly plan: Plan; readonly settle: (e: Expr) => Expr } {
    const held = this.#within(exprs);
    const entries = this.#entries.filter((entry) => held.has(entry));
    return { plan: this.#place(plan, (e) => e, entries), settle: (e) => settled(e, entries) };
  }

  /** What the expressions read of the block, within their subqueries too. */
  readBy(exprs: readonly Expr[]): readonly Expr[] {
    return [...exprs, ...[...this.#within(exprs)].flatMap((entry) => [...entry.outer.values()])];
  }

  /** The subqueries that the expressions hold, and those that these read. */
  #within(exprs: readonly Expr[]): ReadonlySet<Entry> {
    const held = new Set<Entry>();
    const visit = (expr: Expr): void => {
      for (const number of subqueriesIn(expr)) {
        const entry = entryOf(number, this.#entries);
        if (entry === undefined || held.has(entry)) continue;
        held.add(entry);
        for (const read of entry.outer.values()) visit(read);
      }
    };
    exprs.forEach(visit);
    return held;
  }

  #place(plan: Plan, lift: Lift, entries: readonly Entry[]): Plan {
    for (const entry of entries) {
      if (entry.values !== null) continue;
      const joined = this.joined(entry.where, () =>
        scalarJoin(plan, entry.plan, this.outer(entry.outer, lift, entry.where)),
      );
      plan = this.#session.limitPlan(joined.plan, entry.where);
      entry.values = joined.columns;
    }
    return plan;
  }

  /** Outer columns over the plan that the subquery is joined to. */
  outer(columns: OuterColumns, lift: Lift, where: Span): OuterColumns {
    return new Map([...columns].map(([id, e]) => [id, this.settle(lift(e, where))]));
  }

  /** An error of the engine's, with its place. */
  joined<T>(where: Span, join: () => T): T {
    try {
      return join();
    } catch (error) {
      throw this.#session.at(where, error);
    }
  }

  /** The expression with the columns of all subqueries that have their place. */
  settle(expr: Expr): Expr {
    return settled(expr, this.#entries);
  }
}

const entryOf = (number: number, entries: readonly Entry[]): Entry | undefined =>
  entries.find((e) => number >= e.first && number < e.first + e.plan.schema.length);

/** The expression with the columns of those entries that have their place. */
const settled = (expr: Expr, entries: readonly Entry[]): Expr =>
  rewrite(expr, (node) => {
    const number = node.kind === 'column' ? subqueryNumber(node.index) : undefined;
    const entry = number === undefined ? undefined : entryOf(number, entries);
    return entry === undefined || entry.values === null ? node : entry.values[number! - entry.first];
  });

/** Totals of a subquery's columns: one row. */
export function totals(plan: Plan, calls: readonly (readonly [fn: string, args: readonly Expr[]])[]): Plan {
  const made = calls.map(([fn, args]): AggregateCall => {
    const type = args.length === 0 || fn === 'count' ? INT64 : nullable(args[0].type);
    return { fn, args, filter: null, distinct: false, type };
  });
  return aggregate(
    plan,
    [],
    made,
    calls.map(([fn]) => fn),
  );
}

/** The value of a subquery of one row, NULL of none; more are an error where the value is used. */
function onlyRow(plan: Plan): Plan {
  const [{ name, type }] = plan.schema;
  const counted = totals(plan, [
    [`any_${laneOf(type)}`, [column(0, type)]],
    ['count_star', []],
  ]);
  const [value, rows] = counted.schema.map((field, i) => column(i, field.type));
  const checked = choose(apply('at_most_one_row', [rows], BOOL), value, nullOf(type), nullable(type));
  return project(counted, [checked], [name]);
}
