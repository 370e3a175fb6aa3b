/**
 * Are answers right? Where a query's order is total they must be equal; where it is not, each must be one of the right ones.
 *
 * Any valid answer has the same sort keys at the same positions. So DuckDB is asked for the keys, and for every row of the answer whether
 * it exists under the key of its position, as often as the answer has it.
 */

import type { EngineProcess } from './client.ts';
import type { Answer, Cell, Ties } from './suite.ts';

/** Floats may differ in their last digits: sums depend on the order of additions. */
const RELATIVE = 1e-9;

export function sameAnswer(a: Answer, b: Answer): boolean {
  return a.length === b.length && a.every((row, r) => sameRow(row, b[r]));
}

const sameRow = (a: readonly Cell[], b: readonly Cell[]): boolean =>
  a.length === b.length && a.every((cell, c) => sameCell(cell, b[c]));

function sameCell(a: Cell, b: Cell): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a === 'boolean' || typeof b === 'boolean') return Boolean(Number(a)) === Boolean(Number(b));
  if (typeof a === 'string' && typeof b === 'string') return sameText(a, b);
  const x = Number(a);
  const y = Number(b);
  return x === y || Math.abs(x - y) <= RELATIVE * Math.max(Math.abs(x), Math.abs(y));
}

/** Timestamps print with as many digits as their type has. */
const sameText = (a: string, b: string): boolean => a === b || plainTime(a) === plainTime(b);
const plainTime = (text: string): string =>
  /^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d+)?)?$/.test(text)
    ? text.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros)).replace(/ 00:00:00$/, '')
    : text;

export class TieJudge {
  readonly #duckdb: EngineProcess;
  readonly #ties: Ties;
  #keys: Answer | null = null;

  constructor(duckdb: EngineProcess, ties: Ties) {
    this.#duckdb = duckdb;
    this.#ties = ties;
  }

  async accepts(answer: Answer): Promise<boolean> {
    const { from, orderBy, limit } = this.#ties;
    const width = answer[0]?.length ?? 0;
    const ordered = orderBy === '' ? '' : `ORDER BY ${orderBy}`;
    this.#keys ??= (await this.#duckdb.query(`SELECT * FROM (${from}) AS q ${ordered} LIMIT ${limit}`, true))
      .answer as Answer;
    const expected = this.#keys;
    if (expected.length !== answer.length) return false;
    if (answer.length === 0) return true;
    const found = await this.#candidates(from, answer);
    const used = new Set<number>();
    return answer.every((row, r) => {
      const at = found.findIndex(
        (candidate, i) =>
          !used.has(i) &&
          sameRow(candidate.slice(0, width), row) &&
          sameRow(candidate.slice(width), expected[r].slice(width)),
      );
      used.add(at);
      return at >= 0;
    });
  }

  /** Rows of the whole result, keys included, that look like a row of the answer. */
  async #candidates(from: string, answer: Answer): Promise<Answer> {
    const names = (
      await this.#duckdb.query(`SELECT column_name FROM (DESCRIBE SELECT * FROM (${from}) AS q)`, true)
    ).answer as Answer;
    const rows = answer.map((row) =>
      row
        .map((cell, c) => ({ cell, name: `"${String(names[c][0]).replaceAll('"', '""')}"` }))
        .filter(({ cell }) => typeof cell !== 'number' || Number.isInteger(cell))
        .map(({ cell, name }) => `${name} IS NOT DISTINCT FROM ${literal(cell)}`)
        .join(' AND '),
    );
    const where = [...new Set(rows)].map((row) => `(${row})`).join(' OR ');
    return (await this.#duckdb.query(`SELECT * FROM (${from}) AS q WHERE ${where}`, true)).answer as Answer;
  }
}

const literal = (cell: Cell): string =>
  typeof cell === 'string' ? `'${cell.replaceAll("'", "''")}'` : cell === null ? 'NULL' : String(cell);
