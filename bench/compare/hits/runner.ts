/** `hits-shape`: the columns of the generated `hits`; with the default rows and seed it writes the page about them. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from '../report/table.ts';
import { OUT, type Runner } from '../runner/runner.ts';
import { clickbench } from '../suite/clickbench.ts';
import { hitsPage } from './page.ts';
import { measureShape } from './shape.ts';

const PAGE = join(import.meta.dirname, '../../../docs/internals/hits.md');
const PAGE_ROWS = 1_000_000;
const PAGE_SEED = 1;

export const hitsShape: Runner = {
  name: 'hits-shape',
  what: 'the columns of the generated hits, and docs/internals/hits.md about them',
  needs: ['peers'],
  defaults: { rows: PAGE_ROWS },
  async run(options) {
    const { rows, seed } = options;
    const { tables } = await clickbench.prepare({ rows, seed, folder: OUT });
    const measured = await measureShape(tables[0].file, rows, join(OUT, 'hits-column.parquet'));
    report(
      {
        suite: 'hits-shape',
        what: hitsShape.what,
        conditions: `${rows} rows, seed ${seed}; ${measured.known.map(({ known, generated }) => `${known.what}: ${generated}`).join('; ')}`,
        columns: [
          { name: 'column' },
          { name: 'type' },
          { name: 'distinct a row', decimals: 4 },
          { name: 'empty', decimals: 4 },
          { name: 'length', decimals: 1 },
          { name: 'top value', decimals: 4 },
          { name: 'Zstd bytes a row', decimals: 2 },
        ],
        lines: measured.shapes.map((s) => [
          s.name,
          s.type,
          s.distinct,
          s.empty,
          s.length,
          s.top,
          s.zstdBytes,
        ]),
      },
      options,
    );
    if (rows === PAGE_ROWS && seed === PAGE_SEED) {
      mkdirSync(join(PAGE, '..'), { recursive: true });
      writeFileSync(PAGE, hitsPage(measured, rows, seed));
    }
    return true;
  },
};
