/** Makes a file once: generated under another name, renamed when whole. DuckDB writes what is too large for JavaScript. */

import { existsSync, renameSync } from 'node:fs';

export async function once(file: string, make: (part: string) => Promise<void>): Promise<string> {
  if (existsSync(file)) return file;
  console.log(`generating ${file.slice(file.lastIndexOf('/') + 1)}`);
  await make(`${file}.part`);
  renameSync(`${file}.part`, file);
  return file;
}

/** Runs statements in a DuckDB of its own. */
export async function runDuckdb(statements: readonly string[]): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

/** Writes the result of a query as Parquet, after `setup`. */
export const writeParquet = (file: string, query: string, setup: readonly string[] = []): Promise<void> =>
  runDuckdb([...setup, `COPY (${query}) TO '${file}' (FORMAT parquet)`]);

/** The same rows as text. */
export const convertParquet = (from: string, to: string, format: 'ndjson' | 'csv'): Promise<void> =>
  runDuckdb([
    `COPY (SELECT * FROM read_parquet('${from}')) TO '${to}' (${format === 'ndjson' ? 'FORMAT json' : 'FORMAT csv, HEADER'})`,
  ]);
