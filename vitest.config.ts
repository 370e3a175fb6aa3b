import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Slow suites run with `npm run test:long`; both end with the line that CI reads (scripts/count-reporter.ts). */
const long = process.env['BASALT_TEST_LONG'] === '1';

// Tests, and the processes and workers that they start, read the sources compiled by the one before.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

export default defineConfig({
  test: {
    include: long ? ['test/**/*.long.ts'] : ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/oracle/**'],
    reporters: ['default', './scripts/count-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Sources are what Node runs: nothing is to be transformed, and what was compiled once stays so.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
