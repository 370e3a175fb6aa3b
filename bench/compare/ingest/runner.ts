/**
 * `ingest`: how fast rows become durable, by files and by batches, and what they take on disk. `--queries` picks among ndjson, csv,
 * parquet, sizes, insert.
 */

import { chosen } from '../options.ts';
import { report } from '../report/table.ts';
import { OUT, type Runner } from '../runner/runner.ts';
import type { Table } from '../suite.ts';
import { batchTable, loadTable } from './files.ts';
import { INSERT_COLUMNS, measureInserts } from './inserts.ts';
import { LOAD_COLUMNS, measureLoads } from './loads.ts';
import { measureSizes, SIZE_COLUMNS } from './sizes.ts';

const FORMATS: readonly (readonly [Table['format'], string])[] = [
  ['ndjson', 'NDJSON'],
  ['csv', 'CSV'],
  ['parquet', 'Parquet'],
];

export const ingest: Runner = {
  name: 'ingest',
  what: 'rows from NDJSON, CSV and Parquet into durable tables, and acknowledged inserts of 10,000 rows',
  needs: ['peers', 'package'],
  defaults: { runs: 1 },
  async run(options) {
    const { rows, seed, threads } = options;
    const data = { rows, seed, folder: OUT };
    const wanted = chosen(options.queries, [...FORMATS.map(([name]) => name), 'sizes', 'insert']);
    const lines = [];
    let right = true;
    for (const [format, label] of FORMATS.filter(([name]) => wanted(name))) {
      const measured = await measureLoads(label, await loadTable(format, data), options);
      lines.push(...measured.lines);
      right &&= measured.right;
    }
    const conditions = `${rows} rows, seed ${seed}, ${threads} threads`;
    const files = {
      suite: 'ingest',
      what: '20 columns of hits from a file into a fresh table',
      conditions: `${conditions}, median of ${options.runs}, syncs and merges included`,
      columns: LOAD_COLUMNS,
      lines,
    };
    if (lines.length > 0) report(files, { json: options.json, html: options.html });
    if (wanted('sizes')) {
      const sizes = {
        suite: 'ingest, sizes',
        what: '20 columns of hits on disk, merged',
        conditions,
        columns: SIZE_COLUMNS,
        lines: await measureSizes(await loadTable('parquet', data), options),
      };
      report(sizes, { json: beside(options.json, 'sizes'), html: beside(options.html, 'sizes') });
    }
    if (!wanted('insert')) return right;
    const { table, batches } = await batchTable(data);
    const inserted = await measureInserts(table, batches, options);
    report(
      {
        suite: 'ingest, inserts',
        what: '10,000 rows of 10 columns of hits an insert, each acknowledged before the next',
        conditions,
        columns: INSERT_COLUMNS,
        lines: inserted.lines,
      },
      { json: beside(options.json, 'inserts'), html: beside(options.html, 'inserts') },
    );
    return right && inserted.right;
  },
};

/** The file of a further table: `x.json` -> `x-inserts.json`. */
const beside = (file: string | null, name: string): string | null =>
  file?.replace(/(\.[^.]*)?$/, `-${name}$1`) ?? null;
