/**
 * What is known of a column holds for the columns it is joined to: with `a.x = b.y` and `a.x > 5` only `b.y > 5` can match. So both
 * sides of a join read and keep fewer rows.
 *
 * From a table that rows are joined to by a left, semi or anti join nothing follows for others; to it, what holds for its partners.
 */

import { allOf, anyOf, apply } from '../../function/call.ts';
import { type ColumnExpr, column, columnsOf, type Expr, exprKey, rewrite } from '../expr.ts';
import { mapRelations, type Region, regionOf } from '../join-order/region.ts';
import type { Plan } from '../node.ts';
import { cannotFail } from './cannot-fail.ts';
import { knownOf } from './known-conditions.ts';
import { mapInputs } from './map-inputs.ts';
import { pushDownFilters } from './push-down-filters.ts';

export function transitiveFilters(plan: Plan): Plan {
  if (regionOf(plan) === null) return mapInputs(plan, transitiveFilters);
  const within = mapRelations(plan, transitiveFilters);
  const region = regionOf(within);
  if (region === null) return within;
  const added = derived(region);
  let relation = 0;
  return mapRelations(within, (input) => {
    const conditions = added[relation++];
    if (conditions.length === 0) return input;
    return pushDownFilters({ kind: 'filter', input, predicate: allOf(conditions), schema: input.schema });
  });
}

/** By relation, conditions on its own columns that it does not have yet. */
function derived({ relations, equalities }: Region): Expr[][] {
  const known = relations.map(({ plan }) => new Map(knownOf(plan).map((c) => [exprKey(c), c])));
  const added: Expr[][] = relations.map(() => []);
  const relationOf = (c: number): number => relations.findLastIndex(({ first }) => first <= c);
  /** Takes what is known of one column to another. */
  const carry = (from: number, to: number, own: number): boolean => {
    const [source, target] = [relationOf(from), relationOf(to)];
    const place = from - relations[source].first;
    const type = relations[target].plan.schema[own].type;
    let found = false;
    for (const condition of known[source].values()) {
      if (!cannotFail(condition) || columnsOf(condition).join() !== String(place)) continue;
      const carried = about(condition, column(own, type));
      if (known[target].has(exprKey(carried))) continue;
      known[target].set(exprKey(carried), carried);
      added[target].push(carried);
      found = true;
    }
    return found;
  };
  const isFree = (c: number): boolean => relations[relationOf(c)].attached === null;
  const columnPairs = equalities.flatMap(([a, b]) =>
    a.kind === 'column' && b.kind === 'column' && isFree(a.index) && isFree(b.index)
      ? [[a.index, b.index]]
      : [],
  );
  for (let again = true; again; ) {
    again = false;
    for (const [a, b] of columnPairs) {
      again = carry(a, b, b - relations[relationOf(b)].first) || again;
      again = carry(b, a, a - relations[relationOf(a)].first) || again;
    }
  }
  for (const { first, attached } of relations) {
    if (attached === null || attached.plan.nullSafe) continue;
    attached.leftKeys.forEach((key, k) => {
      const own = attached.rightKeys[k];
      if (key.kind === 'column' && own.kind === 'column' && isFree(key.index))
        carry(key.index, first + own.index, own.index);
    });
  }
  return added;
}

/** The condition of one column as one of another, which may be NULL where the first cannot. */
const about = (condition: Expr, to: ColumnExpr): Expr =>
  rewrite(condition, (node) => {
    if (node.kind === 'column') return to;
    if (node.kind === 'in')
      return { ...node, type: { ...node.type, nullable: node.type.nullable || to.type.nullable } };
    if (node.kind !== 'call') return node;
    if (node.fn === 'and') return allOf(node.args);
    return node.fn === 'or' ? anyOf(node.args) : apply(node.fn, node.args, node.type);
  });
