/** Sets of relations as bits of a positive 32-bit integer, and what connects them. */

export const has = (set: number, relation: number): boolean => (set & (1 << relation)) !== 0;
export const within = (set: number, other: number): boolean => (set & ~other) === 0;
export const isSingle = (set: number): boolean => set !== 0 && (set & (set - 1)) === 0;
export const numberOf = (set: number): number => 31 - Math.clz32(set);

/** By relation: the others of all sets it is in. */
export function linked(relations: number, sets: readonly number[]): number[] {
  return Array.from({ length: relations }, (_, i) =>
    sets.reduce((near, set) => (has(set, i) ? near | (set & ~(1 << i)) : near), 0),
  );
}

/** What can be reached from a set, itself included. */
export function reachable(from: number, neighbours: readonly number[]): number {
  let set = from;
  for (let before = 0; before !== set; ) {
    before = set;
    neighbours.forEach((next, i) => {
      if (has(set, i)) set |= next;
    });
  }
  return set;
}
