/** OPTIMIZE TABLE ... DEDUPLICATE: of rows that are equal in all columns, or in those that BY names, the first stays. */

import { column, type Expr } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { firstOfEach } from '../../engine/plan/places.ts';
import { INT64 } from '../../engine/type/type.ts';
import type { StatementBody } from '../ast/statement.ts';
import type { TableInfo } from '../bind/context.ts';
import { project } from '../bind/plan.ts';
import type { ScopeColumn } from '../bind/scope.ts';
import { spread } from '../bind/select.ts';
import type { Session } from '../bind/session.ts';
import type { BoundChange } from './bound.ts';
import { chosenRows, noColumn, ROW_NUMBER_NAME } from './mutation.ts';
import { bindPartition } from './partition.ts';
import { tableOfRows } from './table-ref.ts';

type Optimize = Extract<StatementBody, { kind: 'optimize table' }>;

export function bindDuplicates({ table: name, partition, by }: Optimize, session: Session): BoundChange {
  const table = tableOfRows(name, 'OPTIMIZE', session);
  const all = { table: name, alias: null, where: null };
  const { plan, rowNumber, relation } = chosenRows(table, all, [], session);
  const columns = relation.columns.slice(0, table.columns.length);
  const keys = by === null ? columns.map((c) => c.expr) : keysOf(by, name, table, columns, session);
  const inOrder: SortKey = { expr: rowNumber, descending: false, nullsFirst: false };
  const narrow = project(plan, [...keys, rowNumber], [...keys.map((_, i) => `${i}`), ROW_NUMBER_NAME]);
  const at = (i: number): Expr => column(i, narrow.schema[i].type);
  const copies = firstOfEach(
    narrow,
    keys.map((_, i) => at(i)),
    [{ ...inOrder, expr: at(keys.length) }],
    { limit: null, offset: 1 },
  );
  const gone: Plan = project(copies, [column(keys.length, INT64)], [ROW_NUMBER_NAME]);
  return {
    kind: 'delete',
    tableId: table.id,
    table: table.name,
    command: 'DEDUPLICATE',
    plan: session.optimized(gone),
    partition: partition === null ? null : bindPartition(partition, table, session),
    returning: null,
  };
}

/** Rows that belong together are sorted and cut by the same values, so these columns are among them. */
function keysOf(
  by: NonNullable<Optimize['by']>,
  name: Optimize['table'],
  table: TableInfo,
  columns: readonly ScopeColumn[],
  session: Session,
): Expr[] {
  const wanted = spread(by, columns, [], session).map(({ value, column: found }) => {
    if (found !== null && value === null) return columns.indexOf(found);
    if (value?.kind !== 'name')
      throw session.error('SYNTAX_ERROR', value ?? name, 'DEDUPLICATE BY takes columns of the table');
    const index = table.columns.findIndex((c) => session.same(value.parts.at(-1)!.text, c.name));
    if (index === -1) throw noColumn(value.parts.at(-1)!, table, session);
    return index;
  });
  const missing = table.columns.findIndex((c, i) => table.keyColumns?.includes(c.id) && !wanted.includes(i));
  if (missing !== -1)
    throw session.error(
      'THERE_IS_NO_COLUMN',
      by[0].value,
      `DEDUPLICATE BY must include all columns of the sort key and the partition key, but ${table.columns[missing].name} is missing`,
      'Add it, or write DEDUPLICATE without BY to compare all columns',
    );
  return wanted.map((i) => columns[i].expr);
}
