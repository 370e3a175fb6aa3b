/**
 * CREATE TABLE: columns, layout and engine. Expressions are bound to the table's own columns, so that storage
 * never needs SQL.
 */

import { cast } from '../../engine/function/cast.ts';
import {
  type Constraint,
  mapComputed,
  mapConstraint,
  mapVirtual,
  type VirtualColumn,
} from '../../engine/plan/computed.ts';
import { column, columnsOf as columnsIn, type Expr } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { mapProjection } from '../../engine/plan/projection.ts';
import { SIMPLE_RULES, typeRuleOf } from '../../engine/plan/row-policy.ts';
import { mapSkipIndexes, type SkipIndex } from '../../engine/plan/skip-index.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { type LogicalType, nullable, plainType } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { ColumnDefinition, CreateTable, TableName } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { schemaOf } from '../bind/context.ts';
import { keepColumns, project } from '../bind/plan.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { isView } from '../bind/view.ts';
import type { Bare, ColumnSpec, TableRef } from './bound.ts';
import { ColumnBinder, isVirtual, type Readable } from './column.ts';
import { columnBinder } from './constant.ts';
import { bindConstraint } from './constraint.ts';
import { dictionaryFree } from './dictionary-free.ts';
import { bindEngine } from './engine.ts';
import { flattened } from './nested-column.ts';
import { bindProjection, checkProjected, type ProjectionSpec } from './projection.ts';
import { bindSkipIndex } from './skip-index.ts';
import { bindSortKey } from './sort-key.ts';
import { foundTable, tableRef } from './table-ref.ts';
import { bindTableSettings } from './table-setting.ts';
import { bindThrough, type ThroughEngine, withColumns } from './through-engine.ts';
import { bindTtl, type TtlColumn } from './ttl.ts';

type BoundCreate = Bare<'createTable'>;

export function bindCreateTable(written: CreateTable, session: Session): BoundCreate {
  if (session.dialect === 'druid')
    throw session.refuse(
      written.table,
      'CREATE TABLE in the Druid dialect',
      'Ingest with a spec, or create the table in another dialect',
    );
  const through = bindThrough(written, session);
  const body = through === null ? written : withColumns(written, through, session);
  const query = body.as === null ? null : session.optimized(session.bindQuery(body.as, NO_WITH).plan);
  const { stored: columns, virtual, ids, readable } = columnsOf(body, query, session);
  checkNames([...columns, ...virtual], body, session);
  const sortKey = bindSortKey(body, readable, columns.length + virtual.length, session);
  const read = sortKey.keys.flatMap(({ expr }) => columnsIn(expr));
  const keyed = [...sortKey.order, ...read];
  checkMeasures(columns, keyed, body, session);
  if (through !== null && virtual.length > 0)
    throw session.refuse(body.table, `A computed column of ${through.name}`, 'Compute it where the rows are');
  if (through !== null) checkFileTable(through, columns, body, session);
  const engine =
    through ??
    bindEngine(
      { ...body, engine: body.engine ?? temporaryEngine(body, session) },
      columns,
      sortKey.order,
      read,
      session,
    );
  const partitionBy = body.partitionBy === null ? [] : partitionOver(body.partitionBy, columns, session);
  const schema =
    body.table.schema === null ? session.context.schema : schemaOf(session.dialect, body.table.schema.text);
  if (body.orReplace) checkReplaced(body.table, session);
  return {
    kind: 'createTable',
    where: session.position(body.table.name),
    spec: dictionaryFree(
      {
        schema,
        name: body.table.name.text,
        isTemporary: body.table.isTemporary,
        columns,
        virtual,
        constraints: constraintsOf(body, readable, session),
        keys: sortKey.keys,
        partitionBy,
        partitionText:
          body.partitionBy === null ? null : session.text.slice(body.partitionBy.at, body.partitionBy.end),
        orderBy: engine.sortKey,
        primaryKey: sortKey.primaryKey,
        sampleBy: sortKey.sampleBy,
        timeColumn: timeColumnOf(columns, engine.sortKey),
        engine: engine.name,
        engineArguments: engine.args,
        ...(through === null ? {} : { through: through.through }),
        policy: engine.policy,
        ttl: bindTtl(body, withIds(columns), ids, [...keyed, ...columnsIn(...partitionBy)], session),
        indexes: indexesOf(body, columns, session),
        projections: projectionsOf(body, columns, engine.name, session),
        tableSettings: bindTableSettings(body.tableSettings, body.table, session),
        comment: body.comment,
      },
      body.table,
      session,
    ),
    ifNotExists: body.ifNotExists,
    orReplace: body.orReplace,
    like:
      body.like === null || saysLayout(body) || temporaryEngine(body, session) !== null
        ? null
        : layoutOf(body.like, session),
    as: query === null || body.empty ? null : asColumns(query, columns, body.as!, session),
  };
}

