/**
 * Power cuts while documents are inserted, flushed, merged, hidden and renamed: after each, the next process finds every step whole or
 * not at all, and the columns of paths say what the documents say.
 */

import { expect, it } from 'vitest';
import type { Database } from '../../database/index.ts';
import type { FaultFileSystem } from '../../storage/fs/fault.ts';
import { type Cut, cutEverywhere, openAt, wholeDisk } from './power-cut.ts';

const NO_MERGES = { merge: { fanIn: 1000, maxInputs: 1000, maxRows: 1, maxBytes: 1 } };
const run = (db: Database, sql: string) => db.execute(sql, { dialect: 'clickhouse' });

/** Rows [from, from + 200): `n` their number, `s` one of seven texts, and a path that only some have. */
const insert = (from: number): string =>
  `INSERT INTO t SELECT number, concat('{"n":', toString(number), ',"s":"v', toString(number % 7), '"', if(number % 3 = 0, ',"o":{"x":1.5}', ''), '}') FROM numbers(${from}, 200)`;

type Step = { readonly sql: string; readonly rows: readonly number[]; readonly column?: string };
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

const STEPS: readonly Step[] = [
  { sql: 'CREATE TABLE t (k Int64, j JSON) ENGINE = MergeTree ORDER BY k', rows: [] },
  { sql: insert(0), rows: range(0, 200) },
  { sql: 'OPTIMIZE TABLE t', rows: range(0, 200) },
  { sql: insert(200), rows: range(0, 400) },
  { sql: 'OPTIMIZE TABLE t FINAL', rows: range(0, 400) },
  { sql: "DELETE FROM t WHERE j.s = 'v3'", rows: range(0, 400).filter((n) => n % 7 !== 3) },
  { sql: 'ALTER TABLE t RENAME COLUMN j TO d', rows: range(0, 400).filter((n) => n % 7 !== 3), column: 'd' },
];

/** What the paths say, and the same of the documents, read as texts. */
const summary = (rows: readonly number[]): string =>
  JSON.stringify([
    rows.length,
    rows.reduce((sum, n) => sum + n, 0),
    rows.filter((n) => n % 7 === 5).length,
    rows.filter((n) => n % 3 === 0).length * 1.5,
  ]);

async function read(db: Database, column: string): Promise<readonly string[]> {
  const of = (int: string, text: string, float: string): string =>
    `SELECT count(), sum(${int}), countIf(${text} = 'v5'), sum(${float}) FROM t`;
  const json = `toString(${column})`;
  const queries = [
    of(`JSONExtractInt(${column}, 'n')`, `${column}.s`, `JSONExtractFloat(${column}, 'o', 'x')`),
    of(
      `JSONExtractInt(concat(${json}, ''), 'n')`,
      `JSONExtractString(concat(${json}, ''), 's')`,
      `JSONExtractFloat(concat(${json}, ''), 'o', 'x')`,
    ),
  ];
  const answers: string[] = [];
  for (const sql of queries) answers.push(JSON.stringify((await run(db, sql)).rows[0]));
  return answers;
}

async function perform(fs: FaultFileSystem): Promise<number> {
  const db = await openAt(fs, NO_MERGES);
  let done = 0;
  try {
    for (const { sql } of STEPS) {
      await run(db, sql);
      done++;
    }
  } catch {
    // The power is gone.
  } finally {
    await db.close().catch(() => {});
  }
  return done;
}

async function inspect({ where, done = 0, disk }: Cut<number>): Promise<string[]> {
  await using db = await openAt(disk, NO_MERGES);
  const at = `${where} after ${done} steps`;
  if (db.tables().length === 0) return done === 0 ? [] : [`${at}: no table`];
  const { rows } = await run(db, "SELECT name FROM system.columns WHERE table = 't' AND name <> 'k'");
  const column = String(rows[0][0]);
  const [paths, documents] = await read(db, column);
  // What was acknowledged is there, and of the step under way all or nothing.
  const states = [STEPS[done - 1], STEPS[done]].flatMap((step) => step ?? []);
  const fits = states.some((step) => summary(step.rows) === paths && (step.column ?? 'j') === column);
  return fits && paths === documents ? [] : [`${at}: ${column} ${paths} ${documents}`];
}

it('leaves each step done or undone, wherever the power goes', async () => {
  expect(await perform(wholeDisk())).toBe(STEPS.length);
  await cutEverywhere(perform, 60, inspect);
}, 60_000);
