import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parquetOptions } from '../../database/file/parquet-options.ts';
import { type Database, type Dialect, open } from '../../database/index.ts';
import { formatByName, type ParquetCodec, writerOf } from '../../engine/format/index.ts';
import { SEED } from './run.ts';

/**
 * Parquet files that Basalt writes, read by DuckDB and by ClickHouse, and by Basalt again. Values are random and typed; each reader's
 * texts are compared with what the values were made of: an expression that the three understand alike.
 */

type TypeCase = {
  /** ClickHouse's type of the column. */
  readonly type: string;
  /** ClickHouse's expression of it, over a random UInt64 `r`. */
  readonly value: string;
  /** As text, in DuckDB and in ClickHouse, where a plain cast is not what is meant. */
  readonly duckdb?: string;
  readonly clickhouse?: string;
};

const TYPES: readonly TypeCase[] = [
  { type: 'Bool', value: 'r % 3 = 0' },
  ...[8, 16, 32, 64].flatMap((bits) => [
    { type: `Int${bits}`, value: `toInt${bits}(r)` },
    { type: `UInt${bits}`, value: `toUInt${bits}(r)` },
  ]),
  {
    type: 'Float64',
    value: 'toFloat64(r % 1000003) / 8',
    duckdb: "printf('%.3f', v)",
    clickhouse: 'toDecimalString(v, 3)',
  },
  {
    type: 'Float32',
    value: 'toFloat32(r % 1009) / 8',
    duckdb: "printf('%.3f', v)",
    clickhouse: 'toDecimalString(v, 3)',
  },
  { type: 'String', value: "concat('ä€𝄞', toString(r % 1000))" },
  { type: 'String', value: 'toString(r)' },
  { type: 'Date', value: 'toDate(r % 40000)' },
  {
    type: 'DateTime64(3)',
    value: 'fromUnixTimestamp64Milli(toInt64(r % 4000000000000))',
    duckdb: 'epoch_ms(v)::VARCHAR',
    clickhouse: 'toString(toUnixTimestamp64Milli(toDateTime64(v, 3)))',
  },
  {
    type: 'DateTime64(6)',
    value: 'fromUnixTimestamp64Micro(toInt64(r % 4000000000000000))',
    duckdb: 'epoch_us(v)::VARCHAR',
    clickhouse: 'toString(toUnixTimestamp64Micro(toDateTime64(v, 6)))',
  },
  {
    type: 'Decimal(9, 2)',
    value: 'toDecimal32(toInt32(r % 1999999) - 1000000, 2) / 100',
    clickhouse: 'toDecimalString(v, 2)',
  },
  {
    type: 'Decimal(18, 4)',
    value: 'toDecimal64(toInt64(r % 19999999) - 10000000, 4) / 1000',
    clickhouse: 'toDecimalString(v, 4)',
  },
  {
    type: 'Decimal(38, 6)',
    value: 'toDecimal128(toInt64(r % 1999999999999) - 1000000000000, 6)',
    clickhouse: 'toDecimalString(v, 6)',
  },
  {
    type: 'UUID',
    value: "toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(r % 1000000), 12, '0')))",
  },
  {
    type: 'Array(Int32)',
    value: 'arrayMap(i -> toInt32(i), range(r % 4))',
    duckdb: "len(v)::VARCHAR || '/' || coalesce(list_sum(v), 0)::VARCHAR",
    clickhouse: "concat(toString(length(v)), '/', toString(arraySum(v)))",
  },
  {
    type: 'Array(Nullable(String))',
    value: 'if(r % 2 = 0, [NULL, toString(r % 7)], [])',
    duckdb: "len(v)::VARCHAR || coalesce(v[2], '')",
    clickhouse: "concat(toString(length(v)), coalesce(v[2], ''))",
  },
  {
    type: 'Tuple(a Int32, b Array(String))',
    value: '(toInt32(r % 9), [toString(r % 3)])',
    duckdb: 'v.a::VARCHAR || v.b[1]',
    clickhouse: 'concat(toString(v.a), v.b[1])',
  },
  {
    type: 'Map(String, Int64)',
    value: "map('a', toInt64(r % 5), 'b', 2)",
    duckdb: "v['a']::VARCHAR",
    clickhouse: "toString(v['a'])",
  },
];

const ROWS = 3000;
let folder: string;
let db: Database;
let duckdb: DuckDBConnection;
let clickhouse: Session;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basalt-oracle-write-'));
  db = await open({ files: [folder] });
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  clickhouse = new Session();
});
afterAll(async () => {
  await db?.close();
  clickhouse?.cleanup();
  rmSync(folder, { recursive: true });
});

async function write(
  sql: string,
  path: string,
  codec: ParquetCodec = 'ZSTD',
  dialect: Dialect = 'clickhouse',
): Promise<void> {
  const run = await db.run(sql, { dialect });
  const writer = (await writerOf(formatByName('Parquet')))(run.schema, { parquet: parquetOptions(codec) });
  const pieces = [writer.begin()];
  for await (const batch of run.batches) pieces.push(writer.batch(batch));
  pieces.push(writer.end({ rows: 0, elapsedMs: 0, rowsRead: 0, bytesRead: 0 }));
  writeFileSync(path, Buffer.concat(pieces));
}

