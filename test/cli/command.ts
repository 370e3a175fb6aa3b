/**
 * The `basalt` command as it is published: bundles start in a third of the time that a thousand source files take. They are
 * made once for each state of the sources.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../scripts/bundle.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KEPT = join(ROOT, 'node_modules/.cache/command');
const SOURCES = ['database', 'datasets', 'engine', 'scripts', 'server', 'sql', 'storage'];
const FILES = ['package.json', 'package-lock.json'];

/** When what bundles are made of changed last. */
function lastChange(): number {
  const paths = SOURCES.flatMap((folder) => [
    folder,
    ...readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))),
  ]);
  return Math.max(...[...paths, ...FILES].map((path) => statSync(join(ROOT, path)).mtimeMs));
}

/** Path of the command's entry. */
export async function publishedCommand(): Promise<string> {
  const checkout = createHash('sha256').update(ROOT).digest('hex').slice(0, 8);
  const name = `${checkout}-${lastChange()}`;
  const entry = join(KEPT, name, 'cli.js');
  if (existsSync(entry)) return entry;
  mkdirSync(KEPT, { recursive: true });
  const folder = mkdtempSync(join(KEPT, 'new-'));
  try {
    await bundle(folder);
    renameSync(folder, join(KEPT, name));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    // Another test file may have been faster.
    if (!existsSync(entry)) throw error;
  }
  for (const other of readdirSync(KEPT))
    if (other.startsWith(checkout) && other !== name)
      rmSync(join(KEPT, other), { recursive: true, force: true });
  return entry;
}
