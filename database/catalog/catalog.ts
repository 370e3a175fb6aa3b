/**
 * Names to tables: what the binder sees of the store, of system tables, and of schemas.
 *
 * The store knows one flat list of unique names; a table outside of the default schema is stored as `schema.name`.
 * Which schema a table is in, and what it was created as, lies in its options.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { columnsOf } from '../../engine/plan/expr.ts';
import type { LogicalType, Value } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { CatalogView, CreateTableSpec, TableInfo } from '../../sql/index.ts';
import type { NewTable, Store, TableDefinition } from '../../storage/index.ts';
import type { PartitionBy } from '../partition.ts';
import { systemTableInfo } from '../system/table.ts';
import type { TableSummary } from '../types.ts';

export const MAIN_SCHEMA = 'main';
const SCHEMAS_KEY = 'schemas';

/** Tables whose CREATE TABLE AS has not ended carry this prefix; a crash may leave one, which the next start drops. */
export const CREATING = '.creating.';

/** What `TableDefinition.options` holds. */
export type TableOptions = {
  readonly schema: string;
  readonly name: string;
  readonly engine: string | null;
  readonly engineArguments: string;
  readonly comment: string | null;
};

const optionsOf = (table: TableDefinition): TableOptions => table.options as TableOptions;

const storedName = (schema: string, name: string): string =>
  schema === MAIN_SCHEMA ? name : `${schema}.${name}`;

/** Value of a column in rows that do not give it. */
export const defaultOf = (type: LogicalType, given: Value): Value =>
  given !== null || type.nullable ? given : zeroOf(type);

export class Catalog implements CatalogView {
  readonly #store: Store;
  #version = -1;
  #infos: readonly TableInfo[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  table(schema: string | null, name: string): TableInfo | undefined {
    const wanted = schema ?? MAIN_SCHEMA;
    return this.tables().find((t) => t.name === name && t.schema === wanted);
  }

  /** Stored tables, then system tables. */
  tables(): readonly TableInfo[] {
    if (this.#version !== this.#store.version) {
      this.#infos = [
        ...this.#store
          .tables()
          .filter(({ name }) => !name.startsWith(CREATING))
          .map(infoOf),
        ...systemTableInfo,
      ];
      this.#version = this.#store.version;
    }
    return this.#infos;
  }

  schemas(): readonly string[] {
    const created = (this.#store.value(SCHEMAS_KEY) as readonly string[] | undefined) ?? [];
    return [...new Set([MAIN_SCHEMA, ...created, ...systemTableInfo.map((t) => t.schema)])];
  }

  definition(tableId: number): TableDefinition {
    const found = this.#store.tables().find((t) => t.id === tableId);
    if (found === undefined) throw new BasaltError('UNKNOWN_TABLE', 'The table was dropped meanwhile');
    return found;
  }

  /** The stored table of a name, if there is one. */
  find(schema: string, name: string): TableDefinition | undefined {
    return this.#store.tables().find((t) => t.name === storedName(schema, name));
  }

  summaries(): TableSummary[] {
    const finished = this.#store.tables().filter(({ name }) => !name.startsWith(CREATING));
    return finished.map((table) => {
      const { rows, memoryBytes, segments } = this.#store.tableInfo(table.id);
      const bytes = segments.reduce((sum, s) => sum + s.fileBytes, memoryBytes);
      const { schema, name } = optionsOf(table);
      return { schema, name, rows, bytes, segments: segments.length };
    });
  }

  /** Drops what an interrupted CREATE TABLE AS left. */
  async dropUnfinished(): Promise<void> {
    for (const { id, name } of this.#store.tables())
      if (name.startsWith(CREATING)) await this.#store.dropTable(id);
  }

  async createSchema(name: string, ifNotExists: boolean): Promise<void> {
    if (this.schemas().includes(name)) {
      if (ifNotExists) return;
      throw new BasaltError('BAD_ARGUMENTS', `Schema ${name} exists already`);
    }
    const created = (this.#store.value(SCHEMAS_KEY) as readonly string[] | undefined) ?? [];
    await this.#store.putValues([[SCHEMAS_KEY, [...created, name]]]);
  }

  async dropSchema(name: string, ifExists: boolean): Promise<void> {
    const created = (this.#store.value(SCHEMAS_KEY) as readonly string[] | undefined) ?? [];
    if (!created.includes(name)) {
      if (ifExists && !this.schemas().includes(name)) return;
      throw new BasaltError('UNKNOWN_DATABASE', `There is no schema ${name} that could be dropped`);
    }
    for (const table of this.#store.tables())
      if (optionsOf(table).schema === name) await this.#store.dropTable(table.id);
    await this.#store.putValues([[SCHEMAS_KEY, created.filter((s) => s !== name)]]);
  }
}

/** The table's engine in ClickHouse's words. */
export const engineOf = (table: TableDefinition): string => optionsOf(table).engine ?? 'MergeTree';

/** The engine that keeps no row. */
export const isNullTable = (table: TableDefinition): boolean => engineOf(table) === 'Null';

const infoOf = (table: TableDefinition): TableInfo => {
  const { schema, name } = optionsOf(table);
  const partition = (table.partitionBy ?? []) as PartitionBy;
  return {
    id: table.id,
    schema,
    name,
    columns: table.columns.map(({ id, name, type, default: defaultValue, combine }) => ({
      id,
      name,
      type,
      defaultValue,
      ...(combine === undefined ? {} : { combine }),
    })),
    timeColumn: table.columns.find((c) => c.id === table.timeColumn)?.name ?? null,
    keyColumns: [...table.sortKey, ...columnsOf(...partition).map((i) => table.columns[i].id)],
    engine: engineOf(table),
    policy: table.policy,
  };
};

/** A bound CREATE TABLE as the store takes it. Column ids are positions at creation. */
export function newTable(spec: CreateTableSpec): NewTable {
  const options: TableOptions = {
    schema: spec.schema,
    name: spec.name,
    engine: spec.engine,
    engineArguments: spec.engineArguments,
    comment: spec.comment,
  };
  return {
    name: storedName(spec.schema, spec.name),
    columns: spec.columns.map((c, id) => ({
      id,
      name: c.name,
      type: c.type,
      default: defaultOf(c.type, c.defaultValue),
      bitmap: 'auto',
      ...(c.combine === undefined ? {} : { combine: c.combine }),
    })),
    sortKey: spec.orderBy,
    timeColumn: spec.timeColumn === null ? null : spec.columns.findIndex((c) => c.name === spec.timeColumn),
    partitionBy: spec.partitionBy === null ? null : [spec.partitionBy],
    policy: spec.policy,
    compression: 'fast',
    options,
  };
}
