/**
 * CREATE TABLE: columns, layout and engine. Expressions are bound to the table's own columns, so that storage
 * never needs SQL.
 */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { column, columnsOf as columnsIn, type Expr } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { mapSkipIndexes, type SkipIndex } from '../../engine/plan/skip-index.ts';
import { columnTypeName } from '../../engine/type/dialect-name.ts';
import { type LogicalType, notNull, nullable, type Value } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { ColumnDefinition, CreateTable, TableName } from '../ast/statement.ts';
import { schemaOf } from '../bind/context.ts';
import { keepColumns, project } from '../bind/plan.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { isView } from '../bind/view.ts';
import type { BoundStatement, ColumnSpec, TableRef } from './bound.ts';
import { bindCodec, bindDefaultCodec } from './codec.ts';
import { columnBinder, constantBinder } from './constant.ts';
import { bindEngine } from './engine.ts';
import { functionOfTheMoment } from './of-the-moment.ts';
import { simpleAggregate } from './simple-aggregate.ts';
import { bindSkipIndex } from './skip-index.ts';
import { tableRef } from './table-ref.ts';
import { bindLimits, bindTtl, type TtlColumn } from './ttl.ts';

type BoundCreate = Omit<Extract<BoundStatement, { kind: 'createTable' }>, 'format' | 'settings'>;

export function bindCreateTable(body: CreateTable, session: Session): BoundCreate {
  if (session.dialect === 'druid')
    throw session.refuse(
      body.table,
      'CREATE TABLE in the Druid dialect',
      'Ingest with a spec, or create the table in another dialect',
    );
  const query = body.as === null ? null : session.optimized(session.bindQuery(body.as, NO_WITH).plan);
  const columns = columnsOf(body, query, session);
  checkNames(columns, body, session);
  const orderBy = orderOf(body, columns, session);
  checkMeasures(columns, orderBy, body, session);
  const engine = bindEngine(body, columns, orderBy, session);
  const partitionBy = body.partitionBy === null ? [] : partitionOver(body.partitionBy, columns, session);
  const schema =
    body.table.schema === null ? session.context.schema : schemaOf(session.dialect, body.table.schema.text);
  if (body.orReplace) checkReplaced(body.table, session);
  return {
    kind: 'createTable',
    where: session.position(body.table.name),
    spec: {
      schema,
      name: body.table.name.text,
      columns,
      partitionBy,
      partitionText:
        body.partitionBy === null ? null : session.text.slice(body.partitionBy.at, body.partitionBy.end),
      orderBy: engine.sortKey,
      timeColumn: timeColumnOf(columns, engine.sortKey),
      engine: engine.name,
      engineArguments: engine.args,
      policy: engine.policy,
      ttl: bindTtl(body, withIds(columns), [...engine.sortKey, ...columnsIn(...partitionBy)], session),
      indexes: indexesOf(body, columns, session),
      limits: bindLimits(body.tableSettings, body.table, session),
      codec: bindDefaultCodec(body.tableSettings, body.table, session),
      settings: body.tableSettings,
      comment: body.comment,
    },
    ifNotExists: body.ifNotExists,
    orReplace: body.orReplace,
    like: body.like === null || saysLayout(body) ? null : layoutOf(body.like, session),
    as: query === null || body.empty ? null : asColumns(query, columns, body.as!, session),
  };
}

/** ClickHouse replaces a view by a table, DuckDB does not. */
function checkReplaced(table: TableName, session: Session): void {
  const found = session.findTable(table.schema === null ? [table.name] : [table.schema, table.name]);
  if (found === undefined || !isView(found) || session.dialect === 'clickhouse') return;
  throw session.error('TABLE_ALREADY_EXISTS', table, `${found.name} is a view`, 'Drop it first: DROP VIEW');
}

function layoutOf(like: TableName, session: Session): TableRef {
  const found = tableRef(like, false, session);
  if (!found.isView) return found;
  throw session.error(
    'INCORRECT_QUERY',
    like,
    `${found.name} is a view: it has no engine and no keys`,
    'Name an engine, or write CREATE TABLE ... AS SELECT',
  );
}

/** ClickHouse takes keys from the other table only where no engine is named. */
const saysLayout = ({ engine, orderBy, partitionBy, primaryKey }: CreateTable): boolean =>
  engine !== null || orderBy !== null || partitionBy !== null || primaryKey !== null;

/** A column's id is its place when the table is made. */
const withIds = (columns: readonly ColumnSpec[]): readonly TtlColumn[] =>
  columns.map(({ name, type }, id) => ({ id, name, type }));

