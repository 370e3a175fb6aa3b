/** `system.projections` and `system.projection_parts`: projections as ClickHouse shows them, and what is kept of which segments. */

import type { Projection } from '../../engine/plan/projection.ts';
import { packItem } from '../../engine/type/nested.ts';
import { array, STRING, type, UINT64 } from '../../engine/type/type.ts';
import type { SegmentMeta, Store, TableDefinition } from '../../storage/index.ts';
import { partitionText, partitionTypes, partName } from '../catalog/partition-id.ts';
import { databaseOfTable, optionsOf, projectionsOf } from '../catalog/table-options.ts';
import { keptOf, sideOf } from '../projection/side-table.ts';
import { projectionKeyTexts, projectionText } from '../statement/show-create.ts';
import type { QueryColumn } from './query-tables.ts';

export type ProjectionRow = {
  readonly database: string;
  readonly table: string;
  readonly projection: Projection;
  readonly keys: readonly string[];
  readonly query: string;
};

const STRINGS = array(STRING);
const KIND = {
  ...type('enum8'),
  entries: [
    ['Normal', 0],
    ['Aggregate', 1],
  ],
} as const;

export const PROJECTION_COLUMNS: readonly QueryColumn<ProjectionRow>[] = [
  ['database', STRING, (row) => row.database],
  ['table', STRING, (row) => row.table],
  ['name', STRING, (row) => row.projection.name],
  ['type', KIND, (row) => (row.projection.aggregates === null ? 0n : 1n)],
  ['sorting_key', STRINGS, (row) => packItem(row.keys, STRINGS)],
  ['query', STRING, (row) => row.query],
];

export const projectionRows = (table: TableDefinition): ProjectionRow[] =>
  projectionsOf(table).map((projection) => ({
    ...placeOf(table),
    projection,
    keys: projectionKeyTexts(table, projection),
    query: projectionText(table, projection),
  }));

/** What is kept of one segment. */
export type ProjectionPartRow = {
  readonly database: string;
  readonly table: string;
  readonly name: string;
  readonly parent: string;
  readonly partition: string;
  readonly kept: readonly SegmentMeta[];
};

const count = (n: number): bigint => BigInt(n);
const sum = (kept: readonly SegmentMeta[], of: (meta: SegmentMeta) => number): bigint =>
  count(kept.reduce((total, meta) => total + of(meta), 0));

export const PROJECTION_PART_COLUMNS: readonly QueryColumn<ProjectionPartRow>[] = [
  ['partition', STRING, (row) => row.partition],
  ['name', STRING, (row) => row.name],
  ['parent_name', STRING, (row) => row.parent],
  ['active', type('uint8'), () => 1n],
  ['rows', UINT64, (row) => sum(row.kept, ({ rows }) => rows)],
  ['bytes_on_disk', UINT64, (row) => sum(row.kept, ({ fileBytes }) => fileBytes)],
  ['database', STRING, (row) => row.database],
  ['table', STRING, (row) => row.table],
];

/** Of segments that queries read a projection of: no row of these is hidden. */
export function projectionPartRows(store: Store, table: TableDefinition): ProjectionPartRow[] {
  const types = partitionTypes(table);
  return projectionsOf(table).flatMap((projection) => {
    const side = sideOf(store, table.id, projection);
    const kept = side === undefined ? new Map<number, SegmentMeta[]>() : keptOf(store, side);
    return store.tableInfo(table.id).segments.flatMap((meta): ProjectionPartRow[] => {
      const own = kept.get(meta.id);
      if (own === undefined || meta.overlay !== undefined) return [];
      const partition = partitionText(meta.partition, types);
      return [
        { ...placeOf(table), name: projection.name, parent: partName(meta, types), partition, kept: own },
      ];
    });
  });
}

function placeOf(table: TableDefinition): { readonly database: string; readonly table: string } {
  const options = optionsOf(table);
  return { database: databaseOfTable(options), table: options.name };
}
