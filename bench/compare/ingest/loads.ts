/**
 * One file into a fresh durable table, by every engine: time, rows a second, bytes on disk, and the peak memory of a process that
 * did nothing else.
 */

import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineProcess } from '../client.ts';
import type { Options } from '../options.ts';
import type { Figure } from '../report/table.ts';
import { OUT } from '../runner/runner.ts';
import { median } from '../score.ts';
import type { EngineName, Table } from '../suite.ts';
import { totalsOf } from './check.ts';

export const LOAD_COLUMNS = [
  { name: 'load' },
  { name: 'engine' },
  { name: 's', decimals: 2 },
  { name: 'rows/s', decimals: 0 },
  { name: 'MB/s read', decimals: 0 },
  { name: 'MB on disk', decimals: 1 },
  { name: 'peak RSS, MB', decimals: 0 },
  { name: 'remark' },
];

export async function measureLoads(
  label: string,
  table: Table,
  options: Options,
): Promise<{ lines: Figure[][]; right: boolean }> {
  const lines: Figure[][] = [];
  const checks: string[] = [];
  const read = statSync(table.file).size;
  const engines: readonly EngineName[] = ['basalt', ...options.peers];
  for (const name of engines) {
    try {
      const times: number[] = [];
      let stats = { bytes: 0, peakRssBytes: 0 };
      for (let run = 0; run < options.runs; run++) {
        const work = join(OUT, 'work-ingest');
        rmSync(work, { recursive: true, force: true });
        mkdirSync(work);
        await readThrough(table.file);
        const engine = new EngineProcess(name, work, { threads: options.threads });
        try {
          times.push((await engine.load(table)).ms);
          stats = await engine.stats();
          if (run === 0) checks.push(await totalsOf(engine));
        } finally {
          await engine.close();
        }
      }
      const s = median(times) / 1000;
      lines.push([
        label,
        name,
        s,
        options.rows / s,
        read / s / 1e6,
        stats.bytes / 1e6,
        stats.peakRssBytes / 1e6,
        checks.at(-1) === checks[0] ? '' : 'WRONG',
      ]);
    } catch (error) {
      const gone = [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN];
      lines.push([label, name, ...gone, (error as Error).message.split('\n')[0].slice(0, 120)]);
    }
  }
  return { lines, right: checks.every((check) => check === checks[0]) };
}

/** Every engine finds the file in the page cache. */
async function readThrough(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 4 << 20 }));
}
