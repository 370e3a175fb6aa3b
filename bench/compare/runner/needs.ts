/** What suites need before they start. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A folder with packages of its own (so that nobody else installs them): they are installed when first needed. */
export function installPackages(folder: string, probe: string): void {
  if (existsSync(join(folder, 'node_modules', probe))) return;
  const done = spawnSync('npm', ['install', '--no-save'], { cwd: folder, stdio: 'inherit' });
  if (done.status !== 0) throw new Error(`npm install in ${folder} failed`);
}

/** DuckDB and chdb. */
export const installPeers = (): void => installPackages(join(import.meta.dirname, '..'), '@duckdb/node-api');

/** What is measured is what is shipped. */
export function buildPackage(): void {
  const root = join(import.meta.dirname, '../../..');
  const done = spawnSync(process.execPath, ['scripts/build.mjs', '--no-executable'], {
    cwd: root,
    stdio: 'ignore',
  });
  if (done.status !== 0) throw new Error('the build failed: run `npm run build` to see why');
}
