/**
 * The project's one format of golden SQL files.
 *
 *   # a comment; the first one says where the expected values come from
 *   dialect clickhouse            what follows is in this dialect (standard until said otherwise)
 *
 *   statement                     must succeed; its result does not matter
 *   CREATE TABLE t (a INTEGER)
 *
 *   query                         must give these rows, in this order ("query unordered": in any;
 *                                 "query by-hand": test/oracle/fill.ts leaves the rows alone)
 *   SELECT a, b FROM t
 *   ----
 *   1 | x
 *   NULL | y
 *
 *   error UNKNOWN_TABLE 1:15      must fail with this error, at this line and column if they are given
 *   SELECT * FROM nope
 *   ----
 *   at nope                       the text of the statement it stands at, <end> behind the last word
 *   hint named                    what the hint says, among other things
 *
 * Records are separated by empty lines. Cells: NULL, true, false, numbers as JavaScript prints them, timestamps as
 * `2015-09-12 00:46:58.771`, text as it is with \n and \t escaped, the empty string as (empty).
 */

import type { Dialect } from '../../database/index.ts';

export type GoldenRecord = {
  readonly kind: 'statement' | 'query' | 'error';
  readonly dialect: Dialect;
  readonly sql: string;
  readonly line: number;
  readonly unordered: boolean;
  readonly expected: readonly string[];
  readonly error: string | null;
  /** `line:column` of the error; null where it does not matter. */
  readonly position: string | null;
  /** What an error stands at, and part of its hint; null where they do not matter. */
  readonly at: string | null;
  readonly hint: string | null;
  readonly byHand: boolean;
};

export function parseGolden(text: string): GoldenRecord[] {
  const records: GoldenRecord[] = [];
  let dialect: Dialect = 'standard';
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; ) {
    if (lines[i].trim() === '' || lines[i].startsWith('#')) {
      i++;
      continue;
    }
    const [head, ...options] = lines[i].split(' ');
    const line = i + 1;
    if (head === 'dialect') {
      dialect = options[0] as Dialect;
      i++;
      continue;
    }
    if (head !== 'statement' && head !== 'query' && head !== 'error')
      throw new Error(`line ${line}: ${lines[i]}`);
    const block: string[] = [];
    for (i++; i < lines.length && lines[i].trim() !== ''; i++) block.push(lines[i]);
    const cut = block.indexOf('----');
    records.push({
      kind: head,
      dialect,
      sql: (cut < 0 ? block : block.slice(0, cut)).join('\n'),
      line,
      unordered: options.includes('unordered'),
      byHand: options.includes('by-hand'),
      expected: cut < 0 ? [] : block.slice(cut + 1),
      error: head === 'error' ? options[0] : null,
      position: head === 'error' ? (options[1] ?? null) : null,
      at: told(block, 'at'),
      hint: told(block, 'hint'),
    });
  }
  return records;
}

/** What an error's block says behind a word. */
const told = (block: readonly string[], word: string): string | null =>
  block.findLast((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? null;

/** A row as golden files write it. */
export const goldenRow = (row: readonly unknown[]): string => row.map(goldenCell).join(' | ');

function goldenCell(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value === '') return '(empty)';
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e21)
    return BigInt(value).toString();
  return String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Cells are the same text, or numbers equal to nine digits: sums of floats depend on their order. */
export function sameRow(actual: string, expected: string): boolean {
  if (actual === expected) return true;
  const a = actual.split(' | ');
  const e = expected.split(' | ');
  return a.length === e.length && a.every((cell, i) => cell === e[i] || closeNumbers(cell, e[i]));
}

function closeNumbers(a: string, b: string): boolean {
  if (!/\d/.test(a) || !/[.e]/.test(a + b)) return false;
  const x = Number(a);
  const y = Number(b);
  return (
    Number.isFinite(x) && Number.isFinite(y) && Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y))
  );
}
