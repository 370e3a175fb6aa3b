/** The bundles of what is published: the library, its worker and the command, with the kernels beside them. */

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

export const shared = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  absWorkingDir: root,
  legalComments: 'none',
} satisfies BuildOptions;

/** @param folder where `index.js`, `worker.js` and `cli.js` will be; npm dependencies must be in reach of it */
export async function bundle(folder: string): Promise<void> {
  await build({
    ...shared,
    entryPoints: { index: 'database/index.ts', worker: 'database/worker.ts', cli: 'server/cli/bin.ts' },
    outdir: folder,
    format: 'esm',
    splitting: true,
    chunkNames: 'chunk-[hash]',
    // The parser comes along, minified: most of the time until the first answer is compiling text.
    external: [
      'apache-arrow',
      'hyparquet',
      'hyparquet-writer',
      'fastify',
      '@fastify/*',
      'commander',
      'pino',
      'prom-client',
    ],
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    keepNames: false,
  });
  copyFileSync(join(root, 'engine/kernel/kernels.wasm'), join(folder, 'kernels.wasm'));
}
