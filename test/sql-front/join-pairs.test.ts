import { describe, expect, test } from 'vitest';
import { connectedPairs } from '../../engine/plan/join-order/enumerate.ts';

/** Pairs of connected sets, by the closed forms of Ono and Lohman ("Measuring the Complexity of Join Enumeration", VLDB 1990). */

type Shape = { readonly edges: (n: number) => [number, number][]; readonly pairs: (n: number) => number };

const range = (n: number): number[] => [...Array(n).keys()];

const SHAPES: Readonly<Record<string, Shape>> = {
  chain: {
    edges: (n) => range(n - 1).map((i) => [i, i + 1]),
    pairs: (n) => (n ** 3 - n) / 6,
  },
  cycle: {
    edges: (n) => range(n).map((i) => [i, (i + 1) % n]),
    pairs: (n) => (n ** 3 - 2 * n ** 2 + n) / 2,
  },
  star: {
    edges: (n) => range(n - 1).map((i) => [0, i + 1]),
    pairs: (n) => (n - 1) * 2 ** (n - 2),
  },
  clique: {
    edges: (n) => range(n).flatMap((i) => range(i).map((j): [number, number] => [i, j])),
    pairs: (n) => (3 ** n - 2 ** (n + 1) + 1) / 2,
  },
};

function neighboursOf(n: number, edges: readonly [number, number][]): number[] {
  const neighbours = new Array<number>(n).fill(0);
  for (const [a, b] of edges) {
    neighbours[a] |= 1 << b;
    neighbours[b] |= 1 << a;
  }
  return neighbours;
}

function isConnected(set: number, neighbours: readonly number[]): boolean {
  let found = set & -set;
  for (let before = 0; before !== found; ) {
    before = found;
    neighbours.forEach((next, i) => {
      if ((found & (1 << i)) !== 0) found |= next & set;
    });
  }
  return found === set;
}

describe.each(Object.entries(SHAPES))('pairs of a %s', (_, { edges, pairs }) => {
  test.each([3, 4, 5, 7, 9])('of %d relations are all there, once', (n) => {
    const neighbours = neighboursOf(n, edges(n));
    const seen = new Set<string>();
    const sets = new Set(range(n).map((i) => 1 << i));
    const complete = connectedPairs(neighbours, (a, b) => {
      // Each side is an earlier pair's, or a relation.
      expect([sets.has(a), sets.has(b), a & b]).toEqual([true, true, 0]);
      expect(isConnected(a, neighbours) && isConnected(b, neighbours)).toBe(true);
      sets.add(a | b);
      seen.add([a, b].sort((x, y) => x - y).join());
      return true;
    });
    expect(complete).toBe(true);
    expect(seen.size).toBe(pairs(n));
  });

  test('stop when told to', () => {
    let left = 5;
    expect(connectedPairs(neighboursOf(6, edges(6)), () => --left > 0)).toBe(false);
    expect(left).toBe(0);
  });
});