/** Those that are written, or those of the table whose columns it takes. */
function indexesOf(
  body: CreateTable,
  columns: readonly ColumnSpec[],
  session: Session,
): readonly SkipIndex[] {
  const engine = body.engine?.name.text ?? 'MergeTree';
  const supported = engine.endsWith('MergeTree');
  if (body.indexes.length === 0)
    return body.like === null || !supported ? [] : likeIndexes(body, columns, session);
  if (!supported)
    throw session.error(
      'BAD_ARGUMENTS',
      body.indexes[0],
      `Engine ${engine} doesn't support skipping indices`,
      'Use an engine of the MergeTree family',
    );
  const twice = body.indexes.find(
    ({ name }, i) => body.indexes.findIndex((o) => o.name.text === name.text) < i,
  );
  if (twice !== undefined)
    throw session.error(
      'ILLEGAL_INDEX',
      twice,
      `Duplicated index name ${twice.name.text} is not allowed. Please use a different index name`,
    );
  return body.indexes.map((definition, id) => {
    const { columns: _, ...index } = bindSkipIndex(definition, columns, session);
    return { id, ...index };
  });
}

function likeIndexes(
  { like, columns: written }: CreateTable,
  columns: readonly ColumnSpec[],
  session: Session,
): readonly SkipIndex[] {
  if (like === null || written.length > 0) return [];
  const source = session.table(like.schema === null ? [like.name] : [like.schema, like.name], like);
  const positionOf = (id: number): number =>
    columns.findIndex((c) => c.name === source.columns.find((other) => other.id === id)?.name);
  return mapSkipIndexes(source.indexes ?? [], positionOf).map((index, id) => ({ ...index, id }));
}

function columnsOf(body: CreateTable, query: Plan | null, session: Session): readonly ColumnSpec[] {
  if (body.columns.length > 0)
    return body.columns.map((c, i) => columnSpec(c, query?.schema[i]?.type, session));
  if (body.like !== null) {
    const source = session.table(
      body.like.schema === null ? [body.like.name] : [body.like.schema, body.like.name],
      body.like,
    );
    return source.columns.map((c) => ({
      name: c.name,
      type: c.type,
      defaultValue: c.defaultValue,
      comment: c.comment ?? null,
      ...(c.codec === undefined ? {} : { codec: c.codec }),
      ...(c.combine === undefined ? {} : { combine: c.combine }),
    }));
  }
  if (query !== null)
    return query.schema.map((f) => ({
      name: f.name,
      type: f.type.id === 'null' ? nullable({ id: 'int32', nullable: true }) : f.type,
      defaultValue: null,
      comment: null,
    }));
  throw session.error(
    'BAD_ARGUMENTS',
    body.table,
    'The table has no columns',
    'Write CREATE TABLE t (a INTEGER, b VARCHAR)',
  );
}

export function columnSpec(
  c: ColumnDefinition,
  fromQuery: LogicalType | undefined,
  session: Session,
): ColumnSpec {
  const measure = c.type === null ? null : simpleAggregate(c.type, session);
  const written = measure?.type ?? (c.type === null ? undefined : session.typeOf(c.type));
  const base = written ?? fromQuery ?? defaultType(c, session);
  if (base === undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      c,
      `The column ${c.name.text} has no type`,
      `Write ${c.name.text} VARCHAR`,
    );
  const type = c.notNull ? notNull(base) : c.explicitNull ? nullable(base) : base;
  return {
    name: c.name.text,
    type,
    defaultValue: c.defaultValue === null ? null : defaultOf(c.defaultValue, type, session),
    comment: c.comment,
    ...(c.codec === null ? {} : { codec: bindCodec(c.codec, type, session) }),
    ...(measure === null ? {} : { combine: measure.combine }),
  };
}

/** What is combined has no value of its own by which rows could be alike. */
function checkMeasures(
  columns: readonly ColumnSpec[],
  sortKey: readonly number[],
  body: CreateTable,
  session: Session,
): void {
  const measure = sortKey.find((i) => columns[i].combine !== undefined || columns[i].type.id === 'state');
  if (measure === undefined) return;
  throw session.error(
    'DATA_TYPE_CANNOT_BE_USED_IN_KEY',
    body.columns[measure] ?? body.table,
    `The column ${columns[measure].name} of type ${columnTypeName(columns[measure], 'clickhouse')} cannot be in the sorting key`,
    'Sort by the columns that rows are grouped by',
  );
}

/** ClickHouse: a column may take the type of its default. */
const defaultType = (c: ColumnDefinition, session: Session): LogicalType | undefined =>
  c.defaultValue === null ? undefined : constantBinder(session).bind(c.defaultValue).type;