/** Of the columns, then of the table; or those of the table whose columns it takes. */
function constraintsOf(
  { columns, constraints, like }: CreateTable,
  readable: readonly Readable[],
  session: Session,
): readonly Constraint[] {
  if (columns.length === 0 && like !== null) {
    const source = session.table(tablePath(like), like);
    const all = [...source.columns, ...(source.virtual ?? [])];
    const idOf = (id: number): number => all.findIndex((c) => c.id === id);
    return (source.constraints ?? []).map((c) => mapConstraint(c, idOf));
  }
  const bound: Constraint[] = [];
  for (const definition of [...columns.flatMap((c) => c.checks), ...constraints])
    bound.push(
      bindConstraint(
        definition,
        readable,
        bound.map((c) => c.name),
        session,
      ),
    );
  return bound;
}

/** ClickHouse replaces a view by a table, DuckDB does not. */
function checkReplaced(table: TableName, session: Session): void {
  const found = foundTable(table, session);
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
const saysLayout = ({ engine, orderBy, partitionBy, primaryKey, sampleBy }: CreateTable): boolean =>
  engine !== null || orderBy !== null || partitionBy !== null || primaryKey !== null || sampleBy !== null;

/** ClickHouse's temporary tables are Memory where nothing else is said. */
const temporaryEngine = (body: CreateTable, session: Session): CreateTable['engine'] =>
  body.table.isTemporary && session.dialect === 'clickhouse' && !saysLayout(body)
    ? { name: { ...body.table.name, text: 'Memory', quoted: false }, args: [] }
    : null;

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
  const source = session.table(tablePath(like), like);
  const positionOf = (id: number): number =>
    columns.findIndex((c) => c.name === source.columns.find((other) => other.id === id)?.name);
  return mapSkipIndexes(source.indexes ?? [], positionOf).map((index, id) => ({ ...index, id }));
}

/** Those that are written, or those of the table whose columns it takes. */
function projectionsOf(
  { columns: written, projections, like, tableSettings }: CreateTable,
  columns: readonly ColumnSpec[],
  engine: string | null,
  session: Session,
): readonly ProjectionSpec[] {
  if (projections.length === 0) {
    if (like === null || written.length > 0) return [];
    const source = session.table(tablePath(like), like);
    const positionOf = (id: number): number =>
      columns.findIndex((c) => c.name === source.columns.find((other) => other.id === id)?.name);
    const supported = (engine ?? 'MergeTree').endsWith('MergeTree');
    return supported ? (source.projections ?? []).map((p) => mapProjection(p, positionOf)) : [];
  }
  const mode = tableSettings['deduplicate_merge_projection_mode'];
  checkProjected(
    engine ?? 'MergeTree',
    String(mode),
    'Projections are not supported',
    projections[0],
    session,
  );
  const bound: ProjectionSpec[] = [];
  for (const definition of projections)
    bound.push(
      bindProjection(
        definition,
        withIds(columns),
        bound.map((p) => p.name),
        session,
      ),
    );
  return bound;
}

type Columns = {
  readonly stored: readonly ColumnSpec[];
  readonly virtual: readonly VirtualColumn[];
  /** Id of each column that is written out, in their order. */
  readonly ids: readonly number[];
  /** What expressions of the table may read. */
  readonly readable: readonly Readable[];
};

function columnsOf(body: CreateTable, query: Plan | null, session: Session): Columns {
  if (body.columns.length > 0) return writtenColumns(flattened(body.columns, session), query, session);
  if (body.like !== null) return likeColumns(body.like, session);
  if (query !== null) {
    for (const { name, type } of query.schema) checkCombined(name, type, body, session);
    return storedColumns(query.schema.map(columnOfQuery));
  }
  throw session.error(
    'BAD_ARGUMENTS',
    body.table,
    'The table has no columns',
    'Write CREATE TABLE t (a INTEGER, b VARCHAR)',
  );
}

/** A file has its columns, and nothing beside them. */
function checkFileTable(
  { name, through }: ThroughEngine,
  columns: readonly ColumnSpec[],
  body: CreateTable,
  session: Session,
): void {
  if (through.kind !== 'file' && through.kind !== 'own file') return;
  const computed = columns.find((c) => c.computed !== undefined || c.defaultValue !== null);
  const more = [...body.constraints, ...body.indexes, ...body.projections, ...body.ttl];
  if (computed === undefined && more.length === 0) return;
  throw session.refuse(
    more[0] ?? body.table,
    `${computed === undefined ? 'A constraint, index, projection or TTL' : 'DEFAULT or MATERIALIZED'} of a table of the engine ${name}`,
    'Leave it out: the file has its columns alone',
  );
}

