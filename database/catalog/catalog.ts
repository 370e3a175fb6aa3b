/**
 * Names to tables: what the binder sees of the store, of system tables, and of schemas.
 *
 * The store knows one flat list of unique names; a table outside of the default schema is stored as `schema.name`.
 * Which schema a table is in, and what it was created as, lies in its options.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { LookupEntries } from '../../engine/function/row.ts';
import { type KeyExpression, keyName, mapComputed } from '../../engine/plan/computed.ts';
import { columnsOf, overColumns } from '../../engine/plan/expr.ts';
import { APPEND, mapPolicy } from '../../engine/plan/row-policy.ts';
import { mapTtl } from '../../engine/plan/ttl.ts';
import type {
  BoundTableSettings,
  CatalogView,
  CreateTableSpec,
  DetachedTable,
  DroppedTable,
  SqlFunction,
  TableInfo,
  TableKey,
  ViewSpec,
} from '../../sql/index.ts';
import type {
  CatalogChange,
  ColumnDefinition,
  NewTable,
  Store,
  TableDefinition,
} from '../../storage/index.ts';
import { lookupEntries, lookupNames } from '../lookup/lookup-book.ts';
import type { PartitionBy } from '../partition.ts';
import { orphans } from '../projection/side-table.ts';
import { ttlRules } from '../retention/ttl-rule.ts';
import { systemTableInfo } from '../system/table.ts';
import type { TableSummary } from '../types.ts';
import { partitionTypes } from './partition-id.ts';
import {
  defaultOf,
  definitionOf,
  forgotten,
  hasRows,
  isDropped,
  isHidden,
  isProjection,
  isTemporary,
  isView,
  keysOf,
  MAIN_SCHEMA,
  namedColumns,
  optionsOf,
  sortColumns,
  storedName,
  type TableOptions,
} from './table-options.ts';
import { withSettings } from './table-settings.ts';

export { defaultOf, MAIN_SCHEMA, type TableOptions } from './table-options.ts';

const SCHEMAS_KEY = 'schemas';
const COMMENTS_KEY = 'schema-comments';
const DETACHED_KEY = 'detached-schemas';
const FUNCTION_KEY = 'function/';

/** Names of the standard dialect are the same in any case. */
const functionKey = ({ dialect, name }: SqlFunction): string =>
  `${FUNCTION_KEY}${dialect}/${dialect === 'standard' ? name.toLowerCase() : name}`;

/** Tables whose CREATE TABLE AS has not ended carry this prefix; a crash may leave one, which the next start drops. */
export const CREATING = '.creating.';

/** What is kept for UNDROP is stored under this and its id. */
const DROPPED = '.dropped.';

