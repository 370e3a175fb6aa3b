import { DuckDBInstance } from '@duckdb/node-api';
import { Session } from 'chdb';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { answerText } from './compare.ts';
import { duckdbCell } from './duckdb-cell.ts';
import { SEED } from './run.ts';
import { FORMAT, isSame, ourSide } from './typed-answer.ts';
import { variedExamples } from './varied-examples.ts';
import { CHANGING, isOtherwise, OTHERWISE_DUCKDB, REFUSED_BY_US, REFUSED_HERE } from './varied-known.ts';

/** Of every function so many examples with other literals; types are compared, names of columns are not. */
const EACH = Number(process.env['BASALT_ORACLE_EACH'] ?? 3);

/** Of sums in another order. */
const RELATIVE = 1e-9;

it(`answers ${EACH} variations of the example of each function as ClickHouse does`, async () => {
  const session = new Session();
  session.query('SET max_memory_usage = 1000000000, max_execution_time = 5');
  const zone = String(session.query('SELECT timezone()', 'TabSeparated')).trim();
  await using db = await open();
  const ours = ourSide(db, zone);
  const differences: string[] = [];
  let [same, otherwise, refused] = [0, 0, 0];
  for (const { name, sql } of variedExamples('clickhouse', new SeededRandom(SEED), EACH)) {
    if (CHANGING.test(sql)) continue;
    let theirs: string;
    try {
      theirs = String(session.query(sql, FORMAT));
    } catch {
      // It may want a constant where a column does here.
      refused++;
      continue;
    }
    const answer = await ours(sql).catch((error: Error) => error);
    if (typeof answer === 'string' && isSame(behindNames(answer), endOf(theirs, answer), RELATIVE)) same++;
    else if (isOtherwise(name) || (answer instanceof Error && REFUSED_HERE.test(String(answer)))) otherwise++;
    else differences.push(`seed ${SEED}, ${name}\n${sql}\n ours:   ${String(answer)}\n theirs: ${theirs}`);
  }
  session.cleanup();
  expect(differences.slice(0, 20).join('\n\n')).toBe('');
  expect(same).toBeGreaterThan(2 * (otherwise + refused));
});

const behindNames = (answer: string): string => answer.slice(answer.indexOf('\n') + 1);

/** As many lines; chdb leaves a header there when a query fails behind it. */
const endOf = (theirs: string, ours: string): string =>
  theirs.split('\n').slice(-behindNames(ours).split('\n').length).join('\n');

it(`answers ${EACH} variations of the example of each function as DuckDB does`, async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const duckdb = await instance.connect();
  await duckdb.run("SET TimeZone = 'UTC'");
  await using db = await open();
  const differences: string[] = [];
  let [same, otherwise, refused] = [0, 0, 0];
  for (const { name, sql } of variedExamples('standard', new SeededRandom(SEED), EACH)) {
    if (CHANGING.test(sql)) continue;
    let theirs: string;
    try {
      const rows = (await duckdb.runAndReadAll(sql)).getRows();
      theirs = answerText(
        rows.map((row) => row.map(duckdbCell)),
        false,
      );
    } catch {
      refused++;
      continue;
    }
    const ours = await db.execute(sql, { int64: 'bigint' }).then(
      ({ rows }) => answerText(rows, false),
      (error: Error) => `error: ${error.message}`,
    );
    if (isSame(ours, theirs, RELATIVE)) same++;
    else if (OTHERWISE_DUCKDB.test(name) || REFUSED_BY_US.test(ours)) otherwise++;
    else differences.push(`seed ${SEED}, ${name}\n${sql}\n ours:   ${ours}\n theirs: ${theirs}`);
  }
  duckdb.closeSync();
  expect(differences.slice(0, 20).join('\n\n')).toBe('');
  expect(same).toBeGreaterThan(2 * (otherwise + refused));
});
