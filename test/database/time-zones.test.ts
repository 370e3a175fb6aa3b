import { expect, test } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { startServer } from '../../server/main.ts';
import { serveDatabase } from '../../server/serve-database.ts';

/** Zones that sessions, statements and rows are in. Tokyo is nine hours ahead, whatever the day: its midnight is 15:00 UTC. */

const MIDNIGHT_IN_TOKYO = Date.UTC(2023, 11, 31, 15) / 1000;

async function first(db: Database, sql: string, dialect: 'standard' | 'druid' | 'clickhouse') {
  const { rows } = await db.execute(sql, { dialect });
  return rows[0];
}

test.each([
  ["SET TimeZone = 'Asia/Kolkata'", 'standard'],
  ["SET timezone = 'Asia/Kolkata'", 'standard'],
  ["SET TIME ZONE 'Asia/Kolkata'", 'standard'],
  ["SET sqlTimeZone = 'Asia/Kolkata'", 'druid'],
  ["SET session_timezone = 'Asia/Kolkata'", 'clickhouse'],
] as const)('%s is for the session', async (sql, dialect) => {
  await using db = await open();
  await db.execute(sql, { dialect });
  expect(await first(db, "SELECT CAST(TIMESTAMPTZ '2024-01-01 00:00:00+00' AS VARCHAR)", 'standard')).toEqual(
    ['2024-01-01 05:30:00+05:30'],
  );
});

test('a zone that nobody knows is refused where it is set', async () => {
  await using db = await open();
  await expect(db.execute("SET TimeZone = 'Mars/Olympus'; SELECT 1")).rejects.toThrow(
    /Unknown time zone 'Mars\/Olympus'/,
  );
});

test('rows that come with a statement are read in its zone', async () => {
  await using db = await open();
  const here = { dialect: 'clickhouse' } as const;
  await db.execute(
    "CREATE TABLE t (i Int8, a DateTime, b Array(DateTime64(3)), c DateTime('UTC')) ORDER BY i",
    here,
  );
  const row = "2024-01-01 00:00:00\t['2024-01-01 00:00:00']\t2024-01-01 00:00:00\n";
  await db.execute(`INSERT INTO t SETTINGS session_timezone = 'Asia/Tokyo' FORMAT TSV\n1\t${row}`, here);
  await db.execute(`INSERT INTO t FORMAT TSV\n2\t${row}`, {
    ...here,
    settings: { session_timezone: 'Asia/Tokyo' },
  });
  await db.execute(`INSERT INTO t FORMAT TSV\n3\t${row}`, here);
  const { rows } = await db.execute(
    'SELECT toUnixTimestamp(a), toUnixTimestamp(b[1]), toUnixTimestamp(c) FROM t ORDER BY i',
    here,
  );
  const utc = MIDNIGHT_IN_TOKYO + 9 * 3600;
  expect(rows).toEqual([
    [MIDNIGHT_IN_TOKYO, MIDNIGHT_IN_TOKYO, utc],
    [MIDNIGHT_IN_TOKYO, MIDNIGHT_IN_TOKYO, utc],
    [utc, utc, utc],
  ]);
});

test("ClickHouse's door writes times without a zone in that of the statement, and names it", async () => {
  await using db = await open();
  const server = await startServer(serveDatabase(db), { druidPort: null, clickhousePort: 0, drainMs: 100 });
  try {
    const ask = (query: string, zone: string): Promise<Response> =>
      fetch(
        `${server.addresses.clickhouse!.url}/?session_timezone=${zone}&query=${encodeURIComponent(query)}`,
      );
    const given = await ask("SELECT toDateTime(0), [toDateTime(0)], toDateTime(0, 'UTC')", 'Asia/Tokyo');
    expect(given.headers.get('x-clickhouse-timezone')).toBe('Asia/Tokyo');
    expect(await given.text()).toBe("1970-01-01 09:00:00\t['1970-01-01 09:00:00']\t1970-01-01 00:00:00\n");
    const written = await ask(
      "SELECT toDateTime(0) SETTINGS session_timezone = 'Europe/Berlin'",
      'Asia/Tokyo',
    );
    expect(written.headers.get('x-clickhouse-timezone')).toBe('Europe/Berlin');
    expect(await written.text()).toBe('1970-01-01 01:00:00\n');
  } finally {
    await server.close();
  }
});
