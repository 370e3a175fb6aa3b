import { mkdtempSync, openAsBlob, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SEED } from './run.ts';

/**
 * Parquet files that DuckDB writes, with every codec and both versions of its encodings, read by Basalt and by DuckDB
 * itself. Values are compared as texts; a failure names type, file and row.
 */

/** A column: DuckDB's type, its values out of a random UBIGINT `r`, and the type it goes into here. */
type TypeCase = { readonly duckdb: string; readonly value: string; readonly clickhouse: string };

const of = (duckdb: string, clickhouse: string, value = `CAST(r % 100 AS ${duckdb})`): TypeCase => ({
  duckdb,
  clickhouse,
  value,
});
const wide = (duckdb: string, clickhouse: string, span: string, low: string): TypeCase =>
  of(duckdb, clickhouse, `CAST(CAST(r % ${span} AS HUGEINT) - ${low} AS ${duckdb})`);
const moments = (duckdb: string, clickhouse: string, unit: number): TypeCase =>
  of(
    duckdb,
    clickhouse,
    `CAST(make_timestamp(CAST(r % 4000000000000000 AS BIGINT) // ${unit} * ${unit}) AS ${duckdb})`,
  );

const TYPES: readonly TypeCase[] = [
  of('BOOLEAN', 'Bool', 'r % 3 = 0'),
  wide('TINYINT', 'Int8', '256', '128'),
  wide('SMALLINT', 'Int16', '65536', '32768'),
  wide('INTEGER', 'Int32', '4294967296', '2147483648'),
  of('BIGINT', 'Int64', 'CAST(r % 9223372036854775807 AS BIGINT) - 4611686018427387904'),
  wide('UTINYINT', 'UInt8', '256', '0'),
  wide('USMALLINT', 'UInt16', '65536', '0'),
  wide('UINTEGER', 'UInt32', '4294967296', '0'),
  of('UBIGINT', 'UInt64', 'r'),
  of('BIGINT', 'Int64', 'CAST(1600000000 + i AS BIGINT)'),
  of('INTEGER', 'Int64'),
  of('UINTEGER', 'Int64', 'CAST(r % 4294967296 AS UINTEGER)'),
  of('INTEGER', 'Float64', 'CAST(r % 1000 AS INTEGER)'),
  of('INTEGER', 'String', 'CAST(r % 1000 AS INTEGER)'),
  of('FLOAT', 'Float32', 'CAST(r % 1000000 AS FLOAT) / 64'),
  of('FLOAT', 'Float64', 'CAST(r % 1000000 AS FLOAT) / 64'),
  of('DOUBLE', 'Float64', 'CAST(r AS DOUBLE) / 1e9'),
  of('VARCHAR', 'String', "'v' || (r % 20)"),
  of('VARCHAR', 'String', "'https://example.com/' || r || '/ä€𝄞'"),
  of('VARCHAR', 'String', "repeat('x', CAST(r % 300 AS INTEGER))"),
  of('VARCHAR', 'String', "''"),
  of('VARCHAR', 'Int32', 'CAST(r % 100000 AS VARCHAR)'),
  of('BLOB', 'String', "encode('bytes' || (r % 1000))"),
  of(
    "ENUM('red', 'green', 'blue')",
    'String',
    "CAST(['red', 'green', 'blue'][CAST(1 + r % 3 AS BIGINT)] AS ENUM('red', 'green', 'blue'))",
  ),
  of('UUID', 'String', 'CAST(md5(r::VARCHAR) AS UUID)'),
  of('DATE', 'Date', "DATE '1970-01-01' + CAST(r % 60000 AS INTEGER)"),
  moments('TIMESTAMP_S', 'DateTime', 1_000_000),
  moments('TIMESTAMP_MS', 'DateTime64(3)', 1000),
  moments('TIMESTAMP', 'DateTime64(6)', 1),
  moments('TIMESTAMPTZ', 'DateTime64(6)', 1),
  of('TIMESTAMP_NS', 'DateTime64(9)', 'make_timestamp_ns(CAST(r % 4000000000000000000 AS BIGINT))'),
  of('TIME', 'Time64(6)', 'CAST(make_timestamp(CAST(r % 86400000000 AS BIGINT)) AS TIME)'),
  of('TIME', 'String', 'CAST(make_timestamp(CAST(r % 86400 * 1000000 AS BIGINT)) AS TIME)'),
  of('DECIMAL(4, 1)', 'Float64', 'CAST((r % 9999) / 10 AS DECIMAL(4, 1))'),
  of('DECIMAL(9, 2)', 'Float64', 'CAST((r % 999999999) / 100 AS DECIMAL(9, 2)) - 1000000'),
  of('DECIMAL(18, 4)', 'String', 'CAST((r % 99999999999999) / 10000 AS DECIMAL(18, 4)) - 1000000'),
  of('DECIMAL(38, 6)', 'String', 'CAST(CAST(r AS HUGEINT) * 12345678 AS DECIMAL(38, 6)) - 5.25'),
  of('DECIMAL(38, 6)', 'Float64', 'CAST((r % 1000000) / 1000 AS DECIMAL(38, 6))'),
];

