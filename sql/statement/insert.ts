/**
 * INSERT: which columns are given, and a plan that gives them in the table's own types. Columns left out take
 * their defaults where the rows are written.
 */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { writtenVariant } from '../../engine/function/written-value.ts';
import { atMoment, isConstant } from '../../engine/plan/computed.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { isDeterministic } from '../../engine/plan/rules/deterministic.ts';
import { type LogicalType, nullable, type Value } from '../../engine/type/type.ts';
import { hasMember } from '../../engine/type/variant.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { Query, Values } from '../ast/query.ts';
import type { Insert } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { isWritten } from '../ast/written.ts';
import type { ColumnInfo, TableInfo } from '../bind/context.ts';
import { rowsPlan } from '../bind/drawn-rows.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { project } from '../bind/plan.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import type { Bare } from './bound.ts';
import { scopeOfRow, withReturning } from './returning.ts';
import { tableOfRows } from './table-ref.ts';
import { writtenRow } from './written-row.ts';

export type BoundInsert = Bare<'insert'>;

export function bindInsert(body: Insert, session: Session): BoundInsert {
  checkMade(body, session);
  const written = session.table(tablePath(body.table), body.table);
  const table = tableOfRows(body.table, 'INSERT', session);
  // Columns of a table that stands for another one go by name.
  const columns =
    written.through === undefined || body.columns.length > 0
      ? body.columns
      : namesOf(written, body.table.name);
  return bindInsertInto(table, { ...body, columns }, session);
}

const namesOf = ({ columns }: TableInfo, { at, end }: Span): readonly Identifier[] =>
  columns.map(({ name }) => ({ text: name, quoted: true, at, end }));

export function bindInsertInto(table: TableInfo, body: Insert, session: Session): BoundInsert {
  if (body.byName) return insertByName(body, table, session);
  const named = targetColumns(body.columns, table, session);
  const columns = body.allBut
    ? targetColumns([], table, session).filter((c) => !named.some(({ id }) => id === c.id))
    : named;
  if (columns.length === 0)
    throw session.error(
      'BAD_ARGUMENTS',
      body.table,
      'No column of the table is left',
      'Leave fewer of them out',
    );
  if (body.dataFormat !== null)
    return insertOf(
      table,
      columns,
      { kind: 'format', format: body.dataFormat, zone: session.context.timeZone },
      session,
    );
  const { query } = body;
  // One row of defaults: what is computed is when it is written.
  const fixed = query === null ? columns.filter((c) => c.computed === undefined) : columns;
  const plan =
    query === null
      ? rowsOf([fixed.map((c) => literal(defaultOf(c), c.type))], fixed)
      : isPlainValues(query)
        ? valuesPlan(query.body, columns, session)
        : assignedPlan(session.bindQuery(query, NO_WITH).plan, columns, query, session);
  return insertPlan(plan, body, table, fixed, session);
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
  columns: readonly Target[],
  session: Session,
): BoundInsert {
  if (body.returning === null) return insertOf(table, columns, { kind: 'plan', plan }, session);
  // What is answered is what is written: everything is computed here.
  const written = writtenRow(table, columns, plan, session);
  const names = table.columns.map((c) => c.name);
  const whole = project(
    plan,
    table.columns.map((c) => written(c.id)),
    names,
  );
  const scope = scopeOfRow(table, (i) => column(i, whole.schema[i].type), session);
  const returned = withReturning(whole, body.returning, scope, session);
  return {
    ...insertOf(table, table.columns, { kind: 'plan', plan: session.optimized(returned.plan) }, session),
    returning: returned.returning,
  };
}

export const insertOf = (
  table: TableInfo,
  columns: readonly Target[],
  source: BoundInsert['source'],
  session: Session,
): BoundInsert => ({
  kind: 'insert',
  tableId: table.id,
  schema: table.schema,
  table: table.name,
  columnIds: columns.map((c) => c.id),
  source,
  nullsAreDefaults: session.dialect === 'clickhouse',
  returning: null,
});

/** Druid's INSERT makes a table only where it says how it is cut. */
function checkMade({ table, query }: Insert, session: Session): void {
  const { name } = table;
  if (session.dialect !== 'druid' || query === null) return;
  if (session.findTable(tablePath(table)) !== undefined) return;
  throw session.error(
    'UNKNOWN_TABLE',
    name,
    `Unknown table ${name.text}, and INSERT lacks PARTITIONED BY`,
    `INSERT INTO ${name.text} SELECT ... PARTITIONED BY DAY makes it`,
  );
}

/** A column that rows can give. */
export type Target = Pick<ColumnInfo, 'id' | 'name' | 'type' | 'defaultValue' | 'computed'>;

