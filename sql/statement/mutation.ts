/**
 * DELETE and UPDATE as plans over a scan that gives the number of each row beside its columns: which rows go, and what comes
 * in their place. Conditions and values are bound like those of a SELECT, with subqueries.
 */

import type { BasaltError } from '../../engine/base/error.ts';
import { ROW_NUMBER } from '../../engine/exec/row-number.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { firstOfEach } from '../../engine/plan/places.ts';
import { INT64 } from '../../engine/type/type.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { TableExpression } from '../ast/query.ts';
import type {
  AlterRows,
  Assignment,
  Delete,
  MaterializeColumn,
  TableName,
  Update,
} from '../ast/statement.ts';
import { bindConditions, restrict } from '../bind/condition.ts';
import type { ColumnInfo, TableInfo } from '../bind/context.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { aliasColumns, bindFrom, storedScan } from '../bind/from.ts';
import { crossJoin } from '../bind/join.ts';
import { keepColumns, project } from '../bind/plan.ts';
import { NO_WITH, type Relation, type Scope } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { Subqueries } from '../bind/subquery.ts';
import type { Bare, BoundChange, BoundPartition } from './bound.ts';
import { assign, writtenDefault } from './insert.ts';
import { bindPartition } from './partition.ts';
import { scopeOfRow, withReturning } from './returning.ts';
import { tableOfRows } from './table-ref.ts';
import { writtenRow } from './written-row.ts';

export const ROW_NUMBER_NAME = 'row number';

export function bindDelete(statement: Delete, session: Session): Bare<'delete'> {
  const { table: name, using, where } = statement;
  const table = changedTable(name, 'DELETE', session);
  const command = `DELETE${textOfTables(' USING ', using, session)}${rowsText(statement, session)}`;
  const partition = partitionOf(statement, table, session);
  const base = { kind: 'delete', tableId: table.id, table: table.name, command, partition } as const;
  if (where === null && using.length === 0 && partition === null && statement.returning === null)
    return { ...base, plan: null, returning: null };
  const { plan: chosen, rowNumber, relation } = chosenRows(table, statement, using, session);
  const rows = relation.columns.slice(0, table.columns.length);
  const partners = project(
    chosen,
    [rowNumber, ...rows.map((c) => c.expr)],
    [ROW_NUMBER_NAME, ...rows.map((c) => c.name)],
  );
  const plan = using.length === 0 ? partners : onePartner(partners, 0, []);
  const columns = rows.map((c, i) => ({ ...c, expr: column(i + 1, c.expr.type) }));
  const gone = withReturning(plan, statement.returning, columns, session);
  const wanted = [0, ...(gone.returning ?? []).map((_, i) => plan.schema.length + i)];
  const answer = project(
    gone.plan,
    wanted.map((i) => column(i, gone.plan.schema[i].type)),
    wanted.map((i) => gone.plan.schema[i].name),
  );
  return { ...base, plan: session.optimized(answer), returning: gone.returning };
}

/** Of rows that are there once for each partner, one: that of the least values, so that it is always the same. */
function onePartner(plan: Plan, rowNumber: number, values: readonly number[]): Plan {
  const at = (i: number): Expr => column(i, plan.schema[i].type);
  const order = values.map((i): SortKey => ({ expr: at(i), descending: false, nullsFirst: false }));
  return keepColumns(firstOfEach(plan, [at(rowNumber)], order, { limit: 1, offset: 0 }), plan.schema.length);
}

