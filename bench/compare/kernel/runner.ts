/** `kernel`: GB/s of the kernels (`bench/kernel`) beside the machine's copy bandwidth. `--queries` picks families. */

import { measureKernels } from '../../kernel/index.ts';
import { type Figure, report } from '../report/table.ts';
import type { Runner } from '../runner/runner.ts';
import { median } from '../score.ts';

const VALUE_BYTES = 8;

export const kernel: Runner = {
  name: 'kernel',
  what: 'GB/s of the kernels on one thread, and as a share of what copying memory gives',
  needs: [],
  defaults: { rows: 8_000_000, runs: 5 },
  async run(options) {
    const bytes = options.rows * VALUE_BYTES;
    const lines: Figure[][] = [];
    let copy = Number.NaN;
    const request = { bytes, seed: options.seed, runs: options.runs };
    for await (const timed of measureKernels(request, (f) => options.queries?.includes(f) ?? true)) {
      const ms = median(timed.ms);
      const rate = timed.bytes / ms / 1e6;
      if (timed.family === 'copy') copy = rate;
      lines.push([timed.family, timed.name, rate, (rate / copy) * 100, (ms * 1e6) / timed.values]);
    }
    report(
      {
        suite: 'kernel',
        what: kernel.what,
        conditions: `arrays of ${(bytes / 1e6).toFixed(0)} MB, seed ${options.seed}, medians of ${options.runs} runs`,
        columns: [
          { name: 'family' },
          { name: 'kernel' },
          { name: 'GB/s', decimals: 2 },
          { name: '% of copy', decimals: 0 },
          { name: 'ns a value', decimals: 2 },
        ],
        lines,
      },
      options,
    );
    return true;
  },
};
