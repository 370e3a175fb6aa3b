/**
 * `npm run bench -- SUITE [--rows N] [--peers duckdb,chdb] [--threads 2] [--memory GIB] [--seed S] [--runs R] [--cold C] [--json FILE] [--html FILE]
 *  [--queries Q1,Q7] [--reuse]`
 *
 * The suites are the table in `runner/index.ts`. A wrong answer fails the run; an engine's error is shown in its line and
 * fails nothing, so that a suite can hold queries that an engine does not have yet.
 */

import { mkdirSync } from 'node:fs';
import { readFlags } from './options.ts';
import { RUNNERS } from './runner/index.ts';
import { buildPackage, installPeers } from './runner/needs.ts';
import { OUT } from './runner/runner.ts';

const { suite, options } = readFlags(process.argv.slice(2));
const runner = RUNNERS.find((r) => r.name === suite);
if (runner === undefined) {
  console.error(
    `npm run bench -- SUITE, of which there are\n${RUNNERS.map((r) => `  ${r.name.padEnd(12)}${r.what}`).join('\n')}`,
  );
  process.exit(2);
}
if (runner.needs.includes('peers')) installPeers();
if (runner.needs.includes('package')) buildPackage();
mkdirSync(OUT, { recursive: true });
const right = await runner.run(options(runner.defaults));
process.exit(right ? 0 : 1);
