/**
 * Are answers right? Where a query's order is total they must be equal; where it is not, each must be one of the right ones.
 *
 * Any valid answer has the same sort keys at the same positions. So where an answer is not DuckDB's, DuckDB is asked for the keys, and
 * for every row of the answer whether it exists under the key of its position, as often as the answer has it.
 */

import type { EngineProcess } from './client.ts';
import { sameAnswer, sameRow } from './same.ts';
import type { Answer, Cell, EngineName, Query, Ties } from './suite.ts';

/** What the judge needs of an engine. */
export type Witness = Pick<EngineProcess, 'name' | 'run' | 'query'>;

/**
 * The engines whose answers cannot be right, going by DuckDB; without it, those that differ from the first answer.
 * @throws where rows may come in several orders, answers differ, and no DuckDB can be asked
 */
export async function wrongAnswers(
  engines: readonly Witness[],
  query: Pick<Query, 'ties'>,
  answers: ReadonlyMap<EngineName, Answer>,
): Promise<EngineName[]> {
  const names = [...answers.keys()];
  const right = answers.get('duckdb') ?? answers.get(names[0]);
  const differ = names.filter((name) => !sameAnswer(right as Answer, answers.get(name) as Answer));
  if (query.ties === undefined || differ.length === 0) return differ;
  const duckdb = engines.find((e) => e.name === 'duckdb');
  if (duckdb === undefined)
    throw new Error('answers differ in rows with equal keys, which only DuckDB can judge');
  const judged = answers.has('duckdb') ? differ : names;
  const verdicts = await judgeTies(
    duckdb,
    query.ties,
    judged.map((name) => answers.get(name) as Answer),
    answers.get('duckdb')?.[0]?.length,
  );
  return judged.filter((_, i) => !verdicts[i]);
}

/**
 * Which of the answers are right.
 * @param width columns of the result, where known
 * @returns one truth value per answer
 */
async function judgeTies(
  duckdb: Witness,
  { from, orderBy, limit }: Ties,
  answers: readonly Answer[],
  width: number | undefined,
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
  const fits = (row: readonly Cell[]): boolean =>
    width === undefined ? row.length <= columns.length : row.length === width;
  const rows = [
    ...new Set(answers.flatMap((answer) => answer.filter(fits).map((row) => looksLike(row, columns)))),
  ];
  const found =
    rows.length === 0
      ? []
      : await ask(
          `SELECT ${['*', ...keys].join(', ')} FROM judged${limit === '' ? '' : ` WHERE ${rows.map((r) => `(${r})`).join(' OR ')}`}`,
        );
  await duckdb.run('DROP TABLE judged');
  return answers.map((answer) => answer.every(fits) && isOneOf(answer, expected, found, keys.length));
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
