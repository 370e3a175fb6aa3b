/**
 * Every command and example of the documentation runs, in the page's order, in a folder of the page's own, with the built
 * package installed; what a page says a block prints is what it prints. The page's server stands on free ports in
 * place of 8888 and 8123.
 */

import { chmodSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServerProcess } from '../cli/process.ts';
import { type Block, blocksOf, fileOf, isOutput, isRunnable } from './markdown.ts';
import { installedProject, type Project, ROOT, run } from './package.ts';

const PAGES = globSync('docs/**/*.md', { cwd: ROOT })
  .map((path) => ({ path, blocks: blocksOf(readFileSync(join(ROOT, path), 'utf8')) }))
  .filter(({ blocks }) => blocks.some(isRunnable));

let project: Project;
beforeAll(async () => {
  project = await installedProject(['--no-types', '--no-executable'], ['vitest']);
  writeFileSync(join(project.folder, 'package.json'), '{ "type": "module" }');
  installCommands();
}, 240_000);
afterAll(() => project?.[Symbol.dispose]());

/** `basalt` and `npx vitest` as an installation would leave them. */
function installCommands(): void {
  const bin = join(project.folder, 'node_modules', '.bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'basalt'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(project.dist, 'cli.js')}' "$@"\n`,
  );
  chmodSync(join(bin, 'basalt'), 0o755);
  symlinkSync(join(ROOT, 'node_modules/vitest/vitest.mjs'), join(bin, 'vitest'));
}

function environment(): NodeJS.ProcessEnv {
  const bin = join(project.folder, 'node_modules', '.bin');
  const own = Object.entries(process.env).filter(([name]) => !/^(BASALT_|VITEST|NODE_ENV$|TEST$)/.test(name));
  const path = [bin, dirname(process.execPath), process.env['PATH']].join(':');
  return { ...Object.fromEntries(own), PATH: path };
}

/** The page's own command line, on free ports. */
function startServer(block: Block, cwd: string): Promise<ServerProcess> {
  const [command, subcommand, ...args] = block.text.trim().split(/\s+/);
  expect([command, subcommand]).toEqual(['basalt', 'serve']);
  return ServerProcess.start('./data', args, {
    cwd,
    command: [process.execPath, join(project.dist, 'cli.js')],
  });
}

async function runBlock(block: Block, folder: string, server: ServerProcess | null): Promise<string> {
  const text = block.text
    .replaceAll('http://127.0.0.1:8888', server?.druid ?? 'http://127.0.0.1:8888')
    .replaceAll('http://127.0.0.1:8123', server?.clickhouse ?? 'http://127.0.0.1:8123');
  // A loop that waits for something in vain must not outlive the test.
  const options = { cwd: folder, env: environment(), timeout: 60_000 };
  if (block.language === 'sh') return run('bash', ['-euo', 'pipefail', '-c', text], options);
  const file = join(folder, `block-${block.line}.ts`);
  writeFileSync(file, text);
  return run(process.execPath, [file], options);
}

describe.each(PAGES)('$path', ({ path, blocks }) => {
  it('says what happens', async () => {
    const folder = join(project.folder, path.replaceAll('/', '-'));
    mkdirSync(folder);
    for (const block of blocks) {
      const file = fileOf(block);
      if (file !== null) writeFileSync(join(folder, file), block.text);
    }
    const served = blocks.find((b) => b.words.includes('server'));
    await using server = served === undefined ? null : await startServer(served, folder);
    for (const [i, block] of blocks.entries()) {
      if (!isRunnable(block)) continue;
      const printed = await runBlock(block, folder, server);
      const next = blocks[i + 1];
      if (next !== undefined && isOutput(next))
        expect(printed.trimEnd(), `${path}:${block.line}`).toBe(next.text.trimEnd());
    }
  }, 120_000);
});

it('every page of docs/start has something that runs', () => {
  const pages = PAGES.map((p) => p.path);
  expect(pages).toEqual(expect.arrayContaining(globSync('docs/start/*.md', { cwd: ROOT })));
});
