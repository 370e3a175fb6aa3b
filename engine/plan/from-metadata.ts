/**
 * Totals that the tables' statistics answer: count, min and max of whole tables, without reading a row.
 *
 * Only integers, dates and timestamps: their bounds are exact, those of other types need not be. Where rows are hidden, only
 * how many others there are is known.
 */

import { laneOf, type Value } from '../type/type.ts';
import type { AggregateCall } from './expr.ts';
import type { AggregatePlan, Plan, ScanPlan } from './node.ts';
import { mapInputs } from './rules/map-inputs.ts';
import type { Statistics } from './statistics.ts';

export function fromMetadata(plan: Plan, statistics: Statistics): Plan {
  const changed = mapInputs(plan, (input) => fromMetadata(input, statistics));
  return changed.kind === 'aggregate' && changed.keys.length === 0 && changed.input.kind === 'scan'
    ? totals(changed, changed.input, statistics)
    : changed;
}

function totals(plan: AggregatePlan, scan: ScanPlan, statistics: Statistics): Plan {
  if (scan.filter !== null) return plan;
  const row: Value[] = [];
  for (const aggregate of plan.aggregates) {
    const value = total(aggregate, scan, statistics);
    if (value === undefined) return plan;
    row.push(value);
  }
  return { kind: 'values', rows: [row], schema: plan.schema };
}

function total(aggregate: AggregateCall, scan: ScanPlan, statistics: Statistics): Value | undefined {
  const { fn, args, filter, distinct } = aggregate;
  const rows = statistics.rows(scan.tableId);
  if (filter !== null || rows === undefined) return undefined;
  if (fn === 'count_star') return BigInt(rows);
  const [arg] = args;
  if (arg?.kind !== 'column') return undefined;
  if (fn === 'count' && !distinct) {
    if (!arg.type.nullable) return BigInt(rows);
    if (!statistics.isExact(scan.tableId)) return undefined;
    const zone = statistics.zone(scan.tableId, scan.columnIds[arg.index]);
    return zone === undefined ? undefined : BigInt(rows - zone.nullCount);
  }
  if ((fn !== 'min_i64' && fn !== 'max_i64') || laneOf(arg.type) !== 'i64') return undefined;
  if (!statistics.isExact(scan.tableId)) return undefined;
  const zone = statistics.zone(scan.tableId, scan.columnIds[arg.index]);
  // Without values the answer depends on the type: left to the aggregate.
  if (zone === undefined || zone.min === null) return undefined;
  return fn === 'min_i64' ? zone.min : zone.max;
}
