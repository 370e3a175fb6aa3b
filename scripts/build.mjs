/**
 * Builds what is published: plain JS bundles with types in dist/, and one self-contained executable.
 *
 *   node scripts/build.mjs [--no-types] [--no-executable] [--out FOLDER]
 *
 * dist/ is the npm package's content: bundles leave npm dependencies outside. The executable is Node itself with one
 * bundle inside (Node's single-executable application); the kernels and the worker's bundle are its assets.
 */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bundle, shared } from './bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist') },
    'no-types': { type: 'boolean', default: false },
    'no-executable': { type: 'boolean', default: false },
  },
});
const dist = resolve(options.out);
const require = createRequire(import.meta.url);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await bundle(dist);
writeFileSync(join(dist, 'cli.js'), `#!/usr/bin/env node\n${readFileSync(join(dist, 'cli.js'), 'utf8')}`);
chmodSync(join(dist, 'cli.js'), 0o755);
if (!options['no-types']) buildTypes();
if (!options['no-executable']) await buildExecutable();

function buildTypes() {
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      'scripts/tsconfig.build.json',
      '--outDir',
      join(dist, 'types'),
    ],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );

  // Declarations name their neighbours as the bundles' users must: by .js.
  for (const entry of readdirSync(join(dist, 'types'), { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/(from '\.[^']*|import\('\.[^']*)\.ts'/g, "$1.js'"),
    );
  }
}

async function buildExecutable() {
  const work = join(dist, 'sea');
  mkdirSync(work);
  const single = {
    ...shared,
    format: 'cjs',
    define: { 'import.meta.url': '"file:///basalt/"', 'import.meta.dirname': '"/basalt"' },
  };
  await build({ ...single, entryPoints: ['server/cli/executable.ts'], outfile: join(work, 'main.cjs') });
  await build({
    ...single,
    entryPoints: ['server/cli/executable-worker.ts'],
    outfile: join(work, 'worker.cjs'),
  });
  const config = {
    main: join(work, 'main.cjs'),
    output: join(work, 'basalt.blob'),
    disableExperimentalSEAWarning: true,
    assets: {
      'kernels.wasm': join(root, 'engine/kernel/kernels.wasm'),
      'worker.cjs': join(work, 'worker.cjs'),
    },
  };
  writeFileSync(join(work, 'sea.json'), JSON.stringify(config));
  execFileSync(process.execPath, ['--experimental-sea-config', join(work, 'sea.json')], { stdio: 'inherit' });
  const executable = join(dist, 'basalt');
  copyFileSync(process.execPath, executable);
  chmodSync(executable, 0o755);
  const { inject } = require('postject');
  await inject(executable, 'NODE_SEA_BLOB', readFileSync(config.output), {
    sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
  });
  rmSync(work, { recursive: true });
}
