/**
 * `system.processes` and `system.query_log`: statements that run and that have run. Columns have ClickHouse's names and
 * types; those whose types Basalt lacks (maps, tuples, enums) are left out or are their texts. One is our own: `spilled_bytes`, which in
 * ClickHouse is an entry of the map `ProfileEvents` (`ExternalProcessingCompressedBytesTotal`).
 */

import {
  DATE,
  FLOAT64,
  INT64,
  type LogicalType,
  STRING,
  timestamp,
  type,
  UINT64,
  type Value,
} from '../../engine/type/type.ts';
import type { RunningStatement } from '../statement/running.ts';
import type { ClientInterface } from '../types.ts';
import { normalizedHash } from './normalized-hash.ts';
import type { QueryLogEntry } from './query-log.ts';

/** A column with what stands in it: both tables are lists of these. */
export type QueryColumn<T> = readonly [name: string, type: LogicalType, value: (row: T) => Value];

const U8 = type('uint8');
const MS_PER_DAY = 86400000;
export const int = (n: number): bigint => BigInt(Math.round(n));
const seconds = (ms: number): bigint => int(Math.floor(ms / 1000));
const micros = (ms: number): bigint => int(ms) * 1000n;
/** The default schema under the name of ClickHouse's door. */
export const databaseOf = (schema: string): string => (schema === 'main' ? 'default' : schema);

/** ClickHouse's numbers. */
const INTERFACES: Readonly<Record<ClientInterface, bigint>> = { http: 2n, library: 6n };

export const PROCESS_COLUMNS: readonly QueryColumn<RunningStatement>[] = [
  ['is_initial_query', U8, () => 1n],
  ['user', STRING, (s) => s.user],
  ['query_id', STRING, (s) => s.queryId],
  ['interface', U8, (s) => INTERFACES[s.interface]],
  ['elapsed', FLOAT64, (s) => s.statistics().elapsedMs / 1000],
  ['is_cancelled', U8, (s) => (s.signal.aborted ? 1n : 0n)],
  ['read_rows', UINT64, (s) => int(s.statistics().rowsRead)],
  ['read_bytes', UINT64, (s) => int(s.statistics().bytesRead)],
  ['total_rows_approx', UINT64, (s) => int(s.statistics().rowsToRead)],
  ['written_rows', UINT64, (s) => int(s.statistics().rowsWritten)],
  ['written_bytes', UINT64, (s) => int(s.statistics().bytesWritten)],
  ['memory_usage', INT64, (s) => int(s.statistics().memoryBytes)],
  ['peak_memory_usage', INT64, (s) => int(s.statistics().peakMemoryBytes)],
  ['spilled_bytes', UINT64, (s) => int(s.statistics().spilledBytes)],
  ['query', STRING, (s) => s.query],
  ['normalized_query_hash', UINT64, (s) => normalizedHash(s.query)],
  ['current_database', STRING, (s) => databaseOf(s.schema)],
];

export const QUERY_LOG_COLUMNS: readonly QueryColumn<QueryLogEntry>[] = [
  ['type', STRING, (e) => e.type],
  ['event_date', DATE, (e) => int(Math.floor(e.endedMs / MS_PER_DAY))],
  ['event_time', timestamp(0), (e) => seconds(e.endedMs)],
  ['event_time_microseconds', timestamp(6), (e) => micros(e.endedMs)],
  ['query_start_time', timestamp(0), (e) => seconds(e.startedMs)],
  ['query_start_time_microseconds', timestamp(6), (e) => micros(e.startedMs)],
  ['query_duration_ms', UINT64, (e) => int(e.statistics.elapsedMs)],
  ['read_rows', UINT64, (e) => int(e.statistics.rowsRead)],
  ['read_bytes', UINT64, (e) => int(e.statistics.bytesRead)],
  ['written_rows', UINT64, (e) => int(e.statistics.rowsWritten)],
  ['written_bytes', UINT64, (e) => int(e.statistics.bytesWritten)],
  ['result_rows', UINT64, (e) => int(e.statistics.resultRows)],
  ['result_bytes', UINT64, (e) => int(e.statistics.resultBytes)],
  ['memory_usage', UINT64, (e) => int(e.statistics.peakMemoryBytes)],
  ['spilled_bytes', UINT64, (e) => int(e.statistics.spilledBytes)],
  ['current_database', STRING, (e) => databaseOf(e.schema)],
  ['query', STRING, (e) => e.query],
  ['normalized_query_hash', UINT64, (e) => normalizedHash(e.query)],
  ['query_kind', STRING, (e) => e.kind],
  ['exception_code', type('int32'), (e) => int(e.error?.row.code ?? 0)],
  ['exception', STRING, (e) => e.error?.text ?? ''],
  ['is_initial_query', U8, () => 1n],
  ['user', STRING, (e) => e.user],
  ['query_id', STRING, (e) => e.queryId],
  ['initial_user', STRING, (e) => e.user],
  ['initial_query_id', STRING, (e) => e.queryId],
  ['interface', U8, (e) => INTERFACES[e.interface]],
  ['log_comment', STRING, (e) => e.comment],
  ['peak_threads_usage', UINT64, (e) => int(e.threads)],
];
