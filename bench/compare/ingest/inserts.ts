/**
 * Acknowledged inserts, one after another: batches of 10,000 rows of ten columns as JSONEachRow through each engine's own client.
 *
 * Basalt and chdb take the bytes; DuckDB, whose client has no such door, reads a file of them. Reading the file is not in the time of
 * the former. Every engine syncs before it answers, but Basalt with `durability: 'os'`.
 */

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EngineProcess } from '../client.ts';
import type { Options } from '../options.ts';
import type { Figure } from '../report/table.ts';
import { OUT } from '../runner/runner.ts';
import { quantile } from '../score.ts';
import type { EngineName, Table } from '../suite.ts';
import { totalsOf } from './check.ts';
import { BATCH_ROWS } from './files.ts';

export const INSERT_COLUMNS = [
  { name: 'inserts' },
  { name: 'engine' },
  { name: 'batches', decimals: 0 },
  { name: 'p50, ms', decimals: 2 },
  { name: 'p99, ms', decimals: 2 },
  { name: 'rows/s', decimals: 0 },
  { name: 'MB on disk', decimals: 1 },
  { name: 'peak RSS, MB', decimals: 0 },
  { name: 'remark' },
];

type Contender = { readonly name: EngineName; readonly durability?: 'os' };

export async function measureInserts(
  table: Table,
  batches: readonly string[],
  options: Options,
): Promise<{ lines: Figure[][]; right: boolean }> {
  const contenders: readonly Contender[] = [
    { name: 'basalt' },
    { name: 'basalt', durability: 'os' },
    ...options.peers.map((name) => ({ name })),
  ];
  const count = Math.max(1, Math.floor(options.rows / BATCH_ROWS));
  const lines: Figure[][] = [];
  const checks: string[] = [];
  for (const { name, durability } of contenders) {
    const label = durability === undefined ? name : `${name}, durability '${durability}'`;
    try {
      const work = join(OUT, 'work-ingest');
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      const engine = new EngineProcess(name, work, { threads: options.threads, durability });
      try {
        await engine.create(table);
        const times: number[] = [];
        for (let i = 0; i < count; i++)
          times.push((await engine.insert(table, batches[i % batches.length])).ms);
        const { bytes, peakRssBytes } = await engine.stats();
        checks.push(await totalsOf(engine));
        const seconds = times.reduce((sum, t) => sum + t, 0) / 1000;
        lines.push([
          'JSONEachRow',
          label,
          count,
          quantile(times, 0.5),
          quantile(times, 0.99),
          (count * BATCH_ROWS) / seconds,
          bytes / 1e6,
          peakRssBytes / 1e6,
          checks.at(-1) === checks[0] ? '' : 'WRONG',
        ]);
      } finally {
        await engine.close();
      }
    } catch (error) {
      const gone = [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN];
      lines.push([
        'JSONEachRow',
        label,
        count,
        ...gone,
        (error as Error).message.split('\n')[0].slice(0, 120),
      ]);
    }
  }
  return { lines, right: checks.every((check) => check === checks[0]) };
}
