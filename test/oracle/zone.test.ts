import { DuckDBInstance } from '@duckdb/node-api';
import { Session } from 'chdb';
import { expect, test } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { timestampText } from '../../engine/function/time-text.ts';
import { timeZone, UTC } from '../../engine/function/time-zone.ts';

/** Texts of local times, many around changes of clocks, read as ClickHouse and as DuckDB read them. 1900 to 2299. */

const ZONES = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
const FIRST = Date.UTC(1900, 0, 2) / 1000;
const LAST = Date.UTC(2299, 11, 30) / 1000;
const DAY = 86400;

/** Local times of every change within a day or so, and as many at random. */
function localTimes(zone: string, random: SeededRandom): string[] {
  const { starts, offsets } = timeZone(zone).localOffsets('forward');
  const near = [...starts].flatMap((start, i) => {
    if (i === 0 || start < FIRST || start > LAST) return [];
    const width = Math.abs(offsets[i] - offsets[i - 1]);
    return [-width - 1, -width, -width + 1, -1, 0, 1, random.below(2 * width + 1) - width, DAY].map(
      (d) => start + d,
    );
  });
  const anywhere = near.map(() => FIRST + random.below(1 << 30) * 11.7);
  return [...near, ...anywhere]
    .filter((s) => s >= FIRST && s <= LAST)
    .map((s) => timestampText(BigInt(Math.floor(s)), 0, UTC));
}

test.each(ZONES)('ClickHouse reads local times of %s as we do', async (zone) => {
  const texts = localTimes(zone, new SeededRandom(1));
  const session = new Session();
  session.query('SET max_query_size = 10000000');
  await using db = await open();
  await db.query('CREATE TABLE t (i Int32, s String) ENGINE = MergeTree ORDER BY i', {
    dialect: 'clickhouse',
  });
  const data = texts.map((s, i) => `${JSON.stringify({ i, s })}\n`).join('');
  await db.query(`INSERT INTO t FORMAT JSONEachRow\n${data}`, { dialect: 'clickhouse' });
  const seconds = `intDiv(toUnixTimestamp64Milli(toDateTime64(s, 3, '${zone}')), 1000)`;
  const ours = await db.query(`SELECT ${seconds} AS v FROM t ORDER BY i`, { dialect: 'clickhouse' });
  const rows = texts.map((s, i) => `(${i}, '${s}')`).join(', ');
  const theirs = session.query(
    `SELECT ${seconds} FROM values('i Int32, s String', ${rows}) ORDER BY i`,
    'TSV',
  );
  session.cleanup();
  const wrong = theirs
    .trim()
    .split('\n')
    .flatMap((their, i) =>
      their === String(ours[i]['v']) ? [] : [`${texts[i]}: ${their}, we say ${ours[i]['v']}`],
    );
  expect(texts.length).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

test.each(ZONES)('DuckDB reads local times of %s as we do', async (zone) => {
  const texts = localTimes(zone, new SeededRandom(2));
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await using db = await open();
  await connection.run(`SET TimeZone = '${zone}'`);
  const values = texts.map((s, i) => `(${i}, '${s}')`).join(', ');
  const sql = (type: string) => `SELECT CAST(epoch(CAST(s AS ${type})) AS BIGINT) AS v FROM t ORDER BY i`;
  await connection.run('CREATE TABLE t (i INTEGER, s VARCHAR)');
  await connection.run(`INSERT INTO t VALUES ${values}`);
  await db.query('CREATE TABLE t (i INTEGER, s VARCHAR)');
  await db.query(`INSERT INTO t VALUES ${values}`);
  const theirs = (await connection.runAndReadAll(sql('TIMESTAMPTZ'))).getRows();
  const ours = await db.query(sql('TIMESTAMP'), { timeZone: zone });
  connection.closeSync();
  const wrong = theirs.flatMap(([their], i) =>
    String(their) === String(ours[i]['v']) ? [] : [`${texts[i]}: ${their}, we say ${ours[i]['v']}`],
  );
  expect(wrong).toEqual([]);
});

const AROUND = [
  '2024-03-30 12:00:00',
  '2024-03-31 00:30:00',
  '2024-03-31 12:00:00',
  '2024-10-26 02:30:00',
  '2024-10-27 12:00:00',
  '2024-02-29 23:00:00',
  '2024-03-10 12:00:00',
  '2024-11-02 01:30:00',
  '2024-11-04 00:00:00',
  '2024-04-06 12:00:00',
  '2023-12-31 23:59:59.5',
];
/** The order of their parts makes no difference: DuckDB's moments with a zone are moved back by the smallest one first. */
const STEPS = ['1 day', '24 hours', '1 month', '1 month 1 day', '-1 day', '-36:00:00', '0 days'];

test.each(ZONES)('DuckDB adds intervals in %s, and has them between moments, as we do', async (zone) => {
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(`SET TimeZone = '${zone}'`);
  await using db = await open();
  const pairs = AROUND.flatMap((a) => AROUND.map((b, i) => [a, b, STEPS[i % STEPS.length]]));
  const values = pairs.map((row) => `(${row.map((v) => `'${v}'`).join(', ')})`).join(', ');
  const sql = `
    SELECT epoch_us(at + by), epoch_us(at - by), CAST(at - since AS VARCHAR), CAST(age(at, since) AS VARCHAR)
    FROM (SELECT CAST(a AS TIMESTAMPTZ) AS at, CAST(b AS TIMESTAMPTZ) AS since, CAST(i AS INTERVAL) AS by FROM (VALUES ${values}) v(a, b, i))`;
  const theirs = (
    await duckdb.runAndReadAll(sql.replaceAll(/\bat\b/g, 'ts').replaceAll(/\bby\b/g, 'step'))
  ).getRows();
  const ours = await db.execute(sql, { timeZone: zone, int64: 'string' });
  duckdb.closeSync();
  const text = (row: readonly unknown[]): string => row.map(String).join(' | ');
  const wrong = pairs.flatMap(([a, b, i], n) => {
    const [x, y] = [text(ours.rows[n]), text(theirs[n])];
    return x === y ? [] : [`${a} ${b} ${i}: ${x}, not ${y}`];
  });
  expect(ours.rows).toHaveLength(pairs.length);
  expect(wrong).toEqual([]);
});

/** Clocks of local mean time, which are ahead by seconds, too, and of today. */
const MOMENTS = [
  '1901-06-01',
  '1912-03-03',
  '1935-01-01',
  '1970-01-01',
  '2024-01-01',
  '2024-07-01',
  '2299-07-01',
];

test.each([...ZONES, 'Asia/Kolkata', 'America/St_Johns'])(
  'DuckDB writes offsets of %s as we do',
  async (zone) => {
    const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
    await duckdb.run(`SET TimeZone = '${zone}'`);
    await using db = await open();
    const values = MOMENTS.map((day) => `('${day} 00:00:00.5+00')`).join(', ');
    const sql = `SELECT CAST(x AS VARCHAR), strftime(x, '%z'), strftime(x, '%H:%M:%S') FROM (SELECT CAST(s AS TIMESTAMPTZ) AS x FROM (VALUES ${values}) v(s))`;
    const theirs = (await duckdb.runAndReadAll(sql)).getRows();
    const ours = await db.execute(sql, { timeZone: zone });
    duckdb.closeSync();
    expect(ours.rows.map((row) => row.join(' | '))).toEqual(theirs.map((row) => row.join(' | ')));
  },
);