export class Catalog implements CatalogView {
  readonly #store: Store;
  #version = -1;
  #infos: readonly TableInfo[] = [];
  #temporary: readonly TableInfo[] = [];
  #functionsVersion = -1;
  #functions: readonly SqlFunction[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  table(schema: string, name: string): TableInfo | undefined {
    return this.tables().find((t) => t.name === name && t.schema === schema);
  }

  /** Stored tables, then system tables; temporary ones apart. */
  tables(): readonly TableInfo[] {
    this.#refresh();
    return this.#infos;
  }

  /** The temporary tables in the schema of a session. */
  temporaryTables(schema: string | null): readonly TableInfo[] {
    this.#refresh();
    return schema === null ? [] : this.#temporary.filter((t) => t.schema === schema);
  }

  #refresh(): void {
    if (this.#version === this.#store.version) return;
    const infos = this.#store
      .tables()
      .filter((table) => !table.name.startsWith(CREATING) && !isProjection(table) && !isHidden(table))
      .map(infoOf);
    this.#infos = [...infos.filter((t) => t.isTemporary !== true), ...systemTableInfo];
    this.#temporary = infos.filter((t) => t.isTemporary === true);
    this.#version = this.#store.version;
  }

  schemas(): readonly string[] {
    return [...new Set([MAIN_SCHEMA, ...this.#createdSchemas(), ...systemTableInfo.map((t) => t.schema)])];
  }

  definition(tableId: number): TableDefinition {
    const found = this.#store.tables().find((t) => t.id === tableId);
    if (found === undefined) throw new BasaltError('UNKNOWN_TABLE', 'The table was dropped meanwhile');
    return found;
  }

  /** The table that belongs to a materialized view and goes with it. */
  innerOf(table: TableDefinition): TableDefinition | undefined {
    const materialized = optionsOf(table).view?.materialized;
    if (materialized?.isInner !== true) return undefined;
    return this.named(materialized.target.schema, materialized.target.name);
  }

  /** Functions written in SQL. */
  functions(): readonly SqlFunction[] {
    if (this.#functionsVersion !== this.#store.version) {
      const keys = this.#store.keys().filter((key) => key.startsWith(FUNCTION_KEY));
      this.#functions = keys.map((key) => this.#store.value(key) as SqlFunction);
      this.#functionsVersion = this.#store.version;
    }
    return this.#functions;
  }

  lookup(name: string): LookupEntries | undefined {
    return lookupEntries(this.#store, name);
  }

  lookups(): readonly string[] {
    return lookupNames(this.#store);
  }

  /** False: it exists already, and is not replaced. */
  async createFunction(fn: SqlFunction, orReplace: boolean): Promise<boolean> {
    if (!orReplace && this.#store.value(functionKey(fn)) !== undefined) return false;
    await this.#store.putValues([[functionKey(fn), fn]]);
    return true;
  }

  async dropFunction(fn: SqlFunction): Promise<void> {
    await this.#store.putValues([[functionKey(fn), null]]);
  }

  /** The stored table or view of a name, if there is one that can be seen. */
  find(schema: string, name: string): TableDefinition | undefined {
    const found = this.named(schema, name);
    return found === undefined || isHidden(found) ? undefined : found;
  }

  /** Whatever has the name, detached or not; what was dropped has none: nothing else can have it. */
  named(schema: string, name: string): TableDefinition | undefined {
    return this.#store.tables().find((t) => t.name === storedName(schema, name));
  }

  detachedTables(): readonly DetachedTable[] {
    const hidden = this.detachedSchemas();
    return this.#store.tables().flatMap((table) => {
      const { schema, name, view, detached } = optionsOf(table);
      if (detached === undefined || hidden.includes(schema)) return [];
      const isDictionary = view?.dictionary !== undefined;
      return [{ id: table.id, schema, name, isDictionary, isPermanent: detached === 'permanently' }];
    });
  }

  detachedSchemas(): readonly string[] {
    return (this.#store.value(DETACHED_KEY) as readonly string[] | undefined) ?? [];
  }

  /** @param detached undefined: they are seen again */
  #marked(tables: readonly TableDefinition[], detached: TableOptions['detached']): CatalogChange['rename'] {
    return tables.map((table) => {
      const { detached: _, ...options } = optionsOf(table);
      return {
        tableId: table.id,
        name: table.name,
        options: detached === undefined ? options : { ...options, detached },
      };
    });
  }

  droppedTables(): readonly DroppedTable[] {
    const hidden = this.detachedSchemas();
    return this.#store
      .tables()
      .flatMap((table) => {
        const { schema, name, dropped } = optionsOf(table);
        if (dropped === undefined || hidden.includes(schema)) return [];
        return [{ id: table.id, schema, name, engine: engineOf(table), ...dropped }];
      })
      .sort((a, b) => a.atMs - b.atMs);
  }

  /** As store changes: they lose their names, and keep all else. */
  dropLater(tables: readonly TableDefinition[], atMs: number, delayMs: number): CatalogChange['rename'] {
    return tables.map((table) => ({
      tableId: table.id,
      name: `${DROPPED}${table.id}`,
      options: { ...optionsOf(table), dropped: { atMs, untilMs: atMs + delayMs } },
    }));
  }

  async undropTable(tableId: number): Promise<void> {
    const { dropped: _, ...options } = optionsOf(this.definition(tableId));
    const name = storedName(options.schema, options.name);
    await this.#store.changeTables({ rename: [{ tableId, name, options }] });
  }

  /** Drops for good what was kept for UNDROP long enough. */
  async dropOverdue(nowMs: number): Promise<void> {
    const overdue = this.#store
      .tables()
      .filter((table) => (optionsOf(table).dropped?.untilMs ?? Number.POSITIVE_INFINITY) <= nowMs);
    if (overdue.length === 0) return;
    await this.#drop(overdue);
    await this.dropOrphans();
  }

  async detachTable(tableId: number, permanently: boolean): Promise<void> {
    const detached = permanently ? 'permanently' : 'until restart';
    await this.#store.changeTables({ rename: this.#marked([this.definition(tableId)], detached) });
  }

  async attachTable(tableId: number): Promise<void> {
    await this.#store.changeTables({ rename: this.#marked([this.definition(tableId)], undefined) });
  }

  /** With what is in it; what is detached permanently stays so when it comes back. */
  async detachSchema(name: string): Promise<void> {
    const created = this.#createdSchemas();
    if (!created.includes(name))
      throw new BasaltError('NOT_IMPLEMENTED', `The schema ${name} stays attached`, {
        hint: 'DETACH its tables',
      });
    await this.#store.changeTables({
      rename: this.#marked(
        this.#tablesIn(name).filter((table) => !isHidden(table)),
        'until restart',
      ),
      values: [
        [SCHEMAS_KEY, created.filter((schema) => schema !== name)],
        [DETACHED_KEY, [...this.detachedSchemas(), name]],
      ],
    });
  }

  async attachSchema(name: string): Promise<void> {
    await this.#attachAgain([name], (table) => optionsOf(table).schema === name);
  }

  /** Brings back what was detached until the next start. */
  async attachAtStart(): Promise<void> {
    await this.#attachAgain(this.detachedSchemas(), () => true);
  }

  async #attachAgain(
    schemas: readonly string[],
    isMeant: (table: TableDefinition) => boolean,
  ): Promise<void> {
    const tables = this.#store
      .tables()
      .filter((table) => optionsOf(table).detached === 'until restart' && isMeant(table));
    if (schemas.length === 0 && tables.length === 0) return;
    await this.#store.changeTables({
      rename: this.#marked(tables, undefined),
      values: [
        [SCHEMAS_KEY, [...this.#createdSchemas(), ...schemas]],
        [DETACHED_KEY, this.detachedSchemas().filter((name) => !schemas.includes(name))],
      ],
    });
  }

  summaries(): TableSummary[] {
    const finished = this.#store
      .tables()
      .filter(
        (table) =>
          !table.name.startsWith(CREATING) &&
          hasRows(table) &&
          !isTemporary(table) &&
          !isProjection(table) &&
          !isHidden(table),
      );
    return finished.map((table) => this.summary(table));
  }

  summary(table: TableDefinition): TableSummary {
    const { rows, memoryBytes, segments } = this.#store.tableInfo(table.id);
    const bytes = segments.reduce((sum, s) => sum + s.fileBytes, memoryBytes);
    const { schema, name } = optionsOf(table);
    return { schema, name, rows, bytes, segments: segments.length };
  }

  /** The table of a name as one that takes rows; undefined where there is none. */
  findForRows(schema: string, name: string): TableDefinition | undefined {
    const found = this.find(schema, name);
    const through = found && optionsOf(found).through;
    if (through?.kind === 'table') return this.find(through.schema, through.name);
    if (through !== undefined)
      throw new BasaltError('NOT_IMPLEMENTED', `${name} has no rows of its own: it takes none`, {
        hint: 'Insert into the tables that it reads',
      });
    if (found !== undefined && isView(found))
      throw new BasaltError('NOT_IMPLEMENTED', `${name} is a view: it takes no rows`, {
        hint: 'Insert into the tables that it reads',
      });
    return found;
  }

  /** Drops what ends with its process: temporary tables, and what an interrupted CREATE TABLE AS or DROP left. */
  async dropTransient(): Promise<void> {
    const transient = this.#store.tables().filter((t) => t.name.startsWith(CREATING) || isTemporary(t));
    await this.#drop(transient);
    await this.dropOrphans();
  }

  /** Drops what was kept for projections that are gone. */
  async dropOrphans(): Promise<void> {
    await this.#drop(orphans(this.#store));
  }

  /** Drops the temporary tables in the schema of a session. */
  async dropTemporary(schema: string): Promise<void> {
    await this.#drop(this.#store.tables().filter((t) => isTemporary(t) && optionsOf(t).schema === schema));
  }

  async #drop(tables: readonly TableDefinition[]): Promise<void> {
    if (tables.length > 0) await this.#store.changeTables({ drop: tables.map(({ id }) => id) });
  }

  schemaComment(schema: string): string {
    const comments = this.#comments();
    return Object.hasOwn(comments, schema) ? comments[schema] : '';
  }

  async createSchema(
    name: string,
    { ifNotExists, comment }: { readonly ifNotExists: boolean; readonly comment: string | null },
  ): Promise<void> {
    if (this.schemas().includes(name)) {
      if (ifNotExists) return;
      throw schemaExists(name);
    }
    this.#checkNotDetached(name);
    await this.#store.putValues([
      [SCHEMAS_KEY, [...this.#createdSchemas(), name]],
      ...(comment === null ? [] : [this.#withComment(name, comment)]),
    ]);
  }

  async commentSchema(name: string, text: string): Promise<void> {
    await this.#store.putValues([this.#withComment(name, text)]);
  }

  /** What is in it goes along, in one record; materialized views go on reading and feeding the same tables. */
  async renameSchema(from: string, to: string): Promise<void> {
    const created = this.#createdSchemas();
    if (this.schemas().includes(to)) throw schemaExists(to);
    this.#checkNotDetached(to);
    if (!created.includes(from))
      throw new BasaltError('NOT_IMPLEMENTED', `The schema ${from} keeps its name`, {
        hint: 'RENAME its tables into another one',
      });
    const { [from]: comment, ...comments } = this.#comments();
    await this.#store.changeTables({
      rename: this.#store.tables().flatMap((table) => {
        const options = inRenamedSchema(optionsOf(table), from, to);
        return options === null
          ? []
          : [
              {
                tableId: table.id,
                name: isDropped(table) ? table.name : storedName(options.schema, options.name),
                options,
              },
            ];
      }),
      values: [
        [SCHEMAS_KEY, created.map((name) => (name === from ? to : name))],
        ...(comment === undefined
          ? []
          : [[COMMENTS_KEY, { ...comments, [to]: comment }] as [string, unknown]]),
      ],
    });
  }

  #checkNotDetached(name: string): void {
    if (this.detachedSchemas().includes(name))
      throw new BasaltError('DATABASE_ALREADY_EXISTS', `Schema ${name} exists already (detached)`, {
        hint: `ATTACH DATABASE ${name}`,
      });
  }

  #createdSchemas(): readonly string[] {
    return (this.#store.value(SCHEMAS_KEY) as readonly string[] | undefined) ?? [];
  }

  #comments(): Readonly<Record<string, string>> {
    return (this.#store.value(COMMENTS_KEY) as Readonly<Record<string, string>> | undefined) ?? {};
  }

  #withComment(name: string, text: string): [string, unknown] {
    return [COMMENTS_KEY, { ...this.#comments(), [name]: text }];
  }

  #tablesIn(schema: string): readonly TableDefinition[] {
    return this.#store.tables().filter((table) => optionsOf(table).schema === schema);
  }

  /** Of all tables and views of a schema. */
  idsIn(schema: string): readonly number[] {
    return this.#tablesIn(schema).map(({ id }) => id);
  }

  async dropSchema(
    name: string,
    { ifExists, onlyEmpty }: { readonly ifExists: boolean; readonly onlyEmpty: boolean },
  ): Promise<void> {
    const created = this.#createdSchemas();
    if (!created.includes(name)) {
      if (ifExists && !this.schemas().includes(name)) return;
      throw new BasaltError('UNKNOWN_DATABASE', `There is no schema ${name} that could be dropped`, {
        ...(this.detachedSchemas().includes(name) ? { hint: `It is detached: ATTACH DATABASE ${name}` } : {}),
      });
    }
    const drop = this.#tablesIn(name);
    const [left] = drop.filter((table) => !isDropped(table));
    if (onlyEmpty && left !== undefined)
      throw new BasaltError(
        'BAD_ARGUMENTS',
        `The schema ${name} is not empty: it has ${optionsOf(left).name}`,
        { hint: 'Write DROP SCHEMA ... CASCADE to drop what is in it, too' },
      );
    await this.#store.changeTables({
      drop: drop.map(({ id }) => id),
      values: [
        [SCHEMAS_KEY, created.filter((s) => s !== name)],
        [COMMENTS_KEY, Object.fromEntries(Object.entries(this.#comments()).filter(([s]) => s !== name))],
        ...forgotten(drop),
      ],
    });
  }
}

