/** Random patterns found but for some edits, against ClickHouse (Hyperscan): which of them are, and which are refused. */

import { Session } from 'chdb';
import { describe, expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { SEED } from './run.ts';

const ATOMS = ['a', 'b', 'c', 'x', '.', '[ab]', '[^a]', '(ab|c)', 'a*', 'b+', 'c?', '(?i)B', 'x{2}'];
const QUERIES = 500;
const REFUSED = 'refused';

function query(random: SeededRandom): string {
  const some = (from: readonly string[], least: number, most: number): string =>
    Array.from(
      { length: least + random.below(most - least + 1) },
      () => from[random.below(from.length)],
    ).join('');
  const oneIn = (n: number, text: string): string => (random.below(n) === 0 ? text : '');
  const patterns = Array.from(
    { length: 1 + random.below(3) },
    () => `'${oneIn(6, '^')}${some(ATOMS, 2, 6)}${oneIn(6, '$')}'`,
  );
  const text = some(['a', 'b', 'c', 'x'], 3, 14);
  return `SELECT toString(multiFuzzyMatchAllIndices('${text}', ${1 + random.below(3)}, [${patterns.join(', ')}]))`;
}

describe('multiFuzzyMatchAllIndices', () => {
  it('finds what ClickHouse finds, in its order', { timeout: 120_000 }, async () => {
    const random = new SeededRandom(SEED);
    const [ours, theirs] = [await open(), new Session()];
    const differences: string[] = [];
    let found = 0;
    for (let i = 0; i < QUERIES; i++) {
      const sql = query(random);
      let answer = '';
      try {
        for await (const row of await ours.query(sql, { dialect: 'clickhouse' }))
          answer = String(Object.values(row)[0]);
      } catch {
        answer = REFUSED;
      }
      let wanted: string;
      try {
        wanted = theirs.query(sql, 'TSVRaw').trim();
      } catch {
        wanted = REFUSED;
      }
      if (answer !== wanted) differences.push(`${sql}\n ${answer}, not ${wanted}`);
      if (wanted !== REFUSED) found++;
    }
    theirs.cleanup();
    await ours.close();
    expect(differences).toEqual([]);
    expect(found).toBeGreaterThan(QUERIES / 5);
  });
});
