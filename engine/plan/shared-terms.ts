/**
 * Expressions that stand in several places over the same rows and give the same in all of them. Whoever runs these places computes each
 * once a batch (exec/expression/once.ts). The plan stays as it is, so what reads its structure (bounds, indexes, metadata) finds it, and
 * a branch of CASE computes nothing for rows that do not come to it.
 */

import { children, type Expr, exprKey, mapChildren } from './expr.ts';
import { exprsOf } from './exprs-of.ts';
import type { Plan } from './node.ts';
import { isDeterministicCall } from './rules/deterministic.ts';

/** By place, the number of the expression that stands there. Places that share nothing are not in it. */
export type SharedTerms = ReadonlyMap<Expr, number>;

/** Rows that a branch of CASE sees are some of those that `of` sees; null: all of them. */
type Scope = { readonly of: Scope } | null;
type Place = { readonly expr: Expr; readonly scope: Scope };

/** What is shared only within an expression that is shared itself is not in it. */
export function sharedTerms(exprs: readonly Expr[]): SharedTerms {
  const terms = new Terms();
  const seen = new Map<number, Place[]>();
  const visit = (expr: Expr, scope: Scope): void => {
    const term = terms.of(expr);
    const places = term.isShareable ? seen.get(term.number) : undefined;
    places?.push({ expr, scope });
    if (places !== undefined) return;
    if (term.isShareable) seen.set(term.number, [{ expr, scope }]);
    if (expr.kind !== 'case') {
      for (const child of children(expr)) visit(child, scope);
      return;
    }
    let rest = scope;
    for (const branch of expr.branches) {
      visit(branch.when, rest);
      visit(branch.value, { of: rest });
      rest = { of: rest };
    }
    visit(expr.otherwise, rest);
  };
  for (const expr of exprs) visit(expr, null);
  const shared = [...seen].filter(([, places]) => areShared(places));
  return new Map(shared.flatMap(([number, places]) => places.map(({ expr }) => [expr, number] as const)));
}

/** Whether one of them sees all rows that another one sees. */
function areShared(places: readonly Place[]): boolean {
  const scopes = new Set<Scope>();
  return (
    places.some(({ scope }) => {
      const isKnown = scopes.has(scope);
      scopes.add(scope);
      return isKnown;
    }) || [...scopes].some((scope) => isWithinOther(scope, scopes))
  );
}

function isWithinOther(scope: Scope, scopes: ReadonlySet<Scope>): boolean {
  for (let wider = scope; wider !== null; ) {
    wider = wider.of;
    if (scopes.has(wider)) return true;
  }
  return false;
}

/** What a node computes once though it stands in several places: in the node itself, or in it and in filters right below. */
export function termsSharedIn(plan: Plan): readonly Expr[] {
  // A join's sides are rows of their own.
  if (plan.kind === 'join') return [];
  const terms = new Map<number, Expr>();
  const own = new Set<Expr>();
  const note = (expr: Expr): void => {
    own.add(expr);
    children(expr).forEach(note);
  };
  exprsOf(plan).forEach(note);
  const below = 'input' in plan ? filtersAtop(plan.input) : [];
  for (const [expr, number] of sharedTerms([...below, ...exprsOf(plan)]))
    if (own.has(expr) && !terms.has(number)) terms.set(number, expr);
  return [...terms.values()];
}

function filtersAtop(plan: Plan): readonly Expr[] {
  if (plan.kind === 'filter') return [...filtersAtop(plan.input), plan.predicate];
  return plan.kind === 'scan' ? exprsOf(plan) : [];
}

type Term = {
  readonly number: number;
  /** It gives the same for the same row. */
  readonly isPure: boolean;
  readonly readsColumns: boolean;
  /** Computing it takes more than reading a column. */
  readonly isShareable: boolean;
};

/** Numbers expressions: equal ones have one number. */
class Terms {
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<Expr, Term>();
  readonly #lists = new Map<readonly unknown[], number>();

  of(expr: Expr): Term {
    let term = this.#known.get(expr);
    if (term === undefined) {
      term = this.#visited(expr);
      this.#known.set(expr, term);
    }
    return term;
  }

  #visited(expr: Expr): Term {
    const parts = children(expr).map((child) => this.of(child));
    const isPure = parts.every((part) => part.isPure) && (expr.kind !== 'call' || isDeterministicCall(expr));
    const readsColumns = expr.kind === 'column' || parts.some((part) => part.readsColumns);
    const key = this.#key(expr, parts);
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    return { number, isPure, readsColumns, isShareable: parts.length > 0 && isPure && readsColumns };
  }

  /** The expression as text, with numbers in the place of its parts, and of lists, which are one when they are the same object. */
  #key(expr: Expr, parts: readonly Term[]): string {
    let next = 0;
    const flat = mapChildren(expr, ({ type }) => ({ kind: 'outer', id: parts[next++].number, type }));
    if (flat.kind !== 'in') return exprKey(flat);
    const list = this.#lists.get(flat.list) ?? this.#lists.size;
    this.#lists.set(flat.list, list);
    return exprKey({ ...flat, list: [BigInt(list)] });
  }
}