/** A query can have values of functions by which no column is combined yet. */
function checkCombined(name: string, type: LogicalType, body: CreateTable, session: Session): void {
  if (type.simple === undefined || Object.hasOwn(SIMPLE_RULES, type.simple.fn)) return;
  throw session.refuse(
    body.table,
    `The column ${name} of type ${dialectTypeName(type, 'clickhouse')}`,
    `Cast it to ${dialectTypeName(plainType(type), 'clickhouse')}, or use ${Object.keys(SIMPLE_RULES).join(', ')}`,
  );
}

const columnOfQuery = ({ name, type }: Plan['schema'][number]): ColumnSpec => ({
  name,
  type: type.id === 'null' ? nullable({ id: 'int32', nullable: true }) : type,
  defaultValue: null,
  comment: null,
});

const storedColumns = (stored: readonly ColumnSpec[], virtual: readonly VirtualColumn[] = []): Columns => ({
  stored,
  virtual,
  ids: stored.map((_, id) => id),
  readable: [
    ...stored.map(({ name, type }, id): Readable => ({ id, name, expr: column(id, type), kind: 'stored' })),
    ...virtual.map(
      ({ id, name, type, kind, expr }): Readable => ({ id, name, expr: expr ?? column(id, type), kind }),
    ),
  ],
});

function writtenColumns(
  definitions: readonly ColumnDefinition[],
  query: Plan | null,
  session: Session,
): Columns {
  const stored = definitions.filter((c) => !isVirtual(c));
  const others = definitions.filter(isVirtual);
  const ids = definitions.map((c) => (isVirtual(c) ? stored.length + others.indexOf(c) : stored.indexOf(c)));
  const given = definitions.filter((c) => !isVirtual(c) && c.value?.kind !== 'materialized');
  const typeOfQuery = (place: number): LogicalType | undefined =>
    query?.schema[given.indexOf(definitions[place])]?.type;
  const bound = new ColumnBinder(session, definitions, ids, [], typeOfQuery).all();
  return {
    stored: bound.flatMap(({ spec }) => spec ?? []),
    virtual: bound.flatMap(({ virtual }, place) =>
      virtual === null ? [] : [{ ...virtual, after: ids[place - 1] ?? null }],
    ),
    ids,
    readable: bound,
  };
}

/** The columns of another table, with what they are computed of. */
function likeColumns(like: TableName, session: Session): Columns {
  const source = session.table(tablePath(like), like);
  const { columns, virtual = [] } = source;
  const all = [...columns, ...virtual];
  const idOf = (id: number): number => all.findIndex((c) => c.id === id);
  const stored = columns.map(
    (c): ColumnSpec => ({
      name: c.name,
      type: c.type,
      defaultValue: c.defaultValue,
      comment: c.comment ?? null,
      ...(c.codec === undefined ? {} : { codec: c.codec }),
      ...(c.computed === undefined ? {} : { computed: mapComputed(c.computed, idOf) }),
    }),
  );
  return storedColumns(
    stored,
    virtual.map((c) => mapVirtual(c, idOf)),
  );
}

/** What is combined has no value of its own by which rows could be alike. */
function checkMeasures(
  columns: readonly ColumnSpec[],
  sortKey: readonly number[],
  body: CreateTable,
  session: Session,
): void {
  const measure = sortKey.find((i) => i < columns.length && typeRuleOf(columns[i].type) !== null);
  if (measure === undefined) return;
  throw session.error(
    'DATA_TYPE_CANNOT_BE_USED_IN_KEY',
    body.columns[measure] ?? body.table,
    `The column ${columns[measure].name} of type ${dialectTypeName(columns[measure].type, 'clickhouse')} cannot be in the sorting key`,
    'Sort by the columns that rows are grouped by',
  );
}

function checkNames(
  columns: readonly { readonly name: string }[],
  body: CreateTable,
  session: Session,
): void {
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

/** `__time`, else the first timestamp of the sort key, else the first timestamp. */
function timeColumnOf(columns: readonly ColumnSpec[], orderBy: readonly number[]): string | null {
  const isTime = (c: ColumnSpec): boolean => c.type.id === 'timestamp';
  const named = columns.find((c) => c.name === '__time' && isTime(c));
  const sorted = orderBy.flatMap((i) => columns[i] ?? []).find(isTime);
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
