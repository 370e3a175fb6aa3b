/**
 * Tables that have no rows of their own (ClickHouse's Merge, Buffer, Distributed, File, URL and GenerateRandom), read: what they stand for, in the columns that
 * they were made with.
 */

import type { Field, Plan } from '../../engine/plan/node.ts';
import type { Span } from '../ast/expression.ts';
import { parse } from '../parse/parser.ts';
import type { TableInfo, TableRequest, Through } from './context.ts';
import { ANY_FILE, requestedTable } from './file.ts';
import { mergedTables, type Reading, type TableBinder, tablesAlike } from './merged-tables.ts';
import { randomRowsText } from './random-rows.ts';
import { NO_WITH } from './scope.ts';
import type { Session } from './session.ts';

/** Tables that read each other, within each other. */
const MAX_DEPTH = 64;

/** The one table that rows go into and come from. @throws UNKNOWN_TABLE */
export function destinationOf(
  { name }: TableInfo,
  { schema, name: target }: Extract<Through, { kind: 'table' }>,
  where: Span,
  session: Session,
): TableInfo {
  const found = session.context.catalog.table(schema, target);
  if (found !== undefined) return found;
  throw session.error(
    'UNKNOWN_TABLE',
    where,
    `The table ${target} that ${name} stands for is not there`,
    'Make it again, or drop the other one',
  );
}

/** Those of a file, in the columns of the table: as the functions `file` and `url` read it, under the same guards. */
function fileRows(
  ownFile: number,
  through: Extract<Through, { kind: 'file' | 'own file' }>,
  columns: readonly Field[],
  where: Span,
  session: Session,
): Plan {
  const request: TableRequest =
    through.kind === 'own file'
      ? { ownFile, format: through.format, columns }
      : {
          ...ANY_FILE,
          paths: [through.path],
          isRemote: through.isRemote,
          format: through.format,
          columns,
          hivePartitioning: false,
        };
  const { id, name, columns: read } = requestedTable(request, where, 'Reading files', session);
  return {
    kind: 'scan',
    tableId: id,
    tableName: name,
    columnIds: read.map((c) => c.id),
    filter: null,
    schema: columns,
  };
}

/**
 * The rows, with their origin in two more columns.
 * @param bindTable in the session that it is given
 */
export function throughRows(
  table: TableInfo,
  through: Through,
  reading: Reading & Span,
  bindTable: (session: Session) => TableBinder,
  session: Session,
): Plan {
  if (session.views.includes(table.id) || session.views.length === MAX_DEPTH)
    throw session.error('TOO_DEEP', reading, `The table ${table.name} reads itself`, 'Drop it');
  const inner = session.inside(session.text, [...session.views, table.id], { temporary: [] });
  const fields = table.columns.map(({ name, type }) => ({ name, type }));
  if (through.kind === 'file' || through.kind === 'own file')
    return fileRows(table.id, through, fields, reading, session);
  if (through.kind === 'random') {
    const text = randomRowsText(fields, through, reading, session);
    const { body } = parse(text, 'clickhouse');
    if (body.kind !== 'query') throw session.error('LOGICAL_ERROR', reading, 'Random rows are a query');
    return inner
      .inside(text, inner.views, { dialect: 'clickhouse', parameters: [] })
      .bindQuery(body.query, NO_WITH).plan;
  }
  const tables =
    through.kind === 'table'
      ? [destinationOf(table, through, reading, session)]
      : tablesAlike(through.schema, through.pattern, session).filter(({ id }) => id !== table.id);
  return mergedTables(tables, fields, reading, bindTable(inner), reading, inner);
}
