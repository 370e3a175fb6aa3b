/**
 * How many of DuckDB's functions give its result on their own examples, and what the others give.
 *
 *     node test/oracle/count-duckdb-examples.ts              the count by kind
 *     node test/oracle/count-duckdb-examples.ts macro        what differs in a kind, or of a function
 *     node test/oracle/count-duckdb-examples.ts unjudged     those without an example that DuckDB answers
 */

import { DuckDBInstance } from '@duckdb/node-api';
import { open } from '../../database/index.ts';
import { judgeDuckdb } from './duckdb-examples.ts';
import type { Judged, Verdict } from './examples.ts';

const VERDICTS: readonly Verdict[] = ['matched', 'differs', 'refused', 'unjudged'];
const count = (judged: readonly Judged[]) =>
  Object.fromEntries(VERDICTS.map((v) => [v, judged.filter((j) => j.verdict === v).length]));

const wanted = process.argv[2];
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const duckdb = await instance.connect();
await using db = await open();
const judged = await judgeDuckdb(
  duckdb,
  db,
  (name, kind) => wanted === undefined || wanted === 'unjudged' || name === wanted || kind === wanted,
);
if (wanted === undefined) {
  const kinds = [...new Set(judged.map((j) => j.category))];
  console.table(Object.fromEntries(kinds.map((k) => [k, count(judged.filter((j) => j.category === k))])));
}
for (const { name, verdict, sql, ours, theirs } of judged)
  if (wanted === 'unjudged') verdict === 'unjudged' && console.log(`-- ${name}\n${sql}`);
  else if (wanted !== undefined && (verdict === 'differs' || verdict === 'refused'))
    console.log(`-- ${name}: ${verdict}\n${sql}\n   ours:   ${ours}\n   theirs: ${theirs}`);
console.log(count(judged));
duckdb.closeSync();
