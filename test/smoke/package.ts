/**
 * What `npm run build` makes, in a folder of its own, and a project that has it installed: nothing of the source tree
 * is in reach but the dependencies that package.json declares.
 */

import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a program to its end; rejects when it fails. Answers what it printed. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeout?: number } = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { ...options, maxBuffer: 64 << 20 });
  return stdout;
}

export type Project = Disposable & {
  readonly folder: string;
  /** The built package; the executable, when it was built, is in it. */
  readonly dist: string;
};

/** Builds and installs. `peers` are further packages of the project, as its own devDependencies would be. */
export async function installedProject(
  buildArgs: readonly string[] = [],
  peers: readonly string[] = [],
): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), 'basalt-smoke-'));
  const installed = join(folder, 'node_modules', 'basaltdb');
  const dist = join(installed, 'dist');
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  await run(process.execPath, [join(ROOT, 'scripts/build.mjs'), '--out', dist, ...buildArgs], { cwd: ROOT });
  for (const name of [...declaredDependencies(), ...peers]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
  return { folder, dist, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

function declaredDependencies(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.keys(manifest.dependencies);
}
