import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';

/** Texts of every kind, by row: in both dialects the same. */
const TEXT = `CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'a,"b"' WHEN 3 THEN 'two' || chr(10) || 'lines' ELSE 'ä' || i END`;
const NUMBER = 'CASE WHEN i % 4 = 0 THEN NULL ELSE i / 8.0 END';

it.each(['csv', 'json', 'parquet'])('what COPY ... TO writes as %s is read by DuckDB', async (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'basalt-oracle-copy-'));
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    await using db = await open({ exports: [folder] });
    await db.query(
      `COPY (SELECT i, ${TEXT} AS s, i % 3 AS k, ${NUMBER} AS f FROM generate_series(1, 5000) AS g(i)) TO 'out' (FORMAT ${format}, PARTITION_BY (k))`,
    );
    const types =
      format === 'csv'
        ? ", types = {'i': 'BIGINT', 's': 'VARCHAR', 'f': 'DOUBLE'}, allow_quoted_nulls = false"
        : '';
    const wrong = await duckdb.runAndReadAll(`
      SELECT count(*) FILTER (s IS DISTINCT FROM ${TEXT}), count(*) FILTER (k IS DISTINCT FROM i % 3),
        count(*) FILTER (f IS DISTINCT FROM ${NUMBER}), count(*), sum(i)
      FROM read_${format}('${folder}/out/*/*.${format}', hive_partitioning = true${types})`);
    expect(wrong.getRows().map((row) => row.map(Number))).toEqual([[0, 0, 0, 5000, 12502500]]);
  } finally {
    duckdb.closeSync();
    rmSync(folder, { recursive: true });
  }
});

it.each(['csv', 'json', 'parquet'])('what DuckDB writes as %s is read by COPY ... FROM', async (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'basalt-oracle-copy-'));
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  try {
    await duckdb.run(
      `COPY (SELECT i, ${TEXT} AS s, DATE '2024-01-01' + (i % 9)::INT AS d, ${NUMBER} AS f FROM generate_series(1, 5000) AS g(i)) TO '${folder}/x.${format}'`,
    );
    await using db = await open({ files: [folder] });
    await db.query('CREATE TABLE t (i BIGINT NOT NULL, s VARCHAR, d DATE, f DOUBLE)');
    await db.query(`COPY t FROM 'x.${format}'`);
    const [wrong] = await db.query(`
      SELECT count(*) FILTER (WHERE s IS DISTINCT FROM ${TEXT}) AS s,
        count(*) FILTER (WHERE date_diff('day', DATE '2024-01-01', d) IS DISTINCT FROM i % 9) AS d,
        count(*) FILTER (WHERE f IS DISTINCT FROM ${NUMBER}) AS f, count(*) AS n, sum(i) AS i FROM t`);
    expect(wrong).toEqual({ s: 0, d: 0, f: 0, n: 5000, i: 12502500 });
  } finally {
    duckdb.closeSync();
    rmSync(folder, { recursive: true });
  }
});
