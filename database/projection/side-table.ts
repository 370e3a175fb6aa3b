/**
 * Where a projection is kept: an ordinary table that nobody can name, whose rows say which segment of the other table they were made
 * of, and are in a partition of their own for each. So what is kept of a segment is written in one step, found and dropped by its
 * partition, and merges leave it alone; and no write of the other table has to know of projections: a segment that is gone, or of
 * which rows are hidden, is one that nobody asks for.
 */

import { assert } from '../../engine/base/error.ts';
import { column, type Expr } from '../../engine/plan/expr.ts';
import { keptParts, type Projection } from '../../engine/plan/projection.ts';
import { APPEND } from '../../engine/plan/row-policy.ts';
import { INT64, type LogicalType } from '../../engine/type/type.ts';
import type { NewTable, SegmentMeta, Store, TableDefinition } from '../../storage/index.ts';
import { defaultOf, isProjection, projectionsOf, type TableOptions } from '../catalog/table-options.ts';

/** No schema that anybody can make. */
const SCHEMA = '.projection';
/** The column that says which segment it is. */
export const SEGMENT = 0;
/** What the projection has of a row stands behind it, then the parts of aggregates. */
export const FIRST = SEGMENT + 1;

const sideName = (tableId: number, projectionId: number): string => `${SCHEMA}.${tableId}.${projectionId}`;

/** Types of what is kept, in order. */
export const keptTypes = ({ columns, aggregates }: Projection): readonly LogicalType[] => [
  ...columns.map(({ type }) => type),
  ...(aggregates ?? []).flatMap((call) => {
    const parts = keptParts(call);
    assert(parts !== null, 'a projection has only what can be kept');
    return parts.inner.map(({ type }) => type);
  }),
];

export const sideOf = (store: Store, tableId: number, { id }: Projection): TableDefinition | undefined =>
  store.tables().find(({ name }) => name === sideName(tableId, id));

/** The table of a projection; it is made when something is to be kept for the first time. */
export async function madeSide(
  store: Store,
  { id: tableId }: TableDefinition,
  projection: Projection,
): Promise<TableDefinition> {
  return sideOf(store, tableId, projection) ?? store.createTable(newSide(tableId, projection));
}

function newSide(tableId: number, projection: Projection): NewTable {
  const types = [INT64, ...keptTypes(projection)];
  const name = sideName(tableId, projection.id);
  const segment: Expr = column(SEGMENT, INT64);
  const options: TableOptions = {
    schema: SCHEMA,
    name,
    engine: 'MergeTree',
    engineArguments: '',
    comment: null,
    projectionOf: { tableId, projectionId: projection.id },
  };
  return {
    name,
    columns: types.map((type, id) => ({
      id,
      name: `c${id}`,
      type,
      default: defaultOf(type, null),
      bitmap: 'auto',
    })),
    sortKey: projection.order.map((i) => FIRST + i),
    timeColumn: null,
    partitionBy: [segment],
    policy: APPEND,
    compression: 'fast',
    options,
  };
}

/** Tables of projections that are gone, or whose table is. */
export function orphans(store: Store): readonly TableDefinition[] {
  const tables = store.tables();
  const live = new Set(tables.flatMap((t) => projectionsOf(t).map(({ id }) => sideName(t.id, id))));
  return tables.filter((t) => isProjection(t) && !live.has(t.name));
}

/** What is kept of which segments of the other table. */
export function keptOf(store: Store, side: TableDefinition): Map<number, SegmentMeta[]> {
  const kept = new Map<number, SegmentMeta[]>();
  for (const meta of store.tableInfo(side.id).segments) {
    const segment = Number(meta.partition[0]);
    kept.set(segment, [...(kept.get(segment) ?? []), meta]);
  }
  return kept;
}

/** Segments of which something damaged is kept: what is kept of them cannot be read, but they can. */
export const damagedIn = (store: Store, side: TableDefinition): ReadonlySet<number> =>
  new Set(
    store.damaged().flatMap(({ tableId, meta }) => (tableId === side.id ? [Number(meta.partition[0])] : [])),
  );
