/**
 * ORDER BY ... LIMIT over a table without reading all columns of all rows: the sort sees what filter and keys need and the
 * number of each row; the other columns are fetched for the rows that came out first (fetch.ts).
 *
 * Only for limits of a few hundred rows, which can come from as many blocks.
 */

import { columnsOf } from '../plan/expr.ts';
import type { ProjectPlan, ScanPlan, SortKey, SortPlan } from '../plan/node.ts';
import { isDeterministic } from '../plan/rules/deterministic.ts';
import { renumber, substitute } from '../plan/rules/substitute.ts';
import { isShortSort } from '../plan/short-sort.ts';
import { INT64, laneOf } from '../type/type.ts';
import { ROW_NUMBER } from './row-number.ts';

/** What has to be spared for it: a string, or several numbers. */
const MIN_WEIGHT = 8;
const STRING_WEIGHT = 8;

export type LateColumns = {
  /** What is sorted: a few columns and, last, the row's number. */
  readonly narrow: ScanPlan;
  readonly keys: readonly SortKey[];
  readonly scan: ScanPlan;
  /** The scan's columns that the narrow scan has, in its order. */
  readonly had: readonly number[];
  /** What is computed of the fetched rows; null = the scan's columns as they are. */
  readonly project: ProjectPlan | null;
};

/** Null when nothing would be spared, or the sort is over something else. */
export function lateColumns(plan: SortPlan): LateColumns | null {
  if (!isShortSort(plan)) return null;
  const project = plan.input.kind === 'project' ? plan.input : null;
  const scan = project === null ? plan.input : project.input;
  if (scan.kind !== 'scan' || scan.columnIds.includes(ROW_NUMBER)) return null;
  if (project !== null && !project.exprs.every(isDeterministic)) return null;
  const overScan = plan.keys.map((key) =>
    project === null ? key : { ...key, expr: substitute(key.expr, project.exprs) },
  );
  const needed = [...(scan.filter === null ? [] : [scan.filter]), ...overScan.map((key) => key.expr)];
  const had = columnsOf(...needed);
  const output = project === null ? scan.schema.map((_, i) => i) : columnsOf(...project.exprs);
  const spared = output.filter((i) => !had.includes(i));
  // Paths of JSON are fetched as documents; these are columns because something else reads them.
  if (spared.some((i) => scan.columnIds[i] < ROW_NUMBER)) return null;
  const weight = spared.reduce(
    (sum, i) => sum + (laneOf(scan.schema[i].type) === 'str' ? STRING_WEIGHT : 1),
    0,
  );
  if (weight < MIN_WEIGHT) return null;
  const numbers = new Map(had.map((old, i) => [old, i]));
  const narrow: ScanPlan = {
    ...scan,
    columnIds: [...had.map((i) => scan.columnIds[i]), ROW_NUMBER],
    filter: scan.filter === null ? null : renumber(scan.filter, numbers),
    schema: [...had.map((i) => scan.schema[i]), { name: 'row number', type: INT64 }],
  };
  const keys = overScan.map((key) => ({ ...key, expr: renumber(key.expr, numbers) }));
  return { narrow, keys, scan, had, project };
}