const CODECS = ['uncompressed', 'snappy', 'zstd', 'gzip', 'lz4_raw'];
/** Share of NULLs by column, in percent. */
const NULLS = [0, 10, 90, 100];
const SHAPES = [
  { rows: 0, group: 122880 },
  { rows: 1, group: 122880 },
  { rows: 5000, group: 2048 },
  { rows: 140_000, group: 122880 },
];

const folder = mkdtempSync(join(tmpdir(), 'basalt-parquet-'));
let duckdb: DuckDBConnection;
beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  // Sixty-four bits that look random, the same for a seed.
  await duckdb.run("SET TimeZone = 'UTC'");
});
afterAll(() => {
  duckdb.closeSync();
  rmSync(folder, { recursive: true });
});

const names = TYPES.map((_, i) => `c${i}`);

/** One text for a value, however a client spells it. */
function text(value: unknown, { clickhouse }: TypeCase): string | null {
  if (value === null) return null;
  if (/^Float/.test(clickhouse)) {
    const number = Number(value);
    return String(clickhouse === 'Float32' ? Math.fround(number) : number);
  }
  if (/^Date/.test(clickhouse))
    return String(value)
      .replace(/\+00$/, '')
      .replace(/(\.\d*?)0*$/, '$1')
      .replace(/\.$/, '');
  return String(value);
}

/** DuckDB's value as a text, or as what its client makes of it. */
function shown({ duckdb: type, clickhouse }: TypeCase, name: string): string {
  if (type === 'BLOB') return `decode(${name})`;
  if (clickhouse === 'Float64') return `CAST(${name} AS DOUBLE)`;
  return `CAST(${name} AS VARCHAR)`;
}

async function write(rows: number, group: number, codec: string, version: string): Promise<string> {
  const columns = TYPES.map(({ value }, i) => {
    const share = NULLS[(i + rows) % NULLS.length];
    const isNull = share === 0 ? 'false' : `hash(i * 31 + ${i + SEED}) % 100 < ${share}`;
    return `CASE WHEN ${isNull} THEN NULL ELSE (SELECT ${value.replaceAll(/\br\b/g, `hash(i + ${(i + 1) * 1000 + SEED})`)}) END AS c${i}`;
  });
  const path = join(folder, `${rows}-${codec}-${version}.parquet`);
  await duckdb.run(
    `COPY (SELECT ${columns.join(', ')} FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet, CODEC '${codec}', PARQUET_VERSION ${version}, ROW_GROUP_SIZE ${group})`,
  );
  return path;
}

