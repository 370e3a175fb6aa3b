/** ClickHouse's EXPLAIN ESTIMATE: how much of each table a query would read. */

import { NOTHING_READ, type ScanEstimate } from '../../engine/exec/scan-cost.ts';
import type { Plan, Schema } from '../../engine/plan/node.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import { STRING, UINT64, type Value } from '../../engine/type/type.ts';
import type { Store } from '../../storage/index.ts';
import { optionsOf } from '../catalog/table-options.ts';
import { databaseOf } from '../system/query-tables.ts';
import { tableOfScan } from './final-scan.ts';
import { type PlanContext, pin, scannedTables } from './query.ts';

/** Marks are blocks. */
export const ESTIMATES: Schema = [
  { name: 'database', type: STRING },
  { name: 'table', type: STRING },
  ...['parts', 'rows', 'marks'].map((name) => ({ name, type: UINT64 })),
];

/** The table that a projection is read for. */
const ownerOf = (id: number, store: Store): number => {
  const table = store.tables().find((t) => t.id === id);
  return (table && optionsOf(table).projectionOf?.tableId) ?? id;
};

/** What bounds leave of each stored table that the plan would read, in the order of their names. */
export async function estimatePlan(plan: Plan, context: PlanContext): Promise<Value[][]> {
  const { environment, settings } = context;
  const { executor, catalog, store } = environment;
  const snapshots = new Map<number, Snapshot>();
  try {
    const lowered = await pin(plan, context, snapshots);
    const optimize = settings.boolean('query_plan_enable_optimizations');
    const planned = executor.explain(lowered, snapshots, { optimize }).plan;
    const found = new Map<number, ScanEstimate>();
    for (const [id, scans] of scannedTables(planned)) {
      const table = ownerOf(tableOfScan(id), store);
      for (const scan of scans) {
        const { parts, rows, blocks } = found.get(table) ?? NOTHING_READ;
        const more = executor.estimate(scan, snapshots.get(id)?.parts ?? []);
        found.set(table, { parts: parts + more.parts, rows: rows + more.rows, blocks: blocks + more.blocks });
      }
    }
    return catalog
      .tables()
      .flatMap(({ id, schema, name }): Value[][] => {
        const read = id < 0 ? undefined : found.get(id);
        if (read === undefined) return [];
        return [[databaseOf(schema), name, ...[read.parts, read.rows, read.blocks].map(BigInt)]];
      })
      .sort((a, b) => (`${a[0]}.${a[1]}` < `${b[0]}.${b[1]}` ? -1 : 1));
  } finally {
    for (const snapshot of snapshots.values()) snapshot.release();
  }
}
