/**
 * When are two answers the same? Integers, texts and truth values must be equal. Floats may differ by a billionth, since sums depend
 * on the order of additions. Engines may print a timestamp with more or fewer zeros, and a midnight as a date.
 */

import type { Answer, Cell } from './suite.ts';

const RELATIVE = 1e-9;

export const sameAnswer = (a: Answer, b: Answer): boolean =>
  a.length === b.length && a.every((row, r) => sameRow(row, b[r]));

export const sameRow = (a: readonly Cell[], b: readonly Cell[]): boolean =>
  a.length === b.length && a.every((cell, c) => sameCell(cell, b[c]));

export function sameCell(a: Cell, b: Cell): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a === 'string' && typeof b === 'string') return a === b || plainTime(a) === plainTime(b);
  if (typeof a === 'boolean' || typeof b === 'boolean') return numberOf(a) === numberOf(b);
  if (isInteger(a) && isInteger(b)) return BigInt(a) === BigInt(b);
  if (Number.isNaN(a)) return Number.isNaN(b);
  const x = numberOf(a);
  const y = numberOf(b);
  const gap = Math.abs(x - y);
  return x === y || (Number.isFinite(gap) && gap <= RELATIVE * Math.max(Math.abs(x), Math.abs(y)));
}

/** Whole numbers that a double would have to round are not among them: they may be sums of floats. */
const isInteger = (cell: Cell): cell is bigint | number =>
  typeof cell === 'bigint' || Number.isSafeInteger(cell);

/** Some clients give numbers wider than 64 bits as texts; NaN of any other text. */
const numberOf = (cell: Cell): number =>
  typeof cell === 'string' && !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(cell) ? Number.NaN : Number(cell);

const TIME = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)(?:\.(\d+))?)?$/;

function plainTime(text: string): string {
  const match = TIME.exec(text);
  if (match === null) return text;
  const [, date, clock = '00:00:00', fraction = ''] = match;
  return `${date} ${clock}.${fraction.replace(/0+$/, '')}`;
}
