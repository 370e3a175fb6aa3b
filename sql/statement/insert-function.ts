/** INSERT INTO FUNCTION: into a table of this node that `remote` or `cluster` names, or with `null` into nothing. */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import type { Field, Plan } from '../../engine/plan/node.ts';
import type { Span } from '../ast/expression.ts';
import type { Insert } from '../ast/statement.ts';
import { type FunctionItem, writtenFunction } from '../bind/clickhouse-function.ts';
import type { TableInfo } from '../bind/context.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { requestedTable } from '../bind/file.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import type { Bare } from './bound.ts';
import { type BoundInsert, bindInsert, bindInsertInto } from './insert.ts';

type Discard = Bare<'discard'>;

export function bindInsertFunction(
  body: Insert,
  item: FunctionItem,
  session: Session,
): BoundInsert | Discard {
  const scope = { columns: [], aliases: new Map(), with: { ...NO_WITH, around: null } };
  const binder = new ExpressionBinder(session, scope, null, 'arguments of a table function');
  const written = writtenFunction({
    item,
    session,
    evaluate: (node) => evaluateConstant(binder.bind(node)),
  });
  if (written !== undefined && 'forgotten' in written)
    return { kind: 'discard', plan: forgotten(written.forgotten, body, session) };
  if (written?.table.kind !== 'table')
    throw session.refuse(
      item,
      `INSERT INTO FUNCTION ${item.name}`,
      'Known: null, remote and cluster; files are written by COPY ... TO in the standard dialect',
    );
  const [name, schema = null] = [...written.table.name].reverse();
  return bindInsert({ ...body, into: null, table: { ...body.table, schema, name } }, session);
}

/** The rows as they would go into a table of these columns. */
function forgotten(
  fields: readonly { readonly name: string; readonly type: TableInfo['columns'][number]['type'] }[],
  body: Insert,
  session: Session,
): Plan {
  const columns = fields.map(({ name, type }, id) => ({ id, name, type, defaultValue: null }));
  const table: TableInfo = { id: 0, schema: session.context.schema, name: 'null', columns, timeColumn: null };
  const { source, columnIds } = bindInsertInto(table, { ...body, returning: null }, session);
  if (source.kind === 'plan') return session.optimized(source.plan);
  return rowsOfData(
    source.format,
    columnIds.map((id) => fields[id]),
    body.table,
    session,
  );
}

/** The rows that come with the statement, in a format. */
export function rowsOfData(
  dataFormat: string,
  columns: readonly Field[],
  where: Span,
  session: Session,
): Plan {
  const given = columns.map(({ name, type }) => ({ name, type }));
  const rows = requestedTable({ dataFormat, columns: given }, where, 'INSERT', session);
  const schema = rows.columns.map(({ name, type }) => ({ name, type }));
  const ids = rows.columns.map(({ id }) => id);
  return { kind: 'scan', tableId: rows.id, tableName: rows.name, columnIds: ids, filter: null, schema };
}
