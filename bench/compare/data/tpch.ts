/** TPC-H's files, made when they are missing by the package in `tpch/`, which is installed when first needed. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../runner/needs.ts';
import type { Tpch } from './tpch/dbgen.ts';

/** Lines of `lineitem` at scale 1, nearly. */
const SCALE_ROWS = 6_000_000;

export function tpchFiles(rows: number, prefix: string): Tpch {
  if (!existsSync(`${prefix}.json`)) {
    const folder = join(import.meta.dirname, 'tpch');
    installPackages(folder, 'duckdb-tpch');
    console.log(`generating TPC-H at scale ${(rows / SCALE_ROWS).toFixed(3)}`);
    const done = spawnSync(process.execPath, [join(folder, 'dbgen.ts'), String(rows / SCALE_ROWS), prefix], {
      stdio: 'inherit',
    });
    if (done.status !== 0) throw new Error('generating TPC-H failed');
  }
  return JSON.parse(readFileSync(`${prefix}.json`, 'utf8')) as Tpch;
}
