/**
 * What a join of two joined sets costs. A unit is about a row that probes a small table; rows of a right side cost more, since they
 * are kept, and more yet when their table leaves the caches.
 */

import type { JoinGraph } from './graph.ts';
import { numberOf, within } from './relation-set.ts';

/** A way to join a set of relations. */
export type Joined = {
  readonly set: number;
  readonly rows: number;
  /** Of all joins in it; reading the relations costs the same in any order. */
  readonly cost: number;
  /** Null for a relation by itself. */
  readonly sides: readonly [Joined, Joined] | null;
};

type Level = { readonly upTo: number; readonly build: number; readonly probe: number };

/** By rows of the right side. */
const LEVELS: readonly Level[] = [
  { upTo: 1 << 16, build: 2, probe: 1 },
  { upTo: 1 << 20, build: 3, probe: 1.5 },
  { upTo: Infinity, build: 4, probe: 2.5 },
];
const OUTPUT = 1;
/** Of a column that a right row has. */
const COLUMN = 0.25;
/** A pair of a product, most of which a condition will drop. */
const PAIR = 1;

export function relation(graph: JoinGraph, number: number): Joined {
  const set = 1 << number;
  return { set, rows: graph.rows(set), cost: 0, sides: null };
}

/** The sides as given, the second one kept; null when they cannot be joined so. */
export function joinedAs(graph: JoinGraph, left: Joined, right: Joined): Joined | null {
  const attached = attachment(graph, right);
  // A left join may keep its left side instead: it is a right join then.
  const exchanged = attachment(graph, left);
  if (exchanged !== null) {
    if (attached !== null || exchanged.join !== 'left' || !within(exchanged.needs, right.set)) return null;
  } else if (attached !== null && !within(attached.needs, left.set)) return null;
  const set = left.set | right.set;
  const rows = graph.rows(set);
  const keyed = attached !== null || exchanged !== null || graph.isKeyed(left.set, right.set);
  const level = LEVELS.find(({ upTo }) => right.rows <= upTo) as Level;
  const work = keyed ? left.rows * level.probe : left.rows * right.rows * PAIR;
  const kept = right.rows * (level.build + COLUMN * graph.width(right.set));
  const cost = left.cost + right.cost + work + kept + rows * OUTPUT;
  return { set, rows, cost, sides: [left, right] };
}

/** The cheaper way round; null when there is none. */
export function joined(graph: JoinGraph, a: Joined, b: Joined): Joined | null {
  return cheaper(joinedAs(graph, a, b), joinedAs(graph, b, a));
}

export const cheaper = (a: Joined | null, b: Joined | null): Joined | null =>
  a === null || (b !== null && b.cost < a.cost) ? b : a;

/** How a relation by itself comes to others; null: freely. */
export const attachment = (graph: JoinGraph, { set, sides }: Joined) =>
  sides === null ? graph.relations[numberOf(set)].attached : null;
