/** The loop both peers share: the same random queries to both sides, answers as text, differences collected. */

import type { Random } from '../../engine/base/random.ts';
import { answerText, type Difference } from './compare.ts';
import { isKnownError, isKnownQuery, type Peer } from './known.ts';
import { QueryGenerator, type Target } from './query-generator.ts';

/** Which random queries, and how many. */
export const SEED = Number(process.env['BASALT_ORACLE_SEED'] ?? 1);
export const QUERIES = Number(process.env['BASALT_ORACLE_QUERIES'] ?? 2500);
export const ROWS = 300;

export type Rows = readonly (readonly unknown[])[];
export type Side = (sql: string) => Promise<Rows>;

export type Comparison = {
  /** Queries both sides answered, alike. */
  readonly compared: number;
  /** Queries both sides refused; the texts of errors are not compared. */
  readonly refused: number;
  /** Queries left out because of a known difference. */
  readonly known: number;
  readonly differences: readonly Difference[];
};

export async function compareQueries(
  peer: Peer,
  target: Target,
  random: Random,
  theirSide: Side,
  ourSide: Side,
): Promise<Comparison> {
  const generator = new QueryGenerator(random);
  const differences: Difference[] = [];
  let [compared, refused, known] = [0, 0, 0];
  for (let index = 0; index < QUERIES; index++) {
    const query = generator.query();
    const sql = query.sql[target];
    if (isKnownQuery(peer, sql)) {
      known++;
      continue;
    }
    const theirs = await answer(theirSide, sql, query.ordered);
    const ours = await answer(ourSide, sql, query.ordered);
    if (isError(theirs) && isKnownError(peer, theirs)) known++;
    else if (isError(theirs) && isError(ours)) refused++;
    else if (theirs === ours) compared++;
    else differences.push({ seed: SEED, index, sql, ours, theirs });
  }
  return { compared, refused, known, differences };
}

const isError = (text: string): boolean => text.startsWith('error: ');

async function answer(side: Side, sql: string, ordered: boolean): Promise<string> {
  try {
    return answerText(await side(sql), ordered);
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  }
}
