import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { judgeDuckdb } from './duckdb-examples.ts';

/** Of the functions whose examples DuckDB answers alike twice. The floor rises with what is built. */
const FLOOR = 0.855;

it('answers the examples of DuckDB functions as it does', async () => {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const duckdb = await instance.connect();
  await using db = await open();
  const judged = await judgeDuckdb(duckdb, db, () => true);
  duckdb.closeSync();
  const all = judged.filter((j) => j.verdict !== 'unjudged');
  expect(all.length).toBeGreaterThan(600);
  expect(all.filter((j) => j.verdict === 'matched').length / all.length).toBeGreaterThan(FLOOR);
});
