/**
 * Are answers right? Where a query's order is total they must be equal; where it is not, each must be one of the right ones.
 *
 * Any valid answer has the same sort keys at the same positions. So where an answer is not DuckDB's, DuckDB is asked for the keys, and
 * for every row of the answer whether it exists under the key of its position, as often as the answer has it.
 */

import type { EngineProcess } from './client.ts';
import type { Answer, Cell, EngineName, Query, Ties } from './suite.ts';

/** Floats may differ in their last digits: sums depend on the order of additions. */
const RELATIVE = 1e-9;

function sameAnswer(a: Answer, b: Answer): boolean {
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

/** The engines whose answers cannot be right, going by DuckDB; without it, those that differ from the first answer. */
export async function wrongAnswers(
  engines: readonly EngineProcess[],
  query: Query,
  answers: ReadonlyMap<EngineName, Answer>,
): Promise<EngineName[]> {
  const names = [...answers.keys()];
  const right = answers.get('duckdb') ?? answers.get(names[0]);
  const differ = names.filter((name) => !sameAnswer(right as Answer, answers.get(name) as Answer));
  if (query.ties === undefined) return differ;
  const duckdb = engines.find((e) => e.name === 'duckdb');
  if (duckdb === undefined || differ.length === 0) return [];
  const verdicts = await judgeTies(
    duckdb,
    query.ties,
    differ.map((name) => answers.get(name) as Answer),
  );
  return differ.filter((_, i) => !verdicts[i]);
}

/**
 * Which of the answers are right.
 * @returns one truth value per answer
 */
async function judgeTies(
  duckdb: EngineProcess,
  { from, orderBy, limit }: Ties,
  answers: readonly Answer[],
): Promise<boolean[]> {
  const ask = async (sql: string): Promise<Answer> => (await duckdb.query(sql, true)).answer as Answer;
  // Made once: the whole result can be large, and is asked for keys and for rows.
  await duckdb.run(`CREATE OR REPLACE TEMP TABLE judged AS ${from}`);
  const keys = orderBy === '' ? [] : orderBy.split(',').map((key) => key.trim().split(/\s+/)[0]);
  const ordered = keys.length === 0 ? '' : ` ORDER BY ${orderBy}`;
  const limited = limit === '' ? '' : ` LIMIT ${limit}`;
  const expected = await ask(
    `SELECT ${keys.length === 0 ? '1' : keys.join(', ')} FROM judged${ordered}${limited}`,
  );
  const columns = await ask('SELECT column_name, column_type FROM (DESCRIBE judged)');
  const rows = [...new Set(answers.flatMap((answer) => answer.map((row) => looksLike(row, columns))))];
  const found =
    rows.length === 0
      ? []
      : await ask(
          `SELECT ${['*', ...keys].join(', ')} FROM judged${limit === '' ? '' : ` WHERE ${rows.map((r) => `(${r})`).join(' OR ')}`}`,
        );
  await duckdb.run('DROP TABLE judged');
  return answers.map((answer) => isOneOf(answer, expected, found, keys.length));
}

/** Every row of the answer is among the candidates, under the keys expected at its position, as often as the answer has it. */
function isOneOf(answer: Answer, expected: Answer, candidates: Answer, keys: number): boolean {
  if (expected.length !== answer.length) return false;
  const used = new Set<number>();
  return answer.every((row, r) => {
    const at = candidates.findIndex(
      (candidate, i) =>
        !used.has(i) &&
        sameRow(candidate.slice(0, row.length), row) &&
        (keys === 0 || sameRow(candidate.slice(-keys), expected[r])),
    );
    used.add(at);
    return at >= 0;
  });
}

/** A condition that holds for rows like this one; floats are left to the comparison of cells. */
const looksLike = (row: readonly Cell[], columns: Answer): string =>
  row
    .map((cell, c) => ({
      cell,
      name: `"${String(columns[c][0]).replaceAll('"', '""')}"`,
      type: columns[c][1],
    }))
    .filter(({ cell, type }) => type !== 'DOUBLE' && (typeof cell !== 'number' || Number.isInteger(cell)))
    .map(({ cell, name }) => `${name} IS NOT DISTINCT FROM ${literal(cell)}`)
    .concat('true')
    .join(' AND ');

const literal = (cell: Cell): string =>
  typeof cell === 'string' ? `'${cell.replaceAll("'", "''")}'` : cell === null ? 'NULL' : String(cell);
