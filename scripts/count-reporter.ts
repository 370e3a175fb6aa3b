/** Vitest prints no closing line that a machine can rely on: this prints `N passed, N failed`. */

import type { Reporter, TestModule } from 'vitest/node';

export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0;
    let failed = 0;
    let skipped = 0;
    for (const module of modules) {
      const failedBefore = failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped++;
      }
      // A file that could not be loaded, or whose set-up failed, has no failed test: it counts as one failure.
      if (module.state() === 'failed' && failed === failedBefore) failed++;
    }
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  }
}

// Vitest loads reporters by their default export.
export { CountReporter as default };
