import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Result } from '../../bench/compare/report/result.ts';

/**
 * All queries of the benchmarks, over small tables of their generators: Basalt answers as DuckDB and ClickHouse do, to 1e-9 of a value
 * (bench/compare/judge.ts). What they take is not looked at.
 */
const ROOT = join(import.meta.dirname, '../..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'basalt-benchmarks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function answers(suite: string, rows: number): Promise<Result['lines']> {
  const file = join(folder, `${suite}.json`);
  const flags = ['--rows', `${rows}`, '--runs', '1', '--cold', '0', '--json', file];
  const child = spawn(process.execPath, [join(ROOT, 'bench/compare/run.ts'), suite, ...flags], { cwd: ROOT });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      printed += text;
    });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${suite} ended with ${status}:\n${printed}`);
  return (JSON.parse(readFileSync(file, 'utf8')) as Result).lines;
}

test.each([
  ['clickbench', 43, 50_000],
  ['tpch', 22, 600_000],
  ['ssb', 13, 60_000],
])('%s: all %i queries', async (suite, queries, rows) => {
  const lines = await answers(suite, rows);
  expect(lines).toHaveLength(queries);
  for (const { name, errors, wrong, hot } of lines)
    expect({ name, errors, wrong, engines: Object.keys(hot).sort() }).toEqual({
      name,
      errors: {},
      wrong: [],
      engines: ['basalt', 'chdb', 'duckdb'],
    });
});
