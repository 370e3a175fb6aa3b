/**
 * `npm run bench -- SUITE [--rows N] [--peers duckdb,chdb] [--threads 2] [--seed S] [--runs R] [--cold C] [--json FILE] [--html FILE]
 *  [--queries Q1,Q7] [--reuse]`
 *
 * One generated file feeds every engine, each in a process of its own. Queries are interleaved engine by engine: one warm-up, then
 * R runs, of which the median is "hot"; C cold runs restart the process without page cache. Answers are judged; a wrong one, and
 * any error of an engine that the others do not have, fails the run. `--reuse` keeps tables loaded by the run before.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EngineProcess } from './client.ts';
import { judgeTies, sameAnswer } from './judge.ts';
import { htmlReport } from './report/html.ts';
import { type Line, type Result, summary } from './report/result.ts';
import { printReport } from './report/text.ts';
import { median } from './score.ts';
import { SUITES } from './suite/index.ts';
import type { Answer, EngineName, Query, Statement, Suite, Table } from './suite.ts';

const OUT = join(import.meta.dirname, 'out');

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '10000000' },
    threads: { type: 'string', default: '2' },
    peers: { type: 'string', default: 'duckdb,chdb' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '5' },
    cold: { type: 'string', default: '1' },
    queries: { type: 'string' },
    reuse: { type: 'boolean', default: false },
    json: { type: 'string' },
    html: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const suite = SUITES.find((s) => s.name === positionals[0]);
  if (suite === undefined) throw new Error(`suites are ${SUITES.map((s) => s.name).join(', ')}`);
  installPeers();
  buildPackage();
  mkdirSync(OUT, { recursive: true });
  const [rows, seed] = [Number(flags.rows), Number(flags.seed)];
  const tables = await suite.prepare({ rows, seed, folder: OUT });
  const work = join(OUT, `work-${suite.name}-${rows}-${seed}`);
  if (!flags.reuse) rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const names = ['basalt', ...flags.peers.split(',').filter((p) => p !== '')] as EngineName[];
  const engines = names.map((name) => new EngineProcess(name, work, Number(flags.threads)));
  const load = await loadAll(engines, suite, tables, work);
  const wanted = flags.queries?.split(',');
  const queries = suite.queries.filter((q) => wanted === undefined || wanted.includes(q.name));
  const lines: Line[] = [];
  for (const query of queries) {
    lines.push(await measureQuery(engines, query));
    process.stderr.write(`${query.name} `);
  }
  process.stderr.write('\n');
  const rss: Record<string, number> = {};
  const bytes: Record<string, number> = {};
  for (const engine of engines) {
    const stats = await engine.stats();
    rss[engine.name] = stats.peakRssBytes;
    bytes[engine.name] = stats.bytes;
  }
  if (Number(flags.cold) > 0) await measureCold(engines, queries, lines);
  for (const engine of engines) await engine.close();
  const result: Result = {
    suite: suite.name,
    what: suite.what,
    rows,
    seed,
    threads: Number(flags.threads),
    runs: Number(flags.runs),
    engines: names,
    load,
    bytes,
    peakRssBytes: rss,
    lines,
  };
  printReport(result);
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify({ ...result, summary: summary(result) }, null, 1)}\n`);
  if (flags.html !== undefined) writeFileSync(flags.html, htmlReport(result));
  if (lines.some((line) => line.wrong.length > 0)) process.exitCode = 1;
}

/** The peers are a package of their own, installed when first needed. */
function installPeers(): void {
  if (existsSync(join(import.meta.dirname, 'node_modules/@duckdb/node-api'))) return;
  const done = spawnSync('npm', ['install', '--no-save'], { cwd: import.meta.dirname, stdio: 'inherit' });
  if (done.status !== 0) throw new Error('npm install in bench/compare failed');
}

/** What is measured is what is shipped. */
function buildPackage(): void {
  const root = join(import.meta.dirname, '../..');
  const done = spawnSync(process.execPath, ['scripts/build.mjs', '--no-executable'], {
    cwd: root,
    stdio: 'ignore',
  });
  if (done.status !== 0) throw new Error('the build failed: run `npm run build` to see why');
}

