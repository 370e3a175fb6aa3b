/**
 * `npm run bench -- SUITE [--rows N] [--threads T] [--peers duckdb,chdb] [--seed S] [--runs R] [--json FILE]`
 *
 * One generated file feeds every engine; queries are interleaved engine by engine, answers compared, medians of the warm
 * runs reported. A query's score is (1 ms + ours) / (1 ms + the faster peer's).
 */

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gateNdjson } from '../../datasets/gate.ts';
import { GATE } from './gate.ts';
import { type Answer, type BenchQuery, geomean, median, type Peer, sameAnswer } from './suite.ts';

const SUITES: Readonly<Record<string, readonly BenchQuery[]>> = { gate: GATE };
const OUT = join(import.meta.dirname, 'out');

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: '10000000' },
    threads: { type: 'string', default: '2' },
    peers: { type: 'string', default: 'duckdb,chdb' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '7' },
    json: { type: 'string' },
  },
});

type Line = {
  readonly name: string;
  readonly ms: Readonly<Record<string, number>>;
  readonly score: number;
  readonly same: boolean;
};

async function main(): Promise<void> {
  const suite = SUITES[positionals[0] ?? ''];
  if (suite === undefined) throw new Error(`suites are ${Object.keys(SUITES).join(', ')}`);
  installPeers();
  const rows = Number(flags.rows);
  const file = await dataset(rows, Number(flags.seed));
  const work = join(OUT, 'work');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const engines = await startEngines(work);
  const lines: Line[] = [await measureLoad(engines, file)];
  for (const query of suite) lines.push(await measureQuery(engines, query));
  await report(engines, lines, rows, file);
  for (const engine of engines) await engine.close();
}

/** The peers are a package of their own, installed when first needed. */
function installPeers(): void {
  if (existsSync(join(import.meta.dirname, 'node_modules/@duckdb/node-api'))) return;
  const done = spawnSync('npm', ['install', '--no-save'], { cwd: import.meta.dirname, stdio: 'inherit' });
  if (done.status !== 0) throw new Error('npm install in bench/compare failed');
}

async function dataset(rows: number, seed: number): Promise<string> {
  mkdirSync(OUT, { recursive: true });
  const file = join(OUT, `gate-${rows}-${seed}.ndjson`);
  if (existsSync(file)) return file;
  console.log(`generating ${rows} rows`);
  const out = createWriteStream(`${file}.part`);
  for (const chunk of gateNdjson(rows, seed)) if (!out.write(chunk)) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
  spawnSync('mv', [`${file}.part`, file]);
  return file;
}

/** Loaded by name so that one engine can be measured without the others being installed. */
async function startEngines(work: string): Promise<Peer[]> {
  const threads = Number(flags.threads);
  const engines: Peer[] = [await (await import('./basalt.ts')).basalt(work, threads)];
  const peers = flags.peers.split(',');
  if (peers.includes('duckdb')) engines.push(await (await import('./duckdb.ts')).duckdb(work, threads));
  if (peers.includes('chdb')) engines.push(await (await import('./chdb.ts')).chdb(work, threads));
  return engines;
}

async function measureLoad(engines: readonly Peer[], file: string): Promise<Line> {
  const ms: Record<string, number> = {};
  for (const engine of engines) {
    ms[engine.name] = await engine.load(file);
    console.log(
      `loaded ${engine.name}: ${(ms[engine.name] / 1000).toFixed(2)} s, ${((await engine.bytes()) / 1e6).toFixed(0)} MB on disk`,
    );
  }
  return { name: 'load NDJSON', ms, score: scoreOf(ms), same: true };
}

async function measureQuery(engines: readonly Peer[], query: BenchQuery): Promise<Line> {
  const times = new Map<string, number[]>(engines.map((e) => [e.name, []]));
  const answers = new Map<string, Answer>();
  for (let run = 0; run <= Number(flags.runs); run++) {
    for (const engine of engines) {
      const start = performance.now();
      const answer = await engine.query(query.dialects?.[engine.name] ?? query.sql);
      const elapsed = performance.now() - start;
      // The first run of each engine warms it.
      if (run === 0) answers.set(engine.name, answer);
      else times.get(engine.name)?.push(elapsed);
    }
  }
  const [first, ...others] = engines.map((e) => answers.get(e.name) as Answer);
  const same = others.every((other) => sameAnswer(first, other));
  const ms = Object.fromEntries([...times].map(([name, t]) => [name, median(t)]));
  return { name: query.name, ms, score: scoreOf(ms), same };
}

function scoreOf(ms: Readonly<Record<string, number>>): number {
  const peers = Object.entries(ms).filter(([name]) => name !== 'basalt');
  return peers.length === 0 ? 1 : (1 + ms['basalt']) / (1 + Math.min(...peers.map(([, t]) => t)));
}

async function report(
  engines: readonly Peer[],
  lines: readonly Line[],
  rows: number,
  file: string,
): Promise<void> {
  const names = engines.map((e) => e.name);
  console.log(
    `\n${rows} rows, ${(statSync(file).size / 1e6).toFixed(0)} MB of NDJSON, ${flags.threads} threads, medians of ${flags.runs} runs, ms`,
  );
  console.log(
    ['query'.padEnd(30), ...names.map((n) => n.padStart(10)), 'score'.padStart(8), '  answers'].join(''),
  );
  for (const line of lines) {
    const cells = names.map((n) => line.ms[n].toFixed(1).padStart(10));
    console.log(
      [
        line.name.padEnd(30),
        ...cells,
        line.score.toFixed(2).padStart(8),
        line.same ? '  equal' : '  DIFFER',
      ].join(''),
    );
  }
  const queries = lines.slice(1);
  const worst = queries.reduce((a, b) => (b.score > a.score ? b : a));
  const summary = { hot: geomean(queries.map((l) => l.score)), worst: worst.name, worstScore: worst.score };
  if (flags.json !== undefined)
    writeFileSync(
      flags.json,
      `${JSON.stringify({ rows, threads: flags.threads, lines, summary }, null, 2)}\n`,
    );
  console.log(
    `geomean vs best peer: ${summary.hot.toFixed(2)} (hot), worst query: ${summary.worst} ${summary.worstScore.toFixed(2)}`,
  );
  if (lines.some((l) => !l.same)) process.exitCode = 1;
}

await main();
process.exit();
