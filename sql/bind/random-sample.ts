/**
 * Samples: some of a relation's rows, at random. Bits are drawn for the place of each row, and rows are kept by them: those whose bits are few
 * enough (BERNOULLI), those of a group of neighbours (SYSTEM), or those with the least bits of all (RESERVOIR). A stored row's place is its number
 * in the table, so a seed gives one sample whatever else is asked of the table.
 */

import { ROW_NUMBER } from '../../engine/exec/row-number.ts';
import { apply, int } from '../../engine/function/call.ts';
import { draw, named, ONCE, PLACE, seedName } from '../../engine/plan/draw.ts';
import { column, type Expr } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { BOOL, INT64 } from '../../engine/type/type.ts';
import type { RandomSample } from '../ast/query.ts';
import { inOrder } from './limit.ts';
import { columnsOfPlan, filter, keepColumns, project } from './plan.ts';
import type { Session } from './session.ts';

/** Neighbours that SYSTEM keeps or leaves out together: 2 to the power of it, DuckDB's vectors. */
const SYSTEM_GRANULE = 11;
const BITS = 53;

export function randomlySampled(plan: Plan, sample: RandomSample, session: Session): Plan {
  const { size, isPercent, method, seed } = sample;
  const width = plan.schema.length;
  const name = session.drawName('sample', [], sample, sample);
  const placed = withPlaces(plan, name);
  const stream = named(draw(64, 0, INT64, ONCE), seed === null ? name : seedName(seed));
  const granule = int(method === 'system' ? SYSTEM_GRANULE : 0);
  const bits = apply('bits_of_place', [column(width, INT64), granule, stream, int(BITS)], INT64);
  if (method === 'reservoir') {
    const key: SortKey = { expr: bits, descending: false, nullsFirst: false };
    const bounds = { limit: size, limitIsPercent: isPercent, offset: 0, withTies: false };
    return keepColumns(inOrder(placed, [key], bounds, sample, session), width);
  }
  const share = BigInt(Math.round((size / 100) * 2 ** BITS));
  return keepColumns(filter(placed, apply('lt_i64', [bits, int(share)], BOOL)), width);
}

/** The plan's columns, then the place of the row. */
function withPlaces(plan: Plan, name: string): Plan {
  const field = { name: 'place', type: INT64 };
  // Tables of the system and of files have no rows that stay where they are.
  if (plan.kind === 'scan' && plan.tableId > 0)
    return { ...plan, columnIds: [...plan.columnIds, ROW_NUMBER], schema: [...plan.schema, field] };
  const place: Expr = named(draw(64, 0, INT64, PLACE), `${name} place`);
  const names = plan.schema.map((f) => f.name);
  return project(plan, [...columnsOfPlan(plan), place], [...names, field.name]);
}
