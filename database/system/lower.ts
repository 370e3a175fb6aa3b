/** Replaces scans of system tables by their rows as they are now, so that the executor needs no storage for them. */

import type { FilterPlan, Plan, ValuesPlan } from '../../engine/plan/node.ts';
import { isSystemTable, type SystemSource, systemTable } from './table.ts';

export function lowerSystemScans(plan: Plan, source: () => SystemSource): Plan {
  switch (plan.kind) {
    case 'scan': {
      if (!isSystemTable(plan.tableId)) return plan;
      const table = systemTable(plan.tableId);
      const rows =
        table.project?.(source(), plan.columnIds) ??
        table.rows(source()).map((row) => plan.columnIds.map((id) => row[id]));
      const values: ValuesPlan = { kind: 'values', rows, schema: plan.schema };
      if (plan.filter === null) return values;
      const filtered: FilterPlan = {
        kind: 'filter',
        input: values,
        predicate: plan.filter,
        schema: plan.schema,
      };
      return filtered;
    }
    case 'values':
    case 'range':
      return plan;
    case 'join':
      return {
        ...plan,
        left: lowerSystemScans(plan.left, source),
        right: lowerSystemScans(plan.right, source),
      };
    case 'recursive':
      return {
        ...plan,
        start: lowerSystemScans(plan.start, source),
        step: lowerSystemScans(plan.step, source),
      };
    case 'union':
      return { ...plan, inputs: plan.inputs.map((input) => lowerSystemScans(input, source)) };
    default:
      return { ...plan, input: lowerSystemScans(plan.input, source) };
  }
}