describe.each(['V1', 'V2'])('Parquet %s', (version) => {
  it.each(CODECS)('reads what DuckDB writes as %s', async (codec) => {
    await using db = await open();
    const ddl = TYPES.map(({ clickhouse }, i) => `c${i} Nullable(${clickhouse})`).join(', ');
    await db.query(`CREATE TABLE t (n UInt64, ${ddl}) ENGINE = MergeTree ORDER BY tuple()`, {
      dialect: 'clickhouse',
    });
    for (const { rows, group } of SHAPES) {
      const path = await write(rows, group, codec, version);
      const { statistics } = await db.execute(`INSERT INTO t (${names.join(', ')}) FORMAT Parquet`, {
        dialect: 'clickhouse',
        data: await openAsBlob(path),
      });
      expect(statistics.rowsWritten).toBe(rows);
      for (const [c, type] of TYPES.entries()) {
        const theirs = await duckdb.runAndReadAll(
          `SELECT ${shown(type, names[c])}, count(*) FROM read_parquet('${path}') GROUP BY 1`,
        );
        const ours = await db.execute(`SELECT ${names[c]}, count(*) FROM t GROUP BY 1`, {
          int64: 'bigint',
          timestamp: 'string',
        });
        const counts = (answer: readonly (readonly unknown[])[]) =>
          answer.map(([value, n]) => `${text(value, type)} x${n}`).sort();
        const [a, b] = [counts(ours.rows), counts(theirs.getRows())];
        const at = a.findIndex((line, i) => line !== b[i]);
        expect(
          at < 0 && a.length === b.length
            ? 'same'
            : { column: c, ...type, rows, ours: a[at], theirs: b[at], sizes: [a.length, b.length] },
        ).toBe('same');
      }
      await db.query('TRUNCATE TABLE t');
    }
  });
});

describe('order', () => {
  it('keeps rows as they stand in the file', async () => {
    const path = join(folder, 'order.parquet');
    await duckdb.run(
      `COPY (SELECT i, 's' || i AS s FROM range(300000) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 20480)`,
    );
    await using db = await open();
    await db.query('CREATE TABLE t (i BIGINT, s VARCHAR)');
    await db.execute('INSERT INTO t FORMAT Parquet', { data: await openAsBlob(path) });
    const [row] = await db.query("SELECT count(*) AS n FROM t WHERE s = concat('s', CAST(i AS VARCHAR))");
    expect(row['n']).toBe(300000);
  });
});

/** DuckDB's type, and a value of it over a random UBIGINT `r` and the row's number `i`. */
const NESTED: readonly (readonly [type: string, value: string])[] = [
  ['INTEGER[]', 'list_transform(range(CAST(r % 5 AS BIGINT)), lambda x: CAST(x * r % 1000 AS INTEGER))'],
  [
    'VARCHAR[]',
    "list_transform(range(CAST(r % 4 AS BIGINT)), lambda x: CASE WHEN (x + r) % 3 = 0 THEN NULL ELSE 'ä€' || (r % 50) END)",
  ],
  [
    'DOUBLE[][]',
    'list_transform(range(CAST(r % 4 AS BIGINT)), lambda x: CASE WHEN (x + r) % 5 = 0 THEN NULL ELSE list_transform(range(CAST((r + x) % 3 AS BIGINT)), lambda y: y / 8) END)',
  ],
  [
    'STRUCT(a INTEGER, b VARCHAR[], c STRUCT(d BOOLEAN, e DATE))',
    "{'a': CAST(r % 9 AS INTEGER), 'b': CASE WHEN r % 7 = 0 THEN NULL ELSE [CAST(r % 11 AS VARCHAR), NULL] END, 'c': CASE WHEN r % 5 = 0 THEN NULL ELSE {'d': r % 2 = 0, 'e': DATE '2020-01-01' + CAST(r % 400 AS INTEGER)} END}",
  ],
  [
    'STRUCT(k INTEGER, v DECIMAL(9, 2)[])[]',
    "list_transform(range(CAST(r % 3 AS BIGINT)), lambda x: CASE WHEN (x + r) % 4 = 0 THEN NULL ELSE {'k': CAST(x AS INTEGER), 'v': [CAST(r % 1000 AS DECIMAL(9, 2)) / 4, NULL]} END)",
  ],
  [
    'MAP(INTEGER, VARCHAR)',
    "map_from_entries(list_transform(range(CAST(r % 4 AS BIGINT)), lambda x: {'k': CAST(100 - x AS INTEGER), 'v': CASE WHEN (x + r) % 3 = 0 THEN NULL ELSE 'v' || x END}))",
  ],
  [
    'MAP(VARCHAR, TIMESTAMP[])',
    "map_from_entries(list_transform(range(CAST(r % 3 AS BIGINT)), lambda x: {'k': 'k' || x, 'v': [make_timestamp(CAST(r % 4000000000000000 AS BIGINT))]}))",
  ],
];

