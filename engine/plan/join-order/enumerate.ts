/**
 * The cheapest order of a join graph. All orders whose sides are connected, by dynamic programming over pairs of connected sets
 * (DPccp: Moerkotte and Neumann, "Analysis of Two Existing and One New Dynamic Programming Algorithm", VLDB 2006); where these are
 * too many, whatever gives the fewest rows next.
 */

import { cheaper, type Joined, joined, relation } from './cost.ts';
import type { JoinGraph } from './graph.ts';
import { numberOf } from './relation-set.ts';

/** Pairs that are looked at one by one: some milliseconds. */
const MAX_PAIRS = 12_000;

/** Null when no order was found. */
export function bestOrder(graph: JoinGraph): Joined | null {
  let pairs = 0;
  const areFew = connectedPairs(graph.neighbours, () => ++pairs < MAX_PAIRS);
  return areFew ? cheapestOrder(graph) : greedyOrder(graph);
}

function cheapestOrder(graph: JoinGraph): Joined | null {
  const best = new Map<number, Joined>(graph.relations.map((_, i) => [1 << i, relation(graph, i)]));
  connectedPairs(graph.neighbours, (a, b) => {
    const [left, right] = [best.get(a), best.get(b)];
    if (left !== undefined && right !== undefined) {
      const found = cheaper(best.get(a | b) ?? null, joined(graph, left, right));
      if (found !== null) best.set(a | b, found);
    }
    return true;
  });
  return best.get(graph.all) ?? null;
}

/**
 * Every pair of connected sets that are connected to each other, once, smaller sets before those they are part of; until `visit`
 * answers false.
 * @returns whether all of them were visited
 */
export function connectedPairs(
  neighbours: readonly number[],
  visit: (a: number, b: number) => boolean,
): boolean {
  const near = (set: number): number => {
    let found = 0;
    for (let rest = set; rest !== 0; rest &= rest - 1) found |= neighbours[numberOf(rest & -rest)];
    return found & ~set;
  };
  /** Relations up to the lowest of the set. */
  const upTo = (set: number): number => ((set & -set) << 1) - 1;
  const subsets = (set: number, use: (subset: number) => boolean): boolean => {
    for (let subset = set & -set; subset !== 0; subset = (subset - set) & set) if (!use(subset)) return false;
    return true;
  };
  const grow = (set: number, without: number, use: (set: number) => boolean): boolean => {
    const next = near(set) & ~without;
    return (
      subsets(next, (more) => use(set | more)) &&
      subsets(next, (more) => grow(set | more, without | next, use))
    );
  };
  const partners = (set: number): boolean => {
    const without = upTo(set) | set;
    const next = near(set) & ~without;
    for (let rest = next; rest !== 0; ) {
      const one = 1 << numberOf(rest);
      rest &= ~one;
      const pair = (other: number): boolean => visit(set, other);
      if (!pair(one) || !grow(one, without | (next & (one - 1)) | one, pair)) return false;
    }
    return true;
  };
  for (let i = neighbours.length - 1; i >= 0; i--) {
    const one = 1 << i;
    if (!partners(one) || !grow(one, upTo(one), partners)) return false;
  }
  return true;
}

/** Of all pairs that can be joined, the one that gives the fewest rows, again and again. */
export function greedyOrder(graph: JoinGraph): Joined | null {
  let sets = graph.relations.map((_, i) => relation(graph, i));
  while (sets.length > 1) {
    let next: Joined | null = null;
    sets.forEach((a, i) => {
      for (const b of sets.slice(i + 1)) {
        const pair = joined(graph, a, b);
        if (pair !== null && (next === null || compare(pair, next) < 0)) next = pair;
      }
    });
    const chosen: Joined | null = next;
    if (chosen === null) return null;
    const { set } = chosen as Joined;
    sets = [...sets.filter((s) => (s.set & set) === 0), chosen];
  }
  return sets[0];
}

const compare = (a: Joined, b: Joined): number => a.rows - b.rows || a.cost - b.cost;
