/**
 * Runs a suite of queries: one generated file feeds every engine, each in a process of its own.
 *
 * Queries are interleaved engine by engine: one warm-up, whose answer is judged, then `runs` runs, of which the median is "hot";
 * `cold` runs restart the process without page cache. JavaScript is compiled as it runs: Basalt needs some ten runs to be as fast
 * as it gets, so the first warm run is reported apart.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineProcess } from '../client.ts';
import { chosen, type Options } from '../options.ts';
import { htmlReport } from '../report/html.ts';
import { type Line, type Result, summary } from '../report/result.ts';
import { printReport } from '../report/text.ts';
import type { EngineName, Prepared, Suite } from '../suite.ts';
import { measureCold, measureHot, textFor } from './measure.ts';
import { OUT, type Runner } from './runner.ts';

export const queryRunner = (suite: Suite): Runner => ({
  name: suite.name,
  what: suite.what,
  needs: ['peers', 'package'],
  defaults: {},
  run: (options) => runQueries(suite, options),
});

async function runQueries(suite: Suite, options: Options): Promise<boolean> {
  const { rows, seed, threads, runs } = options;
  const prepared = await suite.prepare({ rows, seed, folder: OUT });
  const wanted = chosen(
    options.queries,
    prepared.queries.map((q) => q.name),
  );
  const queries = prepared.queries.filter((q) => wanted(q.name));
  const work = join(OUT, `work-${suite.name}-${rows}-${seed}`);
  if (!options.reuse) rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const names: readonly EngineName[] = ['basalt', ...options.peers];
  const memory = options.memory === null ? {} : { memoryLimitBytes: options.memory * 2 ** 30 };
  const all = names.map((name) => new EngineProcess(name, work, { threads, ...memory }));
  const load = await loadAll(all, prepared, work);
  const engines = all.filter((engine) => load[engine.name] !== undefined);
  const lines: Line[] = [];
  for (const query of queries) {
    lines.push(await measureHot(engines, query, runs));
    process.stderr.write(`${query.name} `);
  }
  process.stderr.write('\n');
  const peakRssBytes: Record<string, number> = {};
  const bytes: Record<string, number> = {};
  for (const engine of engines) {
    const stats = await engine.stats();
    peakRssBytes[engine.name] = stats.peakRssBytes;
    bytes[engine.name] = stats.bytes;
  }
  if (options.cold > 0) await measureCold(engines, queries, lines, options.cold);
  for (const engine of all) await engine.close();
  const result: Result = {
    suite: suite.name,
    what: suite.what,
    rows,
    seed,
    threads,
    runs,
    engines: engines.map((engine) => engine.name),
    load,
    bytes,
    peakRssBytes,
    lines,
  };
  printReport(result);
  if (options.json !== null)
    writeFileSync(options.json, `${JSON.stringify({ ...result, summary: summary(result) }, null, 1)}\n`);
  if (options.html !== null) writeFileSync(options.html, htmlReport(result));
  return lines.every((line) => line.wrong.length === 0);
}

/** Milliseconds per engine; an engine that cannot load says why and is left out. */
async function loadAll(
  engines: readonly EngineProcess[],
  prepared: Prepared,
  work: string,
): Promise<Record<string, number>> {
  const ms: Record<string, number> = {};
  for (const engine of engines) {
    try {
      ms[engine.name] = await loadOne(engine, prepared, work);
    } catch (error) {
      console.log(`${engine.name} is left out, it cannot load: ${(error as Error).message}`);
    }
  }
  return ms;
}

/** A table loaded by an earlier run is kept with what it took then. */
async function loadOne(
  engine: EngineProcess,
  { tables, derived = [] }: Prepared,
  work: string,
): Promise<number> {
  const marker = join(work, `${engine.name}.loaded`);
  if (existsSync(marker)) return Number(readFileSync(marker, 'utf8'));
  rmSync(join(work, engine.name), { recursive: true, force: true });
  let ms = 0;
  for (const table of tables) ms += (await engine.load(table)).ms;
  for (const made of derived) ms += (await engine.run(textFor(made, engine))).ms;
  writeFileSync(marker, String(ms));
  const { bytes, peakRssBytes } = await engine.stats();
  console.log(
    `loaded ${engine.name}: ${(ms / 1000).toFixed(1)} s, ${(bytes / 1e6).toFixed(0)} MB on disk, peak RSS ${(peakRssBytes / 1e6).toFixed(0)} MB`,
  );
  return ms;
}