export function bindUpdate(statement: Update, session: Session): Bare<'update'> {
  const { table: name, assignments, from } = statement;
  const table = changedTable(name, 'UPDATE', session);
  const targets = assignments.map((assignment) => targetOf(assignment, table, session));
  checkTargets(targets, assignments, table, session);
  const { plan, rowNumber, relation } = chosenRows(table, statement, from, session);
  const subqueries = new Subqueries(session);
  const scope: Scope = { columns: relation.columns, aliases: new Map(), with: NO_WITH, subqueries };
  const binder = new ExpressionBinder(session, scope, null, 'SET');
  const values = assignments.map(({ value }, i) => assignedValue(value, targets[i], binder, session));
  const placed = subqueries.placeOf(plan, values);
  // What is materialized is computed when the row is written.
  const kept = table.columns.filter((c) => c.computed?.kind !== 'materialized');
  const exprs = kept.map((c) => {
    const at = targets.indexOf(c);
    return at < 0 ? column(table.columns.indexOf(c), c.type) : placed.settle(values[at]);
  });
  const names = kept.map((c) => c.name);
  const partners = project(placed.plan, [...exprs, rowNumber], [...names, ROW_NUMBER_NAME]);
  const changed =
    from.length === 0
      ? partners
      : onePartner(
          partners,
          names.length,
          targets.map((target) => kept.indexOf(target)),
        );
  const written = writtenRow(table, kept, changed, session);
  const columns = scopeOfRow(table, (i) => written(table.columns[i].id), session, statement.alias?.text);
  const { plan: answer, returning } = withReturning(changed, statement.returning, columns, session);
  return {
    kind: 'update',
    tableId: table.id,
    table: table.name,
    command: `UPDATE ${assignments.map((a) => textOf(a, session)).join(', ')}${textOfTables(' FROM ', from, session)}${rowsText(statement, session)}`,
    columnIds: kept.map((c) => c.id),
    plan: session.optimized(answer),
    partition: partitionOf(statement, table, session),
    returning,
  };
}

/** A statement with several changes: each is bound to the table as it is, and done when those before it are. */
export function bindAlterRows({ changes }: AlterRows, session: Session): Bare<'alterRows'> {
  return {
    kind: 'alterRows',
    changes: changes.map((change) => {
      if (change.kind === 'delete') return bindDelete(change, session);
      return change.kind === 'update' ? bindUpdate(change, session) : bindMaterialize(change, session);
    }),
  };
}

/** Null: nothing is to be done. Defaults are stored in every row, so only what is materialized can have become something else. */
function bindMaterialize(
  { table: name, name: wanted, ifExists, partition, ...written }: MaterializeColumn,
  session: Session,
): BoundChange | null {
  const table = changedTable(name, 'ALTER TABLE ... MATERIALIZE COLUMN', session);
  const column = table.columns.find((c) => session.same(wanted.text, c.name));
  const isVirtual = table.virtual?.some((c) => session.same(wanted.text, c.name)) === true;
  if (column === undefined) {
    if (isVirtual || ifExists) return null;
    throw noColumn(wanted, table, session);
  }
  if (table.keyColumns?.includes(column.id))
    throw session.error(
      'CANNOT_UPDATE_COLUMN',
      wanted,
      `Refused to materialize column ${column.name}: rows are sorted or partitioned by it`,
      'INSERT the rows into a new table',
    );
  if (column.computed === undefined && column.defaultValue === null)
    throw session.error(
      'BAD_ARGUMENTS',
      wanted,
      `Cannot materialize column ${column.name}: it has no default expression`,
      'UPDATE it instead',
    );
  if (column.computed?.kind !== 'materialized') return null;
  const all = { assignments: [], from: [], alias: null, where: null, returning: null } as const;
  const change = bindUpdate({ kind: 'update', table: name, partition, ...all }, session);
  return { ...change, command: textOf(written, session) };
}

/** null: all partitions. */
const partitionOf = (
  { partition }: Delete | Update,
  table: TableInfo,
  session: Session,
): BoundPartition | null => (partition === null ? null : bindPartition(partition, table, session));

const textOf = ({ at, end }: Span, session: Session): string => session.text.slice(at, end);

const rowsText = ({ partition, where }: Delete | Update, session: Session): string =>
  (partition === null ? '' : ` IN ${textOf(partition, session)}`) +
  (where === null ? '' : ` WHERE ${textOf(where, session)}`);

const textOfTables = (word: string, tables: readonly Span[], session: Session): string =>
  tables.length === 0 ? '' : word + tables.map((t) => textOf(t, session)).join(', ');

