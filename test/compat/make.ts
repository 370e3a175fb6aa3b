/**
 * Writes the golden folder of the version in package.json: a data folder as a crash would leave it, so that its WAL has rows.
 *
 *   node test/compat/make.ts
 *
 * Done with every release, and never again for one that is out (CONTRIBUTING.md). Clock and data are fixed, merges stand still.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { MemoryFileSystem } from '../../storage/index.ts';
import { TABLES } from './tables.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const MADE_MS = Date.UTC(2026, 0, 1);
const NO_MERGES = { fanIn: 1000, maxInputs: 1000, maxRows: 1, maxBytes: 1 };

/** Files by path below the data folder. */
async function makeFolder(): Promise<ReadonlyMap<string, Uint8Array>> {
  const fs = new MemoryFileSystem();
  const clock = new ManualClock(MADE_MS);
  const start = (): Promise<Database> =>
    openOn(
      fs,
      '/data',
      { threads: 1 },
      { clock, timer: clock, random: new SeededRandom(1), settings: { merge: NO_MERGES } },
    );
  const run = async (db: Database, statement: string, table: string): Promise<unknown> =>
    // A table's rows leave memory when it is optimized, and nothing else is done where nothing may be merged.
    db.query(statement === 'FLUSH' ? `OPTIMIZE TABLE ${table}` : statement, { dialect: 'clickhouse' });
  let db = await start();
  for (const { name, make } of TABLES) for (const statement of make) await run(db, statement, name);
  // The log of what is in segments goes with a restart.
  await db.close();
  db = await start();
  for (const { name, last = [] } of TABLES) for (const statement of last) await run(db, statement, name);
  const files = new Map(
    [...fs.files]
      .filter(([path]) => path.startsWith('/data/') && !path.endsWith('/LOCK'))
      .map(([path, file]) => [path.slice('/data/'.length), file.contents().slice()] as const),
  );
  await db.close();
  return files;
}

const { version } = JSON.parse(readFileSync(join(HERE, '../../package.json'), 'utf8')) as { version: string };
const folder = join(HERE, version);
rmSync(folder, { recursive: true, force: true });
let bytes = 0;
for (const [path, contents] of await makeFolder()) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), contents);
  bytes += contents.length;
}
// Those that a later version adds are not in it.
writeFileSync(join(folder, 'tables.txt'), TABLES.map(({ name }) => `${name}\n`).join(''));
process.stdout.write(`${folder}: ${bytes} bytes\n`);
