/**
 * What a top-N tells the scan that it gets its rows from: which of the scan's columns it orders by first, and the value beyond which it
 * refuses every row. The scan begins with the blocks that hold the first values, and passes over those that hold only refused ones.
 */

import type { JoinPlan, JoinType } from '../../plan/node.ts';
import { laneOf } from '../../type/type.ts';
import type { Stage, StepSpec } from '../stage/stage.ts';

/** `column` is an index of the scan's columns. */
export type LeadingKey = { readonly column: number; readonly descending: boolean };

/** Joins to which a left row matters by its own rows alone: without it, no right row comes out otherwise. */
const LEFT_ALONE: ReadonlySet<JoinType> = new Set(['inner', 'cross', 'left', 'semi', 'anti']);

/** Null: it is no column of the scan's, or bounds do not tell enough of it. */
export function leadingKey({ source, steps, sink }: Stage): LeadingKey | null {
  if (source.kind !== 'scan' || sink.kind !== 'sort' || sink.spec.limit === null) return null;
  const [{ expr, descending, nullsFirst }] = sink.spec.keys;
  if (expr.kind !== 'column' || laneOf(expr.type) !== 'i64' || expr.type.id === 'uint64') return null;
  // NULLs have no place between bounds.
  if (expr.type.nullable && nullsFirst) return null;
  let column = expr.index;
  for (const step of steps.toReversed()) {
    column = columnBefore(step, column);
    if (column < 0) return null;
  }
  const { columnIds, schema } = source.plan;
  const isStored = columnIds[column] >= 0 && laneOf(schema[column].type) === 'i64';
  return isStored && !(schema[column].type.nullable && nullsFirst) ? { column, descending } : null;
}

/** The column of a step's input that passes through it as `column`; -1: none does, or leaving rows out would show. */
function columnBefore(step: StepSpec, column: number): number {
  switch (step.kind) {
    case 'filter':
      return column;
    case 'project': {
      const expr = step.exprs[column];
      return expr.kind === 'column' ? expr.index : -1;
    }
    case 'expand':
      return column < step.spec.width ? column : -1;
    case 'probe':
      return LEFT_ALONE.has(step.plan.join) ? leftColumn(step.plan, column) : -1;
    case 'limit':
    case 'fetch':
      return -1;
  }
}

/** A right column that an inner join compares with a left one is equal to it. */
function leftColumn({ join, left, leftKeys, rightKeys, nullSafe }: JoinPlan, column: number): number {
  const width = left.schema.length;
  if (column < width) return column;
  const k = rightKeys.findIndex((key) => key.kind === 'column' && key.index === column - width);
  const key = join === 'inner' && !nullSafe ? leftKeys[k] : undefined;
  return key?.kind === 'column' ? key.index : -1;
}
