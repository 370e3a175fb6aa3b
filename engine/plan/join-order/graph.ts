/**
 * The join graph of a region: what connects its relations, and how many rows any set of them will give.
 *
 * Equalities that share a side make a class: all members of it are equal in every row of the result, so any one of a set of relations
 * stands for the others, and a join of two sets needs one key a class. A condition on one relation is put into it; one that can fail
 * waits until all relations are joined.
 */

import { allOf, apply, conjuncts } from '../../function/call.ts';
import { BOOL, laneOf } from '../../type/type.ts';
import type { Estimator } from '../estimate/estimator.ts';
import { type KeyCounts, keyDivisor, MIN_ANTI, matchShare } from '../estimate/estimator.ts';
import { selectivity } from '../estimate/selectivity.ts';
import { columnsOf, type Expr } from '../expr.ts';
import type { Plan } from '../node.ts';
import { cannotFail } from '../rules/cannot-fail.ts';
import { pushDownFilters } from '../rules/push-down-filters.ts';
import { renumber } from '../rules/substitute.ts';
import { classesOf, repeated } from './equal-classes.ts';
import { type Equality, type Region, type Relation, relationsOf } from './region.ts';
import { isSingle, linked, numberOf, reachable, within } from './relation-set.ts';

/** One expression of a class: over the columns of one relation. */
export type Member = { readonly expr: Expr; readonly relation: number; readonly distinct: number | null };

/** A condition over several relations. */
export type Condition = {
  readonly expr: Expr;
  readonly set: number;
  readonly share: number;
  /** Of an equality: its sides and the sets they read. */
  readonly sides: readonly { readonly expr: Expr; readonly set: number }[];
};

export const equality = ([a, b]: Equality): Expr => apply(`eq_${laneOf(a.type)}`, [a, b], BOOL);