const schemaExists = (name: string): BasaltError =>
  new BasaltError('DATABASE_ALREADY_EXISTS', `Schema ${name} exists already`);

/** What the options of a table say when a schema is called otherwise; null: the same. */
function inRenamedSchema(options: TableOptions, from: string, to: string): TableOptions | null {
  const renamed = (schema: string): string => (schema === from ? to : schema);
  const moved = <K extends TableKey | null>(key: K): K => key && { ...key, schema: renamed(key.schema) };
  const { schema, view, through } = options;
  const { materialized } = view ?? {};
  if (through !== undefined && 'schema' in through)
    return [schema, through.schema].includes(from)
      ? { ...options, schema: renamed(schema), through: { ...through, schema: renamed(through.schema) } }
      : null;
  const isNamed = [schema, view?.schema, materialized?.source?.schema, materialized?.target.schema];
  if (!isNamed.includes(from)) return null;
  if (view === undefined) return { ...options, schema: renamed(schema) };
  const { source, target } = materialized ?? {};
  return {
    ...options,
    schema: renamed(schema),
    view: {
      ...view,
      schema: renamed(view.schema),
      ...(materialized === undefined || source === undefined || target === undefined
        ? {}
        : { materialized: { ...materialized, source: moved(source), target: moved(target) } }),
    },
  };
}

