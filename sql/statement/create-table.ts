/**
 * CREATE TABLE: columns, layout and engine. Expressions are bound to the table's own columns, so that storage
 * never needs SQL.
 */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { nearest } from '../../engine/function/nearest.ts';
import { column, type Expr } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { type LogicalType, notNull, nullable, type Value } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { ColumnDefinition, CreateTable } from '../ast/statement.ts';
import { schemaOf } from '../bind/context.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { keepColumns, project } from '../bind/plan.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import type { BoundStatement, ColumnSpec } from './bound.ts';

type BoundCreate = Omit<Extract<BoundStatement, { kind: 'createTable' }>, 'format' | 'settings'>;

export function bindCreateTable(body: CreateTable, session: Session): BoundCreate {
  if (session.dialect === 'druid')
    throw session.refuse(
      body.table,
      'CREATE TABLE in the Druid dialect',
      'Ingest with a spec, or create the table in another dialect',
    );
  if (body.engine !== null) checkEngine(body.engine, session);
  const query = body.as === null ? null : session.optimized(session.bindQuery(body.as, NO_WITH).plan);
  const columns = columnsOf(body, query, session);
  checkNames(columns, body, session);
  const orderBy = orderOf(body, columns, session);
  const schema =
    body.table.schema === null ? session.context.schema : schemaOf(session.dialect, body.table.schema.text);
  return {
    kind: 'createTable',
    spec: {
      schema,
      name: body.table.name.text,
      columns,
      partitionBy:
        body.partitionBy === null ? null : overColumns(body.partitionBy, columns, 'PARTITION BY', session),
      orderBy,
      timeColumn: timeColumnOf(columns, orderBy),
      engine: body.engine === null ? null : body.engine.name.text,
      settings: body.tableSettings,
      comment: body.comment,
    },
    ifNotExists: body.ifNotExists,
    orReplace: body.orReplace,
    as: query === null || body.empty ? null : asColumns(query, columns, body.as!, session),
  };
}

/** Engines that only append, which is what Basalt's tables do. */
const ENGINES: readonly string[] = [
  'MergeTree',
  'ReplicatedMergeTree',
  'SharedMergeTree',
  'Memory',
  'Log',
  'TinyLog',
  'StripeLog',
];
const OTHER_ENGINES: readonly string[] = [
  'ReplacingMergeTree',
  'SummingMergeTree',
  'AggregatingMergeTree',
  'CollapsingMergeTree',
  'VersionedCollapsingMergeTree',
  'Null',
  'Buffer',
  'Merge',
  'Distributed',
  'File',
  'URL',
  'S3',
  'Set',
  'Join',
  'Dictionary',
  'View',
  'MaterializedView',
  'Kafka',
];

function checkEngine({ name, args }: NonNullable<CreateTable['engine']>, session: Session): void {
  if (ENGINES.includes(name.text)) {
    // Replicated* are told a place and a name among replicas, of which there is one here.
    const isReplica =
      name.text === 'ReplicatedMergeTree' && args.length <= 2 && args.every((a) => a.kind === 'string');
    if (args.length > 0 && !isReplica)
      throw session.error(
        'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
        args[0],
        `The engine ${name.text} takes no arguments`,
        'Write PARTITION BY and ORDER BY as clauses of their own',
      );
    return;
  }
  if (OTHER_ENGINES.includes(name.text))
    throw session.refuse(name, `The engine ${name.text}`, 'Use MergeTree');
  const near = nearest(name.text, [...ENGINES, ...OTHER_ENGINES]);
  throw session.error(
    'UNKNOWN_STORAGE',
    name,
    `Unknown table engine ${name.text}`,
    near === undefined ? 'Use MergeTree' : `Did you mean ${near}?`,
  );
}

function columnsOf(body: CreateTable, query: Plan | null, session: Session): readonly ColumnSpec[] {
  if (body.columns.length > 0)
    return body.columns.map((c, i) => columnSpec(c, query?.schema[i]?.type, session));
  if (query !== null)
    return query.schema.map((f) => ({
      name: f.name,
      type: f.type.id === 'null' ? nullable({ id: 'int32', nullable: true }) : f.type,
      defaultValue: null,
      comment: null,
    }));
  if (body.like !== null) {
    const source = session.table(
      body.like.schema === null ? [body.like.name] : [body.like.schema, body.like.name],
      body.like,
    );
    return source.columns.map((c) => ({
      name: c.name,
      type: c.type,
      defaultValue: c.defaultValue,
      comment: null,
    }));
  }
  throw session.error(
    'BAD_ARGUMENTS',
    body.table,
    'The table has no columns',
    'Write CREATE TABLE t (a INTEGER, b VARCHAR)',
  );
}

function columnSpec(c: ColumnDefinition, fromQuery: LogicalType | undefined, session: Session): ColumnSpec {
  const written = c.type === null ? undefined : session.typeOf(c.type);
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
  };
}

/** ClickHouse: a column may take the type of its default. */
const defaultType = (c: ColumnDefinition, session: Session): LogicalType | undefined =>
  c.defaultValue === null ? undefined : constantBinder(session).bind(c.defaultValue).type;

const constantBinder = (session: Session): ExpressionBinder =>
  new ExpressionBinder(session, { columns: [], aliases: new Map(), with: NO_WITH }, null, 'DEFAULT');

function defaultOf(node: Expression, type: LogicalType, session: Session): Value {
  if (/\b(now|now64|today|current_timestamp|current_date)\b/i.test(session.text.slice(node.at, node.end))) {
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
        'DUPLICATE_COLUMN',
        body.columns[i] ?? body.table,
        `The column ${c.name} is named twice`,
        body.as === null ? undefined : 'Give each column of the query its own name with AS',
      );
    seen.add(key);
  });
}

function overColumns(
  node: Expression,
  columns: readonly ColumnSpec[],
  place: string,
  session: Session,
): Expr | null {
  if (node.kind === 'call' && node.name === 'tuple' && node.args.length === 0) return null;
  if (node.kind === 'tuple') {
    if (node.items.length === 0) return null;
    if (node.items.length > 1)
      throw session.refuse(
        node,
        'A partition key of several expressions',
        'Use one expression, for example toYYYYMM(time)',
      );
    return overColumns(node.items[0], columns, place, session);
  }
  const scope = columns.map((c, i) => ({
    name: c.name,
    table: null,
    schema: null,
    expr: column(i, c.type),
    hidden: false,
  }));
  return new ExpressionBinder(
    session,
    { columns: scope, aliases: new Map(), with: NO_WITH },
    null,
    place,
  ).bind(node);
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

function keyColumns(
  nodes: readonly Expression[],
  columns: readonly ColumnSpec[],
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
