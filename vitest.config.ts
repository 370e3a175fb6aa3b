import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Slow suites run with `npm run test:long`; both end with the line that CI reads (scripts/count-reporter.ts). */
const files = process.env['BASALT_TEST_LONG'] === '1' ? '*.long.ts' : '*.test.ts';

/** Folders whose tests ask nothing of their process but code: they share two, which load and warm it once. Others, which bound or kill theirs, have one a file. */
const SHARING =
  'test/{bench,clients,database,datasets,format,fuzz,house,ingest,json,kernel,server,sketch,sql,sql-front,storage,type}/**';

const exclude = ['**/node_modules/**', 'test/oracle/**'];

// Tests, and the processes and workers that they start, read the sources compiled by the one before.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'alone', include: [`test/**/${files}`], exclude: [...exclude, SHARING] },
      },
      { extends: true, test: { name: 'sharing', include: [`${SHARING}/${files}`], exclude, isolate: false } },
    ],
    reporters: ['default', './scripts/count-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Sources are what Node runs: nothing is to be transformed, and what was compiled once stays so.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
