/** The sample table of an empty data folder: a million made-up Wikipedia edits, with a progress bar. */

import type { Database } from '../../database/index.ts';
import { wikipediaNdjson, wikipediaSpec } from '../../datasets/wikipedia.ts';
import { ProgressLine } from './progress.ts';

export const SAMPLE_TABLE = 'wikipedia';
const ROWS = 1_000_000;

/** Whether nothing is there, or a sample that a stop cut off before its rows were. */
export async function lacksSample(database: Database): Promise<boolean> {
  const tables = database.tables();
  if (tables.length !== 1 || tables[0].name !== SAMPLE_TABLE) return tables.length === 0;
  const [row] = await database.query(`SELECT count(*) AS n FROM ${SAMPLE_TABLE}`);
  return row['n'] === 0;
}

export async function loadSample(database: Database, signal: AbortSignal): Promise<void> {
  const line = new ProgressLine('Loading the sample table wikipedia');
  let last = { rows: 0, bytes: 0, total: ROWS };
  const report = await database.ingest(wikipediaSpec(SAMPLE_TABLE), {
    signal,
    input: asStream(wikipediaNdjson({ rows: ROWS })),
    onProgress: ({ rows, bytes }) => {
      last = { rows, bytes, total: ROWS };
      line.show(last, rows);
    },
  });
  line.end({ ...last, rows: report.rowsStored });
}

/** Gives other work a turn between chunks: the server answers while it loads. */
async function* asStream(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    yield chunk;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
