/** The ingest suite's files: the same rows as NDJSON, CSV and Parquet, and batches of them as NDJSON. */

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HITS_COLUMNS } from '../../../datasets/hits/columns.ts';
import { HITS_SETUP, hitsQuery } from '../../../datasets/hits/sql.ts';
import { convertParquet, once, runDuckdb, writeParquet } from '../data/generate.ts';
import type { DataRequest, Table } from '../suite.ts';

/** 20 columns of `hits`: with all 105 the text formats would measure the disk. The first ten are those of the batches. */
const NAMES =
  'WatchID EventTime EventDate CounterID UserID RegionID ResolutionWidth IsRefresh URL SearchPhrase Referer Title ClientIP OS UserAgent MobilePhoneModel TraficSourceID AdvEngineID HID SendTiming'.split(
    ' ',
  );
const COLUMNS = NAMES.map((name) => HITS_COLUMNS.find((c) => c.name === name)!);
const BATCH_COLUMNS = COLUMNS.slice(0, 10);
export const BATCH_ROWS = 10_000;
/** Batches that differ; more inserts repeat them. */
const MAX_BATCH_FILES = 100;

const tableOf = (columns: typeof COLUMNS, file: string, format: Table['format']): Table => ({
  name: 'hits',
  columns: columns.map(({ name, type }) => ({ name, type })),
  orderBy: ['CounterID', 'EventDate', 'UserID', 'EventTime', 'WatchID'],
  file,
  format,
});

const parquetFile = ({ rows, seed, folder }: DataRequest): Promise<string> =>
  once(join(folder, `ingest-${rows}-${seed}.parquet`), (part) =>
    writeParquet(part, hitsQuery(COLUMNS, seed, rows), HITS_SETUP),
  );

export async function loadTable(format: Table['format'], data: DataRequest): Promise<Table> {
  const parquet = await parquetFile(data);
  if (format === 'parquet') return tableOf(COLUMNS, parquet, format);
  const file = await once(parquet.replace(/parquet$/, format), (part) =>
    convertParquet(parquet, part, format),
  );
  return tableOf(COLUMNS, file, format);
}

/** The table to insert into, and files of a batch each. */
export async function batchTable(data: DataRequest): Promise<{ table: Table; batches: readonly string[] }> {
  const parquet = await parquetFile(data);
  const folder = join(data.folder, `ingest-batches-${data.rows}-${data.seed}`);
  const count = Math.max(1, Math.min(MAX_BATCH_FILES, Math.floor(data.rows / BATCH_ROWS)));
  const batches = Array.from({ length: count }, (_, i) => join(folder, `${i}.ndjson`));
  if (!existsSync(batches[count - 1])) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const names = BATCH_COLUMNS.map((c) => c.name).join(', ');
    await runDuckdb(
      batches.map(
        (file, i) =>
          `COPY (SELECT ${names} FROM read_parquet('${parquet}', file_row_number = true) WHERE file_row_number >= ${i * BATCH_ROWS} AND file_row_number < ${(i + 1) * BATCH_ROWS}) TO '${file}' (FORMAT json)`,
      ),
    );
  }
  return { table: tableOf(BATCH_COLUMNS, '', 'ndjson'), batches };
}
