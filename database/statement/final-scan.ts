/**
 * Scans with FINAL read a snapshot of their own: in a plan they get numbers that no table has, so that the same table can
 * be read with and without FINAL in one query.
 */

import type { Plan } from '../../engine/plan/node.ts';
import { mapInputs } from '../../engine/plan/rules/map-inputs.ts';

/** Above all ids of tables. */
const FIRST_NAME = 2 ** 40;

export type FinalScan = {
  /** What the plan calls the table. */
  readonly name: number;
  readonly tableId: number;
  /** Columns that any of the plan's scans reads. */
  readonly columnIds: readonly number[];
};

/** The table that a plan reads under a name or by its own id. */
export const tableOfScan = (id: number): number => (id >= FIRST_NAME ? id - FIRST_NAME : id);

export function nameFinalScans(plan: Plan): { readonly plan: Plan; readonly finals: readonly FinalScan[] } {
  const columns = new Map<number, Set<number>>();
  const rename = (node: Plan): Plan => {
    if (node.kind !== 'scan' || node.final !== true) return mapInputs(node, rename);
    const known = columns.get(node.tableId) ?? new Set();
    for (const id of node.columnIds) known.add(id);
    columns.set(node.tableId, known);
    return { ...node, tableId: FIRST_NAME + node.tableId };
  };
  const renamed = rename(plan);
  const finals = [...columns].map(([tableId, ids]) => ({
    name: FIRST_NAME + tableId,
    tableId,
    columnIds: [...ids],
  }));
  return { plan: renamed, finals };
}
