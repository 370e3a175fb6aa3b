/**
 * INSERT: which columns are given, and a plan that gives them in the table's own types. Columns left out take
 * their defaults where the rows are written.
 */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { type LogicalType, nullable, type Value } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { Query, Values } from '../ast/query.ts';
import type { Insert } from '../ast/statement.ts';
import type { ColumnInfo, TableInfo } from '../bind/context.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { project } from '../bind/plan.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import type { BoundStatement } from './bound.ts';
import { scopeOf, withReturning } from './returning.ts';
import { tableOfRows } from './table-ref.ts';

export type BoundInsert = Omit<Extract<BoundStatement, { kind: 'insert' }>, 'format' | 'settings'>;

export function bindInsert(body: Insert, session: Session): BoundInsert {
  checkMade(body, session);
  const table = tableOfRows(body.table, 'INSERT', session);
  if (body.byName) return insertByName(body, table, session);
  const named = targetColumns(body.columns, table, session);
  const columns = body.allBut ? table.columns.filter((c) => !named.includes(c)) : named;
  if (columns.length === 0)
    throw session.error(
      'BAD_ARGUMENTS',
      body.table,
      'No column of the table is left',
      'Leave fewer of them out',
    );
  if (body.dataFormat !== null) return insertOf(table, columns, { kind: 'format', format: body.dataFormat });
  const { query } = body;
  const plan =
    query === null
      ? rowsOf([columns.map(defaultOf)], columns)
      : isPlainValues(query)
        ? valuesPlan(query.body, columns, session)
        : assignedPlan(session.bindQuery(query, NO_WITH).plan, columns, query, session);
  return insertPlan(plan, body, table, columns, session);
}

function insertByName(body: Insert, table: TableInfo, session: Session): BoundInsert {
  const query = body.query!;
  const { plan } = session.bindQuery(query, NO_WITH);
  const names = plan.schema.map(
    (f): Identifier => ({ text: f.name, quoted: true, at: query.at, end: query.end }),
  );
  const columns = targetColumns(names, table, session);
  return insertPlan(assignedPlan(plan, columns, query, session), body, table, columns, session);
}

function insertPlan(
  plan: Plan,
  body: Insert,
  table: TableInfo,
  columns: readonly ColumnInfo[],
  session: Session,
): BoundInsert {
  if (body.returning === null) return insertOf(table, columns, { kind: 'plan', plan });
  const written = (i: number): Expr => {
    const target = table.columns[i];
    const at = columns.indexOf(target);
    return at < 0 ? literal(defaultOf(target), target.type) : column(at, plan.schema[at].type);
  };
  const names = table.columns.map((c) => c.name);
  const returned = withReturning(plan, body.returning, scopeOf(names, table.name, written), session);
  return {
    ...insertOf(table, columns, { kind: 'plan', plan: session.optimized(returned.plan) }),
    returning: returned.returning,
  };
}

export const insertOf = (
  table: TableInfo,
  columns: readonly ColumnInfo[],
  source: BoundInsert['source'],
): BoundInsert => ({
  kind: 'insert',
  tableId: table.id,
  schema: table.schema,
  table: table.name,
  columnIds: columns.map((c) => c.id),
  source,
  returning: null,
});

/** Druid's INSERT makes a table only where it says how it is cut. */
function checkMade({ table: { schema, name }, query }: Insert, session: Session): void {
  if (session.dialect !== 'druid' || query === null) return;
  if (session.findTable(schema === null ? [name] : [schema, name]) !== undefined) return;
  throw session.error(
    'UNKNOWN_TABLE',
    name,
    `Unknown table ${name.text}, and INSERT lacks PARTITIONED BY`,
    `INSERT INTO ${name.text} SELECT ... PARTITIONED BY DAY makes it`,
  );
}

