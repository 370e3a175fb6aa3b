/**
 * How many of ClickHouse's functions give its result on their own examples, and what the others give.
 *
 *     node test/oracle/count-examples.ts              the count by category
 *     node test/oracle/count-examples.ts Arrays       what differs in a category, or of a function
 */

import { Session } from 'chdb';
import { open } from '../../database/index.ts';
import { type Judged, judgeAll, type Verdict } from './examples.ts';

const VERDICTS: readonly Verdict[] = ['matched', 'differs', 'refused', 'unjudged'];
const count = (judged: readonly Judged[]) =>
  Object.fromEntries(VERDICTS.map((v) => [v, judged.filter((j) => j.verdict === v).length]));

const wanted = process.argv[2];
const session = new Session();
const judged = await judgeAll(
  session,
  ({ name, category }) => wanted === undefined || name === wanted || category === wanted,
  () => open(),
);
if (wanted === undefined) {
  const categories = [...new Set(judged.map((j) => j.category))].sort();
  console.table(
    Object.fromEntries(categories.map((c) => [c, count(judged.filter((j) => j.category === c))])),
  );
} else {
  for (const { name, verdict, sql, ours, theirs } of judged)
    if (verdict === 'differs' || verdict === 'refused')
      console.log(`-- ${name}: ${verdict}\n${sql}\n   ours:\n${ours}\n   theirs:\n${theirs}`);
}
console.log(count(judged));
session.cleanup();