describe('nested columns', () => {
  it.each(['V1', 'V2'].flatMap((version) => [0, 1, 3000, 140_000].map((rows) => [version, rows] as const)))(
    'of a %s file with %i rows are read as DuckDB reads them',
    async (version, rows) => {
      const path = join(folder, `nested-${version}-${rows}.parquet`);
      const columns = NESTED.map(([type, value], c) => {
        const r = `hash(i + ${c * 1000 + SEED})`;
        const made = value.replaceAll(/\br\b/g, r);
        return `CASE WHEN ${r} % 13 = 0 THEN NULL ELSE CAST(${made} AS ${type}) END AS c${c}`;
      });
      await duckdb.run(
        `COPY (SELECT i, ${columns.join(', ')} FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 30000)`,
      );
      await using db = await open({ files: [folder] });
      await db.query('CREATE TABLE t (i BIGINT)');
      for (const [c, [type]] of NESTED.entries()) {
        // DuckDB's JSON is what both are compared by.
        const ours = await db.execute(`SELECT c${c} FROM read_parquet('${path}') ORDER BY i`);
        const theirs = await duckdb.runAndReadAll(
          `SELECT CASE WHEN c${c} IS NULL THEN NULL ELSE CAST(to_json(c${c}) AS VARCHAR) END FROM read_parquet('${path}') ORDER BY i`,
        );
        const lines = theirs
          .getRows()
          .map(([json]) => canonical(json === null ? null : JSON.parse(String(json))));
        const mine = ours.rows.map(([value]) => canonical(value));
        const at = mine.findIndex((line, i) => line !== lines[i]);
        expect(
          at < 0 && mine.length === lines.length ? 'same' : { type, at, ours: mine[at], theirs: lines[at] },
        ).toBe('same');
      }
    },
  );
});

/** JSON in which numbers and times read alike, as JavaScript's values or as texts. */
const DAY = /^\d{4}-\d\d-\d\d$/;
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => {
    if (inner instanceof Map) return Object.fromEntries(inner);
    if (typeof inner === 'number') return String(inner);
    if (typeof inner !== 'string') return inner;
    if (/^-?[\d.]+$/.test(inner)) return String(Number(inner));
    const [day, clock = '00:00:00'] = inner.replace('Z', '').split(/[ T]/);
    return DAY.test(day) ? Date.parse(`${day}T${clock.slice(0, 12)}Z`) : inner;
  });

describe('types that are refused', () => {
  it.each([
    ['INTERVAL', 'INTERVAL 1 DAY', 'INTERVAL'],
    ['a struct with one', "{'a': INTERVAL 1 DAY}", 'INTERVAL'],
  ])('%s', async (_name, value, reason) => {
    const path = join(folder, 'refused.parquet');
    await duckdb.run(`COPY (SELECT ${value} AS v, 1 AS n) TO '${path}' (FORMAT parquet)`);
    await using db = await open();
    await db.query('CREATE TABLE t (v VARCHAR, n INTEGER)');
    const insert = async (columns: string) =>
      db.execute(`INSERT INTO t ${columns} FORMAT Parquet`, { data: await openAsBlob(path) });
    await expect(insert('')).rejects.toThrow(new RegExp(`Column v of the Parquet file.*${reason}`));
    expect((await insert('(n)')).statistics.rowsWritten).toBe(1);
  });
});
