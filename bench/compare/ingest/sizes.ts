/** What the same rows take on disk: as each engine stores them, sorted and merged, with its default and with Zstd, and as Parquet. */

import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineProcess } from '../client.ts';
import { runDuckdb } from '../data/generate.ts';
import type { Options } from '../options.ts';
import type { Figure } from '../report/table.ts';
import { OUT } from '../runner/runner.ts';
import type { EngineName, Table } from '../suite.ts';

export const SIZE_COLUMNS = [
  { name: 'stored as' },
  { name: 'MB', decimals: 1 },
  { name: 'bytes a row', decimals: 1 },
  { name: 'of Basalt', decimals: 2 },
];

/** DuckDB picks its own compression. */
const STORED: readonly (readonly [label: string, engine: EngineName, codec?: string])[] = [
  ['Basalt', 'basalt'],
  ['Basalt, ZSTD(3)', 'basalt', 'ZSTD(3)'],
  ['chdb, LZ4', 'chdb'],
  ['chdb, ZSTD(3)', 'chdb', 'ZSTD(3)'],
  ['DuckDB', 'duckdb'],
];

/** @param table of the Parquet file */
export async function measureSizes(table: Table, { rows, threads, peers }: Options): Promise<Figure[][]> {
  const sizes: [label: string, bytes: number][] = [];
  const work = join(OUT, 'work-ingest');
  for (const [label, name, codec] of STORED) {
    if (name !== 'basalt' && !peers.includes(name)) continue;
    emptied(work);
    const engine = new EngineProcess(name, work, { threads });
    try {
      await engine.load(codec === undefined ? table : { ...table, codec });
      sizes.push([label, (await engine.stats()).bytes]);
    } finally {
      await engine.close();
    }
  }
  emptied(work);
  const file = join(work, 'sorted.parquet');
  await runDuckdb([
    `COPY (SELECT * FROM read_parquet('${table.file}') ORDER BY ${table.orderBy.join(', ')}) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`,
  ]);
  sizes.push(['Parquet, Zstd, sorted', statSync(file).size]);
  rmSync(work, { recursive: true });
  const [[, own]] = sizes;
  return sizes.map(([label, bytes]) => [label, bytes / 1e6, bytes / rows, bytes / own]);
}

function emptied(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}