/** The table's engine in ClickHouse's words. */
export const engineOf = (table: TableDefinition): string => optionsOf(table).engine ?? 'MergeTree';

/** The engine that keeps no row. */
export const isNullTable = (table: TableDefinition): boolean => engineOf(table) === 'Null';

const infoOf = (table: TableDefinition): TableInfo => {
  const { schema, name, comment, view, virtual, sampleBy, constraints, temporary, through, ...options } =
    optionsOf(table);
  const { projections, settings } = options;
  const keys = keysOf(table);
  const partition = (table.partitionBy ?? []) as PartitionBy;
  return {
    id: table.id,
    schema,
    name,
    ...(temporary === undefined ? {} : { isTemporary: temporary }),
    columns: namedColumns(table).map((c) => ({
      id: c.id,
      name: c.name,
      type: c.type,
      // What a type has by itself is no default that somebody gave.
      defaultValue: c.default === defaultOf(c.type, null) ? null : c.default,
      ...(c.comment === undefined ? {} : { comment: c.comment }),
      ...(c.codec === undefined ? {} : { codec: c.codec }),
      ...(c.computed === undefined ? {} : { computed: c.computed }),
    })),
    ...(virtual === undefined ? {} : { virtual }),
    ...(constraints === undefined ? {} : { constraints }),
    ...(keys.length === 0 ? {} : { keys }),
    ...(sampleBy === undefined ? {} : { sampleBy }),
    partitionTypes: partitionTypes(table),
    ...(comment === null || comment === undefined ? {} : { comment }),
    timeColumn: table.columns.find((c) => c.id === table.timeColumn)?.name ?? null,
    sortKey: table.sortKey,
    keyColumns: [...sortColumns(table), ...columnsOf(...partition)],
    engine: engineOf(table),
    ...(view === undefined ? {} : { view }),
    ...(through === undefined ? {} : { through }),
    policy: table.policy,
    ...(table.indexes === undefined ? {} : { indexes: table.indexes }),
    ...(projections === undefined ? {} : { projections }),
    ...(settings === undefined ? {} : { settings }),
  };
};

