/**
 * `sys.segments`: segments as Druid shows them. The interval is the bucket of the segment granularity, else the time from
 * the first row to the last; the version is when the segment was written, and segments of one interval and version are
 * numbered. Rows that are in no segment yet are a realtime one per partition, which no manifest has.
 */

import type { Expr } from '../../engine/plan/expr.ts';
import { ruleOf } from '../../engine/plan/row-policy.ts';
import { INT64, nullable, STRING, type Value } from '../../engine/type/type.ts';
import { liveRowsOf, type Store, type TableDefinition } from '../../storage/index.ts';
import { granularityOf } from '../bucket.ts';
import { namedColumns, optionsOf } from '../catalog/table-options.ts';
import { bucketEndMs } from '../ingest/index.ts';
import type { PartitionBy } from '../partition.ts';
import { type Span, spanOf } from '../segment-span.ts';
import { int, type QueryColumn } from './query-tables.ts';

export type SegmentRow = {
  readonly id: string;
  readonly table: string;
  readonly start: string;
  readonly end: string;
  readonly version: string;
  /** Among the segments of the interval and version, and how many there are. */
  readonly number: number;
  readonly count: number;
  readonly rows: number;
  readonly bytes: number;
  readonly isRealtime: boolean;
  readonly dimensions: readonly string[];
  readonly metrics: readonly string[];
};

type Found = Omit<SegmentRow, 'id' | 'number' | 'count'>;

/** Druid's interval of all times. */
export const ETERNITY = { start: '-146136543-09-08T08:23:32.096Z', end: '146140482-04-24T15:36:27.903Z' };
const EPOCH = new Date(0).toISOString();
const MAX_DATE_MS = 8.64e15;

export const SEGMENT_COLUMNS: readonly QueryColumn<SegmentRow>[] = [
  ['segment_id', STRING, (s) => s.id],
  ['datasource', STRING, (s) => s.table],
  ['start', STRING, (s) => s.start],
  ['end', STRING, (s) => s.end],
  ['size', INT64, (s) => int(s.bytes)],
  ['version', STRING, (s) => s.version],
  ['partition_num', INT64, (s) => int(s.number)],
  ['num_replicas', INT64, () => 1n],
  ['num_rows', INT64, (s) => int(s.rows)],
  ['is_active', INT64, () => 1n],
  ['is_published', INT64, (s) => (s.isRealtime ? 0n : 1n)],
  ['is_available', INT64, () => 1n],
  ['is_realtime', INT64, (s) => (s.isRealtime ? 1n : 0n)],
  ['is_overshadowed', INT64, () => 0n],
  [
    'shard_spec',
    STRING,
    (s) => JSON.stringify({ type: 'numbered', partitionNum: s.number, partitions: s.count }),
  ],
  ['dimensions', STRING, (s) => JSON.stringify(s.dimensions)],
  ['metrics', STRING, (s) => JSON.stringify(s.metrics)],
  ['last_compaction_state', nullable(STRING), () => null],
  ['replication_factor', INT64, (s) => (s.isRealtime ? -1n : 1n)],
];

export function segmentRows(store: Store, tables: readonly TableDefinition[]): SegmentRow[] {
  const found = tables.flatMap((table) => {
    const { name } = optionsOf(table);
    const time = table.columns.find(({ id }) => id === table.timeColumn);
    const others = namedColumns(table).filter((column) => column !== time);
    const isMetric = ({ id }: { readonly id: number }): boolean => ruleOf(table.policy, id) !== null;
    const names = (metrics: boolean): string[] =>
      others.filter((column) => isMetric(column) === metrics).map((column) => column.name);
    const shared = { table: name, dimensions: names(false), metrics: names(true) };
    const written = store.tableInfo(table.id).segments.map((segment): Found => {
      const span =
        bucketSpan(table, segment.partition) ?? (time === undefined ? null : spanOf(time, segment));
      const version = new Date(segment.publishedMs ?? 0).toISOString();
      const rows = liveRowsOf(segment);
      return { ...shared, ...interval(span), version, rows, bytes: segment.fileBytes, isRealtime: false };
    });
    const inMemory = store.memoryPartitions(table.id).map(({ partition, rows }): Found => {
      const span = bucketSpan(table, partition);
      return { ...shared, ...interval(span), version: EPOCH, rows, bytes: 0, isRealtime: true };
    });
    return [...written, ...inMemory];
  });
  const counts = new Map<string, number>();
  const placed = found.map((segment) => {
    const key = `${segment.table}_${segment.start}_${segment.end}_${segment.version}`;
    const number = counts.get(key) ?? 0;
    counts.set(key, number + 1);
    return { segment, key, number };
  });
  return placed.map(({ segment, key, number }) => ({
    ...segment,
    id: number === 0 ? key : `${key}_${number}`,
    number,
    count: counts.get(key) ?? 1,
  }));
}

/** @param span null: not known */
function interval(span: Span | null): Pick<SegmentRow, 'start' | 'end'> {
  if (span === null || Math.abs(span.fromMs) > MAX_DATE_MS || Math.abs(span.toMs) > MAX_DATE_MS)
    return ETERNITY;
  return { start: new Date(span.fromMs).toISOString(), end: new Date(span.toMs).toISOString() };
}

/** null: the table is not cut by a granularity of its time column. */
function bucketSpan(table: TableDefinition, [value]: readonly Value[]): Span | null {
  const [key, ...more] = (table.partitionBy ?? []) as PartitionBy;
  if (key === undefined || more.length > 0 || typeof value !== 'bigint') return null;
  if (!reads(key, table.timeColumn)) return null;
  const granularity = granularityOf(key);
  const fromMs = Number(value);
  return granularity === null ? null : { fromMs, toMs: bucketEndMs(granularity, fromMs) };
}

const reads = (key: Expr, id: number | null): boolean =>
  key.kind === 'call' && key.args[0]?.kind === 'column' && key.args[0].index === id;
