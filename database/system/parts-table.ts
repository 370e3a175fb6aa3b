/**
 * `system.parts` and `system.detached_parts`: segments as ClickHouse shows parts. Rows that are in the WAL and in memory,
 * but in no segment yet, are a part of type `InMemory` per partition, so that a partition is listed from its first row on.
 */

import { STRING, timestamp, type, UINT64 } from '../../engine/type/type.ts';
import { liveRowsOf, type SegmentMeta, type Store, type TableDefinition } from '../../storage/index.ts';
import { partitionId, partitionText, partitionTypes, partName } from '../catalog/partition-id.ts';
import { databaseOfTable, optionsOf } from '../catalog/table-options.ts';
import type { QueryColumn } from './query-tables.ts';

export type PartRow = {
  readonly database: string;
  readonly table: string;
  readonly partition: string;
  readonly partitionId: string;
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of data-skipping indexes: in the file, and unpacked. */
  readonly indexBytes: number;
  readonly plainIndexBytes: number;
  readonly blocks: number;
  readonly level: number;
  readonly publishedMs: number;
  /** 0: in memory. */
  readonly segmentId: number;
};

const DAY_TIME = timestamp(0);
const U32 = type('uint32');
const count = (n: number): bigint => BigInt(n);

const SHARED: readonly QueryColumn<PartRow>[] = [
  ['database', STRING, (p) => p.database],
  ['table', STRING, (p) => p.table],
  ['partition_id', STRING, (p) => p.partitionId],
  ['name', STRING, (p) => p.name],
  ['bytes_on_disk', UINT64, (p) => count(p.bytes)],
  ['modification_time', DAY_TIME, (p) => count(Math.floor(p.publishedMs / 1000))],
  ['min_block_number', type('int64'), (p) => count(p.segmentId)],
  ['max_block_number', type('int64'), (p) => count(p.segmentId)],
  ['level', U32, (p) => count(p.level)],
];

export const PART_COLUMNS: readonly QueryColumn<PartRow>[] = [
  ['partition', STRING, (p) => p.partition],
  ...SHARED,
  ['active', type('uint8'), () => 1n],
  ['rows', UINT64, (p) => count(p.rows)],
  ['marks', UINT64, (p) => count(p.blocks)],
  ['secondary_indices_compressed_bytes', UINT64, (p) => count(p.indexBytes)],
  ['secondary_indices_uncompressed_bytes', UINT64, (p) => count(p.plainIndexBytes)],
  ['secondary_indices_marks_bytes', UINT64, () => 0n],
  ['part_type', STRING, (p) => (p.segmentId === 0 ? 'InMemory' : 'Wide')],
  ['disk_name', STRING, () => 'default'],
];

export const DETACHED_PART_COLUMNS: readonly QueryColumn<PartRow>[] = [
  ...SHARED,
  ['disk', STRING, () => 'default'],
  ['reason', STRING, () => ''],
];

export const partRows = (store: Store, table: TableDefinition): PartRow[] => {
  const types = partitionTypes(table);
  const { segments, memoryBytes, memoryRows } = store.tableInfo(table.id);
  const inMemory = store.memoryPartitions(table.id).map(({ partition, rows }): PartRow => {
    const id = partitionId(partition, types);
    return {
      ...namesOf(table),
      partition: partitionText(partition, types),
      partitionId: id,
      name: `${id}_0_0_0`,
      rows,
      bytes: Math.round((memoryBytes * rows) / Math.max(1, memoryRows)),
      indexBytes: 0,
      plainIndexBytes: 0,
      blocks: 1,
      level: 0,
      publishedMs: 0,
      segmentId: 0,
    };
  });
  return [...segments.map((meta) => rowOf(table, meta)), ...inMemory];
};

export const detachedRows = (store: Store, table: TableDefinition): PartRow[] =>
  store.detached(table.id).map(({ meta }) => rowOf(table, meta));

function rowOf(table: TableDefinition, meta: SegmentMeta): PartRow {
  const types = partitionTypes(table);
  return {
    ...namesOf(table),
    partition: partitionText(meta.partition, types),
    partitionId: partitionId(meta.partition, types),
    name: partName(meta, types),
    rows: liveRowsOf(meta),
    bytes: meta.fileBytes,
    indexBytes: (meta.indexes ?? []).reduce((sum, { bytes }) => sum + bytes, 0),
    plainIndexBytes: (meta.indexes ?? []).reduce((sum, { plainBytes }) => sum + plainBytes, 0),
    blocks: meta.blocks,
    level: meta.level ?? 0,
    publishedMs: meta.publishedMs ?? 0,
    segmentId: meta.id,
  };
}

function namesOf(table: TableDefinition): { readonly database: string; readonly table: string } {
  const options = optionsOf(table);
  return { database: databaseOfTable(options), table: options.name };
}
