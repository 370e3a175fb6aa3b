import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ['**/*.test.ts'],
    reporters: ['default', '../../scripts/count-reporter.ts'],
    testTimeout: Math.max(600_000, 50 * Number(process.env['BASALT_ORACLE_QUERIES'] ?? 0)),
    hookTimeout: 120_000,
    // chdb is one engine per process.
    pool: 'forks',
    maxWorkers: 1,
  },
});