export function defaultOf(node: Expression, type: LogicalType, session: Session): Value {
  if (functionOfTheMoment(node, session) !== undefined) {
    throw session.refuse(node, 'A DEFAULT that depends on the moment', 'Give the value with each row');
  }
  try {
    const bound = constantBinder(session).bind(node);
    return evaluateConstant(cast(bound, type, { ...session.strictCast(), roundFloats: true }));
  } catch (error) {
    throw session.at(node, error);
  }
}

function checkNames(columns: readonly ColumnSpec[], body: CreateTable, session: Session): void {
  const seen = new Set<string>();
  columns.forEach((c, i) => {
    const key = session.dialect === 'standard' ? c.name.toLowerCase() : c.name;
    if (seen.has(key))
      throw session.error(
        'ILLEGAL_COLUMN',
        body.columns[i] ?? body.table,
        `The column ${c.name} is named twice`,
        body.as === null ? undefined : 'Give each column of the query its own name with AS',
      );
    seen.add(key);
  });
}

/** The expressions of a partition key; a tuple is several, the empty one none. */
function partitionOver(node: Expression, columns: readonly ColumnSpec[], session: Session): readonly Expr[] {
  if (node.kind === 'call' && node.name === 'tuple')
    return node.args.flatMap((item) => partitionOver(item, columns, session));
  if (node.kind === 'tuple') return node.items.flatMap((item) => partitionOver(item, columns, session));
  return [columnBinder(columns, session, 'PARTITION BY').bind(node)];
}

function orderOf(body: CreateTable, columns: readonly ColumnSpec[], session: Session): readonly number[] {
  const primary =
    body.primaryKey === null
      ? []
      : keyColumns(
          body.primaryKey.kind === 'tuple' ? body.primaryKey.items : [body.primaryKey],
          columns,
          'PRIMARY KEY',
          session,
        );
  if (body.primaryKey !== null && session.dialect !== 'clickhouse')
    throw session.refuse(body.primaryKey, 'PRIMARY KEY', 'Leave it out: nothing would enforce it');
  if (body.orderBy === null) return primary;
  const descending = body.orderBy.find((i) => i.descending);
  if (descending !== undefined)
    throw session.refuse(
      descending.value,
      'A descending sort key',
      'Sort keys ascend; queries may order as they like',
    );
  const order = keyColumns(
    body.orderBy.map((i) => i.value),
    columns,
    'ORDER BY',
    session,
  );
  if (primary.some((p, i) => order[i] !== p)) {
    throw session.error(
      'BAD_ARGUMENTS',
      body.primaryKey!,
      'PRIMARY KEY must be a prefix of ORDER BY',
      'Leave PRIMARY KEY out',
    );
  }
  return order;
}

export function keyColumns(
  nodes: readonly Expression[],
  columns: readonly { readonly name: string }[],
  clause: string,
  session: Session,
): readonly number[] {
  return nodes.flatMap((node): number[] => {
    if (node.kind === 'call' && node.name === 'tuple')
      return [...keyColumns(node.args, columns, clause, session)];
    if (node.kind !== 'name')
      throw session.refuse(
        node,
        `An expression in ${clause}`,
        'Name columns; time columns are sorted by the full value',
      );
    const name = node.parts[node.parts.length - 1].text;
    const index = columns.findIndex((c) => session.same(name, c.name));
    if (index === -1)
      throw session.error(
        'UNKNOWN_IDENTIFIER',
        node,
        `The table has no column ${name}`,
        session.didYouMean(
          name,
          columns.map((c) => c.name),
        ),
      );
    return [index];
  });
}

/** `__time`, else the first timestamp of the sort key, else the first timestamp. */
function timeColumnOf(columns: readonly ColumnSpec[], orderBy: readonly number[]): string | null {
  const isTime = (c: ColumnSpec): boolean => c.type.id === 'timestamp';
  const named = columns.find((c) => c.name === '__time' && isTime(c));
  const sorted = orderBy.map((i) => columns[i]).find(isTime);
  return (named ?? sorted ?? columns.find(isTime))?.name ?? null;
}

/** The query's output in the table's types. */
function asColumns(query: Plan, columns: readonly ColumnSpec[], where: Span, session: Session): Plan {
  if (query.schema.length !== columns.length) {
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      `The query gives ${query.schema.length} columns for ${columns.length} columns of the table`,
    );
  }
  const options = { ...session.strictCast(), roundFloats: true };
  const exprs = columns.map((c, i) => cast(column(i, query.schema[i].type), c.type, options));
  const same = exprs.every((e, i) => e.kind === 'column' && e.index === i);
  return same
    ? keepColumns(query, columns.length)
    : project(
        query,
        exprs,
        columns.map((c) => c.name),
      );
}
