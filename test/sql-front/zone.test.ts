import { describe, expect, test } from 'vitest';
import { open } from '../../database/index.ts';
import { parseJoda } from '../../engine/function/joda.ts';
import { type LocalTime, timeZone } from '../../engine/function/time-zone.ts';

/** Local times that clocks skip or repeat, and the zones of the IANA database over four centuries. */

const utc = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`) / 1000;
/** The offset in hours that a local time is read with; undefined where it is refused. */
const readWith = (zone: string, local: string, meaning: LocalTime): number | undefined => {
  const at = timeZone(zone).read(utc(local), meaning);
  return at === undefined ? undefined : (utc(local) - at) / 3600;
};

/**
 * Zone, local time; the offsets that ClickHouse 26.7 (chdb: toDateTime64 of a text), DuckDB 1.5.6 (CAST of a text to TIMESTAMPTZ) and
 * Joda-Time (DateTimeZone.convertLocalToUTC, lenient: "pushed forward" in a gap, "the earlier offset" in an overlap) read it with.
 */
const READINGS: readonly (readonly [string, string, number, number, number])[] = [
  ['America/New_York', '2024-03-10 01:59:59', -5, -5, -5],
  ['America/New_York', '2024-03-10 02:00:00', -4, -5, -5],
  ['America/New_York', '2024-03-10 02:30:00', -4, -5, -5],
  ['America/New_York', '2024-03-10 03:00:00', -4, -4, -4],
  ['America/New_York', '2024-11-03 00:59:59', -4, -4, -4],
  ['America/New_York', '2024-11-03 01:00:00', -4, -5, -4],
  ['America/New_York', '2024-11-03 01:30:00', -4, -5, -4],
  ['America/New_York', '2024-11-03 02:00:00', -5, -5, -5],
  ['Europe/Berlin', '2024-03-31 02:30:00', 2, 1, 1],
  ['Europe/Berlin', '2024-10-27 02:30:00', 2, 1, 2],
  ['Europe/Berlin', '1945-05-24 02:30:00', 3, 2, 2],
  ['Australia/Lord_Howe', '2024-10-06 02:15:00', 11, 10.5, 10.5],
  ['Australia/Lord_Howe', '2024-04-07 01:45:00', 11, 10.5, 11],
  ['Asia/Kathmandu', '1985-12-31 23:59:59', 5.5, 5.5, 5.5],
  ['Asia/Kathmandu', '1986-01-01 00:05:00', 5.75, 5.5, 5.5],
  ['Asia/Kathmandu', '1986-01-01 00:15:00', 5.75, 5.75, 5.75],
  ['Pacific/Apia', '2011-12-30 12:00:00', 14, -10, -10],
  ['America/Sao_Paulo', '2018-11-04 00:30:00', -2, -3, -3],
  ['America/New_York', '1901-06-01 12:00:00', -5, -5, -5],
  ['Europe/Berlin', '2200-07-01 12:00:00', 2, 2, 2],
  ['America/New_York', '2299-07-01 12:00:00', -4, -4, -4],
];

describe('a local time that clocks skip or repeat', () => {
  test.each(READINGS)('%s %s', (zone, local, clickhouse, duckdb, joda) => {
    expect(readWith(zone, local, 'earliest')).toBe(clickhouse);
    expect(readWith(zone, local, 'latest')).toBe(duckdb);
    expect(readWith(zone, local, 'forward')).toBe(joda);
  });

  test('Joda-Time reads no text that names a skipped one (IllegalInstantException), which is NULL in Druid', () => {
    const berlin = timeZone('Europe/Berlin');
    const pattern = 'yyyy-MM-dd HH:mm';
    expect(parseJoda('2024-03-31 02:30', pattern, berlin)).toBeUndefined();
    expect(parseJoda('2024-03-31 02:30', '', berlin)).toBeUndefined();
    expect(parseJoda('2024-03-31 03:00', pattern, berlin)).toBe(Date.UTC(2024, 2, 31, 1, 0));
    expect(parseJoda('2024-10-27 02:30', pattern, berlin)).toBe(Date.UTC(2024, 9, 27, 0, 30));
  });

  /** Seconds since the epoch of a New York text in the gap, and of one in the overlap. */
  const EPOCHS = {
    standard:
      "SELECT epoch(CAST('2024-03-10 02:30:00' AS TIMESTAMP)) AS gap, epoch(CAST('2024-11-03 01:30:00' AS TIMESTAMP)) AS twice",
    clickhouse:
      "SELECT toUnixTimestamp(toDateTime('2024-03-10 02:30:00')) AS gap, toUnixTimestamp(toDateTime('2024-11-03 01:30:00')) AS twice",
    druid: `SELECT TIMESTAMP_TO_MILLIS(CAST('2024-03-10 02:30:00' AS TIMESTAMP)) / 1000 AS gap,
      TIMESTAMP_TO_MILLIS(CAST('2024-11-03 01:30:00' AS TIMESTAMP)) / 1000 AS twice`,
  } as const;
  test.each([
    ['standard', '2024-03-10T07:30:00Z', '2024-11-03T06:30:00Z'],
    ['clickhouse', '2024-03-10T06:30:00Z', '2024-11-03T05:30:00Z'],
    ['druid', null, '2024-11-03T05:30:00Z'],
  ] as const)('is read as the dialect does: %s', async (dialect, gap, twice) => {
    await using db = await open();
    const [row] = await db.query(EPOCHS[dialect], { dialect, timeZone: 'America/New_York' });
    const seconds = (text: string | null): number | null => (text === null ? null : Date.parse(text) / 1000);
    const shown = (value: unknown): number | null => (value === null ? null : Number(value));
    expect([shown(row?.['gap']), shown(row?.['twice'])]).toEqual([seconds(gap), seconds(twice)]);
  });

  test("in inserted text of a ClickHouse column is read as ClickHouse's casts do", async () => {
    await using db = await open();
    await db.query("CREATE TABLE t (at DateTime('America/New_York')) ENGINE = MergeTree ORDER BY at", {
      dialect: 'clickhouse',
    });
    const data = '{"at":"2024-03-10 02:30:00"}\n{"at":"2024-11-03 01:30:00"}\n';
    await db.query(`INSERT INTO t FORMAT JSONEachRow\n${data}`, { dialect: 'clickhouse' });
    const rows = await db.query('SELECT toUnixTimestamp(at) AS s FROM t ORDER BY s', {
      dialect: 'clickhouse',
    });
    expect(rows.map((row) => Number(row['s']))).toEqual([1710052200, 1730611800]);
  });
});

describe('zones', () => {
  test('have the offsets of the runtime, at their changes too, short ones and those before standard time', () => {
    const at = (zone: string, text: string): number => timeZone(zone).offsetAt(Date.parse(text) / 1000);
    // Eight days in 1943, nineteen in 2004, and the last change at no quarter of an hour.
    expect(at('Africa/Tunis', '1943-04-21T00:00:00Z')).toBe(3600);
    expect(at('Africa/Tunis', '1943-04-27T00:00:00Z')).toBe(7200);
    expect(at('America/Argentina/La_Rioja', '2004-06-10T00:00:00Z')).toBe(-14400);
    expect(at('America/Argentina/La_Rioja', '2004-06-25T00:00:00Z')).toBe(-10800);
    expect(at('Africa/Monrovia', '1972-01-07T00:44:29Z')).toBe(-2670);
    expect(at('Africa/Monrovia', '1972-01-07T00:44:30Z')).toBe(0);
    expect(at('Asia/Kathmandu', '1910-01-01T00:00:00Z')).toBe(20476);
  });

  test('outside of 1900 to 2299 the nearest offset holds', () => {
    expect(timeZone('Asia/Tokyo').offsetAt(Date.UTC(1500, 0, 1) / 1000)).toBe(32400);
    expect(timeZone('Asia/Tokyo').offsetAt(Date.UTC(9000, 0, 1) / 1000)).toBe(32400);
  });

  test.each([
    ['+05:30', 19800],
    ['-0800', -28800],
    ['UTC+3', 10800],
    ['GMT-03:30', -12600],
  ])('%s is a fixed offset', (name, seconds) => {
    expect(timeZone(name).offsetAt(0)).toBe(seconds);
    expect(timeZone(name).isFixed).toBe(true);
  });

  test.each(['', 'Mars/Olympus', '+24:00', '+05:60', 'Europe'])('%s is none', (name) => {
    expect(() => timeZone(name)).toThrow(`Unknown time zone '${name}'`);
  });
});