function changedTable(name: TableName, what: string, session: Session): TableInfo {
  if (session.dialect === 'druid')
    throw session.refuse(
      name,
      `${what} in the Druid dialect`,
      'Replace the interval with a spec, or use another dialect',
    );
  return tableOfRows(name, what, session);
}

/**
 * The rows for which the condition is true, with all columns of the table in its order and the row's number; beside other tables once
 * for each of their rows.
 */
export function chosenRows(
  table: TableInfo,
  { table: name, alias, where }: Pick<Delete | Update, 'table' | 'alias' | 'where'>,
  others: readonly TableExpression[],
  session: Session,
): { readonly plan: Plan; readonly rowNumber: Expr; readonly relation: Relation } {
  const scanned = storedScan(table, alias === null ? null : { name: alias, columns: [] }, name, session);
  const scan = scanned.plan;
  if (scan.kind !== 'scan') throw session.error('LOGICAL_ERROR', name, 'A table is read by a scan');
  const numbered: Plan = {
    ...scan,
    columnIds: [...scan.columnIds, ROW_NUMBER],
    schema: [...scan.schema, { name: ROW_NUMBER_NAME, type: INT64 }],
  };
  const aliases = [...aliasColumns(table, scanned, session).values()];
  const rows = { plan: numbered, columns: [...scanned.columns, ...aliases] };
  const relation = others.length === 0 ? rows : crossJoin(rows, bindFrom(others, NO_WITH, session));
  const rowNumber = column(scan.columnIds.length, INT64);
  if (where === null) return { plan: relation.plan, rowNumber, relation };
  const subqueries = new Subqueries(session);
  const scope: Scope = { columns: relation.columns, aliases: new Map(), with: NO_WITH, subqueries };
  const binder = new ExpressionBinder(session, scope, null, 'WHERE');
  const conditions = bindConditions([where], subqueries, binder);
  return { plan: restrict(relation.plan, conditions, subqueries, (e) => e), rowNumber, relation };
}

function targetOf({ name }: Assignment, table: TableInfo, session: Session): ColumnInfo {
  const found = table.columns.find((c) => session.same(name.text, c.name));
  const computed =
    found?.computed?.kind === 'materialized' || table.virtual?.some((c) => session.same(name.text, c.name));
  if (computed === true)
    throw session.error(
      'CANNOT_UPDATE_COLUMN',
      name,
      `Cannot UPDATE the column ${name.text}: its values are computed`,
      'Change the columns that it is computed of',
    );
  if (found !== undefined) return found;
  throw noColumn(name, table, session);
}

export const noColumn = (name: Identifier, table: TableInfo, session: Session): BasaltError =>
  session.error(
    'NO_SUCH_COLUMN_IN_TABLE',
    name,
    `The table ${table.name} has no column ${name.text}`,
    session.didYouMean(
      name.text,
      table.columns.map((c) => c.name),
    ),
  );

/** Each once; ClickHouse changes no column that rows are sorted or partitioned by. */
function checkTargets(
  targets: readonly ColumnInfo[],
  assignments: readonly Assignment[],
  { keyColumns = [] }: TableInfo,
  session: Session,
): void {
  targets.forEach((target, i) => {
    const { name } = assignments[i];
    if (targets.indexOf(target) < i)
      throw session.error(
        'MULTIPLE_ASSIGNMENTS_TO_COLUMN',
        name,
        `The column ${target.name} is assigned to twice`,
      );
    if (session.dialect === 'clickhouse' && keyColumns.includes(target.id))
      throw session.error(
        'CANNOT_UPDATE_COLUMN',
        name,
        `Cannot UPDATE key column ${target.name}`,
        'DELETE the rows and INSERT them anew, or use the standard dialect',
      );
  });
}

/** The value as the column's type; NULL where the column takes none is found when it is written. */
function assignedValue(
  node: Expression,
  target: ColumnInfo,
  binder: ExpressionBinder,
  session: Session,
): Expr {
  if (node.kind === 'default') return literal(writtenDefault(node, target, session), target.type);
  return assign(binder.bind(node), target.type, node, session);
}