/** The columns that are named, or all. */
export function targetColumns(
  names: readonly Identifier[],
  table: TableInfo,
  session: Session,
): readonly ColumnInfo[] {
  if (names.length === 0) return table.columns;
  const chosen: ColumnInfo[] = [];
  for (const name of names) {
    const isTime = session.dialect === 'druid' && name.text === '__time';
    const found = table.columns.find(
      (c) => session.same(name.text, c.name) || (isTime && c.name === table.timeColumn),
    );
    if (found === undefined) {
      const hint = session.didYouMean(
        name.text,
        table.columns.map((c) => c.name),
      );
      throw session.error(
        'NO_SUCH_COLUMN_IN_TABLE',
        name,
        `The table ${table.name} has no column ${name.text}`,
        hint,
      );
    }
    if (chosen.includes(found))
      throw session.error('DUPLICATE_COLUMN', name, `The column ${name.text} is named twice`);
    chosen.push(found);
  }
  return chosen;
}

const isPlainValues = (query: Query): query is Query & { readonly body: Values } =>
  query.body.kind === 'values' &&
  query.with.length === 0 &&
  query.orderBy.length === 0 &&
  query.limit === null &&
  query.offset === null;

/** Rows of constants, each read as its column's type. */
function valuesPlan(values: Values, columns: readonly ColumnInfo[], session: Session): Plan {
  const binder = new ExpressionBinder(
    session,
    { columns: [], aliases: new Map(), with: NO_WITH },
    null,
    'VALUES',
  );
  const rows = values.rows.map((row) => {
    if (row.length !== columns.length) {
      throw session.error(
        'BAD_ARGUMENTS',
        rowSpan(row, values),
        `A row has ${row.length} values for ${columns.length} columns`,
      );
    }
    return row.map((node, i) => valueFor(node, columns[i], binder, session));
  });
  return rowsOf(rows, columns);
}

function rowsOf(rows: readonly (readonly Value[])[], columns: readonly ColumnInfo[]): Plan {
  const mayBeNull = columns.map((_, i) => rows.some((r) => r[i] === null));
  return {
    kind: 'values',
    rows,
    schema: columns.map((c, i) => ({ name: c.name, type: mayBeNull[i] ? nullable(c.type) : c.type })),
  };
}

const rowSpan = (row: readonly Expression[], values: Values): Span =>
  row.length === 0 ? values : { at: row[0].at, end: row[row.length - 1].end };

function valueFor(node: Expression, target: ColumnInfo, binder: ExpressionBinder, session: Session): Value {
  if (node.kind === 'default') return defaultOf(target);
  const value = evaluateConstant(assign(binder.bind(node), target.type, node, session));
  if (value !== null || target.type.nullable) return value;
  // ClickHouse writes the default where NULL cannot be.
  if (session.dialect === 'clickhouse') return defaultOf(target);
  throw session.error('CANNOT_INSERT_NULL', node, `The column ${target.name} takes no NULL`);
}

/** The default of a column: its own, NULL, or the type's zero. */
export function defaultOf(target: ColumnInfo): Value {
  if (target.defaultValue !== null || target.type.nullable) return target.defaultValue;
  return zeroOf(target.type);
}

/** A value as a column's type; what does not fit is an error in every dialect. */
export function assign(expr: Expr, to: LogicalType, where: Span, session: Session): Expr {
  try {
    return cast(expr, to, session.strictCast());
  } catch (error) {
    throw session.at(where, error);
  }
}

/** The plan's columns, in order, in the types of the table's. */
export function assignedPlan(
  plan: Plan,
  columns: readonly ColumnInfo[],
  where: Span,
  session: Session,
): Plan {
  if (plan.schema.length !== columns.length) {
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      `The query gives ${plan.schema.length} columns for ${columns.length} columns of the table`,
    );
  }
  const exprs = columns.map((c, i) => assign(column(i, plan.schema[i].type), c.type, where, session));
  return session.optimized(
    project(
      plan,
      exprs,
      columns.map((c) => c.name),
    ),
  );
}
