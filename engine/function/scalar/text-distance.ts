/** How far two texts are from each other, in bytes or characters. */

import { byteStringOf } from '../../base/byte-string.ts';
import { BasaltError } from '../../base/error.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

type Units = ArrayLike<string>;

/** Comparisons of two long texts take time that grows with the product of their lengths. */
const MAX_CELLS = 2 ** 28;
/** Cells that are kept, of four bytes each. */
const MAX_KEPT_CELLS = 2 ** 24;

function bounded(a: Units, b: Units, cells = a.length * b.length, most = MAX_CELLS): void {
  if (cells > most)
    throw new BasaltError(
      'LIMIT_EXCEEDED',
      `Texts of ${a.length} and ${b.length} are too long to be compared`,
    );
}

/** @param swaps whether two neighbours that change places are one step */
function edits(a: Units, b: Units, swaps: boolean): number {
  bounded(a, b);
  let older: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (swaps && i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, older[j - 2] + 1);
      row.push(cost);
    }
    [older, last] = [last, row];
  }
  return last[b.length];
}

/**
 * Edits and swaps of neighbours that may have others between, in time and room of the product of the lengths: the algorithm of Lowrance
 * and Wagner. Unlike in {@link edits} a part may be edited after it was swapped: `ca` becomes `abc` in two steps.
 */
function editsAndSwaps(a: string, b: string): number {
  const [rows, columns] = [a.length + 2, b.length + 2];
  bounded(a, b, rows * columns, MAX_KEPT_CELLS);
  const cost = new Int32Array(rows * columns).fill(a.length + b.length);
  for (let i = 0; i <= a.length; i++) cost[(i + 1) * columns + 1] = i;
  for (let j = 0; j <= b.length; j++) cost[columns + j + 1] = j;
  /** The last row in which a unit was seen. */
  const seen = new Map<string, number>();
  for (let i = 1; i <= a.length; i++) {
    let lastMatch = 0;
    for (let j = 1; j <= b.length; j++) {
      const [row, column] = [seen.get(b[j - 1]) ?? 0, lastMatch];
      const same = a[i - 1] === b[j - 1];
      if (same) lastMatch = j;
      cost[(i + 1) * columns + j + 1] = Math.min(
        cost[i * columns + j] + (same ? 0 : 1),
        cost[(i + 1) * columns + j] + 1,
        cost[i * columns + j + 1] + 1,
        cost[row * columns + column] + (i - row - 1) + 1 + (j - column - 1),
      );
    }
    seen.set(a[i - 1], i);
  }
  return cost[rows * columns - 1];
}

function hamming(a: string, b: string): number {
  let count = Math.abs(a.length - b.length);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) count += 1;
  return count;
}

/** Of an empty text ClickHouse gives the length of the other. */
function jaro(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  bounded(a, b);
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = Array<boolean>(b.length).fill(false);
  const ofA: string[] = [];
  for (let i = 0; i < a.length; i++)
    for (let j = Math.max(0, i - reach); j < Math.min(b.length, i + reach + 1); j++)
      if (!taken[j] && a[i] === b[j]) {
        taken[j] = true;
        ofA.push(a[i]);
        break;
      }
  const common = ofA.length;
  if (common === 0) return 0;
  const ofB = Array.from(b).filter((_, j) => taken[j]);
  const swapped = ofA.filter((unit, i) => unit !== ofB[i]).length / 2;
  return (common / a.length + common / b.length + (common - swapped) / common) * (1 / 3);
}

function jaroWinkler(a: string, b: string): number {
  const similarity = jaro(a, b);
  if (similarity <= 0.7 || a === '' || b === '') return similarity;
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && prefix < b.length && a[prefix] === b[prefix]) prefix += 1;
  return similarity + prefix * 0.1 * (1 - similarity);
}

/** Units that both have, of all that one has. */
function jaccard(a: Units, b: Units): number {
  const [left, right] = [new Set(Array.from(a)), new Set(Array.from(b))];
  let common = 0;
  for (const unit of left) if (right.has(unit)) common += 1;
  const all = left.size + right.size - common;
  return all === 0 ? 0 : common / all;
}

/** ClickHouse counts bytes where one text is empty. */
const editsInChars = (a: string, b: string): number =>
  a === '' || b === '' ? byteStringOf(a + b).length : edits(Array.from(a), Array.from(b), false);

/** DuckDB's: nothing is like an empty text. */
const ofSome =
  (similarity: (a: string, b: string) => number) =>
  (a: string, b: string): number =>
    a === '' || b === '' ? 0 : similarity(a, b);

function hammingOfEqual(a: string, b: string): number {
  if (a.length === b.length) return hamming(a, b);
  throw new BasaltError(
    'BAD_ARGUMENTS',
    `hamming compares texts of equal length, not ${a.length} and ${b.length} bytes`,
  );
}

function jaccardOfSome(a: Units, b: Units): number {
  if (a.length > 0 && b.length > 0) return jaccard(a, b);
  throw new BasaltError('BAD_ARGUMENTS', 'jaccard compares texts that are not empty');
}

const inBytes =
  (distance: (a: string, b: string) => number) =>
  (a: string, b: string): number =>
    distance(byteStringOf(a), byteStringOf(b));
const inChars =
  (distance: (a: Units, b: Units) => number) =>
  (a: string, b: string): number =>
    distance(Array.from(a), Array.from(b));

export const TEXT_DISTANCE: readonly Implementation[] = [
  implement(
    'edit_distance_bytes',
    ['str', 'str'],
    'i64',
    inBytes((a, b) => edits(a, b, false)),
  ),
  implement('edit_distance_chars', ['str', 'str'], 'i64', editsInChars),
  implement(
    'damerau_bytes',
    ['str', 'str'],
    'i64',
    inBytes((a, b) => edits(a, b, true)),
  ),
  implement('damerau_standard', ['str', 'str'], 'i64', inBytes(editsAndSwaps)),
  implement('hamming_bytes', ['str', 'str'], 'i64', inBytes(hamming)),
  implement('jaro_bytes', ['str', 'str'], 'f64', inBytes(jaro)),
  implement('jaro_winkler_bytes', ['str', 'str'], 'f64', inBytes(jaroWinkler)),
  implement('hamming_equal', ['str', 'str'], 'i64', inBytes(hammingOfEqual)),
  implement('jaro_standard', ['str', 'str'], 'f64', inBytes(ofSome(jaro))),
  implement('jaro_winkler_standard', ['str', 'str'], 'f64', inBytes(ofSome(jaroWinkler))),
  implement('jaccard_of_some', ['str', 'str'], 'f64', inBytes(jaccardOfSome)),
  implement('jaccard_bytes', ['str', 'str'], 'f64', inBytes(jaccard)),
  implement('jaccard_chars', ['str', 'str'], 'f64', inChars(jaccard)),
];
