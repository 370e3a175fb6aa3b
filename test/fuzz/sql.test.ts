/**
 * Damaged statements of three dialects, run to their end: a result or a typed error, never one of ours, never a hang.
 * A mutation's seed and text are in the report. BASALT_FUZZ_SEED moves the seeds.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { effort } from '../effort.ts';
import { CORPUS, createTables, EXAMPLES, hasTables, type Sample, WORDS } from './corpus.ts';
import { mutate } from './mutate.ts';
import { type Failure, judgeStatement, report } from './verdict.ts';

const FIRST_SEED = Number(process.env['BASALT_FUZZ_SEED'] ?? 0);
const MUTATIONS = Number(process.env['BASALT_FUZZ_RUNS'] ?? effort(10_000, 500));

let db: Database;
beforeAll(async () => {
  db = await open();
  await createTables(db);
});
afterAll(() => db.close());

test('the corpus itself is valid, or known and refused', async () => {
  const failures: string[] = [];
  for (const { dialect, sql } of CORPUS) {
    try {
      await db.execute(sql, { dialect });
    } catch (error) {
      const { errorName, message } = error as { errorName: string; message: string };
      if (errorName !== 'NOT_IMPLEMENTED' && errorName !== 'UNKNOWN_FUNCTION')
        failures.push(`${dialect}: ${sql}\n  ${errorName}: ${message}`);
    }
  }
  expect(failures.join('\n')).toBe('');
});

test(`${MUTATIONS} damaged statements`, async () => {
  const failures: Failure[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + MUTATIONS; seed++) {
    const random = new SeededRandom(seed);
    const samples: readonly Sample[] = random.below(3) === 0 ? EXAMPLES : CORPUS;
    const { dialect, sql } = samples[random.below(samples.length)];
    const text = mutate(sql, random, WORDS);
    const verdict = await judgeStatement(db, text, dialect);
    if (verdict !== null) failures.push({ seed, text: `${dialect}: ${text}`, verdict });
    if (hasTables(db)) continue;
    await db.close();
    db = await open();
    await createTables(db);
  }
  expect(report(failures)).toBe('');
}, 240_000);