/** Lines of text of both readers: the same values in both, NULL as `N`. */
async function readBoth(
  path: string,
  { duckdb: duck, clickhouse: click }: TypeCase,
): Promise<[string[], string[]]> {
  const rows = await duckdb.runAndReadAll(
    `SELECT coalesce(${duck ?? 'v::VARCHAR'}, 'N') FROM '${path}' ORDER BY id`,
  );
  const text = clickhouse.query(
    `SELECT ifNull(toString(${click ?? 'v'}), 'N') FROM file('${path}', Parquet) ORDER BY id`,
    'TSVRaw',
  );
  const lines = String(text).split('\n').slice(0, -1);
  return [rows.getRows().map(([v]) => String(v)), lines];
}

describe('Parquet files that Basalt writes', () => {
  it.each(TYPES)('$type is what DuckDB and ClickHouse read', async (each) => {
    const { type, value } = each;
    const isNested = /^(Array|Map|Tuple)/.test(type);
    const column = isNested ? type : `Nullable(${type})`;
    const given = isNested ? value : `if(number % 5 = 0, NULL, ${value})`;
    const source = `SELECT number AS id, CAST(${given} AS ${column}) AS v FROM (SELECT number, cityHash64(number + ${SEED}) AS r FROM numbers(${ROWS}))`;
    const shown = `SELECT ifNull(toString(${each.clickhouse ?? 'v'}), 'N') FROM (${source}) ORDER BY id`;
    const expected = String(clickhouse.query(shown, 'TSVRaw')).split('\n').slice(0, -1);
    // ClickHouse's own values go in as text, so that all three begin with the same.
    const json = join(folder, 'given.json');
    clickhouse.query(
      `INSERT INTO FUNCTION file('${json}', JSONEachRow) ${source} SETTINGS engine_file_truncate_on_insert = 1`,
    );
    // A file of its own: DuckDB keeps footers by path and second, and an Int32 beside a UInt32 differs in nothing else.
    const path = join(folder, `${type.replaceAll(/\W/g, '_')}-${TYPES.indexOf(each)}.parquet`);
    await write(`SELECT id, v FROM file('${json}', 'JSONEachRow', 'id UInt64, v ${column}')`, path);
    const [fromDuckdb, fromClickhouse] = await readBoth(path, each);
    expect(expected).toHaveLength(ROWS);
    expect(fromClickhouse).toEqual(expected);
    expect(fromDuckdb).toEqual(expected);
    const options = { int64: 'bigint', timestamp: 'string' } as const;
    const again = await db.execute(`SELECT v FROM '${path}' ORDER BY id`, options);
    const before = await db.execute(
      `SELECT v FROM file('${json}', 'JSONEachRow', 'id UInt64, v ${column}') ORDER BY id`,
      { ...options, dialect: 'clickhouse' },
    );
    expect(again.rows).toEqual(before.rows);
  });

  it.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD'] as const)('%s, in several row groups', async (codec) => {
    const path = join(folder, `${codec}.parquet`);
    await write(
      "SELECT number AS id, concat('s', toString(number % 100)) AS s, if(number % 3 = 0, NULL, number) AS n FROM numbers(300000)",
      path,
      codec,
    );
    const sql = (from: string) =>
      `SELECT count(*), sum(id), count(DISTINCT s), count(n), max(n) FROM ${from}`;
    const expected = [300000, 44999850000, 100, 200000, 299999];
    const rows = (await duckdb.runAndReadAll(sql(`'${path}'`))).getRows()[0].map(Number);
    expect(rows).toEqual(expected);
    expect((await db.execute(sql(`'${path}'`))).rows[0]).toEqual(expected);
    const groups = await duckdb.runAndReadAll(
      `SELECT count(DISTINCT row_group_id) FROM parquet_metadata('${path}')`,
    );
    expect(Number(groups.getRows()[0][0])).toBe(3);
  });

  it('TIME is TIME to DuckDB, an INTERVAL its text', async () => {
    const path = join(folder, 'time.parquet');
    const values =
      "VALUES (1, TIME '10:00:00.5', INTERVAL '1 month 2 days'), (2, NULL, NULL), (3, TIME '24:00:00', INTERVAL '-1 hour')";
    await write(`SELECT * FROM (${values}) v(id, t, i)`, path, 'ZSTD', 'standard');
    const sql = (from: string) =>
      `SELECT typeof(t), CAST(t AS VARCHAR), CAST(i AS VARCHAR) FROM ${from} ORDER BY id`;
    const expected = (await duckdb.runAndReadAll(sql(`(${values}) v(id, t, i)`))).getRows();
    expect((await duckdb.runAndReadAll(sql(`'${path}'`))).getRows()).toEqual(expected);
    expect((await db.execute(sql(`'${path}'`))).rows).toEqual(expected);
  });

  it('of no rows have their columns', async () => {
    const path = join(folder, 'empty.parquet');
    await write(
      'SELECT number AS id, toDecimal64(1, 2) AS d, [1] AS a FROM numbers(10) WHERE number > 10',
      path,
    );
    expect(
      (await duckdb.runAndReadAll(`SELECT count(*) FROM '${path}'`)).getRows().map(([n]) => Number(n)),
    ).toEqual([0]);
    expect(
      (await duckdb.runAndReadAll(`DESCRIBE SELECT * FROM '${path}'`)).getRows().map(([name]) => name),
    ).toEqual(['id', 'd', 'a']);
    expect((await db.execute(`SELECT id, d FROM '${path}'`)).rows).toEqual([]);
  });
});