/** Milliseconds per engine; a table loaded by an earlier run is kept with what it took then. */
async function loadAll(
  engines: readonly EngineProcess[],
  suite: Suite,
  tables: readonly Table[],
  work: string,
): Promise<Record<string, number>> {
  const ms: Record<string, number> = {};
  for (const engine of engines) {
    const marker = join(work, `${engine.name}.loaded`);
    if (existsSync(marker)) ms[engine.name] = Number(readFileSync(marker, 'utf8'));
    else {
      rmSync(join(work, engine.name), { recursive: true, force: true });
      ms[engine.name] = 0;
      for (const table of tables) ms[engine.name] += (await engine.load(table)).ms;
      for (const made of suite.derived ?? []) ms[engine.name] += (await engine.run(textFor(made, engine))).ms;
      writeFileSync(marker, String(ms[engine.name]));
      const { bytes, peakRssBytes } = await engine.stats();
      console.log(
        `loaded ${engine.name}: ${(ms[engine.name] / 1000).toFixed(1)} s, ${(bytes / 1e6).toFixed(0)} MB on disk, peak RSS ${(peakRssBytes / 1e6).toFixed(0)} MB`,
      );
    }
  }
  return ms;
}

const textFor = (statement: Statement, engine: EngineProcess): string =>
  statement.dialects?.[engine.name] ?? statement.sql;

async function measureQuery(engines: readonly EngineProcess[], query: Query): Promise<Line> {
  const times = new Map<EngineName, number[]>();
  const answers = new Map<EngineName, Answer>();
  const errors: Partial<Record<EngineName, string>> = {};
  for (const engine of engines) {
    try {
      answers.set(engine.name, (await engine.query(textFor(query, engine), true)).answer as Answer);
      times.set(engine.name, []);
    } catch (error) {
      errors[engine.name] = (error as Error).message;
    }
  }
  for (let run = 0; run < Number(flags.runs); run++) {
    for (const engine of engines) {
      if (answers.has(engine.name))
        times.get(engine.name)?.push((await engine.query(textFor(query, engine))).ms);
    }
  }
  const hot = Object.fromEntries([...times].map(([name, t]) => [name, median(t)]));
  const wrong = await wrongAnswers(engines, query, answers);
  return {
    name: query.name,
    sql: query.sql,
    hot,
    cold: {},
    errors,
    wrong: wrong.filter((name) => query.excused?.[name] === undefined),
    notes: wrong.flatMap((name) => query.excused?.[name] ?? []),
  };
}

/** The engines whose answers cannot be right, going by DuckDB; without it, those that differ from the first answer. */
async function wrongAnswers(
  engines: readonly EngineProcess[],
  query: Query,
  answers: ReadonlyMap<EngineName, Answer>,
): Promise<EngineName[]> {
  const duckdb = engines.find((e) => e.name === 'duckdb');
  const names = [...answers.keys()];
  if (query.ties !== undefined) {
    if (duckdb === undefined) return [];
    const right = await judgeTies(duckdb, query.ties, [...answers.values()]);
    return names.filter((_, i) => !right[i]);
  }
  const right = answers.get('duckdb') ?? answers.get(names[0]);
  return names.filter((name) => !sameAnswer(right as Answer, answers.get(name) as Answer));
}

async function measureCold(
  engines: readonly EngineProcess[],
  queries: readonly Query[],
  lines: Line[],
): Promise<void> {
  for (const [i, query] of queries.entries()) {
    for (const engine of engines) {
      if (lines[i].hot[engine.name] === undefined) continue;
      const times: number[] = [];
      for (let run = 0; run < Number(flags.cold); run++) {
        await engine.restartCold();
        times.push((await engine.query(textFor(query, engine))).ms);
      }
      lines[i].cold[engine.name] = median(times);
    }
  }
}

await main();
process.exit();
