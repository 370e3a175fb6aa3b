/**
 * Takes a subquery apart from the query around it, from the leaves up (after Neumann and Kemper, "Unnesting Arbitrary Queries",
 * BTW 2015): conditions that read the outer query rise as far as they may go, until they stand where the subquery is joined.
 *
 * Where one cannot rise, below an aggregate unless it is an equality, and below unions and outer joins, the subquery is joined
 * with the domain of the outer columns (domain.ts) instead, and what rises is that both have the same values.
 */

import { BasaltError } from '../../base/error.ts';
import { emptyResult } from '../../function/aggregate/aggregate.ts';
import { apply, conjuncts } from '../../function/call.ts';
import { laneSuffix } from '../../function/cast.ts';
import { BOOL, laneOf, nullable } from '../../type/type.ts';
import { type AggregateCall, column, columnsOf, type Expr, literal } from '../expr.ts';
import type {
  AggregatePlan,
  ExpandPlan,
  JoinPlan,
  LimitPlan,
  Plan,
  ProjectPlan,
  SortKey,
  UnionPlan,
} from '../node.ts';
import { firstOfEach } from '../places.ts';
import { substitute } from '../rules/substitute.ts';
import { anchored, anchorsOf } from './anchor.ts';
import { filtered, joinOn } from './join-on.ts';
import { allColumns, type Loose, withColumns } from './loose.ts';
import { behind, bindOuter, planReadsOuter, readsOuter } from './outer.ts';

/** The numbers of a subquery's outer columns, and one row for each of their different values. */
export type Outer = { readonly ids: readonly number[]; readonly domain: () => Plan };

export class Unnester {
  readonly #outer: Outer;
  readonly #own: (id: number) => boolean;

  constructor(outer: Outer) {
    const ids = new Set(outer.ids);
    this.#outer = outer;
    this.#own = (id) => ids.has(id);
  }

