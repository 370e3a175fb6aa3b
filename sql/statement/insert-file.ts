/** INSERT into a table of ClickHouse's engine File: its rows in all columns, which are appended to its file. */

import type { Insert } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { project } from '../bind/plan.ts';
import type { Session } from '../bind/session.ts';
import type { Bare } from './bound.ts';
import { bindInsertInto } from './insert.ts';
import { rowsOfData } from './insert-function.ts';
import { writtenRow } from './written-row.ts';

/** null: the table is another one. */
export function bindInsertFile(body: Insert, session: Session): Bare<'appendFile'> | null {
  const table = session.findTable(tablePath(body.table));
  if (table?.through?.kind !== 'own file') return null;
  if (body.returning !== null)
    throw session.refuse(body.table, 'RETURNING of a table of the engine File', 'Leave it out');
  const { source, columnIds } = bindInsertInto(table, body, session);
  const fields = columnIds.flatMap((id) => table.columns.filter((c) => c.id === id));
  const rows = source.kind === 'plan' ? source.plan : rowsOfData(source.format, fields, body.table, session);
  const written = writtenRow(
    table,
    columnIds.map((id) => ({ id })),
    rows,
    session,
  );
  const plan = project(
    rows,
    table.columns.map((c) => written(c.id)),
    table.columns.map((c) => c.name),
  );
  return {
    kind: 'appendFile',
    tableId: table.id,
    fileFormat: table.through.format,
    plan: session.optimized(plan),
  };
}