const targetsOf = ({ columns, virtual = [] }: TableInfo): readonly Target[] => [
  ...columns.filter((c) => c.computed?.kind !== 'materialized'),
  ...virtual.flatMap(({ id, name, type, kind }) =>
    kind === 'ephemeral' ? [{ id, name, type, defaultValue: null }] : [],
  ),
];

/** The columns that are named, or all that are stored and not computed. */
export function targetColumns(
  names: readonly Identifier[],
  table: TableInfo,
  session: Session,
): readonly Target[] {
  const all = targetsOf(table);
  if (names.length === 0) return all.filter((c) => table.columns.some(({ id }) => id === c.id));
  const chosen: Target[] = [];
  for (const name of names) {
    const isTime = session.dialect === 'druid' && name.text === '__time';
    const found = all.find((c) => session.same(name.text, c.name) || (isTime && c.name === table.timeColumn));
    if (found === undefined) {
      const computed = [...table.columns, ...(table.virtual ?? [])].find((c) =>
        session.same(name.text, c.name),
      );
      if (computed !== undefined)
        throw session.error(
          'ILLEGAL_COLUMN',
          name,
          `Cannot insert column ${computed.name}, because it is ${'kind' in computed ? 'ALIAS' : 'MATERIALIZED'}`,
          'Leave it out: its values are computed',
        );
      const hint = session.didYouMean(
        name.text,
        all.map((c) => c.name),
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
function valuesPlan(values: Values, columns: readonly Target[], session: Session): Plan {
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
    return row.map((node, i) => cellFor(node, columns[i], binder, session));
  });
  return rowsOf(rows, columns);
}

function rowsOf(rows: readonly (readonly Expr[])[], columns: readonly Target[]): Plan {
  const mayBeNull = columns.map((_, i) => rows.some((r) => r[i].kind === 'literal' && r[i].value === null));
  const schema = columns.map((c, i) => ({ name: c.name, type: mayBeNull[i] ? nullable(c.type) : c.type }));
  return rowsPlan(rows, schema);
}

const rowSpan = (row: readonly Expression[], values: Values): Span =>
  row.length === 0 ? values : { at: row[0].at, end: row[row.length - 1].end };

/** A constant, or what is drawn at random. */
function cellFor(node: Expression, target: Target, binder: ExpressionBinder, session: Session): Expr {
  const { type, computed } = target;
  const constant = (value: Value): Expr => literal(value, type);
  if (node.kind === 'default') return constant(writtenDefault(node, target, session));
  const given = binder.bind(node);
  const inferred = type.id === 'variant' ? inferredCell(node, given, type, session) : undefined;
  const assigned = inferred ?? assign(given, type, node, session);
  if (!isDeterministic(assigned)) return assigned;
  const value = evaluateConstant(assigned);
  if (value !== null || type.nullable) return constant(value);
  // ClickHouse writes the default where NULL cannot be; what is computed of other columns is when the row is written.
  if (session.dialect === 'clickhouse') return constant(computed === undefined ? defaultOf(target) : null);
  throw session.error('CANNOT_INSERT_NULL', node, `The column ${target.name} takes no NULL`);
}

/** ClickHouse reads what is written out in VALUES as text, whose type a variant's value gets; undefined: the value keeps the type it has. */
function inferredCell(node: Expression, given: Expr, type: LogicalType, session: Session): Expr | undefined {
  const isText = isWritten(node) || !hasMember(type, given.type);
  if (given.kind !== 'literal' || given.value === null || session.dialect !== 'clickhouse' || !isText)
    return undefined;
  const options = { zone: session.context.timeZone, localTime: 'earliest', rounding: 'cut' } as const;
  const value = writtenVariant(given.value, given.type, type, options);
  return value === undefined ? undefined : literal(value, type);
}

/** What DEFAULT written out means: the column's default, at the moment where it depends on that. */
export function writtenDefault(node: Span, target: Target, session: Session): Value {
  if (target.computed === undefined) return defaultOf(target);
  const expr = atMoment(target.computed.expr, session.resolveContext.nowMs);
  if (isConstant(expr)) return evaluateConstant(expr);
  throw session.refuse(
    node,
    `DEFAULT written out for the column ${target.name}, which is computed of others`,
    'Leave the column out, or write the expression',
  );
}

/** The default of a column: its own, NULL, or the type's zero. */
export function defaultOf(target: Pick<Target, 'type' | 'defaultValue'>): Value {
  if (target.defaultValue !== null || target.type.nullable) return target.defaultValue;
  return zeroOf(target.type);
}

/** A value as a column's type; what does not fit is an error in every dialect. */
export function assign(expr: Expr, to: LogicalType, where: Span, session: Session): Expr {
  try {
    return cast(expr, to, { ...session.strictCast(), readsTexts: true });
  } catch (error) {
    throw session.at(where, error);
  }
}

/** The plan's columns, in order, in the types of the table's. */
export function assignedPlan(plan: Plan, columns: readonly Target[], where: Span, session: Session): Plan {
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
