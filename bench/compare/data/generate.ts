/** Makes a file once: generated under another name, renamed when whole. */

import { existsSync, renameSync } from 'node:fs';

export async function once(file: string, make: (part: string) => Promise<void>): Promise<string> {
  if (existsSync(file)) return file;
  console.log(`generating ${file.slice(file.lastIndexOf('/') + 1)}`);
  await make(`${file}.part`);
  renameSync(`${file}.part`, file);
  return file;
}

/** Writes the result of a query as Parquet, after `setup`, with a DuckDB of its own. */
export async function writeParquet(
  file: string,
  query: string,
  setup: readonly string[] = [],
): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const statement of setup) await connection.run(statement);
  await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}
