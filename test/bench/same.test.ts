import { describe, expect, test } from 'vitest';
import { sameAnswer, sameCell } from '../../bench/compare/same.ts';
import type { Cell } from '../../bench/compare/suite.ts';

describe('cells that are the same', () => {
  const pairs: readonly (readonly [Cell, Cell])[] = [
    [null, null],
    [5, 5n],
    [18446744073709551615n, 18446744073709551615n],
    [18446744073709551615n, '18446744073709551615'],
    [1e300, 1e300 * (1 + 9e-10)],
    [-2.5, -2.5 * (1 - 9e-10)],
    [0, -0],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    // A sum as a double, and as an integer of 128 bits.
    [4.3509093289964e27, 4350909328996400000000000000n],
    [true, 1],
    [false, 0n],
    ['2013-07-01', '2013-07-01 00:00:00'],
    ['2013-07-10 10:20:30.5', '2013-07-10 10:20:30.500'],
    ['2013-07-10 10:20:30', '2013-07-10 10:20:30.000000'],
  ];
  test.each(pairs)('%s and %s', (a, b) => {
    expect(sameCell(a, b)).toBe(true);
    expect(sameCell(b, a)).toBe(true);
  });
});

describe('cells that are not', () => {
  const pairs: readonly (readonly [Cell, Cell])[] = [
    [null, 0],
    [null, ''],
    [5, 6],
    // Integers have no tolerance, however large.
    [4350909328996404491n, 4350909328996404492n],
    [10_000_000_000, 10_000_000_001],
    [10_000_000_000n, 10_000_000_001],
    [1, 1 + 2e-9],
    [1e-300, 0],
    [-1e-12, 1e-12],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 1e308],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [true, 2],
    [true, 'true'],
    ['', 0],
    ['x', 0],
    ['5', '5.0'],
    ['a', 'A'],
    ['2013-07-10', '2013-07-01'],
    ['2013-07-10 10:20:30', '2013-07-10 10:20:03'],
    ['2013-07-10 10:20:30.5', '2013-07-10 10:20:30.05'],
  ];
  test.each(pairs)('%s and %s', (a, b) => {
    expect(sameCell(a, b)).toBe(false);
    expect(sameCell(b, a)).toBe(false);
  });
});

test('answers have the same rows in the same order, each as wide', () => {
  const answer = [
    [1, 'a'],
    [2, 'b'],
  ];
  expect(sameAnswer(answer, structuredClone(answer))).toBe(true);
  for (const other of [
    [],
    answer.slice(1),
    answer.toReversed(),
    [...answer, [3, 'c']],
    [[1], [2]],
    [
      [1, 'a', null],
      [2, 'b', null],
    ],
  ])
    expect(sameAnswer(answer, other)).toBe(false);
});