export class JoinGraph {
  readonly relations: readonly Relation[];
  /** By relation, its conditions in it. */
  readonly plans: readonly Plan[];
  readonly classes: readonly (readonly Member[])[];
  readonly conditions: readonly Condition[];
  /** Conditions that can fail, for the rows of the result only. */
  readonly late: readonly Expr[];
  /** By relation: those it shares a class or a condition with. */
  readonly neighbours: readonly number[];
  readonly #estimator: Estimator;
  readonly #rows: readonly number[];
  readonly #domains: readonly number[];
  /** By pairs with several classes in common: how much less their keys tell than they would if they were independent. */
  readonly #overlaps: readonly { readonly set: number; readonly factor: number }[];
  /** By relation: those it shares a class with. */
  readonly #keyed: readonly number[];
  /** Equalities that are in no class. */
  readonly #keys: readonly Condition[];
  /** By relation: its rows; of one that comes to others, by how much it multiplies theirs. */
  readonly #factors: readonly number[];
  /** By class: its relations, and their members by ascending number of values. */
  readonly #divisors: readonly {
    readonly of: number;
    readonly members: readonly { readonly bit: number; readonly distinct: number }[];
  }[];
  readonly #known = new Map<number, number>();

  constructor(region: Region, estimator: Estimator) {
    const { relations } = region;
    this.#estimator = estimator;
    this.relations = relations;
    const setOf = (expr: Expr): number => relationsOf(relations, columnsOf(expr));
    const single = ([a, b]: Equality): boolean => isSingle(setOf(a)) && isSingle(setOf(b));
    const groups = classesOf(region.equalities.filter(single));
    const wide = region.equalities.filter((e) => !single(e));
    // Members of one relation are compared there.
    const inside = groups.flatMap((exprs) => repeated(exprs, setOf).map(equality));
    const all = [...wide.map(equality), ...region.conditions, ...inside];
    const isLocal = (expr: Expr): boolean => {
      const set = setOf(expr);
      return isSingle(set) && relations[numberOf(set)].attached === null;
    };
    const shared = all.filter((expr) => !isLocal(expr));
    const early = (expr: Expr): boolean => setOf(expr) !== 0 && cannotFail(expr);
    this.late = shared.filter((expr) => !early(expr));
    this.plans = relations.map((relation, i) =>
      restricted(
        relation,
        all.filter((expr) => isLocal(expr) && numberOf(setOf(expr)) === i),
      ),
    );
    this.#rows = this.plans.map((plan) => estimator.rows(plan));
    this.#domains = this.plans.map((plan) => estimator.unfiltered(plan));
    this.classes = groups.map((exprs) => this.#members(exprs, setOf));
    this.conditions = shared.filter(early).map((expr) => ({
      expr,
      set: setOf(expr),
      share: selectivity(expr, (part) => this.#facts(part, setOf(part))),
      sides: isEquality(expr) ? expr.args.map((side) => ({ expr: side, set: setOf(side) })) : [],
    }));
    this.#keys = this.conditions.filter((c) => c.sides.length > 0);
    this.#overlaps = this.#overlapping();
    this.#factors = relations.map((_, i) => this.#factor(i));
    const classSets = this.classes.map((members) => members.reduce((set, m) => set | (1 << m.relation), 0));
    this.#divisors = this.classes.map((members, i) => ({
      of: classSets[i],
      members: members
        .map((m) => ({ bit: 1 << m.relation, distinct: Math.max(1, m.distinct ?? 0) }))
        .sort((a, b) => a.distinct - b.distinct),
    }));
    this.#keyed = linked(relations.length, classSets);
    this.neighbours = this.#connect(classSets);
  }

  get all(): number {
    return 2 ** this.relations.length - 1;
  }

  /** Estimated rows of the relations joined. */
  rows(set: number): number {
    let rows = this.#known.get(set);
    if (rows === undefined) {
      rows = this.#estimate(set);
      this.#known.set(set, rows);
    }
    return rows;
  }

  /** Columns of the relations joined. */
  width(set: number): number {
    let width = 0;
    for (let rest = set; rest !== 0; rest &= rest - 1)
      width += this.plans[numberOf(rest & -rest)].schema.length;
    return width;
  }

  /** Whether the sides have an equality between them. */
  isKeyed(left: number, right: number): boolean {
    for (let rest = left; rest !== 0; rest &= rest - 1)
      if ((this.#keyed[numberOf(rest & -rest)] & right) !== 0) return true;
    return this.#keys.some((c) => keySides(c, left, right) !== null);
  }

  /** Asked for thousands of sets: it walks their bits and makes nothing. */
  #estimate(set: number): number {
    if (isSingle(set)) return this.#rows[numberOf(set)];
    let rows = 1;
    for (let rest = set; rest !== 0; rest &= rest - 1) rows *= this.#factors[numberOf(rest & -rest)];
    for (const { of, members } of this.#divisors) {
      const inside = of & set;
      if (inside === 0 || isSingle(inside)) continue;
      // The member with the fewest values has them all matched; each other one divides.
      let isFirst = true;
      for (const { bit, distinct } of members) {
        if ((bit & inside) === 0) continue;
        if (!isFirst) rows /= distinct;
        isFirst = false;
      }
    }
    for (const { set: pair, factor } of this.#overlaps) if (within(pair, set)) rows *= factor;
    for (const c of this.conditions) if (within(c.set, set)) rows *= c.share;
    return Math.max(1, rows);
  }

  #factor(i: number): number {
    const { attached } = this.relations[i];
    if (attached === null) return this.#rows[i];
    const { join, leftKeys, rightKeys, residual } = attached;
    const keys = leftKeys.map((key, k) => ({
      left: this.#distinct(key),
      right: this.#estimator.distinct(rightKeys[k], this.plans[i]),
    }));
    const share = residual === null ? 1 : selectivity(residual, (part) => this.#facts(part));
    if (join === 'left')
      return Math.max(1, (this.#rows[i] * share) / keyDivisor(keys, Infinity, this.#domains[i]));
    const found = matchShare(keys, this.#rows[i]) * share;
    return join === 'semi' ? found : Math.max(MIN_ANTI, 1 - found);
  }

  #members(exprs: readonly Expr[], setOf: (expr: Expr) => number): Member[] {
    const members = new Map<number, Member>();
    for (const expr of exprs) {
      const relation = numberOf(setOf(expr));
      const distinct = this.#distinct(expr);
      if (!members.has(relation)) members.set(relation, { expr, relation, distinct });
    }
    const all = [...members.values()];
    const known = all.flatMap((m) => m.distinct ?? []);
    // Of unknown counts, the values of the smallest relation are taken to be a key of it.
    const guess =
      known.length > 0 ? Math.max(...known) : Math.min(...all.map((m) => this.#domains[m.relation]));
    return all.map((m) => ({ ...m, distinct: m.distinct ?? guess }));
  }

  #facts(expr: Expr, set = relationsOf(this.relations, columnsOf(expr))) {
    if (!isSingle(set)) return null;
    const i = numberOf(set);
    return this.#estimator.facts(toRelation(expr, this.relations[i]), this.plans[i]);
  }

  #distinct(expr: Expr): number | null {
    const set = relationsOf(this.relations, columnsOf(expr));
    if (!isSingle(set)) return null;
    const i = numberOf(set);
    return this.#estimator.distinct(toRelation(expr, this.relations[i]), this.plans[i]);
  }

  #overlapping(): { set: number; factor: number }[] {
    const pairs: { set: number; factor: number }[] = [];
    for (let a = 0; a < this.relations.length; a++) {
      for (let b = a + 1; b < this.relations.length; b++) {
        const keys = this.classes.flatMap((members): KeyCounts[] => {
          const [left, right] = [a, b].map((r) => members.find((m) => m.relation === r));
          return left === undefined || right === undefined
            ? []
            : [{ left: left.distinct, right: right.distinct }];
        });
        if (keys.length < 2) continue;
        const independent = keys.reduce((n, { left, right }) => n * Math.max(left ?? 1, right ?? 1), 1);
        const factor = independent / keyDivisor(keys, this.#domains[a], this.#domains[b]);
        pairs.push({ set: (1 << a) | (1 << b), factor });
      }
    }
    return pairs;
  }

  #connect(classSets: readonly number[]): number[] {
    const sets = [
      ...classSets,
      ...this.conditions.map((c) => c.set),
      ...this.relations.flatMap(({ attached }, i) => (attached === null ? [] : attached.needs | (1 << i))),
    ];
    const neighbours = linked(this.relations.length, sets);
    // What nothing connects is a product: of the first relation of each connected part.
    let firsts = 0;
    for (let left = this.all; left !== 0; ) {
      const first = left & -left;
      firsts |= first;
      left &= ~reachable(first, neighbours);
    }
    return linked(this.relations.length, [...sets, firsts]);
  }
}

/** The sides of an equality by the sets of a join; null where it does not stand between them. */
export function keySides({ sides }: Condition, left: number, right: number): Equality | null {
  if (sides.length === 0) return null;
  const [a, b] = sides;
  if (a.set === 0 || b.set === 0) return null;
  if (within(a.set, left) && within(b.set, right)) return [a.expr, b.expr];
  return within(b.set, left) && within(a.set, right) ? [b.expr, a.expr] : null;
}

const isEquality = (expr: Expr): expr is Extract<Expr, { kind: 'call' }> =>
  expr.kind === 'call' && /^eq_/.test(expr.fn);

/** An expression over the region's columns as one over the relation's own. */
const toRelation = (expr: Expr, { first, plan }: Relation): Expr =>
  renumber(expr, new Map(plan.schema.map((_, i) => [first + i, i])));

function restricted(relation: Relation, conditions: readonly Expr[]): Plan {
  const { plan } = relation;
  if (conditions.length === 0) return plan;
  const own = plan.kind === 'filter' ? conjuncts(plan.predicate) : [];
  const input = plan.kind === 'filter' ? plan.input : plan;
  const predicate = allOf([...own, ...conditions.map((c) => toRelation(c, relation))]);
  return pushDownFilters({ kind: 'filter', input, predicate, schema: plan.schema });
}