/** Of tables whose columns are all stored and given. */
/** Of a table that nobody gave any. */
export const NO_SETTINGS: BoundTableSettings = { written: {}, limits: {} };

export const NO_KEYS = { virtual: [], constraints: [], keys: [], primaryKey: null, sampleBy: null } as const;

/** A bound CREATE TABLE as the store takes it. Column ids are positions at creation. */
export function newTable(spec: CreateTableSpec): NewTable {
  const options: TableOptions = {
    schema: spec.schema,
    name: spec.name,
    ...(spec.isTemporary === true ? { temporary: true } : {}),
    engine: spec.engine,
    engineArguments: spec.engineArguments,
    ...(spec.through === undefined ? {} : { through: spec.through }),
    ...(spec.partitionText === null ? {} : { partitionText: spec.partitionText }),
    ...(spec.primaryKey === null ? {} : { primaryKey: spec.primaryKey }),
    ...(spec.sampleBy === null ? {} : { sampleBy: spec.sampleBy }),
    ...(spec.virtual.length === 0 ? {} : { virtual: spec.virtual }),
    ...(spec.constraints.length === 0 ? {} : { constraints: spec.constraints }),
    ...(spec.projections.length === 0
      ? {}
      : {
          projections: spec.projections.map((projection, id) => ({ id, ...projection })),
          nextProjectionId: spec.projections.length,
        }),
    comment: spec.comment,
  };
  const table: NewTable = {
    name: storedName(spec.schema, spec.name),
    columns: [...spec.columns.map((c, id) => definitionOf(id, c)), ...spec.keys.map(keyColumn)],
    ...(spec.virtual.length === 0
      ? {}
      : { nextColumnId: spec.columns.length + spec.virtual.length + spec.keys.length }),
    sortKey: spec.orderBy,
    timeColumn: spec.timeColumn === null ? null : spec.columns.findIndex((c) => c.name === spec.timeColumn),
    partitionBy: spec.partitionBy.length === 0 ? null : spec.partitionBy,
    policy: spec.policy,
    ...(spec.ttl.length === 0 ? {} : { ttl: spec.ttl }),
    ...(spec.indexes.length === 0 ? {} : { indexes: spec.indexes, nextIndexId: spec.indexes.length }),
    compression: 'fast',
    options,
  };
  return withSettings(table, spec.tableSettings);
}