  /** @throws NOT_IMPLEMENTED where conditions can neither rise nor be computed for every outer value. */
  loosen(plan: Plan): Loose {
    if (!planReadsOuter(plan, this.#own))
      return { plan, columns: allColumns(plan), conditions: [], oneRow: false };
    switch (plan.kind) {
      case 'filter': {
        const input = this.#rows(plan.input);
        const conditions = conjuncts(substitute(plan.predicate, input.columns));
        return this.#restricted(input, conditions);
      }
      case 'project':
        return this.#project(plan);
      case 'aggregate':
        return this.#aggregate(plan);
      case 'join':
        return this.#join(plan);
      case 'union':
        return this.#union(plan);
      case 'sort':
        if (plan.limit === null && plan.offset === 0) return this.loosen(plan.input);
        return this.#firstOfEach(plan.input, plan.keys, plan);
      case 'limit':
        return this.#firstOfEach(plan.input, [], plan);
      case 'expand':
        return this.#expand(plan);
      case 'fill':
        throw refused(
          'WITH FILL in a subquery that reads columns of the query around it',
          'Fill in a subquery of FROM that reads none',
        );
      case 'window':
        throw refused(
          'A window function in a subquery that reads columns of the query around it',
          'Compute it in a subquery of FROM, and join',
        );
      case 'scan':
      case 'values':
      case 'range':
      case 'recursive':
        throw new BasaltError('LOGICAL_ERROR', `A ${plan.kind} reads an outer column`);
    }
  }

  /** Loosened, and every row of it is one of the plan's. */
  #rows(plan: Plan): Loose {
    const loose = this.loosen(plan);
    return loose.oneRow ? this.#perValue(loose) : loose;
  }

  #reads(exprs: readonly Expr[]): boolean {
    return exprs.some((e) => readsOuter(e, this.#own));
  }

  #restricted(input: Loose, conditions: readonly Expr[]): Loose {
    const local = conditions.filter((c) => !readsOuter(c, this.#own));
    const tied = conditions.filter((c) => readsOuter(c, this.#own));
    return anchored(
      { ...input, plan: filtered(input.plan, local), conditions: [...input.conditions, ...tied] },
      this.#own,
    );
  }

  #project(plan: ProjectPlan): Loose {
    const input = this.loosen(plan.input);
    const exprs = plan.exprs.map((e) => substitute(e, input.columns));
    if (input.oneRow) return { ...input, columns: exprs };
    const computed = exprs.filter(
      (e) => e.kind !== 'column' && e.kind !== 'literal' && !readsOuter(e, this.#own),
    );
    const width = input.plan.schema.length;
    return {
      ...input,
      plan: withColumns(input.plan, computed),
      columns: exprs.map((e) => {
        const at = computed.indexOf(e);
        return at === -1 ? e : column(width + at, e.type);
      }),
    };
  }

  /** Equalities become keys of the groups, so that they can be asked above. */
  #aggregate(plan: AggregatePlan): Loose {
    let input = this.#rows(plan.input);
    let { keys, calls } = over(plan, input, this.#anchors(input));
    const read = [...keys, ...calls.flatMap(readBy)];
    if (!input.conditions.every((c) => this.#mayRise(c)) || this.#reads(read)) {
      input = this.#perValue(input);
      ({ keys, calls } = over(plan, input, this.#domainValues()));
    }
    const ties = input.conditions.flatMap((c) => this.#tieOf(c) ?? []);
    const grouped: AggregatePlan = {
      kind: 'aggregate',
      input: input.plan,
      keys: [...keys, ...ties.map((t) => t.own)],
      aggregates: calls,
      schema: [
        ...plan.schema.slice(0, keys.length),
        ...ties.map((t, i) => ({ name: `tie${i}`, type: t.own.type })),
        ...plan.schema.slice(keys.length),
      ],
    };
    const oneRow = keys.length === 0;
    const ofCalls = calls.map((c, i): Expr => {
      const result = column(keys.length + ties.length + i, c.type);
      return oneRow ? orEmpty(result, c) : result;
    });
    return {
      plan: grouped,
      columns: [...keys.map((k, i) => column(i, k.type)), ...ofCalls],
      conditions: [
        ...input.conditions.filter((c) => this.#tieOf(c) === null),
        ...ties.map((t, i) => t.of(column(keys.length + i, t.own.type))),
      ],
      oneRow,
    };
  }

  #expand(plan: ExpandPlan): Loose {
    let input = this.#rows(plan.input);
    let arrays = plan.arrays.map((a) => substitute(a, input.columns));
    if (this.#reads(arrays)) {
      input = this.#perValue(input);
      arrays = plan.arrays.map((a) => bindOuter(substitute(a, input.columns), this.#domainValues()));
    }
    const width = input.plan.schema.length;
    const elements = plan.schema.slice(plan.input.schema.length);
    return {
      ...input,
      plan: { ...plan, input: input.plan, arrays, schema: [...input.plan.schema, ...elements] },
      columns: [...input.columns, ...elements.map(({ type }, i) => column(width + i, type))],
    };
  }

  /** Of the rows that each outer row sees so many, by their places among those that are tied to the same values. */
  #firstOfEach(rows: Plan, order: readonly SortKey[], bounds: Pick<LimitPlan, 'limit' | 'offset'>): Loose {
    let input = this.#rows(rows);
    const exprs = order.map(({ expr }) => substitute(expr, input.columns));
    let partition = input.conditions.flatMap((c) => this.#tieOf(c)?.own ?? []);
    let keys = exprs;
    if (!input.conditions.every((c) => this.#mayRise(c)) || this.#reads(exprs)) {
      input = this.#perValue(input);
      const values = this.#domainValues();
      partition = [...values.values()];
      keys = order.map(({ expr }) => bindOuter(substitute(expr, input.columns), values));
    }
    const sorted = order.map((key, i) => ({ ...key, expr: keys[i] }));
    return { ...input, plan: firstOfEach(input.plan, partition, sorted, bounds) };
  }

  /** Every row is one of the subquery's, and its columns read nothing of the outer query. */
  standing(loose: Loose): Loose {
    return loose.oneRow || this.#reads(loose.columns) ? this.#perValue(loose) : loose;
  }

  /** Conditions that hold for all rows of a group or for none: equalities with outer values, and those on outer values alone. */
  #mayRise(condition: Expr): boolean {
    return columnsOf(condition).length === 0 || this.#tieOf(condition) !== null;
  }

  /** An equality of an outer value with one of the subquery's own. */
  #tieOf(condition: Expr): { readonly own: Expr; readonly of: (own: Expr) => Expr } | null {
    if (condition.kind !== 'call' || !/^(eq|is_not_distinct)_/.test(condition.fn)) return null;
    const [a, b] = condition.args;
    const isOuter = (e: Expr): boolean => columnsOf(e).length === 0 && readsOuter(e, this.#own);
    const isOwn = (e: Expr): boolean => columnsOf(e).length > 0 && !readsOuter(e, this.#own);
    if (isOuter(a) && isOwn(b)) return { own: b, of: (own) => ({ ...condition, args: [a, own] }) };
    if (isOwn(a) && isOuter(b)) return { own: a, of: (own) => ({ ...condition, args: [own, b] }) };
    return null;
  }

  #join(plan: JoinPlan): Loose {
    if (plan.join === 'right' || plan.join === 'full')
      throw refused(
        `A ${plan.join.toUpperCase()} JOIN in a subquery that reads columns of the query around it`,
        'Use LEFT JOIN, or join it outside',
      );
    if (plan.pick !== undefined)
      throw refused(
        'An ASOF or ANY JOIN in a subquery that reads columns of the query around it',
        'Join in a subquery of FROM that reads none',
      );
    const left = this.#rows(plan.left);
    const right = this.#rows(plan.right);
    const half = plan.join === 'semi' || plan.join === 'anti';
    if (plan.join !== 'inner' && plan.join !== 'cross')
      return half ? this.#halfJoin(plan, left, right) : this.#leftJoin(plan, left, right);
    const pair = paired(left, right);
    const columns = [...left.columns, ...pair.right];
    const on = conditionsOf(plan).map((c) => substitute(c, columns));
    const [tied, local] = [on.filter((c) => this.#reads([c])), on.filter((c) => !this.#reads([c]))];
    const joined: Loose = {
      plan: joinOn('inner', left.plan, right.plan, local),
      columns,
      conditions: [...left.conditions, ...pair.rightConditions],
      oneRow: false,
    };
    return this.#restricted(joined, tied);
  }

  #halfJoin(plan: JoinPlan, left: Loose, right: Loose): Loose {
    const { known, on } = this.#onKnown(plan, left, right);
    return { ...known, plan: joinOn(plan.join as 'semi' | 'anti', known.plan, right.plan, on) };
  }

  #leftJoin(plan: JoinPlan, left: Loose, right: Loose): Loose {
    if (this.#reads(right.columns)) return this.#leftJoin(plan, left, this.#perValue(right));
    const width = right.plan.schema.length;
    const kept: Loose = {
      ...right,
      plan: withColumns(right.plan, right.columns),
      columns: right.columns.map((c, i) => column(width + i, c.type)),
    };
    const { known, on } = this.#onKnown(plan, left, kept);
    const joined = joinOn('left', known.plan, kept.plan, on) as JoinPlan;
    const leftWidth = known.plan.schema.length;
    const missing = !plan.defaultIfUnmatched;
    return {
      ...known,
      plan: {
        ...joined,
        defaultIfUnmatched: plan.defaultIfUnmatched,
        schema: missing ? joined.schema : [...known.plan.schema, ...kept.plan.schema],
      },
      columns: [...known.columns, ...kept.columns.map((c) => behind(c, leftWidth, missing))],
    };
  }

  /**
   * The conditions of a join that keeps its left rows. They cannot rise above it, so the left side must know the outer values
   * they ask for.
   */
  #onKnown(
    plan: JoinPlan,
    left: Loose,
    right: Loose,
  ): { readonly known: Loose; readonly on: readonly Expr[] } {
    const conditionsOver = (side: Loose): readonly Expr[] => {
      const pair = paired(side, right);
      const columns = [...side.columns, ...pair.right];
      return [...conditionsOf(plan).map((c) => substitute(c, columns)), ...pair.rightConditions];
    };
    const on = conditionsOver(left);
    if (!this.#reads(on)) return { known: left, on };
    const anchors = this.#anchors(left);
    const tied = on.map((c) => bindOuter(c, anchors));
    if (!this.#reads(tied)) return { known: left, on: tied };
    const known = this.#perValue(left);
    return { known, on: conditionsOver(known).map((c) => bindOuter(c, this.#domainValues())) };
  }

  #union(plan: UnionPlan): Loose {
    const inputs = plan.inputs.map((input) => {
      const { plan: rows, columns } = this.#perValue(this.loosen(input));
      const exprs = [...[...this.#domainValues().values()], ...columns];
      const schema = exprs.map((e, i) => ({ name: `column${i}`, type: e.type }));
      return { kind: 'project', input: rows, exprs, schema } satisfies Plan;
    });
    const values = this.#domainValues();
    const schema = [
      ...[...values.values()].map((v, i) => ({ name: `outer${i}`, type: v.type })),
      ...plan.schema,
    ];
    return {
      plan: { kind: 'union', inputs, schema },
      columns: plan.schema.map((field, i) => column(values.size + i, field.type)),
      conditions: this.#sameValues(),
      oneRow: false,
    };
  }

  /** Outer columns that are columns of the loosened plan. */
  #anchors({ conditions }: Loose): ReadonlyMap<number, Expr> {
    return new Map([...anchorsOf(conditions, this.#own)].map(([id, a]) => [id, a.expr] as const));
  }

  /** The rows of each different set of outer values, which stand in front. */
  #perValue(loose: Loose): Loose {
    const domain = this.#outer.domain();
    const width = domain.schema.length;
    const values = this.#domainValues();
    const known = (e: Expr): Expr => bindOuter(behind(e, width, loose.oneRow), values);
    return {
      plan: joinOn(loose.oneRow ? 'left' : 'inner', domain, loose.plan, loose.conditions.map(known)),
      columns: loose.columns.map(known),
      conditions: this.#sameValues(),
      oneRow: false,
    };
  }

  /** Outer columns as the first columns of what {@link #perValue} gives. */
  #domainValues(): ReadonlyMap<number, Expr> {
    const { schema } = this.#outer.domain();
    return new Map(this.#outer.ids.map((id, i) => [id, column(i, schema[i].type)]));
  }

  #sameValues(): readonly Expr[] {
    return [...this.#domainValues()].map(([id, value]) =>
      sameValue({ kind: 'outer', id, type: value.type }, value),
    );
  }
}

const refused = (what: string, hint: string): BasaltError =>
  new BasaltError('NOT_IMPLEMENTED', `${what} is not supported`, { hint });

/** NULL is the same as NULL. */
const sameValue = (a: Expr, b: Expr): Expr =>
  apply(
    `${a.type.nullable && b.type.nullable ? 'is_not_distinct' : 'eq'}_${laneSuffix(a.type)}`,
    [a, b],
    BOOL,
  );

/** Keys and calls of an aggregate over its loosened input, where some outer values are known. */
function over(
  plan: AggregatePlan,
  { columns }: Loose,
  known: ReadonlyMap<number, Expr>,
): { keys: Expr[]; calls: AggregateCall[] } {
  const put = (e: Expr): Expr => bindOuter(substitute(e, columns), known);
  return {
    keys: plan.keys.map(put),
    calls: plan.aggregates.map((c) => ({
      ...c,
      args: c.args.map(put),
      filter: c.filter === null ? null : put(c.filter),
    })),
  };
}

const readBy = (c: AggregateCall): readonly Expr[] => (c.filter === null ? c.args : [...c.args, c.filter]);

/** An aggregate's result, and what it is over no rows. */
function orEmpty(result: Expr, { fn, type, params }: AggregateCall): Expr {
  const empty = emptyResult(fn, type, params);
  if (empty === null) return result;
  const maybe = { ...result, type: nullable(type) };
  return apply(`coalesce_${laneOf(type)}`, [maybe, literal(empty, type)], type);
}

/** All conditions of a join, over its left columns, then its right ones. */
function conditionsOf(plan: JoinPlan): readonly Expr[] {
  const width = plan.left.schema.length;
  const equal = plan.leftKeys.map((key, i) => {
    const right = behind(plan.rightKeys[i], width, false);
    const fn = `${plan.nullSafe ? 'is_not_distinct' : 'eq'}_${laneOf(key.type)}`;
    return apply(fn, [key, right], BOOL);
  });
  return [...equal, ...(plan.residual === null ? [] : conjuncts(plan.residual))];
}

/** The right side's columns and conditions where they stand behind the left side's columns. */
function paired(
  left: Loose,
  right: Loose,
): { readonly right: readonly Expr[]; readonly rightConditions: readonly Expr[] } {
  const width = left.plan.schema.length;
  return {
    right: right.columns.map((c) => behind(c, width, false)),
    rightConditions: right.conditions.map((c) => behind(c, width, false)),
  };
}
