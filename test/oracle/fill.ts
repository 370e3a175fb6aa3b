/**
 * Fills the expected rows of golden files from the peer their dialect names: DuckDB for standard, ClickHouse (chdb) for
 * clickhouse. So expected values are never our own output. Records marked `by-hand`, errors and Druid's are left alone.
 *
 *     node test/oracle/fill.ts test/sql/golden/strings.sql.txt ...
 *
 * A query the peer refuses is reported, and keeps what it had.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { Session } from 'chdb';
import { dateText, timestampText } from '../../engine/function/time-text.ts';
import { UTC } from '../../engine/function/time-zone.ts';
import { type GoldenRecord, goldenRow, parseGolden } from '../sql/golden-file.ts';
import { isTimeOfDay } from './duckdb-cell.ts';

type Rows = readonly (readonly unknown[])[];
type PeerSession = { run(sql: string): Promise<Rows>; close(): void };

async function duckdb(): Promise<PeerSession> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    run: async (sql) => (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(duckdbValue)),
    close: () => connection.closeSync(),
  };
}

/** DuckDB's value objects as the library gives such values with `timestamp: 'string'`. */
function duckdbValue(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if ('months' in value || isTimeOfDay(value)) return String(value);
  if ('micros' in value) return timestampText((value as { micros: bigint }).micros, 6, UTC);
  if ('milliseconds' in value) return timestampText((value as { milliseconds: bigint }).milliseconds, 3, UTC);
  if ('seconds' in value) return timestampText((value as { seconds: bigint }).seconds, 0, UTC);
  if ('nanoseconds' in value) return timestampText((value as { nanoseconds: bigint }).nanoseconds, 9, UTC);
  if ('days' in value) return dateText((value as { days: number }).days);
  if ('scale' in value) return Number(String(value));
  return String(value);
}

function clickhouse(): PeerSession {
  const session = new Session();
  const answer = (sql: string): string => String(session.query(sql, 'JSONCompactEachRow'));
  for (const setup of [
    'CREATE DATABASE golden',
    'USE golden',
    'SET output_format_json_quote_64bit_integers = 1, output_format_json_quote_denormals = 1',
    "SET session_timezone = 'UTC'",
  ])
    answer(setup);
  const rows = (text: string): Rows =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as unknown[]).map(clickhouseValue));
  return { run: async (sql) => rows(answer(sql)), close: () => session.cleanup() };
}

const DENORMALS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  '-nan': Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};
const clickhouseValue = (value: unknown): unknown =>
  typeof value === 'string' && Object.hasOwn(DENORMALS, value) ? DENORMALS[value] : value;

async function fill(file: string): Promise<void> {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n');
  const peers = new Map<string, PeerSession>();
  const peerOf = async (record: GoldenRecord): Promise<PeerSession | undefined> => {
    if (record.dialect === 'druid') return undefined;
    if (!peers.has(record.dialect))
      peers.set(record.dialect, record.dialect === 'standard' ? await duckdb() : clickhouse());
    return peers.get(record.dialect);
  };
  const out: string[] = [];
  let at = 0;
  for (const record of parseGolden(text)) {
    const peer = await peerOf(record);
    if (peer === undefined || record.kind === 'error' || record.byHand) continue;
    try {
      const rows = await peer.run(record.sql);
      if (record.kind !== 'query') continue;
      const end = blockEnd(lines, record.line);
      out.push(...lines.slice(at, record.line), ...record.sql.split('\n'), '----', ...rows.map(goldenRow));
      at = end;
    } catch (error) {
      process.stderr.write(`${file}:${record.line}: ${record.sql}\n  ${String(error).slice(0, 200)}\n`);
    }
  }
  out.push(...lines.slice(at));
  for (const peer of peers.values()) peer.close();
  writeFileSync(file, out.join('\n'));
}

/** The line after the record whose first line (its kind) is number `line`, counted from 1. */
function blockEnd(lines: readonly string[], line: number): number {
  let end = line;
  while (end < lines.length && lines[end].trim() !== '') end++;
  return end;
}

for (const file of process.argv.slice(2)) await fill(file);