const keyColumn = ({ id, type, expr, text }: KeyExpression): ColumnDefinition => ({
  id,
  name: keyName(id),
  type,
  default: defaultOf(type, null),
  bitmap: 'never',
  computed: { kind: 'key', expr, text },
});

/** A view as the store takes it. */
export const newView = ({
  schema,
  name,
  isTemporary: temporary,
  columns,
  view,
  comment,
}: ViewSpec): NewTable => ({
  ...newTable({
    schema,
    name,
    columns: columns.map(({ name: own, type, comment: said }) => ({
      name: own,
      type,
      comment: said,
      defaultValue: null,
    })),
    partitionBy: [],
    partitionText: null,
    ...NO_KEYS,
    orderBy: [],
    timeColumn: null,
    engine: 'View',
    engineArguments: '',
    policy: APPEND,
    ttl: [],
    indexes: [],
    projections: [],
    tableSettings: NO_SETTINGS,
    comment,
  }),
  options: {
    schema,
    name,
    ...(temporary === true ? { temporary } : {}),
    engine:
      view.dictionary !== undefined
        ? 'Dictionary'
        : view.materialized === undefined
          ? 'View'
          : 'MaterializedView',
    engineArguments: '',
    comment,
    view,
  } satisfies TableOptions,
});

/** The table with the keys of another one of the same columns. */
export function withLayoutOf(like: TableDefinition, table: NewTable): NewTable {
  const {
    engine,
    engineArguments,
    partitionText,
    primaryKey,
    sampleBy,
    settings,
    through,
    virtual = [],
  } = optionsOf(like);
  const named = [...namedColumns(like), ...virtual, ...keysOf(like)];
  const positionOf = (id: number): number => named.findIndex((c) => c.id === id);
  const keys = keysOf(like).map((key) => ({
    ...mapComputed({ kind: 'key', ...key }, positionOf),
    id: positionOf(key.id),
    type: key.type,
  }));
  const partitionBy = (like.partitionBy as PartitionBy | null)?.map((expr) => overColumns(expr, positionOf));
  return {
    ...table,
    columns: [...table.columns, ...keys.map(keyColumn)],
    sortKey: like.sortKey.map(positionOf),
    timeColumn: like.timeColumn === null ? null : positionOf(like.timeColumn),
    partitionBy: partitionBy ?? null,
    policy: mapPolicy(like.policy, positionOf),
    ...(like.ttl === undefined ? {} : { ttl: mapTtl(ttlRules(like), positionOf) }),
    ...(like.limits === undefined ? {} : { limits: like.limits }),
    ...(like.codec === undefined ? {} : { codec: like.codec }),
    options: {
      ...(table.options as TableOptions),
      engine,
      engineArguments,
      ...(through === undefined ? {} : { through }),
      ...(settings === undefined ? {} : { settings }),
      ...(partitionText === undefined ? {} : { partitionText }),
      ...(primaryKey === undefined ? {} : { primaryKey }),
      ...(sampleBy === undefined ? {} : { sampleBy: positionOf(sampleBy) }),
    },
  };
}
