/**
 * Scans with a snapshot of their own, those with FINAL and those of rows to be changed: in a plan they get numbers that no table has,
 * so that the same table can be read otherwise in the same query.
 */

import { ROW_NUMBER } from '../../engine/exec/row-number.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { mapInputs } from '../../engine/plan/rules/map-inputs.ts';

/** Above all ids of tables. */
const FINAL = 2 ** 40;
const NUMBERED = 2 * FINAL;

/** What is left of a table beside what the projection of this place stands for. */
export const nameOfRest = (tableId: number, projection: number): number => (3 + projection) * FINAL + tableId;

export type FinalScan = {
  /** What the plan calls the table. */
  readonly name: number;
  readonly tableId: number;
  /** Columns that any of the plan's scans reads. */
  readonly columnIds: readonly number[];
};

/** The table that a plan reads under a name or by its own id. */
export const tableOfScan = (id: number): number => (id >= FINAL ? id % FINAL : id);

export function nameFinalScans(plan: Plan): { readonly plan: Plan; readonly finals: readonly FinalScan[] } {
  const columns = new Map<number, Set<number>>();
  const rename = (node: Plan): Plan => {
    if (node.kind !== 'scan' || node.final !== true) return mapInputs(node, rename);
    const known = columns.get(node.tableId) ?? new Set();
    for (const id of node.columnIds) known.add(id);
    columns.set(node.tableId, known);
    return { ...node, tableId: FINAL + node.tableId };
  };
  const renamed = rename(plan);
  const finals = [...columns].map(([tableId, ids]) => ({
    name: FINAL + tableId,
    tableId,
    columnIds: [...ids],
  }));
  return { plan: renamed, finals };
}

/** The scan that gives row numbers of a table, by a name of its own. */
export function nameNumberedScan(
  plan: Plan,
  tableId: number,
): { readonly plan: Plan; readonly name: number } {
  const name = NUMBERED + tableId;
  const rename = (node: Plan): Plan =>
    node.kind === 'scan' && node.tableId === tableId && node.columnIds.includes(ROW_NUMBER)
      ? { ...node, tableId: name }
      : mapInputs(node, rename);
  return { plan: rename(plan), name };
}
